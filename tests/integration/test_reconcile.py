"""Comparing ledgers with the rules: agreement says nothing, and each kind of difference is found and named."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from config.database import Database
from config.ids import new_id
from config.settings import child_environment
from gamification import reconcile as module
from gamification.engine.activity import Verb
from gamification.evaluate import evaluate_people
from gamification.models import Balance, LedgerEntry, LedgerKind, Task
from gamification.progress import people_with_balance
from gamification.reconcile import DifferenceKind, LedgerDifference, compare_learners, reconcile
from lti_tool.progress import record_activities, record_activity
from lti_tool.roster.models import Person
from tests.factories.course import completion
from tests.factories.mixed_course import EXTRA, POINTS, READ, SHOW, WRITE, Fact, MixedCourse, make_mixed_course
from tests.factories.rows import NOW, make_activity, make_context, make_person, make_task, registration_of

Tamper = Callable[[Session, MixedCourse, uuid.UUID], None]
READ_KEY, EXTRA_KEY, STRAY_KEY = "read", "extra", "stray:1"


def _set_balance(**values: object) -> Tamper:
    def tamper(tx: Session, _course: MixedCourse, person_id: uuid.UUID) -> None:
        tx.execute(update(Balance).where(Balance.person_id == person_id).values(**values))

    return tamper


def _forget_balance(tx: Session, _course: MixedCourse, person_id: uuid.UUID) -> None:
    tx.delete(tx.get_one(Balance, (_course.id, person_id)))


def _add_entry(key: str, step: int, points: int, lineage: str = "task") -> Tamper:
    def tamper(tx: Session, course: MixedCourse, person_id: uuid.UUID) -> None:
        tx.add(
            LedgerEntry(
                id=new_id(),
                context_id=course.id,
                person_id=person_id,
                effect_key=_key(course, key),
                step=step,
                rule_lineage=lineage,
                kind=LedgerKind.EARN if points > 0 else LedgerKind.REVERSE,
                points=points,
                rule_set_version_id=course.published.version_id,
                created_at=NOW,
            )
        )

    return tamper


def _add_fact(tx: Session, course: MixedCourse, person_id: uuid.UUID) -> None:
    make_activity(tx, tx.get_one(Task, course.task_ids[WRITE]), tx.get_one(Person, person_id))


@pytest.mark.parametrize(
    ("tamper", "differences"),
    [
        pytest.param(_set_balance(points=11), [("points", "", 10, 11)], id="balance"),
        pytest.param(_set_balance(bonus_points=0), [("bonus-points", "", 15, 0)], id="bonus"),
        pytest.param(_set_balance(goal_reached=True), [("goal-reached", "", 0, 1)], id="goal"),
        pytest.param(_set_balance(version_number=9), [("version", "", 2, 9)], id="unknown-version"),
        pytest.param(_forget_balance, [("balance-missing", "", 1, 0)], id="no-balance"),
        pytest.param(
            _add_entry(STRAY_KEY, 0, 7), [("sum", STRAY_KEY, 0, 7), ("points", "", 17, 10)], id="an-entry-of-no-rule"
        ),
        pytest.param(
            _add_entry(EXTRA_KEY, 1, 5, "bonus"),
            [("sum", EXTRA_KEY, 15, 20), ("bonus-points", "", 20, 15)],
            id="an-entry-too-many",
        ),
        pytest.param(
            _add_entry(READ_KEY, 2, -3),
            [("sum", READ_KEY, 10, 7), ("points", "", 7, 10), ("steps", READ_KEY, 3, 2)],
            id="a-step-missing",
        ),
        pytest.param(_add_fact, [("sum", "write", 20, 0), ("goal-reached", "", 1, 0)], id="a-fact-not-evaluated"),
    ],
)
def test_reconcile_when_something_was_tampered_with_names_it(
    database: Database, tamper: Tamper, differences: list[tuple[str, str, int, int]]
) -> None:
    with database.transaction() as tx:
        course = make_mixed_course(tx)
        person_id, _other = _busy_learner(tx, course), _busy_learner(tx, course)
        assert reconcile(tx, course.id) == reconcile(tx) == []

        tamper(tx, course, person_id)
        tx.flush()

        assert reconcile(tx, course.id) == [
            LedgerDifference(DifferenceKind(kind), course.id, person_id, expected, found, _key(course, key))
            for kind, key, expected, found in differences
        ]


def test_reconcile_when_all_courses_are_compared_finds_the_one(database: Database) -> None:
    with database.transaction() as tx:
        courses = [make_mixed_course(tx) for _ in range(3)]
        person_id = _busy_learner(tx, courses[1])
        _set_balance(points=0)(tx, courses[1], person_id)

        assert [(found.context_id, found.person_id) for found in reconcile(tx)] == [(courses[1].id, person_id)]
        assert reconcile(tx, courses[0].id) == reconcile(tx, new_id()) == []
        assert not reconcile(tx)[0].is_waiting


def test_reconcile_when_learners_are_many_compares_each_of_them_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    with database.transaction() as tx:
        course = make_mixed_course(tx)
        people = [_busy_learner(tx, course) for _ in range(5)]
        _forget_balance(tx, course, people[3])
        tx.flush()
        everybody = {*people_with_balance(tx, course.id), *people}

        compared = [person_id for person_id, _differences in compare_learners(tx, course.id)]
        found = reconcile(tx)

    assert len(compared) == 6
    assert compared == sorted(everybody)
    assert [(difference.person_id, difference.kind) for difference in found] == [(people[3], "balance-missing")]


def test_reconcile_when_newer_rules_were_published_says_who_waits_and_still_finds_differences(
    database: Database,
) -> None:
    with database.transaction() as tx:
        course = make_mixed_course(tx)
        people = [_busy_learner(tx, course) for _ in range(2)]
        everybody = people_with_balance(tx, course.id)
        course.publish(tx, course.kept(), seen_number=2, goal_points=10)

        waiting = reconcile(tx)
        assert all(found.is_waiting for found in waiting)
        assert [(found.person_id, found.expected, found.found) for found in waiting] == [
            (person_id, 3, 2) for person_id in everybody
        ]

        _set_balance(points=99)(tx, course, people[0])
        assert [found.person_id for found in reconcile(tx) if not found.is_waiting] == [people[0]]
        _set_balance(points=10)(tx, course, people[0])

        evaluate_people(tx, course.id, everybody, now=NOW)
        assert reconcile(tx) == []


def test_reconcile_when_only_words_were_published_keeps_nobody_waiting(database: Database) -> None:
    with database.transaction() as tx:
        course = make_mixed_course(tx)
        _busy_learner(tx, course)
        other_words = [replace(draft, title=f"{draft.title}!") for draft in course.kept()]
        assert not course.publish(tx, other_words, seen_number=2).evaluation_needed

        assert reconcile(tx) == []


def test_reconcile_when_nothing_was_published_expects_nothing_and_then_everybody_waits(database: Database) -> None:
    with database.transaction() as tx:
        context = make_context(tx)
        task = make_task(tx, context)
        person_id = make_person(tx, registration_of(tx, context)).id
        record_activity(tx, completion(context.id, person_id, task.id), now=NOW)

        assert reconcile(tx) == []


def test_command_when_all_agrees_says_how_many_learners_and_ends_well(database: Database, database_url: str) -> None:
    with database.transaction() as tx:
        course = make_mixed_course(tx)
        _busy_learner(tx, course)

    done = _command(database_url)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "2 learner(s) compared: 0 difference(s), 0 waiting for the newest rules.\n"


def test_command_when_something_differs_prints_ids_without_names_and_fails(
    database: Database, database_url: str
) -> None:
    with database.transaction() as tx:
        course, other = make_mixed_course(tx), make_mixed_course(tx)
        person_id = _busy_learner(tx, course)
        _set_balance(points=11)(tx, course, person_id)
        other.publish(tx, other.kept(), seen_number=2, goal_points=10)
        [waiting] = people_with_balance(tx, other.id)

    done = _command(database_url)
    waits_only = _command(database_url, "--course", str(other.id))

    assert done.returncode == 1
    *lines, summary = done.stdout.splitlines()
    assert set(lines) == {
        f"course {course.id} learner {person_id} points: expected 10, found 11",
        f"course {other.id} learner {waiting} waiting: expected 3, found 2",
    }
    assert summary == "3 learner(s) compared: 1 difference(s), 1 waiting for the newest rules."
    assert "Sanne" not in done.stdout + done.stderr
    assert (waits_only.returncode, len(waits_only.stdout.splitlines())) == (0, 2)


def _command(database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from lti_tool.cli import main; main()", "ledger", "reconcile", *arguments],
        env=child_environment({"SECRET_KEY": "s" * 40, "DATABASE_URL": database_url}),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _busy_learner(tx: Session, course: MixedCourse) -> uuid.UUID:
    """Somebody with 10 points and 15 extra, who had a review, and lost what was given by hand."""
    person_id = course.learner(tx)
    told = [
        Fact(Verb.COMPLETED, READ, 1),
        Fact(Verb.COMPLETED, EXTRA, 2),
        Fact(Verb.HANDED_IN, SHOW, 3),
        Fact(Verb.AWARDED, SHOW, 4),
        Fact(Verb.WITHDRAWN, SHOW, 5),
    ]
    for number, fact in enumerate(told):
        record_activities(tx, [fact.told(course, person_id, number)], now=NOW)
    balance = tx.get_one(Balance, (course.id, person_id))
    assert (balance.points, balance.bonus_points) == (POINTS[READ], POINTS[EXTRA])
    return person_id


def _key(course: MixedCourse, name: str) -> str:
    keys = {"read": f"task:{course.task_ids[READ]}", "write": f"task:{course.task_ids[WRITE]}"}
    return {**keys, "extra": f"bonus:{course.task_ids[EXTRA]}"}.get(name, name)
