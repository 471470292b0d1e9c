"""A design as an SVG drawing: one outline, one symbol, at most three marks; no text and nothing from elsewhere.

Colours are attributes, so the drawing also stands in a page that forbids styles. It holds no ids, so many of them
can stand in one page.
"""

from __future__ import annotations

from badges.picture.design import Design, Level
from badges.picture.palette import PALETTE, Paint
from badges.picture.shapes import EDGE, OUTLINES, SIZE, Outline
from badges.picture.symbols import GRID, SYMBOLS, Kind, Part

_CENTRE = SIZE / 2
_LINE_INSIDE = 0.875
"""The fine line is the outline, made this much smaller."""

# At 32 pixels a mark is 3 pixels wide, and a whole pixel lies clear between two.
_MARK_RADIUS = 13
_MARK_STEP = 40


def svg_of(design: Design) -> str:
    """Return the drawing of a design, as a document of its own; the same text for the same design."""
    return svg_with(design, PALETTE[design.colour])


def svg_with(design: Design, paint: Paint) -> str:
    """Return the drawing of a design in other colours, such as a school's own."""
    outline = OUTLINES[design.shape]
    drawn = (
        _surface(outline, paint)
        + _symbol(SYMBOLS[design.symbol], outline, design.level, paint)
        + _marks(design.level, outline, paint)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}">{drawn}</svg>'


def _surface(outline: Outline, paint: Paint) -> str:
    fill = paint.edge if outline.inside else paint.surface
    drawn = (
        f'<path d="{outline.path}" fill="{fill}" stroke="{paint.edge}" stroke-width="{EDGE}" stroke-linejoin="round"/>'
    )
    if outline.inside:
        drawn += f'<path d="{outline.inside}" fill="{paint.surface}"/>'
    shift = _CENTRE * (1 - _LINE_INSIDE)
    return drawn + (
        f'<path d="{outline.inside or outline.path}" fill="none" stroke="{paint.line}" stroke-width="4"'
        f' stroke-linejoin="round" transform="translate({shift:g} {shift:g}) scale({_LINE_INSIDE:g})"/>'
    )


def _symbol(parts: tuple[Part, ...], outline: Outline, level: Level, paint: Paint) -> str:
    place = outline.above if level else outline.alone
    left, top, scale = _CENTRE - place.side / 2, place.middle - place.side / 2, place.side / GRID
    return (
        f'<g transform="translate({left:g} {top:g}) scale({scale:g})" fill="none" stroke-linecap="round"'
        f' stroke-linejoin="round">{"".join(_part(part, paint) for part in parts)}</g>'
    )


def _part(part: Part, paint: Paint) -> str:
    colour = paint.surface if part.kind in (Kind.CUT, Kind.HOLE) else paint.symbol
    fill = f' fill="{colour}"' if part.kind in (Kind.SOLID, Kind.HOLE) else ""
    stroke = f' stroke="{colour}" stroke-width="{part.width:g}"' if part.width else ""
    return f'<path d="{part.path}"{fill}{stroke}/>'


def _marks(level: Level, outline: Outline, paint: Paint) -> str:
    """Draw as many round marks under the symbol as the level says."""
    first = _CENTRE - (level - 1) * _MARK_STEP / 2
    return "".join(
        f'<circle cx="{first + n * _MARK_STEP:g}" cy="{outline.marks:g}" r="{_MARK_RADIUS}" fill="{paint.mark}"/>'
        for n in range(level)
    )
