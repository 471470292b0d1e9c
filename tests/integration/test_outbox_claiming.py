"""Which messages are claimed: the first of each lane, what a lost worker left behind, and little looked at for it."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from config.database import Database
from config.outbox import put, put_many
from config.outbox_claiming import Claimed, claim
from config.outbox_finishing import finish_done, finish_later, release
from tests.factories.rows import NOW

MINUTE = timedelta(minutes=1)
AFTER_THE_LEASE = NOW + 2 * MINUTE


def test_claim_when_several_lanes_wait_takes_the_oldest_of_each_and_the_oldest_lanes_first(database: Database) -> None:
    for lane, minutes in (("c", 1), ("a", 3), ("b", 2), ("a", 6), ("c", 5), ("b", 4)):
        _put(database, f"{lane}{minutes}", lane=lane, at=NOW + minutes * MINUTE)

    now = NOW + 10 * MINUTE
    first, then = claim(database, now=now, limit=2), claim(database, now=now, limit=10)

    assert _types(first) == ["c1", "b2"]
    assert _types(then) == ["a3"]


def test_claim_when_the_first_of_a_lane_rests_goes_on_in_the_order_in_which_they_are_due(database: Database) -> None:
    _put(database, "rests", lane="a", at=NOW)
    [rests] = claim(database, now=NOW)
    finish_later(database, rests, now=NOW, due_at=NOW + 60 * MINUTE, error="busy")
    _put(database, "not-yet", lane="a", at=NOW + 30 * MINUTE)
    _put(database, "due", lane="a", at=NOW + MINUTE)
    _put(database, "not-yet", lane="b", at=NOW + 30 * MINUTE)

    [due] = claim(database, now=AFTER_THE_LEASE)
    assert due.type == "due"
    finish_done(database, due, now=AFTER_THE_LEASE)
    assert sorted(_types(claim(database, now=NOW + 90 * MINUTE))) == ["not-yet", "not-yet"]


def test_claim_when_workers_were_lost_goes_on_with_what_they_began(database: Database) -> None:
    for lane in ("", "a"):
        _put(database, f"begun{lane}", lane=lane, at=NOW)
    claim(database, now=NOW, lease_seconds=60)
    # Promised before, and committed after the others were taken.
    for lane in ("", "a"):
        _put(database, f"late{lane}", lane=lane, at=NOW - MINUTE)

    assert _types(claim(database, now=AFTER_THE_LEASE, limit=2)) == ["begun", "beguna"]
    assert _types(claim(database, now=AFTER_THE_LEASE)) == ["late"]


def test_claim_when_a_message_is_given_back_meanwhile_takes_it_once_on_postgres(postgres_url: str) -> None:
    database, other = Database(postgres_url), Database(postgres_url)
    _put(database, "begun", at=NOW)
    [late] = claim(database, now=NOW, lease_seconds=60)

    @event.listens_for(database.engine, "after_cursor_execute")
    def give_back(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT") and "lease_until" in statement and "FOR UPDATE" not in statement:
            assert release(other, late, now=AFTER_THE_LEASE)

    claimed = claim(database, now=AFTER_THE_LEASE)

    assert _types(claimed) == ["begun"]
    for opened in (database, other):
        opened.dispose()


def test_claim_when_a_message_is_finished_meanwhile_leaves_it_on_postgres(postgres_url: str) -> None:
    database, other = Database(postgres_url), Database(postgres_url)
    for lane in ("", "a"):
        _put(database, f"begun{lane}", lane=lane, at=NOW)
    late = claim(database, now=NOW, lease_seconds=60)

    @event.listens_for(database.engine, "after_cursor_execute")
    def finish(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT") and "lease_until" in statement and "FOR UPDATE" not in statement:
            assert all(finish_done(other, one, now=AFTER_THE_LEASE) for one in late)

    assert claim(database, now=AFTER_THE_LEASE) == []
    for opened in (database, other):
        opened.dispose()


def test_claim_when_the_first_of_a_lane_is_being_put_again_takes_nothing_of_that_lane_on_postgres(
    postgres_url: str,
) -> None:
    database = Database(postgres_url)
    _put(database, "first", lane="a", at=NOW, key="a")
    _put(database, "second", lane="a", at=NOW + MINUTE)
    _put(database, "other", lane="b", at=NOW)

    with ThreadPoolExecutor(1) as pool, database.transaction() as tx:
        put(tx, "first", {}, now=NOW, coalesce_key="a", lane="a")
        claimed = pool.submit(claim, database, now=AFTER_THE_LEASE).result(timeout=20)

    assert _types(claimed) == ["other"]
    assert _types(claim(database, now=AFTER_THE_LEASE)) == ["first"]
    database.dispose()


@pytest.mark.parametrize("lanes", [0, 1, 3])
def test_claim_when_thousands_wait_looks_at_no_more_of_them_than_when_few_do(database: Database, lanes: int) -> None:
    few = _put_and_look(database, lanes, each=20)
    many = _put_and_look(database, lanes, each=1500)

    assert many < 2 * few


def _put_and_look(database: Database, lanes: int, *, each: int) -> int:
    """Put so many in each lane; return how much the database looks at for one claim.

    On PostgreSQL with a plan that was made for any values, before it knew how many rows there are: what a worker has
    on a busy day.
    """
    with database.transaction() as tx:
        for lane in [f"lane-{number}" for number in range(lanes)] or [""]:
            put_many(tx, "score", [({"number": number}, "") for number in range(each)], now=NOW, lane=lane)
    looked_at = _count_steps if database.is_sqlite else _count_rows
    if not database.is_sqlite:
        event.listen(
            database.engine,
            "connect",
            lambda connection, _record: connection.execute("SET plan_cache_mode = force_generic_plan"),
        )
        database.dispose()
    for _ in range(8):  # the driver prepares what it is asked often
        _claim_and_finish(database)
    return looked_at(database)


def _claim_and_finish(database: Database) -> None:
    for one in claim(database, now=AFTER_THE_LEASE, limit=2):
        finish_done(database, one, now=AFTER_THE_LEASE)


def _count_steps(database: Database) -> int:
    """Count the steps of SQLite's machine, a hundred at a time."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 100
        return 0

    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.set_progress_handler(count, 100)
    _claim_and_finish(database)
    raw.set_progress_handler(None, 0)
    return steps


def _count_rows(database: Database) -> int:
    """Count the rows that PostgreSQL looks at."""
    seen = text("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'outbox_message'")
    rows = 0

    def begin(connection: Connection) -> None:
        nonlocal rows
        rows -= connection.execute(seen).scalar_one()

    def commit(connection: Connection) -> None:
        nonlocal rows
        rows += connection.execute(seen).scalar_one()

    event.listen(database.engine, "begin", begin)
    event.listen(database.engine, "commit", commit)
    _claim_and_finish(database)
    event.remove(database.engine, "begin", begin)
    event.remove(database.engine, "commit", commit)
    return rows


def _put(database: Database, type: str, *, at: datetime, lane: str = "", key: str = "") -> None:
    with database.transaction() as tx:
        put(tx, type, {}, now=at, lane=lane, coalesce_key=key)


def _types(claimed: list[Claimed]) -> list[str]:
    return [one.type for one in claimed]
