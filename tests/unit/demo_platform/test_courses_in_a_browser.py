"""The courses as people use them, with a small tool on a port of its own: choosing, gates, registering, copying."""

from __future__ import annotations

import json
import re
import threading
import urllib.request
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jwt
import pytest
from jwt.algorithms import RSAAlgorithm

from lti_tool.demo_platform.app import create_platform
from lti_tool.demo_platform.browser import DemoBrowser
from lti_tool.demo_platform.browser_page import Page, read_page
from lti_tool.demo_platform.settings import PlatformSettings
from tests.factories.local_server import Answer, LocalServer, Received
from tests.unit.demo_platform.classroom import DL, LTI, TOOL_CONFIGURATION, link
from tests.unit.demo_platform.test_browser import serving

HTML = {"content-type": "text/html"}


@dataclass
class SmallTool:
    """Logs in, shows what it was told, returns two links from deep linking, registers itself when asked."""

    key: Any
    lms: str = ""
    url: str = ""
    client_id: str = "demo-client"
    claims: dict[str, Any] = field(default_factory=dict)

    def answer(self, received: Received) -> Answer:
        form = dict(parse_qsl(received.body.decode())) if received.body else dict(parse_qsl(received.query))
        if received.path == "/lti/jwks":
            jwk = {**RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True), "kid": "small"}
            return Answer(body=json.dumps({"keys": [jwk]}).encode())
        if received.path == "/lti/login":
            return Answer(302, headers={"Location": f"{self.lms}/lti/authorize?{urlencode(self._request(form))}"})
        if received.path == "/register":
            return self._page(f"<p>{self._register(form)}</p>")
        self.claims = jwt.decode(form["id_token"], options={"verify_signature": False})
        if f"{DL}/deep_linking_settings" in self.claims:
            return self._page(self.chosen())
        return self._page(f"<p>{self.claims[f'{LTI}/message_type']} {self.claims['sub']}</p>")

    def _request(self, form: dict[str, str]) -> dict[str, str]:
        fixed = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "nonce": "n",
            "state": "s",
        }
        given = {name: form[name] for name in ("client_id", "login_hint", "lti_message_hint")}
        return {**fixed, **given, "redirect_uri": f"{self.url}/lti/launch"}

    def chosen(self) -> str:
        asked, now = self.claims[f"{DL}/deep_linking_settings"], int(datetime.now(UTC).timestamp())
        name = asked["title"] or "Les"
        items = [link(f"{name} {at}", custom={"at": str(at)}, lineItem={"resourceId": f"r{at}"}) for at in (1, 2)]
        claims = {
            "iss": self.claims["aud"],
            "aud": self.claims["iss"],
            "iat": now,
            "exp": now + 60,
            "nonce": str(uuid.uuid4()),
            f"{LTI}/message_type": "LtiDeepLinkingResponse",
            f"{LTI}/version": "1.3.0",
            f"{LTI}/deployment_id": self.claims[f"{LTI}/deployment_id"],
            f"{DL}/content_items": items[:1] if asked["title"] else items,
        }
        token = jwt.encode(claims, self.key, "RS256", headers={"kid": "small"})
        return f"""<form method="post" action="{asked["deep_link_return_url"]}">
            <input type="hidden" name="JWT" value="{token}"><button>Klaar</button></form>"""

    def _register(self, form: dict[str, str]) -> str:
        with urllib.request.urlopen(form["openid_configuration"]) as answer:
            endpoint = json.load(answer)["registration_endpoint"]
        told = {
            "domain": self.url.partition("//")[2],
            "target_link_uri": f"{self.url}/lti/launch",
            "messages": [{"type": "LtiDeepLinkingRequest"}],
            "claims": ["name"],
        }
        body = {
            "application_type": "web",
            "response_types": ["id_token"],
            "initiate_login_uri": f"{self.url}/lti/login",
            "redirect_uris": [f"{self.url}/lti/launch"],
            "client_name": "Kleine tool",
            "jwks_uri": f"{self.url}/lti/jwks",
            "token_endpoint_auth_method": "private_key_jwt",
            "scope": "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
            TOOL_CONFIGURATION: told,
        }
        headers = {"Authorization": f"Bearer {form['registration_token']}", "Content-Type": "application/json"}
        request = urllib.request.Request(endpoint, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            return f"client {json.load(answer)['client_id']}"

    @staticmethod
    def _page(body: str) -> Answer:
        html = f"<!doctype html><title>Klein</title>{body}"
        return Answer(body=html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


@pytest.fixture
def small(settings, tool_private_key):
    """Both servers running, the tool known as the preset one."""
    tool = SmallTool(tool_private_key)
    with ExitStack() as both:
        server = both.enter_context(LocalServer(tool.answer))
        platform = both.enter_context(serving("localhost"))
        tool.url, tool.lms = server.url, f"http://localhost:{platform.port}"

        def fetch(url: str) -> bytes:
            with urllib.request.urlopen(url) as answer:
                return answer.read()

        platform.app = create_platform(PlatformSettings(tool.lms, tool.url, settings.database_path), None, fetch)
        yield tool


def choose(browser, page, words):
    """Follow these words to the tool, and send what it chose."""
    chooser = browser.follow(page, words)
    chosen = browser.launch(chooser)
    return browser.submit(chosen, chosen.find_form("JWT"))


def test_teacher_adds_two_activities_at_once_and_edits_one(small):
    browser = DemoBrowser()
    page = browser.follow(browser.open(f"{small.lms}/as/mila/course"), "Activiteit toevoegen")

    added = choose(browser, page, "Mijlpaal kiezen")

    assert "Er zijn 2 activiteiten toegevoegd." in added.words
    assert added.in_frame
    course = browser.follow(added, "Terug naar de cursus")
    assert not course.in_frame
    form_page = browser.follow(course, "Instellingen van Les 2")
    edited = choose(browser, form_page, "Opnieuw kiezen")
    assert "De activiteit is aangepast." in edited.words
    assert small.claims[f"{DL}/deep_linking_settings"]["title"] == "Les 2"
    course = browser.follow(edited, "Terug naar de cursus")
    assert "Les 2 1" in course.words
    activity = browser.launch(browser.follow(course, "Les 2 1"))
    assert activity.words == "LtiResourceLinkRequest 3"
    assert small.claims[f"{LTI}/custom"]["at"] == "1"


def test_gate_opens_when_a_learner_ticks_the_assignment_off(small):
    teacher, learner = DemoBrowser(), DemoBrowser()
    page = teacher.follow(teacher.open(f"{small.lms}/as/mila/course"), "Opdracht toevoegen")
    page = teacher.submit(page, page.find_form("title").fill(title="Essay", graded=True, maximum="10"), "Toevoegen")
    assert "Nog niet klaar" in page.words
    page = teacher.follow(teacher.follow(page, "Terug naar de cursus"), "Activiteit toevoegen")
    form = page.find_form("title").fill(title="Poort", graded=False, restricted_by="1", visibility="shown")
    teacher.submit(page, form, "Toevoegen")

    course = learner.open(f"{small.lms}/as/zoe/course")
    assert "Poort niet in de cijferlijst Alleen na: Essay." in course.words
    assert "Poort" not in [found.text for found in course.links]
    essay = learner.follow(course, "Essay")
    essay = learner.submit(essay, essay.find_form("done"), "Markeer als klaar")
    opened = learner.launch(learner.follow(learner.follow(essay, "Terug naar de cursus"), "Poort"))

    assert opened.words == "LtiResourceLinkRequest 5"
    essay = learner.submit(essay, essay.find_form("done"), "Markeer als niet klaar")
    course = learner.follow(essay, "Terug naar de cursus")
    assert "Poort" not in [found.text for found in course.links]


def test_teacher_grades_an_assignment_of_the_course(small):
    browser = DemoBrowser()
    page = browser.follow(browser.open(f"{small.lms}/as/mila/course"), "Opdracht toevoegen")
    page = browser.submit(page, page.find_form("title").fill(title="Toets", graded=True, maximum="10"), "Toevoegen")
    form = next(form for form in page.forms if "score" in form.names and form.values()["learner"] == "ahmed")

    page = browser.submit(page, form.fill(score="7,5"), "Cijfer bewaren")

    assert "7.5 van 10" in page.words
    assert "7.5 van 10" in browser.open(f"{small.lms}/as/ahmed/assignments/1").words


def test_administrator_registers_a_tool_and_a_teacher_uses_it(small):
    browser = DemoBrowser()
    tools = browser.follow(browser.open(f"{small.lms}/"), "Tools beheren als")
    form = tools.find_form("address").fill(address=f"{small.url}/register")

    page = browser.submit(tools, form, "Registreren")
    registered = browser.enter_frame(page)

    client_id = re.fullmatch(r"client (\w{15})", registered.words).group(1)
    tools = browser.follow(page, "Klaar, naar de lijst")
    assert "wacht op activering" in tools.words
    tools = browser.submit(tools, next(form for form in tools.forms if "activate" in form.action))
    assert "wacht op activering" not in tools.words
    settings = browser.follow(tools, "Kleine tool")
    assert client_id in settings.words
    browser.submit(settings, settings.find_form("in_chooser").fill(in_chooser=True), "Bewaren")

    added = choose(browser, browser.open(f"{small.lms}/as/mila/activities/new"), "Kleine tool kiezen")
    activity = browser.launch(browser.follow(added, "Les 1"))
    assert activity.words == "LtiResourceLinkRequest 3"
    assert (small.claims["aud"], small.claims[f"{LTI}/deployment_id"]) == (client_id, "2")


def test_teacher_copies_the_course_and_opens_the_copy(small):
    browser = DemoBrowser()
    page = browser.follow(browser.open(f"{small.lms}/as/mila/course"), "Cursus kopiëren")

    copied = browser.submit(page, page.find_form("title"), "Kopieer de cursus")

    assert copied.url == f"{small.lms}/as/mila/courses/3"
    assert "Digitale basis (kopie)" in copied.words
    assert browser.launch(copied).words == "LtiResourceLinkRequest 3"
    assert small.claims[f"{LTI}/context"]["id"] == "3"


def test_two_answers_at_once_add_the_activities_once(small):
    browser = DemoBrowser()
    page = browser.open(f"{small.lms}/as/mila/courses/2/deep-linking?tool=1")
    chosen = browser.launch(page)
    # Each answer has a nonce of its own: what is used once is the request.
    forms = [read_page(chosen.url, 200, HTML, small.chosen().encode(), top_host="x", in_frame=True) for _ in range(4)]
    seen: list[int] = []

    def send(answer: Page) -> None:
        seen.append(DemoBrowser().submit(answer, answer.find_form("JWT")).status)

    threads = [threading.Thread(target=send, args=(answer,)) for answer in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(seen) == [200, 400, 400, 400]
    book = json.loads(browser.open(f"{small.lms}/gradebook.json").body)
    assert len(book["activities"]) == 3
