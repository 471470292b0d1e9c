"""The picture as people see it, down to 32 pixels: symbols, shapes and levels are told apart."""

from __future__ import annotations

from functools import cache
from itertools import combinations, pairwise, product

import pytest

from badges.openbadges.image import Image
from badges.picture.contrast import luminance, ratio
from badges.picture.design import DEFAULT_DESIGN, Colour, Design, Level, Shape, Symbol
from badges.picture.palette import PAGES, PALETTE
from badges.picture.png import SIZES, SizeUnknown, png_of
from badges.picture.shapes import OUTLINES, SIZE
from tests.unit.badges.picture_pixels import Pixel, chunks_of, pixels_of

SHAPES, COLOURS, SYMBOLS, LEVELS = list(Shape), list(Colour), list(Symbol), list(Level)
# Each shape in each colour, with every symbol and level in turn; the whole product would take minutes.
SAMPLE = [
    Design(shape, colour, SYMBOLS[(5 * s + 7 * c + 11 * n) % len(SYMBOLS)], LEVELS[(s + c + 2 * n) % 4])
    for (s, shape), (c, colour), n in product(enumerate(SHAPES), enumerate(COLOURS), range(2))
]


@cache
def seen(design: Design, size: int = 32) -> list[list[Pixel]]:
    return pixels_of(png_of(design, size))


def hex_of(pixel: Pixel) -> str:
    return f"#{pixel[0]:02X}{pixel[1]:02X}{pixel[2]:02X}"


def differing(one: Design, other: Design) -> int:
    """Return how many of the 1,024 pixels differ, by over a third of what lies between symbol and surface.

    Seen in green, which weighs most in brightness; the designs are of the same colour.
    """
    paint = PALETTE[one.colour]
    third = abs(int(paint.symbol[3:5], 16) - int(paint.surface[3:5], 16)) / 3
    return sum(abs(a - b) > third for a, b in zip(green(one), green(other), strict=True))


@cache
def green(design: Design) -> bytes:
    return bytes(pixel[1] for row in seen(design) for pixel in row)


def test_sample_holds_every_value_of_every_axis() -> None:
    for axis, values in (("shape", Shape), ("colour", Colour), ("symbol", Symbol), ("level", Level)):
        assert {getattr(design, axis) for design in SAMPLE} == set(values)


@pytest.mark.parametrize("design", SAMPLE, ids=Design.to_text)
def test_picture_is_a_square_with_clear_corners(design: Design) -> None:
    rows = seen(design)

    assert [len(row) for row in rows] == [32] * 32
    assert rows[16][16][3] == 255
    assert [rows[y][x][3] for y, x in product((0, 31), repeat=2)] == [0] * 4


@pytest.mark.parametrize("design", SAMPLE, ids=Design.to_text)
def test_picture_is_light_enough_to_travel_in_a_credential(design: Design) -> None:
    png = png_of(design, 512)

    assert len(png) <= 40_000
    assert Image.of_png(png).data_uri.startswith("data:image/png;base64,")
    assert [name for name, _ in chunks_of(png) if name != b"IDAT"] == [b"IHDR", b"IEND"]


@pytest.mark.parametrize("size", SIZES)
def test_picture_has_the_size_that_was_asked(size: int) -> None:
    header = dict(chunks_of(png_of(DEFAULT_DESIGN, size)))[b"IHDR"]

    assert [int.from_bytes(header[:4]), int.from_bytes(header[4:8])] == [size, size]


@pytest.mark.parametrize("size", [0, -1, 31, 33, 1025, 10**9])
def test_size_is_refused_when_it_is_not_on_the_list(size: int) -> None:
    with pytest.raises(SizeUnknown):
        png_of(DEFAULT_DESIGN, size)


def test_picture_is_the_same_when_made_again() -> None:
    for design in SAMPLE[::16]:
        assert png_of.__wrapped__(design, 512) == png_of.__wrapped__(design, 512) == png_of(design, 512)


@pytest.mark.parametrize(("colour", "symbol"), list(product(Colour, Symbol)))
def test_symbol_is_seen_at_32_pixels(colour: Colour, symbol: Symbol) -> None:
    """At least 40 pixels inside the edge and above the marks reach 3:1 on the surface: as many as a bold letter has."""
    surface = PALETTE[colour].surface
    for shape, level, bottom in ((Shape.CIRCLE, Level.NONE, 25), (Shape.SHIELD, Level.THREE, 21)):
        rows = seen(Design(shape, colour, symbol, level))
        inside = [pixel for row in rows[7:bottom] for pixel in row[7:25]]

        assert sum(ratio(hex_of(pixel), surface) >= 3 for pixel in inside) >= 40, (shape, level)


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("level", [Level.NONE, Level.THREE])
def test_symbols_are_told_apart_at_32_pixels(shape: Shape, level: Level) -> None:
    """Any two differ in 30 pixels, a seventh of the square that the smallest symbol fills."""
    for one, other in combinations(Symbol, 2):
        pixels = differing(Design(shape, symbol=one, level=level), Design(shape, symbol=other, level=level))

        assert pixels >= 30, (one, other)


@pytest.mark.parametrize("level", Level)
def test_shapes_are_told_apart_at_32_pixels(level: Level) -> None:
    for one, other in combinations(Shape, 2):
        assert differing(Design(one, level=level), Design(other, level=level)) >= 45, (one, other)


@pytest.mark.parametrize("shape", Shape)
def test_levels_are_told_apart_at_32_pixels(shape: Shape) -> None:
    for symbol, (one, other) in product(SYMBOLS[::3], combinations(Level, 2)):
        pixels = differing(Design(shape, symbol=symbol, level=one), Design(shape, symbol=symbol, level=other))

        assert pixels >= 8, (symbol, one, other)


@pytest.mark.parametrize(("shape", "colour"), list(product(Shape, Colour)))
def test_marks_are_counted_at_32_pixels(shape: Shape, colour: Colour) -> None:
    """In the row of the marks, the runs of pixels that reach 3:1 on the surface are as many as the level."""
    surface = PALETTE[colour].surface
    for level in (Level.ONE, Level.TWO, Level.THREE):
        row = seen(Design(shape, colour, level=level))[int(OUTLINES[shape].marks / SIZE * 32)]
        marked = [ratio(hex_of(pixel), surface) >= 3 for pixel in row[8:24]]

        assert sum(now and not before for before, now in pairwise([False, *marked])) == level, marked


@pytest.mark.parametrize("shape", Shape)
def test_symbol_leaves_a_row_free_above_the_marks_at_32_pixels(shape: Shape) -> None:
    """So that a mark is never taken for a part of the symbol."""
    surface = PALETTE[Colour.MOSS].surface
    for symbol in Symbol:
        rows = seen(Design(shape, symbol=symbol, level=Level.THREE))
        top_of_marks = int(OUTLINES[shape].marks / SIZE * 32) - 1

        row = rows[top_of_marks - 1][8:24]
        assert all(ratio(hex_of(pixel), surface) < 2 for pixel in row), symbol


@pytest.mark.parametrize("design", SAMPLE, ids=Design.to_text)
def test_picture_stands_out_on_every_page_at_32_pixels(design: Design) -> None:
    """Going inwards from each side through the middle, the first full pixel reaches 3:1 on each page."""
    rows = seen(design)
    columns = list(zip(*rows, strict=True))
    for line in (rows[16], rows[16][::-1], columns[16], columns[16][::-1]):
        edge = next(pixel for pixel in line if pixel[3] == 255)

        assert all(ratio(hex_of(edge), page) >= 3 for page in PAGES), hex_of(edge)


def test_colours_are_told_apart() -> None:
    """Any two surfaces differ in hue or in brightness; the colour is never the only carrier."""
    for one, other in combinations(PALETTE.values(), 2):
        channels = [abs(int(one.surface[at : at + 2], 16) - int(other.surface[at : at + 2], 16)) for at in (1, 3, 5)]
        assert max(channels) > 40 or abs(luminance(one.surface) - luminance(other.surface)) > 0.2
