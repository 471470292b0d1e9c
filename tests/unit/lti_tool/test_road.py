"""The road to the flag: extras are a side loop and never part of the way."""

from __future__ import annotations

import pytest

from lti_tool.web.learner.road import Road, draw_road

TASKS = ((25, True), (25, False))


def road(points: int, *extras: tuple[int, bool], tasks: tuple[tuple[int, bool], ...] = TASKS) -> Road:
    drawn = draw_road(tasks, points, 50, extras)
    assert drawn is not None
    return drawn


def test_road_when_there_are_no_extras_has_no_loop() -> None:
    assert road(25).loop == ""


def test_extra_when_done_before_the_goal_is_green_beyond_it_and_moves_nobody() -> None:
    none_done, one_done = road(25, (5, False), (5, False)), road(25, (5, True), (5, False))

    assert none_done.loop == one_done.loop != ""
    assert none_done.loop_done == ""
    assert one_done.loop_done != ""
    assert (none_done.behind, none_done.ahead, none_done.marker) == (one_done.behind, one_done.ahead, one_done.marker)


@pytest.mark.parametrize("extras", [((5, False),), ((10_000, False), (1, True)), ((5, True), (5, True))])
def test_road_when_the_goal_is_reached_is_reached_whatever_extras_are_left(
    extras: tuple[tuple[int, bool], ...],
) -> None:
    reached = road(50, *extras, tasks=((25, True), (25, True)))

    assert reached.is_reached
    assert len(set(reached.ahead.split(" "))) == 1
    assert all(stop.x <= reached.width for stop in reached.stops)


def test_stops_on_the_loop_when_some_are_done_are_green_where_the_loop_is() -> None:
    drawn = road(60, (10, True), (10, False), tasks=((30, True), (30, True)))
    beyond = [stop for stop in drawn.stops if stop.x > drawn.flag.x]

    assert [stop.is_done for stop in beyond] == [True, False]
    assert drawn.marker is not None
    assert drawn.marker.x > drawn.flag.x
