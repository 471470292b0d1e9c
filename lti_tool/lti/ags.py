"""Assignment and Grade Services: our columns in the platform's gradebook, the scores we send and what became of them.

A tool sees its own line items only, never the platform's other assignments.
https://www.imsglobal.org/spec/lti-ags/v2p0/
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import pylti1p3.lineitem

from config.errors import PlatformFailed
from config.http import HttpResponse
from lti_tool.lti.pages import list_pages
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.lti.platform_http import PlatformHttp
from lti_tool.lti.platform_text import clean_text, is_identifier
from lti_tool.lti.score import ActivityProgress, GradingProgress, LineItem, Result, Score

__all__ = [
    "ActivityProgress",
    "GradingProgress",
    "LineItem",
    "Result",
    "Score",
    "create_line_item",
    "delete_line_item",
    "get_line_item",
    "list_line_items",
    "list_results",
    "put_score",
    "update_line_item",
]

LINE_ITEM_GONE = "line-item-gone"
"""The code of a PlatformFailed when the column itself is not there any more: its address answers 404 or 410."""

_SCOPES = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCOPE_LINE_ITEM = f"{_SCOPES}lineitem"
SCOPE_LINE_ITEM_READONLY = f"{_SCOPES}lineitem.readonly"
SCOPE_RESULT_READONLY = f"{_SCOPES}result.readonly"
SCOPE_SCORE = f"{_SCOPES}score"

_MEDIA = "application/vnd.ims.lis."
MEDIA_SCORE = f"{_MEDIA}v1.score+json"
MEDIA_LINE_ITEM = f"{_MEDIA}v2.lineitem+json"
MEDIA_LINE_ITEMS = f"{_MEDIA}v2.lineitemcontainer+json"
MEDIA_RESULTS = f"{_MEDIA}v2.resultcontainer+json"


def put_score(platform_http: PlatformHttp, endpoint: PlatformEndpoint, line_item_url: str, score: Score) -> None:
    """Send one score, or raise PlatformFailed. Accepted is not yet arrived: see the platform family.

    A web page as answer (of maintenance, of a login) is no acceptance, whatever its status.
    """
    with _gone_when_not_found("score"):
        response = platform_http.send(
            endpoint,
            "POST",
            _below(line_item_url, "scores"),
            scopes=[SCOPE_SCORE],
            what="score",
            content_type=MEDIA_SCORE,
            body=score.to_json(),
        )
    if response.body[:200].lstrip().lower().startswith((b"<!doctype", b"<html")):
        raise PlatformFailed("bad-score-answer", retryable=True, status=response.status)


def list_results(
    platform_http: PlatformHttp, endpoint: PlatformEndpoint, line_item_url: str, user_id: str | None = None
) -> list[Result]:
    """Return what the gradebook holds for one line item, of everybody or of one person."""
    url = _below(line_item_url, "results", {"user_id": user_id} if user_id is not None else {})
    with _gone_when_not_found("results"):
        pages = list(
            list_pages(platform_http, endpoint, url, scope=SCOPE_RESULT_READONLY, accept=MEDIA_RESULTS, what="results")
        )
    entries = [entry for page in pages for entry in _entries(page, "results")]
    return [
        Result(
            user_id=str(entry["userId"]),
            score=_number(entry.get("resultScore")),
            maximum=_number(entry.get("resultMaximum")),
            comment=clean_text(entry.get("comment"), 10_000),
            scored_by=clean_text(entry.get("scoringUserId"), 255),
            timestamp=clean_text(entry.get("timestamp"), 40),
        )
        for entry in entries
        if is_identifier(str(entry.get("userId") or ""))
    ]


def list_line_items(
    platform_http: PlatformHttp,
    endpoint: PlatformEndpoint,
    line_items_url: str,
    *,
    resource_id: str | None = None,
    tag: str | None = None,
    resource_link_id: str | None = None,
    scope: str = SCOPE_LINE_ITEM_READONLY,
) -> list[LineItem]:
    """Return our line items of a course; those with the given resource id, tag or resource link.

    Moodle wants the scope for reading, whatever else the token holds; another `scope` is for platforms that do not
    grant it. Never with a `limit`: the page links that Moodle then sends are broken.
    """
    asked = {"resource_id": resource_id, "tag": tag, "resource_link_id": resource_link_id}
    url = _below(line_items_url, "", {name: value for name, value in asked.items() if value is not None})
    pages = list_pages(
        platform_http,
        endpoint,
        url,
        scope=scope,
        accept=MEDIA_LINE_ITEMS,
        what="line-items",
    )
    found = [_line_item(entry) for page in pages for entry in _entries(page, "line-items")]
    return [line_item for line_item in found if line_item is not None]


def create_line_item(
    platform_http: PlatformHttp,
    endpoint: PlatformEndpoint,
    line_items_url: str,
    *,
    label: str,
    score_maximum: float,
    resource_id: str | None = None,
    tag: str | None = None,
    resource_link_id: str | None = None,
    extension: Mapping[str, object] | None = None,
) -> LineItem:
    """Make a column in the gradebook; needs the full line item scope.

    `extension` are members of the platform's own, from its family.
    """
    wanted = pylti1p3.lineitem.LineItem().set_label(label).set_score_maximum(score_maximum)
    if resource_id is not None:
        wanted.set_resource_id(resource_id)
    if tag is not None:
        wanted.set_tag(tag)
    if resource_link_id is not None:
        wanted.set_resource_link_id(resource_link_id)
    response = platform_http.send(
        endpoint,
        "POST",
        line_items_url,
        scopes=[SCOPE_LINE_ITEM],
        what="line-item",
        accept=MEDIA_LINE_ITEM,
        content_type=MEDIA_LINE_ITEM,
        body=json.dumps({**json.loads(wanted.get_value()), **(extension or {})}).encode(),
    )
    return _read_line_item(response)


def get_line_item(
    platform_http: PlatformHttp,
    endpoint: PlatformEndpoint,
    line_item_url: str,
    *,
    scope: str = SCOPE_LINE_ITEM_READONLY,
) -> LineItem:
    """Return the column as it is now, or raise PlatformFailed: `line-item-gone` when somebody removed it."""
    return _read_line_item(_fetch_line_item(platform_http, endpoint, line_item_url, scope))


def update_line_item(
    platform_http: PlatformHttp,
    endpoint: PlatformEndpoint,
    line_item_url: str,
    *,
    label: str | None = None,
    score_maximum: float | None = None,
    resource_id: str | None = None,
    tag: str | None = None,
    extension: Mapping[str, object] | None = None,
    scope: str = SCOPE_LINE_ITEM_READONLY,
) -> LineItem:
    """Change what is given and keep the rest; sends nothing when the column is like that already.

    A PUT replaces the whole column, so it is read first and everything that the platform has goes back, what we do
    not know of too. `scope` is for reading, as with `list_line_items`; writing needs the full one.
    """
    there = _fetch_line_item(platform_http, endpoint, line_item_url, scope)
    present = _read_line_item(there)
    wanted = {"label": label, "scoreMaximum": score_maximum, "resourceId": resource_id, "tag": tag}
    # Open edX says null of what a column has not, and refuses that when it comes back (lti-consumer-xblock, 2026-11).
    old: dict[str, Any] = {name: value for name, value in there.json().items() if value is not None}
    new = {**old, **{name: value for name, value in wanted.items() if value is not None}, **(extension or {})}
    if new == old:
        return present
    with _gone_when_not_found("line-item"):
        response = platform_http.send(
            endpoint,
            "PUT",
            line_item_url,
            scopes=[SCOPE_LINE_ITEM],
            what="line-item",
            accept=MEDIA_LINE_ITEM,
            content_type=MEDIA_LINE_ITEM,
            body=json.dumps(new).encode(),
        )
    # The specification wants the column as answer; Moodle sends nothing.
    return (_line_item(response.json()) if response.body.strip() else _line_item(new)) or present


def delete_line_item(platform_http: PlatformHttp, endpoint: PlatformEndpoint, line_item_url: str) -> None:
    """Take a column out of the gradebook, with its grades. One that is gone already is fine.

    Canvas refuses with 401 where a link belongs to it (2026-11).
    """
    try:
        with _gone_when_not_found("line-item"):
            platform_http.send(endpoint, "DELETE", line_item_url, scopes=[SCOPE_LINE_ITEM], what="line-item")
    except PlatformFailed as problem:
        if problem.code != LINE_ITEM_GONE:
            raise


def _fetch_line_item(
    platform_http: PlatformHttp, endpoint: PlatformEndpoint, line_item_url: str, scope: str
) -> HttpResponse:
    with _gone_when_not_found("line-item"):
        return platform_http.send(
            endpoint, "GET", line_item_url, scopes=[scope], what="line-item", accept=MEDIA_LINE_ITEM
        )


def _read_line_item(response: HttpResponse) -> LineItem:
    found = _line_item(response.json())
    if found is None:
        raise PlatformFailed("bad-line-item", retryable=False, status=response.status)
    return found


@contextmanager
def _gone_when_not_found(what: str) -> Iterator[None]:
    """Give a name of its own to the answer that the column is not there; a token address of 404 says no such thing."""
    try:
        yield
    except PlatformFailed as problem:
        if problem.code == f"{what}-failed" and problem.status in {404, 410}:
            raise PlatformFailed(LINE_ITEM_GONE, what, retryable=False, status=problem.status) from problem
        raise


def _below(url: str, step: str, query: Mapping[str, str] | None = None) -> str:
    """Add a step to the path and parameters to the query: on Moodle the query is part of a line item's address."""
    parts = urlsplit(url)
    path = f"{parts.path.rstrip('/')}/{step}" if step else parts.path
    added = urlencode(query or {}, quote_via=quote, safe="")
    return urlunsplit((parts.scheme, parts.netloc, path, "&".join(part for part in (parts.query, added) if part), ""))


def _entries(page: Any, what: str) -> list[dict[str, Any]]:
    if not isinstance(page, list):
        raise PlatformFailed(f"bad-{what}", retryable=False)
    return [entry for entry in page if isinstance(entry, dict)]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _line_item(entry: Any) -> LineItem | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not entry["id"]:
        return None
    return LineItem(
        url=entry["id"],
        label=clean_text(entry.get("label"), 255) or "",
        score_maximum=_number(entry.get("scoreMaximum")),
        resource_id=clean_text(entry.get("resourceId"), 255),
        tag=clean_text(entry.get("tag"), 255),
        resource_link_id=clean_text(entry.get("resourceLinkId"), 255),
    )
