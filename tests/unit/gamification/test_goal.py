"""The one percentage: whole numbers, full at the minimum, never more, never rounded up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamification.engine.goal import percent_to_goal


@pytest.mark.parametrize(
    ("points", "goal_points", "percent"),
    [
        (0, 30, 0),
        (1, 30, 3),
        (10, 30, 33),
        (20, 30, 66),
        (29, 30, 96),
        (30, 30, 100),
        (90, 30, 100),
        (999, 1000, 99),
        (1, 1000, 0),
        (-5, 30, 0),
        (1, 1, 100),
    ],
)
def test_percent_when_points_are_held_is_the_part_of_the_goal(points: int, goal_points: int, percent: int) -> None:
    assert percent_to_goal(points, goal_points) == percent


@pytest.mark.parametrize("goal_points", [0, -1])
def test_percent_when_there_is_no_goal_is_refused(goal_points: int) -> None:
    with pytest.raises(ValueError, match="no goal"):
        percent_to_goal(10, goal_points)


@given(points=st.integers(-100, 10**7), goal_points=st.integers(1, 10**7))
def test_percent_when_it_says_hundred_is_at_the_goal_and_only_then(points: int, goal_points: int) -> None:
    percent = percent_to_goal(points, goal_points)

    assert 0 <= percent <= 100
    assert (percent == 100) == (points >= goal_points)
    assert percent <= percent_to_goal(points + 1, goal_points)
