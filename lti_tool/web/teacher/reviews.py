"""Work that waits for somebody who looks at it: the list, one piece of work, and the judgement."""

from __future__ import annotations

import uuid

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.errors import Conflict, InputInvalid, NotFound
from config.typed_text import several_lines
from gamification.engine.activity import Verb
from gamification.models import REMARK_LENGTH
from gamification.remarks import Praise, RemarkInvalid
from lti_tool.course.set_up import course_setup
from lti_tool.course.work_to_judge import WorkPage, count_waiting, next_to_judge, waiting_work, work_page
from lti_tool.lti.roles import may_edit
from lti_tool.reviewing import review_work
from lti_tool.web.current import launch_session, tool
from lti_tool.web.teacher import participant_words

blueprint = Blueprint("reviews", __name__)

OUTCOMES = {str(outcome): outcome for outcome in (Verb.APPROVED, Verb.NOT_YET)}


@blueprint.app_context_processor
def nav_count() -> dict[str, object]:
    """Let the navigation of staff pages ask how much work waits; no other page pays for it."""
    return {"work_waiting": _count}


@blueprint.get("/reviews")
def waiting() -> str:
    """List the work that waits, longest first."""
    session = launch_session()
    with tool().db.reading() as tx:
        found = waiting_work(tx, session.context_id)
        setup = course_setup(tx, session.context_id)
    return render_template("teacher/reviews.html", setup=setup, waiting=found, judged=_judged(), **_always())


@blueprint.get("/reviews/<uuid:hand_in_id>")
def work(hand_in_id: uuid.UUID) -> str:
    """Show one piece of work, with the form while it waits."""
    return _page(hand_in_id)


@blueprint.post("/reviews/<uuid:hand_in_id>")
def judge(hand_in_id: uuid.UUID) -> Response | tuple[str, int]:
    """Keep the judgement and go on to the work that waits longest now."""
    session = launch_session()
    outcome = OUTCOMES.get(request.form.get("outcome", ""))
    if outcome is None:
        raise InputInvalid("outcome", field="outcome")
    remark = several_lines(request.form.get("remark"))
    praise = next((praise for praise in Praise if praise == request.form.get("praise")), None)
    try:
        with tool().db.transaction() as tx:
            review_work(
                tx,
                context_id=session.context_id,
                reviewer_id=session.person_id,
                role=session.role,
                hand_in_id=hand_in_id,
                outcome=outcome,
                remark=remark,
                praise=praise,
                now=tool().clock.now(),
            )
    except RemarkInvalid as invalid:
        problem = participant_words.say_remark_problem(invalid.problem, REMARK_LENGTH)
        return _page(hand_in_id, remark=remark, praise=praise, problem=problem), 400
    except Conflict as conflict:
        page = _read(hand_in_id)
        judged = page.attempt.work
        if (judged.reviewer_id, judged.outcome) != (session.person_id, outcome):
            return _conflict_page(page, str(conflict.code), remark), 409
    with tool().db.reading() as tx:
        following = next_to_judge(tx, session.context_id)
    if following is None:
        return redirect(url_for("reviews.waiting", judged=hand_in_id, _anchor="status"), 303)
    return redirect(url_for("reviews.work", hand_in_id=following, judged=hand_in_id, _anchor="status"), 303)


def _page(hand_in_id: uuid.UUID, *, remark: str = "", praise: Praise | None = None, problem: str = "") -> str:
    session = launch_session()
    with tool().db.reading() as tx:
        setup = course_setup(tx, session.context_id)
        page = work_page(tx, session.context_id, hand_in_id)
    return render_template(
        "teacher/reviews_work.html",
        setup=setup,
        page=page,
        remark=remark,
        praise=praise,
        problem=problem,
        judged=_judged(),
        **_always(),
    )


def _conflict_page(page: WorkPage, reason: str, remark: str) -> str:
    session = launch_session()
    with tool().db.reading() as tx:
        setup = course_setup(tx, session.context_id)
        following = next_to_judge(tx, session.context_id)
    return render_template(
        "teacher/reviews_conflict.html",
        setup=setup,
        page=page,
        reason=reason,
        remark=remark,
        following=following,
        **_always(),
    )


def _always() -> dict[str, object]:
    return {
        "words": participant_words,
        "praises": list(Praise),
        "now": tool().clock.now(),
        "may_edit": may_edit(launch_session().role),
    }


def _judged() -> WorkPage | None:
    """Return the work that was judged just before, when the address names some of this course."""
    try:
        page = _read(uuid.UUID(request.args.get("judged", "")))
    except (ValueError, NotFound):
        return None
    return page if page.attempt.work.outcome else None


def _read(hand_in_id: uuid.UUID) -> WorkPage:
    with tool().db.reading() as tx:
        return work_page(tx, launch_session().context_id, hand_in_id)


def _count() -> int:
    with tool().db.reading() as tx:
        return count_waiting(tx, launch_session().context_id)
