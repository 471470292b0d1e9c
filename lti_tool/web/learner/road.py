"""The road to the flag: from tasks and points to the points of an SVG drawing. Pure; the picture is never alone.

The road runs from the start to the flag, and its length is the goal: it says how far, not which way. What is done lies
behind the marker. What can be earned beyond the goal, and every extra, is a side loop that begins and ends at the
flag, so that nothing left to do there makes the goal look unreached.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

WIDTH = 360
HEIGHT = 92
MOST_STOPS = 8
"""With more tasks than this the stops stand for groups of tasks."""
_GROUPS = 5
_START_X = 22.0
_FLAG_X = 330.0
_FLAG_X_WITH_LOOP = 268.0
_BASE_Y = 58.0
_SWING = 13.0
_SAMPLES = 48
_LOOP_WIDTH = 34.0
_LOOP_HEIGHT = 15.0
_SHORTEST_GAP = 15.0


@dataclass(frozen=True)
class Point:
    """A place in the drawing."""

    x: float
    y: float


@dataclass(frozen=True)
class Stop:
    """A task, or a group of tasks, along the road."""

    x: float
    y: float
    is_done: bool


@dataclass(frozen=True)
class Road:
    """Everything the template draws. The lines are values of an SVG `points` attribute; `loop` may be empty.

    `marker` is where the learner stands; None at the flag, which says so itself.
    """

    behind: str
    ahead: str
    loop: str
    loop_done: str
    stops: tuple[Stop, ...]
    marker: Point | None
    flag: Point
    is_reached: bool
    width: int = WIDTH
    height: int = HEIGHT


@lru_cache(maxsize=1024)
def draw_road(
    tasks: tuple[tuple[int, bool], ...], points: int, goal_points: int, extras: tuple[tuple[int, bool], ...] = ()
) -> Road | None:
    """Return the road for these (points, is done) tasks and extras; None where there is no goal to go to.

    `points` are those of the tasks alone. Remembered: a class stands at few different places, and drawing costs as
    much as the rest of the page.
    """
    if goal_points <= 0 or not tasks:
        return None
    beyond = _beyond_the_goal(tasks, goal_points) + [_Piece(size, is_done, True) for size, is_done in extras]
    loop_points = sum(piece.points for piece in beyond)
    road = _road_line(_FLAG_X_WITH_LOOP if beyond else _FLAG_X)
    flag = road[-1]
    loop = _loop_line(flag) if beyond else []
    share = min(1.0, max(0.0, points / goal_points))
    loop_done = max(0, points - goal_points) + sum(size for size, is_done in extras if is_done)
    loop_share = min(1.0, loop_done / loop_points) if beyond else 0.0
    marker = None
    if points < goal_points:
        marker = _at(road, share)
    elif 0.0 < loop_share < 1.0:
        marker = _at(loop, loop_share)
    return Road(
        behind=_to_text(_cut(road, 0.0, share)),
        ahead=_to_text(_cut(road, share, 1.0)),
        loop=_to_text(loop),
        loop_done=_to_text(_cut(loop, 0.0, loop_share)) if loop_share else "",
        stops=(*_stops_on_road(tasks, goal_points, road), *_stops_on_loop(beyond, loop)),
        marker=marker,
        flag=flag,
        is_reached=points >= goal_points,
    )


@dataclass(frozen=True)
class _Piece:
    """A stretch of the loop. `is_stop` is False for the rest of a task whose stop lies at the flag."""

    points: int
    is_done: bool
    is_stop: bool


def _done_first(tasks: Sequence[tuple[int, bool]]) -> list[tuple[int, bool]]:
    return [task for task in tasks if task[1]] + [task for task in tasks if not task[1]]


def _beyond_the_goal(tasks: Sequence[tuple[int, bool]], goal_points: int) -> list[_Piece]:
    pieces = []
    sum_points = 0
    for task_points, is_done in _done_first(tasks):
        before, sum_points = sum_points, sum_points + task_points
        if sum_points > goal_points:
            rest = sum_points - max(before, goal_points)
            pieces.append(_Piece(rest, is_done, before >= goal_points))
    return pieces


def _road_line(flag_x: float) -> list[Point]:
    line = []
    for step in range(_SAMPLES + 1):
        share = step / _SAMPLES
        x = _START_X + share * (flag_x - _START_X)
        line.append(Point(x, _BASE_Y + _SWING * math.sin(share * math.pi * 2.5)))
    return line


def _loop_line(flag: Point) -> list[Point]:
    line = []
    for step in range(_SAMPLES + 1):
        angle = math.pi - 2 * math.pi * step / _SAMPLES
        line.append(
            Point(flag.x + _LOOP_WIDTH + _LOOP_WIDTH * math.cos(angle), flag.y + _LOOP_HEIGHT * math.sin(angle))
        )
    return line


def _stops_on_road(tasks: Sequence[tuple[int, bool]], goal_points: int, road: list[Point]) -> list[Stop]:
    shares: list[tuple[float, bool]] = []
    sum_points = 0
    for task_points, is_done in _done_first(tasks):
        sum_points += task_points
        if sum_points < goal_points:
            shares.append((sum_points / goal_points, is_done))
    return _spread(road, _grouped(shares) if len(tasks) > MOST_STOPS else shares)


def _stops_on_loop(pieces: list[_Piece], loop: list[Point]) -> list[Stop]:
    shares: list[tuple[float, bool]] = []
    whole = sum(piece.points for piece in pieces)
    walked = 0
    for piece in sorted(pieces, key=lambda piece: not piece.is_done):
        if piece.is_stop:
            shares.append(((walked + piece.points / 2) / whole, piece.is_done))
        walked += piece.points
    return _spread(loop, _grouped(shares) if len(pieces) > MOST_STOPS else shares)


def _grouped(shares: list[tuple[float, bool]]) -> list[tuple[float, bool]]:
    size = max(1, math.ceil(len(shares) / _GROUPS))
    return shares[size - 1 :: size]


def _spread(line: list[Point], shares: list[tuple[float, bool]]) -> list[Stop]:
    stops: list[Stop] = []
    ends = (line[0], line[-1]) if line else ()
    for share, is_done in shares:
        place = _at(line, share)
        neighbours = [*stops[-1:], *ends]
        if all(math.dist((place.x, place.y), (other.x, other.y)) >= _SHORTEST_GAP for other in neighbours):
            stops.append(Stop(place.x, place.y, is_done))
    return stops


def _at(line: list[Point], share: float) -> Point:
    return _cut(line, 0.0, share)[-1]


def _cut(line: list[Point], start: float, end: float) -> list[Point]:
    """Return the part of a line between two shares of its length."""
    lengths = [math.dist((a.x, a.y), (b.x, b.y)) for a, b in pairwise(line)]
    whole = sum(lengths)
    begin, finish = start * whole, end * whole
    part: list[Point] = []
    walked = 0.0
    for (a, b), length in zip(pairwise(line), lengths, strict=True):
        if walked + length >= begin and walked <= finish:
            for wanted in (max(begin, walked), min(finish, walked + length)):
                ratio = (wanted - walked) / length if length else 0.0
                part.append(Point(a.x + ratio * (b.x - a.x), a.y + ratio * (b.y - a.y)))
        walked += length
    return part


def _to_text(line: list[Point]) -> str:
    kept: list[str] = []
    for point in line:
        text = f"{point.x:.1f},{point.y:.1f}"
        if not kept or kept[-1] != text:
            kept.append(text)
    return " ".join(kept)
