"""The gradebook of the platform: which columns the teacher wants, and what became of each score."""

from __future__ import annotations

import uuid

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.errors import InputInvalid, NotFound
from lti_tool.course.deliveries import DeliveryPage, delivery_page, try_again
from lti_tool.course.gradebook import GradebookSetup, choose_gradebook, choose_silence, gradebook_setup
from lti_tool.lti.roles import may_edit
from lti_tool.web.current import launch_session, tool
from lti_tool.web.teacher.gradebook_columns import TypedGrades, add_column_routes
from lti_tool.web.teacher.gradebook_words import number_words, pause_words, time_words, why_words

blueprint = Blueprint("gradebook", __name__)

_PROBLEMS = "problems"
_MOST_DIGITS = 6


@blueprint.get("/gradebook")
def overview() -> str:
    """Show the choice, the columns, and a page of learners with what became of their scores."""
    return page(done=request.args.get("done", ""))


@blueprint.post("/gradebook")
def choose() -> Response | tuple[str, int]:
    """Keep which columns the teacher wants."""
    session = launch_session()
    try:
        with tool().db.transaction() as tx:
            choose_gradebook(
                tx,
                session.context_id,
                request.form.get("columns", ""),
                by_person_id=session.person_id,
                role=session.role,
                now=tool().clock.now(),
            )
    except InputInvalid:
        return page(has_no_choice=True), 400
    return redirect(url_for("gradebook.overview", done="chosen", _anchor="message"), 303)


@blueprint.post("/gradebook/columns")
def switch() -> Response:
    """Keep which of the columns get scores."""
    session = launch_session()
    with tool().db.transaction() as tx:
        choose_silence(
            tx,
            session.context_id,
            listed=_ids("listed"),
            wanted=_ids("column"),
            role=session.role,
            now=tool().clock.now(),
        )
    return redirect(url_for("gradebook.overview", done="switched", _anchor="message"), 303)


@blueprint.post("/gradebook/again/<uuid:line_item_id>/<uuid:person_id>")
def try_again_one(line_item_id: uuid.UUID, person_id: uuid.UUID) -> Response:
    """Have one score tried again now."""
    session = launch_session()
    with tool().db.transaction() as tx:
        try_again(
            tx,
            session.context_id,
            role=session.role,
            now=tool().clock.now(),
            line_item_id=line_item_id,
            person_id=person_id,
        )
    return _back_to_deliveries()


@blueprint.post("/gradebook/again")
def try_again_all() -> Response:
    """Have every score tried again that can be."""
    session = launch_session()
    with tool().db.transaction() as tx:
        try_again(tx, session.context_id, role=session.role, now=tool().clock.now())
    return _back_to_deliveries()


def _back_to_deliveries() -> Response:
    page = url_for("gradebook.overview", done="again", page=_page_number(), show=_shown() or None, _anchor="message")
    return redirect(page, 303)


def page(
    *, done: str = "", has_no_choice: bool = False, typed_grades: TypedGrades | None = None, unsure_of: str = ""
) -> str:
    """Show the page; with what was typed where that cannot be kept, or the column whose removal was not confirmed."""
    session = launch_session()
    with tool().db.reading() as tx:
        setup: GradebookSetup = gradebook_setup(tx, session.context_id)
        found: DeliveryPage = delivery_page(
            tx, session.context_id, page=_page_number(), problems_only=_shown() == _PROBLEMS
        )
    now = tool().clock.now()
    return render_template(
        "teacher/gradebook.html",
        setup=setup,
        found=found,
        column_names={column.line_item_id: column.task_title or column.name for column in setup.columns},
        may_edit=may_edit(session.role),
        done=done,
        has_no_choice=has_no_choice,
        grades=typed_grades or TypedGrades.of(setup.grades_percent),
        unsure_of=unsure_of,
        shown=_shown(),
        ago=lambda moment: time_words(moment, now),
        pause=lambda moment: pause_words(moment, now),
        number=number_words,
        why=why_words,
    )


def _shown() -> str:
    return _PROBLEMS if request.args.get("show") == _PROBLEMS else ""


def _page_number() -> int:
    typed = request.args.get("page", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _MOST_DIGITS else 1


def _ids(name: str) -> set[uuid.UUID]:
    try:
        return {uuid.UUID(value) for value in request.form.getlist(name)}
    except ValueError:
        raise NotFound("line-item") from None


add_column_routes(blueprint, page)
