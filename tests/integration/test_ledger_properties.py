"""The ledger on real databases, whatever happens: reviews, points by hand, taking back, extras and closed tasks.

Through `lti_tool.progress`, the one door of every source; tests/integration/test_record.py has the doubles and the
promises of what learners do themselves.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.models import Award
from config.database import Database
from gamification.engine.activity import Activity, Verb
from gamification.engine.desired import Desired, desired
from gamification.engine.rule_set import RuleSet
from gamification.evaluate import evaluate_people
from gamification.models import ActivityRow, LedgerEntry
from gamification.progress import people_with_balance
from gamification.publish import TaskDraft
from gamification.reconcile import reconcile
from lti_tool.progress import evaluate_again, record_activities, record_activity
from tests.factories.mixed_course import (
    EXTRA,
    KEEP,
    OLD,
    POINTS,
    READ,
    SHOW,
    SHOW_EXTRA,
    WATCH,
    WRITE,
    Fact,
    Held,
    MixedCourse,
    activities_told,
    awards_of,
    held_by,
    make_mixed_course,
)
from tests.factories.rows import NOW

facts = st.builds(
    Fact,
    st.sampled_from(Verb),
    st.sampled_from([READ, READ, WRITE, SHOW, SHOW, EXTRA, SHOW_EXTRA, OLD, WATCH, WATCH, KEEP]),
    st.integers(0, 1),
)


@st.composite
def tellings(draw: st.DrawFn) -> tuple[list[Fact], list[int]]:
    """What happened, and in which order it is told, some of it more than once."""
    happened = draw(st.lists(facts, min_size=3, max_size=9))
    twice = draw(st.lists(st.integers(0, len(happened) - 1), max_size=3))
    return happened, draw(st.permutations([*range(len(happened)), *twice]))


@given(telling=tellings())
@settings(max_examples=100)
def test_ledger_when_told_one_by_one_at_once_or_afterwards_is_the_same(
    course_on: tuple[Database, MixedCourse], telling: tuple[list[Fact], list[int]]
) -> None:
    database, course = course_on
    happened, order = telling
    with database.transaction() as tx:
        one_by_one, at_once, afterwards = (course.learner(tx) for _ in range(3))

    was_reached = False
    for position, index in enumerate(order):
        with database.transaction() as tx:
            recorded = record_activity(tx, happened[index].told(course, one_by_one, index), now=NOW)
        assert recorded.is_new == (index not in order[:position])
        was_reached |= recorded.desired.goal_reached
    with database.transaction() as tx:
        record_activities(tx, [happened[index].told(course, at_once, index) for index in order], now=NOW)
        for index in set(order):
            _tell_without_evaluating(tx, course, afterwards, happened[index])
        evaluate_again(tx, course.id, afterwards, now=NOW)

    wanted = _wanted(course, [happened[index] for index in sorted(set(order))])
    with database.reading() as tx:
        for person_id in (one_by_one, at_once, afterwards):
            assert activities_told(tx, person_id) == len(set(order))
            assert held_by(tx, course, person_id) == wanted
        assert awards_of(tx, one_by_one) == int(was_reached)
        assert awards_of(tx, at_once) == awards_of(tx, afterwards) == int(wanted.goal_reached)
        assert reconcile(tx, course.id) == []


@given(happened=st.lists(facts, max_size=6), first=st.permutations(range(8)))
@settings(max_examples=50)
def test_ledger_when_everything_is_taken_back_sums_to_nothing_and_stays_there(
    course_on: tuple[Database, MixedCourse], happened: list[Fact], first: list[int]
) -> None:
    database, course = course_on
    with database.transaction() as tx:
        person_id = course.learner(tx)
        record_activities(tx, [fact.told(course, person_id, n) for n, fact in enumerate(happened)], now=NOW)
    with database.reading() as tx:
        earned = held_by(tx, course, person_id)

    for task in first:
        with database.transaction() as tx:
            record_activity(tx, Fact(Verb.WITHDRAWN, task, 10).told(course, person_id, f"back-{task}"), now=NOW)
    with database.reading() as tx:
        entries = _entries(tx, course, person_id)
        assert held_by(tx, course, person_id) == Held({}, 0, 0, goal_reached=False)
        assert awards_of(tx, person_id) == int(earned.goal_reached)
        verbs = {row.id: row.verb for row in tx.execute(select(ActivityRow.id, ActivityRow.verb))}
    assert {entry["effect_key"] for entry in entries} == set(earned.sums)
    assert [(entry["step"], entry["kind"]) for entry in entries] == [(0, "earn"), (1, "reverse")] * len(earned.sums)
    assert {verbs[entry["activity_id"]] for entry in entries if entry["kind"] == "reverse"} <= {"withdrawn"}

    again = [
        Fact(verb, task, 20 + minute)
        for task in first
        for minute, verb in enumerate((Verb.COMPLETED, Verb.PASSED, Verb.HANDED_IN, Verb.NOT_YET, Verb.COMPLETED))
    ]
    with database.transaction() as tx:
        record_activities(tx, [fact.told(course, person_id, f"again-{n}") for n, fact in enumerate(again)], now=NOW)
        evaluate_again(tx, course.id, person_id, now=NOW)
    with database.reading() as tx:
        assert held_by(tx, course, person_id) == Held({}, 0, 0, goal_reached=False)
        assert _entries(tx, course, person_id) == entries


@given(verbs=st.lists(st.tuples(st.sampled_from(Verb), st.sampled_from([EXTRA, SHOW_EXTRA])), max_size=6))
@settings(max_examples=30)
def test_ledger_when_only_extras_are_done_never_reaches_the_goal(
    course_on: tuple[Database, MixedCourse], verbs: list[tuple[Verb, int]]
) -> None:
    database, course = course_on
    told = [Fact(verb, task, minute) for minute, (verb, task) in enumerate(verbs)]
    given_by_hand = [Fact(Verb.AWARDED, task, 60) for task in (EXTRA, SHOW_EXTRA)]

    with database.transaction() as tx:
        person_id = course.learner(tx)
        for number, fact in enumerate([*told, *given_by_hand]):
            record_activity(tx, fact.told(course, person_id, number), now=NOW)

    with database.reading() as tx:
        held = held_by(tx, course, person_id)
        assert awards_of(tx, person_id) == 0
    assert (held.points, held.goal_reached) == (0, False)
    assert held.bonus_points == POINTS[EXTRA] + POINTS[SHOW_EXTRA]


@dataclass(frozen=True)
class Change:
    """What a teacher does to one task before publishing."""

    task: int
    what: str
    points: int


changes = st.lists(
    st.builds(
        Change, st.integers(0, KEEP), st.sampled_from(["points", "extra", "leave-out", "words"]), st.integers(1, 60)
    ),
    max_size=4,
    unique_by=lambda change: change.task,
)


@given(
    happened=st.lists(st.lists(facts, max_size=5), min_size=1, max_size=3),
    publications=st.lists(st.tuples(changes, st.integers(1, 100)), min_size=1, max_size=2),
)
@settings(max_examples=50)
def test_publishing_when_any_allowed_change_is_made_alters_no_entry_and_takes_no_point(
    database: Database, happened: list[list[Fact]], publications: list[tuple[list[Change], int]]
) -> None:
    with database.transaction() as tx:
        course = make_mixed_course(tx, with_platform_tasks=True)
        people = [course.learner(tx) for _ in happened]
        for person_id, told in zip(people, happened, strict=True):
            record_activities(tx, [fact.told(course, person_id, n) for n, fact in enumerate(told)], now=NOW)
    touched = {fact.task for told in happened for fact in told} | {OLD}

    tasks = course.kept()
    for number, (asked, goal) in enumerate(publications, 2):
        with database.reading() as tx:
            before = {person_id: held_by(tx, course, person_id) for person_id in people}
            entries = {person_id: _entries(tx, course, person_id) for person_id in people}
            awards = set(tx.execute(select(Award.id)).scalars())
        tasks = _changed(course, tasks, asked, touched)
        goal_points = min(goal, sum(draft.points for draft in tasks if not draft.is_bonus))
        with database.transaction() as tx:
            published = course.publish(tx, tasks, seen_number=number, goal_points=goal_points)
            tasks = [
                replace(draft, task_id=rule.task_id) for draft, rule in zip(tasks, published.rules.tasks, strict=False)
            ]
            everybody = people_with_balance(tx, course.id)
            evaluate_people(tx, course.id, everybody, now=NOW)
        with database.reading() as tx:
            for person_id in people:
                after = held_by(tx, course, person_id)
                assert (after.sums, after.points, after.bonus_points) == (
                    before[person_id].sums,
                    before[person_id].points,
                    before[person_id].bonus_points,
                )
                assert after.goal_reached == (after.points >= goal_points)
                assert _entries(tx, course, person_id) == entries[person_id]
            assert awards <= set(tx.execute(select(Award.id)).scalars())
            assert reconcile(tx, course.id) == []
        if not published.is_new:
            return


def _changed(
    course: MixedCourse, tasks: Sequence[TaskDraft], asked: Sequence[Change], touched: set[int]
) -> list[TaskDraft]:
    """Return the tasks with every asked change that the rules allow, and always one new one that can be required."""
    by_task = {course.task_ids[change.task]: change for change in asked}
    found = []
    for draft in tasks:
        change = by_task.get(draft.task_id) if draft.task_id else None
        is_touched = draft.task_id in {course.task_ids[task] for task in touched}
        if change is None or (is_touched and change.what in {"points", "extra"}):
            found.append(draft)
        elif change.what == "points":
            found.append(replace(draft, points=change.points))
        elif change.what == "extra":
            found.append(replace(draft, is_bonus=not draft.is_bonus))
        elif change.what == "words":
            found.append(replace(draft, title=f"{draft.title}, in other words"))
    return [*found, TaskDraft(None, "New", 30)]


def _wanted(course: MixedCourse, happened: Sequence[Fact]) -> Held:
    """Return what the pure function says, of activities with ids of their own."""
    wanted = _desired(course.published.rules, course, happened)
    return Held(
        sums={effect.effect_key: effect.points for effect in wanted.points},
        points=wanted.total,
        bonus_points=wanted.bonus,
        goal_reached=wanted.goal_reached,
    )


def _desired(rules: RuleSet, course: MixedCourse, happened: Sequence[Fact]) -> Desired:
    told = [(fact.told(course, course.teacher_id, n), n) for n, fact in enumerate(happened)]
    return desired([Activity(uuid.UUID(int=n), fact.verb, fact.task_id, fact.occurred_at) for fact, n in told], rules)


def _tell_without_evaluating(tx: Session, course: MixedCourse, person_id: uuid.UUID, fact: Fact) -> None:
    told = fact.told(course, person_id, uuid.uuid4())
    tx.add(
        ActivityRow(
            id=uuid.uuid4(),
            context_id=told.context_id,
            person_id=told.person_id,
            source=told.source,
            external_id=told.external_id,
            verb=told.verb,
            task_id=told.task_id,
            actor_id=told.actor_id,
            occurred_at=told.occurred_at,
            received_at=NOW,
        )
    )
    tx.flush()


def _entries(tx: Session, course: MixedCourse, person_id: uuid.UUID) -> list[dict[str, Any]]:
    table = LedgerEntry.__table__
    rows = tx.execute(
        select(table)
        .where(table.c.context_id == course.id, table.c.person_id == person_id)
        .order_by(table.c.effect_key, table.c.step)
    ).mappings()
    return [dict(row) for row in rows]


@pytest.fixture
def course_on(database: Database) -> tuple[Database, MixedCourse]:
    with database.transaction() as tx:
        return database, make_mixed_course(tx, with_platform_tasks=True)
