"""The one place that opens SQL sessions and commits.

`with database.transaction() as tx:` at the edge (view, job, command) is the unit of work: leaving it normally commits,
an exception rolls back. `with database.reading() as tx:` never writes. No network call belongs inside either.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import Connection, Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_BUSY_TIMEOUT_MS = 15_000


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware going in, aware in UTC coming out, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; store UTC (SQLite keeps no zone, so there it is stored without one)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every table in every room: one MetaData, one migration history."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {datetime: UtcDateTime()}


class Database:
    """Sessions on one database.

    `wake` is called after each commit in which a message was put into the outbox.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite and parsed.database:
            keep_private(Path(parsed.database))
        self.engine: Engine = create_engine(url, pool_pre_ping=not self.is_sqlite, hide_parameters=True)
        self.wake: Callable[[], None] = lambda: None
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a unit of work that commits when left normally.

        On SQLite it is exclusive from its first statement (BEGIN IMMEDIATE), so a value that was read cannot change
        before it is written. On PostgreSQL it is READ COMMITTED: lock what you decide on.
        """
        with Session(self.engine, expire_on_commit=False) as tx:
            yield tx
            tx.commit()
        if tx.info.get("outbox"):
            self.wake()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session for reading; whatever is changed in it is rolled back.

        Closing rolls back too, and unlike `rollback()` it leaves the rows that were read usable afterwards.
        """
        with Session(self.engine.execution_options(reading=True), expire_on_commit=False) as tx:
            yield tx

    def dispose(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


class Turn(IntEnum):
    """What only one process may do at a time; the numbers are PostgreSQL advisory locks of this service."""

    MIGRATE = 7305420
    CLAIM = 7305421
    FIRST_SIGNING_KEY = 7305422


def one_at_a_time(tx: Session, turn: Turn) -> None:
    """Wait until no other transaction has this turn, and keep it to the end. SQLite's writers wait anyway."""
    if tx.get_bind().dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": int(turn)})


def keep_private(path: Path) -> None:
    """Make an SQLite file, and the directory it needs, for this user alone: it holds names and e-mail addresses.

    SQLite gives the files beside it (-wal, -shm) the mode of the file itself.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # SQLAlchemy, not the driver, decides when a transaction begins (see _begin_sqlite).
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {_BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        # Without it INSERT OR REPLACE deletes rows past the triggers of append-only tables.
        "recursive_triggers = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading: Any = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
