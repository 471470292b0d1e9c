"""A worker process that can be killed at a chosen place: run by test_outbox_crash.py, not a test itself.

Arguments: database address, seconds of lease, and where to stop and wait (`claimed`, `awarded` or `nowhere`).
"""

from __future__ import annotations

import sys
import time
import uuid

import lti_tool.tables  # noqa: F401
from badges.award import award
from config.clock import SystemClock
from config.database import Database
from config.outbox_claiming import Claimed, claim
from config.outbox_finishing import finish_done


def handle(database: Database, claimed: Claimed) -> None:
    ids = {name: uuid.UUID(value) for name, value in claimed.ids.items()}
    with database.transaction() as tx:
        award(
            tx,
            achievement_id=ids["achievement"],
            achievement_version_id=ids["achievement_version"],
            person_id=ids["person"],
            activity_id=ids["activity"],
            rule_set_version_id=ids["rule_set_version"],
            now=SystemClock().now(),
        )


def stop_here(place: str, stop_at: str) -> None:
    print(place, flush=True)
    if place == stop_at:
        time.sleep(60)


def main(database_url: str, lease_seconds: str, stop_at: str) -> None:
    database = Database(database_url)
    clock = SystemClock()
    while not (messages := claim(database, now=clock.now(), lease_seconds=float(lease_seconds))):
        time.sleep(0.05)
    [claimed] = messages
    stop_here("claimed", stop_at)
    handle(database, claimed)
    stop_here("awarded", stop_at)
    print("finished" if finish_done(database, claimed, now=clock.now()) else "lease lost", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
