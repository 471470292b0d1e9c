"""The school as a teacher uses it: over real addresses, with the headers and forms of a browser."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from http.client import HTTPConnection

import pytest

from config.ids import digest
from lti_tool.demo_platform.app import create_platform
from lti_tool.demo_platform.browser import DemoBrowser
from lti_tool.demo_platform.scopes import LINE_ITEM_READONLY
from lti_tool.demo_platform.settings import PlatformSettings
from tests.unit.demo_platform.test_browser import serving


@pytest.fixture
def lms(settings):
    with serving("localhost") as server:
        address = f"http://localhost:{server.port}"
        server.app = create_platform(
            PlatformSettings(address, "http://127.0.0.1:1", settings.database_path), None, lambda _: b"{}"
        )
        yield address


def test_teacher_adds_an_activity_and_sets_it_up_when_using_the_forms(lms):
    browser = DemoBrowser()
    form_page = browser.follow(browser.open(f"{lms}/as/mila/course"), "Activiteit toevoegen")

    form = form_page.find_form("title").fill(title="Quiz", graded=False, custom="goal=3\nlevel=b1")
    course = browser.submit(form_page, form, "Toevoegen")
    settings_page = browser.follow(course, "Instellingen van Quiz")
    form = settings_page.find_form("title")

    assert course.url == f"{lms}/as/mila/course"
    assert form.values() == {
        "title": "Quiz",
        "text": "",
        "custom": "goal=3\nlevel=b1",
        "visibility": "shown",
        "restricted_by": "",
        "restricted_on": "complete",
        "least_percent": "",
    }
    course = browser.submit(settings_page, form.fill(title="Toets"), "Bewaren")
    activity = browser.follow(course, "Toets")
    assert activity.url == f"{lms}/as/mila/activities/2"
    assert browser.enter_frame(activity, "Toets").find_form("login_hint").action == "http://127.0.0.1:1/lti/login"


def test_teacher_types_a_grade_and_withdraws_it_when_using_the_gradebook(lms):
    browser = DemoBrowser()
    book = browser.follow(browser.open(f"{lms}/as/mila/course"), "Cijferlijst")
    form = next(form for form in book.forms if form.values()["learner"] == "ahmed")

    book = browser.submit(book, form.fill(score="55,5"), "Cijfer bewaren")

    assert "55.5 van 100 (met de hand ingevuld)" in book.words
    book = browser.submit(book, book.find_form("score", button="Cijfer intrekken"), "Cijfer intrekken")
    assert book.status == 200
    assert "met de hand" not in book.words


def test_columns_lead_on_in_curly_letters_when_sent_over_a_wire(lms, settings):
    """The header holds bytes that are not ASCII: a server must be able to send them."""
    with closing(sqlite3.connect(settings.database_path)) as db:
        db.execute("INSERT INTO access_token VALUES (?, ?, ?, 1)", (digest("token"), LINE_ITEM_READONLY, 2**40))
        db.commit()
    connection = HTTPConnection(lms.removeprefix("http://"))
    with closing(connection):
        headers = {"Authorization": "Bearer token"}
        connection.request("GET", "/lti/services/2/lineitems?type_id=1&limit=1", headers=headers)
        link = connection.getresponse().headers["Link"]

    assert link.encode("latin-1").decode().endswith("type_id=1&amp;limit=1&amp;from=1>; rel=“last”")
