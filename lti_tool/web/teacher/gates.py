"""Assignments of the course itself: which Mijlpaal sees, how that goes, and how to add them."""

from __future__ import annotations

import uuid

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.errors import Conflict
from lti_tool.course.gates import ask_gates_now, confirm_answer, gates_page, remove_gate, use_gate_again
from lti_tool.web.current import launch_session, tool
from lti_tool.web.service_words import service_words
from lti_tool.web.teacher import gates_words
from lti_tool.web.teacher.gradebook_words import time_words

blueprint = Blueprint("gates", __name__)

_DONE = ("asked", "confirmed", "changed", "removed", "again")


@blueprint.get("/gates")
def index() -> str:
    """Show every gate with its health, and how to add them."""
    session = launch_session()
    now = tool().clock.now()
    with tool().db.reading() as tx:
        page = gates_page(tx, session.context_id, now=now)
    done = request.args.get("done", "")
    return render_template(
        "teacher/gates.html",
        page=page,
        words=gates_words,
        trouble=service_words,
        ago=lambda moment: time_words(moment, now),
        done=done if done in _DONE else "",
        removed=_id(request.args.get("item", "")),
    )


@blueprint.post("/gates/ask")
def ask() -> Response:
    """Look at all of them now."""
    session = launch_session()
    with tool().db.transaction() as tx:
        ask_gates_now(tx, session.context_id, role=session.role, now=tool().clock.now())
    return _back("asked")


@blueprint.post("/gates/<uuid:item_id>/confirm")
def confirm(item_id: uuid.UUID) -> Response:
    """Keep that a doubtful answer is right."""
    session = launch_session()
    problem = request.form.get("problem", "")
    try:
        with tool().db.transaction() as tx:
            confirm_answer(tx, session.context_id, item_id, problem, role=session.role, now=tool().clock.now())
    except Conflict:
        return _back("changed")
    return _back("confirmed")


@blueprint.post("/gates/<uuid:item_id>/remove")
def remove(item_id: uuid.UUID) -> Response:
    """Use a gate no more."""
    session = launch_session()
    with tool().db.transaction() as tx:
        remove_gate(tx, session.context_id, item_id, role=session.role, now=tool().clock.now())
    return _back("removed", item=item_id)


@blueprint.post("/gates/<uuid:item_id>/again")
def again(item_id: uuid.UUID) -> Response:
    """Use a gate again that was removed."""
    session = launch_session()
    with tool().db.transaction() as tx:
        use_gate_again(tx, session.context_id, item_id, role=session.role, now=tool().clock.now())
    return _back("again")


def _back(done: str, *, item: uuid.UUID | None = None) -> Response:
    return redirect(url_for("gates.index", done=done, item=item, _anchor="message"), 303)


def _id(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None
