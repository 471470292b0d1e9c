"""The colours of a picture. A colour of the design stands for four that belong together; schools may bring their own.

An edge of middle brightness stands out on a white, a sand and a dark page alike, so a picture needs no second version.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from badges.picture.design import Colour
from config.errors import InputInvalid

_INK = "#16302B"
_CREAM = "#FFFDF7"
_GOLD = "#FFD97A"

PAGES = ("#FFFFFF", "#F6F3EC", _INK)
"""Pages that a picture lies on: paper, sand, and one for those who like it dark."""


_FORM = re.compile(r"#[0-9A-Fa-f]{6}\Z", re.ASCII)


class PaintInvalid(InputInvalid):
    """A colour that is not written as `#RRGGBB`; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__("picture-colour", field)


@dataclass(frozen=True)
class Paint:
    """The colours of one picture, each as `#RRGGBB`; nothing else can reach the drawing.

    Raises:
        PaintInvalid: a colour of another form.
    """

    surface: str
    symbol: str
    mark: str
    """The marks of the level."""
    edge: str
    line: str
    """A fine line inside the edge. Decoration only: nothing depends on seeing it."""

    def __post_init__(self) -> None:
        for field in fields(self):
            if not _FORM.match(getattr(self, field.name)):
                raise PaintInvalid(field.name)


PALETTE = {
    Colour.MOSS: Paint("#1F6F5C", _CREAM, _GOLD, "#4A937F", "#3A8370"),
    Colour.SKY: Paint("#2B6CB0", _CREAM, _GOLD, "#5B8EC5", "#4A84C2"),
    Colour.PLUM: Paint("#5E3B6B", _CREAM, _GOLD, "#9C7BAB", "#7A5788"),
    Colour.OLIVE: Paint("#59631F", _CREAM, _GOLD, "#899045", "#737D36"),
    Colour.INK: Paint(_INK, _CREAM, _GOLD, "#74897F", "#36544D"),
    Colour.SUN: Paint("#F2B632", _INK, _INK, "#A87A1A", "#F9D27A"),
    Colour.APRICOT: Paint("#F0B088", "#3B2A22", "#3B2A22", "#B0764E", "#F7CBAF"),
    Colour.SAND: Paint("#F6F3EC", _INK, _INK, "#91866C", "#DDD6C6"),
}
