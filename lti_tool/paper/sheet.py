"""A PDF that can be read out: every text and picture has its tag, and what only decorates is marked as such.

fpdf2 tags pictures alone, and a reader of a PDF that is tagged in part skips the rest: so the tags are set here.
https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf, 14.8
"""

from __future__ import annotations

import logging
from codecs import BOM_UTF16_BE
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path

import segno
from fpdf import FPDF
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont
from fpdf.prefs import ViewerPreferences

from lti_tool.paper.fonts import MAIN, Family, write_fonts
from lti_tool.paper.letters import has_right_to_left, is_right_to_left, with_numbers_in_place

WIDTH, HEIGHT = 210.0, 297.0
"""A4, in millimetres."""

INK = (0x16, 0x30, 0x2B)
INK_QUIET = (0x48, 0x60, 0x5A)
PAPER = (0xFF, 0xFF, 0xFF)
SAND = (0xF6, 0xF3, 0xEC)
SAND_LINE = (0xD9, 0xD2, 0xC3)
MOSS = (0x1F, 0x6F, 0x5C)
SUN = (0xF2, 0xB6, 0x32)
"""The tokens of static/tokens.css."""

PICTURE_PIXELS = 640
"""At most 48 mm wide at 340 dots an inch: more only makes the file heavier."""
QUIET_ZONE = 4
"""Modules around a QR code, ISO/IEC 18004."""

Colour = tuple[int, int, int]

# While it cuts a font down it tells every step, with the letters of the holder's name among them.
logging.getLogger("fontTools").setLevel(logging.WARNING)


class Sheet(FPDF):
    """Pages of A4 without margins of their own: whoever draws says where."""

    def __init__(self, families: list[Family], folder: Path, language: str, made_at: datetime) -> None:
        super().__init__(unit="mm", format="A4")
        self.set_margin(0)
        self.c_margin = 0
        self.set_auto_page_break(False)
        # "{nb}" is a number of pages to the library, and a text like any other to us.
        self.alias_nb_pages("")
        for family in families:
            for style, path in write_fonts(family, folder):
                self.add_font(family.regular, style, path)
        self.set_fallback_fonts([family.regular for family in families[1:]], exact_match=False)
        self.set_text_shaping(True)
        self.set_lang(language)
        self.set_creation_date(made_at)
        self.set_creator("Mijlpaal")
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self._widths: dict[tuple[str, bool], float] = {}

    def measure(self, text: str, is_bold: bool) -> float:
        """Return the width of a text at one point, in millimetres."""
        if (text, is_bold) not in self._widths:
            self._face(100, is_bold)
            self._widths[text, is_bold] = self.get_string_width(text) / 100
        return self._widths[text, is_bold]

    @contextmanager
    def tagged(self, tag: str, alt_text: str | None = None) -> Iterator[None]:
        """Mark what is drawn inside, which must be on one page, as what it is."""
        mcid = self.struct_builder.next_mcid_for_page(self.page)
        self._add_marked_content(struct_type=f"/{tag}", mcid=mcid, alt_text=alt_text)
        self._out(f"/{tag} <</MCID {mcid}>> BDC")
        yield
        self._out("EMC")

    @contextmanager
    def decoration(self) -> Iterator[None]:
        """Mark what is drawn inside as nothing to read."""
        self._out("/Artifact BMC")
        yield
        self._out("EMC")

    def line_of_text(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        size: float,
        is_bold: bool = False,
        colour: Colour = INK,
        align: str = "L",
        right_to_left: bool | None = None,
    ) -> None:
        """Write one line. `right_to_left` is the direction of the paragraph, where the line is only a part of one."""
        if right_to_left is None:
            right_to_left = is_right_to_left(text)
        direction = TextDirection.RTL if right_to_left else TextDirection.LTR
        self.set_text_shaping(True, direction=direction)
        self._face(size, is_bold)
        self.set_text_color(*colour)
        self.set_xy(x, y)
        with self._meaning(text):
            self.cell(width, height, text if right_to_left else with_numbers_in_place(text), align=align)
        self.set_text_shaping(True)

    def picture(self, png: bytes, x: float, y: float, side: float, alt_text: str) -> None:
        """Draw the picture of the badge."""
        with self.tagged("Figure", alt_text):
            self.image(BytesIO(png), x=x, y=y, w=side, h=side, dims=(PICTURE_PIXELS, PICTURE_PIXELS))

    def card(self, y: float, height: float, x: float) -> None:
        """Draw a quiet surface across the page."""
        with self.decoration():
            self.set_fill_color(*SAND)
            self.rect(x, y, WIDTH - 2 * x, height, style="F", round_corners=True, corner_radius=3.5)

    def sun_line(self, y: float, width: float) -> None:
        """Draw the short line under the name of the badge."""
        with self.decoration():
            self.set_fill_color(*SUN)
            self.rect((WIDTH - width) / 2, y, width, 1.0, style="F", round_corners=True, corner_radius=0.5)

    def check(self, x: float, y: float, side: float) -> None:
        """Draw the sign of something done: a green disc with a check."""
        with self.decoration():
            self.set_fill_color(*MOSS)
            self.ellipse(x, y, side, side, style="F")
            self.set_draw_color(*PAPER)
            self.set_line_width(side * 0.11)
            self.polyline(
                [(x + side * part[0], y + side * part[1]) for part in ((0.27, 0.53), (0.44, 0.7), (0.75, 0.34))]
            )

    def rule(self, x: float, y: float, width: float) -> None:
        """Draw a line to write on."""
        with self.decoration():
            self.set_draw_color(*INK_QUIET)
            self.set_line_width(0.3)
            self.line(x, y, x + width, y)

    def qr_code(self, address: str, x: float, y: float, box: float, alt_text: str) -> None:
        """Draw the address as a QR code in a white card of `box` millimetres: the code with its quiet zone fills it."""
        rows = segno.make_qr(address, error="m", boost_error=False).matrix
        # The card is a little larger than the quiet zone, for its corners are round.
        module = (box - 2) / (len(rows) + 2 * QUIET_ZONE)
        with self.decoration():
            self.set_fill_color(*PAPER)
            self.rect(x, y, box, box, style="F", round_corners=True, corner_radius=2)
        x, y, side = x + 1 + QUIET_ZONE * module, y + 1 + QUIET_ZONE * module, len(rows) * module
        with self.tagged("Figure", alt_text):
            # One path for all: drawn one by one, some printers leave hair lines between neighbours.
            red, green, blue = (part / 255 for part in INK)
            self._out(f"q {red:.4f} {green:.4f} {blue:.4f} rg")
            for row, modules in enumerate(rows):
                for start, length in _dark_runs(modules):
                    left, bottom = (x + start * module) * self.k, (HEIGHT - y - (row + 1) * module) * self.k
                    self._out(f"{left:.3f} {bottom:.3f} {length * module * self.k:.3f} {module * self.k:.3f} re")
            self._out("f Q")
        self.link(x, y, side, side, address)

    def finished(self) -> bytes:
        """Return the file, and let go of the fonts."""
        try:
            return bytes(self.output())
        finally:
            for font in self.fonts.values():
                if isinstance(font, TTFFont):
                    font.close()

    @contextmanager
    def _meaning(self, text: str) -> Iterator[None]:
        """Say what is written, where glyphs alone tell it in the order of the eye: for copying and reading out."""
        if has_right_to_left(text):
            self._out(f"/Span <</ActualText <{BOM_UTF16_BE.hex()}{text.encode('utf-16-be').hex()}>>> BDC")
            yield
            self._out("EMC")
        else:
            yield

    def _face(self, size: float, is_bold: bool) -> None:
        self.set_font(MAIN.regular, "B" if is_bold else "", size)


def _dark_runs(modules: bytearray) -> Iterator[tuple[int, int]]:
    """Yield start and length of each run of dark modules in a row."""
    start = 0
    while start < len(modules):
        end = start
        while end < len(modules) and modules[end]:
            end += 1
        if end > start:
            yield start, end - start
        start = end + 1
