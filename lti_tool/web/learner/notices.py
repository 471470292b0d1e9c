"""The short sentence at the top of a learner's page: what just happened, or why it did not."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import npgettext, pgettext

from gamification.engine.task_state import TaskState
from gamification.progress import TaskStanding
from lti_tool.course.learner_page import LearnerPage
from lti_tool.web.learner.sentences import say_done
from lti_tool.web.learner.work_form import WorkForm

_SENT, _DONE, _SAVED = "sent", "done", "saved"


@dataclass(frozen=True)
class Notice:
    """What is said: `first` stands out, `name` is what it is about, `field` where to go for it.

    `is_done` is for what is finished alone; `is_problem` asks for attention; `is_new_award` says that the goal was
    reached with this.
    """

    first: str
    then: str = ""
    name: str = ""
    field: str = ""
    is_done: bool = False
    is_problem: bool = False
    is_new_award: bool = False


def arguments_when_done(task_id: uuid.UUID) -> dict[str, Any]:
    """Return what to add to an address so that its page says that the task was just finished."""
    return {_DONE: str(task_id), "_anchor": "status"}


def arguments_when_sent(task_id: uuid.UUID) -> dict[str, Any]:
    """Return what to add to an address so that its page says that the work was just sent."""
    return {_SENT: str(task_id), "_anchor": "status"}


def arguments_when_saved() -> dict[str, Any]:
    """Return what to add to an address so that its page says that a choice was kept."""
    return {_SAVED: "1", "_anchor": "status"}


def notice_asked_for(page: LearnerPage) -> Notice | None:
    """Return what the address asks to say, as far as it is true: anybody can write an address."""
    if request.args.get(_SAVED) == "1":
        return Notice(pgettext("learner", "Your choice is kept."))
    task = _named(page, request.args.get(_DONE))
    if task and task.done_at:
        return _notice_when_done(page, task)
    task = _named(page, request.args.get(_SENT))
    if task and task.state is TaskState.WAITING:
        return Notice(
            pgettext("learner", "Your work has been sent."),
            pgettext("learner", "Your coach looks at it. The answer comes here."),
        )
    return None


def _notice_when_done(page: LearnerPage, task: TaskStanding) -> Notice:
    if not page.shows_points:
        then = pgettext("learner", "Done:")
    elif task.is_bonus:
        then = npgettext(
            "learner", "You get %(num)s extra point for:", "You get %(num)s extra points for:", task.points
        )
    else:
        then = npgettext("learner", "You get %(num)s point for:", "You get %(num)s points for:", task.points)
    return Notice(say_done(page, task), then, task.title, is_done=True, is_new_award=page.goal_reached)


def notice_of_conflict(code: str) -> Notice:
    """Return why something could not be done: the task changed under the learner's hands."""
    if code == "task-locked":
        first = pgettext("learner", "This task comes later.")
        then = pgettext("learner", "Do the task before it first.")
    elif code == "task-needs-review":
        first = pgettext("learner", "Your coach looks at this task.")
        then = pgettext("learner", "Send your work. Then your coach gives an answer.")
    elif code == "task-in-platform":
        first = pgettext("learner", "Do this task in your course.")
        then = pgettext("learner", "You get the points by themselves.")
    elif code == "task-needs-no-review":
        first = pgettext("learner", "You do not have to send anything for this task.")
        then = pgettext("learner", "Is it done? Then press the button.")
    elif code == "task-done":
        first = pgettext("learner", "This task is done already.")
        then = pgettext("learner", "You do not have to send anything.")
    elif code == "task-closed":
        first = pgettext("learner", "This task is closed.")
        then = pgettext("learner", "You do not have to do it any more.")
    elif code == "task-gone":
        first = pgettext("learner", "This task is not there any more.")
        then = pgettext("learner", "You do not have to do it any more.")
    else:
        first = pgettext("learner", "Something has just changed.")
        then = pgettext("learner", "Look at the task and try again.")
    return Notice(first, then, is_problem=True)


def notice_of_work(form: WorkForm) -> Notice:
    """Return that work was not sent, with a way to the field that says what to do."""
    return Notice(
        pgettext("learner", "Not sent yet."),
        pgettext("learner", "What you wrote is still here."),
        form.problem,
        field=form.problem_field,
        is_problem=True,
    )


def _named(page: LearnerPage, task_id: str | None) -> TaskStanding | None:
    return next((task for task in page.tasks if str(task.task_id) == task_id), None)
