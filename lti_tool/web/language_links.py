"""The language of pages that have no session: it travels in the address, with whatever else stands there."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request, url_for

from lti_tool.web.locale import LANGUAGE, asked_locale, select_locale

LANGUAGES = {"nl": "Nederlands", "en": "English"}


def language_links() -> dict[str, object]:
    """Give the pages the language of their links, and of the one that leads to the same page in another."""
    here = select_locale()
    other = next(language for language in LANGUAGES if language != here)
    # Not as values of url_for, which takes some names as orders.
    query = urlencode({**request.args.to_dict(), LANGUAGE: other})
    address = url_for(request.endpoint or "", **(request.view_args or {}))
    return {
        "lang": asked_locale(),
        "other_language": other,
        "other_language_name": LANGUAGES[other],
        "other_language_url": f"{address}?{query}" if request.method == "GET" else "",
    }
