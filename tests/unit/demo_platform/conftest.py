"""A demo platform on a clock that stands still, and the smallest tool that can talk to it."""

from __future__ import annotations

import json
import re
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from flask import Flask
from flask.testing import FlaskClient
from jwt.algorithms import RSAAlgorithm
from werkzeug.test import TestResponse

from config.clock import SettableClock
from lti_tool.demo_platform.app import create_platform
from lti_tool.demo_platform.platform import build_platform
from lti_tool.demo_platform.scopes import OFFERED
from lti_tool.demo_platform.settings import PlatformSettings

ISSUER = "http://localhost:8700"
TOOL = "http://127.0.0.1:8701"
_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class FakeTool:
    """Signs client assertions and publishes its keys, as a tool does."""

    def __init__(self, clock: SettableClock, key: RSAPrivateKey) -> None:
        self.clock = clock
        self.keys = {"tool-key-1": key}
        self.kid = "tool-key-1"
        self.fetched: list[str] = []
        self.key_set_broken = False

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        if self.key_set_broken:
            raise ConnectionError("nobody there")
        jwks = [{**RSAAlgorithm.to_jwk(k.public_key(), as_dict=True), "kid": kid} for kid, k in self.keys.items()]
        return json.dumps({"keys": jwks}).encode()

    def assertion(self, *, headers: dict[str, Any] | None = None, **changes: Any) -> str:
        now = int(self.clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": "demo-client",
            "sub": "demo-client",
            "aud": f"{ISSUER}/lti/token",
            "iat": now,
            "exp": now + 60,
            "jti": str(uuid.uuid4()),
        }
        claims.update(changes)
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, self.keys[self.kid], "RS256", headers=headers or {"kid": self.kid})


class Visit:
    """What a test does at the platform: ask for tokens, call services with them, walk through a launch."""

    def __init__(self, client: FlaskClient, tool: FakeTool) -> None:
        self.client = client
        self.tool = tool

    def restart(self, settings: PlatformSettings) -> None:
        """Go on at the platform as it comes up with these settings."""
        self.client = create_platform(settings, self.tool.clock, self.tool.fetch).test_client()

    def token_answer(self, **changes: Any) -> TestResponse:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _JWT_BEARER,
            "client_assertion": self.tool.assertion(),
            "scope": " ".join(OFFERED),
            **changes,
        }
        form = {name: value for name, value in form.items() if value is not None}
        return self.client.post("/lti/token", data=form)

    def bearer(self, *scopes: str) -> dict[str, str]:
        answer = self.token_answer(scope=" ".join(scopes or OFFERED))
        assert answer.status_code == 200, answer.json
        return {"Authorization": f"Bearer {answer.json['access_token']}"}

    def send(
        self, method: str, url: str, body: Any = None, media_type: str = "", *, scopes: tuple[str, ...] = ()
    ) -> TestResponse:
        headers = self.bearer(*scopes)
        if body is not None:
            return self.client.open(url, method=method, data=json.dumps(body), content_type=media_type, headers=headers)
        return self.client.open(url, method=method, headers={**headers, "Accept": media_type or "*/*"})

    def line_item_url(self) -> str:
        items = self.send("GET", "/lti/services/2/lineitems?type_id=1").json
        return str(items[0]["id"])

    def score(self, user_id: str = "5", *, url: str | None = None, **changes: Any) -> TestResponse:
        body = {
            "userId": user_id,
            "timestamp": self.tool.clock.now().isoformat(),
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "scoreGiven": 40,
            "scoreMaximum": 100,
            "comment": "Goed gedaan",
            **changes,
        }
        body = {name: value for name, value in body.items() if value is not None}
        path, _, query = (url or self.line_item_url()).partition("?")
        return self.send("POST", f"{path}/scores?{query}", body, "application/vnd.ims.lis.v1.score+json")

    def results(self, *, url: str | None = None, **filters: str) -> list[dict[str, Any]]:
        path, _, query = (url or self.line_item_url()).partition("?")
        extra = "".join(f"&{name}={value}" for name, value in filters.items())
        answer = self.send("GET", f"{path}/results?{query}{extra}")
        assert answer.status_code == 200
        return list(answer.json)

    def begin_launch(self, key: str = "zoe", query: str = "", place: int | None = None) -> dict[str, str]:
        """Return the fields that the platform posts to the login of the tool, from the course or one activity."""
        where = "launch" if place is None else f"activities/{place}/launch"
        return form_fields(self.client.get(f"/as/{key}/{where}{query}"))

    def authorization_parameters(
        self, key: str = "zoe", query: str = "", place: int | None = None, **changes: Any
    ) -> dict[str, Any]:
        login = self.begin_launch(key, query, place)
        parameters = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": login["client_id"],
            "redirect_uri": f"{TOOL}/lti/launch",
            "login_hint": login["login_hint"],
            "lti_message_hint": login["lti_message_hint"],
            "nonce": "nonce-of-the-tool",
            "state": "state-of-the-tool",
            **changes,
        }
        return {name: value for name, value in parameters.items() if value is not None}

    def launch(self, key: str = "zoe", query: str = "", place: int | None = None) -> dict[str, Any]:
        """Walk through a launch and return the verified claims."""
        page = self.client.get("/lti/authorize", query_string=self.authorization_parameters(key, query, place))
        fields = form_fields(page)
        assert fields["state"] == "state-of-the-tool"
        return self.verified_claims(fields["id_token"])

    def verified_claims(self, id_token: str) -> dict[str, Any]:
        keys = {key["kid"]: jwt.PyJWK(key) for key in self.client.get("/lti/jwks").json["keys"]}
        key = keys[jwt.get_unverified_header(id_token)["kid"]]
        options = {"verify_exp": False, "verify_iat": False}
        return jwt.decode(id_token, key, ["RS256"], audience="demo-client", issuer=ISSUER, options=options)


def form_fields(page: TestResponse) -> dict[str, str]:
    """Return the hidden fields of a page that posts itself."""
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    }


@pytest.fixture(scope="session")
def tool_private_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def filled_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A platform that has its first key: making one takes longer than most tests."""
    path = tmp_path_factory.mktemp("demo") / "filled.sqlite"
    clock = SettableClock(datetime(2026, 11, 20, tzinfo=UTC))
    build_platform(PlatformSettings(ISSUER, TOOL, path), clock, lambda _: b"").keys.get_current()
    return path


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC))


@pytest.fixture
def tool(clock: SettableClock, tool_private_key: RSAPrivateKey) -> FakeTool:
    return FakeTool(clock, tool_private_key)


@pytest.fixture
def settings(tmp_path: Path, filled_database: Path) -> PlatformSettings:
    path = tmp_path / "platform.sqlite"
    shutil.copy(filled_database, path)
    return PlatformSettings(ISSUER, TOOL, path)


@pytest.fixture
def app(settings: PlatformSettings, clock: SettableClock, tool: FakeTool) -> Flask:
    return create_platform(settings, clock, tool.fetch)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@pytest.fixture
def visit(client: FlaskClient, tool: FakeTool) -> Visit:
    return Visit(client, tool)


@pytest.fixture
def canvas(settings: PlatformSettings, tool: FakeTool) -> Any:
    """Visit the platform as Canvas."""
    from tests.unit.demo_platform.behaviours import CanvasVisit

    return CanvasVisit(tool, settings)


@pytest.fixture
def classroom(visit: Visit, settings: PlatformSettings) -> Any:
    """Do things in the courses."""
    from tests.unit.demo_platform.classroom import Classroom

    return Classroom(visit, settings)
