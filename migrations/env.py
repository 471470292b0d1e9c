"""Runs the numbered migrations on SQLite and PostgreSQL.

On SQLite a batch rebuild drops and recreates a table, which with foreign keys on deletes the children of its rows:
they are switched off before the transaction, checked at its end, and switched on again.
"""

from pathlib import Path

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

import lti_tool.roster.models  # noqa: F401  (each import fills the MetaData)
from config.database import Base

target_metadata = Base.metadata


def run() -> None:
    url = context.config.attributes["database_url"]
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    if is_sqlite and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    with engine.connect() as connection:
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            connection.exec_driver_sql("PRAGMA busy_timeout = 60000")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.commit()
        else:
            connection.execute(text("SET lock_timeout = '10s'"))
            # Two processes that start at once migrate one after the other.
            connection.execute(text("SELECT pg_advisory_lock(7305420)"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=target_metadata,
            render_as_batch=is_sqlite,
            compare_type=True,
            compare_server_default=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"rows without their parent after migrating: {broken[:5]}")
        if not is_sqlite:
            connection.execute(text("SELECT pg_advisory_unlock(7305420)"))
            connection.commit()
    engine.dispose()


run()
