"""Who asks for an access token: the signed client assertion of the tool, checked.

https://www.imsglobal.org/spec/security/v1p0/#using-json-web-tokens-with-oauth-2-0-client-credentials-grant
https://www.rfc-editor.org/rfc/rfc7523#section-3
"""

from __future__ import annotations

from typing import Any

from config.clock import Clock
from lti_tool.demo_platform.json_value import is_number
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.demo_platform.store import Store
from lti_tool.demo_platform.tool_jwt import ToolJwtInvalid, read_unverified_claim, verify_tool_jwt
from lti_tool.demo_platform.tool_keys import ToolKeys
from lti_tool.demo_platform.tools import Tool, Tools

_LONGEST_LIFE_SECONDS = 3600
_LEEWAY_SECONDS = 10


class AssertionRefused(Exception):
    """The assertion does not show that the tool is asking; the text says why."""


class ClientAssertions:
    """Checks assertions and remembers those that were used."""

    def __init__(
        self, store: Store, clock: Clock, settings: PlatformSettings, tools: Tools, tool_keys: ToolKeys
    ) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._tools = tools
        self._tool_keys = tool_keys

    def accept(self, assertion: str) -> Tool:
        """Accept an assertion, once, and return the tool that made it. Raises AssertionRefused."""
        tool = self._find_tool(assertion)
        try:
            claims = verify_tool_jwt(assertion, tool, self._tool_keys, ("iss", "sub", "aud", "iat", "exp", "jti"))
        except ToolJwtInvalid as error:
            raise AssertionRefused(str(error)) from error
        self._check_parties(claims, tool)
        expires_at = self._check_times(claims)
        self._use_once(claims, expires_at)
        return tool

    def _find_tool(self, assertion: str) -> Tool:
        try:
            tool = self._tools.find_client(read_unverified_claim(assertion, "iss"))
        except ToolJwtInvalid as error:
            raise AssertionRefused(str(error)) from error
        if tool is None or not tool.active:
            raise AssertionRefused("iss and sub must both be the client id of a tool in use")
        return tool

    def _check_parties(self, claims: dict[str, Any], tool: Tool) -> None:
        if claims["sub"] != tool.client_id:
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
