"""What is missing, as codes: one reason for every state, and a goal that says which tasks can still bring points."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamification.engine.activity import Verb
from gamification.engine.explain import (
    GoalExplanation,
    Missing,
    TaskExplanation,
    explain_goal,
    rules_to_explain,
    what_is_missing,
)
from gamification.engine.rule_set import Confirmation, RuleSet, TaskRule
from gamification.engine.task_state import TaskFacts, TaskState
from tests.unit.gamification.histories import BADGE, TASKS, UNKNOWN_TASK, did

RULE = TaskRule(TASKS[0], 10)
CLOSED = replace(RULE, closed=True)


@pytest.mark.parametrize(
    ("state", "when_open", "when_closed"),
    [
        (TaskState.TO_DO, [Missing.NOT_DONE], [Missing.NOT_DONE, Missing.CLOSED]),
        (TaskState.WAITING, [Missing.WAITS_FOR_REVIEW], [Missing.WAITS_FOR_REVIEW]),
        (TaskState.PRACTISE, [Missing.PRACTISE], [Missing.PRACTISE, Missing.CLOSED]),
        (TaskState.TAKEN_BACK, [Missing.TAKEN_BACK], [Missing.TAKEN_BACK, Missing.CLOSED]),
        (TaskState.DONE, [Missing.NOT_COUNTED_YET], [Missing.NOT_COUNTED_YET]),
    ],
)
def test_missing_when_a_task_gives_no_points_says_why(
    state: TaskState, when_open: list[Missing], when_closed: list[Missing]
) -> None:
    assert list(what_is_missing(RULE, TaskFacts(state), 0, is_locked=False)) == when_open
    assert list(what_is_missing(CLOSED, TaskFacts(state), 0, is_locked=False)) == when_closed


@pytest.mark.parametrize(
    ("state", "missing"),
    [
        (TaskState.TO_DO, Missing.NOT_DONE_IN_PLATFORM),
        (TaskState.TAKEN_BACK, Missing.TAKEN_BACK_IN_PLATFORM),
        (TaskState.DONE, Missing.NOT_COUNTED_YET),
    ],
)
def test_missing_when_the_platform_finishes_the_task_says_what_helps_there(state: TaskState, missing: Missing) -> None:
    in_platform = replace(RULE, confirmation=Confirmation.PLATFORM)

    assert what_is_missing(in_platform, TaskFacts(state), 0, is_locked=False) == (missing,)


@pytest.mark.parametrize("confirmation", Confirmation)
def test_missing_when_the_platform_took_its_word_back_says_that_it_is_open_again(confirmation: Confirmation) -> None:
    rule = replace(RULE, confirmation=confirmation)
    lapsed = did(Verb.LAPSED)

    undone = TaskFacts(lapsed_by=lapsed)
    waits = TaskFacts(TaskState.WAITING, lapsed_by=lapsed)

    assert what_is_missing(rule, undone, 0, is_locked=False) == (Missing.OPEN_AGAIN,)
    assert what_is_missing(RULE, waits, 0, is_locked=False) == (Missing.WAITS_FOR_REVIEW,)


def test_missing_when_another_task_comes_first_says_so_too() -> None:
    missing = what_is_missing(RULE, TaskFacts(), 0, is_locked=True)

    assert missing == (Missing.NOT_DONE, Missing.EARLIER_TASK_FIRST)


@given(state=st.sampled_from(TaskState), closed=st.booleans(), is_locked=st.booleans())
def test_missing_when_the_entries_give_points_is_nothing(state: TaskState, closed: bool, is_locked: bool) -> None:
    assert what_is_missing(replace(RULE, closed=closed), TaskFacts(state), 1, is_locked=is_locked) == ()


def test_goal_when_tasks_are_left_names_those_that_can_bring_points_in_order() -> None:
    rules = RuleSet((), 50, BADGE)
    tasks = [
        _task(0, 10),
        _task(1, 20, Missing.NOT_DONE, Missing.EARLIER_TASK_FIRST),
        _task(2, 30, Missing.TAKEN_BACK, Missing.CLOSED),
        _task(3, 40, Missing.NOT_DONE, is_bonus=True),
        _task(4, 20, Missing.WAITS_FOR_REVIEW),
    ]

    assert explain_goal(rules, 10, tasks) == GoalExplanation(
        points=10,
        goal_points=50,
        missing_points=40,
        is_reached=False,
        achievement_version_id=BADGE.version_id,
        open_task_ids=(TASKS[1], TASKS[4]),
        is_enough=True,
    )
    assert not explain_goal(rules, 9, tasks).is_enough


def test_goal_when_reached_misses_nothing_and_needs_no_task() -> None:
    goal = explain_goal(RuleSet((), 10, None), 12, [])

    assert (goal.is_reached, goal.missing_points, goal.is_enough, goal.achievement_version_id) == (True, 0, True, None)


def test_rules_when_explained_are_the_open_ones_and_what_the_learner_has_to_do_with() -> None:
    closed = [TaskRule(task_id, 5, closed=True) for task_id in TASKS[1:3]]
    rules = RuleSet((RULE, *closed), 10, None)
    forgotten = uuid.UUID(int=98)

    found = rules_to_explain(rules, [UNKNOWN_TASK, TASKS[2], UNKNOWN_TASK, forgotten], [forgotten])

    assert found == [
        RULE,
        closed[1],
        TaskRule(UNKNOWN_TASK, 0, closed=True),
        TaskRule(forgotten, 0, closed=True, is_bonus=True),
    ]


def _task(index: int, points: int, *missing: Missing, is_bonus: bool = False) -> TaskExplanation:
    return TaskExplanation(TASKS[index], "A task", points, is_bonus, TaskState.TO_DO, (), (), missing)
