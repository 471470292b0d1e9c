"""Reading a whole course at once, in queries that do not grow with the number of tasks. Never writes."""

from __future__ import annotations

import uuid

from sqlalchemy import Subquery, and_, func, select
from sqlalchemy.orm import Session

from gamification.engine.activity import Activity, Verb
from gamification.models import ActivityRow, Balance


def figures(context_id: uuid.UUID) -> Subquery:
    """Return a table to join with: `person_id`, `points`, `bonus_points`, `goal_reached`, `last_at`.

    A row for everybody with whom anything happened in the course; `last_at` is when the learner, not staff, last did
    something.
    """
    # For each learner by the index on course and person: a grouped join is planned anew for every learner by a
    # PostgreSQL that has no statistics yet, as after an import (twenty seconds instead of one for 10,000).
    last_at = (
        select(func.max(ActivityRow.occurred_at))
        .where(
            ActivityRow.context_id == Balance.context_id,
            ActivityRow.person_id == Balance.person_id,
            ActivityRow.actor_id.is_(None),
            ActivityRow.verb != Verb.LAPSED,
        )
        .correlate(Balance)
        .scalar_subquery()
    )
    return (
        select(
            Balance.person_id,
            Balance.points,
            Balance.bonus_points,
            Balance.goal_reached,
            last_at.label("last_at"),
        )
        .where(Balance.context_id == context_id)
        .subquery()
    )


def sent_back_often(tx: Session, context_id: uuid.UUID, *, times: int) -> dict[uuid.UUID, list[Activity]]:
    """Return who was asked this often or more to practise one task, with what happened with those tasks, in no order.

    Whatever came after: the rules say whether it still counts.
    """
    often = (
        select(ActivityRow.person_id, ActivityRow.task_id)
        .where(ActivityRow.context_id == context_id, ActivityRow.verb == Verb.NOT_YET)
        .group_by(ActivityRow.person_id, ActivityRow.task_id)
        .having(func.count() >= times)
        .subquery()
    )
    rows = tx.execute(
        select(ActivityRow.person_id, ActivityRow.id, ActivityRow.verb, ActivityRow.task_id, ActivityRow.occurred_at)
        .join(often, and_(often.c.person_id == ActivityRow.person_id, often.c.task_id == ActivityRow.task_id))
        .where(ActivityRow.context_id == context_id)
    )
    found: dict[uuid.UUID, list[Activity]] = {}
    for row in rows:
        activity = Activity(row.id, Verb(row.verb), row.task_id, row.occurred_at)
        found.setdefault(row.person_id, []).append(activity)
    return found
