"""Bad days on request: the next answers of a service are errors, so that a tool can show what it does then."""

from __future__ import annotations

from dataclasses import dataclass

from lti_tool.demo_platform.store import Store

AGS = "ags"
NRPS = "nrps"
TOKEN = "token"  # noqa: S105 - the name of a service
SERVICES = (AGS, NRPS, TOKEN)
_WITHOUT_END = -1


@dataclass(frozen=True)
class Refusal:
    """What a service answers instead of doing its work."""

    status: int
    retry_after: str | None


class Refusals:
    """The refusals still to be given out."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def plan(self, service: str, refusal: Refusal, count: int | None) -> None:
        """Let the next `count` requests to a service be refused; 0 ends it, None is until told otherwise."""
        left = _WITHOUT_END if count is None else count
        with self._store.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO refusal VALUES (?, ?, ?, ?)",
                (service, refusal.status, left, refusal.retry_after),
            )

    def take(self, service: str) -> Refusal | None:
        """Use up one refusal of this service, if there is one."""
        with self._store.transaction() as db:
            row = db.execute(
                "UPDATE refusal SET left_count = max(left_count - 1, ?) WHERE service = ? AND left_count <> 0"
                " RETURNING status, retry_after",
                (_WITHOUT_END, service),
            ).fetchone()
        return Refusal(row["status"], row["retry_after"]) if row else None
