"""The badge on paper: everything stands on it, whatever people typed, and a telephone and a screen reader find it."""

from __future__ import annotations

import logging
import re
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import combinations

import pypdf
import pypdfium2
import pytest
import segno
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from lti_tool.paper import JudgedCriterion, PaperBadge, badge_paper
from lti_tool.words import LOCALES

MADE_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ADDRESS = "https://mijlpaal.school.example/badges/0192f0a1-7c3e-7d41-9b5a-3f2e1d0c9b8a"
MOST_BYTES = 400_000
MILLIMETRE = 72 / 25.4


def picture(size: int = 1024) -> bytes:
    image = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((40, 40, size - 40, size - 40), fill="#1f6f5c")
    png = BytesIO()
    image.save(png, "PNG")
    return png.getvalue()


BADGE = PaperBadge(
    picture_png=picture(),
    picture_alt="Een groene cirkel",
    badge_name="Veilig werken",
    holder_name="Fatima Şahin-Łukasiewicz",
    description="Je werkt veilig.",
    criteria="Doe vijf opdrachten.\nHaal 45 punten.",
    judged=(
        JudgedCriterion("Ruim je werkplek op", "Een begeleider keek ernaar op 9 november 2026."),
        JudgedCriterion("Kies je kleding", ""),
    ),
    issuer_name="Werkplaats De Ketting",
    awarded_on=date(2026, 11, 20),
    kind_of_proof="Dit is een eigen certificaat. Het is geen diploma.",
    address=ADDRESS,
    is_shared=True,
    made_at=MADE_AT,
)


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """Everything that is written, in the order in which it is read out, on one line."""
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


@pytest.mark.parametrize(
    ("locale", "labels"),
    [
        (
            "nl",
            [
                "Veilig werken",
                "Deze badge is van",
                "Fatima Şahin-Łukasiewicz",
                "Wat laat deze badge zien?",
                "Je werkt veilig.",
                "Hoe krijg je deze badge?",
                "Doe vijf opdrachten. Haal 45 punten.",
                "Dit is ervoor gedaan",
                "Ruim je werkplek op",
                "Een begeleider keek ernaar op 9 november 2026.",
                "Kies je kleding",
                "Gegeven door: Werkplaats De Ketting",
                "Gekregen op: 20 november 2026",
                "Dit is een eigen certificaat. Het is geen diploma.",
                "Scan de code. Dan zie je of deze badge geldig is.",
            ],
        ),
        ("en-GB", ["This badge belongs to", "What does this badge show?", "November 20, 2026", "Scan the code."]),
    ],
)
def test_paper_when_short_is_one_sheet_with_everything_in_order(locale: str, labels: list[str]) -> None:
    pdf = badge_paper(BADGE, locale)

    text = text_of(pdf)
    places = [text.index(label) for label in labels]
    assert places == sorted(places)
    assert ADDRESS in text.replace(" ", "")
    assert len(read(pdf).pages) == 1
    assert len(pdf) <= MOST_BYTES


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("is_shared", [True, False])
def test_paper_when_the_badge_is_private_says_what_the_code_needs(locale: str, is_shared: bool) -> None:
    text = text_of(badge_paper(replace(BADGE, is_shared=is_shared), locale))

    private = {
        "nl": "Deze badge is privé. De code werkt als de eigenaar de badge deelt.",
        "en": "This badge is private. The code works when the owner shares the badge.",
    }[locale]
    assert (private in text) is not is_shared


@pytest.mark.parametrize("name", ["", "  \u200b\u202e ", "ሰላም ታደሰ", "😀"])
def test_paper_when_the_name_cannot_be_printed_has_a_line_to_write_it_on(name: str) -> None:
    text = text_of(badge_paper(replace(BADGE, holder_name=name), "nl"))

    assert "Schrijf hier je naam." in text
    assert "Niet alle letters" not in text


def test_paper_when_optional_texts_are_empty_leaves_their_headings_out() -> None:
    pdf = badge_paper(
        replace(BADGE, description="", criteria="", judged=(), kind_of_proof="", issuer_name="", picture_alt=""), "nl"
    )

    text = text_of(pdf)
    for absent in ("Wat laat", "Hoe krijg", "ervoor gedaan", "eigen certificaat", "Gegeven door"):
        assert absent not in text
    assert "Gekregen op: 20 november 2026" in text
    assert figures_of(pdf)[0] == "Plaatje van de badge Veilig werken"


@pytest.mark.parametrize(
    ("name", "written"),
    [("محمد عبد الرحمن", "محمد عبد الرحمن"), ("שָׁלוֹם (Mo) 2", "שָׁלוֹם (Mo) 2"), ("Mo محمد 3", "Mo محمد 3")],
)
def test_paper_when_a_name_is_right_to_left_is_copied_and_read_out_as_typed(name: str, written: str) -> None:
    pdf = badge_paper(replace(BADGE, holder_name=name), "nl")

    spoken = re.findall(rb"/ActualText <feff([0-9a-f]+)>", read(pdf).pages[0].get_contents().get_data())
    assert [bytes.fromhex(part.decode()).decode("utf-16-be") for part in spoken] == [written]
    assert read(pdf).metadata.title == f"Veilig werken · {written}"


def test_paper_when_letters_have_no_font_says_so_and_draws_no_empty_boxes(caplog: pytest.LogCaptureFixture) -> None:
    badge = replace(BADGE, badge_name="★ Veilig 漢字 werken 😀", criteria="Doe {nb} **taken** ✓ ḳ")

    pdf = badge_paper(badge, "nl")

    text = text_of(pdf)
    assert "★ Veilig […] werken" in text
    assert "Doe {nb} **taken** ✓ ḳ" in text
    assert "Niet alle letters kunnen op papier." in text
    assert not [record for record in caplog.records if "missing" in record.message]


def test_paper_keeps_letters_of_names_out_of_the_logs(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        badge_paper(BADGE, "nl")

    assert caplog.records == []


LONG = replace(
    BADGE,
    badge_name=" ".join(f"Badgenaam{number}" for number in range(18)),
    holder_name=("Abcdefghij" * 20),
    criteria=" ".join(f"Zin{number}." for number in range(280)),
    judged=tuple(
        JudgedCriterion(f"Opdracht{number} " + "heel lang " * (number % 9), f"Bekeken{number}.") for number in range(30)
    ),
)


def test_paper_when_long_takes_more_sheets_and_loses_nothing() -> None:
    pdf = badge_paper(LONG, "nl")

    text = text_of(pdf)
    words = [f"Badgenaam{number}" for number in range(18)] + [f"Zin{number}." for number in range(280)]
    words += [word for number in range(30) for word in (f"Opdracht{number}", f"Bekeken{number}.")]
    places = [text.index(word) for word in words]
    assert LONG.holder_name in text.replace(" ", "")
    assert places[18:] == sorted(places[18:])
    assert 2 <= len(read(pdf).pages) <= 5
    assert f"Blad 2 van {len(read(pdf).pages)}" in text
    assert len(pdf) <= MOST_BYTES


@pytest.mark.parametrize("badge", [BADGE, LONG, replace(BADGE, issuer_name="Organisatie " * 200, criteria="x" * 3000)])
def test_paper_never_writes_over_something_or_outside_the_sheet(badge: PaperBadge) -> None:
    pdf = badge_paper(badge, "nl")

    code = code_of(pdf)
    for number, page in enumerate(pypdfium2.PdfDocument(pdf)):
        texts = page.get_textpage()
        boxes = [texts.get_rect(place) for place in range(texts.count_rects())]
        assert boxes
        for left, bottom, right, top in boxes:
            assert 25 * MILLIMETRE < left < right < 184 * MILLIMETRE
            assert 4 * MILLIMETRE < bottom < top < 293 * MILLIMETRE
        if number == 0:
            side = len(code.rows) * code.module
            boxes.append((code.left, code.top - side, code.left + side, code.top))
        for one, other in combinations(boxes, 2):
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            assert across <= 1 or down <= 1


class Code:
    """The QR code as it is drawn: lengths in points."""

    def __init__(self, rectangles: list[tuple[float, float, float, float]]) -> None:
        self.module = min(height for _left, _bottom, _width, height in rectangles)
        self.left = min(left for left, _bottom, _width, _height in rectangles)
        self.top = max(bottom + height for _left, bottom, _width, height in rectangles)
        right = max(left + width for left, _bottom, width, _height in rectangles)
        size = round((right - self.left) / self.module)
        self.rows = [bytearray(size) for _row in range(size)]
        for left, bottom, width, _height in rectangles:
            row = round((self.top - bottom) / self.module) - 1
            start = round((left - self.left) / self.module)
            for column in range(start, start + round(width / self.module)):
                self.rows[row][column] = 1


def code_of(pdf: bytes) -> Code:
    drawn = read(pdf).pages[0].get_contents().get_data().decode("latin-1")
    found = re.findall(r"^([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re$", drawn, re.MULTILINE)
    return Code([(float(a), float(b), float(c), float(d)) for a, b, c, d in found])


@pytest.mark.parametrize("address", [ADDRESS, "https://a.nl/badges/1", f"https://{'lang.' * 40}example/badges/1"])
def test_code_is_the_address_at_level_m_and_big_enough(address: str) -> None:
    pdf = badge_paper(replace(BADGE, address=address), "nl")

    code = code_of(pdf)
    assert code.rows == list(segno.make_qr(address, error="m", boost_error=False).matrix)
    assert len(code.rows) * code.module >= 30 * MILLIMETRE
    (link,) = read(pdf).pages[0]["/Annots"]
    assert link.get_object()["/A"]["/URI"] == address


def test_code_has_a_white_quiet_zone_of_four_modules() -> None:
    pdf = badge_paper(replace(BADGE, address="https://a.nl/badges/1"), "nl")

    code = code_of(pdf)
    scale = 4
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=scale).to_pil().convert("RGB")
    margin, side = 3.9 * code.module, len(code.rows) * code.module
    left, top = code.left - margin, image.height / scale - code.top - margin
    around = image.crop(tuple(round(edge * scale) for edge in (left, top, left + side + 2 * margin, top + margin - 1)))
    assert around.getcolors() == [(around.width * around.height, (255, 255, 255))]


def figures_of(pdf: bytes) -> list[str]:
    (document,) = read(pdf).trailer["/Root"]["/StructTreeRoot"]["/K"]
    elements = [element.get_object() for element in document.get_object()["/K"]]
    return [str(element["/Alt"]) for element in elements if element["/S"] == "/Figure"]


def test_paper_tells_a_screen_reader_everything_it_shows() -> None:
    pdf = badge_paper(BADGE, "nl")

    root = read(pdf).trailer["/Root"]
    assert root["/Lang"] == "nl"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert figures_of(pdf) == ["Een groene cirkel", f"Code om te scannen: {ADDRESS}"]
    tags = [element.get_object()["/S"] for element in root["/StructTreeRoot"]["/K"][0]["/K"]]
    assert tags[:5] == ["/Figure", "/H1", "/P", "/P", "/H2"]
    depth = 0
    for line in read(pdf).pages[0].get_contents().get_data().split(b"\n"):
        depth += line.endswith((b" BDC", b" BMC")) - (line == b"EMC")
        assert depth or not re.search(rb"Tj| Do\b| re$| f$| l$", line), line


def test_paper_when_made_again_is_the_same_to_the_byte() -> None:
    with time_machine.travel(MADE_AT):
        once = badge_paper(BADGE, "nl")
    with time_machine.travel(MADE_AT + timedelta(days=400)):
        again = badge_paper(BADGE, "nl")

    assert once == again
    assert read(once).metadata.creation_date == MADE_AT
    assert tempfile.gettempdir().encode() not in once


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.text(alphabet=st.characters(codec="utf-8"), max_size=60)
    | st.text(alphabet="אب\u0301\u200d1(-A\n\u202e", max_size=40)
    | st.lists(st.sampled_from(["<b>", "سلام", "12", "क्षि", "ไทย", "👩‍🚀", "x" * 90]), max_size=12).map(" ".join)
)
def test_paper_takes_whatever_people_type(text: str) -> None:
    badge = replace(
        BADGE,
        badge_name=text,
        holder_name=text,
        description=text,
        criteria=text,
        judged=(JudgedCriterion(text, text),),
        issuer_name=text,
        kind_of_proof=text,
        picture_alt=text,
    )

    assert "Gekregen op: 20 november 2026" in text_of(badge_paper(badge, "nl"))
