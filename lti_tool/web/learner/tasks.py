"""A task: its page, saying "I have done this", and sending work. What was typed is never lost."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.errors import Conflict, NotFound
from gamification.hand_ins import HandInInvalid, hand_ins_of
from lti_tool.course.learner_badges import badge_brought_by
from lti_tool.course.membership import presentation_of
from lti_tool.progress import finish_task, hand_in_work
from lti_tool.roster.models import Presentation
from lti_tool.web.current import launch_session, tool
from lti_tool.web.learner.notices import (
    arguments_when_done,
    arguments_when_sent,
    notice_of_conflict,
    notice_of_work,
)
from lti_tool.web.learner.showing import ROUTE, TASK, TODAY, show_route, show_task, show_today
from lti_tool.web.learner.work_form import WorkForm, form_again, read_form


def task(task_id: uuid.UUID) -> str:
    """Show what to do, how to finish it, and what happened with it before."""
    return show_task(task_id)


def done(task_id: uuid.UUID) -> Response | tuple[str, int]:
    """Record "I have done this", and go on with the page that the button was on. Saying it twice changes nothing.

    Where this reached the goal, the way goes on by the page that celebrates it.
    """
    session = launch_session()
    back = request.form.get("back", ROUTE)
    try:
        with tool().db.transaction() as tx:
            recorded = finish_task(
                tx,
                context_id=session.context_id,
                person_id=session.person_id,
                role=session.role,
                task_id=task_id,
                now=tool().clock.now(),
            )
            award_id = badge_brought_by(tx, session.context_id, session.person_id, recorded.activity_id)
            presentation = presentation_of(tx, session.context_id, session.person_id)
    except Conflict as conflict:
        return _show_conflict(task_id, conflict, back)
    except NotFound:
        notice = notice_of_conflict("task-gone")
        return (show_today(notice) if back == TODAY else show_route(notice)), 404
    said = arguments_when_done(task_id)
    if award_id and presentation is Presentation.EVERYTHING:
        return redirect(url_for("learner.celebrate", award_id=award_id, **said), 303)
    if back == TASK:
        return redirect(url_for("learner.task", task_id=task_id, **said), 303)
    return redirect(url_for("learner.today" if back == TODAY else "learner.route", **said), 303)


def hand_in(task_id: uuid.UUID) -> Response | tuple[str, int]:
    """Keep the work that was sent; the answer comes on the task's page."""
    session = launch_session()
    form = read_form(request.form)
    try:
        with tool().db.transaction() as tx:
            hand_in_work(
                tx,
                context_id=session.context_id,
                person_id=session.person_id,
                role=session.role,
                task_id=task_id,
                hand_in_id=form.hand_in_id,
                text=form.text,
                link=form.link,
                now=tool().clock.now(),
            )
    except HandInInvalid as invalid:
        again = form_again(form, invalid)
        return show_task(task_id, notice_of_work(again), again), 400
    except Conflict as conflict:
        if not _was_sent_before(task_id, form):
            return show_task(task_id, notice_of_conflict(conflict.code), form_again(form)), 409
    except NotFound:
        if not form.is_written:
            raise
        return render_template("learner/task_gone.html", form=form), 404
    return redirect(url_for("learner.task", task_id=task_id, **arguments_when_sent(task_id)), 303)


def _show_conflict(task_id: uuid.UUID, conflict: Conflict, back: str) -> tuple[str, int]:
    notice = notice_of_conflict(conflict.code)
    if back == TASK or conflict.code in {"task-needs-review", "task-in-platform"}:
        return show_task(task_id, notice), 409
    return (show_today(notice) if back == TODAY else show_route(notice)), 409


def _was_sent_before(task_id: uuid.UUID, form: WorkForm) -> bool:
    """Say whether this very form came in already, and what it led to since is no conflict with itself."""
    session = launch_session()
    with tool().db.reading() as tx:
        sent = hand_ins_of(tx, session.context_id, session.person_id, task_id)
    return any((work.hand_in_id, work.text, work.link) == (form.hand_in_id, form.text, form.link) for work in sent)
