"""Access tokens: opaque, for some scopes, for a minute. Only their digests are kept.

https://www.rfc-editor.org/rfc/rfc6750
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from config.clock import Clock
from config.ids import digest, new_secret
from lti_tool.demo_platform.store import Store

LIFE_SECONDS = 60


@dataclass(frozen=True)
class Access:
    """What a token opens, and for which tool."""

    tool_id: int
    scopes: frozenset[str]


class AccessTokens:
    """Gives tokens and knows what they open."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def issue(self, tool_id: int, scopes: Iterable[str]) -> str:
        """Return a new token of a tool for these scopes."""
        token, now = new_secret(), int(self._clock.now().timestamp())
        with self._store.transaction() as db:
            db.execute("DELETE FROM access_token WHERE expires_at <= ?", (now,))
            row = (digest(token), " ".join(scopes), now + LIFE_SECONDS, tool_id)
            db.execute("INSERT INTO access_token VALUES (?, ?, ?, ?)", row)
        return token

    def find(self, token: str) -> Access | None:
        """Return what a token opens; None when it is unknown or its time is over."""
        with self._store.reading() as db:
            row = db.execute(
                "SELECT tool_id, scopes FROM access_token WHERE digest = ? AND expires_at > ?",
                (digest(token), int(self._clock.now().timestamp())),
            ).fetchone()
        return Access(row["tool_id"], frozenset(str(row["scopes"]).split(" "))) if row else None
