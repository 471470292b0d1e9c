"""A badge's picture in words: every design has some, in every language, and no two designs have the same."""

from __future__ import annotations

from itertools import product

import pytest

from badges.models import ALT_TEXT_LENGTH
from badges.picture.design import Colour, Design, Level, Shape, Symbol
from lti_tool.web.teacher.setup_design_words import every_words_of, words_of
from lti_tool.words import LOCALES

EVERY = [Design(*parts) for parts in product(Shape, Colour, Symbol, Level)]


@pytest.mark.parametrize(
    ("design", "dutch", "english"),
    [
        (Design(), "Groene cirkel met een vinkje", "Green circle with a check mark"),
        (
            Design(Shape.SQUARE, Colour.SUN, Symbol.PEOPLE, Level.TWO),
            "Geel vierkant met twee mensen, niveau 2",
            "Yellow square with two people, level 2",
        ),
        (
            Design(Shape.HEXAGON, Colour.SAND, Symbol.CHEF),
            "Zandkleurige zeshoek met een koksmuts",
            "Sand-coloured hexagon with a chef's hat",
        ),
        (
            Design(Shape.LEAF, Colour.INK, Symbol.LEAF, Level.THREE),
            "Donkergroen blad met een blaadje, niveau 3",
            "Dark green leaf with a leaf, level 3",
        ),
    ],
)
def test_words_when_read_are_those_of_somebody_who_tells_it(design: Design, dutch: str, english: str) -> None:
    assert (words_of("nl", design), words_of("en", design)) == (dutch, english)
    assert every_words_of(design) == {dutch, english}


@pytest.mark.parametrize("locale", LOCALES)
def test_words_when_of_every_design_are_all_different_and_fit(locale: str) -> None:
    said = {words_of(locale, design) for design in EVERY}

    assert len(said) == len(EVERY)
    assert max(map(len, said)) <= ALT_TEXT_LENGTH
