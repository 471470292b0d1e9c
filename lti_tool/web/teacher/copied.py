"""Telling a teacher, until they have seen it, that this course began with what another one had."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from lti_tool.copying import see_copy, told_origin
from lti_tool.web.current import find_launch_session, launch_session, tool

blueprint = Blueprint("copied", __name__)


@blueprint.post("/copied/seen")
def seen() -> Response:
    """Keep that somebody who edits this course has seen it."""
    with tool().db.transaction() as tx:
        see_copy(tx, launch_session().context_id, now=tool().clock.now())
    return redirect(url_for("setup.edit"), 303)


@blueprint.app_context_processor
def _copied() -> dict[str, object]:
    return {"copied_from": _origin}


def _origin() -> str | None:
    """Return what the course was called that this one began with; None where there is nothing to tell (any more)."""
    session = find_launch_session()
    if session is None:
        return None
    with tool().db.reading() as tx:
        return told_origin(tx, session.context_id)
