"""Bringing learners to what the rules say: the only writer of ledger entries and balances.

Works on any number of learners of one course at once with the same few statements, so that one learner's click and an
import of five hundred take the same road.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from config.ids import new_id
from config.upsert import insert_many_unless_present
from gamification.engine.activity import Activity, Verb
from gamification.engine.desired import BONUS_RULE, NOTHING, Desired, desired
from gamification.engine.difference import HeldPoints, Movement, difference
from gamification.models import ActivityRow, Balance, LedgerEntry, LedgerKind
from gamification.rules import CurrentRules, hold_rules


@dataclass(frozen=True)
class Evaluated:
    """The outcome of comparing what should be with what is. `points` are those of required tasks.

    `movements` are the entries that were written; `state_changed` says that a score says something else now.
    """

    desired: Desired
    points: int
    bonus_points: int
    movements: tuple[Movement, ...]
    state_changed: bool
    version_id: uuid.UUID | None

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
    activities = activities_of(tx, context_id, person_ids)
    held = held_points(tx, context_id, person_ids)
    outcome: dict[uuid.UUID, Evaluated] = {}
    entries: list[dict[str, object]] = []
    for person_id, balance in balances.items():
        wanted = desired(activities.get(person_id, ()), current.rules)
        movements = difference(held.get(person_id, {}), wanted)
        entries += _entries(context_id, person_id, movements, current, now=now)
        state_changed = _move(balance, wanted, movements, current.number, now=now)
        outcome[person_id] = Evaluated(
            wanted, balance.points, balance.bonus_points, tuple(movements), state_changed, current.version_id
        )
    if entries:
        tx.execute(insert(LedgerEntry), entries)
    tx.flush()
    return outcome


def activities_of(
    tx: Session, context_id: uuid.UUID, person_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[Activity]]:
    """Return what each of these people did in the course, in no order."""
    rows = tx.execute(
        select(
            ActivityRow.person_id, ActivityRow.id, ActivityRow.verb, ActivityRow.task_id, ActivityRow.occurred_at
        ).where(ActivityRow.context_id == context_id, ActivityRow.person_id.in_(person_ids))
    )
    found: dict[uuid.UUID, list[Activity]] = {}
    for row in rows:
        activity = Activity(row.id, Verb(row.verb), row.task_id, row.occurred_at)
        found.setdefault(row.person_id, []).append(activity)
    return found


def held_points(
    tx: Session, context_id: uuid.UUID, person_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, dict[str, HeldPoints]]:
    """Return what the ledger says each of these people holds, by effect key."""
    rows = tx.execute(
        select(
            LedgerEntry.person_id,
            LedgerEntry.effect_key,
            func.sum(LedgerEntry.points).label("points"),
            func.count().label("entries"),
            func.max(LedgerEntry.rule_lineage).label("rule_lineage"),
        )
        .where(LedgerEntry.context_id == context_id, LedgerEntry.person_id.in_(person_ids))
        .group_by(LedgerEntry.person_id, LedgerEntry.effect_key)
    )
    found: dict[uuid.UUID, dict[str, HeldPoints]] = {}
    for row in rows:
        found.setdefault(row.person_id, {})[row.effect_key] = HeldPoints(int(row.points), row.entries, row.rule_lineage)
    return found


def _move(balance: Balance, wanted: Desired, movements: Iterable[Movement], number: int, *, now: datetime) -> bool:
    """Bring the balance along with the entries; says whether anything about the learner's standing changed."""
    bonus = sum(movement.points for movement in movements if movement.rule_lineage == BONUS_RULE)
    required = sum(movement.points for movement in movements if movement.rule_lineage != BONUS_RULE)
    changed = bool(required) or balance.goal_reached != wanted.goal_reached
    if changed or bonus or balance.version_number != number:
        balance.points += required
        balance.bonus_points += bonus
        balance.goal_reached = wanted.goal_reached
        balance.version_number = number
        balance.updated_at = now
    return changed


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


def _lock_balances(
    tx: Session, context_id: uuid.UUID, person_ids: Collection[uuid.UUID], *, now: datetime
) -> Mapping[uuid.UUID, Balance]:
    insert_many_unless_present(
        tx,
        Balance,
        [
            {
                "context_id": context_id,
                "person_id": person_id,
                "points": 0,
                "bonus_points": 0,
                "goal_reached": False,
                "version_number": 0,
                "updated_at": now,
            }
            for person_id in sorted(set(person_ids))
        ],
        key=("context_id", "person_id"),
    )
    rows = tx.execute(
        select(Balance)
        .where(Balance.context_id == context_id, Balance.person_id.in_(person_ids))
        .order_by(Balance.person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalars()
    return {balance.person_id: balance for balance in rows}
