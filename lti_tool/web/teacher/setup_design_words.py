"""What a badge's picture shows, in words: the names of its parts, and the text that a page proposes for it."""

from __future__ import annotations

from badges.picture.design import Colour, Design, Level, Shape, Symbol
from lti_tool.words import LOCALES, translations


def shape_name(locale: str, shape: Shape) -> str:
    """Return what an outline is called."""
    words = translations(locale)
    return {
        Shape.CIRCLE: words.pgettext("shape of a badge", "Circle"),
        Shape.SQUARE: words.pgettext("shape of a badge", "Square"),
        Shape.HEXAGON: words.pgettext("shape of a badge", "Hexagon"),
        Shape.SHIELD: words.pgettext("shape of a badge", "Shield"),
        Shape.SEAL: words.pgettext("shape of a badge", "Seal"),
        Shape.LEAF: words.pgettext("shape of a badge", "Leaf"),
    }[shape]


def colour_name(locale: str, colour: Colour) -> str:
    """Return what a colour is called, by itself."""
    words = translations(locale)
    return {
        Colour.MOSS: words.pgettext("colour of a badge", "Green"),
        Colour.SKY: words.pgettext("colour of a badge", "Blue"),
        Colour.PLUM: words.pgettext("colour of a badge", "Purple"),
        Colour.OLIVE: words.pgettext("colour of a badge", "Olive green"),
        Colour.INK: words.pgettext("colour of a badge", "Dark green"),
        Colour.SUN: words.pgettext("colour of a badge", "Yellow"),
        Colour.APRICOT: words.pgettext("colour of a badge", "Light orange"),
        Colour.SAND: words.pgettext("colour of a badge", "Sand"),
    }[colour]


def symbol_name(locale: str, symbol: Symbol) -> str:
    """Return what a symbol is called."""
    words = translations(locale)
    return {
        Symbol.CHECK: words.pgettext("symbol on a badge", "a check mark"),
        Symbol.STAR: words.pgettext("symbol on a badge", "a star"),
        Symbol.FLAG: words.pgettext("symbol on a badge", "a flag"),
        Symbol.HEART: words.pgettext("symbol on a badge", "a heart"),
        Symbol.LIGHTBULB: words.pgettext("symbol on a badge", "a light bulb"),
        Symbol.KEY: words.pgettext("symbol on a badge", "a key"),
        Symbol.CLOCK: words.pgettext("symbol on a badge", "a clock"),
        Symbol.BOOK: words.pgettext("symbol on a badge", "a book"),
        Symbol.PENCIL: words.pgettext("symbol on a badge", "a pencil"),
        Symbol.GLOBE: words.pgettext("symbol on a badge", "a globe"),
        Symbol.CALCULATOR: words.pgettext("symbol on a badge", "a calculator"),
        Symbol.COMPUTER: words.pgettext("symbol on a badge", "a computer"),
        Symbol.PHONE: words.pgettext("symbol on a badge", "a phone"),
        Symbol.SPEECH: words.pgettext("symbol on a badge", "a speech bubble"),
        Symbol.PEOPLE: words.pgettext("symbol on a badge", "two people"),
        Symbol.HAND: words.pgettext("symbol on a badge", "a hand"),
        Symbol.HELMET: words.pgettext("symbol on a badge", "a helmet"),
        Symbol.WRENCH: words.pgettext("symbol on a badge", "a wrench"),
        Symbol.HAMMER: words.pgettext("symbol on a badge", "a hammer"),
        Symbol.BROOM: words.pgettext("symbol on a badge", "a broom"),
        Symbol.CHEF: words.pgettext("symbol on a badge", "a chef's hat"),
        Symbol.CUP: words.pgettext("symbol on a badge", "a cup"),
        Symbol.TRUCK: words.pgettext("symbol on a badge", "a truck"),
        Symbol.BICYCLE: words.pgettext("symbol on a badge", "a bicycle"),
        Symbol.HOME: words.pgettext("symbol on a badge", "a house"),
        Symbol.PLANT: words.pgettext("symbol on a badge", "a plant"),
        Symbol.LEAF: words.pgettext("symbol on a badge", "a leaf"),
    }[symbol]


def level_name(locale: str, level: Level) -> str:
    """Return what a level is called."""
    words = translations(locale)
    if level is Level.NONE:
        return words.pgettext("level of a badge", "No level")
    return words.pgettext("level of a badge", "Level %(number)s") % {"number": level.value}


def words_of(locale: str, design: Design) -> str:
    """Return what a picture shows, as somebody would say it who does not see it: the text that a page proposes."""
    words = translations(locale)
    parts = {
        "colour_and_shape": _coloured(locale, design.shape) % {"colour": _colour(locale, design)},
        "symbol": symbol_name(locale, design.symbol),
        "number": design.level.value,
    }
    if design.level is Level.NONE:
        return words.pgettext("picture of a badge", "%(colour_and_shape)s with %(symbol)s") % parts
    return words.pgettext("picture of a badge", "%(colour_and_shape)s with %(symbol)s, level %(number)s") % parts


def every_words_of(design: Design) -> set[str]:
    """Return what would be proposed for a picture in each language."""
    return {words_of(locale, design) for locale in LOCALES}


def _coloured(locale: str, shape: Shape) -> str:
    words = translations(locale)
    return {
        Shape.CIRCLE: words.pgettext("picture of a badge", "%(colour)s circle"),
        Shape.SQUARE: words.pgettext("picture of a badge", "%(colour)s square"),
        Shape.HEXAGON: words.pgettext("picture of a badge", "%(colour)s hexagon"),
        Shape.SHIELD: words.pgettext("picture of a badge", "%(colour)s shield"),
        Shape.SEAL: words.pgettext("picture of a badge", "%(colour)s seal"),
        Shape.LEAF: words.pgettext("picture of a badge", "%(colour)s leaf"),
    }[shape]


def _colour(locale: str, design: Design) -> str:
    """Return the colour as it stands before its shape: Dutch has one form before a circle, another before a square."""
    words = translations(locale)
    if design.shape in {Shape.CIRCLE, Shape.HEXAGON}:
        return {
            Colour.MOSS: words.pgettext("before circle, hexagon", "Green"),
            Colour.SKY: words.pgettext("before circle, hexagon", "Blue"),
            Colour.PLUM: words.pgettext("before circle, hexagon", "Purple"),
            Colour.OLIVE: words.pgettext("before circle, hexagon", "Olive green"),
            Colour.INK: words.pgettext("before circle, hexagon", "Dark green"),
            Colour.SUN: words.pgettext("before circle, hexagon", "Yellow"),
            Colour.APRICOT: words.pgettext("before circle, hexagon", "Light orange"),
            Colour.SAND: words.pgettext("before circle, hexagon", "Sand-coloured"),
        }[design.colour]
    return {
        Colour.MOSS: words.pgettext("before square, shield, seal, leaf", "Green"),
        Colour.SKY: words.pgettext("before square, shield, seal, leaf", "Blue"),
        Colour.PLUM: words.pgettext("before square, shield, seal, leaf", "Purple"),
        Colour.OLIVE: words.pgettext("before square, shield, seal, leaf", "Olive green"),
        Colour.INK: words.pgettext("before square, shield, seal, leaf", "Dark green"),
        Colour.SUN: words.pgettext("before square, shield, seal, leaf", "Yellow"),
        Colour.APRICOT: words.pgettext("before square, shield, seal, leaf", "Light orange"),
        Colour.SAND: words.pgettext("before square, shield, seal, leaf", "Sand-coloured"),
    }[design.colour]
