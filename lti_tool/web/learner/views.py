"""The learner's pages: the welcome, the list that turns green, saying "I have done this", the badge to keep."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from badges.award import find_document
from config.errors import NotFound
from lti_tool.course.learner_page import learner_page
from lti_tool.course.membership import welcome as keep_welcome
from lti_tool.lti.roles import may_earn
from lti_tool.progress import finish_task
from lti_tool.web.current import launch_session, tool
from lti_tool.web.learner.road import draw_road
from lti_tool.web.learner.sentences import say_done, say_standing

blueprint = Blueprint("learner", __name__)


@blueprint.get("/welcome")
def welcome() -> str:
    """Say what this is, who sees what, that taking part is a choice, and what a badge is."""
    session = launch_session()
    with tool().db.reading() as tx:
        page = learner_page(tx, session.context_id, session.person_id)
    return render_template("learner/welcome.html", page=page)


@blueprint.post("/welcome")
def begin() -> AnyResponse:
    """Keep that the welcome was read."""
    session = launch_session()
    with tool().db.transaction() as tx:
        keep_welcome(tx, session.context_id, session.person_id, now=tool().clock.now())
    return redirect(url_for("learner.route"), 303)


@blueprint.get("/route")
def route() -> str:
    """Show the list, the points with their sentence and the road to the goal. `done` names what was just finished."""
    session = launch_session()
    with tool().db.reading() as tx:
        page = learner_page(tx, session.context_id, session.person_id)
    named = next((task for task in page.tasks if str(task.task_id) == request.args.get("done")), None)
    just_done = named if named and named.done_at else None
    return render_template(
        "learner/route.html",
        page=page,
        may_earn=may_earn(session.role),
        just_done=just_done,
        said=say_standing(page),
        said_done=say_done(page, just_done) if just_done else "",
        road=draw_road(
            tuple((task.points, task.done_at is not None) for task in page.tasks), page.points, page.goal_points
        ),
    )


@blueprint.post("/tasks/<uuid:task_id>/done")
def done(task_id: uuid.UUID) -> AnyResponse:
    """Record "I have done this". Saying it twice changes nothing."""
    session = launch_session()
    with tool().db.transaction() as tx:
        finish_task(
            tx,
            context_id=session.context_id,
            person_id=session.person_id,
            role=session.role,
            task_id=task_id,
            now=tool().clock.now(),
        )
    return redirect(url_for("learner.route", done=task_id, _anchor="status"), 303)


@blueprint.get("/badges/<uuid:award_id>/credential.json")
def credential(award_id: uuid.UUID) -> Response:
    """Download the signed badge: the holder's own, as it was signed."""
    session = launch_session()
    with tool().db.reading() as tx:
        found = find_document(tx, award_id, session.person_id)
    if found is None:
        raise NotFound("credential")
    _name, document = found
    response = make_response(document)
    response.headers["Content-Type"] = "application/vc+ld+json"
    response.headers["Content-Disposition"] = f'attachment; filename="badge-{award_id}.json"'
    return response
