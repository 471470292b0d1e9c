"""The whole web application on a real database, with a platform whose keys are on a real server."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import StrictUndefined
from werkzeug.test import TestResponse

from badges.issuer import known_keys
from badges.openbadges.key import PublicKey
from config.clock import SettableClock
from config.logging import JsonFormatter
from config.settings import load_settings
from lti_tool.app import create_app
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.registrations import add_registration
from lti_tool.roster.signing_keys import ensure_signing_key
from lti_tool.tool import Tool
from lti_tool.web.current import EXTENSION
from tests.factories.launch import (
    CLIENT_ID,
    DEPLOYMENT_ID,
    INSTRUCTOR,
    ISSUER,
    LEARNER,
    NOW,
    TARGET_LINK_URI,
    TOOL_URL,
    make_launch_payload,
    platform_keys,
)
from tests.factories.local_server import Answer, LocalServer

ASSISTANT = "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"
MENTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
ROLES: dict[PrincipalRole, list[str]] = {
    PrincipalRole("instructor"): [INSTRUCTOR],
    PrincipalRole("teaching-assistant"): [INSTRUCTOR, ASSISTANT],
    PrincipalRole("learner"): [LEARNER],
    PrincipalRole("observer"): [MENTOR, LEARNER],
    PrincipalRole("test-student"): [LEARNER, TEST_USER],
    PrincipalRole("nobody"): [],
}
AUTH_LOGIN_URL = "https://lms.example/moodle/auth.php?x=1"


@dataclass
class Launched:
    """A person in the tool: their own browser, and the address of their session."""

    client: FlaskClient
    address: str
    response: TestResponse

    def url(self, path: str = "") -> str:
        return f"/s/{self.address}/{path}"

    def get(self, path: str = "", **options: Any) -> TestResponse:
        return self.client.get(self.url(path), base_url=TOOL_URL, **options)

    def csrf(self) -> str:
        page = self.get(follow_redirects=True).get_data(as_text=True)
        found = re.search(r'name="csrf_token"[^>]*value="([0-9a-f]+)"', page)
        assert found, page
        return found.group(1)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        return self.client.post(
            self.url(path), data={"csrf_token": self.csrf(), **(data or {})}, base_url=TOOL_URL, **options
        )


@dataclass
class Site:
    """The application and its platform."""

    app: Flask
    clock: SettableClock
    keys: LocalServer
    secret: dict[str, str] = field(default_factory=dict)

    @property
    def tool(self) -> Tool:
        tool: Tool = self.app.extensions[EXTENSION]
        return tool

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def known_keys(self) -> dict[str, PublicKey]:
        """Return what an issuer here publishes: needed to check what it signed."""
        with self.tool.db.reading() as tx:
            return known_keys(tx)

    def login(self, client: FlaskClient, **changes: str | None) -> TestResponse:
        """Begin a login as the platform would, up to the redirect to the platform."""
        fields: dict[str, str | None] = {
            "iss": ISSUER,
            "login_hint": "5",
            "target_link_uri": TARGET_LINK_URI,
            "client_id": CLIENT_ID,
            "lti_message_hint": '{"cmid":2}',
            **changes,
        }
        sent = {name: value for name, value in fields.items() if value is not None}
        response = client.post("/lti/login", data=sent, base_url=TOOL_URL)
        if response.status_code == 303 and response.location.startswith("/lti/login/check"):
            response = client.get(response.location, base_url=TOOL_URL)
        return response

    def begin(self, client: FlaskClient, **changes: str | None) -> dict[str, str]:
        """Begin a login and return what the platform was asked."""
        response = self.login(client, **changes)
        assert response.status_code == 303, response.get_data(as_text=True)
        assert response.location.startswith("https://lms.example/moodle/auth.php?x=1&")
        return {name: values[0] for name, values in parse_qs(urlsplit(response.location).query).items()}

    def send(self, client: FlaskClient, token: str, state: str) -> TestResponse:
        return client.post("/lti/launch", data={"id_token": token, "state": state}, base_url=TOOL_URL)

    def launch(self, client: FlaskClient | None = None, **changes: Any) -> Launched:
        """Launch with these claims changed and come out in the tool."""
        client = client or self.client()
        response = self.try_launch(client, **changes)
        assert response.status_code == 303, response.get_data(as_text=True)
        found = re.fullmatch(r"/s/([A-Za-z0-9_-]+)/[a-z-]+(?:/[0-9a-f-]{36})?", response.location)
        assert found, response.location
        return Launched(client, found.group(1), response)

    def try_launch(self, client: FlaskClient | None = None, **changes: Any) -> TestResponse:
        client = client or self.client()
        asked = self.begin(client)
        payload = make_launch_payload(now=self.clock.now(), **{"nonce": asked["nonce"], **changes})
        return self.send(client, platform_keys().sign(payload), asked["state"])

    def launch_as(self, role: PrincipalRole, *, sub: str = "", client: FlaskClient | None = None) -> Launched:
        name = f"{role.value} {sub}".strip()
        return self.launch(client, roles=ROLES[role], sub=sub or role.value, name=name, given_name=name, family_name="")


def task_ids(learner: Launched) -> list[str]:
    """Return the tasks that the learner can say are done, in the order of the route."""
    page = learner.get("route").get_data(as_text=True)
    return list(dict.fromkeys(re.findall(r'action="[^"]*/tasks/([0-9a-f-]{36})/done"', page)))


def make_site(database_url: str, keys: LocalServer) -> Site:
    clock = SettableClock(NOW)
    settings = load_settings(
        secret_key="s" * 40, public_url=TOOL_URL, database_url=database_url, allow_loopback=True, worker="separate"
    )
    app = create_app(settings, clock=clock)
    site = Site(app, clock, keys)
    with site.tool.db.transaction() as tx:
        ensure_signing_key(tx, site.tool.box, now=clock.now())
        add_registration(
            tx,
            issuer=ISSUER,
            client_id=CLIENT_ID,
            auth_login_url=AUTH_LOGIN_URL,
            auth_token_url="https://lms.example/moodle/token.php",
            jwks_url=f"{keys.url}/jwks",
            deployments=(DEPLOYMENT_ID,),
            now=clock.now(),
        )
    return site


@pytest.fixture(scope="session")
def platform_key_server() -> Iterator[LocalServer]:
    with LocalServer(lambda _received: Answer(body=platform_keys().jwks_body())) as server:
        yield server


@pytest.fixture
def site(database_url: str, platform_key_server: LocalServer) -> Iterator[Site]:
    """The application, on SQLite and on PostgreSQL."""
    made = make_site(database_url, platform_key_server)
    yield made
    made.tool.db.dispose()


@pytest.fixture
def sqlite_site(sqlite_url: str, platform_key_server: LocalServer) -> Iterator[Site]:
    """The application on SQLite alone: for tables of cases in which the database plays no part."""
    made = make_site(sqlite_url, platform_key_server)
    yield made
    made.tool.db.dispose()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, a JSON object a line."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def setup_form(
    tasks: list[tuple[str, int]], goal: int, *, name: str = "Veilig werken", criteria: str = "Je deed mee."
) -> dict[str, Any]:
    """Return the teacher's form, filled in for a course without tasks."""
    data: dict[str, Any] = {"goal_points": goal, "badge_name": name, "badge_criteria": criteria, "seen_number": 0}
    for index, (title, points) in enumerate(tasks):
        data |= {f"tasks-{index}-task_id": "", f"tasks-{index}-title": title, f"tasks-{index}-points": points}
    return data


@pytest.fixture
def strict(sqlite_site: Site) -> Site:
    """The application, with templates that may not use a name that nobody gave them."""
    sqlite_site.app.jinja_env.undefined = StrictUndefined
    return sqlite_site
