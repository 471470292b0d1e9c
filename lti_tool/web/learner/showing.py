"""Drawing the learner's pages: each with a notice where something just happened, and with the status it deserves.

Whoever does not take part gets one calm page in place of all of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from lti_tool.course.learner_badges import LearnerBadge, with_decisions
from lti_tool.course.learner_page import LearnerPage, learner_page
from lti_tool.course.learner_task import learner_task
from lti_tool.course.learner_words import WordsToLearner, reason_for, words_to
from lti_tool.lti.roles import may_earn
from lti_tool.web.current import launch_session, tool
from lti_tool.web.learner.badge_sentences import alt_text
from lti_tool.web.learner.because import day
from lti_tool.web.learner.notices import Notice, notice_asked_for
from lti_tool.web.learner.road import draw_road
from lti_tool.web.learner.sentences import say_platform, say_points, say_standing
from lti_tool.web.learner.work_form import WorkForm, new_form
from lti_tool.web.markdown import render_markdown

TODAY, ROUTE, TASK = "today", "route", "task"
"""The pages that a form can say it came from."""


def draw(template: str, page: LearnerPage, notice: Notice | None = None, **values: Any) -> str:
    """Draw a learner's page; who left sees that they did, whatever was asked for."""
    return draw_for_all("learner/left.html" if page.has_left else template, page, notice, **values)


def draw_for_all(template: str, page: LearnerPage, notice: Notice | None = None, **values: Any) -> str:
    """Draw a learner's page, also for who left."""
    session = launch_session()
    # Outside courses nobody has a role, and what they look at is their own.
    earns = may_earn(session.role) or not session.is_in_course
    return render_template(template, page=page, notice=notice, may_earn=earns, **values)


def show_today(notice: Notice | None = None) -> str:
    """Draw Today: where I stand, what is new, the next steps, what waits."""
    session = launch_session()
    with tool().db.reading() as tx:
        page = learner_page(tx, session.context_id, session.person_id, hides_numbers=session.wishes.hides_numbers)
        words = words_to(tx, session.context_id, session.person_id)
        lost = _news_of_lost(tx, page)
    news = [said for said in reversed(words) if said.is_new]
    return draw(
        "learner/today.html",
        page,
        notice or notice_asked_for(page),
        said=say_standing(page),
        news=news,
        lost=lost,
        alt_text=alt_text,
        reasons=_reasons(page, [said for said in words if not said.is_new]),
    )


def show_route(notice: Notice | None = None) -> str:
    """Draw the route: the list that turns green, and the road to the flag."""
    session = launch_session()
    with tool().db.reading() as tx:
        page = learner_page(tx, session.context_id, session.person_id, hides_numbers=session.wishes.hides_numbers)
        words = words_to(tx, session.context_id, session.person_id)
        lost = _news_of_lost(tx, page)
    road = draw_road(
        tuple((task.points, task.done_at is not None) for task in page.required),
        page.points,
        page.goal_points,
        tuple((task.points, task.done_at is not None) for task in page.extras),
    )
    return draw(
        "learner/route.html",
        page,
        notice or notice_asked_for(page),
        said=say_standing(page),
        road=road,
        lost=lost,
        alt_text=alt_text,
        reasons=_reasons(page, words),
    )


def show_task(task_id: uuid.UUID, notice: Notice | None = None, form: WorkForm | None = None) -> str:
    """Draw a task, with what was typed for it where there is something.

    Raises:
        NotFound: no such task in this course.
    """
    session = launch_session()
    with tool().db.reading() as tx:
        found = learner_task(
            tx,
            session.context_id,
            session.person_id,
            task_id,
            hides_numbers=session.wishes.hides_numbers,
        )
    # Who left meanwhile, in another window, still sees what they typed here.
    draw_it = draw_for_all if form else draw
    return draw_it(
        "learner/task.html",
        found.page,
        notice or notice_asked_for(found.page),
        task=found.task,
        history=found.history,
        instructions=render_markdown(found.task.instructions),
        said_points=say_points(found.task),
        said_platform=say_platform(found.task, found.platform.name, shows_points=found.page.shows_points),
        course_url=found.platform.course_url,
        form=form or new_form(),
        day=day,
    )


def _news_of_lost(tx: Session, page: LearnerPage) -> list[LearnerBadge]:
    """Return the badges of this course that were taken back, as long as the message about it was not closed."""
    if not page.shows_points:
        return []
    return [badge for badge in with_decisions(tx, page.lost) if badge.taken_back and badge.taken_back.is_new]


def _reasons(page: LearnerPage, words: Sequence[WordsToLearner]) -> dict[uuid.UUID, WordsToLearner]:
    return {task.task_id: reason for task in page.tasks if (reason := reason_for(task, words))}
