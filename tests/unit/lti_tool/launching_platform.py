"""One platform as the verification of launches sees it: its key, its published keys, what is expected of a launch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from config.clock import SettableClock
from config.http import HttpClient
from lti_tool.lti.claims import LaunchClaims
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.jwks import KeySets
from lti_tool.lti.launch import ExpectedLaunch, verify_launch
from lti_tool.lti.roles import PrincipalRole, principal_role
from tests.factories.launch import (
    CLIENT_ID,
    ISSUER,
    NONCE,
    NOW,
    TARGET_LINK_URI,
    TOOL_URL,
    make_launch_payload,
    platform_keys,
)
from tests.factories.local_server import LocalServer


class Platform:
    """A platform that launches with any claim changed, or any payload of one's own."""

    def __init__(self, server: LocalServer) -> None:
        self.server = server
        self.keys = platform_keys()
        self.clock = SettableClock(NOW)
        self.key_sets = KeySets(HttpClient(user_agent="test", allow_loopback=True), self.clock)
        self.expected = ExpectedLaunch(
            issuer=ISSUER,
            client_id=CLIENT_ID,
            nonce=NONCE,
            jwks_url=f"{server.url}/jwks",
            tool_url=TOOL_URL,
            target_link_uri=TARGET_LINK_URI,
        )

    def launch(self, headers: Mapping[str, Any] | None = None, /, **changes: Any) -> LaunchClaims:
        return self.launch_token(self.keys.sign(make_launch_payload(**changes), headers))

    def launch_token(self, token: str) -> LaunchClaims:
        return verify_launch(token, expected=self.expected, keys=self.key_sets, now=self.clock.now())

    def refusal(self, headers: Mapping[str, Any] | None = None, /, **changes: Any) -> LaunchRefusal:
        return self.refusal_of_token(self.keys.sign(make_launch_payload(**changes), headers))

    def refusal_of_token(self, token: str) -> LaunchRefusal:
        with pytest.raises(LaunchRefused) as caught:
            self.launch_token(token)
        return caught.value.reason

    def role(self, **changes: Any) -> PrincipalRole:
        return principal_role(self.launch(**changes).role_uris)
