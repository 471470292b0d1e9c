"""What a picture is composed of. The values are kept in the database and posted by forms; they never change.

The pages give each value its name; nothing here is shown to people.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Self, TypeVar

from config.errors import InputInvalid


class Shape(StrEnum):
    """The outline."""

    CIRCLE = "circle"
    SQUARE = "square"
    HEXAGON = "hexagon"
    SHIELD = "shield"
    SEAL = "seal"
    LEAF = "leaf"


class Colour(StrEnum):
    """The surface, with the edge and the symbol that belong to it. No red: learners never see it."""

    MOSS = "moss"
    SKY = "sky"
    PLUM = "plum"
    OLIVE = "olive"
    INK = "ink"
    SUN = "sun"
    APRICOT = "apricot"
    SAND = "sand"


class Symbol(StrEnum):
    """What it is about, in the order in which a page offers them: in general, learning, together, at work, at home."""

    CHECK = "check"
    STAR = "star"
    FLAG = "flag"
    HEART = "heart"
    LIGHTBULB = "lightbulb"
    KEY = "key"
    CLOCK = "clock"
    BOOK = "book"
    PENCIL = "pencil"
    GLOBE = "globe"
    CALCULATOR = "calculator"
    COMPUTER = "computer"
    PHONE = "phone"
    SPEECH = "speech"
    PEOPLE = "people"
    HAND = "hand"
    HELMET = "helmet"
    WRENCH = "wrench"
    HAMMER = "hammer"
    BROOM = "broom"
    CHEF = "chef"
    CUP = "cup"
    TRUCK = "truck"
    BICYCLE = "bicycle"
    HOME = "home"
    PLANT = "plant"
    LEAF = "leaf"


class Level(IntEnum):
    """How many marks the picture carries. `NONE` is for a badge that is not one of a series."""

    NONE = 0
    ONE = 1
    TWO = 2
    THREE = 3


class DesignInvalid(InputInvalid):
    """A value that no picture has; `field` is `shape`, `colour`, `symbol` or `level`."""

    def __init__(self, field: str) -> None:
        super().__init__("picture-unknown", field)


_Value = TypeVar("_Value", bound=StrEnum)


def _member(kind: type[_Value], value: str, field: str) -> _Value:
    try:
        return kind(value)
    except ValueError:
        raise DesignInvalid(field) from None


# By the exact digit: int() would take " 1", "\u0661" and ten thousand digits too.
_LEVELS = {str(level.value): level for level in Level}


@dataclass(frozen=True)
class Design:
    """A composed picture. Equal designs give equal pictures."""

    shape: Shape = Shape.CIRCLE
    colour: Colour = Colour.MOSS
    symbol: Symbol = Symbol.CHECK
    level: Level = Level.NONE

    @classmethod
    def of_values(cls, *, shape: str, colour: str, symbol: str, level: str) -> Self:
        """Make a design of what a form posts or a database keeps: the values, the level as one digit.

        Raises:
            DesignInvalid: with a part whose value is unknown.
        """
        if level not in _LEVELS:
            raise DesignInvalid("level")
        return cls(
            _member(Shape, shape, "shape"),
            _member(Colour, colour, "colour"),
            _member(Symbol, symbol, "symbol"),
            _LEVELS[level],
        )

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `to_text` wrote.

        Raises:
            DesignInvalid: the text is of another form, or names what no picture has.
        """
        parts = text.split(".")
        if len(parts) != 4:
            raise DesignInvalid("shape")
        shape, colour, symbol, level = parts
        return cls.of_values(shape=shape, colour=colour, symbol=symbol, level=level)

    def to_text(self) -> str:
        """Write it as one short word for a column or an address, such as `shield.sky.book.2`."""
        return f"{self.shape}.{self.colour}.{self.symbol}.{self.level:d}"


DEFAULT_DESIGN = Design()
TEXT_LENGTH = 40
"""No design's text is longer."""
