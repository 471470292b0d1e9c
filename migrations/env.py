"""Runs the numbered migrations on SQLite and PostgreSQL.

Processes that start at once migrate one after the other: on PostgreSQL under an advisory lock, on SQLite because all
steps are one exclusive transaction, begun before the revision is read. A step that fails leaves nothing behind.

On SQLite a batch rebuild drops and recreates a table, which with foreign keys on deletes the children of its rows:
they are off on this connection, and checked before the commit.
"""

import sqlite3
from pathlib import Path

from alembic import context
from sqlalchemy import Connection, NullPool, create_engine, event, text
from sqlalchemy.engine import make_url

import lti_tool.tables  # noqa: F401  (fills the MetaData)
from config.database import Base, Turn, keep_private

target_metadata = Base.metadata


def run() -> None:
    url = context.config.attributes["database_url"]
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    # No pool: whatever happens, the end of the connection gives the advisory lock free.
    engine = create_engine(url, poolclass=NullPool)
    if is_sqlite:
        if parsed.database:
            keep_private(Path(parsed.database))
        event.listen(engine, "connect", prepare_sqlite)
        event.listen(engine, "begin", begin_sqlite)
    with engine.connect() as connection:
        if not is_sqlite:
            connection.execute(text("SELECT pg_advisory_lock(:turn)"), {"turn": int(Turn.MIGRATE)})
            # Only now: waiting for another process that migrates may take as long as that takes.
            connection.execute(text("SET lock_timeout = '10s'"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=target_metadata,
            render_as_batch=is_sqlite,
            compare_type=True,
            compare_server_default=True,
            transactional_ddl=True,
            transaction_per_migration=not is_sqlite,
        )
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"rows without their parent after migrating: {broken[:5]}")


def prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver would leave CREATE and DROP outside the transaction: begin_sqlite decides instead.
    connection.isolation_level = None
    for pragma in ("busy_timeout = 60000", "journal_mode = WAL", "foreign_keys = OFF"):
        connection.execute(f"PRAGMA {pragma}").close()


def begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


run()
