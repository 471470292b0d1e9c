"""Why a learner has these points, and what there is left to do: as sentences, and as data to take along."""

from __future__ import annotations

import json
import uuid

from flask import Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from config.errors import NotFound
from gamification.explain import explain_learner, explanation_json
from lti_tool.course.learner_explanation import LearnerWhy, learner_why
from lti_tool.web.current import launch_session, tool
from lti_tool.web.learner.because import say_goal, say_task
from lti_tool.web.learner.showing import draw


def why() -> str | WerkzeugResponse:
    """Say for every task, or for the one that `task` names, why it gives points or not yet."""
    if launch_session().wishes.hides_numbers:
        return redirect(url_for("learner.route"), 303)
    found = _found()
    tasks = found.explanation.tasks if found.explanation else ()
    asked = _asked_for()
    if asked is not None:
        tasks = tuple(task for task in tasks if task.task_id == asked)
        if not tasks:
            raise NotFound("task")
    return draw(
        "learner/why.html", found.page, told=[say_task(task, found) for task in tasks], is_one=asked is not None
    )


def goal() -> str | WerkzeugResponse:
    """Say what is missing for the goal, and which tasks can bring it."""
    if launch_session().wishes.hides_numbers:
        return redirect(url_for("learner.route"), 303)
    found = _found()
    told = say_goal(found.explanation, found) if found.explanation else None
    return draw("learner/goal.html", found.page, told=told)


def explanation() -> Response:
    """Download the learner's own explanation, as data: what the pages say. Empty before there are tasks."""
    session = launch_session()
    with tool().db.reading() as tx:
        found = explain_learner(tx, session.context_id, session.person_id)
    data = explanation_json(found) if found else {}
    response = make_response(json.dumps(data, ensure_ascii=False, indent=2))
    response.headers["Content-Type"] = "application/json"
    response.headers["Content-Disposition"] = 'attachment; filename="explanation.json"'
    return response


def _found() -> LearnerWhy:
    session = launch_session()
    with tool().db.reading() as tx:
        return learner_why(tx, session.context_id, session.person_id)


def _asked_for() -> uuid.UUID | None:
    named = request.args.get("task")
    if named is None:
        return None
    try:
        return uuid.UUID(named)
    except ValueError:
        raise NotFound("task") from None
