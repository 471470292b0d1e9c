"""What a picture is composed of, as text and from text."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.picture.design import DEFAULT_DESIGN, TEXT_LENGTH, Colour, Design, DesignInvalid, Level, Shape, Symbol


def test_every_design_is_read_back_when_written() -> None:
    designs = [Design(*values) for values in product(Shape, Colour, Symbol, Level)]

    texts = [design.to_text() for design in designs]

    assert [Design.from_text(text) for text in texts] == designs
    assert len(set(texts)) == len(designs)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+\.[a-z]+\.[0-3]", text) for text in texts)
    assert max(map(len, texts)) <= TEXT_LENGTH


def test_default_design_carries_no_marks() -> None:
    assert DEFAULT_DESIGN.to_text() == "circle.moss.check.0"


VALUES = {"shape": "shield", "colour": "sky", "symbol": "book", "level": "2"}


def test_design_is_made_of_what_a_form_posts() -> None:
    assert Design.of_values(**VALUES) == Design(Shape.SHIELD, Colour.SKY, Symbol.BOOK, Level.TWO)


@pytest.mark.parametrize("field", VALUES)
@pytest.mark.parametrize("value", ["", "x", "CHECK", " sky", "4", "-1", "02", "٢", "2 ", "<b>", "9" * 10_000])
def test_value_is_refused_with_its_field_when_no_picture_has_it(field: str, value: str) -> None:
    with pytest.raises(DesignInvalid) as refused:
        Design.of_values(**(VALUES | {field: value}))

    assert refused.value.field == field


@pytest.mark.parametrize(
    "text", ["", "circle", "circle.moss.check", "circle.moss.check.0.0", "circle.moss.check.", "..."]
)
def test_text_is_refused_when_it_has_another_form(text: str) -> None:
    with pytest.raises(DesignInvalid):
        Design.from_text(text)


@given(st.text())
def test_any_text_is_a_design_or_is_refused(text: str) -> None:
    try:
        design = Design.from_text(text)
    except DesignInvalid:
        return
    assert design.to_text() == text
