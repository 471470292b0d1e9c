"""Every page under /s/<address>/: who proves to be whom, and may this role enter.

Flask's own cookie session is not used: the launch-session row is the session.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, g, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from config.errors import NotAllowed
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.launch_sessions import (
    CurrentSession,
    OpenedSession,
    SessionEnd,
    SessionRefused,
    check_session,
    decide_proof,
    find_session_row,
)
from lti_tool.roster.models import Person, Registration, SessionProof
from lti_tool.web.current import tool
from lti_tool.web.headers import allow_framing_by

PREFIX = "/s/<address>"
CSRF_FIELD = "csrf_token"
_CSRF_PURPOSE = "csrf"


def cookie_name(session_id: object) -> str:
    """Return the name of a session's own cookie: two launches in one browser never share one."""
    return f"__Host-s-{session_id}"


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
        if request.method == "POST" and not tool().sealer.is_sealed(
            _CSRF_PURPOSE, str(session.id), request.form.get(CSRF_FIELD, "")
        ):
            raise NotAllowed("csrf")
        if not may_enter(session.role):
            raise NotAllowed("role")

    def push_address(_endpoint: str, values: dict[str, object]) -> None:
        values.setdefault("address", g.get("address", ""))

    blueprint.url_value_preprocessor(pull_address)
    blueprint.url_defaults(push_address)
    blueprint.before_request(enter)


def _prove(address: str) -> CurrentSession:
    now = tool().clock.now()
    with tool().db.reading() as tx:
        row = find_session_row(tx, address)
        if row is not None:
            allow_framing_by(_registration_of(tx, row.person_id))
        cookie = request.cookies.get(cookie_name(row.id)) if row is not None else None
        session = check_session(row, address, cookie=cookie, now=now)
        is_undecided = row is not None and row.proof == SessionProof.UNDECIDED
    if is_undecided:
        with tool().db.transaction() as tx:
            proof = decide_proof(tx, session.id, cookie=cookie)
        if proof == SessionProof.COOKIE and cookie is None:
            raise SessionRefused(SessionEnd.OTHER_BROWSER)
    return session


def _registration_of(tx: Session, person_id: uuid.UUID) -> Registration:
    return tx.get_one(Registration, tx.get_one(Person, person_id).registration_id)


def home_url(session: CurrentSession) -> str:
    """Return the address of the first page for this session's role."""
    return url_for("shared.home", address=session.address)
