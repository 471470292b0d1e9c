"""Access tokens and the gateway that uses them, against a token address on loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest

from config.clock import SettableClock
from config.errors import PlatformFailed
from config.http import HttpClient
from lti_tool.lti.access_tokens import AccessTokens
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.lti.platform_http import PlatformHttp
from tests.factories.launch import CLIENT_ID, NOW, platform_keys
from tests.factories.local_server import Answer, LocalServer, Received

SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULT = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"


class Platform:
    """A platform with a token address and one service that takes only the tokens it has not dropped."""

    def __init__(self) -> None:
        self.clock = SettableClock(NOW)
        self.token_answer: dict[str, Any] = {"token_type": "Bearer", "expires_in": 3600}
        self.token_status = 200
        self.dropped: set[str] = set()
        self.issued = 0
        self.delay_seconds = 0.0
        self.service_answer = Answer(200, b"{}")
        self.server = LocalServer(self._answer)
        keys = platform_keys("ours")
        self.endpoint = PlatformEndpoint(f"{self.server.url}/token", CLIENT_ID, keys.key_id, keys.private_key_pem)
        http = HttpClient(user_agent="test", allow_loopback=True)
        self.tokens = AccessTokens(http, self.clock)
        self.platform_http = PlatformHttp(http, self.tokens, self.clock)

    def _answer(self, received: Received) -> Answer:
        if received.path != "/token":
            given = received.headers["authorization"].removeprefix("Bearer ")
            return Answer(401) if given in self.dropped else self.service_answer
        time.sleep(self.delay_seconds)
        self.issued += 1
        return Answer(
            self.token_status, json.dumps({"access_token": f"token-{self.issued}", **self.token_answer}).encode()
        )

    def call(self, **changes: Any) -> int:
        asked: dict[str, Any] = {"scopes": [SCORE], "what": "score", **changes}
        return self.platform_http.send(self.endpoint, "GET", f"{self.server.url}/service", **asked).status


@pytest.fixture
def platform() -> Iterator[Platform]:
    given = Platform()
    with given.server:
        yield given


def test_token_is_asked_for_with_a_signed_assertion(platform: Platform) -> None:
    assert platform.tokens.get_token(platform.endpoint, [SCORE, RESULT]) == "token-1"

    received = platform.server.received[0]
    form = {name: values[0] for name, values in parse_qs(received.body.decode()).items()}
    assertion = form.pop("client_assertion")
    assert received.headers["content-type"] == "application/x-www-form-urlencoded"
    assert form == {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "scope": f"{RESULT} {SCORE}",
    }
    assert jwt.get_unverified_header(assertion)["kid"] == platform.endpoint.key_id
    claims = jwt.decode(
        assertion,
        jwt.PyJWK(platform_keys("ours").jwks()["keys"][0]),
        algorithms=["RS256"],
        audience=platform.endpoint.auth_token_url,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert (claims["iss"], claims["sub"]) == (CLIENT_ID, CLIENT_ID)
    assert claims["exp"] == (NOW + timedelta(minutes=5)).timestamp()
    assert claims["iat"] <= NOW.timestamp()


def test_assertions_are_never_the_same(platform: Platform) -> None:
    platform.tokens.get_token(platform.endpoint, [SCORE])
    platform.tokens.get_token(platform.endpoint, [RESULT])

    jtis = {
        jwt.decode(parse_qs(r.body.decode())["client_assertion"][0], options={"verify_signature": False})["jti"]
        for r in platform.server.received
    }
    assert len(jtis) == 2


def test_assertion_is_for_another_audience_when_the_platform_wants_one(platform: Platform) -> None:
    endpoint = replace(platform.endpoint, audience="https://lms.example/audience")
    platform.tokens.get_token(endpoint, [SCORE])

    assertion = parse_qs(platform.server.received[0].body.decode())["client_assertion"][0]
    assert jwt.decode(assertion, options={"verify_signature": False})["aud"] == "https://lms.example/audience"


def test_private_key_is_kept_out_of_logs(platform: Platform) -> None:
    assert "PRIVATE" not in repr(platform.endpoint)


def test_token_is_kept_until_a_minute_before_it_ends(platform: Platform) -> None:
    platform.tokens.get_token(platform.endpoint, [SCORE, RESULT])
    platform.clock.advance(seconds=3539)
    assert platform.tokens.get_token(platform.endpoint, [RESULT, SCORE]) == "token-1"

    platform.clock.advance(seconds=1)
    assert platform.tokens.get_token(platform.endpoint, [SCORE, RESULT]) == "token-2"


def test_token_is_not_shared_between_scopes_or_registrations(platform: Platform) -> None:
    tokens = {
        platform.tokens.get_token(platform.endpoint, [SCORE]),
        platform.tokens.get_token(platform.endpoint, [RESULT]),
        platform.tokens.get_token(replace(platform.endpoint, client_id="client-2"), [SCORE]),
    }

    assert len(tokens) == 3


@pytest.mark.parametrize(("life", "kept"), [("3600", True), (60, False), (None, True), ("soon", True), (-1, True)])
def test_token_is_kept_as_long_as_its_life_can_be_read(platform: Platform, life: Any, kept: bool) -> None:
    platform.token_answer["expires_in"] = life
    first = platform.tokens.get_token(platform.endpoint, [SCORE])

    assert (platform.tokens.get_token(platform.endpoint, [SCORE]) == first) is kept


@pytest.mark.parametrize(
    "answer",
    [{"access_token": None}, {"access_token": ""}, {"access_token": "a\r\nb: c"}, {"token_type": "mac"}],
    ids=str,
)
def test_token_is_refused_when_the_answer_is_odd(platform: Platform, answer: dict[str, Any]) -> None:
    platform.token_answer |= answer

    with pytest.raises(PlatformFailed) as caught:
        platform.tokens.get_token(platform.endpoint, [SCORE])

    assert (caught.value.code, caught.value.retryable) == ("bad-access-token", False)


@pytest.mark.parametrize(("status", "retryable"), [(400, False), (401, False), (500, True)])
def test_token_fails_when_the_platform_refuses(platform: Platform, status: int, retryable: bool) -> None:
    platform.token_status = status

    with pytest.raises(PlatformFailed) as caught:
        platform.call()

    assert (caught.value.code, caught.value.status) == ("access-token-failed", status)
    assert caught.value.retryable is retryable


def test_token_is_asked_for_once_when_many_threads_need_it(platform: Platform) -> None:
    platform.delay_seconds = 0.05
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(platform.tokens.get_token(platform.endpoint, [SCORE])))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == ["token-1"] * 8


def test_tokens_are_bounded(platform: Platform) -> None:
    for number in range(600):
        platform.tokens.forget(replace(platform.endpoint, client_id=str(number)), [SCORE], "x")

    assert len(platform.tokens._tokens) == 512


def test_call_is_made_again_with_a_new_token_when_the_platform_dropped_the_old(platform: Platform) -> None:
    platform.call()
    platform.dropped.add("token-1")

    assert platform.call() == 200
    assert platform.issued == 2


def test_call_fails_when_the_new_token_is_not_taken_either(platform: Platform) -> None:
    platform.dropped |= {"token-1", "token-2"}

    with pytest.raises(PlatformFailed) as caught:
        platform.call()

    assert (caught.value.code, caught.value.status, caught.value.retryable) == ("score-failed", 401, False)
    assert platform.issued == 2


def test_newer_token_stays_when_an_older_one_is_forgotten(platform: Platform) -> None:
    platform.tokens.get_token(platform.endpoint, [SCORE])
    platform.tokens.forget(platform.endpoint, [SCORE], "token-0")

    assert platform.tokens.get_token(platform.endpoint, [SCORE]) == "token-1"


def test_media_types_go_out_exactly(platform: Platform) -> None:
    platform.platform_http.send(
        platform.endpoint,
        "POST",
        f"{platform.server.url}/service",
        scopes=[SCORE],
        what="score",
        accept="application/a+json",
        content_type="application/b+json",
        body=b"{}",
    )

    headers = platform.server.received[-1].headers
    assert (headers["accept"], headers["content-type"]) == ("application/a+json", "application/b+json")


def test_call_asks_for_patience_when_the_platform_is_busy(platform: Platform) -> None:
    platform.service_answer = Answer(429, b"", {"Retry-After": "7"})

    with pytest.raises(PlatformFailed) as caught:
        platform.call()

    assert (caught.value.retryable, caught.value.retry_after_seconds) == (True, 7)
