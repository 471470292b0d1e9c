"""The symbols, each a few shapes on a grid of 32 by 32, all in one hand.

Solid masses with round corners, lines 4 wide with round ends, and cuts that are at least 2.5 wide: at 32 pixels a
symbol is some 15 pixels wide, so nothing finer would be seen. Each fills the grid from 2 to 30 in at least one
direction and has its weight in the middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import cos, pi, sin

from badges.picture.design import Symbol

GRID = 32


class Kind(Enum):
    """How a path is drawn."""

    SOLID = "solid"
    """Filled in the symbol's colour, corners rounded by half the width."""
    LINE = "line"
    """A stroke in the symbol's colour."""
    HOLE = "hole"
    """Filled in the colour of the surface."""
    CUT = "cut"
    """A stroke in the colour of the surface."""


@dataclass(frozen=True)
class Part:
    """One path of a symbol. Later parts lie over earlier ones."""

    kind: Kind
    path: str
    width: float


def _solid(path: str, width: float = 2) -> Part:
    return Part(Kind.SOLID, path, width)


def _line(path: str, width: float = 4) -> Part:
    return Part(Kind.LINE, path, width)


def _hole(path: str, width: float = 0) -> Part:
    return Part(Kind.HOLE, path, width)


def _cut(path: str, width: float = 2.5) -> Part:
    return Part(Kind.CUT, path, width)


def _round(x: float, y: float, radius: float) -> str:
    half = f"a{radius:g} {radius:g} 0 1 1"
    return f"M{x - radius:g} {y:g}{half} {2 * radius:g} 0{half} {-2 * radius:g} 0Z"


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}Z"


def _star(x: float, y: float, outer: float, inner: float) -> str:
    points = []
    for index in range(10):
        radius, turn = (inner if index % 2 else outer), pi * index / 5
        points.append(f"{x + radius * sin(turn):.2f} {y - radius * cos(turn):.2f}")
    return "M" + "L".join(points) + "Z"


SYMBOLS: dict[Symbol, tuple[Part, ...]] = {
    Symbol.CHECK: (_line("M4.5 16.5L12.5 24.5L27.5 7.5", 6),),
    Symbol.STAR: (_solid(_star(16, 17, 13.5, 5.5), 3),),
    Symbol.FLAG: (
        _line("M7 4V29"),
        _solid("M8 5.5C13 2.5 18 8.5 27.5 5V18C18 21.5 13 15.5 8 18.5Z"),
    ),
    Symbol.HEART: (
        _solid(
            "M16 27C8.5 21.5 3.5 16.5 3.5 11.2A6.5 6.5 0 0 1 16 8.6A6.5 6.5 0 0 1 28.5 11.2C28.5 16.5 23.5 21.5 16 27Z"
        ),
    ),
    Symbol.LIGHTBULB: (
        _solid("M12 20.5C12 17.5 7 16 7 11.5A9 9 0 0 1 25 11.5C25 16 20 17.5 20 20.5Z"),
        _line("M13 25.5H19", 3),
        _line("M15 29.5H17", 2.5),
    ),
    Symbol.KEY: (
        _line(_round(10, 22, 6), 4.5),
        _line("M14.5 17.5L27 5M21.5 10.5L26 15"),
    ),
    Symbol.CLOCK: (
        _line(_round(16, 16, 12)),
        _line("M16 9.5V16.5L20.5 19", 3.5),
    ),
    Symbol.BOOK: (
        _solid("M16 9C12 6 7 6 3 7.5V25C7 23.5 12 23.5 16 26.5C20 23.5 25 23.5 29 25V7.5C25 6 20 6 16 9Z"),
        _cut("M16 10.5V25"),
    ),
    Symbol.PENCIL: (
        _solid("M21.5 4L28 10.5L11.5 27L4 28L5 20.5Z"),
        _cut("M16.5 8L24 15.5"),
    ),
    Symbol.GLOBE: (
        _line(_round(16, 16, 12.5), 3.5),
        _line("M16 3.5C9 11 9 21 16 28.5C23 21 23 11 16 3.5ZM4 16H28", 2.5),
    ),
    Symbol.CALCULATOR: (
        _solid(_box(7, 3.5, 18, 25), 4),
        _hole(_box(10.5, 7, 11, 5), 1),
        _hole(_round(11.5, 18, 1.7)),
        _hole(_round(20.5, 18, 1.7)),
        _hole(_round(11.5, 24, 1.7)),
        _hole(_round(20.5, 24, 1.7)),
    ),
    Symbol.COMPUTER: (
        _line(_box(5.5, 6, 21, 14), 4),
        _line("M3.5 26.5H28.5"),
    ),
    Symbol.PHONE: (
        _solid(_box(9.5, 4, 13, 24), 5),
        _hole(_box(11.5, 7.5, 9, 12.5), 1),
        _hole(_round(16, 25.5, 1.8)),
    ),
    Symbol.SPEECH: (
        _solid("M5 5.5H27V21.5H15L8.5 27.5V21.5H5Z", 4),
        _hole(_round(9.5, 13.5, 2)),
        _hole(_round(16, 13.5, 2)),
        _hole(_round(22.5, 13.5, 2)),
    ),
    Symbol.PEOPLE: (
        _solid(_round(10, 10, 4), 1),
        _solid("M3 25A7 8 0 0 1 17 25Z"),
        _solid(_round(22, 10, 4), 1),
        _solid("M20.5 25C20.5 22 19.5 19.5 18.5 18C24 15.5 29 19.5 29 25Z"),
    ),
    Symbol.HAND: (
        _line("M10.5 19V8.5M15.5 15V5M20.5 15V6M25.5 19V10", 3.8),
        _solid("M9.6 16H26.4V21C26.4 26 22.5 29 18.5 29C14.5 29 12.5 27.5 10.5 25L9.6 23Z"),
        _line("M11 25L5.7 18.5", 3.8),
    ),
    Symbol.HELMET: (
        _solid("M5 19.5A11 13 0 0 1 27 19.5Z"),
        _line("M4 25H28", 4),
        _cut("M12 7V14.5M20 7V14.5"),
    ),
    Symbol.WRENCH: (
        _line("M6.5 25.5L18 14", 6.5),
        _solid(_round(20.5, 11.5, 7.5), 2),
        _cut("M21 11L28 4", 5.5),
    ),
    Symbol.HAMMER: (
        _line("M16 12V27", 5),
        _solid("M10.5 4.5H20V12H12.5C9.5 9.5 7 9.5 3.5 12C3.5 7.5 6.5 4.5 10.5 4.5Z"),
        _line("M20 8.2H26", 4.5),
        _solid(_box(25.5, 3.7, 3, 9)),
    ),
    Symbol.BROOM: (
        _line("M16 4V12"),
        _solid("M13 14H19L22 18H10Z"),
        _solid("M9 22H23L26 29H6Z"),
        _cut("M12.5 24.5L11.5 31M19.5 24.5L20.5 31", 2),
    ),
    Symbol.CHEF: (
        _solid(_round(9, 12.5, 5), 2),
        _solid(_round(23, 12.5, 5), 2),
        _solid(_round(16, 9.5, 5.5), 2),
        _solid(_box(9, 12, 14, 8.5)),
        _solid(_box(9, 25, 14, 3)),
    ),
    Symbol.CUP: (
        _solid("M5 12H22V19.5A6 6 0 0 1 16 25.5H11A6 6 0 0 1 5 19.5Z"),
        _line("M22 14H24.5A3.5 3.5 0 0 1 24.5 21H22", 3.5),
        _line("M10.5 3.5V7M16.5 3.5V7", 3),
    ),
    Symbol.TRUCK: (
        _solid(_box(3, 7.5, 14.5, 15.5)),
        _solid("M21.5 12.5H25.5L29.5 17.5V23H21.5Z"),
        _hole(_round(9, 24, 5)),
        _hole(_round(24, 24, 5)),
        _solid(_round(9, 24, 2.5), 1),
        _solid(_round(24, 24, 2.5), 1),
    ),
    Symbol.BICYCLE: (
        _line(_round(7.5, 20.5, 5.5), 3),
        _line(_round(24.5, 20.5, 5.5), 3),
        _line("M7.5 20.5L12 11H21L24.5 20.5M12 11L16 20.5L21 11M7.5 20.5H16M21 11L19.5 6.5H23M9.5 8H13.5", 2.5),
    ),
    Symbol.HOME: (
        _solid("M16 3.5L29 15H26V27.5H6V15H3ZM21.5 4.5H25V12H21.5Z"),
        _hole(_box(13, 18.5, 6, 11)),
    ),
    Symbol.PLANT: (
        _solid("M9 22H23L21 29H11Z"),
        _line("M16 22V11", 3),
        _solid("M15.5 15C9 15.5 5.5 12 5 6C11 5.5 15 8.5 15.5 15Z", 1.5),
        _solid("M17 11.5C17 6.5 20.5 3.5 27 3.5C27 9.5 23 12.5 17 11.5Z", 1.5),
    ),
    Symbol.LEAF: (
        _solid("M7 24C3 13 11 4.5 27.5 5C28.5 20 19 29 7 24Z"),
        _cut("M9 22L19 12.5"),
        _line("M4 28L8 23.5", 3.5),
    ),
}
