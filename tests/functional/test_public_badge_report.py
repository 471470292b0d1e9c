"""A stranger says that something is not right about a badge."""

from __future__ import annotations

import re

import pytest

from tests.factories.launch import TOOL_URL
from tests.functional.classroom import words_in
from tests.functional.conftest import Site
from tests.functional.public_badges import (
    BADGE,
    REPORTED,
    Badge,
    earn,
    open_room,
)


@pytest.fixture
def badge(site: Site) -> Badge:
    return earn(open_room(site))


def test_report_when_sent_is_kept_once_for_those_who_teach(badge: Badge) -> None:
    badge.share()
    drawn = badge.get("/report").get_data(as_text=True)
    report_id = re.search(r'name="report_id" value="([^"]*)"', drawn)
    assert report_id is not None
    assert BADGE in drawn

    answers = [badge.report(report_id=report_id.group(1), contact=" jan@example.org ") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    thanks = badge.stranger.get(answers[0].location, base_url=TOOL_URL, headers={"Accept-Language": "nl"})
    assert "Je melding is bewaard." in words_in(thanks.get_data(as_text=True))
    assert badge.reports() == [(REPORTED, "jan@example.org")]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": "", "contact": "jan@example.org"}, "Schrijf op wat er volgens jou niet klopt."),
        ({"text": " \u200b ", "contact": "jan@example.org"}, "Schrijf op wat er volgens jou niet klopt."),
        ({"text": "مرحبا " * 2000}, "Maak je tekst korter: hoogstens 2000 tekens."),
        ({"contact": "j" * 10_000}, "Maak dit korter: hoogstens 320 tekens."),
        ({"website": "https://spam.example"}, "Verstuur je melding nog een keer."),
    ],
)
def test_report_when_it_cannot_be_kept_says_why_and_keeps_what_was_typed(
    badge: Badge, typed: dict[str, str], sentence: str
) -> None:
    badge.share()

    answer = badge.report(**typed)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert sentence in words_in(page)
    for name in set(typed) - {"website"}:
        assert typed[name].strip(" \u200b") in page
    assert "spam" not in page
    assert badge.reports() == []


def test_report_when_nobody_looks_at_them_is_not_piled_up(badge: Badge) -> None:
    badge.share()
    for number in range(20):
        assert badge.report(text=f"Melding {number}").status_code == 303

    full = badge.report(text="Nog een melding")

    page = full.get_data(as_text=True)
    assert full.status_code == 409
    assert "Er zijn al veel meldingen over deze badge" in words_in(page)
    assert "Nog een melding" in page
    assert len(badge.reports()) == 20


def test_report_when_sent_without_any_fields_is_a_page(badge: Badge) -> None:
    badge.share()

    assert badge.stranger.post(f"/badges/{badge.id}/report", base_url=TOOL_URL).status_code == 400
    assert badge.report(report_id="no-id").status_code == 303
