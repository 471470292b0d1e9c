"""Comparing every learner's ledger and balance with what the rules say: the proof that they agree. Never writes.

Each learner is compared with the version of the rules under which the balance was brought up to date last: every
recording and evaluation names it, so the sums are those of that version whatever was published since.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from gamification.engine.activity import Activity
from gamification.engine.desired import BONUS_RULE, NOTHING, Desired, desired
from gamification.engine.difference import HeldPoints
from gamification.evaluate import activities_of, held_points
from gamification.models import ActivityRow, Balance, LedgerEntry, RuleSetVersion
from gamification.rules import CurrentRules, current_rules, get_version

BATCH = 500


class DifferenceKind(StrEnum):
    """What does not agree."""

    SUM = "sum"
    """The entries of one effect key do not sum to what the rules say."""
    STEPS = "steps"
    """The steps of one effect key are not 0, 1, 2, …: an entry is missing. Says how many there should be."""
    BALANCE_MISSING = "balance-missing"
    POINTS = "points"
    BONUS_POINTS = "bonus-points"
    GOAL_REACHED = "goal-reached"
    VERSION = "version"
    """The balance names a version that the course does not have."""
    WAITING = "waiting"
    """No difference: the learner is still to be brought to the newest version."""


@dataclass(frozen=True)
class LedgerDifference:
    """Something that does not agree; ids only. `effect_key` is empty where the balance as a whole is meant."""

    kind: DifferenceKind
    context_id: uuid.UUID
    person_id: uuid.UUID
    expected: int
    found: int
    effect_key: str = ""

    @property
    def is_waiting(self) -> bool:
        """Whether nothing is wrong here: the background has not come to this learner yet."""
        return self.kind is DifferenceKind.WAITING


def reconcile(tx: Session, context_id: uuid.UUID | None = None) -> list[LedgerDifference]:
    """Return what does not agree in one course, or in all."""
    return [difference for _person_id, found in compare_learners(tx, context_id) for difference in found]


def compare_learners(
    tx: Session, context_id: uuid.UUID | None = None
) -> Iterator[tuple[uuid.UUID, list[LedgerDifference]]]:
    """Yield each learner of one course, or of all, with what does not agree: in batches, so that any number fits.

    On PostgreSQL the caller gives a REPEATABLE READ transaction, so that what is recorded meanwhile is no difference.
    """
    for course in [context_id] if context_id else _courses(tx):
        current = current_rules(tx, course)
        numbers = {
            row.number: row.id
            for row in tx.execute(
                select(RuleSetVersion.number, RuleSetVersion.id).where(RuleSetVersion.context_id == course)
            )
        }
        for people in _batches(tx, course):
            activities = activities_of(tx, course, people)
            held = held_points(tx, course, people)
            steps = _last_steps(tx, course, people)
            balances = _balances(tx, course, people)
            for person_id in people:
                learner = _Learner(
                    course, person_id, activities.get(person_id, []), held.get(person_id, {}), balances.get(person_id)
                )
                yield person_id, [*_compare(tx, learner, numbers, current), *_gaps(learner, steps)]


class _Balance(NamedTuple):
    """What the balance says."""

    points: int
    bonus_points: int
    goal_reached: bool
    version_number: int


@dataclass(frozen=True)
class _Learner:
    """What is known of one learner in one course."""

    context_id: uuid.UUID
    person_id: uuid.UUID
    activities: Sequence[Activity]
    held: dict[str, HeldPoints]
    balance: _Balance | None

    def differs(self, kind: DifferenceKind, expected: int, found: int, effect_key: str = "") -> LedgerDifference:
        return LedgerDifference(kind, self.context_id, self.person_id, expected, found, effect_key)


def _compare(
    tx: Session, learner: _Learner, numbers: dict[int, uuid.UUID], current: CurrentRules | None
) -> Iterator[LedgerDifference]:
    newest = current.number if current else 0
    number = learner.balance.version_number if learner.balance else newest
    if number and number not in numbers:
        yield learner.differs(DifferenceKind.VERSION, newest, number)
        number = newest
    evaluated = get_version(tx, numbers[number]) if number else None
    wanted = desired(learner.activities, evaluated.rules) if evaluated else NOTHING
    yield from _sums(learner, wanted)
    if learner.balance is None:
        yield learner.differs(DifferenceKind.BALANCE_MISSING, 1, 0)
        return
    required = sum(held.points for held in learner.held.values() if held.rule_lineage != BONUS_RULE)
    bonus = sum(held.points for held in learner.held.values() if held.rule_lineage == BONUS_RULE)
    for kind, expected, found in (
        (DifferenceKind.POINTS, required, learner.balance.points),
        (DifferenceKind.BONUS_POINTS, bonus, learner.balance.bonus_points),
        (DifferenceKind.GOAL_REACHED, int(wanted.goal_reached), int(learner.balance.goal_reached)),
    ):
        if expected != found:
            yield learner.differs(kind, expected, found)
    if current and not (evaluated and evaluated.rules.counts_as(current.rules)):
        yield learner.differs(DifferenceKind.WAITING, newest, number)


def _sums(learner: _Learner, wanted: Desired) -> Iterator[LedgerDifference]:
    should = {effect.effect_key: effect.points for effect in wanted.points}
    for key in sorted({*should, *learner.held}):
        expected = should.get(key, 0)
        found = learner.held[key].points if key in learner.held else 0
        if expected != found:
            yield learner.differs(DifferenceKind.SUM, expected, found, key)


def _gaps(learner: _Learner, last_steps: dict[tuple[uuid.UUID, str], int]) -> Iterator[LedgerDifference]:
    """Yield the keys of which a step is missing: steps are unique and from 0 up, so the last one tells."""
    for key, held in learner.held.items():
        expected = last_steps[learner.person_id, key] + 1
        if held.entries != expected:
            yield learner.differs(DifferenceKind.STEPS, expected, held.entries, key)


def _balances(tx: Session, context_id: uuid.UUID, person_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, _Balance]:
    rows = tx.execute(
        select(
            Balance.person_id, Balance.points, Balance.bonus_points, Balance.goal_reached, Balance.version_number
        ).where(Balance.context_id == context_id, Balance.person_id.in_(person_ids))
    )
    return {row.person_id: _Balance(row.points, row.bonus_points, row.goal_reached, row.version_number) for row in rows}


def _last_steps(
    tx: Session, context_id: uuid.UUID, person_ids: Sequence[uuid.UUID]
) -> dict[tuple[uuid.UUID, str], int]:
    rows = tx.execute(
        select(LedgerEntry.person_id, LedgerEntry.effect_key, func.max(LedgerEntry.step).label("step"))
        .where(LedgerEntry.context_id == context_id, LedgerEntry.person_id.in_(person_ids))
        .group_by(LedgerEntry.person_id, LedgerEntry.effect_key)
    )
    return {(row.person_id, row.effect_key): row.step for row in rows}


def _courses(tx: Session) -> list[uuid.UUID]:
    every = union(*(select(table.context_id.label("id")) for table in (ActivityRow, LedgerEntry, Balance))).subquery()
    return list(tx.execute(select(every.c.id).order_by(every.c.id)).scalars())


def _batches(tx: Session, context_id: uuid.UUID) -> Iterator[list[uuid.UUID]]:
    """Yield everybody about whom anything is kept in the course, in the order of their ids."""
    every = union(
        *(
            select(table.person_id.label("id")).where(table.context_id == context_id)
            for table in (ActivityRow, LedgerEntry, Balance)
        )
    ).subquery()
    after: uuid.UUID | None = None
    while True:
        query = select(every.c.id).order_by(every.c.id).limit(BATCH)
        people = list(tx.execute(query.where(every.c.id > after) if after else query).scalars())
        if people:
            yield people
        if len(people) < BATCH:
            return
        after = people[-1]
