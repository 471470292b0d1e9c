"""Access tokens for the services of platforms, asked for with a signed assertion and kept while they hold.

Kept in memory only, per registration and set of scopes: two registrations of one issuer never share a token.
https://www.imsglobal.org/spec/security/v1p0/#using-json-web-tokens-with-oauth-2-0-client-credentials-grant
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlencode

import jwt

from config.clock import Clock
from config.errors import PlatformFailed
from config.http import HttpClient, require_success
from config.ids import new_secret
from lti_tool.lti.keys import load_private_key
from lti_tool.lti.platform_endpoint import PlatformEndpoint

_ASSERTION_LIFE = timedelta(minutes=5)
_SAFETY = timedelta(seconds=60)
_DEFAULT_LIFE_SECONDS = 300.0
_MAX_LIFE_SECONDS = 86_400.0
_MAX_TOKENS = 512
_MAX_TOKEN_LENGTH = 8_000


@dataclass
class _Kept:
    lock: Lock = field(default_factory=Lock)
    token: str | None = None
    usable_until: datetime | None = None


class AccessTokens:
    """The tokens of all registrations. One instance serves all threads; one thread asks, the others wait for it."""

    def __init__(self, http: HttpClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._tokens: OrderedDict[tuple[str, ...], _Kept] = OrderedDict()
        self._lock = Lock()

    def get_token(self, endpoint: PlatformEndpoint, scopes: Iterable[str]) -> str:
        """Return a token that holds for another minute at least, or raise PlatformFailed."""
        wanted = sorted(set(scopes))
        kept = self._kept(endpoint, wanted)
        with kept.lock:
            now = self._clock.now()
            if kept.token is None or kept.usable_until is None or kept.usable_until <= now:
                token, life = self._ask(endpoint, wanted, now)
                kept.token, kept.usable_until = token, now + life - _SAFETY
            return kept.token

    def forget(self, endpoint: PlatformEndpoint, scopes: Iterable[str], token: str) -> None:
        """Drop a token that the platform no longer takes, unless another thread has renewed it already."""
        kept = self._kept(endpoint, sorted(set(scopes)))
        with kept.lock:
            if kept.token == token:
                kept.token = None

    def _kept(self, endpoint: PlatformEndpoint, scopes: list[str]) -> _Kept:
        key = (
            endpoint.auth_token_url,
            endpoint.client_id,
            endpoint.key_id,
            endpoint.audience or "",
            *scopes,
        )
        with self._lock:
            kept = self._tokens.setdefault(key, _Kept())
            self._tokens.move_to_end(key)
            if len(self._tokens) > _MAX_TOKENS:
                self._tokens.popitem(last=False)
            return kept

    def _ask(self, endpoint: PlatformEndpoint, scopes: list[str], now: datetime) -> tuple[str, timedelta]:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": _assertion(endpoint, now),
            "scope": " ".join(scopes),
        }
        response = self._http.send(
            "POST",
            endpoint.auth_token_url,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            body=urlencode(form).encode(),
            max_bytes=64_000,
        )
        require_success(response, "access-token", now)
        return _read_token(response.json())


def _assertion(endpoint: PlatformEndpoint, now: datetime) -> str:
    claims = {
        "iss": endpoint.client_id,
        "sub": endpoint.client_id,
        "aud": endpoint.audience or endpoint.auth_token_url,
        "jti": new_secret(),
        # Platforms without leeway refuse an assertion from a clock that is a little ahead of theirs.
        "iat": int(now.timestamp()) - 5,
        "exp": int((now + _ASSERTION_LIFE).timestamp()),
    }
    return jwt.encode(
        claims, load_private_key(endpoint.private_key_pem), algorithm="RS256", headers={"kid": endpoint.key_id}
    )


def _read_token(answer: Any) -> tuple[str, timedelta]:
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if (
        not isinstance(token, str)
        or not 0 < len(token) <= _MAX_TOKEN_LENGTH
        or not all("!" <= character <= "~" for character in token)
        or str(answer.get("token_type", "bearer")).lower() != "bearer"
    ):
        raise PlatformFailed("bad-access-token", retryable=False)
    try:
        seconds = float(answer.get("expires_in", _DEFAULT_LIFE_SECONDS))
    except (TypeError, ValueError):
        seconds = _DEFAULT_LIFE_SECONDS
    # Written so that NaN counts as nothing.
    return token, timedelta(seconds=seconds if 0 < seconds < _MAX_LIFE_SECONDS else _DEFAULT_LIFE_SECONDS)
