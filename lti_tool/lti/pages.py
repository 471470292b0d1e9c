"""Lists that platforms hand out in pages, followed by their `Link: <...>; rel="next"` headers.

Addresses are taken as they are: bookmarks of Canvas tell upper case from lower. They must be of the place we asked,
for they get our token. https://www.rfc-editor.org/rfc/rfc8288
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from config.errors import PlatformFailed
from lti_tool.lti.origin import same_origin
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.lti.platform_http import PlatformHttp

MAX_PAGES = 500
"""A course of ten thousand is two hundred pages on Canvas, which sends fifty at a time (2026-11)."""
_MAX_PAGE_BYTES = 20_000_000
"""Moodle sends everybody on one page: with the message of a link that is 700 bytes each (2026-11)."""
_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_IS_NEXT = re.compile(r";\s*rel\s*=[^;,]*\bnext\b", re.IGNORECASE | re.ASCII)


def list_pages(
    platform_http: PlatformHttp, endpoint: PlatformEndpoint, url: str, *, scope: str, accept: str, what: str
) -> Iterator[Any]:
    """Yield the JSON of each page in turn; raise PlatformFailed when there is no end to them."""
    seen: set[str] = set()
    following: str | None = url
    while following is not None:
        if following in seen or len(seen) == MAX_PAGES:
            raise PlatformFailed("endless-pages", what, retryable=False)
        if seen and not same_origin(following, url):
            raise PlatformFailed("foreign-page", what, retryable=False)
        seen.add(following)
        response = platform_http.send(
            endpoint, "GET", following, scopes=[scope], accept=accept, what=what, max_bytes=_MAX_PAGE_BYTES
        )
        yield response.json()
        following = next_page_url(response.headers.get("link", ""), following)


def next_page_url(link_header: str, base_url: str) -> str | None:
    """Return the address of the next page, if the header names one."""
    for target, parameters in _LINK.findall(link_header):
        if _IS_NEXT.search(parameters):
            # Moodle writes line item links as HTML, with typographic quotes and &amp; (4.5, 2026-11).
            plain: str = target if parameters.isascii() else html.unescape(target)
            try:
                return urljoin(base_url, plain)
            except ValueError:
                raise PlatformFailed("bad-link", retryable=False) from None
    return None
