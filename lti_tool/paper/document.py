"""The paper as a whole: what stands where, and how small it may get before it takes a second sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from lti_tool.paper.content import JudgedCriterion, PaperBadge
from lti_tool.paper.flow import Block, Measure, Page, Placed, Tag, flow, height_of, lines_of
from lti_tool.paper.fonts import all_letters, families_for
from lti_tool.paper.labels import Labels, labels_of
from lti_tool.paper.letters import cleaned, is_right_to_left, writable
from lti_tool.paper.sheet import HEIGHT, INK, INK_QUIET, WIDTH, Sheet
from lti_tool.words import language_of

EDGE = 12.0
"""Millimetres between the edge of the sheet and a card."""
MARGIN = 28.0
"""Where texts begin: a line is then some seventy letters long."""
TEXT_WIDTH = WIDTH - 2 * MARGIN
TOP, BOTTOM = 30.0, HEIGHT - 22.0
"""Where texts begin and end on a further sheet."""
PADDING = 8.0
QR_SIDE = 36.0
"""Without its quiet zone. From 30 mm on an old telephone reads it at arm's length."""
QR_QUIET = 5.0
"""Room for the quiet zone: four modules of the coarsest code, which has 29 for an address as short as can be."""
QR_LEFT = WIDTH - EDGE - PADDING - QR_QUIET - QR_SIDE
FACTS_WIDTH = QR_LEFT - QR_QUIET - 4.0 - MARGIN
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
    facts_top: float


def badge_paper(content: PaperBadge, locale: str) -> bytes:
    """Return the badge as a PDF: one sheet of A4, or more where the texts are long.

    The same content in the same language gives the same bytes. Letters that no font has are left out visibly, and
    for a name with such letters there is a line to write it on.
    """
    written, is_whole = _written(content)
    labels = labels_of(written, locale)
    with TemporaryDirectory(prefix="paper-") as folder:
        sheet = Sheet(families_for(_texts(written)), Path(folder), language_of(locale), content.made_at)
        sheet.set_title(" · ".join(text for text in (written.badge_name, written.holder_name) if text))
        sheet.set_author(written.issuer_name)
        _draw(_composed(written, labels, is_whole, sheet.measure), written, labels, sheet)
        return sheet.finished()


def _written(content: PaperBadge) -> tuple[PaperBadge, bool]:
    """Return the content as it can be printed, and whether that is all of it."""
    letters = all_letters()
    is_whole = True

    def of(text: str, *, in_one_line: bool = False) -> str:
        nonlocal is_whole
        result = writable(text.replace("\n", " ") if in_one_line else text, letters)
        is_whole = is_whole and result.is_whole
        return result.text

    name = writable(content.holder_name.replace("\n", " "), letters)
    written = replace(
        content,
        badge_name=of(content.badge_name, in_one_line=True),
        holder_name=name.text if name.is_whole else "",
        description=of(content.description),
        criteria=of(content.criteria),
        judged=tuple(
            JudgedCriterion(of(row.title, in_one_line=True), of(row.sentence, in_one_line=True))
            for row in content.judged
        ),
        issuer_name=of(content.issuer_name, in_one_line=True),
        kind_of_proof=of(content.kind_of_proof, in_one_line=True),
        picture_alt=cleaned(content.picture_alt),
    )
    return written, is_whole


def _texts(content: PaperBadge) -> Iterator[str]:
    yield from (content.badge_name, content.holder_name, content.description, content.criteria)
    yield from (content.issuer_name, content.kind_of_proof, content.address)
    for row in content.judged:
        yield from (row.title, row.sentence)


def _composed(content: PaperBadge, labels: Labels, is_whole: bool, measure: Measure) -> Composition:
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
    (facts_page,) = flow(facts + way_to_check, Page(bottom=HEIGHT, y=0), FACTS_WIDTH, measure, top=0, bottom=HEIGHT)
    height = max(QR_SIDE + 2 * QR_QUIET, facts_page.y)
    card_top = HEIGHT - EDGE - height - 2 * PADDING
    first = Page(bottom=card_top - 5, y=EDGE + PADDING + scale.picture + 5)
    pages = flow([*header, *body], first, TEXT_WIDTH, measure, top=TOP, bottom=BOTTOM)
    return Composition(scale, pages, header, facts_page.placed, card_top + PADDING + (height - facts_page.y) / 2)


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
    blocks = []
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
    if blocks:
        # Below the card of the header.
        blocks[0] = replace(blocks[0], gap=PADDING + 5)
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


def _draw(composition: Composition, content: PaperBadge, labels: Labels, sheet: Sheet) -> None:
    total = len(composition.pages)
    for number, page in enumerate(composition.pages, start=1):
        sheet.add_page()
        if number == 1:
            _draw_first(composition, page, content, labels, sheet)
        else:
            with sheet.decoration():
                sheet.line_of_text(_short(content.badge_name), MARGIN, 16, TEXT_WIDTH, 5, size=10, colour=INK_QUIET)
            _draw_texts(page.placed, TEXT_WIDTH, sheet)
        if total > 1:
            with sheet.decoration():
                of_all = labels.sheet % {"number": number, "total": total}
                sheet.line_of_text(of_all, MARGIN, HEIGHT - 10.5, TEXT_WIDTH, 5, size=9.5, colour=INK_QUIET, align="R")


def _draw_first(composition: Composition, page: Page, content: PaperBadge, labels: Labels, sheet: Sheet) -> None:
    header = [placed for placed in page.placed if any(placed.block is block for block in composition.header)]
    header_bottom = (header[-1].bottom if header else page.y) + PADDING
    sheet.card(EDGE, header_bottom - EDGE, EDGE)
    side = composition.scale.picture
    sheet.picture(content.picture_png, (WIDTH - side) / 2, EDGE + PADDING, side, content.picture_alt or labels.picture)
    if header and header[0].block.tag is Tag.TITLE:
        sheet.sun_line(header[0].bottom + 2.5, 18)
    _draw_texts(page.placed, TEXT_WIDTH, sheet)
    card_top = page.bottom + 5
    sheet.card(card_top, HEIGHT - EDGE - card_top, EDGE)
    _draw_texts([replace(fact, top=fact.top + composition.facts_top) for fact in composition.facts], FACTS_WIDTH, sheet)
    qr_top = card_top + (HEIGHT - EDGE - card_top - QR_SIDE) / 2
    sheet.qr_code(content.address, QR_LEFT, qr_top, QR_SIDE, labels.code)


def _draw_texts(placed: list[Placed], width: float, sheet: Sheet) -> None:
    for part in placed:
        block = part.block
        if block.is_field:
            sheet.rule(WIDTH / 2 - 45, part.bottom, 90)
            continue
        if block.is_checked and part.is_start:
            side = block.line_height * 0.74
            sheet.check(MARGIN, part.top + (block.line_height - side) / 2, side)
        right_to_left = is_right_to_left(block.text)
        # A title stays beside its check, whichever way it is written.
        align = "C" if block.is_centred else "R" if right_to_left and not block.is_checked else "L"
        with sheet.tagged(block.tag):
            for number, line in enumerate(part.lines):
                sheet.line_of_text(
                    line,
                    MARGIN + block.indent,
                    part.top + number * block.line_height,
                    width - block.indent,
                    block.line_height,
                    size=block.size,
                    is_bold=block.is_bold,
                    colour=INK_QUIET if block.is_quiet else INK,
                    align=align,
                    right_to_left=right_to_left,
                )


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
