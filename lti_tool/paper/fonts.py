"""The letters of the paper: FiraGO first, and what it lacks from Noto. All come as bytes from one package.

FiraGO writes Latin, Greek, Cyrillic, Arabic, Hebrew, Thai, Georgian and Devanagari in one hand, so hardly any paper
needs a second font.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

import pymupdf_fonts
from fontTools.ttLib import TTFont

_PACKAGE: dict[str, Callable[[], bytes]] = pymupdf_fonts.fontbuffers


@dataclass(frozen=True, slots=True)
class Family:
    """A family as the package names it. `bold` is empty where it has none."""

    regular: str
    bold: str
    suffix: str


MAIN = Family("figo", "figbo", ".ttf")
OTHERS = (Family("notos", "notosbo", ".ttf"), Family("symbol2", "", ".otf"))


@cache
def letters_of(family: Family) -> frozenset[int]:
    """Return the code points that a family can write. Read once: its bold has the same."""
    with TTFont(BytesIO(_bytes_of(family.regular)), lazy=True) as font:
        return frozenset(font.getBestCmap() or ())


@lru_cache(maxsize=1)
def all_letters() -> frozenset[int]:
    """Return the code points that some family can write."""
    return letters_of(MAIN).union(*(letters_of(family) for family in OTHERS))


def families_for(texts: Iterable[str]) -> list[Family]:
    """Return the families that these texts need, the main one first and always."""
    missing = {ord(char) for text in texts for char in text} - letters_of(MAIN)
    needed = [MAIN]
    for family in OTHERS:
        if missing & letters_of(family):
            needed.append(family)
            missing -= letters_of(family)
    return needed


def write_fonts(family: Family, folder: Path) -> list[tuple[str, Path]]:
    """Write a family's files to a folder, for the PDF library reads no other, and return each with its style."""
    written = []
    for style, name in (("", family.regular), ("B", family.bold)):
        if name:
            path = folder / f"{name}{family.suffix}"
            path.write_bytes(_bytes_of(name))
            written.append((style, path))
    return written


def _bytes_of(name: str) -> bytes:
    return _PACKAGE[name]()
