"""The teacher's answers where the platform's settings and this course say different things.

The questions are part of the set-up page (templates/teacher/lms_questions.html); each answer is a form of its own.
"""

from __future__ import annotations

import re
import uuid

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from config.errors import Conflict, InputInvalid
from lti_tool.link_settings import Part, settle
from lti_tool.web.current import launch_session, tool

blueprint = Blueprint("lms_settings", __name__)

ANSWERS = {"take": "taken", "keep": "kept"}
"""What the button says, and what the page says afterwards."""


@blueprint.post("/setup/lms")
def answer() -> Response:
    """Take over the platform's value, or keep ours; when something changed meanwhile, show the page again."""
    session = launch_session()
    chosen, seen_number = request.form.get("answer", ""), request.form.get("seen_number", "")
    if chosen not in ANSWERS or not re.fullmatch("[0-9]{1,9}", seen_number):
        raise InputInvalid("lms-answer")
    try:
        link_id, part = uuid.UUID(request.form.get("link", "")), Part(request.form.get("part", ""))
    except ValueError as invalid:
        raise InputInvalid("lms-answer") from invalid
    said = ANSWERS[chosen]
    try:
        with tool().db.transaction() as tx:
            settle(
                tx,
                context_id=session.context_id,
                person_id=session.person_id,
                role=session.role,
                link_id=link_id,
                part=part,
                theirs=request.form.get("theirs", ""),
                takes=chosen == "take",
                seen_number=int(seen_number),
                locale=session.locale,
                now=tool().clock.now(),
            )
    except Conflict:
        said = "changed"
    return redirect(url_for("setup.edit", lms=said, _anchor="lms"), 303)
