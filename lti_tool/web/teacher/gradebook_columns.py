"""The buttons of the gradebook page about single columns, and about grades that somebody typed there."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from config.errors import InputInvalid
from lti_tool.course.gradebook_columns import ask_badge_column, leave_gone, look_again, make_again, remove
from lti_tool.reading_grades import choose_grades_by_hand
from lti_tool.web.current import launch_session, tool

USUAL_PERCENT = 55
"""What the field begins with: a sufficient mark in Dutch schools."""


@dataclass(frozen=True)
class TypedGrades:
    """The form about typed grades: whether they count, and the percentage as it was typed."""

    counts: bool
    percent: str
    is_wrong: bool = False

    @classmethod
    def of(cls, percent: int | None) -> TypedGrades:
        """Return the form as it is kept."""
        return cls(percent is not None, str(percent or USUAL_PERCENT))


def add_column_routes(blueprint: Blueprint, page: Callable[..., str]) -> None:
    """Put these buttons beside the others; `page` shows the whole page again, with a problem."""

    @blueprint.post("/gradebook/badge")
    def want_badge() -> Response:
        """Have a column made for the badge."""
        session = launch_session()
        with tool().db.transaction() as tx:
            ask_badge_column(tx, session.context_id, role=session.role, now=tool().clock.now())
        return _done("badge")

    @blueprint.post("/gradebook/look")
    def look() -> Response:
        """Look which columns there are now."""
        session = launch_session()
        with tool().db.transaction() as tx:
            look_again(tx, session.context_id, role=session.role, now=tool().clock.now())
        return _done("look")

    @blueprint.post("/gradebook/columns/<uuid:line_item_id>/again")
    def again(line_item_id: uuid.UUID) -> Response:
        """Have a column that is gone made again."""
        session = launch_session()
        with tool().db.transaction() as tx:
            make_again(tx, session.context_id, line_item_id, role=session.role, now=tool().clock.now())
        return _done("made-again")

    @blueprint.post("/gradebook/columns/<uuid:line_item_id>/leave")
    def leave(line_item_id: uuid.UUID) -> Response:
        """Leave a column that is gone as it is."""
        session = launch_session()
        with tool().db.transaction() as tx:
            leave_gone(tx, session.context_id, line_item_id, role=session.role)
        return _done("left")

    @blueprint.post("/gradebook/columns/<uuid:line_item_id>/remove")
    def remove_one(line_item_id: uuid.UUID) -> Response | tuple[str, int]:
        """Have a column of ours taken out of the gradebook, when that was said in so many words."""
        session = launch_session()
        is_sure = request.form.get("sure") == "yes"
        try:
            with tool().db.transaction() as tx:
                remove(tx, session.context_id, line_item_id, is_sure=is_sure, role=session.role, now=tool().clock.now())
        except InputInvalid:
            return page(unsure_of=str(line_item_id)), 400
        return _done("removed")

    @blueprint.post("/gradebook/grades")
    def choose_grades() -> Response | tuple[str, int]:
        """Keep whether typed grades finish tasks, and from how many percent."""
        session = launch_session()
        form = TypedGrades(request.form.get("counts") == "yes", request.form.get("percent", ""), is_wrong=True)
        try:
            with tool().db.transaction() as tx:
                percent = _percent(form.percent) if form.counts else None
                choose_grades_by_hand(tx, session.context_id, percent, role=session.role, now=tool().clock.now())
        except InputInvalid:
            return page(typed_grades=form), 400
        return _done("grades")


def _percent(typed: str) -> int:
    plain = typed.strip().removesuffix("%").strip()
    return int(plain) if re.fullmatch("[0-9]{1,3}", plain) else -1


def _done(what: str) -> Response:
    return redirect(url_for("gradebook.overview", done=what, _anchor="message"), 303)
