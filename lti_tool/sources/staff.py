"""What those who teach decide: a review of work, points given by hand, points taken back."""

from __future__ import annotations

import uuid
from datetime import datetime

from gamification.engine.activity import Verb
from gamification.hand_ins import HandInView
from gamification.models import ActivitySource
from gamification.record import NewActivity


def work_reviewed(
    work: HandInView, *, context_id: uuid.UUID, outcome: Verb, reviewer_id: uuid.UUID, occurred_at: datetime
) -> NewActivity:
    """Return the activity. Its key is the hand-in: of two reviewers at once, one is first."""
    return NewActivity(
        context_id=context_id,
        person_id=work.person_id,
        source=ActivitySource.REVIEW,
        external_id=str(work.hand_in_id),
        verb=outcome,
        task_id=work.task_id,
        occurred_at=occurred_at,
        actor_id=reviewer_id,
    )


def decided_by_hand(
    *,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    task_id: uuid.UUID,
    verb: Verb,
    actor_id: uuid.UUID,
    request_id: uuid.UUID,
    occurred_at: datetime,
) -> NewActivity:
    """Return the activity. `request_id` was made when the form was drawn: sending it twice is one decision."""
    return NewActivity(
        context_id=context_id,
        person_id=person_id,
        source=ActivitySource.BY_HAND,
        external_id=str(request_id),
        verb=verb,
        task_id=task_id,
        occurred_at=occurred_at,
        actor_id=actor_id,
    )
