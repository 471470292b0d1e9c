"""Two threads that do something at the same moment, again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import TypeVar

from sqlalchemy import text

from config.database import Database

Subject = TypeVar("Subject")


def two_at_once(subjects: Sequence[Subject], do: Callable[[Subject, int], int]) -> list[int]:
    """Do it twice for each subject, by two threads that start together; return the sum of the answers of each."""
    together = threading.Barrier(2)

    def do_all(which: int) -> list[int]:
        answers = []
        for subject in subjects:
            together.wait(60)
            answers.append(do(subject, which))
        return answers

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(do_all, range(2))
    return [one + other for one, other in zip(first, second, strict=True)]


def wait_until_somebody_waits(database: Database, how_many: int = 1) -> None:
    """Return when so many transactions wait for a lock (PostgreSQL)."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(600):
        with database.reading() as tx:
            if tx.execute(waiting).scalar_one() >= how_many:
                return
        sleep(0.05)
    raise AssertionError("nobody waits for a lock")
