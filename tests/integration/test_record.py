"""Recording activities on real databases: whatever the order, the doubles and the moments, the sums are the rules'.

Through `lti_tool.progress.record_activity`, the one door of every source: points, badge and promises together.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from badges.award import holders, list_awards
from badges.models import Award, AwardState
from config.database import Database
from gamification.engine.activity import Activity, Verb
from gamification.engine.desired import Desired, desired
from gamification.engine.rule_set import RuleSet, TaskRule
from gamification.evaluate import evaluate
from gamification.models import ActivityRow, Balance, LedgerEntry, RuleSetPointer
from gamification.progress import standing, tallies
from lti_tool.messages import MessageType
from lti_tool.progress import record_activity
from tests.factories.course import Course, completion, make_course, make_learner
from tests.factories.promises import Promise, promised, take_promises
from tests.factories.rows import NOW, make_context, make_person, make_rule_set_version, make_task, registration_of

POINTS = (5, 10, 20, 40)
GOAL = 30


@dataclass(frozen=True)
class Telling:
    """One report of a fact: the same fact can be told more than once, and different facts can be about one task."""

    fact: int
    task: int
    minute: int


@st.composite
def tellings(draw: st.DrawFn) -> list[Telling]:
    facts = draw(st.lists(st.tuples(st.integers(0, len(POINTS) - 1), st.integers(0, 3)), max_size=6))
    if not facts:
        return []
    told = draw(st.lists(st.integers(0, len(facts) - 1), max_size=9))
    return [Telling(fact, *facts[fact]) for fact in told]


@given(told=tellings())
@settings(max_examples=60)
def test_recording_when_told_in_any_order_and_more_than_once_gives_what_the_set_of_facts_gives(
    course_on: tuple[Database, Course], told: list[Telling]
) -> None:
    database, course = course_on
    with database.transaction() as tx:
        person_id = make_learner(tx, course)

    activities: dict[int, Activity] = {}
    award_ids: list[uuid.UUID] = []
    for telling in told:
        occurred_at = NOW + timedelta(minutes=telling.minute)
        task_id = course.task_ids[telling.task]
        fact = completion(
            course.id, person_id, task_id, occurred_at=occurred_at, external_id=f"{person_id}:{telling.fact}"
        )
        with database.transaction() as tx:
            recorded = record_activity(tx, fact, now=NOW)
        assert recorded.is_new == (telling.fact not in activities)
        activities[telling.fact] = Activity(recorded.activity_id, Verb.COMPLETED, task_id, occurred_at)
        with database.transaction() as tx:
            held_before, award_ids = award_ids, _award_ids(tx, person_id)
            new_awards = [award_id for award_id in award_ids if award_id not in held_before]
            assert take_promises(tx) == [
                *(_to_sign(award_id) for award_id in new_awards),
                *([_to_score(course, person_id)] if recorded.points_changed or new_awards else []),
            ]

    expected = desired(tuple(reversed(activities.values())), course.published.rules)
    worth = sum(POINTS[task] for task in {telling.task for telling in told})
    assert (expected.total, expected.goal_reached) == (worth, worth >= GOAL)
    with database.reading() as tx:
        before = _held(tx, course.id, person_id)
        awards = tx.execute(
            select(Award.achievement_id, Award.achievement_version_id, Award.rule_set_version_id).where(
                Award.person_id == person_id
            )
        ).all()
    assert before.sums == {effect.effect_key: effect.points for effect in expected.points}
    assert before.balance == sum(before.sums.values())
    assert before.goal_reached == expected.goal_reached
    assert [tuple(row) for row in awards] == [
        (granted.achievement.achievement_id, granted.achievement.version_id, course.published.version_id)
        for granted in expected.achievements
    ]

    with database.transaction() as tx:
        again = evaluate(tx, course.id, person_id, now=NOW)
    assert (again.desired, again.points, again.points_changed) == (expected, expected.total, False)
    with database.reading() as tx:
        assert _held(tx, course.id, person_id) == before


@given(rounds=st.lists(st.tuples(st.integers(1, 6), *[st.integers(0, 4)] * 3), min_size=1, max_size=5))
@settings(max_examples=30)
def test_evaluating_when_the_rules_change_to_and_fro_keeps_the_sums_equal_to_the_newest_rules(
    database: Database, rounds: list[tuple[int, ...]]
) -> None:
    with database.transaction() as tx:
        context = make_context(tx)
        person_id = make_person(tx, registration_of(tx, context)).id
        tasks = [make_task(tx, context).id for _ in range(3)]
        tx.add(pointer := RuleSetPointer(context_id=context.id, version_id=None))
        tx.flush()
        for task_id in tasks:
            record_activity(tx, completion(context.id, person_id, task_id), now=NOW)

    for number, (goal, *points) in enumerate(rounds, 1):
        rules = RuleSet(
            tuple(TaskRule(task_id, worth) for task_id, worth in zip(tasks, points, strict=True) if worth), goal, None
        )
        with database.transaction() as tx:
            tx.get_one(RuleSetPointer, pointer.context_id).version_id = make_rule_set_version(
                tx, context, number=number, rules=rules
            ).id
            evaluated = evaluate(tx, context.id, person_id, now=NOW)
        with database.reading() as tx:
            held = _held(tx, context.id, person_id)
        assert evaluated.points == held.balance == sum(points) == sum(held.sums.values())
        assert held.goal_reached == (sum(points) >= goal)
        assert {key: worth for key, worth in held.sums.items() if worth} == {
            f"task:{task_id}": worth for task_id, worth in zip(tasks, points, strict=True) if worth
        }


def test_recording_when_told_again_by_a_source_returns_the_first_activity(course_on: tuple[Database, Course]) -> None:
    database, course = course_on
    with database.transaction() as tx:
        fact = completion(course.id, make_learner(tx, course), course.task_ids[0])
        first = record_activity(tx, fact, now=NOW)

    with database.transaction() as tx:
        second = record_activity(tx, fact, now=NOW + timedelta(days=1))

    assert (first.is_new, first.points_changed, first.points) == (True, True, POINTS[0])
    assert (second.is_new, second.points_changed, second.points) == (False, False, POINTS[0])
    assert second.activity_id == first.activity_id
    with database.reading() as tx:
        assert tx.execute(select(func.count()).select_from(ActivityRow)).scalar_one() == 1
        assert tx.execute(select(Balance.updated_at)).scalar_one() == NOW


def test_recording_when_its_transaction_fails_leaves_neither_fact_nor_points(
    course_on: tuple[Database, Course],
) -> None:
    database, course = course_on

    def record_and_fail() -> None:
        with database.transaction() as tx:
            record_activity(tx, completion(course.id, make_learner(tx, course), course.task_ids[3]), now=NOW)
            raise LookupError

    with pytest.raises(LookupError):
        record_and_fail()

    with database.reading() as tx:
        assert promised(tx) == []
        for table in (ActivityRow, LedgerEntry, Balance, Award):
            assert tx.execute(select(func.count()).select_from(table)).scalar_one() == 0


def test_recording_when_nothing_is_published_keeps_the_fact_for_later(database: Database) -> None:
    with database.transaction() as tx:
        context = make_context(tx)
        task = make_task(tx, context)
        person_id = make_person(tx, registration_of(tx, context)).id
        recorded = record_activity(tx, completion(context.id, person_id, task.id), now=NOW)
    assert (recorded.points, recorded.version_id, recorded.desired) == (0, None, Desired((), (), False))

    with database.transaction() as tx:
        version = make_rule_set_version(tx, context, rules=RuleSet((TaskRule(task.id, 7),), 7, None))
        tx.add(RuleSetPointer(context_id=context.id, version_id=version.id))
        tx.flush()
        evaluated = evaluate(tx, context.id, person_id, now=NOW)

    assert (evaluated.points, evaluated.points_changed) == (7, True)


def test_entry_when_points_are_earned_names_rule_version_and_activity(course_on: tuple[Database, Course]) -> None:
    database, course = course_on
    with database.transaction() as tx:
        person_id = make_learner(tx, course)
        recorded = record_activity(tx, completion(course.id, person_id, course.task_ids[1]), now=NOW)

    with database.reading() as tx:
        entry = tx.execute(select(LedgerEntry)).scalar_one()
    assert (entry.kind, entry.points, entry.step, entry.rule_lineage) == ("earn", POINTS[1], 0, "task")
    assert (entry.activity_id, entry.rule_set_version_id) == (recorded.activity_id, course.published.version_id)
    assert (entry.context_id, entry.person_id) == (course.id, person_id)


def test_award_when_the_goal_is_reached_and_passed_is_one(course_on: tuple[Database, Course]) -> None:
    database, course = course_on
    with database.transaction() as tx:
        person_id = make_learner(tx, course)
    to_sign = []

    for task_id in course.task_ids:
        with database.transaction() as tx:
            record_activity(tx, completion(course.id, person_id, task_id), now=NOW)
            to_sign.append([ids for type, ids in take_promises(tx) if type == MessageType.ISSUE_CREDENTIAL])

    assert [len(messages) for messages in to_sign] == [0, 0, 1, 0]
    with database.reading() as tx:
        assert holders(tx, course.id) == {person_id}
        [view] = list_awards(tx, course.id, person_id)
    assert (view.name, view.is_ready) == ("Biology starter", False)


@pytest.mark.parametrize("state", list(AwardState))
def test_award_when_one_exists_in_any_state_is_not_made_again(
    course_on: tuple[Database, Course], state: AwardState
) -> None:
    database, course = course_on
    with database.transaction() as tx:
        person_id = make_learner(tx, course)
        record_activity(tx, completion(course.id, person_id, course.task_ids[3]), now=NOW)
        [first] = _award_ids(tx, person_id)
        tx.get_one(Award, first).state = state
        take_promises(tx)

    with database.transaction() as tx:
        record_activity(tx, completion(course.id, person_id, course.task_ids[0]), now=NOW)

    with database.reading() as tx:
        assert _award_ids(tx, person_id) == [first]
        assert tx.get_one(Award, first).state == state
        assert promised(tx) == [_to_score(course, person_id)]


def test_standing_when_tasks_are_done_shows_each_with_its_first_moment(course_on: tuple[Database, Course]) -> None:
    database, course = course_on
    later = NOW + timedelta(hours=1)
    with database.transaction() as tx:
        person_id = make_learner(tx, course)
        other_id = make_learner(tx, course)
        for task, moment in ((2, later), (2, NOW), (2, later), (1, later)):
            record_activity(tx, completion(course.id, person_id, course.task_ids[task], occurred_at=moment), now=later)

    with database.reading() as tx:
        mine = standing(tx, course.id, person_id)
        theirs = standing(tx, course.id, other_id)
        overview = tallies(tx, course.id, [person_id, other_id], course.published.rules)

    assert mine is not None
    assert theirs is not None
    assert [task.done_at for task in mine.tasks] == [None, later, NOW, None]
    assert (mine.points, mine.goal_points, mine.total_points, mine.goal_reached) == (30, GOAL, sum(POINTS), True)
    assert (theirs.points, theirs.goal_reached, {task.done_at for task in theirs.tasks}) == (0, False, {None})
    assert {who: (tally.points, tally.goal_reached, tally.tasks_done) for who, tally in overview.items()} == {
        person_id: (30, True, 2),
        other_id: (0, False, 0),
    }


def _award_ids(tx: Session, person_id: uuid.UUID) -> list[uuid.UUID]:
    return list(tx.execute(select(Award.id).where(Award.person_id == person_id)).scalars())


def _to_sign(award_id: uuid.UUID) -> Promise:
    return (MessageType.ISSUE_CREDENTIAL, {"award_id": str(award_id)})


def _to_score(course: Course, person_id: uuid.UUID) -> Promise:
    return (MessageType.PUBLISH_SCORE, {"line_item_id": str(course.line_item_id), "person_id": str(person_id)})


@dataclass(frozen=True)
class Held:
    """What a learner holds in the database."""

    sums: dict[str, int]
    entries: int
    balance: int
    goal_reached: bool


def _held(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> Held:
    entries = tx.execute(
        select(LedgerEntry.effect_key, func.sum(LedgerEntry.points), func.count())
        .where(LedgerEntry.context_id == context_id, LedgerEntry.person_id == person_id)
        .group_by(LedgerEntry.effect_key)
    ).all()
    balance = tx.get(Balance, (context_id, person_id))
    return Held(
        sums={key: int(points) for key, points, _ in entries},
        entries=sum(count for _, _, count in entries),
        balance=balance.points if balance else 0,
        goal_reached=balance.goal_reached if balance else False,
    )


@pytest.fixture
def course_on(database: Database) -> tuple[Database, Course]:
    with database.transaction() as tx:
        return database, make_course(tx, POINTS, goal_points=GOAL)
