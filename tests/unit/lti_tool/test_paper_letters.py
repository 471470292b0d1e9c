"""What people typed, as it comes on paper: nothing hidden, nothing that prints as an empty box."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.paper.fonts import MAIN, all_letters, families_for, letters_of
from lti_tool.paper.letters import Writable, cleaned, is_right_to_left, with_numbers_in_place, writable

LRM = "\u200e"


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("a\x00b\x07c\x7f", "abc"),
        ("geld\u202eexe.gpj\u202c", "geldexe.gpj"),
        ("ver\u200bbor\u2060gen\ufeff \u200bx", "verborgen x"),
        ("een\r\ntwee\u2028drie\x0bvier", "een\ntwee\ndrie\nvier"),
        ("  veel \t\u00a0 ruimte  \n\n\n\n\n x ", "veel ruimte\n\nx"),
        ("Z" + "\u0336" * 30 + "o", "Z" + "\u0336" * 4 + "o"),
        ("e\u0301", "é"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u200cb\u200d", "ab"),
        ("❤\ufe0f", "❤"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("", ""),
    ],
)
def test_cleaned_leaves_what_can_be_seen(typed: str, left: str) -> None:
    assert cleaned(typed) == unicodedata.normalize("NFC", left)


@pytest.mark.parametrize(
    ("typed", "written", "is_whole"),
    [
        ("Łódź Ωμέγα Київ محمد שלום ไทย ქართული नमस्ते", None, True),
        ("漢字 en 한글 hier", "[…] en […] hier", False),
        ("Ｆａｔｉｍａ 𝓐𝓵𝓲", "Fatima Ali", True),
        ("goed 😀 zo 👍🏽!", "goed zo 👍!", True),
        ("ሰላም", "[…]", False),
        ("{nb} %(x)s <b>", "{nb} %(x)s <b>", True),
    ],
)
def test_writable_when_a_letter_has_no_font_shows_that_it_is_left_out(
    typed: str, written: str | None, is_whole: bool
) -> None:
    assert writable(typed, all_letters()) == Writable(typed if written is None else written, is_whole)


@given(st.text())
def test_writable_is_in_the_fonts_and_stays_as_it_is(text: str) -> None:
    letters = all_letters()

    once = writable(text, letters).text

    assert {ord(char) for char in once if char != "\n"} <= letters
    assert writable(once, letters) == Writable(once, True)


@pytest.mark.parametrize(("texts", "names"), [(["Łódź محمد"], ["figo"]), (["ḳ", "★"], ["figo", "notos", "symbol2"])])
def test_families_are_only_those_that_are_needed(texts: list[str], names: list[str]) -> None:
    assert [family.regular for family in families_for(texts)] == names
    assert letters_of(MAIN) < all_letters()


@pytest.mark.parametrize(
    ("text", "expected"), [("محمد (Mo)", True), ("Mo محمد", False), ("(12) שלום", True), ("12", False), ("", False)]
)
def test_direction_is_that_of_the_first_letter_that_has_one(text: str, expected: bool) -> None:
    assert is_right_to_left(text) is expected


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("Les van محمد (2026) en meer", f"Les van محمد{LRM} (2026) en meer"),
        ("Les van محمد en 2026", "Les van محمد en 2026"),
        ("Les 2026 van محمد", "Les 2026 van محمد"),
        ("Gegeven door: שָׁ 5 ו 6", f"Gegeven door: שָׁ{LRM} 5 ו{LRM} 6"),
    ],
)
def test_number_after_right_to_left_letters_stays_behind_them(line: str, marked: str) -> None:
    assert with_numbers_in_place(line) == marked
