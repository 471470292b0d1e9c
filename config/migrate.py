"""Brings a database to the newest schema: always by the numbered migrations, never by create_all."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from config.database import Database


def migration_config(database_url: str) -> Config:
    """Return Alembic's configuration for this database; the migrations are found inside the installed package."""
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["database_url"] = database_url
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Migrate up to `revision`."""
    command.upgrade(migration_config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Migrate down to `revision`."""
    command.downgrade(migration_config(database_url), revision)


def newest_revision() -> str:
    """Return the revision that this release needs."""
    head = ScriptDirectory(str(Path(str(files("migrations"))))).get_current_head()
    return head or ""


def current_revision(database: Database) -> str:
    """Return the revision that the database has, or nothing."""
    with database.reading() as tx:
        return MigrationContext.configure(tx.connection()).get_current_revision() or ""
