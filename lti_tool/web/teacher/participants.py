"""Who stands where: the overview of participants, for teachers and assistants, with a filter that stays."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.typed_text import one_line
from gamification.engine.task_state import TaskState
from lti_tool.course.badge_news import badge_news
from lti_tool.course.participants import Show, Sort, Wanted, overview
from lti_tool.course.roster_state import read_roster_now, roster_state
from lti_tool.course.set_up import course_setup
from lti_tool.link_settings import lms_view
from lti_tool.lti.roles import may_edit
from lti_tool.roster.groups import groups_of
from lti_tool.web.current import launch_session, tool
from lti_tool.web.service_words import service_words
from lti_tool.web.teacher import badges_words, participant, participant_words, participants_csv
from lti_tool.web.teacher.gradebook_words import time_words

blueprint = Blueprint("participants", __name__)
blueprint.add_url_rule("/participants/<uuid:person_id>", "person", participant.person)
blueprint.add_url_rule("/participants/<uuid:person_id>/praise", "praise", participant.praise, methods=["POST"])
blueprint.add_url_rule("/participants/<uuid:person_id>/award", "award", participant.award, methods=["POST"])
blueprint.add_url_rule("/participants/<uuid:person_id>/take-back", "take_back", participant.take_back, methods=["POST"])
blueprint.add_url_rule(
    "/participants/<uuid:person_id>/badge/give", "give_badge", participant.give_badge, methods=["POST"]
)
blueprint.add_url_rule(
    "/participants/<uuid:person_id>/badge/take-back", "take_badge_back", participant.take_badge_back, methods=["POST"]
)
blueprint.add_url_rule("/participants.csv", "export", participants_csv.export)
blueprint.add_url_rule("/ledger.csv", "ledger", participants_csv.ledger)

_LONGEST_SEARCH = 200
_Choice = TypeVar("_Choice", bound=StrEnum)


@blueprint.get("/participants", endpoint="overview")
def show_overview() -> str:
    """Show participants by tasks: those that the filter in the address asks for, fifty on a page."""
    session = launch_session()
    now = tool().clock.now()
    page = request.args.get("page", "")
    wanted = Wanted(
        search=one_line(request.args.get("q", ""))[:_LONGEST_SEARCH],
        group=one_line(request.args.get("group", ""))[:_LONGEST_SEARCH],
        show=_chosen(Show, request.args.get("show", "")),
        sort=_chosen(Sort, request.args.get("sort", "")),
        page=int(page) if page.isdecimal() and len(page) < 7 else 1,
    )
    with tool().db.reading() as tx:
        setup = course_setup(tx, session.context_id)
        found = overview(tx, session.context_id, wanted, now=now)
        news = badge_news(tx, session.context_id)
        groups = groups_of(tx, session.context_id)
        roster = roster_state(tx, session.context_id, now=now)
        questions = len(lms_view(tx, session.context_id).questions) if may_edit(session.role) else 0
    return render_template(
        "teacher/participants.html",
        setup=setup,
        overview=found,
        wanted=wanted,
        shows=[show for show in Show if show is not Show.HAS_LEFT or found.left or wanted.show is show],
        groups=groups,
        roster=roster,
        roster_trouble=service_words,
        ago=lambda moment: time_words(moment, now),
        is_reading=request.args.get("reading") == "1",
        sorts=list(Sort),
        states=TaskState,
        titles={task.task_id: task.title for task in setup.tasks},
        words=participant_words,
        now=now,
        lms_questions=questions,
        news=news,
        badge_words=badges_words,
        may_edit=may_edit(session.role),
    )


@blueprint.post("/participants/roster")
def read_roster() -> Response:
    """Have the roster of the course read now."""
    session = launch_session()
    with tool().db.transaction() as tx:
        read_roster_now(tx, session.context_id, role=session.role, now=tool().clock.now())
    return redirect(url_for("participants.overview", reading=1, _anchor="roster"), 303)


def _chosen(choices: type[_Choice], value: str) -> _Choice:
    return next((choice for choice in choices if choice == value), next(iter(choices)))
