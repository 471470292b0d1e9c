"""The token with which a tool registers itself: signed by the platform, for an hour, for one new client id.

https://www.imsglobal.org/spec/lti-dr/v1p0#step-2-registration-request. As on Moodle 4.5 there is a second kind, to
register a tool again that is already there; it can be used until its time is over.
"""

from __future__ import annotations

from dataclasses import dataclass

import jwt

from config.clock import Clock
from lti_tool.demo_platform.keys import SigningKeys
from lti_tool.demo_platform.tools import Tool, Tools, new_client_id

LIFE_SECONDS = 3600
_NEW = "reg"
_UPDATE = "reg-update"


class TokenRefused(Exception):
    """This token does not allow a registration; `status` is the answer, the text says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class RegistrationPermit:
    """What a token allows."""

    client_id: str
    tool: Tool | None
    """The tool that registers again; None for a new one."""


class RegistrationTokens:
    """Writes tokens and reads them."""

    def __init__(self, keys: SigningKeys, clock: Clock, tools: Tools) -> None:
        self._keys = keys
        self._clock = clock
        self._tools = tools

    def write(self, tool: Tool | None = None) -> str:
        """Return a token for a new tool, or for one that registers again."""
        key, now = self._keys.get_current(), int(self._clock.now().timestamp())
        claims = {
            "sub": tool.client_id if tool else new_client_id(),
            "scope": _UPDATE if tool else _NEW,
            "iat": now,
            "exp": now + LIFE_SECONDS,
        }
        return jwt.encode(claims, key.private_key, algorithm="RS256", headers={"kid": key.kid})

    def read(self, authorization: str) -> RegistrationPermit:
        """Read the Authorization header. Raises TokenRefused."""
        if not authorization.startswith("Bearer "):
            raise TokenRefused(401, "missing_registration_token")
        claims = self._verify(authorization.removeprefix("Bearer ").strip())
        tool = self._tools.find_client(str(claims["sub"]))
        if claims["scope"] == _NEW:
            if tool is not None:
                raise TokenRefused(401, "token_already_used")
            return RegistrationPermit(str(claims["sub"]), None)
        if claims["scope"] != _UPDATE or tool is None:
            raise TokenRefused(403, "incorrect_registration_token_scope")
        return RegistrationPermit(tool.client_id, tool)

    def _verify(self, token: str) -> dict[str, object]:
        keys = {key["kid"]: key for key in self._keys.published()["keys"]}
        try:
            key = jwt.PyJWK(keys[jwt.get_unverified_header(token)["kid"]])
            claims: dict[str, object] = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                # The expiry is held against our own clock, below.
                options={"require": ["sub", "scope", "exp"], "verify_exp": False, "verify_iat": False},
            )
            expires_at = int(str(claims["exp"]))
        except (jwt.InvalidTokenError, KeyError, ValueError) as error:
            raise TokenRefused(401, "invalid_registration_token") from error
        if expires_at <= self._clock.now().timestamp():
            raise TokenRefused(401, "expired_registration_token")
        return claims
