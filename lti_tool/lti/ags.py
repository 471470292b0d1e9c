"""Assignment and Grade Services: our columns in the platform's gradebook, the scores we send and what became of them.

A tool sees its own line items only, never the platform's other assignments.
https://www.imsglobal.org/spec/lti-ags/v2p0/
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import pylti1p3.lineitem

from config.errors import PlatformFailed
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
    "list_line_items",
    "list_results",
    "put_score",
]

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
    pages = list_pages(platform_http, endpoint, url, scope=SCOPE_RESULT_READONLY, accept=MEDIA_RESULTS, what="results")
    entries = [entry for page in pages for entry in _entries(page, "results")]
    return [
        Result(
            user_id=str(entry["userId"]),
            score=_number(entry.get("resultScore")),
            maximum=_number(entry.get("resultMaximum")),
            comment=clean_text(entry.get("comment"), 10_000),
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
) -> LineItem:
    """Make a column in the gradebook; needs the full line item scope."""
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
        body=wanted.get_value().encode(),
    )
    created = _line_item(response.json())
    if created is None:
        raise PlatformFailed("bad-line-item", retryable=False, status=response.status)
    return created


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
