"""Bringing learners to what the rules say: the only writer of ledger entries and balances.

Works on any number of learners of one course at once with the same few statements, so that one learner's click and an
import of five hundred take the same road.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Select, Table, Uuid, bindparam, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from config.ids import new_id
from config.upsert import insert_many, insert_many_unless_present
from gamification.engine.activity import Activity, Verb
from gamification.engine.desired import BONUS_RULE, NOTHING, Desired, desired
from gamification.engine.difference import HeldPoints, Movement, difference
from gamification.models import ActivityRow, Balance, LedgerEntry, LedgerKind
from gamification.rules import CurrentRules, hold_rules

# Built once and on tables instead of classes: making a statement costs as much as running it, and every activity of
# every learner passes here. The types are named because a foreign key gets its own only when its table is known.
_ACTIVITY = cast(Table, ActivityRow.__table__).c
_LEDGER = cast(Table, LedgerEntry.__table__).c
_BALANCE = cast(Table, Balance.__table__).c
_CONTEXT = bindparam("context", type_=Uuid())


class _Queries:
    """What is read, in the words of one kind of database.

    PostgreSQL gets the people as one array: the text is the same however many there are, and planned once.
    """

    def __init__(self, *, is_postgresql: bool) -> None:
        def among(person_id: ColumnElement[uuid.UUID]) -> ColumnElement[bool]:
            if is_postgresql:
                return person_id == func.any(bindparam("people", type_=postgresql.ARRAY(Uuid())))
            return person_id.in_(bindparam("people", type_=Uuid(), expanding=True))

        self.balances = (
            select(
                _BALANCE.person_id,
                _BALANCE.points,
                _BALANCE.bonus_points,
                _BALANCE.goal_reached,
                _BALANCE.version_number,
            )
            .where(_BALANCE.context_id == _CONTEXT, among(_BALANCE.person_id))
            .order_by(_BALANCE.person_id)
            .with_for_update()
        )
        self.activities = select(
            _ACTIVITY.person_id,
            _ACTIVITY.id,
            _ACTIVITY.verb,
            _ACTIVITY.task_id,
            _ACTIVITY.occurred_at,
            _ACTIVITY.received_at,
        ).where(_ACTIVITY.context_id == _CONTEXT, among(_ACTIVITY.person_id))
        self.held = (
            select(
                _LEDGER.person_id,
                _LEDGER.effect_key,
                func.sum(_LEDGER.points),
                func.count(),
                func.max(_LEDGER.rule_lineage),
            )
            .where(_LEDGER.context_id == _CONTEXT, among(_LEDGER.person_id))
            .group_by(_LEDGER.person_id, _LEDGER.effect_key)
        )


@cache
def _queries(*, is_postgresql: bool) -> _Queries:
    return _Queries(is_postgresql=is_postgresql)


def _read(
    tx: Session, which: Callable[[_Queries], Select[Any]], context_id: uuid.UUID, people: Collection[uuid.UUID]
) -> Sequence[Any]:
    queries = _queries(is_postgresql=tx.get_bind().dialect.name == "postgresql")
    return tx.execute(which(queries), {"context": context_id, "people": list(people)}).all()


_VERBS = {str(verb): verb for verb in Verb}


class _Balance(NamedTuple):
    """A balance while it is looked at, without the row: one is made for every learner of an import."""

    points: int
    bonus_points: int
    goal_reached: bool
    version_number: int


_BALANCE_KEY = ("context_id", "person_id")
_BALANCE_VALUES = (*_Balance._fields, "updated_at")


@dataclass(frozen=True)
class Evaluated:
    """The outcome of comparing what should be with what is. `points` are those of required tasks.

    `movements` are the entries that were written; `state_changed` says that a score says something else now.
    `known_at` is when the newest of the activities that decided was recorded; None where nothing was decided.
    """

    desired: Desired
    points: int
    bonus_points: int
    movements: tuple[Movement, ...]
    state_changed: bool
    version_id: uuid.UUID | None
    known_at: datetime | None = None

    @property
    def points_changed(self) -> bool:
        """Whether an entry was written."""
        return bool(self.movements)


def evaluate(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> Evaluated:
    """Bring one learner's ledger and balance to what the rules say now."""
    return evaluate_people(tx, context_id, [person_id], now=now)[person_id]


def evaluate_people(
    tx: Session, context_id: uuid.UUID, person_ids: Collection[uuid.UUID], *, now: datetime
) -> dict[uuid.UUID, Evaluated]:
    """Bring these learners' ledgers and balances to what the rules say now.

    Locks the balances first, in the order of their people (making them when missing: a missing row locks nothing, and
    a learner's first two activities would not see each other), then holds the published version still.
    """
    balances = _lock_balances(tx, context_id, person_ids, now=now)
    current = hold_rules(tx, context_id)
    if current is None:
        return {
            person_id: Evaluated(NOTHING, balance.points, balance.bonus_points, (), False, None)
            for person_id, balance in balances.items()
        }
    activities, known_at = _read_activities(tx, context_id, person_ids)
    held = held_points(tx, context_id, person_ids)
    outcome: dict[uuid.UUID, Evaluated] = {}
    entries: list[dict[str, object]] = []
    moved: list[dict[str, object]] = []
    for person_id, before in balances.items():
        wanted = desired(activities.get(person_id, ()), current.rules)
        movements = difference(held.get(person_id, {}), wanted)
        entries += _entries(context_id, person_id, movements, current, now=now)
        after = _move(before, wanted, movements, current.number)
        if after != before:
            moved.append(_balance_row(context_id, person_id, after, now=now))
        state_changed = (after.points, after.goal_reached) != (before.points, before.goal_reached)
        outcome[person_id] = Evaluated(
            wanted,
            after.points,
            after.bonus_points,
            tuple(movements),
            state_changed,
            current.version_id,
            known_at.get(person_id),
        )
    insert_many(tx, LedgerEntry, entries)
    insert_many(tx, Balance, moved, key=_BALANCE_KEY, update=_BALANCE_VALUES)
    return outcome


def activities_of(
    tx: Session, context_id: uuid.UUID, person_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[Activity]]:
    """Return what each of these people did in the course, in no order."""
    return _read_activities(tx, context_id, person_ids)[0]


def _read_activities(
    tx: Session, context_id: uuid.UUID, person_ids: Collection[uuid.UUID]
) -> tuple[dict[uuid.UUID, list[Activity]], dict[uuid.UUID, datetime]]:
    """Return what each of these people did, in no order, and when the newest of it was recorded."""
    found: dict[uuid.UUID, list[Activity]] = {}
    known_at: dict[uuid.UUID, datetime] = {}
    rows = _read(tx, lambda queries: queries.activities, context_id, person_ids)
    for person_id, activity_id, verb, task_id, occurred_at, received_at in rows:
        found.setdefault(person_id, []).append(Activity(activity_id, _VERBS[verb], task_id, occurred_at))
        if known_at.setdefault(person_id, received_at) < received_at:
            known_at[person_id] = received_at
    return found, known_at


def held_points(
    tx: Session, context_id: uuid.UUID, person_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, dict[str, HeldPoints]]:
    """Return what the ledger says each of these people holds, by effect key."""
    found: dict[uuid.UUID, dict[str, HeldPoints]] = {}
    rows = _read(tx, lambda queries: queries.held, context_id, person_ids)
    for person_id, effect_key, points, entries, rule_lineage in rows:
        found.setdefault(person_id, {})[effect_key] = HeldPoints(int(points), entries, rule_lineage)
    return found


def _move(before: _Balance, wanted: Desired, movements: Iterable[Movement], number: int) -> _Balance:
    """Bring the balance along with the entries."""
    required, bonus = before.points, before.bonus_points
    for movement in movements:
        if movement.rule_lineage == BONUS_RULE:
            bonus += movement.points
        else:
            required += movement.points
    return _Balance(required, bonus, wanted.goal_reached, number)


def _entries(
    context_id: uuid.UUID, person_id: uuid.UUID, movements: Iterable[Movement], current: CurrentRules, *, now: datetime
) -> list[dict[str, object]]:
    return [
        {
            "id": new_id(),
            "context_id": context_id,
            "person_id": person_id,
            "effect_key": movement.effect_key,
            "step": movement.step,
            "rule_lineage": movement.rule_lineage,
            "kind": LedgerKind.EARN if movement.points > 0 else LedgerKind.REVERSE,
            "points": movement.points,
            "rule_set_version_id": current.version_id,
            "activity_id": movement.activity_id,
            "created_at": now,
        }
        for movement in movements
    ]


def _balance_row(context_id: uuid.UUID, person_id: uuid.UUID, balance: _Balance, *, now: datetime) -> dict[str, object]:
    return {"context_id": context_id, "person_id": person_id, **balance._asdict(), "updated_at": now}


def _lock_balances(
    tx: Session, context_id: uuid.UUID, person_ids: Collection[uuid.UUID], *, now: datetime
) -> Mapping[uuid.UUID, _Balance]:
    """Lock the balances in the order of their people, and return them.

    Of one learner the row is nearly always there: look first. For several look second: a row that was missing at the
    look and is there a moment later would be locked after its turn.
    """
    people = sorted(set(person_ids))
    found = _find_balances(tx, context_id, people) if len(people) == 1 else {}
    if found or not people:
        return found
    nothing = _Balance(0, 0, False, 0)
    insert_many_unless_present(
        tx, Balance, [_balance_row(context_id, person_id, nothing, now=now) for person_id in people], key=_BALANCE_KEY
    )
    return _find_balances(tx, context_id, people)


def _find_balances(tx: Session, context_id: uuid.UUID, people: list[uuid.UUID]) -> dict[uuid.UUID, _Balance]:
    rows = _read(tx, lambda queries: queries.balances, context_id, people)
    return {row[0]: _Balance(*row[1:]) for row in rows}
