"""What a learner should hold, as a table and as properties: order and doubles do not matter, more is never less."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamification.engine.activity import Activity, Verb, in_order
from gamification.engine.desired import Desired, EarnedPoints, GrantedAchievement, desired, effect_key
from gamification.engine.rule_set import AchievementRef, RuleSet, TaskRule

START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
TASKS = [uuid.UUID(int=number) for number in range(1, 6)]
UNKNOWN_TASK = uuid.UUID(int=99)
BADGE = AchievementRef(uuid.UUID(int=1000), uuid.UUID(int=1001))
RULES = RuleSet(
    tasks=(TaskRule(TASKS[0], 10), TaskRule(TASKS[1], 20), TaskRule(TASKS[2], 30), TaskRule(TASKS[3], 5, closed=True)),
    goal_points=30,
    achievement=BADGE,
)


def _activity(number: int, task_id: uuid.UUID, *, minute: int) -> Activity:
    return Activity(uuid.UUID(int=number), Verb.COMPLETED, task_id, START + timedelta(minutes=minute))


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


activities_of_a_learner = st.lists(
    st.builds(
        _activity,
        st.integers(1, 10**6),
        st.sampled_from([*TASKS, UNKNOWN_TASK]),
        minute=st.integers(0, 5),
    ),
    max_size=12,
    unique_by=lambda activity: activity.id,
)
rule_sets = st.builds(
    RuleSet,
    st.lists(
        st.builds(TaskRule, st.sampled_from(TASKS), st.integers(1, 50), st.booleans()),
        max_size=5,
        unique_by=lambda rule: rule.task_id,
    ).map(tuple),
    st.integers(1, 150),
    st.sampled_from([BADGE, None]),
)


@given(activities=activities_of_a_learner, rules=rule_sets, data=st.data())
def test_desired_when_told_in_another_order_and_more_than_once_is_the_same(
    activities: list[Activity], rules: RuleSet, data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(activities))) if activities else []
    retold = data.draw(st.permutations([*activities, *again]))

    assert desired(tuple(retold), rules) == desired(tuple(activities), rules)


@given(activities=activities_of_a_learner, rules=rule_sets, split=st.integers(0, 12))
def test_desired_when_more_is_done_never_takes_anything_away(
    activities: list[Activity], rules: RuleSet, split: int
) -> None:
    less = desired(tuple(activities[:split]), rules)
    more = desired(tuple(activities), rules)

    assert {(effect.effect_key, effect.points) for effect in less.points} <= {
        (effect.effect_key, effect.points) for effect in more.points
    }
    assert less.goal_reached <= more.goal_reached
    assert {granted.achievement for granted in less.achievements} <= {
        granted.achievement for granted in more.achievements
    }


@given(activities=activities_of_a_learner, rules=rule_sets)
def test_desired_when_compared_with_a_plain_sum_agrees(activities: list[Activity], rules: RuleSet) -> None:
    held = desired(tuple(activities), rules)

    done = {activity.task_id for activity in activities}
    worth = sum(rule.points for rule in rules.tasks if rule.task_id in done)
    assert held.total == worth
    assert held.goal_reached == (worth >= rules.goal_points)
    assert bool(held.achievements) == (held.goal_reached and rules.achievement is not None)
    assert {effect.activity_id for effect in held.points} <= {activity.id for activity in activities}
