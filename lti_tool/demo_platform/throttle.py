"""Limits on calls: who does not say its name is refused, and who calls too fast is told to wait.

Canvas keeps a bucket that leaks. Each call pours its cost into it, and while it runs an advance on top of that, so that
calls side by side fill the bucket faster than the same calls one after another. Access tokens belong to the
installation, so that all courses of a school share one bucket.
https://canvas.instructure.com/doc/api/file.throttling.html, November 2026
"""

from __future__ import annotations

import sqlite3
from dataclasses import astuple, dataclass, replace

from flask import Flask, Response, request

from config.clock import Clock
from lti_tool.demo_platform.profile import PlatformProfile
from lti_tool.demo_platform.store import Store

_PATHS = ("/lti/services/", "/lti/token", "/api/lti/")
_ADVANCE = "mijlpaal.demo.advance"


@dataclass(frozen=True)
class BucketSize:
    """How much fits, how much of it leaks away in a second, what a call costs, and what it advances."""

    capacity: float = 600.0
    leak: float = 10.0
    cost: float = 1.0
    advance: float = 50.0


@dataclass(frozen=True)
class Poured:
    """A call that may go on, or may not, and the state of the bucket."""

    fits: bool
    size: BucketSize
    level: float


class Bucket:
    """The one bucket of the installation, in the store: every process pours into the same."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def resize(self, **changes: float) -> BucketSize:
        """Take a bucket of another size, empty."""
        with self._store.transaction() as db:
            size = replace(_size(db), **changes)
            db.execute("INSERT OR REPLACE INTO bucket_size VALUES (1, ?, ?, ?, ?)", astuple(size))
            db.execute("DELETE FROM bucket")
        return size

    def begin(self) -> Poured:
        """Charge a call for what it costs and its advance; one that does not fit costs nothing."""
        with self._store.transaction() as db:
            size = _size(db)
            level = self._level(db, size)
            wanted = level + size.cost + size.advance
            fits = wanted <= size.capacity
            self._keep(db, wanted if fits else level)
        return Poured(fits, size, wanted if fits else level)

    def end(self, advance: float) -> Poured:
        """Give the advance of a call back."""
        with self._store.transaction() as db:
            size = _size(db)
            level = max(self._level(db, size) - advance, 0.0)
            self._keep(db, level)
        return Poured(True, size, level)

    def _level(self, db: sqlite3.Connection, size: BucketSize) -> float:
        row = db.execute("SELECT level, at FROM bucket").fetchone()
        if row is None:
            return 0.0
        return float(max(row["level"] - max(self._clock.now().timestamp() - row["at"], 0) * size.leak, 0.0))

    def _keep(self, db: sqlite3.Connection, level: float) -> None:
        now = self._clock.now().timestamp()
        db.execute("INSERT OR REPLACE INTO bucket VALUES ('installation', ?, ?)", (level, now))


def limit_calls(app: Flask, bucket: Bucket, profile: PlatformProfile) -> None:
    """Put the limits of the profile before the services."""

    @app.before_request
    def check_call() -> Response | None:
        if not request.path.startswith(_PATHS):
            return None
        if profile.user_agent_required and not request.headers.get("User-Agent"):
            return Response("User-Agent header is required", 403, content_type="text/plain")
        if profile.throttle_status is None:
            return None
        poured = bucket.begin()
        if not poured.fits:
            answer = Response("403 Forbidden (Rate Limit Exceeded)\n", profile.throttle_status)
            answer.headers["X-Rate-Limit-Remaining"] = "0.0"
            return answer
        request.environ[_ADVANCE] = poured.size.advance
        return None

    @app.after_request
    def give_advance_back(response: Response) -> Response:
        advance = request.environ.pop(_ADVANCE, None)
        if advance is not None:
            after = bucket.end(advance)
            response.headers["X-Request-Cost"] = str(after.size.cost)
            response.headers["X-Rate-Limit-Remaining"] = f"{after.size.capacity - after.level:.1f}"
        return response


def _size(db: sqlite3.Connection) -> BucketSize:
    row = db.execute("SELECT capacity, leak, cost, advance FROM bucket_size").fetchone()
    return BucketSize() if row is None else BucketSize(*row)
