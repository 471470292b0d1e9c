"""The outbox on real databases: a promise is kept once, by one worker at a time, from the newest state."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep
from typing import Any

import pytest
from sqlalchemy import select

from config.database import Database
from config.ids import new_id
from config.outbox import MessageState, OutboxMessage, put, revive
from config.outbox_claiming import Claimed, claim
from config.outbox_finishing import finish_dead, finish_done, finish_later
from lti_tool.roster.models import Person
from tests.factories.rows import NOW, make_person

LATER = NOW + timedelta(minutes=5)
AFTER_THE_LEASE = NOW + timedelta(seconds=61)
CLAIMERS = 8


# Putting


def test_put_when_its_transaction_fails_leaves_no_message(database: Database) -> None:
    def put_and_fail() -> None:
        with database.transaction() as tx:
            put(tx, "score", {"person": new_id()}, now=NOW)
            raise LookupError

    with pytest.raises(LookupError):
        put_and_fail()

    assert _messages(database) == []


def test_put_when_claimed_gives_the_type_and_the_ids_as_text(database: Database) -> None:
    person_id = new_id()
    _put(database, "score", {"person": person_id})

    claimed = _claim_one(database)

    assert (claimed.type, claimed.ids, claimed.attempts) == ("score", {"person": str(person_id)}, 1)


def test_put_when_an_equal_message_waits_is_one_message(database: Database) -> None:
    _put(database, "score", coalesce_key="a")
    _put(database, "score", coalesce_key="a")

    assert len(_messages(database)) == 1


def test_put_when_the_key_or_the_type_differs_is_another_message(database: Database) -> None:
    _put(database, "score", coalesce_key="a")
    _put(database, "score", coalesce_key="b")
    _put(database, "badge", coalesce_key="a")

    assert len(_messages(database)) == 3


def test_put_when_it_has_no_key_stands_alone(database: Database) -> None:
    _put(database, "score")
    _put(database, "score")

    assert len(_messages(database)) == 2


@pytest.mark.parametrize("ending", ["claimed", "done", "dead"])
def test_put_when_the_equal_message_waits_no_longer_is_a_new_message(database: Database, ending: str) -> None:
    _put(database, "score", coalesce_key="a")
    claimed = _claim_one(database)
    if ending == "done":
        finish_done(database, claimed, now=NOW)
    elif ending == "dead":
        finish_dead(database, claimed, now=NOW, error="gone")

    _put(database, "score", coalesce_key="a")

    assert Counter(message.state for message in _messages(database)) == {ending: 1, "waiting": 1}


def test_put_when_the_waiting_message_must_rest_keeps_its_due_time(database: Database) -> None:
    _put(database, "score", coalesce_key="a")
    finish_later(database, _claim_one(database), now=NOW, due_at=LATER, error="busy")

    _put(database, "score", coalesce_key="a")

    assert claim(database, now=NOW + timedelta(minutes=1)) == []
    assert _claim_one(database, now=LATER).attempts == 2


def test_put_when_its_transaction_is_open_keeps_the_waiting_message_from_reading_the_old_state(
    database: Database,
) -> None:
    with database.transaction() as tx:
        person_id = make_person(tx, name="Old").id
        put(tx, "score", {"person": person_id}, now=NOW, coalesce_key="a")
    ended = threading.Event()

    def work_until_ended() -> list[str]:
        names = []
        for _ in range(2):
            for claimed in claim(database, now=NOW):
                with database.reading() as tx:
                    names.append(tx.get_one(Person, uuid.UUID(claimed.ids["person"])).name)
                finish_done(database, claimed, now=NOW)
            ended.wait(30)
        return names

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as tx:
            tx.get_one(Person, person_id).name = "New"
            put(tx, "score", {"person": person_id}, now=NOW, coalesce_key="a")
            working = pool.submit(work_until_ended)
            # PostgreSQL passes the locked message by; SQLite lets the claimer wait for the writer.
            sleep(0.3)
        ended.set()
        names_read = working.result()

    assert names_read == ["New"]
    assert [message.state for message in _messages(database)] == ["done"]


def test_claim_when_a_put_is_open_takes_the_other_messages_at_once_on_postgres(postgres_url: str) -> None:
    database = Database(postgres_url)
    _put(database, "score", coalesce_key="a")
    _put(database, "score", coalesce_key="b")

    with ThreadPoolExecutor(1) as pool, database.transaction() as tx:
        put(tx, "score", {"person": "p"}, now=NOW, coalesce_key="a")
        claimed = pool.submit(claim, database, now=NOW).result(timeout=5)

    keys = {message.id: message.coalesce_key for message in _messages(database)}
    assert [keys[one.id] for one in claimed] == ["score:b"]
    database.dispose()


def test_wake_when_a_message_was_put_comes_after_the_commit(database: Database) -> None:
    seen_by_others: list[int] = []
    database.wake = lambda: seen_by_others.append(len(_messages(database)))

    with database.transaction() as tx:
        put(tx, "score", {}, now=NOW)
        tx.flush()
        assert seen_by_others == []

    assert seen_by_others == [1]


def test_wake_when_the_transaction_fails_does_not_come(database: Database) -> None:
    woken: list[bool] = []
    database.wake = lambda: woken.append(True)

    def put_and_fail() -> None:
        with database.transaction() as tx:
            put(tx, "score", {}, now=NOW)
            raise LookupError

    with pytest.raises(LookupError):
        put_and_fail()

    assert woken == []


def test_wake_when_nothing_was_put_does_not_come(database: Database) -> None:
    woken: list[bool] = []
    database.wake = lambda: woken.append(True)

    with database.transaction() as tx:
        make_person(tx)

    assert woken == []


# Claiming


def test_claim_when_several_are_due_takes_the_oldest_first_up_to_the_limit(database: Database) -> None:
    for name in ("third", "first", "second", "not-yet"):
        minutes = {"first": 0, "second": 1, "third": 2, "not-yet": 60}[name]
        with database.transaction() as tx:
            put(tx, name, {}, now=NOW + timedelta(minutes=minutes))

    claimed = claim(database, now=NOW + timedelta(minutes=30), limit=2)
    rest = claim(database, now=NOW + timedelta(minutes=30), limit=2)

    assert [one.type for one in claimed] == ["first", "second"]
    assert [one.type for one in rest] == ["third"]


def test_claim_when_eight_claim_at_once_takes_each_message_once(database: Database) -> None:
    with database.transaction() as tx:
        for _ in range(120):
            put(tx, "score", {}, now=NOW)
    start = threading.Barrier(CLAIMERS)

    def claim_all(_claimer: int) -> list[uuid.UUID]:
        start.wait(30)
        mine = []
        while claimed := claim(database, now=NOW, limit=3):
            mine += [one.id for one in claimed]
        return mine

    with ThreadPoolExecutor(CLAIMERS) as pool:
        taken = [message_id for mine in pool.map(claim_all, range(CLAIMERS)) for message_id in mine]

    assert len(taken) == len(set(taken)) == 120
    assert {message.attempts for message in _messages(database)} == {1}


def test_claim_when_the_lease_holds_takes_nothing(database: Database) -> None:
    _put(database, "score")
    held = _claim_one(database)

    assert claim(database, now=held.lease_until) == []


def test_claim_when_the_lease_ran_out_takes_the_message_again(database: Database) -> None:
    _put(database, "score")
    first = _claim_one(database)

    second = _claim_one(database, now=AFTER_THE_LEASE)

    assert second.id == first.id
    assert second.attempts == 2
    assert second.lease_token != first.lease_token


@pytest.mark.parametrize("ending", ["done", "dead", "later"])
def test_finish_when_the_lease_was_lost_is_refused_and_changes_nothing(database: Database, ending: str) -> None:
    _put(database, "score")
    late = _claim_one(database)
    holder = _claim_one(database, now=AFTER_THE_LEASE)

    finished = _finish(database, late, ending)

    assert not finished
    [message] = _messages(database)
    assert (message.state, message.lease_token) == (MessageState.CLAIMED, holder.lease_token)
    assert finish_done(database, holder, now=AFTER_THE_LEASE)


@pytest.mark.parametrize("ending", ["done", "dead", "later"])
def test_finish_when_the_other_worker_finished_is_refused_and_changes_nothing(database: Database, ending: str) -> None:
    _put(database, "score")
    late = _claim_one(database)
    finish_done(database, _claim_one(database, now=AFTER_THE_LEASE), now=AFTER_THE_LEASE)

    finished = _finish(database, late, ending)

    assert not finished
    [message] = _messages(database)
    assert (message.state, message.finished_at, message.last_error) == ("done", AFTER_THE_LEASE, "")


# Lanes


def test_claim_when_messages_share_a_lane_takes_one_of_them_and_all_others(database: Database) -> None:
    for _ in range(3):
        _put(database, "score", lane="platform-a")
        _put(database, "score", lane="platform-b")
        _put(database, "badge")

    claimed = claim(database, now=NOW, limit=10)

    assert Counter(_lane(database, one) for one in claimed) == {"platform-a": 1, "platform-b": 1, "": 3}


def test_claim_when_the_lane_is_held_waits_until_it_is_finished(database: Database) -> None:
    _put(database, "score", lane="platform-a")
    _put(database, "score", lane="platform-a")
    held = _claim_one(database)

    assert claim(database, now=NOW) == []
    finish_done(database, held, now=NOW)
    assert len(claim(database, now=NOW)) == 1


def test_claim_when_the_holder_of_the_lane_died_goes_on_after_the_lease(database: Database) -> None:
    _put(database, "score", lane="platform-a")
    _put(database, "score", lane="platform-a")
    claim(database, now=NOW)

    assert len(claim(database, now=AFTER_THE_LEASE)) == 1
    assert claim(database, now=AFTER_THE_LEASE) == []


def test_lane_when_eight_workers_work_is_never_worked_by_two_at_once(database: Database) -> None:
    with database.transaction() as tx:
        for number in range(60):
            put(tx, "score", {}, now=NOW, lane=f"platform-{number % 3}")
    lanes = {message.id: message.lane for message in _messages(database)}
    start = threading.Barrier(CLAIMERS)
    watching = threading.Lock()
    in_hand: Counter[str] = Counter()
    most_in_hand: Counter[str] = Counter()
    handled: list[uuid.UUID] = []

    def work(_worker: int) -> None:
        start.wait(30)
        while len(handled) < len(lanes):
            mine = claim(database, now=NOW, limit=2)
            with watching:
                in_hand.update(lanes[claimed.id] for claimed in mine)
                for lane, count in in_hand.items():
                    most_in_hand[lane] = max(most_in_hand[lane], count)
                handled.extend(claimed.id for claimed in mine)
            sleep(0.01)
            for claimed in mine:
                with watching:
                    in_hand[lanes[claimed.id]] -= 1
                finish_done(database, claimed, now=NOW)

    with ThreadPoolExecutor(CLAIMERS) as pool:
        list(pool.map(work, range(CLAIMERS)))

    assert most_in_hand == {"platform-0": 1, "platform-1": 1, "platform-2": 1}
    assert len(handled) == len(set(handled)) == 60


# Finishing


def test_finish_done_when_the_lease_holds_ends_the_message(database: Database) -> None:
    _put(database, "score")

    assert finish_done(database, _claim_one(database), now=LATER)

    [message] = _messages(database)
    assert (message.state, message.finished_at, message.lease_until) == ("done", LATER, None)
    assert claim(database, now=LATER + timedelta(days=1)) == []


def test_finish_dead_when_the_lease_holds_keeps_the_message_with_its_error(database: Database) -> None:
    _put(database, "score")

    assert finish_dead(database, _claim_one(database), now=LATER, error="x" * 500)

    [message] = _messages(database)
    assert (message.state, message.last_error) == ("dead", "x" * 200)
    assert claim(database, now=LATER + timedelta(days=1)) == []


def test_finish_later_when_no_newer_message_waits_tries_again_at_that_time(database: Database) -> None:
    _put(database, "score", coalesce_key="a")

    assert finish_later(database, _claim_one(database), now=NOW, due_at=LATER, error="busy")

    assert claim(database, now=LATER - timedelta(seconds=1)) == []
    again = _claim_one(database, now=LATER)
    assert again.attempts == 2
    assert [message.last_error for message in _messages(database)] == ["busy"]


def test_finish_later_when_a_newer_message_waits_leaves_the_work_to_it_with_rest_and_attempts(
    database: Database,
) -> None:
    _put(database, "score", coalesce_key="a")
    older = _claim_one(database)
    _put(database, "score", coalesce_key="a")

    assert finish_later(database, older, now=NOW, due_at=LATER, error="busy")

    states = {message.id: message.state for message in _messages(database)}
    assert states.pop(older.id) == "done"
    assert list(states.values()) == ["waiting"]
    assert claim(database, now=LATER - timedelta(seconds=1)) == []
    newer = _claim_one(database, now=LATER)
    assert newer.id in states
    assert newer.attempts == 2


def test_finish_later_when_a_newer_message_is_being_put_leaves_the_work_to_it(database: Database) -> None:
    _put(database, "score", coalesce_key="a")
    older = _claim_one(database)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as tx:
            put(tx, "score", {}, now=NOW, coalesce_key="a")
            finishing = pool.submit(finish_later, database, older, now=NOW, due_at=LATER, error="busy")
            sleep(0.3)
        assert finishing.result()

    assert Counter(message.state for message in _messages(database)) == {"done": 1, "waiting": 1}
    assert claim(database, now=LATER - timedelta(seconds=1)) == []
    assert _claim_one(database, now=LATER).attempts == 2


# Reviving


def test_revive_when_the_message_is_dead_tries_again_now(database: Database) -> None:
    dead_id = _dead(database, coalesce_key="a", lane="platform-a")

    with database.transaction() as tx:
        assert revive(tx, [dead_id], now=LATER) == 1

    again = _claim_one(database, now=LATER)
    assert (again.type, again.ids, again.attempts) == ("score", {"person": "p"}, 1)
    assert _lane(database, again) == "platform-a"


def test_revive_when_the_key_is_put_once_more_is_still_one_message(database: Database) -> None:
    dead_id = _dead(database, coalesce_key="a")

    with database.transaction() as tx:
        revive(tx, [dead_id], now=LATER)
    _put(database, "score", coalesce_key="a")

    assert Counter(message.state for message in _messages(database)) == {"done": 1, "waiting": 1}


def test_revive_when_an_equal_message_waits_already_is_one_message(database: Database) -> None:
    dead_id = _dead(database, coalesce_key="a")
    _put(database, "score", coalesce_key="a")

    with database.transaction() as tx:
        assert revive(tx, [dead_id], now=LATER) == 1

    assert Counter(message.state for message in _messages(database)) == {"done": 1, "waiting": 1}


def test_revive_when_two_stood_alone_keeps_them_apart(database: Database) -> None:
    dead_ids = [_dead(database), _dead(database)]

    with database.transaction() as tx:
        assert revive(tx, dead_ids, now=LATER) == 2

    assert len(claim(database, now=LATER)) == 2


def test_revive_when_the_message_is_not_dead_or_unknown_does_nothing(database: Database) -> None:
    _put(database, "score")
    claimed = _claim_one(database)

    with database.transaction() as tx:
        assert revive(tx, [claimed.id, new_id()], now=LATER) == 0

    assert [message.state for message in _messages(database)] == ["claimed"]


def test_revive_when_done_wakes_the_worker(database: Database) -> None:
    dead_id = _dead(database)
    woken: list[bool] = []
    database.wake = lambda: woken.append(True)

    with database.transaction() as tx:
        revive(tx, [dead_id], now=LATER)

    assert woken == [True]


def _put(database: Database, type: str, ids: dict[str, object] | None = None, **options: Any) -> None:
    with database.transaction() as tx:
        put(tx, type, ids or {"person": "p"}, now=NOW, **options)


def _claim_one(database: Database, *, now: Any = NOW) -> Claimed:
    [claimed] = claim(database, now=now, lease_seconds=60)
    return claimed


def _dead(database: Database, **options: Any) -> uuid.UUID:
    _put(database, "score", **options)
    claimed = _claim_one(database)
    finish_dead(database, claimed, now=NOW, error="gone")
    return claimed.id


def _finish(database: Database, claimed: Claimed, ending: str) -> bool:
    if ending == "done":
        return finish_done(database, claimed, now=LATER)
    if ending == "dead":
        return finish_dead(database, claimed, now=LATER, error="gone")
    return finish_later(database, claimed, now=LATER, due_at=LATER, error="busy")


def _lane(database: Database, claimed: Claimed) -> str:
    with database.reading() as tx:
        return tx.get_one(OutboxMessage, claimed.id).lane


def _messages(database: Database) -> list[OutboxMessage]:
    with database.reading() as tx:
        return list(tx.execute(select(OutboxMessage).order_by(OutboxMessage.due_at)).scalars())
