"""The paper itself: what people typed made fit for it, composed, and drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from lti_tool.paper.composition import (
    EDGE,
    FACTS_WIDTH,
    MARGIN,
    PADDING,
    QR_BOX,
    QR_LEFT,
    TEXT_WIDTH,
    Composition,
    composed,
)
from lti_tool.paper.content import JudgedCriterion, PaperBadge
from lti_tool.paper.flow import Block, Measure, Page, Placed, Tag, lines_of
from lti_tool.paper.fonts import all_letters, families_for
from lti_tool.paper.labels import Labels, labels_of
from lti_tool.paper.letters import cleaned, is_right_to_left, writable
from lti_tool.paper.sheet import HEIGHT, INK, INK_QUIET, WIDTH, Sheet
from lti_tool.words import language_of

RUNNING_SIZE = 9.5
"""Points of what stands above and below the texts of several sheets."""


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
        _draw(composed(written, labels, is_whole, sheet.measure), written, labels, sheet)
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


def _draw(composition: Composition, content: PaperBadge, labels: Labels, sheet: Sheet) -> None:
    total = len(composition.pages)
    for number, page in enumerate(composition.pages, start=1):
        sheet.add_page()
        if number == 1:
            _draw_first(composition, page, content, labels, sheet)
        else:
            with sheet.decoration():
                head = _running_head(content.badge_name, sheet.measure)
                sheet.line_of_text(head, MARGIN, 16, TEXT_WIDTH, 5, size=RUNNING_SIZE, colour=INK_QUIET)
            _draw_texts(page.placed, TEXT_WIDTH, sheet)
        if total > 1:
            with sheet.decoration():
                of_all = labels.sheet % {"number": number, "total": total}
                sheet.line_of_text(
                    of_all, MARGIN, HEIGHT - 10.5, TEXT_WIDTH, 5, size=RUNNING_SIZE, colour=INK_QUIET, align="R"
                )


def _draw_first(composition: Composition, page: Page, content: PaperBadge, labels: Labels, sheet: Sheet) -> None:
    header = [placed for placed in page.placed if any(placed.block is block for block in composition.header)]
    header_bottom = (header[-1].bottom if header else page.y) + PADDING
    sheet.card(EDGE, header_bottom - EDGE, EDGE)
    side = composition.scale.picture
    sheet.picture(content.picture_png, (WIDTH - side) / 2, EDGE + PADDING, side, content.picture_alt or labels.picture)
    if header and header[0].block.tag is Tag.TITLE:
        sheet.sun_line(header[0].bottom + 2.5, 18)
    _draw_texts(page.placed, TEXT_WIDTH, sheet)
    card_top = composition.card_top
    sheet.card(card_top, HEIGHT - EDGE - card_top, EDGE)
    _draw_texts([replace(fact, top=fact.top + composition.facts_top) for fact in composition.facts], FACTS_WIDTH, sheet)
    qr_top = card_top + (HEIGHT - EDGE - card_top - QR_BOX) / 2
    sheet.qr_code(content.address, QR_LEFT, qr_top, QR_BOX, labels.code)


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


def _running_head(badge_name: str, measure: Measure) -> str:
    """Return as much of the badge's name as one line holds."""
    first, *more = lines_of(Block(badge_name, RUNNING_SIZE), TEXT_WIDTH - 4, measure)
    return f"{first}…" if more else first
