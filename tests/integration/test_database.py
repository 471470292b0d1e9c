"""The unit of work on real databases: nothing is lost, nothing half written, moments stay aware."""

from __future__ import annotations

import stat
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from config.database import Database
from config.migrate import upgrade
from config.outbox import put
from gamification.models import Balance
from lti_tool.roster.models import Person
from tests.factories.rows import NOW, make_balance, make_deployment, make_person

THREADS = 8
TRANSACTIONS = 50


def test_reading_then_writing_when_eight_threads_do_it_at_once_loses_nothing(database: Database) -> None:
    with database.transaction() as tx:
        person_id = make_balance(tx).person_id

    def add_one_fifty_times(_thread: int) -> None:
        for _ in range(TRANSACTIONS):
            with database.transaction() as tx:
                balance = tx.execute(
                    select(Balance).where(Balance.person_id == person_id).with_for_update()
                ).scalar_one()
                balance.points += 1

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(add_one_fifty_times, range(THREADS)))

    with database.reading() as tx:
        points = tx.execute(select(Balance.points).where(Balance.person_id == person_id)).scalar_one()
    assert points == THREADS * TRANSACTIONS


def test_transaction_when_it_raises_keeps_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with database.transaction() as tx:
            make_person(tx)
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fail()

    assert _people(database) == []


def test_transaction_when_it_ends_normally_keeps_everything(database: Database) -> None:
    with database.transaction() as tx:
        person_id = make_person(tx).id

    assert _people(database) == [person_id]


def test_transaction_when_its_commit_fails_keeps_nothing_and_wakes_nobody(database: Database) -> None:
    woken = []
    database.wake = lambda: woken.append(True)

    def put_and_fail() -> None:
        with database.transaction() as tx:
            make_person(tx)
            put(tx, "test", {}, now=NOW)
            tx.add(_orphan("flushed by the commit"))

    with pytest.raises(IntegrityError):
        put_and_fail()

    assert _people(database) == []
    assert woken == []


def test_reading_when_the_code_inside_changes_and_flushes_writes_nothing(database: Database) -> None:
    with database.transaction() as tx:
        person_id = make_person(tx, name="Before").id

    with database.reading() as tx:
        tx.get_one(Person, person_id).name = "After"
        tx.flush()
        make_person(tx)

    with database.reading() as tx:
        assert tx.execute(select(Person.name)).scalars().all() == ["Before"]


def test_reading_when_it_raises_writes_nothing(database: Database) -> None:
    def read_and_fail() -> None:
        with database.reading() as tx:
            make_person(tx)
            raise LookupError

    with pytest.raises(LookupError):
        read_and_fail()

    assert _people(database) == []


def test_row_when_read_can_still_be_used_after_reading(database: Database) -> None:
    with database.transaction() as tx:
        person_id = make_person(tx, name="Sanne").id

    with database.reading() as tx:
        person = tx.get_one(Person, person_id)

    assert person.name == "Sanne"


def test_reading_when_a_writer_is_open_sees_the_old_state_at_once(database: Database) -> None:
    with database.transaction() as tx:
        person_id = make_person(tx, name="Before").id

    with database.transaction() as writer:
        writer.get_one(Person, person_id).name = "After"
        writer.flush()
        started = monotonic()
        with database.reading() as reader:
            seen = reader.get_one(Person, person_id).name
        waited = monotonic() - started

    assert seen == "Before"
    assert waited < 5
    with database.reading() as reader:
        assert reader.get_one(Person, person_id).name == "After"


def test_writing_when_a_reader_is_open_is_not_held_up(database: Database) -> None:
    with database.transaction() as tx:
        person_id = make_person(tx, name="Before").id

    with database.reading() as reader:
        assert reader.get_one(Person, person_id).name == "Before"
        started = monotonic()
        with database.transaction() as writer:
            writer.get_one(Person, person_id).name = "After"
        waited = monotonic() - started

    assert waited < 5


def test_foreign_key_when_the_parent_is_missing_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as tx:
        tx.add(_orphan("nobody's"))

    assert _people(database) == []


def test_foreign_key_when_a_parent_with_children_is_deleted_is_refused(database: Database) -> None:
    with database.transaction() as tx:
        make_deployment(tx)

    with pytest.raises(IntegrityError), database.transaction() as tx:
        tx.execute(text("DELETE FROM registration"))


def test_moment_when_it_has_no_zone_is_refused(database: Database) -> None:
    naive = NOW.replace(tzinfo=None)

    with pytest.raises(StatementError, match="without a time zone"), database.transaction() as tx:
        make_person(tx).created_at = naive

    assert _people(database) == []


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(datetime(2026, 9, 1, 8, 0, 0, 123456, tzinfo=UTC), id="in-utc"),
        pytest.param(datetime(2026, 9, 1, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))), id="ahead-of-utc"),
        pytest.param(datetime(2026, 9, 1, 23, 0, tzinfo=timezone(timedelta(hours=-7))), id="behind-utc"),
    ],
)
def test_moment_when_read_again_is_the_same_moment_in_utc(database: Database, moment: datetime) -> None:
    with database.transaction() as tx:
        person = make_person(tx)
        person.created_at = moment

    with database.reading() as tx:
        read = tx.execute(select(Person.created_at)).scalar_one()
    assert read == moment
    assert read.tzinfo is UTC


def test_moment_when_compared_in_a_query_is_compared_as_a_moment(database: Database) -> None:
    with database.transaction() as tx:
        make_person(tx).created_at = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)

    an_hour_later_by_the_clock_on_the_wall = datetime(2026, 9, 1, 9, 0, tzinfo=timezone(timedelta(hours=2)))
    with database.reading() as tx:
        before = tx.execute(select(Person.id).where(Person.created_at < an_hour_later_by_the_clock_on_the_wall)).all()
    assert before == []


@pytest.mark.parametrize("first_opened_by", ["upgrade", "database"])
def test_sqlite_file_when_made_is_for_its_owner_alone(tmp_path: Path, first_opened_by: str) -> None:
    path = tmp_path / "data" / "mijlpaal.sqlite3"
    if first_opened_by == "upgrade":
        upgrade(f"sqlite:///{path}")

    database = Database(f"sqlite:///{path}")
    with database.transaction() as tx:
        tx.execute(text("CREATE TABLE something (id INTEGER)"))
        beside = sorted(file.name for file in path.parent.iterdir())
        modes = {stat.filemode(file.stat().st_mode) for file in path.parent.iterdir()}
    database.dispose()

    assert stat.filemode(path.parent.stat().st_mode) == "drwx------"
    assert modes == {"-rw-------"}
    assert beside == ["mijlpaal.sqlite3", "mijlpaal.sqlite3-shm", "mijlpaal.sqlite3-wal"]


def test_error_when_a_statement_fails_does_not_tell_the_values(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught, database.transaction() as tx:
        tx.add(_orphan("sanne@example.org"))

    assert "sanne@example.org" not in str(caught.value)


def test_value_when_read_in_a_transaction_cannot_change_before_it_is_written(
    database: Database, another_connection: Database
) -> None:
    with database.transaction() as tx:
        person_id = make_balance(tx, points=1).person_id

    with ThreadPoolExecutor(1) as pool:
        with _held_balance(database, person_id) as balance:
            later = pool.submit(_double, another_connection, person_id)
            balance.points += 1
        later.result()

    with database.reading() as tx:
        assert tx.execute(select(Balance.points)).scalar_one() == 4


@contextmanager
def _held_balance(database: Database, person_id: uuid.UUID) -> Iterator[Balance]:
    with database.transaction() as tx:
        yield _balance(tx, person_id)


def _double(database: Database, person_id: uuid.UUID) -> None:
    with database.transaction() as tx:
        _balance(tx, person_id).points *= 2


def _balance(tx: Session, person_id: uuid.UUID) -> Balance:
    return tx.execute(select(Balance).where(Balance.person_id == person_id).with_for_update()).scalar_one()


def _orphan(subject: str) -> Person:
    return Person(id=uuid.uuid4(), registration_id=uuid.uuid4(), subject=subject, created_at=NOW)


def _people(database: Database) -> list[uuid.UUID]:
    with database.reading() as tx:
        return list(tx.execute(select(Person.id)).scalars())


@pytest.fixture
def another_connection(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()
