"""The pages of the demo school."""

from __future__ import annotations

import re

import pytest


def test_everybody_can_be_chosen_when_the_school_is_opened(client):
    page = client.get("/")

    for key in ("mila", "sam", "zoe", "ahmed", "fatma", "layla"):
        assert f'href="/as/{key}/course"' in page.text
    assert '<bdi lang="ar">ليلى الحداد</bdi>' in page.text


def test_course_shows_the_tool_in_a_frame_when_opened(client):
    page = client.get("/as/zoe/course")

    (frame,) = re.findall(r"<iframe[^>]+>", page.text)
    assert 'title="Mijlpaal, een programma in deze cursus"' in frame
    assert 'src="/as/zoe/launch?target=iframe"' in frame
    assert '<a href="/as/zoe/launch?target=window" target="_blank" rel="noopener">' in page.text
    assert 'href="/gradebook' in page.text


def test_language_and_locale_are_passed_on_when_the_course_was_opened_with_them(client):
    page = client.get("/as/zoe/course?lang=en&locale=ar")

    assert 'src="/as/zoe/launch?target=iframe&amp;lang=en&amp;locale=ar"' in page.text


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("/", "nl"),
        ("/?lang=en", "en"),
        ("/?lang=xx", "nl"),
        ("/as/zoe/course", "nl"),
        ("/as/sam/course", "en"),
        ("/as/sam/course?lang=nl", "nl"),
        ("/gradebook?lang=en", "en"),
        ("/as/zoe/return", "nl"),
        ("/nothing?lang=en", "en"),
    ],
)
def test_page_speaks_the_language_when_asked_or_known(client, path, language):
    assert f'<html lang="{language}">' in client.get(path).text


@pytest.mark.parametrize("path", ["/", "/as/zoe/course", "/gradebook", "/as/zoe/return", "/as/zoe/launch"])
def test_policy_keeps_the_page_to_itself_when_shown(client, path):
    headers = client.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-src 'self' http://127.0.0.1:8701;" in policy
    assert "form-action 'self' http://127.0.0.1:8701;" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("path", ["/", "/as/zoe/course", "/gradebook", "/as/zoe/return", "/nothing"])
def test_page_needs_no_script_when_shown(client, path):
    page = client.get(path)

    assert "<script" not in page.text
    assert "script-src 'none'" in page.headers["Content-Security-Policy"]


def test_gradebook_is_empty_when_nothing_was_sent(client):
    page = client.get("/gradebook")

    assert page.text.count("nog geen cijfer") == 4
    assert '<th scope="col">Mijlpaal</th>' in page.text


def test_gradebook_shows_score_remark_and_time_when_a_score_came(client, visit):
    visit.score(scoreGiven=40, comment="<b>Goed</b>")

    page = client.get("/gradebook")

    assert "<strong>40</strong> van 100" in page.text
    assert "&lt;b&gt;Goed&lt;/b&gt;" in page.text
    assert "2026-11-22 10:00:00 UTC" in page.text


def test_gradebook_says_so_when_a_grade_was_typed_by_hand(client):
    client.post("/control/override?person=zoe&score=55")

    page = client.get("/gradebook")

    assert "met de hand ingevuld" in page.text
    assert "<strong>55</strong>" in page.text


def test_gradebook_tells_machines_the_same_when_asked_for_data(client, visit):
    visit.score("6", scoreGiven=1, scoreMaximum=4)

    book = client.get("/gradebook.json").json

    assert book["context"]["id"] == "2"
    assert [item["label"] for item in book["lineItems"]] == ["Mijlpaal"]
    learners = {learner["key"]: learner for learner in book["learners"]}
    assert list(learners) == ["zoe", "ahmed", "fatma", "layla"]
    assert learners["zoe"] == {"key": "zoe", "userId": "5", "name": "Zoë Yılmaz", "results": []}
    (result,) = learners["ahmed"]["results"]
    assert (result["resultScore"], result["resultMaximum"]) == (25, 100)
    assert result["comment"] == "Goed gedaan"
    assert result["scoreOf"] == book["lineItems"][0]["id"]
    assert (result["activityProgress"], result["gradingProgress"]) == ("Completed", "FullyGraded")
    assert result["overridden"] is False


def test_message_of_the_tool_is_shown_when_it_sent_somebody_back(client):
    page = client.get("/as/zoe/return?lti_errormsg=%3Ci%3EJammer")

    assert "&lt;i&gt;Jammer" in page.text
    assert 'target="_top"' in page.text


@pytest.mark.parametrize("path", ["/as/nobody/course", "/as/nobody/return", "/nothing"])
def test_page_is_missing_when_there_is_no_such_address(client, path):
    page = client.get(path)

    assert page.status_code == 404
    assert "Deze pagina is er niet" in page.text


@pytest.mark.parametrize("name", ["school.css", "icon.svg"])
def test_style_and_icon_are_served_when_a_page_asks(client, name):
    with client.get(f"/static/{name}") as answer:
        assert answer.status_code == 200
