"""From an activity to committed points, badge and promised score; beside it the bare insert of the same rows.

Ours: `lti_tool.progress.record_activity`, a transaction each, and `record_activities` in batches of 500. Bare: INSERT …
ON CONFLICT DO NOTHING of the same activities on the same connections, a transaction each and in batches of 500: what
keeping the fact alone costs. Both take turns on the same database, so that they meet the same weather. What came out
is compared with sums made in plain Python.
"""

from __future__ import annotations

import gc
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.dialects import postgresql, sqlite

from badges.models import Award
from benchmarks.places import BenchCourse, fresh_databases, make_bench_course
from benchmarks.told import points_of, tell
from config.database import Database
from config.ids import new_id
from config.outbox import OutboxMessage
from gamification.models import ActivityRow, Balance, LedgerEntry
from gamification.record import NewActivity
from lti_tool.messages import MessageType
from lti_tool.progress import record_activities, record_activity
from tests.factories.rows import NOW

ROUNDS = 3
LEARNERS = 500
IN_BATCHES = 10_000
ONE_BY_ONE = 1_500
BATCH = 500
TURN = 100
"""How many single activities one side records before it is the other's turn."""
AIMS = {
    ("postgresql", "one at a time"): ("ratio_to_bare", 0.25),
    ("sqlite", "one at a time"): ("activities_per_s", 500),
    ("postgresql", "batches of 500"): ("activities_per_s", 5_000),
}


@dataclass
class Side:
    """How long one side took in one round, and the statements it sent."""

    seconds: float = 0.0
    statements: int = 0


@dataclass
class Tally:
    """The rounds of one way of recording on one database."""

    ours: list[Side] = field(default_factory=list)
    bare: list[Side] = field(default_factory=list)


def run() -> Iterator[dict[str, Any]]:
    """Yield one line for each database and way of recording, and one that says whether the sums were right."""
    with fresh_databases() as urls:
        for name, url in urls.items():
            database = Database(url)
            counted = _count_statements(database)
            ways = {"batches of 500": Tally(), "one at a time": Tally()}
            wrong: list[str] = []
            for number in range(ROUNDS):
                wrong += _round(database, counted, ways, number)
            database.dispose()
            for way, told in (("one at a time", ONE_BY_ONE), ("batches of 500", IN_BATCHES)):
                yield {"database": name, "way": way, **_line(ways[way], told), **_aim(name, way, ways[way], told)}
            yield {"database": name, "correct": not wrong, "wrong": wrong}


def _round(database: Database, counted: Side, ways: dict[str, Tally], number: int) -> list[str]:
    with database.transaction() as tx:
        ours, bare = make_bench_course(tx, learners=LEARNERS), make_bench_course(tx, learners=LEARNERS)
    told = tell(ours, IN_BATCHES + ONE_BY_ONE, seed=number, prefix=f"ours-{number}")
    told_bare = tell(bare, IN_BATCHES + ONE_BY_ONE, seed=number, prefix=f"bare-{number}")
    insert = _bare_insert(database)

    def one_by_one(turn: Sequence[NewActivity]) -> None:
        for activity in turn:
            with database.transaction() as tx:
                record_activity(tx, activity, now=NOW)

    def as_batch(turn: Sequence[NewActivity]) -> None:
        with database.transaction() as tx:
            record_activities(tx, turn, now=NOW)

    def bare_one_by_one(turn: Sequence[NewActivity]) -> None:
        for activity in turn:
            with database.engine.begin() as connection:
                connection.execute(insert, _row(activity))

    def bare_as_batch(turn: Sequence[NewActivity]) -> None:
        with database.engine.begin() as connection:
            connection.execute(insert, [_row(activity) for activity in turn])

    for tally, ours_do, bare_do, part, size in (
        (ways["batches of 500"], as_batch, bare_as_batch, slice(None, IN_BATCHES), BATCH),
        (ways["one at a time"], one_by_one, bare_one_by_one, slice(IN_BATCHES, None), TURN),
    ):
        tally.ours.append(Side())
        tally.bare.append(Side())
        # What this benchmark itself keeps in memory is no work for the collector while it measures.
        gc.collect()
        gc.freeze()
        for turn, bare_turn in zip(_turns(told[part], size), _turns(told_bare[part], size), strict=True):
            _measure(tally.bare[-1], counted, bare_do, bare_turn)
            _measure(tally.ours[-1], counted, ours_do, turn)
    return _check(database, ours, told) + _check_bare(database, bare, told_bare)


def _turns(told: Sequence[NewActivity], size: int) -> list[Sequence[NewActivity]]:
    return [told[start : start + size] for start in range(0, len(told), size)]


def _measure(
    side: Side, counted: Side, do: Callable[[Sequence[NewActivity]], None], turn: Sequence[NewActivity]
) -> None:
    before = counted.statements
    began = time.perf_counter()
    do(turn)
    side.seconds += time.perf_counter() - began
    side.statements += counted.statements - before


def _count_statements(database: Database) -> Side:
    counted = Side()

    @event.listens_for(database.engine, "before_cursor_execute")
    def count(*_arguments: object) -> None:
        counted.statements += 1

    return counted


def _bare_insert(database: Database) -> postgresql.Insert | sqlite.Insert:
    table: Any = ActivityRow.__table__
    insert = sqlite.insert(table) if database.is_sqlite else postgresql.insert(table)
    return insert.on_conflict_do_nothing(index_elements=["source", "external_id"])


def _row(activity: NewActivity) -> dict[str, object]:
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
        "received_at": NOW,
    }


def _line(tally: Tally, told: int) -> dict[str, Any]:
    ours, bare = _rate(tally.ours, told), _rate(tally.bare, told)
    return {
        "activities": told,
        "activities_per_s": round(ours),
        "bare_per_s": round(bare),
        "ratio_to_bare": round(ours / bare, 3),
        "rounds_per_s": [round(told / side.seconds) for side in tally.ours],
        "bare_rounds_per_s": [round(told / side.seconds) for side in tally.bare],
        "statements_per_activity": round(sum(side.statements for side in tally.ours) / told / ROUNDS, 3),
    }


def _rate(rounds: Sequence[Side], told: int) -> float:
    return median(told / side.seconds for side in rounds)


def _aim(database: str, way: str, tally: Tally, told: int) -> dict[str, Any]:
    if (database, way) not in AIMS:
        return {}
    what, at_least = AIMS[database, way]
    return {"aim": f"{what} at least {at_least}", "aim_met": _line(tally, told)[what] >= at_least}


def _check(database: Database, course: BenchCourse, told: Sequence[NewActivity]) -> list[str]:
    """Return what is not as plain Python says, in words."""
    expected = points_of(course.points, told)
    expected_bonus = points_of(course.bonus_points, told)
    without_taking_back = points_of(course.points, [fact for fact in told if not fact.actor_id])
    with database.reading() as tx:
        balances = {
            row.person_id: row
            for row in tx.execute(
                select(Balance.person_id, Balance.points, Balance.bonus_points, Balance.goal_reached).where(
                    Balance.context_id == course.context_id
                )
            )
        }
        ledger = {
            (row.person_id, row.rule_lineage): int(row.points)
            for row in tx.execute(
                select(LedgerEntry.person_id, LedgerEntry.rule_lineage, func.sum(LedgerEntry.points).label("points"))
                .where(LedgerEntry.context_id == course.context_id)
                .group_by(LedgerEntry.person_id, LedgerEntry.rule_lineage)
            )
        }
        awarded = list(tx.execute(select(Award.person_id).where(Award.person_id.in_(course.learner_ids))).scalars())
        promised = {
            uuid.UUID(ids["person_id"])
            for ids in tx.execute(
                select(OutboxMessage.ids).where(OutboxMessage.type == MessageType.PUBLISH_SCORE)
            ).scalars()
        }
    has_reached = {person_id for person_id, points in expected.items() if points >= course.goal_points}
    could_reach = {person_id for person_id, points in without_taking_back.items() if points >= course.goal_points}
    found = {
        "balances": {person_id: row.points for person_id, row in balances.items()} == expected,
        "ledger": {person_id: ledger.get((person_id, "task"), 0) for person_id in expected} == expected,
        "bonus balances": {person_id: row.bonus_points for person_id, row in balances.items()} == expected_bonus,
        "bonus ledger": {person_id: ledger.get((person_id, "bonus"), 0) for person_id in expected} == expected_bonus,
        "goals": {person_id for person_id, row in balances.items() if row.goal_reached} == has_reached,
        "awards": has_reached <= set(awarded) <= could_reach and len(awarded) == len(set(awarded)),
        "scores": {person_id for person_id, points in expected.items() if points} <= promised,
        "something": bool(has_reached) and len(could_reach) < len(expected),
    }
    return [what for what, is_right in found.items() if not is_right] + _check_bare(database, course, told)


def _check_bare(database: Database, course: BenchCourse, told: Sequence[NewActivity]) -> list[str]:
    with database.reading() as tx:
        kept = tx.execute(
            select(func.count()).select_from(ActivityRow).where(ActivityRow.context_id == course.context_id)
        ).scalar_one()
    return [] if kept == len({fact.external_id for fact in told}) else ["activities"]
