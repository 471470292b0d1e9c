"""Words into lines, and lines onto pages: knows measures in millimetres, and nothing of PDF."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

POINT = 25.4 / 72
"""Millimetres."""

LONGEST_WORD = 200
"""Letters that are never looked at as one: no line of the paper holds as many."""

MOST_BALANCED = 4
"""Lines of a centred text that are made about as long as one another."""

Measure = Callable[[str, bool], float]
"""Width of a text at a size of one point, in millimetres; the second says whether it is bold."""


class Tag(StrEnum):
    """What a text is, for somebody who has the paper read out."""

    TITLE = "H1"
    HEADING = "H2"
    TEXT = "P"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph before it has lines."""

    text: str
    size: float
    """Points."""
    tag: Tag = Tag.TEXT
    is_bold: bool = False
    is_quiet: bool = False
    is_centred: bool = False
    is_checked: bool = False
    """Has the green check of something done in its margin."""
    indent: float = 0.0
    gap: float = 0.0
    """Millimetres above it, not at the top of a page."""
    stays_with_next: bool = False
    is_field: bool = False
    """An empty line to write on."""

    @property
    def line_height(self) -> float:
        """Millimetres from one line to the next."""
        return self.size * POINT * (1.25 if self.tag is Tag.TITLE else 1.42)


@dataclass(frozen=True, slots=True)
class Placed:
    """Lines of one block on one page."""

    block: Block
    lines: tuple[str, ...]
    top: float
    is_start: bool

    @property
    def bottom(self) -> float:
        """Where the next thing may begin."""
        return self.top + len(self.lines) * self.block.line_height


@dataclass(slots=True)
class Page:
    """What stands where."""

    bottom: float
    y: float
    placed: list[Placed] = field(default_factory=list)


def lines_of(block: Block, width: float, measure: Measure) -> list[str]:
    """Break a block's text at its spaces; a word that is wider than a line is broken between letters.

    The lines of a short centred text are about as long as one another, so that no single word hangs below.
    """
    room = (width - block.indent) / block.size
    lines = _lines(block, room, measure)
    if block.is_centred and 1 < len(lines) <= MOST_BALANCED:
        most, fewest = room, room / 2
        for _ in range(6):
            middle = (most + fewest) / 2
            if len(_lines(block, middle, measure)) == len(lines):
                most = middle
            else:
                fewest = middle
        lines = _lines(block, most, measure)
    return lines


def height_of(block: Block, width: float, measure: Measure) -> float:
    """Return how high a block is, without its gap."""
    return len(lines_of(block, width, measure)) * block.line_height


def flow(blocks: list[Block], page: Page, width: float, measure: Measure, *, top: float, bottom: float) -> list[Page]:
    """Place blocks below one another from `page` on; pages after it reach from `top` to `bottom`. Nothing is lost.

    What stays with the next block never ends a page; a paragraph leaves no single line behind where two can stay.
    """
    pages = [page]
    wrapped = [lines_of(block, width, measure) for block in blocks]
    for place, (block, lines) in enumerate(zip(blocks, wrapped, strict=True)):
        is_start = True
        while lines:
            page = pages[-1]
            y = page.y + (block.gap if page.placed and is_start else 0)
            needed = _together(blocks, wrapped, place) if is_start else block.line_height
            fits = int((page.bottom - y) / block.line_height + 1e-6)
            if page.placed and (fits < 1 or y + needed > page.bottom + 1e-6):
                pages.append(Page(bottom=bottom, y=top))
                continue
            taken = lines[: max(fits, 1)]
            placed = Placed(block, tuple(taken), y, is_start)
            page.placed.append(placed)
            page.y, lines, is_start = placed.bottom, lines[len(taken) :], False
    return pages


def _together(blocks: list[Block], wrapped: list[list[str]], place: int) -> float:
    """Return the height from a block's top that must not be parted: headings with two lines of what they head."""
    height = 0.0
    while place < len(blocks):
        block, lines = blocks[place], wrapped[place]
        if not block.stays_with_next or place + 1 == len(blocks) or len(lines) > 6:
            return height + min(len(lines), 2) * block.line_height
        height += len(lines) * block.line_height + blocks[place + 1].gap
        place += 1
    return height


def _lines(block: Block, room: float, measure: Measure) -> list[str]:
    return [line for paragraph in block.text.split("\n") for line in _wrapped(paragraph, room, block.is_bold, measure)]


def _wrapped(paragraph: str, room: float, is_bold: bool, measure: Measure) -> Iterator[str]:
    space = measure(" ", is_bold)
    line, used = "", 0.0
    for word in paragraph.split(" "):
        for number, piece in enumerate(_pieces(word, room, is_bold, measure)):
            width = measure(piece, is_bold)
            if line and not number and used + space + width <= room:
                line, used = f"{line} {piece}", used + space + width
                continue
            if line:
                yield line
            line, used = piece, width
    yield line


def _pieces(word: str, room: float, is_bold: bool, measure: Measure) -> Iterator[str]:
    """Yield a word, or parts of it that each fill a line.

    It is parted behind a slash where one is near, as in an address, and never between a letter and its marks. Not
    behind a hyphen: who copies it from the PDF would lose that.
    """
    while len(word) > LONGEST_WORD or measure(word, is_bold) > room:
        fewest, most = 1, min(len(word) - 1, LONGEST_WORD)
        if not most:
            break
        while fewest < most:
            middle = (fewest + most + 1) // 2
            if measure(word[:middle], is_bold) <= room:
                fewest = middle
            else:
                most = middle - 1
        end = fewest
        while end > 1 and unicodedata.category(word[end])[0] in "MC":
            end -= 1
        slash = word.rfind("/", 0, end) + 1
        if slash > end / 2:
            end = slash
        yield word[:end]
        word = word[end:]
    yield word
