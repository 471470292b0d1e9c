"""Lists in pages, and the two ways in which their Link header is written.

https://www.rfc-editor.org/rfc/rfc8288 is one. The other is what Moodle 4.5 writes for line items: an address escaped
as in HTML, between typographic quotes, which no reader of Link headers understands.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Response, request

Item = TypeVar("Item")


@dataclass(frozen=True)
class Cut(Generic[Item]):
    """A piece of a list. `limit` 0 means that no paging was asked for."""

    items: Sequence[Item]
    start: int
    limit: int
    total: int

    @property
    def next_start(self) -> int | None:
        """Where the next page begins, if there is one."""
        end = self.start + self.limit
        return end if self.limit and end < self.total else None


def cut_page(items: Sequence[Item]) -> Cut[Item]:
    """Cut out what the request wants: `limit` items, beginning at `from`; all of them without `limit`."""
    limit, start = _count("limit"), _count("from")
    if limit == 0:
        return Cut(items, 0, 0, len(items))
    return Cut(items[start : start + limit], start, limit, len(items))


def add_link(response: Response, cut: Cut[Item], own_url: str) -> None:
    """Add a well-formed Link header that leads to the next page, if there is one.

    `own_url` is the full address of the request as the tool knows it.
    """
    if cut.next_start is not None:
        response.headers["Link"] = f'<{_page_url(own_url, cut.limit, cut.next_start)}>; rel="next"'


def add_curly_link(response: Response, cut: Cut[Item], own_url: str) -> None:
    """Add the Link header of Moodle's line items, on every page of a list that is asked for in pages."""
    if cut.limit == 0:
        return
    starts = {"first": 0}
    if 0 < cut.start < cut.total:
        starts["prev"] = max(cut.start - cut.limit, 0)
    starts["canonical"] = cut.start
    if cut.next_start is not None:
        starts["next"] = cut.next_start
    # Not where the last page begins, but what Moodle says.
    starts["last"] = max(cut.total - cut.limit + 1, 0)
    urls = {name: html.escape(_page_url(own_url, cut.limit, start)) for name, start in starts.items()}
    link = ", ".join(
        f"<{url}>; rel=\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}"
        for name, url in urls.items()
    )
    # Header values are handed on as Latin-1, one character a byte: this sends the bytes of UTF-8, as PHP does.
    response.headers["Link"] = link.encode().decode("latin-1")


def _page_url(own_url: str, limit: int, start: int) -> str:
    parts = urlsplit(own_url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("limit", "from")]
    return urlunsplit(parts._replace(query=urlencode([*query, ("limit", str(limit)), ("from", str(start))])))


def _count(name: str) -> int:
    value = request.args.get(name, "0")
    return int(value) if value.isascii() and value.isdecimal() else 0
