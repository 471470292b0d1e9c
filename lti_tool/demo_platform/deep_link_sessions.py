"""Deep linking that is under way: what was asked for, and whether it was answered.

https://www.imsglobal.org/spec/lti-dl/v2p0#deep-linking-settings. The return address carries a secret that is good for
one answer, from the tool that was opened, about the course and the person that it was opened for.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields

from config.clock import Clock
from config.ids import digest, new_secret
from lti_tool.demo_platform.store import Store

_LIFE_SECONDS = 8 * 3600
_DATA = "deep linking data"


@dataclass(frozen=True)
class DeepLinkSession:
    """One request for content."""

    tool_id: int
    course_id: str
    user_id: str
    placement_id: str | None
    """The activity that is edited; None for new ones."""
    data: str | None
    """What the tool has to give back, when something was sent."""
    place: str = ""
    """The place beside activities from which the tool was opened, by its Canvas name."""
    assignment_id: int | None = None
    """The assignment for which something is handed in."""


class SessionOver(Exception):
    """There is no such request, or it was answered before, or too long ago."""


class DeepLinkSessions:
    """The requests in the store, by the digest of their secret."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def begin(self, session: DeepLinkSession) -> str:
        """Keep a request and return its secret."""
        secret = new_secret()
        expires_at = int(self._clock.now().timestamp()) + _LIFE_SECONDS
        with self._store.transaction() as db:
            about = (session.tool_id, session.course_id, session.user_id, session.placement_id, session.data)
            row = (digest(secret), *about, expires_at, session.place, session.assignment_id)
            db.execute("INSERT INTO deep_link VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)", row)
        return secret

    def find(self, secret: str) -> DeepLinkSession:
        """Return an open request. Raises SessionOver."""
        with self._store.reading() as db:
            row = db.execute(
                "SELECT * FROM deep_link WHERE session = ? AND NOT used AND expires_at > ?",
                (digest(secret), int(self._clock.now().timestamp())),
            ).fetchone()
        if row is None:
            raise SessionOver
        return DeepLinkSession(**{field.name: row[field.name] for field in fields(DeepLinkSession)})

    def place_of(self, secret: str) -> str:
        """Return the place from which an open request was made; empty for most, and where there is none."""
        try:
            return self.find(secret).place
        except SessionOver:
            return ""

    def close(self, secret: str, nonce: str, expires_at: int) -> None:
        """Take an answer: the request is done, and the nonce of the answer is used. Raises SessionOver."""
        now = int(self._clock.now().timestamp())
        with self._store.transaction() as db:
            row = db.execute(
                "UPDATE deep_link SET used = 1 WHERE session = ? AND NOT used RETURNING tool_id", (digest(secret),)
            ).fetchone()
            if row is None:
                raise SessionOver
            db.execute("DELETE FROM used_nonce WHERE expires_at < ?", (now,))
            try:
                db.execute("INSERT INTO used_nonce VALUES (?, ?, ?)", (row["tool_id"], nonce, expires_at))
            except sqlite3.IntegrityError as error:
                raise SessionOver from error

    def send_data(self, data: str | None) -> None:
        """Let every request carry this as its data; None takes that back."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM secret WHERE name = ?", (_DATA,))
            if data is not None:
                db.execute("INSERT INTO secret VALUES (?, ?)", (_DATA, data))

    def planned_data(self) -> str | None:
        """Return what every request is to carry, when something was said."""
        with self._store.reading() as db:
            row = db.execute("SELECT value FROM secret WHERE name = ?", (_DATA,)).fetchone()
        return None if row is None else str(row["value"])
