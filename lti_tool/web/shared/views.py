"""What everybody who came by a launch can do: find the first page, choose a language."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from config.errors import InputInvalid
from lti_tool.course import choose_locale, course_setup, is_welcomed
from lti_tool.launching import LOCALES
from lti_tool.lti.roles import may_edit, may_review
from lti_tool.roster.models import LaunchSession
from lti_tool.web.current import launch_session, tool

blueprint = Blueprint("shared", __name__)


@blueprint.get("/")
def home() -> Response:
    """Send each role to its first page; a learner who is new reads the welcome first."""
    session = launch_session()
    with tool().db.reading() as tx:
        if may_edit(session.role):
            is_new = course_setup(tx, session.context_id).version_number == 0
            return redirect(url_for("setup.edit" if is_new else "participants.overview"), 303)
        if may_review(session.role):
            return redirect(url_for("participants.overview"), 303)
        if not is_welcomed(tx, session.context_id, session.person_id):
            return redirect(url_for("learner.welcome"), 303)
    return redirect(url_for("learner.route"), 303)


@blueprint.post("/language")
def language() -> Response:
    """Keep the language that the person chose, here and for later launches."""
    locale = request.form.get("locale", "")
    if locale not in LOCALES:
        raise InputInvalid("locale", field="locale")
    session = launch_session()
    with tool().db.transaction() as tx:
        choose_locale(tx, session.person_id, locale)
        tx.get_one(LaunchSession, session.id).locale = locale
    return redirect(url_for("shared.home"), 303)
