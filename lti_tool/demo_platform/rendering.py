"""How a page of the demo school is made: its words, and the headers that keep it to itself.

Policy: https://www.w3.org/TR/CSP3/. Only pages that need one hold a script, named by a nonce. The tool
is allowed in a frame and as the target of a form; a browser holds the redirects after a form against the same list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, make_response, render_template

from config.ids import new_secret
from lti_tool.demo_platform.language import LANGUAGES, page_language, words_in
from lti_tool.demo_platform.roster import Person
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.demo_platform.tools import origin_of


def render_page(
    settings: PlatformSettings,
    template: str,
    *,
    person: Person | None = None,
    status: int = 200,
    nonce: str = "",
    origins: Iterable[str] = (),
    **values: Any,
) -> Response:
    """Render a page without any script, except those that carry the nonce when one is given.

    `origins` are those of more tools than the preset one that may stand in a frame of the page.
    """
    script = f"'nonce-{nonce}'" if nonce else "'none'"
    return _render(
        settings, template, person=person, status=status, script=script, origins=origins, nonce=nonce, **values
    )


def render_form_post(
    settings: PlatformSettings, action: str, fields: Mapping[str, str], *, person: Person | None = None
) -> Response:
    """Render a page that posts these fields by itself, or by its button where scripts are off.

    https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html
    """
    nonce = new_secret()
    return _render(
        settings,
        "demo_platform/form_post.html",
        person=person,
        script=f"'nonce-{nonce}'",
        origins=(origin_of(action),),
        nonce=nonce,
        action=action,
        fields=fields,
    )


def _render(
    settings: PlatformSettings,
    template: str,
    *,
    person: Person | None,
    script: str,
    origins: Iterable[str],
    status: int = 200,
    **values: Any,
) -> Response:
    language = page_language(person)
    html = render_template(
        template, language=language, languages=LANGUAGES, words=words_in(language), person=person, **values
    )
    tool = " ".join(dict.fromkeys((origin_of(settings.tool_url), *origins)))
    # A launch is a form that the tool leads on to where people log in, and a page from there is shown within ours.
    hosts = dict.fromkeys((origin_of(settings.platform_url), origin_of(settings.logins_url)))
    own = " ".join(("'self'", *(hosts if len(hosts) > 1 else ())))
    response = make_response(html, status)
    response.headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            f"script-src {script}",
            "style-src 'self'",
            "img-src 'self'",
            f"frame-src {own} {tool}",
            f"form-action {own} {tool}",
            f"frame-ancestors {own}",
            "base-uri 'none'",
        )
    )
    return response
