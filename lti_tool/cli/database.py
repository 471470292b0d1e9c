"""`mijlpaal db`: the schema."""

from __future__ import annotations

import click
from sqlalchemy.exc import SQLAlchemyError

from config.errors import ToolError
from config.migrate import newest_revision, upgrade
from config.settings import load_settings


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
def upgrade_command() -> None:
    """Bring the database to this release's schema. Safe to run again."""
    settings = load_settings()
    try:
        upgrade(settings.database_address)
    except SQLAlchemyError as error:
        kind = type(error).__name__
        raise ToolError("database-unreachable", f"{kind}; look at MIJLPAAL_DATABASE_URL and the server") from None
    click.echo(f"The database has schema {newest_revision()}.")
