"""Publishing rules: each refusal names its place, what was earned stays, and no publication overwrites another."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.database import Database
from config.errors import Conflict
from config.ids import new_id
from gamification.engine.rule_set import MOST_POINTS, MOST_TASKS, AchievementRef, TaskRule, texts_digest
from gamification.errors import RuleInvalid, RuleProblem
from gamification.models import INSTRUCTIONS_LENGTH, TITLE_LENGTH, RuleSetVersion, Task
from gamification.progress import finished_tasks, standing, task_titles
from gamification.publish import Published, TaskDraft, publish
from gamification.record import record_activity
from gamification.rules import current_rules
from tests.factories.course import Course, completion, make_course, make_learner
from tests.factories.rows import NOW

POINTS = (10, 20, 30)
GOAL = 30


@pytest.mark.parametrize(
    ("drafts", "goal_points", "path", "problem"),
    [
        pytest.param([], 1, "tasks", RuleProblem.NO_TASKS, id="no-tasks"),
        pytest.param([("Read", 1), ("  ", 1)], 1, "tasks.1.title", RuleProblem.TITLE_MISSING, id="title-missing"),
        pytest.param(
            [("x" * (TITLE_LENGTH + 1), 1)], 1, "tasks.0.title", RuleProblem.TITLE_TOO_LONG, id="title-too-long"
        ),
        pytest.param([("Read", 0)], 1, "tasks.0.points", RuleProblem.POINTS_NOT_POSITIVE, id="no-points"),
        pytest.param([("A", 1), ("B", -1)], 1, "tasks.1.points", RuleProblem.POINTS_NOT_POSITIVE, id="negative-points"),
        pytest.param(
            [("A", 1), ("B", MOST_POINTS + 1)], 1, "tasks.1.points", RuleProblem.POINTS_TOO_HIGH, id="points-too-high"
        ),
        pytest.param([("T", 1)] * (MOST_TASKS + 1), 1, "tasks", RuleProblem.TOO_MANY_TASKS, id="too-many-tasks"),
        pytest.param([("A", 5)], 0, "goal", RuleProblem.GOAL_NOT_POSITIVE, id="no-goal"),
        pytest.param([("A", 5), ("B", 5)], 11, "goal", RuleProblem.GOAL_ABOVE_TOTAL, id="goal-above-total"),
    ],
)
def test_publish_when_the_rules_cannot_work_is_refused_with_the_place(
    course_on: tuple[Database, Course],
    drafts: list[tuple[str, int]],
    goal_points: int,
    path: str,
    problem: RuleProblem,
) -> None:
    tasks = [TaskDraft(None, title, points) for title, points in drafts]

    _refused(course_on, tasks, goal_points=goal_points, path=path, problem=problem)


def test_publish_when_instructions_are_too_long_is_refused_and_as_long_as_may_be_is_kept(
    course_on: tuple[Database, Course],
) -> None:
    kept = _kept(course_on[1])
    longest = replace(kept[1], instructions=" " + "x" * INSTRUCTIONS_LENGTH + " ")
    too_long = replace(kept[1], instructions="x" * (INSTRUCTIONS_LENGTH + 1))

    _refused(
        course_on,
        [kept[0], too_long, kept[2]],
        goal_points=GOAL,
        path="tasks.1.instructions",
        problem=RuleProblem.INSTRUCTIONS_TOO_LONG,
    )

    assert _publish(course_on, [kept[0], longest, kept[2]]).is_new


def test_publish_when_a_task_is_unknown_here_is_refused(course_on: tuple[Database, Course]) -> None:
    database, course = course_on
    with database.transaction() as tx:
        of_another_course = make_course(tx).task_ids[0]
    kept = _kept(course)[0]

    for task_id in (new_id(), of_another_course):
        tasks = [kept, TaskDraft(task_id, "Stray", 30)]
        _refused(course_on, tasks, goal_points=GOAL, path="tasks.1", problem=RuleProblem.UNKNOWN_TASK)


def test_publish_when_a_task_is_named_twice_is_refused(course_on: tuple[Database, Course]) -> None:
    kept = _kept(course_on[1])

    _refused(course_on, [*kept, kept[0]], goal_points=sum(POINTS) + 1, path="tasks.3", problem=RuleProblem.UNKNOWN_TASK)


def test_publish_when_a_finished_task_would_change_is_refused(course_on: tuple[Database, Course]) -> None:
    _finish(course_on, 1)
    tasks = _kept(course_on[1], points=(10, 21, 30))

    _refused(course_on, tasks, goal_points=GOAL, path="tasks.1.points", problem=RuleProblem.FINISHED_TASK_CHANGED)


def test_publish_when_a_task_nobody_finished_changes_makes_a_new_version(course_on: tuple[Database, Course]) -> None:
    database, course = course_on
    _finish(course_on, 1)

    published = _publish(course_on, _kept(course, points=(15, 20, 30)))

    assert (published.is_new, published.number) == (True, 2)
    with database.reading() as tx:
        current = current_rules(tx, course.id)
        first = tx.get_one(RuleSetVersion, course.published.version_id)
    assert current is not None
    assert (current.version_id, current.number, current.rules) == (published.version_id, 2, published.rules)
    assert [rule.points for rule in current.rules.tasks] == [15, 20, 30]
    assert [task["points"] for task in first.content["tasks"]] == list(POINTS)


def test_publish_when_a_finished_task_is_left_out_closes_it_and_the_points_stay(
    course_on: tuple[Database, Course],
) -> None:
    database, course = course_on
    person_id = _finish(course_on, 1)
    first, second, third = _kept(course)

    published = _publish(course_on, [first, third])

    assert published.rules.tasks[-1] == TaskRule(course.task_ids[1], 20, closed=True)
    assert published.rules.total_points == 40
    with database.reading() as tx:
        theirs = standing(tx, course.id, person_id)
        newcomers = standing(tx, course.id, new_id())
    assert theirs is not None
    assert newcomers is not None
    assert (theirs.points, theirs.total_points) == (20, 60)
    assert [task.task_id for task in newcomers.tasks] == [first.task_id, third.task_id]


def test_publish_when_a_closed_task_comes_back_opens_it(course_on: tuple[Database, Course]) -> None:
    _finish(course_on, 1)
    kept = _kept(course_on[1])
    _publish(course_on, [kept[0], kept[2]])

    published = _publish(course_on, kept, seen_number=2)

    assert [(rule.points, rule.closed) for rule in published.rules.tasks] == [(10, False), (20, False), (30, False)]


def test_publish_when_a_task_nobody_finished_is_left_out_forgets_it(course_on: tuple[Database, Course]) -> None:
    kept = _kept(course_on[1])

    published = _publish(course_on, kept[:2])

    assert [rule.task_id for rule in published.rules.tasks] == [kept[0].task_id, kept[1].task_id]
    _refused(
        course_on,
        kept,
        goal_points=GOAL,
        path="tasks.2",
        problem=RuleProblem.UNKNOWN_TASK,
        seen_number=2,
    )


def test_publish_when_only_closed_tasks_would_remain_is_refused(course_on: tuple[Database, Course]) -> None:
    _finish(course_on, 1)

    _refused(course_on, [], goal_points=GOAL, path="tasks", problem=RuleProblem.NO_TASKS)


def test_publish_when_nothing_changed_makes_no_new_version(course_on: tuple[Database, Course]) -> None:
    database, course = course_on
    _finish(course_on, 2)

    published = _publish(course_on, _kept(course))

    assert (published.is_new, published.number) == (False, 1)
    assert published.version_id == course.published.version_id
    with database.reading() as tx:
        assert _versions(tx, course) == 1


def test_publish_when_nothing_changed_beside_a_closed_task_makes_no_new_version(
    course_on: tuple[Database, Course],
) -> None:
    _finish(course_on, 0)
    kept = _kept(course_on[1])[1:]
    _publish(course_on, kept)

    assert _publish(course_on, kept, seen_number=2).is_new is False


def test_publish_when_only_a_title_changed_makes_a_new_version_that_moves_nobodys_points(
    course_on: tuple[Database, Course],
) -> None:
    database, course = course_on
    first, *others = _kept(course)

    published = _publish(course_on, [TaskDraft(first.task_id, "  Better title ", first.points), *others])

    assert (published.is_new, published.number, published.evaluation_needed) == (True, 2, False)
    assert published.rules.tasks == course.published.rules.tasks
    with database.reading() as tx:
        assert task_titles(tx, course.id)[course.task_ids[0]] == "Better title"
        stored = tx.get_one(RuleSetVersion, published.version_id).content
    assert stored["texts"] == texts_digest([("Better title", ""), ("Task 2", ""), ("Task 3", "")])
    assert "Better" not in str(stored)


def test_publish_when_two_change_titles_after_the_same_look_refuses_the_late_one(
    course_on: tuple[Database, Course],
) -> None:
    database, course = course_on
    first, second, third = _kept(course)
    _publish(course_on, [TaskDraft(first.task_id, "Of the first", first.points), second, third])

    with pytest.raises(Conflict, match="published-meanwhile"):
        _publish(course_on, [first, TaskDraft(second.task_id, "Of the late one", second.points), third])

    with database.reading() as tx:
        assert sorted(task_titles(tx, course.id).values()) == ["Of the first", "Task 2", "Task 3"]


@pytest.mark.parametrize(
    ("change", "evaluation_needed"),
    [("points", True), ("goal", True), ("fewer", True), ("more", True), ("badge", True), ("texts", False)],
)
def test_publish_when_something_changed_says_whether_anybody_may_hold_something_else(
    course_on: tuple[Database, Course], change: str, evaluation_needed: bool
) -> None:
    database, course = course_on
    tasks = _kept(course, points=(10, 20, 31) if change == "points" else POINTS)
    tasks = tasks[:2] if change == "fewer" else tasks + [TaskDraft(None, "New", 5)] * (change == "more")
    achievement = {
        "badge": AchievementRef(new_id(), course.achievement.version_id),
        "texts": AchievementRef(course.achievement.achievement_id, new_id()),
    }.get(change, course.achievement)

    with database.transaction() as tx:
        published = publish(
            tx,
            course.id,
            by_person_id=course.teacher_id,
            tasks=tasks,
            goal_points=29 if change == "goal" else GOAL,
            achievement=achievement,
            seen_number=1,
            now=NOW,
        )

    assert (published.is_new, published.evaluation_needed) == (True, evaluation_needed)


@pytest.mark.parametrize("seen_number", [0, 2])
def test_publish_when_another_version_was_on_screen_is_a_conflict(
    course_on: tuple[Database, Course], seen_number: int
) -> None:
    database, course = course_on

    with pytest.raises(Conflict, match="published-meanwhile"):
        _publish(course_on, [TaskDraft(None, "Mine", 50)], seen_number=seen_number)

    with database.reading() as tx:
        assert _versions(tx, course) == 1


def test_finished_tasks_when_somebody_finished_one_names_it_in_its_own_course_only(
    course_on: tuple[Database, Course],
) -> None:
    database, course = course_on
    _finish(course_on, 1)
    with database.transaction() as tx:
        other = make_course(tx)

    with database.reading() as tx:
        assert finished_tasks(tx, course.id) == {course.task_ids[1]}
        assert finished_tasks(tx, other.id) == set()


def _kept(course: Course, points: Sequence[int] = POINTS) -> list[TaskDraft]:
    return [
        TaskDraft(task_id, f"Task {number}", worth)
        for number, (task_id, worth) in enumerate(zip(course.task_ids, points, strict=True), 1)
    ]


def _publish(
    course_on: tuple[Database, Course], tasks: Sequence[TaskDraft], *, goal_points: int = GOAL, seen_number: int = 1
) -> Published:
    database, course = course_on
    with database.transaction() as tx:
        return publish(
            tx,
            course.id,
            by_person_id=course.teacher_id,
            tasks=tasks,
            goal_points=goal_points,
            achievement=course.achievement,
            seen_number=seen_number,
            now=NOW,
        )


def _refused(
    course_on: tuple[Database, Course],
    tasks: Sequence[TaskDraft],
    *,
    goal_points: int,
    path: str,
    problem: RuleProblem,
    seen_number: int = 1,
) -> None:
    database, course = course_on
    with database.reading() as tx:
        before = (current_rules(tx, course.id), task_titles(tx, course.id), _tasks(tx))

    with pytest.raises(RuleInvalid) as caught:
        _publish(course_on, tasks, goal_points=goal_points, seen_number=seen_number)

    assert (caught.value.path, caught.value.problem) == (path, problem)
    with database.reading() as tx:
        assert (current_rules(tx, course.id), task_titles(tx, course.id), _tasks(tx)) == before


def _finish(course_on: tuple[Database, Course], which: int) -> uuid.UUID:
    database, course = course_on
    with database.transaction() as tx:
        person_id = make_learner(tx, course)
        record_activity(tx, completion(course.id, person_id, course.task_ids[which]), now=NOW)
    return person_id


def _versions(tx: Session, course: Course) -> int:
    return tx.execute(
        select(func.count()).select_from(RuleSetVersion).where(RuleSetVersion.context_id == course.id)
    ).scalar_one()


def _tasks(tx: Session) -> int:
    return tx.execute(select(func.count()).select_from(Task)).scalar_one()


@pytest.fixture
def course_on(database: Database) -> tuple[Database, Course]:
    with database.transaction() as tx:
        return database, make_course(tx, POINTS, goal_points=GOAL)
