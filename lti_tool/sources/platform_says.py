"""What the platform says of its own assignments: who it lets through a gate, and which grades are high enough.

The key is what told it, the learner, and how often that changed: asking again is the same fact, and coming back to what
was is a new one.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Literal

from gamification.engine.activity import Verb
from gamification.models import ActivitySource
from gamification.record import NewActivity

PlatformSource = Literal[ActivitySource.GATE, ActivitySource.PLATFORM_GRADE]


def task_passed(
    *,
    source: PlatformSource,
    told_by: uuid.UUID,
    number: int,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    task_id: uuid.UUID,
    occurred_at: datetime,
) -> NewActivity:
    """Return that the platform says the task is done.

    `told_by` is the gate (the id of its content item) or the column (the line item); `number` grows by one with every
    change of what it says of this learner, whichever way. `occurred_at` is when we saw the change: later than the one
    before, for at one moment what is not done any more comes last.
    """
    return _told(Verb.PASSED, source, told_by, number, context_id, person_id, task_id, occurred_at)


def task_lapsed(
    *,
    source: PlatformSource,
    told_by: uuid.UUID,
    number: int,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    task_id: uuid.UUID,
    occurred_at: datetime,
) -> NewActivity:
    """Return that the platform says the task is not done any more; the words as in `task_passed`."""
    return _told(Verb.LAPSED, source, told_by, number, context_id, person_id, task_id, occurred_at)


def _told(
    verb: Verb,
    source: PlatformSource,
    told_by: uuid.UUID,
    number: int,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    task_id: uuid.UUID,
    occurred_at: datetime,
) -> NewActivity:
    return NewActivity(
        context_id=context_id,
        person_id=person_id,
        source=source,
        external_id=f"{told_by}:{person_id}:{number}",
        verb=verb,
        task_id=task_id,
        occurred_at=occurred_at,
    )
