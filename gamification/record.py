"""Recording activities: the facts, what they earn, and the balances, in the caller's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, select, tuple_
from sqlalchemy.orm import Session

from config.ids import new_id
from config.upsert import insert_many_unless_present
from gamification.engine.activity import Verb
from gamification.engine.desired import Desired
from gamification.evaluate import Evaluated, evaluate_people
from gamification.models import ActivityRow, ActivitySource

_ACTIVITY = cast(Table, ActivityRow.__table__).c
_KNOWN = select(_ACTIVITY.id, _ACTIVITY.source, _ACTIVITY.external_id).where(
    tuple_(_ACTIVITY.source, _ACTIVITY.external_id).in_(bindparam("keys", expanding=True))
)


@dataclass(frozen=True)
class NewActivity:
    """A fact as a source tells it. `external_id` is the source's own key: the same fact told twice counts once.

    `actor_id` is who decided it, where that was not the learner.
    """

    context_id: uuid.UUID
    person_id: uuid.UUID
    source: ActivitySource
    external_id: str
    verb: Verb
    task_id: uuid.UUID
    occurred_at: datetime
    actor_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Recorded:
    """What recording led to. `is_new` is False when the fact was known already."""

    activity_id: uuid.UUID
    is_new: bool
    evaluated: Evaluated

    @property
    def desired(self) -> Desired:
        """What the learner should hold now."""
        return self.evaluated.desired

    @property
    def points(self) -> int:
        """The learner's points of required tasks."""
        return self.evaluated.points

    @property
    def points_changed(self) -> bool:
        """Whether an entry was written."""
        return self.evaluated.points_changed

    @property
    def version_id(self) -> uuid.UUID | None:
        """The version of the rules that decided; None where nothing was published."""
        return self.evaluated.version_id


def record_activity(tx: Session, activity: NewActivity, *, now: datetime) -> Recorded:
    """Write the fact and the difference it makes.

    Evaluates also when the fact was known: telling it again changes nothing, because only the difference is written.
    """
    return record_activities(tx, [activity], now=now)[0]


def record_activities(tx: Session, activities: Sequence[NewActivity], *, now: datetime) -> list[Recorded]:
    """Write these facts and the difference they make, for any number of people; returns them in the order given.

    The `evaluated` of somebody with several of these facts is the outcome of all of them together. Of a fact that is
    told twice here, the first telling is new.
    """
    keys = [(str(activity.source), activity.external_id) for activity in activities]
    # In the order of their keys, so that two imports of the same facts wait for each other and never in a circle.
    wanted = dict(sorted(zip(keys, activities, strict=True), key=lambda pair: pair[0]))
    new = {
        (row.source, row.external_id): row.id
        for row in insert_many_unless_present(
            tx,
            ActivityRow,
            [_row(activity, now=now) for activity in wanted.values()],
            key=("source", "external_id"),
            returning=("id", "source", "external_id"),
        )
    }
    ids = dict(new)
    known = [key for key in wanted if key not in new]
    if known:
        for activity_id, source, external_id in tx.execute(_KNOWN, {"keys": known}):
            ids[source, external_id] = activity_id
    people: dict[uuid.UUID, set[uuid.UUID]] = {}
    for activity in activities:
        people.setdefault(activity.context_id, set()).add(activity.person_id)
    evaluated = {
        context_id: evaluate_people(tx, context_id, sorted(people[context_id]), now=now)
        for context_id in sorted(people)
    }
    recorded = []
    for key, activity in zip(keys, activities, strict=True):
        is_new = new.pop(key, None) is not None
        recorded.append(Recorded(ids[key], is_new, evaluated[activity.context_id][activity.person_id]))
    return recorded


def _row(activity: NewActivity, *, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "context_id": activity.context_id,
        "person_id": activity.person_id,
        "source": str(activity.source),
        "external_id": activity.external_id,
        "verb": str(activity.verb),
        "task_id": activity.task_id,
        "actor_id": activity.actor_id,
        "occurred_at": activity.occurred_at,
        "received_at": now,
    }
