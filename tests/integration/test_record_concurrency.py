"""Several at once: a learner's first activities, two that reach the goal, and publishing while learners go on."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from badges.models import Award
from config.database import Database
from config.errors import Conflict, NotFound
from gamification.engine.activity import Activity, Verb
from gamification.engine.desired import desired
from gamification.errors import RuleInvalid, RuleProblem
from gamification.evaluate import evaluate
from gamification.models import ActivityRow, Balance, LedgerEntry
from gamification.progress import finished_tasks, people_with_balance, task_titles
from gamification.publish import TaskDraft, publish
from gamification.record import Recorded
from gamification.rules import current_rules, hold_rules
from lti_tool.lti.roles import PrincipalRole
from lti_tool.messages import MessageType
from lti_tool.progress import finish_task, record_activities, record_activity
from tests.factories.at_once import two_at_once, wait_until_somebody_waits
from tests.factories.course import Course, completion, make_course, make_learner
from tests.factories.promises import promised
from tests.factories.rows import NOW

PERSONS = 30


@pytest.mark.parametrize(
    "goal_points", [pytest.param(30, id="goal-reached-by-both-together"), pytest.param(10, id="goal-reached-by-each")]
)
def test_first_two_activities_when_recorded_at_the_same_moment_both_count_and_award_once(
    database: Database, goal_points: int
) -> None:
    with database.transaction() as tx:
        course = make_course(tx, (10, 20), goal_points=goal_points)
        people = [make_learner(tx, course) for _ in range(PERSONS)]

    def record(person_id: uuid.UUID, which: int) -> int:
        with database.transaction() as tx:
            return int(record_activity(tx, completion(course.id, person_id, course.task_ids[which]), now=NOW).is_new)

    assert two_at_once(people, record) == [2] * PERSONS

    with database.reading() as tx:
        balances = tx.execute(select(Balance.person_id, Balance.points, Balance.goal_reached)).all()
        sums = tx.execute(select(LedgerEntry.person_id, func.sum(LedgerEntry.points)).group_by(LedgerEntry.person_id))
        assert {row[0]: int(row[1]) for row in sums} == dict.fromkeys(people, 30)
        awards = tx.execute(select(Award.id, Award.person_id)).all()
        to_sign = _to_sign(tx)
    assert {row.person_id: (row.points, row.goal_reached) for row in balances} == dict.fromkeys(people, (30, True))
    assert sorted(row.person_id for row in awards) == sorted(people)
    assert to_sign == sorted(str(row.id) for row in awards)


def test_first_activities_when_two_imports_bring_them_at_the_same_moment_all_count_and_award_once(
    database: Database,
) -> None:
    """Both bring what both know and one task of their own, each in an order of its own: nobody waits in a circle."""
    with database.transaction() as tx:
        course = make_course(tx, (10, 20, 5), goal_points=35)
        classes = [[make_learner(tx, course) for _ in range(10)] for _ in range(6)]

    def import_all(people: list[uuid.UUID], which: int) -> int:
        facts = [
            completion(course.id, person_id, course.task_ids[task], external_id=f"{person_id}:{task}")
            for person_id in (reversed(people) if which else people)
            for task in (which, 2)
        ]
        with database.transaction() as tx:
            return sum(recorded.is_new for recorded in record_activities(tx, facts, now=NOW))

    assert two_at_once(classes, import_all) == [30] * len(classes)

    everybody = sorted(person_id for people in classes for person_id in people)
    with database.reading() as tx:
        balances = tx.execute(select(Balance.person_id, Balance.points, Balance.goal_reached)).all()
        sums = tx.execute(select(LedgerEntry.person_id, func.sum(LedgerEntry.points)).group_by(LedgerEntry.person_id))
        assert {row[0]: int(row[1]) for row in sums} == dict.fromkeys(everybody, 35)
        assert {row.person_id: (row.points, row.goal_reached) for row in balances} == dict.fromkeys(
            everybody, (35, True)
        )
        awards = tx.execute(select(Award.id, Award.person_id)).all()
        assert sorted(row.person_id for row in awards) == everybody
        assert _to_sign(tx) == sorted(str(row.id) for row in awards)


def test_next_two_activities_when_recorded_at_the_same_moment_both_count(database: Database) -> None:
    with database.transaction() as tx:
        course = make_course(tx, (10, 20, 5), goal_points=35)
        people = [make_learner(tx, course) for _ in range(PERSONS)]
        for person_id in people:
            record_activity(tx, completion(course.id, person_id, course.task_ids[2]), now=NOW)

    def record(person_id: uuid.UUID, which: int) -> int:
        with database.transaction() as tx:
            return int(record_activity(tx, completion(course.id, person_id, course.task_ids[which]), now=NOW).is_new)

    assert two_at_once(people, record) == [2] * PERSONS

    with database.reading() as tx:
        assert set(tx.execute(select(Balance.points)).scalars()) == {35}
        sums = tx.execute(select(func.sum(LedgerEntry.points)).group_by(LedgerEntry.person_id)).scalars()
        assert {int(points) for points in sums} == {35}
        awards = tx.execute(select(Award.id, Award.person_id)).all()
        assert sorted(row.person_id for row in awards) == sorted(people)
        assert _to_sign(tx) == sorted(str(row.id) for row in awards)


def test_activity_when_told_twice_at_the_same_moment_counts_once(database: Database) -> None:
    with database.transaction() as tx:
        course = make_course(tx, (10, 20), goal_points=30)
        people = [make_learner(tx, course) for _ in range(PERSONS)]

    def record(person_id: uuid.UUID, _which: int) -> int:
        fact = completion(course.id, person_id, course.task_ids[0], external_id=str(person_id))
        with database.transaction() as tx:
            return int(record_activity(tx, fact, now=NOW).is_new)

    times_new = two_at_once(people, record)

    assert times_new == [1] * PERSONS
    with database.reading() as tx:
        assert set(tx.execute(select(Balance.points)).scalars()) == {10}
        assert tx.execute(select(func.count()).select_from(LedgerEntry)).scalar_one() == PERSONS


def test_publishing_when_learners_record_meanwhile_leaves_every_ledger_at_the_newest_rules(database: Database) -> None:
    with database.transaction() as tx:
        course = make_course(tx, (5,) * 30, goal_points=20)
        people = [make_learner(tx, course) for _ in range(6)]
    recorders = 3
    start = threading.Barrier(recorders + 1)

    def record_everything(recorder: int) -> None:
        start.wait(30)
        for task_id in course.task_ids:
            for person_id in people[recorder::recorders]:
                with database.transaction() as tx:
                    record_activity(tx, completion(course.id, person_id, task_id), now=NOW)

    with ThreadPoolExecutor(recorders) as pool:
        recording = [pool.submit(record_everything, recorder) for recorder in range(recorders)]
        start.wait(30)
        published = 0
        while not all(future.done() for future in recording):
            published += _publish_other_points(database, course, extra=published + 1)
            sleep(0.02)  # SQLite lets waiting writers in by chance: leave the learners one
        for future in recording:
            future.result()

    assert published > 0
    for person_id in people:
        with database.transaction() as tx:
            assert not evaluate(tx, course.id, person_id, now=NOW).points_changed
        with database.reading() as tx:
            current = current_rules(tx, course.id)
            assert current is not None
            facts = tx.execute(select(ActivityRow).where(ActivityRow.person_id == person_id)).scalars().all()
            expected = desired(
                tuple(Activity(fact.id, Verb(fact.verb), fact.task_id, fact.occurred_at) for fact in facts),
                current.rules,
            )
            sums = tx.execute(
                select(LedgerEntry.effect_key, func.sum(LedgerEntry.points))
                .where(LedgerEntry.person_id == person_id)
                .group_by(LedgerEntry.effect_key)
            ).all()
            balance = tx.get_one(Balance, (course.id, person_id))
            assert {key: int(points) for key, points in sums} == {
                effect.effect_key: effect.points for effect in expected.points
            }
            assert (balance.points, balance.goal_reached) == (expected.total, expected.goal_reached)
    with database.reading() as tx:
        assert people_with_balance(tx, course.id) == sorted(people)


def _publish_other_points(database: Database, course: Course, *, extra: int) -> int:
    """Give every task that nobody finished one more point; says how many versions that made (1 or 0)."""
    try:
        with database.transaction() as tx:
            current = current_rules(tx, course.id)
            assert current is not None
            finished = finished_tasks(tx, course.id)
            titles = task_titles(tx, course.id)
            drafts = [
                TaskDraft(rule.task_id, titles[rule.task_id], rule.points + (rule.task_id not in finished))
                for rule in current.rules.tasks
            ]
            new = publish(
                tx,
                course.id,
                by_person_id=course.teacher_id,
                tasks=drafts,
                goal_points=20 + extra % 5,
                achievement=course.achievement,
                seen_number=current.number,
                now=NOW,
            )
    except RuleInvalid as invalid:
        if invalid.problem is not RuleProblem.FINISHED_TASK_CHANGED:
            raise
        return 0  # a learner finished the task between the teacher's look and the publishing
    return int(new.is_new)


def test_publishing_when_two_teachers_do_it_at_once_lets_one_win(database: Database) -> None:
    with database.transaction() as tx:
        courses = [make_course(tx) for _ in range(10)]

    def publish_new_goal(course: Course, which: int) -> int:
        try:
            with database.transaction() as tx:
                publish(
                    tx,
                    course.id,
                    by_person_id=course.teacher_id,
                    tasks=[TaskDraft(None, "Only task", 40 + which)],
                    goal_points=40,
                    achievement=None,
                    seen_number=1,
                    now=NOW,
                )
        except Conflict:
            return 0
        return 1

    winners = two_at_once(courses, publish_new_goal)

    assert winners == [1] * len(courses)
    with database.reading() as tx:
        assert [current.number for course in courses if (current := current_rules(tx, course.id))] == [2] * 10


def test_finishing_when_the_task_is_taken_away_at_the_same_moment_counts_or_is_refused(database: Database) -> None:
    with database.transaction() as tx:
        courses = [make_course(tx, (10, 20), goal_points=10) for _ in range(PERSONS)]
        people = {course.id: make_learner(tx, course) for course in courses}

    def finish_or_take_away(course: Course, which: int) -> int:
        if which:
            with database.transaction() as tx:
                _publish_without(tx, course, course.task_ids[1])
            return 0
        try:
            with database.transaction() as tx:
                return _finish(tx, course, people[course.id], course.task_ids[1]).points
        except (Conflict, NotFound):
            return 0

    points = two_at_once(courses, finish_or_take_away)

    assert set(points) <= {0, 20}
    with database.reading() as tx:
        for course, earned in zip(courses, points, strict=True):
            facts = select(func.count()).select_from(ActivityRow).where(ActivityRow.context_id == course.id)
            assert tx.execute(facts).scalar_one() == (1 if earned else 0)
            balance = tx.get(Balance, (course.id, people[course.id]))
            assert (balance.points if balance else 0) == earned
            current = current_rules(tx, course.id)
            assert current is not None
            rule = current.rules.rule_for(course.task_ids[1])
            assert (rule is not None and rule.closed) == bool(earned)


def test_publishing_when_a_learner_is_finishing_a_task_waits_and_then_closes_it(postgres: Database) -> None:
    with postgres.transaction() as tx:
        course = make_course(tx, (10, 20), goal_points=10)
        person_id = make_learner(tx, course)

    def take_away() -> bool:
        with postgres.transaction() as tx:
            return _publish_without(tx, course, course.task_ids[1])

    with ThreadPoolExecutor(1) as pool:
        with postgres.transaction() as tx:
            hold_rules(tx, course.id)  # as finish_task does before it looks at the task
            taking_away = pool.submit(take_away)
            wait_until_somebody_waits(postgres)
            assert _finish(tx, course, person_id, course.task_ids[1]).points == 20
        assert taking_away.result(30) is True


def test_evaluating_when_a_teacher_waits_for_a_learner_goes_on(postgres: Database) -> None:
    """Nobody waits in a circle.

    The learner holds the rules and wants the balance, the evaluation holds the balance and wants the rules, and between
    them a teacher waits to publish.
    """
    with postgres.transaction() as tx:
        course = make_course(tx, (10, 20), goal_points=10)
        person_id = make_learner(tx, course)
        record_activity(tx, completion(course.id, person_id, course.task_ids[0]), now=NOW)

    def take_away() -> bool:
        with postgres.transaction() as tx:
            return _publish_without(tx, course, course.task_ids[1])

    def finish() -> int:
        with postgres.transaction() as tx:
            hold_rules(tx, course.id)
            holding.set()
            assert go_on.wait(30)
            return _finish(tx, course, person_id, course.task_ids[1]).points

    holding, go_on = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as pool, postgres.transaction() as tx:
        finishing = pool.submit(finish)
        assert holding.wait(30)
        taking_away = pool.submit(take_away)
        wait_until_somebody_waits(postgres)
        lock_balance = select(Balance).where(Balance.person_id == person_id).with_for_update()
        tx.execute(lock_balance).scalar_one()
        go_on.set()
        wait_until_somebody_waits(postgres, how_many=2)
        assert not evaluate(tx, course.id, person_id, now=NOW).points_changed
        tx.commit()
        assert finishing.result(30) == 30
        assert taking_away.result(30) is True


def _finish(tx: Session, course: Course, person_id: uuid.UUID, task_id: uuid.UUID) -> Recorded:
    return finish_task(
        tx, context_id=course.id, person_id=person_id, role=PrincipalRole.LEARNER, task_id=task_id, now=NOW
    )


def _publish_without(tx: Session, course: Course, task_id: uuid.UUID) -> bool:
    """Leave a task out; says whether somebody had finished it, so that it was closed."""
    published = publish(
        tx,
        course.id,
        by_person_id=course.teacher_id,
        tasks=[
            TaskDraft(rule.task_id, "Kept", rule.points)
            for rule in course.published.rules.tasks
            if rule.task_id != task_id
        ],
        goal_points=course.published.rules.goal_points,
        achievement=course.achievement,
        seen_number=1,
        now=NOW,
    )
    rule = published.rules.rule_for(task_id)
    return rule is not None and rule.closed


def _to_sign(tx: Session) -> list[str]:
    return sorted(ids["award_id"] for type, ids in promised(tx) if type == MessageType.ISSUE_CREDENTIAL)


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    opened = Database(postgres_url)
    yield opened
    opened.dispose()
