"""Every page under /admin/s/<address>/: who proves to administer what."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from config.errors import NotAllowed
from lti_tool.roster.admin_sessions import CurrentAdmin, check_admin, find_admin
from lti_tool.roster.launch_sessions import OpenedSession
from lti_tool.web.current import tool
from lti_tool.web.headers import allow_framing_by
from lti_tool.web.sessions import CSRF_FIELD

PREFIX = "/admin/s/<address>"
_CSRF_PURPOSE = "admin-csrf"
_COOKIE_PREFIX = "__Host-a-"


def set_admin_cookie(response: Response, opened: OpenedSession) -> None:
    """Give the browser the cookie that proves this session."""
    response.set_cookie(
        f"{_COOKIE_PREFIX}{opened.id}",
        opened.cookie,
        max_age=int(opened.lifetime.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=True,
    )


def admin() -> CurrentAdmin:
    """Return who administers; only behind the door."""
    return cast(CurrentAdmin, g.admin)


def admin_csrf_token() -> str:
    """Return the token that every form of this session carries."""
    return tool().sealer.seal(_CSRF_PURPOSE, str(admin().id))


def guard_admin(blueprint: Blueprint) -> None:
    """Let only proven admin sessions into the views of this blueprint."""

    def pull_address(_endpoint: str | None, values: dict[str, object] | None) -> None:
        g.address = values.pop("address", "") if values else ""

    def enter() -> None:
        address = str(g.address)
        with tool().db.reading() as tx:
            found = find_admin(tx, address)
        cookie = None
        if found is not None:
            if found.registration is not None:
                allow_framing_by(found.registration, found.origins)
            cookie = request.cookies.get(f"{_COOKIE_PREFIX}{found.row.id}")
        g.admin = check_admin(found, address, cookie=cookie, now=tool().clock.now())
        if request.method == "POST" and not tool().sealer.is_sealed(
            _CSRF_PURPOSE, str(g.admin.id), request.form.get(CSRF_FIELD, "")
        ):
            raise NotAllowed("csrf")

    def push_address(_endpoint: str, values: dict[str, object]) -> None:
        values.setdefault("address", g.get("address", ""))

    blueprint.url_value_preprocessor(pull_address)
    blueprint.url_defaults(push_address)
    blueprint.before_request(enter)
