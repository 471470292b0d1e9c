"""Pages of a list behind opaque bookmarks, as Canvas gives them: base64, in which capitals count.

A bookmark that cannot be read is taken for none, so that a tool which spoils it gets the first page again, and again.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Response, request

from lti_tool.demo_platform.paging import Cut, Item

_PREFIX = "bookmark:"
_MOST = 50


def cut_bookmarked(items: Sequence[Item]) -> Cut[Item]:
    """Cut out the page that is asked for; pages are never longer than fifty."""
    asked = request.args.get("limit", "")
    limit = min(int(asked), _MOST) if asked.isascii() and asked.isdecimal() and int(asked) else _MOST
    start = _read(request.args.get("page", ""))
    return Cut(items[start : start + limit], start, limit, len(items))


def add_bookmarked_link(response: Response, cut: Cut[Item], own_url: str) -> None:
    """Add the Link header, which names the first page as well as the next."""
    links = {"current": request.args.get("page", "first"), "first": "first"}
    if cut.next_start is not None:
        links["next"] = _write(cut.next_start)
    response.headers["Link"] = ",".join(
        f'<{_url(own_url, cut.limit, page)}>; rel="{rel}"' for rel, page in links.items()
    )


def _write(start: int) -> str:
    return _PREFIX + base64.urlsafe_b64encode(json.dumps(["Members", start]).encode()).decode().rstrip("=")


def _read(page: str) -> int:
    if not page.startswith(_PREFIX):
        return 0
    text = page.removeprefix(_PREFIX)
    try:
        name, start = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError):
        return 0
    return start if name == "Members" and isinstance(start, int) and start > 0 else 0


def _url(own_url: str, limit: int, page: str) -> str:
    parts = urlsplit(own_url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("limit", "page")]
    query += [("limit", str(limit)), ("page", page)]
    return urlunsplit(parts._replace(query=urlencode(query, safe=":")))
