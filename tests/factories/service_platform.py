"""A platform on loopback as the calls to its services see it: what it was asked, and the answer a test writes down."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from config.clock import SettableClock
from config.http import HttpClient
from lti_tool.lti.access_tokens import AccessTokens
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.lti.platform_http import PlatformHttp
from tests.factories.launch import CLIENT_ID, NOW, platform_keys
from tests.factories.local_server import Answer, LocalServer, Received


@dataclass
class ServicePlatform:
    """Answers calls to its services, each with what a test says, and tokens by itself."""

    server: LocalServer
    platform_http: PlatformHttp
    endpoint: PlatformEndpoint
    answer: Callable[[Received], Answer] = field(default=lambda received: Answer(200, b"[]"))

    @property
    def calls(self) -> list[Received]:
        return [received for received in self.server.received if received.path != "/token"]

    @property
    def scopes(self) -> list[str]:
        bodies = [received.body.decode() for received in self.server.received if received.path == "/token"]
        return [body.rpartition("scope=")[2].rpartition("%2F")[2] for body in bodies]

    def answers_json(self, value: Any, status: int = 200) -> None:
        self.answer = lambda received: Answer(status, json.dumps(value).encode())

    def url(self, target: str) -> str:
        return f"{self.server.url}{target}"

    def without_tokens(self) -> PlatformEndpoint:
        """Return the endpoint as it is when the address for tokens is not there any more."""
        return replace(self.endpoint, auth_token_url=self.url("/no-token"))


@contextmanager
def running_services() -> Iterator[ServicePlatform]:
    """Run one; until a test says otherwise every call gets an empty list."""

    def answer(received: Received) -> Answer:
        if received.path == "/no-token":
            return Answer(404)
        if received.path == "/token":
            return Answer(200, b'{"access_token": "t", "token_type": "bearer", "expires_in": 3600}')
        return given.answer(received)

    server = LocalServer(answer)
    http = HttpClient(user_agent="test", allow_loopback=True)
    clock = SettableClock(NOW)
    keys = platform_keys("ours")
    endpoint = PlatformEndpoint(f"{server.url}/token", CLIENT_ID, keys.key_id, keys.private_key_pem)
    given = ServicePlatform(server, PlatformHttp(http, AccessTokens(http, clock), clock), endpoint)
    with server:
        yield given
