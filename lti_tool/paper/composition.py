"""What stands where on the paper, and how small it may get before it takes a second sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lti_tool.paper.content import PaperBadge
from lti_tool.paper.flow import Block, Measure, Page, Placed, Tag, flow, height_of, lines_of
from lti_tool.paper.labels import Labels
from lti_tool.paper.sheet import HEIGHT, WIDTH

EDGE = 12.0
"""Millimetres between the edge of the sheet and a card."""
MARGIN = 28.0
"""Where texts begin: a line is then some seventy letters long."""
TEXT_WIDTH = WIDTH - 2 * MARGIN
TOP, BOTTOM = 30.0, HEIGHT - 22.0
"""Where texts begin and end on a further sheet."""
PADDING = 8.0
QR_BOX = 47.0
"""With its quiet zone: the code is at least 32 wide, and from 30 on an old telephone reads it at arm's length."""
QR_LEFT = WIDTH - EDGE - PADDING - QR_BOX
FACTS_WIDTH = QR_LEFT - 4.0 - MARGIN
MOST_FACTS = 75.0
"""Millimetres. Facts that need more go to the other texts, so that their card never takes the whole sheet."""
CHECK_INDENT = 7.5


@dataclass(frozen=True, slots=True)
class Scale:
    """How big things are: points for texts, millimetres for the picture."""

    text: float
    picture: float
    title: float


SCALES = (Scale(12, 48, 30), Scale(11, 42, 27), Scale(10.5, 36, 24), Scale(10, 30, 22))
"""The first that fits on one sheet is taken."""
FLOWING = SCALES[1]
"""Where none fits: the texts take further sheets then, and need not be small."""


@dataclass(frozen=True, slots=True)
class Composition:
    """Everything in its place."""

    scale: Scale
    pages: list[Page]
    header: list[Block]
    facts: list[Placed]
    """Their tops count from `facts_top`."""
    facts_top: float
    card_top: float
    """Of the card with the facts and the code."""


def composed(content: PaperBadge, labels: Labels, is_whole: bool, measure: Measure) -> Composition:
    """Return everything in its place: on one sheet at the first scale that allows it, or else flowing on."""
    for scale in SCALES:
        composition = _at_scale(scale, content, labels, is_whole, measure)
        if len(composition.pages) == 1:
            return composition
    return _at_scale(FLOWING, content, labels, is_whole, measure)


def _at_scale(scale: Scale, content: PaperBadge, labels: Labels, is_whole: bool, measure: Measure) -> Composition:
    header = _header(content, labels, scale, measure)
    body = _body(content, labels, is_whole, scale)
    facts, way_to_check = _facts(content, labels)
    if sum(height_of(block, FACTS_WIDTH, measure) + block.gap for block in facts + way_to_check) > MOST_FACTS:
        body, facts = [*body, *(replace(fact, size=scale.text, gap=2.0) for fact in facts)], []
    if body:
        # Below the card of the header.
        body[0] = replace(body[0], gap=PADDING + 5)
    (facts_page,) = flow(facts + way_to_check, Page(bottom=HEIGHT, y=0), FACTS_WIDTH, measure, top=0, bottom=HEIGHT)
    height = max(QR_BOX, facts_page.y)
    card_top = HEIGHT - EDGE - height - 2 * PADDING
    first = Page(bottom=card_top - 5, y=EDGE + PADDING + scale.picture + 5)
    pages = flow([*header, *body], first, TEXT_WIDTH, measure, top=TOP, bottom=BOTTOM)
    facts_top = card_top + PADDING + (height - facts_page.y) / 2
    return Composition(scale, pages, header, facts_page.placed, facts_top, card_top)


def _header(content: PaperBadge, labels: Labels, scale: Scale, measure: Measure) -> list[Block]:
    title = Block(content.badge_name, scale.title, tag=Tag.TITLE, is_bold=True, is_centred=True, stays_with_next=True)
    of_whom = Block(labels.belongs_to, 11, is_quiet=True, is_centred=True, gap=7, stays_with_next=True)
    blocks = [_in_two_lines(title, (26, 22, 18, 15), measure), of_whom]
    if content.holder_name:
        name = Block(content.holder_name, 20, is_bold=True, is_centred=True, gap=0.5)
        return [*blocks, _in_two_lines(name, (17, 14, 12), measure)]
    line = Block(" ", 22, is_centred=True, is_field=True, stays_with_next=True)
    return [*blocks, line, Block(labels.write_your_name, 10, is_quiet=True, is_centred=True, gap=1)]


def _in_two_lines(block: Block, sizes: tuple[int, ...], measure: Measure) -> Block:
    """Return the block as big as two lines allow, or in the smallest of these sizes."""
    for size in sizes:
        if len(lines_of(block, TEXT_WIDTH, measure)) <= 2:
            return block
        block = replace(block, size=min(block.size, size))
    return block


def _body(content: PaperBadge, labels: Labels, is_whole: bool, scale: Scale) -> list[Block]:
    blocks: list[Block] = []
    for heading, text in ((labels.shows, content.description), (labels.criteria, content.criteria)):
        if text:
            blocks += [_heading(heading, scale), Block(text, scale.text, gap=0.5)]
    if content.judged:
        blocks.append(_heading(labels.done, scale))
    for row in content.judged:
        has_more = bool(row.sentence)
        blocks.append(
            Block(
                row.title,
                scale.text,
                is_bold=True,
                is_checked=True,
                indent=CHECK_INDENT,
                gap=scale.text * 0.15,
                stays_with_next=has_more,
            )
        )
        if has_more:
            blocks.append(Block(row.sentence, scale.text, indent=CHECK_INDENT))
    if not is_whole:
        blocks.append(Block(labels.left_out, scale.text, is_quiet=True, gap=4))
    return blocks


def _heading(text: str, scale: Scale) -> Block:
    size = scale.text + 1.5
    return Block(text, size, tag=Tag.HEADING, is_bold=True, gap=scale.text * 0.4, stays_with_next=True)


def _facts(content: PaperBadge, labels: Labels) -> tuple[list[Block], list[Block]]:
    """Return who gave it, when and what it is worth; and how to check that."""
    facts = [Block(labels.given_by, 12, is_bold=True)] if content.issuer_name else []
    facts.append(Block(labels.received_on, 10.5))
    if content.kind_of_proof:
        facts.append(Block(labels.kind_of_proof, 10.5))
    check = [Block(labels.scan, 10.5, gap=2.5)]
    if labels.private:
        check.append(Block(labels.private, 10.5))
    return facts, [*check, Block(content.address, 9.5, is_quiet=True)]
