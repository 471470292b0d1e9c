"""The pages of the demo school."""

from __future__ import annotations

import re

import pytest

from lti_tool.demo_platform.language import words_in


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


@pytest.mark.parametrize(
    "path", ["/", "/as/zoe/course", "/as/zoe/activities/1", "/gradebook", "/as/zoe/return", "/as/zoe/launch"]
)
def test_policy_keeps_the_page_to_itself_when_shown(client, path):
    headers = client.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-src 'self' http://127.0.0.1:8701;" in policy
    assert "form-action 'self' http://127.0.0.1:8701;" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/as/mila/course",
        "/as/mila/activities/1",
        "/as/mila/activities/new",
        "/as/mila/activities/1/settings",
        "/as/mila/gradebook",
        "/gradebook",
        "/as/zoe/return",
        "/nothing",
    ],
)
def test_page_needs_no_script_when_shown(client, path):
    page = client.get(path)

    assert "<script" not in page.text
    assert "script-src 'none'" in page.headers["Content-Security-Policy"]


def test_message_of_the_tool_is_shown_when_it_sent_somebody_back(client):
    page = client.get("/as/zoe/return?lti_errormsg=%3Ci%3EJammer")

    assert "&lt;i&gt;Jammer" in page.text
    assert 'target="_top"' in page.text


@pytest.mark.parametrize("path", ["/as/nobody/course", "/as/nobody/return", "/as/zoe/activities/9", "/nothing"])
def test_page_is_missing_when_there_is_no_such_address(client, path):
    page = client.get(path)

    assert page.status_code == 404
    assert "Deze pagina is er niet" in page.text


@pytest.mark.parametrize("name", ["school.css", "icon.svg"])
def test_style_and_icon_are_served_when_a_page_asks(client, name):
    with client.get(f"/static/{name}") as answer:
        assert answer.status_code == 200


def test_both_languages_have_the_same_words_when_compared():
    assert set(words_in("nl")) == set(words_in("en"))
