"""The outlines, drawn on a square of 256 units: at 32 pixels one pixel is 8 units.

A path is the middle of the edge; the edge takes `EDGE / 2` on either side.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

from badges.picture.design import Shape

SIZE = 256
EDGE = 16


@dataclass(frozen=True)
class Place:
    """A square that a symbol fills, in the middle of the width."""

    middle: float
    """The height of its middle."""
    side: float


@dataclass(frozen=True)
class Outline:
    """A closed path, and where things lie well in it."""

    path: str
    alone: Place = Place(128, 150)
    """Where the symbol lies when nothing lies under it."""
    above: Place = Place(107, 124)
    """Where it lies when the marks of a level do."""
    marks: float = 196
    """The height of the marks, half a pixel off the raster of 32 by 32, so that three rows are full."""
    inside: str = ""
    """The surface, where it does not follow the edge."""


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _point(radius: float, angle: float) -> str:
    """Return a point at an angle in parts of a turn, from the top clockwise."""
    turn = 2 * pi * angle
    return f"{_number(128 + radius * sin(turn))} {_number(128 - radius * cos(turn))}"


def _circle(radius: float) -> str:
    arc = f"A{_number(radius)} {_number(radius)} 0 0 1"
    return f"M{_point(radius, 0)}{arc} {_point(radius, 0.5)}{arc} {_point(radius, 0)}Z"


def _hexagon(radius: float, corner: float) -> str:
    """Return a hexagon on its point, each corner rounded from `corner` (a part of the side) before to after it."""
    points = [(128 + radius * sin(pi * n / 3), 128 - radius * cos(pi * n / 3)) for n in range(6)]
    parts = []
    for index, (x, y) in enumerate(points):
        (before_x, before_y), (after_x, after_y) = points[index - 1], points[(index + 1) % 6]
        start = f"{_number(x + (before_x - x) * corner)} {_number(y + (before_y - y) * corner)}"
        end = f"{_number(x + (after_x - x) * corner)} {_number(y + (after_y - y) * corner)}"
        parts.append(f"{start}Q{_number(x)} {_number(y)} {end}")
    return "M" + "L".join(parts) + "Z"


def _seal(radius: float, lobes: int, bulge: float) -> str:
    """Return a ring of outward arcs, as a wax seal has."""
    arcs = (
        f"A{_number(bulge)} {_number(bulge)} 0 0 1 {_point(radius, (n + 0.5) / lobes)}" for n in range(1, lobes + 1)
    )
    return f"M{_point(radius, 0.5 / lobes)} " + " ".join(arcs) + "Z"


OUTLINES = {
    Shape.CIRCLE: Outline(_circle(112)),
    Shape.SQUARE: Outline(
        "M76 24H180A52 52 0 0 1 232 76V180A52 52 0 0 1 180 232H76A52 52 0 0 1 24 180V76A52 52 0 0 1 76 24Z",
        alone=Place(128, 156),
    ),
    Shape.HEXAGON: Outline(_hexagon(120, 0.16), alone=Place(128, 146), above=Place(105, 122), marks=188),
    Shape.SHIELD: Outline(
        "M128 16C154 32 186 40 216 40Q228 40 228 52V120C228 178 190 220 128 240"
        "C66 220 28 178 28 120V52Q28 40 40 40C70 40 102 32 128 16Z",
        alone=Place(122, 140),
        above=Place(102, 116),
        marks=188,
    ),
    Shape.SEAL: Outline(
        _seal(109, 16, 24), alone=Place(128, 144), above=Place(106, 118), marks=188, inside=_circle(101)
    ),
    Shape.LEAF: Outline(
        "M44 20H124A112 112 0 0 1 236 132V212A24 24 0 0 1 212 236H132A112 112 0 0 1 20 124V44A24 24 0 0 1 44 20Z",
        alone=Place(128, 148),
        above=Place(106, 122),
        marks=188,
    ),
}
