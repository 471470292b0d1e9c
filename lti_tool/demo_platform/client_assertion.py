"""Who asks for an access token: the signed client assertion of the tool, checked.

https://www.imsglobal.org/spec/security/v1p0/#using-json-web-tokens-with-oauth-2-0-client-credentials-grant
https://www.rfc-editor.org/rfc/rfc7523#section-3
"""

from __future__ import annotations

from typing import Any

import jwt

from config.clock import Clock
from lti_tool.demo_platform.json_value import is_number
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.demo_platform.store import Store
from lti_tool.demo_platform.tool_keys import ToolKeys, ToolKeysUnavailable

_LONGEST_LIFE_SECONDS = 3600
_LEEWAY_SECONDS = 10


class AssertionRefused(Exception):
    """The assertion does not show that the tool is asking; the text says why."""


class ClientAssertions:
    """Checks assertions and remembers those that were used."""

    def __init__(self, store: Store, clock: Clock, settings: PlatformSettings, tool_keys: ToolKeys) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._tool_keys = tool_keys

    def accept(self, assertion: str) -> None:
        """Accept an assertion, once. Raises AssertionRefused."""
        claims = self._verified_claims(assertion)
        self._check_parties(claims)
        expires_at = self._check_times(claims)
        self._use_once(claims, expires_at)

    def _verified_claims(self, assertion: str) -> dict[str, Any]:
        try:
            kid = jwt.get_unverified_header(assertion).get("kid")
            key = self._tool_keys.find(kid) if isinstance(kid, str) else None
            if key is None:
                raise AssertionRefused("the key id is not among the keys of the tool")
            return jwt.decode(
                assertion,
                key,
                algorithms=["RS256"],
                # Parties and times are checked below, the times against the clock of the platform.
                options={
                    "require": ["iss", "sub", "aud", "iat", "exp", "jti"],
                    "verify_aud": False,
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except ToolKeysUnavailable as error:
            raise AssertionRefused(str(error)) from error
        except jwt.InvalidTokenError as error:
            raise AssertionRefused(f"the assertion cannot be verified: {error}") from error

    def _check_parties(self, claims: dict[str, Any]) -> None:
        client_id = self._settings.client_id
        if claims["iss"] != client_id or claims["sub"] != client_id:
            raise AssertionRefused("iss and sub must both be the client id")
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if self._settings.token_url not in audience:
            raise AssertionRefused("the assertion is meant for another token endpoint")

    def _check_times(self, claims: dict[str, Any]) -> int:
        now = self._clock.now().timestamp()
        issued_at, expires_at, valid_from = claims["iat"], claims["exp"], claims.get("nbf", claims["iat"])
        if not all(is_number(moment) for moment in (issued_at, expires_at, valid_from)):
            raise AssertionRefused("iat, exp and nbf must be numbers")
        if max(issued_at, valid_from) > now + _LEEWAY_SECONDS:
            raise AssertionRefused("the assertion is not valid yet")
        if expires_at <= now:
            raise AssertionRefused("the assertion has expired")
        if expires_at > now + _LONGEST_LIFE_SECONDS:
            raise AssertionRefused("the assertion lives too long")
        return int(expires_at)

    def _use_once(self, claims: dict[str, Any], expires_at: int) -> None:
        jti = claims["jti"]
        if not isinstance(jti, str) or not jti or not jti.isprintable():
            raise AssertionRefused("the assertion has no jti")
        with self._store.transaction() as db:
            db.execute("DELETE FROM used_assertion WHERE expires_at < ?", (int(self._clock.now().timestamp()),))
            inserted = db.execute("INSERT OR IGNORE INTO used_assertion VALUES (?, ?)", (jti, expires_at))
            if inserted.rowcount == 0:
                raise AssertionRefused("the assertion was used before")
