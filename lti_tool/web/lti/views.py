"""The platform's doors: login initiation, launch, keys.

The ladder for browsers: a Partitioned cookie set at login must come back before the browser is sent on; where it does
not, one button begins the same login in a window of its own.
"""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.ids import new_secret
from lti_tool.launching import (
    LoginBegun,
    begin_login,
    begin_login_in_window,
    complete_launch,
    continue_login,
    platform_of_login,
)
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.login import parse_login_initiation
from lti_tool.roster.signing_keys import published_keys
from lti_tool.web.current import tool
from lti_tool.web.headers import allow_form_to_lead_anywhere, allow_framing_by
from lti_tool.web.sessions import set_session_cookie
from lti_tool.web.shared.views import FIRST_ENDPOINTS

blueprint = Blueprint("lti", __name__)

BROWSER_COOKIE = "__Host-browser"
"""Tells one browser from another between login and launch; says nothing about a person and ends with the browser."""


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Response:
    """Begin a login that the platform asked for; the platform may use GET or POST (both are in the standard)."""
    initiation = parse_login_initiation(request.values)
    known_browser = request.cookies.get(BROWSER_COOKIE)
    browser = known_browser or new_secret()
    begun = begin_login(tool(), initiation, browser=browser)
    return _send_on(begun, browser, is_proven=known_browser is not None)


@blueprint.get("/login/check")
def check() -> Response:
    """See whether the cookie came back; if so go on to the platform, if not offer a window of its own."""
    state, hints = request.args.get("state", ""), request.args.get("hints", "")
    try:
        begun = continue_login(tool(), state, hints, browser=request.cookies.get(BROWSER_COOKIE))
    except LaunchRefused as refused:
        is_own_window = request.headers.get("Sec-Fetch-Dest") == "document"
        if refused.reason != LaunchRefusal.OTHER_BROWSER or is_own_window:
            raise
        registration = platform_of_login(tool(), hints)
        allow_framing_by(registration)
        allow_form_to_lead_anywhere(registration.auth_login_url)
        return make_response(render_template("lti/new_window.html", hints=hints))
    return redirect(begun.platform_url, 303)


@blueprint.post("/login/window")
def window() -> Response:
    """Begin the same login again in this window, where cookies are kept."""
    known_browser = request.cookies.get(BROWSER_COOKIE)
    browser = known_browser or new_secret()
    begun = begin_login_in_window(tool(), request.form.get("hints", ""), browser=browser)
    return _send_on(begun, browser, is_proven=known_browser is not None)


@blueprint.post("/launch")
def launch() -> Response:
    """Receive the platform's answer: a launch, or an error of the platform."""
    state = request.form.get("state", "")
    if "id_token" not in request.form:
        code = "platform-error" if "error" in request.form else "no-token"
        raise LaunchRefused(LaunchRefusal.PLATFORM_ERROR, code)
    launched = complete_launch(tool(), request.form["id_token"], state, browser=request.cookies.get(BROWSER_COOKIE))
    address = launched.session.address
    first_page = url_for(FIRST_ENDPOINTS[launched.first_page], address=address, **launched.values)
    response = redirect(first_page, 303)
    set_session_cookie(response, launched.session)
    return response


@blueprint.get("/jwks")
def jwks() -> Response:
    """Publish the tool's keys."""
    with tool().db.reading() as tx:
        keys = published_keys(tx, now=tool().clock.now())
    response = make_response({"keys": keys})
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _send_on(begun: LoginBegun, browser: str, *, is_proven: bool) -> Response:
    target = begun.platform_url if is_proven else url_for("lti.check", state=begun.state, hints=begun.hints)
    response = redirect(target, 303)
    response.set_cookie(
        BROWSER_COOKIE, browser, path="/", secure=True, httponly=True, samesite="None", partitioned=True
    )
    return response
