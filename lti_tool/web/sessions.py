"""Every page under /s/<address>/: who proves to be whom, and may this role enter.

Flask's own cookie session is not used: the launch-session row is the session.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from config.errors import NotAllowed, NotFound
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.launch_sessions import (
    MOST_SESSIONS_IN_A_BROWSER,
    CurrentSession,
    OpenedSession,
    check_session,
    find_session,
    sessions_to_drop,
)
from lti_tool.web.current import tool
from lti_tool.web.headers import allow_framing_by

PREFIX = "/s/<address>"
CSRF_FIELD = "csrf_token"
_CSRF_PURPOSE = "csrf"
_COOKIE_PREFIX = "__Host-s-"
OUTSIDE_COURSES = frozenset(
    {
        "admin_launch.from_launch",
        "placed.account",
        "shared.home",
        "shared.language",
        *(
            f"learner.{name}"
            for name in (
                "badges",
                "badge",
                "badge_pdf",
                "badge_png",
                "celebrate",
                "celebrated",
                "credential",
                "decision_seen",
                "picture",
                "share",
                "stop_sharing",
            )
        ),
    }
)
"""The endpoints for who came from a place in no course: what is theirs in all courses."""


def cookie_name(session_id: object) -> str:
    """Return the name of a session's own cookie: two launches in one browser never share one."""
    return f"{_COOKIE_PREFIX}{session_id}"


def set_session_cookie(response: Response, opened: OpenedSession) -> None:
    """Give the browser the cookie that proves this session (Partitioned: it works inside the platform's frame)."""
    response.set_cookie(
        cookie_name(opened.id),
        opened.cookie,
        max_age=int(opened.lifetime.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=True,
    )
    carried = [session_id for name in request.cookies if (session_id := _session_id_in(name)) is not None]
    if len(carried) < MOST_SESSIONS_IN_A_BROWSER:
        return
    with tool().db.reading() as tx:
        for session_id in sessions_to_drop(tx, carried):
            response.delete_cookie(
                cookie_name(session_id), path="/", secure=True, httponly=True, samesite="None", partitioned=True
            )


def _session_id_in(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(name.removeprefix(_COOKIE_PREFIX)) if name.startswith(_COOKIE_PREFIX) else None
    except ValueError:
        return None


def csrf_token(session: CurrentSession) -> str:
    """Return the token that every form of this session carries."""
    return tool().sealer.seal(_CSRF_PURPOSE, str(session.id))


def guard(blueprint: Blueprint, may_enter: Callable[[PrincipalRole], bool]) -> None:
    """Let only proven sessions with a fitting role into the views of this blueprint."""

    def pull_address(_endpoint: str | None, values: dict[str, object] | None) -> None:
        g.address = values.pop("address", "") if values else ""

    def enter() -> None:
        session = _prove(str(g.address))
        g.launch_session = session
        # Before anything of a form is read: some are large.
        if not may_enter(session.role):
            raise NotAllowed("role")
        if request.method == "POST" and not tool().sealer.is_sealed(
            _CSRF_PURPOSE, str(session.id), request.form.get(CSRF_FIELD, "")
        ):
            raise NotAllowed("csrf")
        if not session.is_in_course and request.endpoint not in OUTSIDE_COURSES:
            raise NotFound("course")

    def push_address(_endpoint: str, values: dict[str, object]) -> None:
        values.setdefault("address", g.get("address", ""))

    blueprint.url_value_preprocessor(pull_address)
    blueprint.url_defaults(push_address)
    blueprint.before_request(enter)


def _prove(address: str) -> CurrentSession:
    with tool().db.reading() as tx:
        found = find_session(tx, address)
    cookie = None
    if found is not None:
        allow_framing_by(found.registration, found.origins)
        cookie = request.cookies.get(cookie_name(found.row.id))
    return check_session(found, address, cookie=cookie, now=tool().clock.now())
