"""How well a picture is seen: the contrast ratios of WCAG 2.2.

https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from __future__ import annotations

from dataclasses import dataclass

from badges.picture.design import Design
from badges.picture.palette import PAGES, PALETTE, Paint

SYMBOL_NEEDS = 4.5
"""Between the symbol and its surface: as much as text."""
MARK_NEEDS = 3.0
"""Between the marks of the level and the surface."""
EDGE_NEEDS = 3.0
"""Between the edge and every page that a picture lies on."""


@dataclass(frozen=True)
class Contrast:
    """The ratios of one picture, each from 1 to 21."""

    symbol: float
    mark: float
    edge: float
    """On the page where the edge is seen least."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """Return what is not seen well enough, of `symbol`, `mark` and `edge`; empty when all is well."""
        needs = (("symbol", SYMBOL_NEEDS), ("mark", MARK_NEEDS), ("edge", EDGE_NEEDS))
        return tuple(name for name, need in needs if getattr(self, name) < need)


def contrast_of(design: Design) -> Contrast:
    """Return how well a design is seen in its own colours."""
    return contrast_of_paint(PALETTE[design.colour])


def contrast_of_paint(paint: Paint) -> Contrast:
    """Return how well a picture in these colours is seen; shape, symbol and level make no difference."""
    return Contrast(
        symbol=ratio(paint.symbol, paint.surface),
        mark=ratio(paint.mark, paint.surface),
        edge=min(ratio(paint.edge, page) for page in PAGES),
    )


def ratio(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, `#RRGGBB`, in either order."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of `#RRGGBB`: 0 for black, 1 for white."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
