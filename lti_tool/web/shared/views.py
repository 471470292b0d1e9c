"""What everybody who came by a launch can do: find the first page, choose a language."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.course.membership import is_welcomed
from lti_tool.first_page import FirstPage, first_page
from lti_tool.web.current import launch_session, tool
from lti_tool.web.locale import keep_locale

blueprint = Blueprint("shared", __name__)

FIRST_ENDPOINTS = {
    FirstPage.SETUP: "setup.edit",
    FirstPage.PARTICIPANTS: "participants.overview",
    FirstPage.WELCOME: "learner.welcome",
    FirstPage.TODAY: "learner.today",
    FirstPage.TASK: "learner.task",
    FirstPage.BADGE: "placed.badge",
    FirstPage.GATE: "placed.gate",
    FirstPage.CHOOSE: "choosing.choose",
    FirstPage.HAND_IN: "choosing.hand_in",
    FirstPage.HANDED_IN: "placed.handed_in",
    FirstPage.REVIEW: "participants.person",
    FirstPage.BADGES: "learner.badges",
    FirstPage.ACCOUNT: "placed.account",
}


@blueprint.get("/")
def home() -> Response:
    """Send each role to its first page; a learner who is new reads the welcome first."""
    session = launch_session()
    if not session.is_in_course:
        return redirect(url_for("placed.account" if session.is_administrator else "learner.badges"), 303)
    with tool().db.reading() as tx:
        welcomed = is_welcomed(tx, session.context_id, session.person_id)
        page = first_page(tx, session.context_id, session.role, is_welcomed=welcomed)
    return redirect(url_for(FIRST_ENDPOINTS[page]), 303)


@blueprint.post("/language")
def language() -> Response:
    """Keep the language that the person chose, here and for later launches."""
    keep_locale(request.form.get("locale", ""))
    return redirect(url_for("shared.home"), 303)
