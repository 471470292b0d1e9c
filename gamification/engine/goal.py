"""The one percentage a learner sees: progress to the goal, in integers, full at the minimum."""

from __future__ import annotations


def percent_to_goal(points: int, goal_points: int) -> int:
    """Return 0 to 100: how much of the minimum has been reached, rounded down.

    A goal of 0 or less has no progress; the caller says so in words instead of asking for a number.
    """
    if goal_points <= 0:
        raise ValueError("there is no goal yet")
    return max(0, min(100, 100 * points // goal_points))
