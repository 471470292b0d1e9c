"""The demo LMS as a school on hosted Canvas at a host of its own: no address of the registration names that host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.demo_platform.app import create_platform
from lti_tool.demo_platform.profile import CANVAS_PROFILE
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.roster.registrations import add_registration
from tests.factories.launch import TOOL_URL
from tests.factories.local_server import Answer, LocalServer, Received
from tests.functional.conftest import Launched, Site
from tests.functional.test_choosing import TWO_TASKS
from tests.functional.test_launch_in_storage import OWN_FORM
from tests.unit.demo_platform.classroom import CHOOSE
from tests.unit.demo_platform.conftest import form_fields

OPEN = "/as/zoe/activities/1/launch"


class School:
    """The demo LMS at two names of this machine: people log in at the one, and the school stands at the other."""

    def __init__(self, site: Site, directory: Path) -> None:
        self.site = site
        self.server = LocalServer(self._answer)
        self.settings = PlatformSettings(
            issuer_url="https://canvas.instructure.com",
            tool_url=TOOL_URL,
            database_path=directory / "lms.sqlite3",
            deployment_id="7:8865aa05",
            profile=CANVAS_PROFILE,
            platform_url=f"http://localhost:{self.server.port}",
            logins_url=self.server.url,
        )
        self.app: Flask = create_platform(self.settings, site.clock, self._keys_of_tool)
        with site.tool.db.transaction() as tx:
            add_registration(
                tx,
                issuer=self.settings.issuer_url,
                client_id=self.settings.client_id,
                auth_login_url=self.settings.authorization_url,
                auth_token_url="https://canvas.instructure.com/login/oauth2/token",
                jwks_url=self.settings.jwks_url,
                deployments=(self.settings.deployment_id,),
                now=site.clock.now(),
            )

    def visit(self, url: str, form: dict[str, str] | None = None) -> TestResponse:
        """Go to an address of the LMS, with a form where one is sent."""
        parts = urlsplit(url)
        base = f"{parts.scheme}://{parts.netloc}"
        assert base in {self.settings.platform_url, self.settings.logins_url}
        return self.app.test_client().open(
            url.removeprefix(base), method="GET" if form is None else "POST", data=form, base_url=base
        )

    def log_in(self, browser: FlaskClient, path: str) -> TestResponse:
        """Begin a launch at a page of the school, and return the page or redirect that the tool answers last."""
        login = form_fields(self.visit(f"{self.settings.platform_url}{path}"))
        answer = browser.post("/lti/login", data=login, base_url=TOOL_URL)
        return browser.get(answer.location, base_url=TOOL_URL)

    def launch(self, path: str) -> Launched:
        """Launch in a browser that keeps cookies, and come out on a page."""
        browser = self.site.client()
        onward = self.log_in(browser, path).location
        assert onward.startswith(f"{self.settings.logins_url}/lti/authorize?")
        answer = browser.post("/lti/launch", data=form_fields(self.visit(onward)), base_url=TOOL_URL)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return Launched(browser, answer.location.split("/")[2], answer)

    def shows(self, page: TestResponse) -> bool:
        """Tell whether a browser shows this page in a frame of the school's."""
        assert page.status_code == 200, page.get_data(as_text=True)
        allowed = page.headers["Content-Security-Policy"].partition("frame-ancestors ")[2].split()
        return not {self.settings.platform_url, "http://localhost:*"}.isdisjoint(allowed)

    def _keys_of_tool(self, _url: str) -> bytes:
        return self.site.client().get("/lti/jwks", base_url=TOOL_URL).get_data()

    def _answer(self, received: Received) -> Answer:
        response = self.app.test_client().open(received.target, method=received.method, base_url=self.server.url)
        return Answer(response.status_code, response.get_data(), {"Content-Type": response.content_type})


@pytest.fixture
def school(sqlite_site: Site, tmp_path: Path) -> Iterator[School]:
    made = School(sqlite_site, tmp_path)
    with made.server:
        yield made


def test_first_launch_is_shown_in_the_school_s_page(school: School) -> None:
    learner = school.launch(OPEN)

    assert school.shows(learner.client.get(learner.response.location, base_url=TOOL_URL))


def test_first_launch_of_a_browser_that_keeps_no_cookies_is_shown_at_every_step(school: School) -> None:
    browser = school.site.app.test_client(use_cookies=False)
    left = school.log_in(browser, OPEN)
    told = {name: unescape(value) for name, value in re.findall(r'data-([a-z-]+)="([^"]*)"', left.text)}

    asked_back = browser.post("/lti/launch", data=form_fields(school.visit(told["onward"])), base_url=TOOL_URL)
    proof = {**form_fields(asked_back), "value": told["value"]}
    opened = browser.post("/lti/launch/storage", data=proof, headers=OWN_FORM, base_url=TOOL_URL)

    assert told["storage-origin"] == school.settings.logins_url
    assert opened.status_code == 303, opened.text
    for page in (left, asked_back, browser.get(opened.location, base_url=TOOL_URL)):
        assert school.shows(page)


def test_first_launch_when_it_picks_something_gets_it_back_to_the_school(school: School) -> None:
    teacher = school.launch(CHOOSE)
    chosen = teacher.post("choose", TWO_TASKS | {"pick": "course"})
    action = re.search(r'<form[^>]* action="([^"]+)"', chosen.text[chosen.text.index("JWT") - 600 :])
    assert action

    returned = school.visit(unescape(action[1]), form_fields(chosen))

    assert school.shows(chosen)
    assert unescape(action[1]).startswith(f"{school.settings.platform_url}/as/mila/")
    assert returned.status_code in {200, 303}, returned.text
    assert "Veilig tillen" in school.visit(f"{school.settings.platform_url}/as/mila/course").text


def test_page_of_the_school_lets_its_frame_lead_to_where_people_log_in(school: School) -> None:
    page = school.visit(f"{school.settings.platform_url}/as/zoe/course")
    policy = page.headers["Content-Security-Policy"]

    for directive in ("form-action", "frame-src", "frame-ancestors"):
        assert school.settings.logins_url in policy.partition(directive)[2].partition(";")[0]
    assert f'src="{school.settings.logins_url}/post_message_forwarding"' in page.text
