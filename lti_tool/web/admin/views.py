"""The admin console: one page for what there is and what waits, one for the self-check of a platform."""

from __future__ import annotations

import uuid

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from config.errors import InputInvalid
from lti_tool.administering import (
    approve,
    console,
    enter_by_invitation,
    enter_by_launch,
    hold,
    invite,
    name_to_show,
    self_check,
    try_again,
    withdraw,
)
from lti_tool.roster.admin_sessions import choose_admin_locale, end_admin_session
from lti_tool.roster.invitations import DAYS, MOST_DAYS, InvitationRefused
from lti_tool.web.admin.console_words import attempt_words, attention_words
from lti_tool.web.admin.sessions import admin, admin_csrf_token, guard_admin, set_admin_cookie
from lti_tool.web.admin.words import check_words, message_words, reason_words, tell_when
from lti_tool.web.current import launch_session, tool
from lti_tool.web.language_links import language_links
from lti_tool.web.service_words import service_words
from lti_tool.web.sessions import CSRF_FIELD
from lti_tool.web.teacher.gradebook_words import why_words
from lti_tool.words import LOCALES

doors = Blueprint("admin_door", __name__)
"""Public: a one-time address."""
launched_door = Blueprint("admin_launch", __name__)
"""Behind a launch that says that somebody administers the platform."""
blueprint = Blueprint("admin", __name__)
guard_admin(blueprint)
doors.context_processor(language_links)


@blueprint.context_processor
def _always() -> dict[str, object]:
    if "admin" not in g:  # the page that says that this session is over
        return {}
    return {"csrf_field": CSRF_FIELD, "csrf_token": admin_csrf_token(), "is_whole": admin().scope is None}


@doors.errorhandler(InvitationRefused)
def closed(refused: InvitationRefused) -> tuple[str, int]:
    """Say that this address opens nothing, or not any more."""
    return render_template("admin/closed.html"), 404 if refused.code == "unknown" else 410


@doors.get("/admin/enter/<secret>")
def door(secret: str) -> str:
    """Show the button that opens the console: looking at the address alone uses nothing up."""
    return render_template("admin/door.html", secret=secret)


@doors.post("/admin/enter/<secret>")
def enter(secret: str) -> Response:
    """Open the console of the whole service, once."""
    locale = str(get_locale() or LOCALES[0])
    with tool().db.transaction() as tx:
        opened = enter_by_invitation(tx, secret, locale=locale, now=tool().clock.now())
    response = redirect(url_for("admin.overview", address=opened.address), 303)
    set_admin_cookie(response, opened)
    return response


@launched_door.post("/console")
def from_launch() -> Response:
    """Open the console of the place that this launch came from."""
    with tool().db.transaction() as tx:
        opened = enter_by_launch(tx, launch_session(), now=tool().clock.now())
    response = redirect(url_for("admin.overview", address=opened.address), 303)
    set_admin_cookie(response, opened)
    return response


@blueprint.get("/")
def overview() -> str:
    """Show everything, and an invitation that was just made."""
    return _page()


@blueprint.get("/check/<uuid:registration_id>")
def check(registration_id: uuid.UUID) -> str:
    """Show what the launches of a platform say is missing there, and how to mend it."""
    with tool().db.reading() as tx:
        registration, checked = self_check(tx, admin().scope, registration_id)
        name = name_to_show(tx, admin().scope, registration)
    return render_template(
        "admin/check.html",
        name=name,
        registration_id=registration_id,
        checked=[(one, check_words(one, registration.product_family)) for one in checked],
    )


@blueprint.post("/deployments/<uuid:deployment_id>/approve")
def approve_one(deployment_id: uuid.UUID) -> Response:
    """Let launches of a deployment in."""
    with tool().db.transaction() as tx:
        approve(tx, admin().scope, deployment_id, now=tool().clock.now())
    return _back("approved")


@blueprint.post("/deployments/<uuid:deployment_id>/hold")
def hold_one(deployment_id: uuid.UUID) -> Response:
    """Let launches of a deployment in no more."""
    with tool().db.transaction() as tx:
        hold(tx, admin().scope, deployment_id)
    return _back("held")


@blueprint.post("/messages/<uuid:message_id>/again")
def try_one_again(message_id: uuid.UUID) -> Response:
    """Have one promise tried again now."""
    with tool().db.transaction() as tx:
        try_again(tx, admin().scope, message_id, now=tool().clock.now())
    return _back("again")


@blueprint.post("/messages/again")
def try_all_again() -> Response:
    """Have everything tried again that was given up."""
    with tool().db.transaction() as tx:
        try_again(tx, admin().scope, None, now=tool().clock.now())
    return _back("again")


@blueprint.post("/invitations")
def make_invitation() -> str | tuple[str, int]:
    """Make an address for registering a platform, and show it this once."""
    days = request.form.get("days", "")
    note = request.form.get("note", "")
    try:
        with tool().db.transaction() as tx:
            made = invite(
                tx,
                admin().scope,
                note=note,
                days=int(days) if days.isascii() and days.isdigit() and len(days) <= 3 else 0,
                now=tool().clock.now(),
            )
    except InputInvalid:
        return _page(refused_invitation=(note, days)), 400
    return _page(made=tool().url(f"/lti/register/{made.secret}"))


@blueprint.post("/invitations/<uuid:invitation_id>/withdraw")
def withdraw_one(invitation_id: uuid.UUID) -> Response:
    """Take an invitation back."""
    with tool().db.transaction() as tx:
        withdraw(tx, admin().scope, invitation_id)
    return _back("withdrawn")


@blueprint.post("/language")
def language() -> Response:
    """Keep the language that the administrator chose, and show the page on which they chose it."""
    locale = request.form.get("locale", "")
    if locale not in LOCALES:
        raise InputInvalid("locale", field="locale")
    with tool().db.transaction() as tx:
        choose_admin_locale(tx, admin().id, locale)
    checked = request.form.get("check", type=uuid.UUID)
    if checked is not None:
        return redirect(url_for("admin.check", registration_id=checked), 303)
    return redirect(url_for("admin.overview"), 303)


@blueprint.post("/leave")
def leave() -> Response:
    """End this session."""
    with tool().db.transaction() as tx:
        end_admin_session(tx, admin().id, now=tool().clock.now())
    return redirect(url_for("public.index"), 303)


def _back(done: str) -> Response:
    return redirect(url_for("admin.overview", done=done, _anchor="message"), 303)


def _page(*, made: str = "", refused_invitation: tuple[str, str] | None = None) -> str:
    now = tool().clock.now()
    reference = request.args.get("reference", "").strip()[:40]
    with tool().db.reading() as tx:
        shown = console(tx, admin().scope, reference=reference, now=now)
    return render_template(
        "admin/console.html",
        console=shown,
        reference=reference,
        done=request.args.get("done", ""),
        made=made,
        refused_invitation=refused_invitation,
        days=DAYS,
        most_days=MOST_DAYS,
        reason_words=reason_words,
        problem_words=why_words,
        roster_words=service_words,
        attention=attention_words(shown),
        attempt_words=attempt_words,
        message_words=message_words,
        when=lambda moment: tell_when(moment, now),
        register_address=tool().url("/lti/register"),
    )
