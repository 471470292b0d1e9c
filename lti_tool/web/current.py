"""What a view may ask about the present request: the tool, the launch session, the database."""

from __future__ import annotations

from typing import cast

from flask import current_app, g

from lti_tool.roster.admin_sessions import CurrentAdmin
from lti_tool.roster.launch_sessions import CurrentSession
from lti_tool.tool import Tool

EXTENSION = "mijlpaal"


def tool() -> Tool:
    """Return the built parts of the service."""
    return cast(Tool, current_app.extensions[EXTENSION])


def launch_session() -> CurrentSession:
    """Return who looks; only in views behind a launch session."""
    return cast(CurrentSession, g.launch_session)


def find_launch_session() -> CurrentSession | None:
    """Return who looks, or None on public pages."""
    return cast("CurrentSession | None", g.get("launch_session"))


def find_admin_session() -> CurrentAdmin | None:
    """Return who is in the admin console, or None on all other pages."""
    return cast("CurrentAdmin | None", g.get("admin"))
