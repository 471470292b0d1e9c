"""Building the tool for a command, with a clear word when the database cannot be used."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from config.errors import ToolError
from config.migrate import current_revision, newest_revision
from config.settings import Settings, load_settings
from lti_tool.roster.signing_keys import ensure_signing_key
from lti_tool.tool import Tool, build_tool


def ready_settings() -> Settings:
    """Return the settings once the database answers, has this release's schema and a signing key.

    Raises:
        ToolError: `database-unreachable`, or `database-not-upgraded` with the command that mends it.
    """
    settings = load_settings()
    ready_tool(settings).db.dispose()
    return settings


def ready_tool(settings: Settings | None = None) -> Tool:
    """Return the built tool; see `ready_settings` for what is checked."""
    tool = build_tool(settings or load_settings())
    try:
        revision = current_revision(tool.db)
    except SQLAlchemyError as error:
        kind = type(error).__name__
        raise ToolError("database-unreachable", f"{kind}; look at MIJLPAAL_DATABASE_URL and the server") from None
    if revision != newest_revision():
        raise ToolError("database-not-upgraded", "run `mijlpaal db upgrade` first")
    with tool.db.transaction() as tx:
        ensure_signing_key(tx, tool.box, now=tool.clock.now())
    return tool
