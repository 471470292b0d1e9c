"""A picture is seen by everybody: the ratios of WCAG over the whole palette."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from badges.picture.contrast import contrast_of, contrast_of_paint, luminance, ratio
from badges.picture.design import Colour, Design, Level, Shape, Symbol
from badges.picture.palette import PAGES, PALETTE, Paint, PaintInvalid


# Computed by hand from the definition: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#FFFFFF", "#000000", 21.0),
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#FFFFFF", 4.48),
        ("#767676", "#FFFFFF", 4.54),
        ("#FF0000", "#FFFFFF", 4.0),
        ("#0000FF", "#FFFFFF", 8.59),
        ("#123456", "#123456", 1.0),
    ],
)
def test_ratio_is_that_of_wcag(one: str, other: str, expected: float) -> None:
    assert ratio(one, other) == pytest.approx(expected, abs=0.005)


def test_luminance_runs_from_black_to_white() -> None:
    assert luminance("#000000") == 0
    assert luminance("#FFFFFF") == pytest.approx(1)


def test_every_design_is_seen_well() -> None:
    for values in product(Shape, Colour, Symbol, Level):
        contrast = contrast_of(Design(*values))

        assert contrast.symbol >= 4.5, values
        assert contrast.mark >= 3, values
        assert contrast.edge >= 3, values
        assert contrast.lacking == (), values


def test_pages_are_white_sand_and_dark() -> None:
    assert PAGES == ("#FFFFFF", "#F6F3EC", "#16302B")


def test_edge_counts_on_the_page_where_it_is_seen_least() -> None:
    paint = replace(PALETTE[Colour.MOSS], edge="#FFFFFF")

    assert contrast_of_paint(paint).edge == pytest.approx(1)


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ({"symbol": "#8FB8AC"}, ("symbol",)),
        ({"mark": "#5FA08E"}, ("mark",)),
        ({"edge": "#16302B"}, ("edge",)),
        ({"edge": "#F2B632"}, ("edge",)),
        ({"surface": "#FFFFFF"}, ("symbol", "mark")),
    ],
)
def test_what_is_not_seen_well_is_named_when_a_school_brings_its_colours(
    changes: dict[str, str], lacking: tuple[str, ...]
) -> None:
    assert contrast_of_paint(replace(PALETTE[Colour.MOSS], **changes)).lacking == lacking


@pytest.mark.parametrize("field", ["surface", "symbol", "mark", "edge", "line"])
@pytest.mark.parametrize("value", ["", "red", "#FFF", "#FFFFFF\n", "#GGGGGG", "#٠٠٠٠٠٠", '#FFFFFF"/><script>'])
def test_colour_is_refused_with_its_field_when_it_has_another_form(field: str, value: str) -> None:
    values = dict.fromkeys(["surface", "symbol", "mark", "edge", "line"], "#000000") | {field: value}

    with pytest.raises(PaintInvalid) as refused:
        Paint(**values)

    assert refused.value.field == field
