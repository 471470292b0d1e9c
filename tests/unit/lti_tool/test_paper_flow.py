"""Words into lines and lines onto pages: everything fits, nothing is lost, what belongs together stays so."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.paper.flow import LONGEST_WORD, Block, Page, flow, lines_of


def measure(text: str, is_bold: bool) -> float:
    """A typewriter: every letter is as wide as another, and marks have no width."""
    return sum(unicodedata.category(char)[0] != "M" for char in text) * (1.5 if is_bold else 1)


@given(st.text(alphabet="ab/-\u0301 \n", max_size=400), st.integers(1, 30), st.booleans(), st.booleans())
def test_lines_fit_and_hold_every_letter(text: str, width: int, is_bold: bool, is_centred: bool) -> None:
    text = "\n".join(" ".join(line.split()) for line in text.split("\n"))

    lines = lines_of(Block(text, 1, is_bold=is_bold, is_centred=is_centred), width, measure)

    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    for line in lines:
        assert measure(line, is_bold) <= max(width, measure("a", is_bold))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("een twee drie", 8, ["een twee", "drie"]),
        ("een\n\ntwee", 8, ["een", "", "twee"]),
        ("x" * 20, 8, ["x" * 8, "x" * 8, "x" * 4]),
        ("https://a.nl/badges/1-2", 21, ["https://a.nl/badges/", "1-2"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
        ("", 8, [""]),
    ],
)
def test_lines_are_broken_at_spaces_and_behind_slashes_and_never_before_a_mark(
    text: str, width: int, lines: list[str]
) -> None:
    assert lines_of(Block(text, 1), width, measure) == lines


def test_lines_when_centred_are_about_as_long_as_one_another() -> None:
    title = Block("Veilig werken met de heftruck (niveau 2)", 1, is_centred=True)

    assert lines_of(title, 38, measure) == ["Veilig werken met de", "heftruck (niveau 2)"]


def test_lines_of_a_word_without_end_are_found_without_looking_at_it_whole() -> None:
    looked_at = 0

    def counting(text: str, is_bold: bool) -> float:
        nonlocal looked_at
        looked_at = max(looked_at, len(text))
        return measure(text, is_bold)

    assert len(lines_of(Block("x" * 10_000, 1), 50, counting)) == 200
    assert looked_at <= LONGEST_WORD


@given(
    st.lists(st.tuples(st.integers(1, 12), st.booleans(), st.integers(0, 9)), min_size=1, max_size=20),
    st.integers(0, 60),
)
def test_flow_places_every_line_once_below_the_last_and_on_the_page(
    shapes: list[tuple[int, bool, int]], first_y: int
) -> None:
    blocks = [
        Block("\n".join(["x"] * lines), 10, gap=gap, stays_with_next=is_heading and lines < 3)
        for lines, is_heading, gap in shapes
    ]

    pages = flow(blocks, Page(bottom=100, y=first_y), 50, measure, top=20, bottom=120)

    for number, page in enumerate(pages):
        y = first_y if number == 0 else 20
        for placed in page.placed:
            assert placed.top >= y - 1e-6
            y = placed.bottom
        assert y <= (100 if number == 0 else 120) + 1e-6
    placed_lines = [part for page in pages for part in page.placed]
    assert [sum(len(part.lines) for part in placed_lines if part.block is block) for block in blocks] == [
        lines for lines, _is_heading, _gap in shapes
    ]
    for page in pages[:-1]:
        assert page.placed
        assert not page.placed[-1].block.stays_with_next
