"""Security headers of every answer: a strict content policy, framing by the registered platform only."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from flask import Flask, Response, g, request

from lti_tool.lti.origin import written_origin
from lti_tool.platforms.families import family_of
from lti_tool.roster.models import Registration
from lti_tool.web.current import tool

ANYONE = "*"
ANY_ON_THIS_MACHINE = ("http://localhost:*", "http://127.0.0.1:*")
"""For development."""
MAY_BE_KEPT = {"static", "bootstrap.static", "lti.jwks", "badge_design.picture", "registration.canvas_configuration"}


def nonce() -> str:
    """Return this response's script nonce."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def allow_framing_by(registration: Registration, of_school: Iterable[str] = ()) -> None:
    """Let the platform of this registration show the page in a frame, and nobody else.

    `of_school` are hosts that launches of the school whose page this is named as their own.
    """
    g.frame_ancestors = tuple(dict.fromkeys((*platform_origins(registration), *of_school)))
    g.frame_resize = family_of(registration.product_family).frame_resize


def allow_framing_before_launch(registration: Registration) -> None:
    """Let the platform show a page of the way to a launch, when nothing tells yet which of its schools this is.

    Where schools have hosts of their own, a first launch comes from a name that nobody knows, and what the login says
    of itself anybody can say. So any https site may frame these pages. They hold nothing of anybody: what is in them
    was made for this browser a moment ago and can be read by us and the platform alone, and all there is to click is
    the login of whoever clicks, in a window of its own, which any link could begin as well. What platform storage is
    told goes to the registered origin, whoever frames us.
    """
    allow_framing_by(registration)
    if family_of(registration.product_family).schools_have_own_hosts:
        this_machine = ANY_ON_THIS_MACHINE if tool().settings.allow_loopback else ()
        g.frame_ancestors = ("https:", *this_machine)


def allow_framing_at(addresses: Iterable[str], more: Iterable[str] = ()) -> None:
    """Let a platform that is not registered yet show the page in a frame: the places of these addresses."""
    origins = {written_origin(address) for address in addresses}
    g.frame_ancestors = (*sorted(origin for origin in origins if origin), *more)


def frame_resize() -> str:
    """Return how the platform that frames this page wants to be told its height; empty where it does not listen."""
    return str(g.get("frame_resize", ""))


def allow_framing_by_anyone() -> None:
    """Only for pages that hold no data and no controls: a refused launch must be readable where it happened."""
    g.setdefault("frame_ancestors", (ANYONE,))


def allow_form_to_lead_anywhere(url: str) -> None:
    """Let the form of this page be redirected to the platform, and by it to wherever it logs people in.

    Browsers hold every redirect after a form against the policy, and a platform's login can be several hosts (Canvas:
    2026-11). `url` is added for development, where it is not https. Only for a page whose form has a fixed target.
    """
    g.form_targets = ("https:", written_origin(url))


def platform_origins(registration: Registration) -> tuple[str, ...]:
    """Return the origins under which a platform shows its pages."""
    origins = {written_origin(registration.issuer), written_origin(registration.auth_login_url)}
    more = family_of(registration.product_family).frame_ancestors
    return (*sorted(origin for origin in origins if origin), *more)


def add_headers(response: Response) -> Response:
    """Add the headers to a response."""
    ancestors = " ".join(g.get("frame_ancestors", ())) or "'none'"
    form_targets = " ".join(("'self'", *g.get("form_targets", ())))
    script = f"'nonce-{g.csp_nonce}'" if "csp_nonce" in g else "'none'"
    headers = response.headers
    headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; img-src 'self' data:; script-src {script}; connect-src 'self'; "
        f"form-action {form_targets}; base-uri 'none'; frame-ancestors {ancestors}"
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if tool().settings.public_url.startswith("https://"):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint not in MAY_BE_KEPT or response.status_code >= 400:
        headers["Cache-Control"] = "no-store"
    return response


def init_headers(app: Flask) -> None:
    """Add the headers to every response of the app."""
    app.after_request(add_headers)
    app.jinja_env.globals["csp_nonce"] = nonce
    app.jinja_env.globals["frame_resize"] = frame_resize
