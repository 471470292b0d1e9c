"""The drawing: plain shapes and colours, the same everywhere."""

from __future__ import annotations

from itertools import product
from xml.etree import ElementTree

from badges.picture.contrast import contrast_of_paint
from badges.picture.design import Colour, Design, Level, Shape, Symbol
from badges.picture.palette import PALETTE, Paint
from badges.picture.svg import svg_of, svg_with

SVG = "{http://www.w3.org/2000/svg}"
# No text, no style, no image, no use, no script: nothing that a machine could show differently or fetch.
ELEMENTS = {f"{SVG}{name}" for name in ("svg", "g", "path", "circle")}
ATTRIBUTES = {
    *("viewBox", "d", "cx", "cy", "r", "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"),
    "transform",
}


def test_every_drawing_is_plain_shapes_in_a_square() -> None:
    for values in product(Shape, Colour, Symbol, Level):
        root = ElementTree.fromstring(svg_of(Design(*values)))

        assert root.tag == f"{SVG}svg"
        assert root.get("viewBox") == "0 0 256 256"
        for element in root.iter():
            assert element.tag in ELEMENTS, values
            assert element.attrib.keys() <= ATTRIBUTES, values
            assert not (element.text or "").strip(), values
            assert not (element.tail or "").strip(), values


def test_drawing_holds_as_many_marks_as_the_level_says() -> None:
    for shape, level in product(Shape, Level):
        root = ElementTree.fromstring(svg_of(Design(shape=shape, level=level)))

        assert len(root.findall(f"{SVG}circle")) == level


def test_every_design_has_a_drawing_of_its_own() -> None:
    designs = [Design(*values) for values in product(Shape, Colour, Symbol, Level)]

    assert len({svg_of(design) for design in designs}) == len(designs)


def test_drawing_uses_only_the_colours_whose_contrast_is_checked() -> None:
    for values in product(Shape, Colour, Symbol, Level):
        design = Design(*values)
        paint = PALETTE[design.colour]
        root = ElementTree.fromstring(svg_of(design))

        used = {element.get(name) for element in root.iter() for name in ("fill", "stroke")} - {None, "none"}

        assert {paint.surface, paint.symbol, paint.edge} <= used <= set(vars(paint).values()), values


def test_drawing_takes_other_colours_when_a_school_brings_them() -> None:
    paint = Paint(surface="#102040", symbol="#FFFFFF", mark="#FFEEAA", edge="#7A7F90", line="#203050")

    drawing = svg_with(Design(level=Level.ONE), paint)

    assert contrast_of_paint(paint).lacking == ()
    assert all(colour in drawing for colour in vars(paint).values())
    assert PALETTE[Colour.MOSS].surface not in drawing
