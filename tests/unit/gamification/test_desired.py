"""What a learner should hold, as a table and as properties: order and doubles do not matter, more is never less."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamification.engine.activity import Activity, Verb, in_order
from gamification.engine.desired import Desired, EarnedPoints, GrantedAchievement, desired, effect_key
from gamification.engine.rule_set import RuleSet, TaskRule
from gamification.engine.task_state import TaskState, task_facts
from tests.unit.gamification.histories import BADGE, TASKS, did, histories, rule_sets

RULES = RuleSet(
    tasks=(TaskRule(TASKS[0], 10), TaskRule(TASKS[1], 20), TaskRule(TASKS[2], 30), TaskRule(TASKS[3], 5, closed=True)),
    goal_points=30,
    achievement=BADGE,
)


def _activity(number: int, task_id: uuid.UUID, *, minute: int) -> Activity:
    return did(Verb.COMPLETED, task_id=task_id, number=number, minute=minute)


def _done(*tasks: int) -> tuple[Activity, ...]:
    return tuple(_activity(number, TASKS[task], minute=number) for number, task in enumerate(tasks, 1))


@pytest.mark.parametrize(
    ("done", "total", "goal_reached"),
    [
        pytest.param([], 0, False, id="nothing-done"),
        pytest.param([0], 10, False, id="one-task"),
        pytest.param([0, 0, 0], 10, False, id="one-task-three-times"),
        pytest.param([0, 1], 30, True, id="exactly-the-goal"),
        pytest.param([2], 30, True, id="the-goal-with-one-task"),
        pytest.param([0, 1, 2], 60, True, id="more-than-the-goal"),
        pytest.param([1, 3], 25, False, id="a-closed-task-keeps-its-points"),
        pytest.param([0, 1, 3], 35, True, id="a-closed-task-counts-for-the-goal"),
        pytest.param([4], 0, False, id="a-task-these-rules-do-not-know"),
    ],
)
def test_desired_when_tasks_are_done_gives_their_points_and_the_goal(
    done: list[int], total: int, goal_reached: bool
) -> None:
    held = desired(_done(*done), RULES)

    assert (held.total, held.goal_reached) == (total, goal_reached)
    assert [granted.achievement for granted in held.achievements] == ([BADGE] if goal_reached else [])


def test_desired_when_a_task_is_done_says_which_activity_earned_what() -> None:
    [first, second] = _done(0, 1)

    held = desired((first, second), RULES)

    assert held == Desired(
        points=(
            EarnedPoints(f"task:{TASKS[0]}", "task", 10, first.id),
            EarnedPoints(f"task:{TASKS[1]}", "task", 20, second.id),
        ),
        achievements=(GrantedAchievement(BADGE, second.id),),
        goal_reached=True,
    )


def test_desired_when_a_task_is_done_twice_credits_the_earlier_moment() -> None:
    [late, early] = [_activity(1, TASKS[0], minute=9), _activity(2, TASKS[0], minute=3)]

    held = desired((late, early), RULES)

    assert [effect.activity_id for effect in held.points] == [early.id]


def test_desired_when_an_older_fact_arrives_late_names_the_activity_that_now_reaches_the_goal() -> None:
    [first, second] = [_activity(1, TASKS[0], minute=5), _activity(2, TASKS[1], minute=6)]
    arrived_late = _activity(3, TASKS[2], minute=1)

    before = desired((first, second), RULES)
    after = desired((first, second, arrived_late), RULES)

    assert [granted.activity_id for granted in before.achievements] == [second.id]
    assert [granted.activity_id for granted in after.achievements] == [arrived_late.id]


def test_desired_when_the_course_has_no_badge_reaches_the_goal_without_one() -> None:
    held = desired(_done(0, 1), RuleSet(RULES.tasks, 30, None))

    assert (held.goal_reached, held.achievements) == (True, ())


def test_order_when_moments_are_equal_is_by_id() -> None:
    activities = (_activity(2, TASKS[0], minute=0), _activity(1, TASKS[1], minute=0), _activity(3, TASKS[2], minute=-1))

    assert [activity.id.int for activity in in_order(activities)] == [3, 1, 2]


def test_effect_key_when_made_is_lineage_and_scope() -> None:
    assert effect_key("task", TASKS[0]) == f"task:{TASKS[0]}"


completions = histories.map(lambda history: [replace(activity, verb=Verb.COMPLETED) for activity in history])


@given(history=histories, rules=rule_sets, data=st.data())
def test_desired_when_told_in_another_order_and_more_than_once_is_the_same(
    history: list[Activity], rules: RuleSet, data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(history))) if history else []
    retold = data.draw(st.permutations([*history, *again]))

    assert desired(tuple(retold), rules) == desired(tuple(history), rules)


@given(done=completions, rules=rule_sets, split=st.integers(0, 12))
def test_desired_when_learners_do_more_never_takes_anything_away(
    done: list[Activity], rules: RuleSet, split: int
) -> None:
    less = desired(tuple(done[:split]), rules)
    more = desired(tuple(done), rules)

    assert {(effect.effect_key, effect.points) for effect in less.points} <= {
        (effect.effect_key, effect.points) for effect in more.points
    }
    assert less.goal_reached <= more.goal_reached
    assert {granted.achievement for granted in less.achievements} <= {
        granted.achievement for granted in more.achievements
    }


@given(history=histories, rules=rule_sets)
def test_desired_when_compared_with_a_plain_sum_agrees(history: list[Activity], rules: RuleSet) -> None:
    held = desired(history, rules)

    done = {task_id for task_id, found in task_facts(history, rules).items() if found.state is TaskState.DONE}
    required = sum(rule.points for rule in rules.tasks if rule.task_id in done and not rule.is_bonus)
    extra = sum(rule.points for rule in rules.tasks if rule.task_id in done and rule.is_bonus)
    assert (held.total, held.bonus) == (required, extra)
    assert held.goal_reached == (required >= rules.goal_points)
    assert bool(held.achievements) == (held.goal_reached and rules.achievement is not None)
    assert {effect.activity_id for effect in held.points} <= {activity.id for activity in history}
    assert len({effect.effect_key for effect in held.points}) == len(done)


@given(history=histories, rules=rule_sets)
def test_desired_when_every_task_is_extra_never_reaches_the_goal(history: list[Activity], rules: RuleSet) -> None:
    extras = replace(rules, tasks=tuple(replace(rule, is_bonus=True) for rule in rules.tasks))

    held = desired(history, extras)

    assert (held.total, held.goal_reached, held.achievements) == (0, False, ())
    assert held.bonus == sum(effect.points for effect in held.points)


@given(history=histories, rules=rule_sets)
def test_desired_when_tasks_were_taken_back_or_undone_names_what_took_each_of_them(
    history: list[Activity], rules: RuleSet
) -> None:
    held = desired(history, rules)

    by_id = {activity.id: activity for activity in history}
    assert {by_id[taken.activity_id].verb for taken in held.taken_back} <= {Verb.WITHDRAWN, Verb.LAPSED}
    assert not {taken.effect_key for taken in held.taken_back} & {effect.effect_key for effect in held.points}
    assert {by_id[taken.activity_id].task_id for taken in held.taken_back} == {
        task_id for task_id, found in task_facts(history, rules).items() if found.was_taken_back or found.was_undone
    }


def test_desired_when_a_task_is_extra_counts_it_apart() -> None:
    rules = RuleSet((TaskRule(TASKS[0], 10), TaskRule(TASKS[1], 20, is_bonus=True)), 10, BADGE)

    held = desired(_done(1, 0), rules)

    assert [(effect.effect_key, effect.points) for effect in held.points] == [
        (f"bonus:{TASKS[1]}", 20),
        (f"task:{TASKS[0]}", 10),
    ]
    assert (held.total, held.bonus) == (10, 20)
    [granted] = held.achievements
    assert granted.activity_id == _done(1, 0)[1].id
