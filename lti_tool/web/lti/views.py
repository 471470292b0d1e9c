"""The platform's doors: login initiation, launch, keys.

The ladder for browsers: a Partitioned cookie set at login must come back before the browser is sent on; where it does
not and the platform keeps values for tools, a script of ours leaves one there and asks for it back with the launch; and
where nobody answers, or without scripts, one button begins the same login in a window of its own.
"""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config.ids import new_secret
from lti_tool.first_page import Launched
from lti_tool.launching import (
    LoginBegun,
    begin_login,
    begin_login_in_storage,
    begin_login_in_window,
    complete_launch,
    continue_login,
    launch_to_prove,
    platform_of_login,
)
from lti_tool.login import BrowserProof
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.login import parse_login_initiation
from lti_tool.lti.origin import same_origin
from lti_tool.roster.signing_keys import published_keys
from lti_tool.web.current import tool
from lti_tool.web.headers import allow_form_to_lead_anywhere, allow_framing_before_launch
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
    """See whether the cookie came back; if so go on to the platform, if not take the next rung."""
    state, hints = request.args.get("state", ""), request.args.get("hints", "")
    try:
        begun = continue_login(tool(), state, hints, browser=request.cookies.get(BROWSER_COOKIE))
    except LaunchRefused as refused:
        if refused.reason != LaunchRefusal.OTHER_BROWSER:
            raise
        # A cookie of another login means that this browser keeps them: then the address is no proof to fall back on.
        stored = None if BROWSER_COOKIE in request.cookies else begin_login_in_storage(tool(), hints)
        is_own_window = request.headers.get("Sec-Fetch-Dest") == "document"
        if stored is None and is_own_window:
            raise
        registration = platform_of_login(tool(), hints)
        allow_framing_before_launch(registration)
        allow_form_to_lead_anywhere(registration.auth_login_url)
        if stored is None:
            return make_response(render_template("lti/new_window.html", hints=hints))
        return make_response(render_template("lti/login_in_storage.html", hints=hints, stored=stored))
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
    """Receive the platform's answer: a launch, or an error of the platform.

    A launch whose proof the platform keeps is answered with a page that fetches it; nothing has been looked into yet.
    """
    state = request.form.get("state", "")
    if "id_token" not in request.form:
        code = "platform-error" if "error" in request.form else "no-token"
        raise LaunchRefused(LaunchRefusal.PLATFORM_ERROR, code)
    id_token = request.form["id_token"]
    to_prove = launch_to_prove(tool(), state)
    if to_prove is not None:
        allow_framing_before_launch(to_prove.registration)
        page = render_template("lti/launch_in_storage.html", storage=to_prove.storage, id_token=id_token, state=state)
        return make_response(page)
    proof = BrowserProof(cookie=request.cookies.get(BROWSER_COOKIE))
    launched = complete_launch(tool(), id_token, state, browser=proof)
    response = _to_first_page(launched)
    set_session_cookie(response, launched.session)
    return response


@blueprint.post("/launch/storage")
def launch_in_storage() -> Response:
    """Receive a launch with the value that the platform kept, from the page that `launch` answered.

    Whoever began a login knows the value of that login: the value proves this browser only because our own page, in
    this browser, was told it by the platform. A form of any other page is refused.
    """
    if not _is_from_our_own_page():
        raise LaunchRefused(LaunchRefusal.OTHER_BROWSER, "the form of another site")
    form = request.form
    proof = BrowserProof(stored=form.get("value", ""))
    return _to_first_page(complete_launch(tool(), form.get("id_token", ""), form.get("state", ""), browser=proof))


@blueprint.get("/jwks")
def jwks() -> Response:
    """Publish the tool's keys."""
    with tool().db.reading() as tx:
        keys = published_keys(tx, now=tool().clock.now())
    response = make_response({"keys": keys})
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _to_first_page(launched: Launched) -> Response:
    endpoint = FIRST_ENDPOINTS[launched.first_page]
    return redirect(url_for(endpoint, address=launched.session.address, **launched.values), 303)


def _is_from_our_own_page() -> bool:
    """Browsers write these headers and no page can: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    # Older ones say the origin, as our page asks for it: https://fetch.spec.whatwg.org/#origin-header
    return same_origin(request.headers.get("Origin", ""), tool().settings.public_url)


def _send_on(begun: LoginBegun, browser: str, *, is_proven: bool) -> Response:
    target = begun.platform_url if is_proven else url_for("lti.check", state=begun.state, hints=begun.hints)
    response = redirect(target, 303)
    response.set_cookie(
        BROWSER_COOKIE, browser, path="/", secure=True, httponly=True, samesite="None", partitioned=True
    )
    return response
