"""What people typed, made fit for paper: nothing invisible, and no letter that would print as an empty box."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass

LEFT_OUT = "[…]"
"""Stands where letters cannot be printed."""
MOST_MARKS = 4
"""Marks on one letter: Hebrew, Arabic, Thai and Vietnamese need no more, and a tower of them covers other lines."""
LEFT_TO_RIGHT_MARK = "\u200e"

_JOINERS = "\u200c\u200d"
_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_STRONG = _RIGHT_TO_LEFT | {"L"}


@dataclass(frozen=True, slots=True)
class Writable:
    """A text that the fonts can write."""

    text: str
    is_whole: bool
    """False where letters had to be left out. A symbol that only decorates is no letter."""


def writable(text: str, letters: Container[int]) -> Writable:
    """Return what can be printed of a text with fonts that have these code points; lines stay lines."""
    kept: list[str] = []
    is_whole = True
    for char in cleaned(text):
        if char == "\n" or ord(char) in letters:
            kept.append(char)
            continue
        plain = unicodedata.normalize("NFKC", char)
        if all(ord(part) in letters for part in plain):
            kept.append(plain)
        elif unicodedata.category(char)[0] == "S":
            continue
        else:
            is_whole = False
            if not kept or kept[-1] != LEFT_OUT:
                kept.append(LEFT_OUT)
    return Writable(_tidy("".join(kept)), is_whole)


def cleaned(text: str) -> str:
    """Return a text without control characters, invisible ones, towers of marks and heaps of white space."""
    text = unicodedata.normalize("NFC", _LINE_BREAK.sub("\n", text))
    kept: list[str] = []
    marks = 0
    for place, char in enumerate(text):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if char == "\n":
            kept.append(char)
        elif category[0] == "Z" or char == "\t":
            kept.append(" ")
        elif char in _JOINERS:
            # Persian, Urdu and Hindi spell with joiners; between other letters they only hide something.
            if _joins(text[place - 1 : place]) and _joins(text[place + 1 : place + 2]):
                kept.append(char)
        elif category[0] != "C" and marks <= MOST_MARKS and not _selects_a_variant(char) or category == "Cn":
            kept.append(char)
    return _tidy("".join(kept))


def is_right_to_left(text: str) -> bool:
    """Return whether the first letter with a direction is written from right to left, as `dir=auto` does."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in _STRONG:
            return direction in _RIGHT_TO_LEFT
    return False


def has_right_to_left(text: str) -> bool:
    """Return whether some letter is written from right to left."""
    return any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text)


def with_numbers_in_place(line: str) -> str:
    """Return a left-to-right line in which a number after Arabic or Hebrew stays behind it.

    The PDF library orders runs one level deep, and such a number would be a second level: a mark ends the first.
    """
    kept: list[str] = []
    after_right_to_left = False
    for char in line:
        direction = unicodedata.bidirectional(char)
        if direction in _RIGHT_TO_LEFT:
            after_right_to_left = True
        elif direction == "L":
            after_right_to_left = False
        elif direction in ("EN", "AN") and after_right_to_left:
            end = len(kept)
            while end and not kept[end - 1].isalpha() and unicodedata.category(kept[end - 1])[0] != "M":
                end -= 1
            kept.insert(end, LEFT_TO_RIGHT_MARK)
            after_right_to_left = False
        kept.append(char)
    return "".join(kept)


def _joins(char: str) -> bool:
    return bool(char) and (
        unicodedata.bidirectional(char) == "AL" or "\u0900" <= char <= "\u0dff" or "\u0600" <= char <= "\u06ff"
    )


def _selects_a_variant(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" or char == "\u20e3"


def _tidy(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
