"""Pages without a launch: health, and what to say to somebody who opens the bare address."""

from __future__ import annotations

from flask import Blueprint, render_template
from sqlalchemy import text

from config.migrate import newest_revision
from lti_tool.web.current import tool
from lti_tool.web.proxies import how_it_arrived

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
def index() -> str:
    """Say what this service is and that it is opened from a course."""
    return render_template("public/index.html")


@blueprint.get("/health/live")
def live() -> dict[str, str]:
    """Answer that the process runs."""
    return {"status": "ok"}


@blueprint.get("/health/ready")
def ready() -> tuple[dict[str, object], int]:
    """Answer whether requests can be served: the database answers and has this release's schema.

    How this very request came through the proxies is told as well, for `mijlpaal check`; it decides nothing here,
    since a container's own health check comes past them.
    """
    with tool().db.reading() as tx:
        revision = tx.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if revision != newest_revision():
        return {"status": "waiting", "database": "run `mijlpaal db upgrade`", "proxies": how_it_arrived()}, 503
    return {"status": "ok", "proxies": how_it_arrived()}, 200
