"""The badges of a course for those who teach: who holds one, one badge with how it was judged, what somebody doubts."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from badges.picture.svg import svg_of
from config.errors import InputInvalid
from lti_tool.awarding import close_report, see_several_as_staff
from lti_tool.badge_words import (
    badge_type_name,
    badge_type_sentence,
    counted_sentence,
    judged_sentence,
    proof_kind_sentence,
)
from lti_tool.course.badge_news import MOST_TOLD
from lti_tool.course.badges_of_course import OneBadge, Show, badge_of_course, badges_of_course
from lti_tool.course.set_up import course_setup
from lti_tool.lti.roles import may_edit
from lti_tool.web.current import launch_session, tool
from lti_tool.web.teacher import badges_words, participant_words
from lti_tool.web.teacher.badge_decisions import TAKE_BADGE_BACK, try_to_take_back
from lti_tool.web.teacher.decision_form import DecisionForm

blueprint = Blueprint("teacher_badges", __name__)

_FILTER = ("q", "show", "sort", "page")
"""What the overview of participants, where the message stands, was asked for."""
_SAID = ("badge-taken-back", "report-closed")


@blueprint.get("/badges-of-course")
def overview() -> str:
    """Show the badges that the filter in the address asks for, fifty on a page."""
    session = launch_session()
    page = request.args.get("page", "")
    show = _shown()
    with tool().db.reading() as tx:
        setup = course_setup(tx, session.context_id)
        found = badges_of_course(
            tx, session.context_id, show, page=int(page) if page.isdecimal() and len(page) < 7 else 1
        )
    return render_template("teacher/badges.html", setup=setup, found=found, show=show, shows=list(Show), **_always())


@blueprint.post("/badges-of-course/seen")
def seen() -> Response:
    """Close the message about the badges that it named."""
    session = launch_session()
    with tool().db.transaction() as tx:
        see_several_as_staff(
            tx,
            context_id=session.context_id,
            award_ids=_ids(request.form.get("award_ids", "")),
            role=session.role,
            now=tool().clock.now(),
        )
    asked: dict[str, Any] = {name: request.args[name] for name in _FILTER if name in request.args}
    return redirect(url_for("participants.overview", **asked), 303)


@blueprint.get("/badges-of-course/<uuid:award_id>")
def badge(award_id: uuid.UUID) -> str:
    """Show one badge: its state, what it says, how each task was judged, and what somebody doubts."""
    said = request.args.get("said", "")
    return _page(_read(award_id), DecisionForm(TAKE_BADGE_BACK), said=said if said in _SAID else "")


@blueprint.get("/badges-of-course/<uuid:award_id>/picture.svg")
def picture(award_id: uuid.UUID) -> Response:
    """Show the drawing of a badge."""
    response: Response = make_response(svg_of(_read(award_id).award.details.design))
    response.headers["Content-Type"] = "image/svg+xml"
    return response


@blueprint.post("/badges-of-course/<uuid:award_id>/take-back")
def take_back(award_id: uuid.UUID) -> Response | tuple[str, int]:
    """Take the badge back, with a reason; also from somebody who does not learn here any more."""
    form = try_to_take_back(_read(award_id).line.person_id, award_id)
    if form is not None:
        return _page(_read(award_id), form), form.status
    return _back(award_id, "badge-taken-back")


@blueprint.post("/badges-of-course/<uuid:award_id>/reports/<uuid:report_id>/closed")
def report_closed(award_id: uuid.UUID, report_id: uuid.UUID) -> Response:
    """Keep that a doubt about this badge has been dealt with."""
    session = launch_session()
    _read(award_id)
    with tool().db.transaction() as tx:
        close_report(
            tx,
            context_id=session.context_id,
            report_id=report_id,
            actor_id=session.person_id,
            role=session.role,
            now=tool().clock.now(),
        )
    return _back(award_id, "report-closed")


def _read(award_id: uuid.UUID) -> OneBadge:
    with tool().db.reading() as tx:
        return badge_of_course(tx, launch_session().context_id, award_id)


def _page(found: OneBadge, form: DecisionForm, *, said: str = "") -> str:
    session = launch_session()
    with tool().db.reading() as tx:
        setup = course_setup(tx, session.context_id)
    award, locale = found.award, session.locale
    return render_template(
        "teacher/badges_one.html",
        setup=setup,
        line=found.line,
        award=award,
        reports=found.reports,
        judged=[
            (task.title, judged_sentence(locale, task.verb, task.done_at, is_graded=task.is_graded))
            for task in found.counted.done
        ],
        counted=counted_sentence(locale, found.counted, by_hand=award.by_hand),
        type_name=badge_type_name(locale, award.details.badge_type),
        type_sentence=badge_type_sentence(locale, award.details.badge_type),
        proof_sentence=proof_kind_sentence(locale, award.details.proof_kind, award.issuer_name),
        address=tool().badge_url(award.award_id),
        form=form,
        said=said,
        show=_shown(),
        **_always(),
    )


def _always() -> dict[str, object]:
    return {
        "words": participant_words,
        "badge_words": badges_words,
        "badge_url": tool().badge_url,
        "now": tool().clock.now(),
        "may_edit": may_edit(launch_session().role),
    }


def _back(award_id: uuid.UUID, said: str) -> Response:
    show = request.args.get("show")
    return redirect(url_for("teacher_badges.badge", award_id=award_id, said=said, show=show, _anchor="status"), 303)


def _shown() -> Show:
    return next((show for show in Show if show == request.args.get("show")), Show.ALL)


def _ids(text: str) -> list[uuid.UUID]:
    try:
        found = [uuid.UUID(part) for part in text.split()]
    except ValueError as error:
        raise InputInvalid("no-id", field="award_ids") from error
    if len(found) > MOST_TOLD:
        raise InputInvalid("too-many", field="award_ids")
    return found
