"""A version of the rules: what is stored comes back, and points that cannot work are refused with their place."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamification.engine.rule_set import (
    MOST_POINTS,
    MOST_TASKS,
    AchievementRef,
    Confirmation,
    RuleSet,
    TaskOrder,
    TaskRule,
    check_rules,
    texts_digest,
)
from gamification.errors import RuleInvalid, RuleProblem

TASK = uuid.UUID(int=1)
CLOSED_TASK = uuid.UUID(int=2)
BADGE = AchievementRef(uuid.UUID(int=3), uuid.UUID(int=4))
RULES = RuleSet((TaskRule(TASK, 10), TaskRule(CLOSED_TASK, 5, closed=True)), 10, BADGE, "digest")


@given(
    rules=st.builds(
        RuleSet,
        st.lists(
            st.builds(
                TaskRule,
                st.uuids(),
                st.integers(1, MOST_POINTS),
                st.booleans(),
                st.booleans(),
                st.sampled_from(Confirmation),
            ),
            max_size=6,
        ).map(tuple),
        st.integers(1, 10**6),
        st.one_of(st.none(), st.builds(AchievementRef, st.uuids(), st.uuids(), st.booleans())),
        st.text(max_size=64),
        st.sampled_from(TaskOrder),
    )
)
def test_rule_set_when_stored_as_json_and_read_comes_back(rules: RuleSet) -> None:
    assert RuleSet.from_json(json.loads(json.dumps(rules.to_json()))) == rules


def test_rule_set_when_stored_has_the_shape_of_schema_2() -> None:
    extra = TaskRule(TASK, 10, is_bonus=True, confirmation=Confirmation.REVIEWER)

    assert RuleSet((extra, RULES.tasks[1]), 10, BADGE, "digest", TaskOrder.FIXED).to_json() == {
        "schema": 2,
        "tasks": [
            {"task_id": str(TASK), "points": 10, "closed": False, "is_bonus": True, "confirmation": "reviewer"},
            {"task_id": str(CLOSED_TASK), "points": 5, "closed": True, "is_bonus": False, "confirmation": "learner"},
        ],
        "goal_points": 10,
        "achievement_id": str(uuid.UUID(int=3)),
        "achievement_version_id": str(uuid.UUID(int=4)),
        "texts": "digest",
        "order": "fixed",
    }


def test_rule_set_when_points_stay_says_so_only_there_and_is_read_back() -> None:
    stays = TaskRule(TASK, 10, confirmation=Confirmation.PLATFORM_GRADE, stays_when_undone=True)
    rules = replace(RULES, tasks=(stays, replace(RULES.tasks[1], confirmation=Confirmation.PLATFORM)))

    stored = rules.to_json()

    assert [task.get("stays_when_undone") for task in stored["tasks"]] == [True, None]
    assert [task["confirmation"] for task in stored["tasks"]] == ["platform-grade", "platform"]
    assert RuleSet.from_json(json.loads(json.dumps(stored))) == rules


@pytest.mark.parametrize(
    ("tasks", "goal_points", "is_refused"),
    [
        ((TaskRule(TASK, 10),), 10, True),
        ((TaskRule(TASK, 10, confirmation=Confirmation.REVIEWER),), 10, False),
        ((TaskRule(TASK, 10, confirmation=Confirmation.PLATFORM),), 10, True),
        ((TaskRule(TASK, 10, confirmation=Confirmation.PLATFORM_GRADE),), 10, False),
        ((TaskRule(TASK, 10, confirmation=Confirmation.REVIEWER), TaskRule(CLOSED_TASK, 9)), 10, False),
        ((TaskRule(TASK, 10, confirmation=Confirmation.REVIEWER), TaskRule(CLOSED_TASK, 10)), 10, True),
        ((TaskRule(TASK, 10, confirmation=Confirmation.REVIEWER), TaskRule(CLOSED_TASK, 10, closed=True)), 10, True),
        ((TaskRule(TASK, 10, confirmation=Confirmation.REVIEWER), TaskRule(CLOSED_TASK, 99, is_bonus=True)), 10, False),
    ],
)
def test_rules_of_a_skill_when_ticks_alone_reach_the_goal_are_refused(
    tasks: tuple[TaskRule, ...], goal_points: int, is_refused: bool
) -> None:
    check_rules(tasks, goal_points, BADGE)
    if not is_refused:
        check_rules(tasks, goal_points, replace(BADGE, needs_confirmation=True))
        return
    with pytest.raises(RuleInvalid) as caught:
        check_rules(tasks, goal_points, replace(BADGE, needs_confirmation=True))
    assert (caught.value.path, caught.value.problem) == ("badge.type", RuleProblem.SKILL_NEEDS_CONFIRMATION)


def test_rule_set_when_stored_by_an_earlier_release_is_read_as_it_was_meant() -> None:
    stored = {
        "schema": 1,
        "tasks": [
            {"task_id": str(TASK), "points": 10, "closed": False},
            {"task_id": str(CLOSED_TASK), "points": 5, "closed": True},
        ],
        "goal_points": 10,
        "achievement_id": str(uuid.UUID(int=3)),
        "achievement_version_id": str(uuid.UUID(int=4)),
        "texts": "digest",
    }

    assert RuleSet.from_json(stored) == RULES


def test_rule_set_when_its_schema_is_newer_is_refused() -> None:
    with pytest.raises(ValueError, match="schema 3 is newer"):
        RuleSet.from_json(RULES.to_json() | {"schema": 3})


def test_total_when_a_task_is_closed_or_extra_leaves_it_out() -> None:
    extra = TaskRule(uuid.UUID(int=7), 100, is_bonus=True)

    assert RULES.total_points == RuleSet((*RULES.tasks, extra), 10, BADGE).total_points == 10
    assert RULES.has_closed_tasks
    assert not RuleSet((RULES.tasks[0], replace(extra, closed=True)), 10, BADGE).has_closed_tasks


def test_rule_for_when_the_task_is_unknown_is_none() -> None:
    assert RULES.rule_for(CLOSED_TASK) == TaskRule(CLOSED_TASK, 5, closed=True)
    assert RULES.rule_for(uuid.UUID(int=9)) is None


@pytest.mark.parametrize(
    ("changes", "counts_as"),
    [
        pytest.param({}, True, id="nothing"),
        pytest.param({"texts": "other"}, True, id="titles"),
        pytest.param({"achievement": replace(BADGE, version_id=uuid.UUID(int=9))}, True, id="texts-of-the-badge"),
        pytest.param({"tasks": RULES.tasks[::-1]}, True, id="order"),
        pytest.param({"achievement": replace(BADGE, achievement_id=uuid.UUID(int=9))}, False, id="another-badge"),
        pytest.param({"achievement": None}, False, id="no-badge"),
        pytest.param({"goal_points": 9}, False, id="goal"),
        pytest.param({"tasks": RULES.tasks[:1]}, False, id="one-task-less"),
        pytest.param({"tasks": (TaskRule(TASK, 11), RULES.tasks[1])}, False, id="points"),
        pytest.param({"tasks": (TaskRule(TASK, 10), TaskRule(CLOSED_TASK, 5))}, False, id="a-task-opened"),
        pytest.param({"tasks": (replace(RULES.tasks[0], is_bonus=True), RULES.tasks[1])}, False, id="an-extra"),
        pytest.param({"order": TaskOrder.FIXED}, True, id="fixed-order"),
        pytest.param(
            {"tasks": (replace(RULES.tasks[0], stays_when_undone=True), RULES.tasks[1])}, False, id="points-stay"
        ),
    ],
)
def test_rule_sets_when_compared_count_the_same_unless_somebody_could_hold_something_else(
    changes: dict[str, Any], counts_as: bool
) -> None:
    other = replace(RULES, **changes)

    assert other.counts_as(RULES) is counts_as
    assert RULES.counts_as(other) is counts_as


def test_texts_digest_when_a_title_or_the_order_differs_is_another_one() -> None:
    read, write = ("Read", "a book"), ("Write", "")
    digest = texts_digest([read, write])

    assert digest == texts_digest(iter([read, write]))
    others = [
        [write, read],
        [("Read,Write", "a book")],
        [read],
        [("Read", "the book"), write],
        [("a book", "Read"), write],
    ]
    assert len({digest, *(texts_digest(other) for other in others)}) == 6
    assert len(digest) == 64
    assert "Read" not in digest


@pytest.mark.parametrize(
    ("tasks", "goal_points"),
    [
        pytest.param([(1, False)], 1, id="smallest"),
        pytest.param([(MOST_POINTS, False)] * MOST_TASKS, MOST_POINTS * MOST_TASKS, id="largest"),
        pytest.param([(5, False), (9, True)], 5, id="with-a-closed-task"),
    ],
)
def test_check_when_the_points_can_work_says_nothing(tasks: list[tuple[int, bool]], goal_points: int) -> None:
    check_rules(_rules(tasks), goal_points)


@pytest.mark.parametrize(
    ("tasks", "goal_points", "path", "problem"),
    [
        pytest.param([], 1, "tasks", RuleProblem.NO_TASKS, id="nothing"),
        pytest.param([(5, True)], 1, "tasks", RuleProblem.NO_TASKS, id="only-closed-tasks"),
        pytest.param([(1, False)] * (MOST_TASKS + 1), 1, "tasks", RuleProblem.TOO_MANY_TASKS, id="too-many"),
        pytest.param([(1, False), (0, False)], 1, "tasks.1.points", RuleProblem.POINTS_NOT_POSITIVE, id="zero"),
        pytest.param([(-3, False)], 1, "tasks.0.points", RuleProblem.POINTS_NOT_POSITIVE, id="negative"),
        pytest.param([(MOST_POINTS + 1, False)], 1, "tasks.0.points", RuleProblem.POINTS_TOO_HIGH, id="too-high"),
        pytest.param([(5, False)], 0, "goal", RuleProblem.GOAL_NOT_POSITIVE, id="goal-zero"),
        pytest.param([(5, False)], -5, "goal", RuleProblem.GOAL_NOT_POSITIVE, id="goal-negative"),
        pytest.param([(5, False), (5, False)], 11, "goal", RuleProblem.GOAL_ABOVE_TOTAL, id="goal-out-of-reach"),
        pytest.param([(5, False), (9, True)], 6, "goal", RuleProblem.GOAL_ABOVE_TOTAL, id="closed-tasks-do-not-help"),
    ],
)
def test_check_when_the_points_cannot_work_names_the_first_problem_and_its_place(
    tasks: list[tuple[int, bool]], goal_points: int, path: str, problem: RuleProblem
) -> None:
    with pytest.raises(RuleInvalid) as caught:
        check_rules(_rules(tasks), goal_points)

    assert (caught.value.path, caught.value.problem, caught.value.code) == (path, problem, problem.value)


def test_closed_tasks_when_many_leave_room_for_new_ones() -> None:
    closed = [(10, True)] * (MOST_TASKS + 5)

    check_rules(_rules([*closed, (10, False)]), 10)

    with pytest.raises(RuleInvalid) as refused:
        check_rules(_rules([*closed, *[(10, False)] * (MOST_TASKS + 1)]), 10)
    assert refused.value.problem == RuleProblem.TOO_MANY_TASKS


def test_check_when_every_open_task_is_extra_is_refused() -> None:
    tasks = [TaskRule(TASK, 10, is_bonus=True), TaskRule(CLOSED_TASK, 10, closed=True)]

    with pytest.raises(RuleInvalid) as refused:
        check_rules(tasks, 10)
    assert (refused.value.path, refused.value.problem) == ("tasks", RuleProblem.NO_REQUIRED_TASKS)


def test_check_when_only_extras_would_reach_the_goal_is_refused() -> None:
    tasks = [TaskRule(TASK, 10), TaskRule(CLOSED_TASK, 10, is_bonus=True)]
    check_rules(tasks, 10)

    with pytest.raises(RuleInvalid) as refused:
        check_rules(tasks, 11)
    assert (refused.value.path, refused.value.problem) == ("goal", RuleProblem.GOAL_ABOVE_TOTAL)


def _rules(tasks: Sequence[tuple[int, bool]]) -> list[TaskRule]:
    return [TaskRule(uuid.uuid4(), points, closed=closed) for points, closed in tasks]
