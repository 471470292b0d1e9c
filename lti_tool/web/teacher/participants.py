"""Who has done what: the overview for teachers and assistants."""

from __future__ import annotations

from flask import Blueprint, render_template

from lti_tool.course.participants import participants
from lti_tool.course.set_up import course_setup
from lti_tool.lti.roles import may_edit
from lti_tool.web.current import launch_session, tool

blueprint = Blueprint("participants", __name__)


@blueprint.get("/participants")
def overview() -> str:
    """List the learners of the course with their points."""
    session = launch_session()
    with tool().db.reading() as tx:
        setup = course_setup(tx, session.context_id)
        lines = participants(tx, session.context_id)
    return render_template(
        "teacher/participants.html", setup=setup, participants=lines, may_edit=may_edit(session.role)
    )
