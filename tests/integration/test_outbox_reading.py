"""Looking at the outbox: which promises are open, and letting those that wait be tried now."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import text

from config.database import Database
from config.outbox import MessageState, hurry, put, revive
from config.outbox_claiming import claim
from config.outbox_finishing import finish_dead, finish_done, finish_later
from config.outbox_reading import OpenMessage, open_messages
from tests.factories.at_once import wait_until_somebody_waits
from tests.factories.rows import NOW

LATER = NOW + timedelta(hours=1)


def test_open_messages_are_those_that_are_not_done_by_the_rest_of_their_key(database: Database) -> None:
    for key in ("a:1", "a:2", "a:3", "b:1", "a%:1"):
        _put(database, key)
    _put(database, "a:1", type="badge")
    _end(database, {"a:1": "done", "a:2": "dead", "a:3": "later"})

    found = _open(database, "a:")

    assert set(found) == {"a:2", "a:3"}
    assert (found["a:2"].state, found["a:2"].last_error) == (MessageState.DEAD, "refused")
    assert (found["a:3"].state, found["a:3"].last_error, found["a:3"].due_at) == (MessageState.WAITING, "busy", LATER)
    assert set(_open(database, "a:", "b:")) == {"a:2", "a:3", "b:1"}
    assert set(_open(database, "a%")) == {"a%:1"}
    assert _open(database) == {}


def test_open_messages_when_one_is_in_hand_and_one_waits_show_the_one_that_waits(database: Database) -> None:
    _put(database, "a:1")
    claim(database, now=NOW)
    assert _open(database, "a:")["a:1"].state is MessageState.CLAIMED

    _put(database, "a:1")

    assert _open(database, "a:")["a:1"].state is MessageState.WAITING


def test_open_messages_when_one_was_given_up_and_a_later_one_arrived_show_nothing(database: Database) -> None:
    _put(database, "a:1")
    _end(database, {"a:1": "dead"})
    assert _open(database, "a:")["a:1"].state is MessageState.DEAD

    _put(database, "a:1", now=LATER)
    assert _open(database, "a:")["a:1"].state is MessageState.WAITING
    _end(database, {"a:1": "done"}, now=LATER)
    assert _open(database, "a:") == {}

    _put(database, "a:1", now=LATER + timedelta(hours=1))
    _end(database, {"a:1": "dead"}, now=LATER + timedelta(hours=1))
    assert _open(database, "a:")["a:1"].state is MessageState.DEAD


def test_hurry_when_messages_wait_for_a_later_try_lets_those_be_tried_now(database: Database) -> None:
    for key in ("a:1", "a:2", "a:3", "a:4"):
        _put(database, key)
    _end(database, {"a:1": "later", "a:2": "later", "a:3": "dead"})
    found = _open(database, "a:")
    woken = []
    database.wake = lambda: woken.append(True)

    with database.transaction() as tx:
        assert hurry(tx, [found[key].id for key in ("a:1", "a:3", "a:4")], now=NOW) == 1

    assert woken
    after = _open(database, "a:")
    assert {key: after[key].due_at for key in ("a:1", "a:2")} == {"a:1": NOW, "a:2": LATER}
    assert after["a:3"].state is MessageState.DEAD
    assert after["a:1"].last_error == "busy"


def test_hurry_when_others_promise_the_same_at_once_waits_for_them_and_never_in_a_circle(postgres_url: str) -> None:
    database = Database(postgres_url)
    for key in ("a:2", "a:1"):
        _put(database, key)
    _end(database, {"a:1": "later", "a:2": "later"})
    ids = [found.id for found in _open(database, "a:").values()]

    def try_them() -> int:
        with database.transaction() as tx:
            # In a small table the index of keys is read, which has the right order by chance.
            tx.execute(text("SET LOCAL enable_indexscan = off"))
            tx.execute(text("SET LOCAL enable_bitmapscan = off"))
            return hurry(tx, ids, now=NOW)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as tx:
            put(tx, "score", {"key": "a:1"}, now=NOW, coalesce_key="a:1")
            trying = pool.submit(try_them)
            wait_until_somebody_waits(database)
            put(tx, "score", {"key": "a:2"}, now=NOW, coalesce_key="a:2")
        assert trying.result(30) == 2
    database.dispose()


def test_revive_when_shown_as_given_up_shows_it_waiting(database: Database) -> None:
    _put(database, "a:1")
    _end(database, {"a:1": "dead"})

    with database.transaction() as tx:
        revive(tx, [_open(database, "a:")["a:1"].id], now=LATER)

    found = _open(database, "a:")["a:1"]
    assert (found.state, found.last_error, found.created_at) == (MessageState.WAITING, "", LATER)


def _put(database: Database, key: str, *, type: str = "score", now: datetime = NOW) -> None:
    with database.transaction() as tx:
        put(tx, type, {"key": key}, now=now, coalesce_key=key)


def _open(database: Database, *prefixes: str) -> dict[str, OpenMessage]:
    with database.reading() as tx:
        return open_messages(tx, "score", prefixes)


def _end(database: Database, endings: dict[str, str], *, now: datetime = NOW) -> None:
    """End the messages with these keys so; the others go back to wait."""
    for claimed in claim(database, now=now, limit=50):
        ending = endings.get(claimed.ids["key"]) if claimed.type == "score" else None
        if ending == "done":
            finish_done(database, claimed, now=now)
        elif ending == "dead":
            finish_dead(database, claimed, now=now, error="refused")
        elif ending == "later":
            finish_later(database, claimed, now=now, due_at=LATER, error="busy")
        else:
            finish_later(database, claimed, now=now, due_at=now, error="")
