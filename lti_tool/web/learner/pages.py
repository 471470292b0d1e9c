"""The welcome, Today and the route."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from lti_tool.course.learner_page import learner_page
from lti_tool.course.membership import welcome as keep_welcome
from lti_tool.link_settings import open_task_of_link
from lti_tool.roster.item_models import ItemKind
from lti_tool.roster.items import item_of_link
from lti_tool.web.current import launch_session, tool
from lti_tool.web.learner.showing import show_route, show_today


def welcome() -> str:
    """Say what this is, who sees what, that taking part is a choice, and what a badge is."""
    session = launch_session()
    with tool().db.reading() as tx:
        page = learner_page(tx, session.context_id, session.person_id, hides_numbers=session.wishes.hides_numbers)
    return render_template("learner/welcome.html", page=page)


def begin() -> Response:
    """Keep that the welcome was read, and go on to where the person was going: a task, the badge, a gate, or all."""
    session = launch_session()
    with tool().db.transaction() as tx:
        keep_welcome(tx, session.context_id, session.person_id, now=tool().clock.now())
        link_id = session.resource_link_id
        item = item_of_link(tx, session.context_id, link_id)
        task_id = open_task_of_link(tx, session.context_id, link_id) if link_id else None
    if item is not None and item.kind is ItemKind.BADGE:
        return redirect(url_for("placed.badge", item_id=item.id), 303)
    if item is not None and item.kind in {ItemKind.GATE, ItemKind.STAFF_GATE}:
        return redirect(url_for("placed.gate"), 303)
    return redirect(url_for("learner.task" if task_id else "learner.today", task_id=task_id), 303)


def today() -> str:
    """Show where the learner stands, what is new, and at most three next steps."""
    return show_today()


def route() -> str:
    """Show the list, the points with their sentence and the road to the goal."""
    return show_route()
