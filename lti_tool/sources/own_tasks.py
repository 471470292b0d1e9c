"""The tasks of the tool itself: a learner says "I have done this", or hands in work."""

from __future__ import annotations

import uuid
from datetime import datetime

from gamification.engine.activity import Verb
from gamification.hand_ins import hand_in_key
from gamification.models import ActivitySource
from gamification.record import NewActivity


def task_completed(
    *, context_id: uuid.UUID, person_id: uuid.UUID, task_id: uuid.UUID, occurred_at: datetime
) -> NewActivity:
    """Return the activity. Its key is task and person: saying it twice, in two tabs, is one fact."""
    return NewActivity(
        context_id=context_id,
        person_id=person_id,
        source=ActivitySource.OWN_TASK,
        external_id=f"{task_id}:{person_id}",
        verb=Verb.COMPLETED,
        task_id=task_id,
        occurred_at=occurred_at,
    )


def work_handed_in(
    *,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    task_id: uuid.UUID,
    hand_in_id: uuid.UUID,
    occurred_at: datetime,
) -> NewActivity:
    """Return the activity. Its key is the hand-in: sending one form twice is one fact."""
    return NewActivity(
        context_id=context_id,
        person_id=person_id,
        source=ActivitySource.OWN_TASK,
        external_id=hand_in_key(hand_in_id),
        verb=Verb.HANDED_IN,
        task_id=task_id,
        occurred_at=occurred_at,
    )
