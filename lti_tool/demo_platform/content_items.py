"""The items that a tool returns from deep linking, read as Moodle 4.5 reads them.

https://www.imsglobal.org/spec/lti-dl/v2p0#lti-resource-link. Ignored, as on Moodle: `available`, `submission`,
`window`, `iframe`, `icon` and `thumbnail`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lti_tool.demo_platform.json_value import is_number
from lti_tool.demo_platform.line_item import LineItemFields, SubmissionReviewInvalid, read_submission_review
from lti_tool.demo_platform.placements import LONGEST_TITLE, SCORE_MAXIMUM

RESOURCE_LINK = "ltiResourceLink"


class ContentInvalid(Exception):
    """This cannot be added to the course; the text says why."""


@dataclass(frozen=True)
class ContentItem:
    """One link that a tool returned."""

    title: str
    text: str
    url: str
    custom_text: str
    column: LineItemFields | None
    """Its column of the gradebook, by the label of the line item; None: it has none."""


def read_content_items(items: Any, tool_name: str) -> list[ContentItem]:
    """Read the list; a tool that returns nothing may leave it out. Raises ContentInvalid."""
    if items is None:
        return []
    if not isinstance(items, list):
        raise ContentInvalid("content_items is not a list")
    return [_read_item(item, tool_name) for item in items]


def _read_item(item: Any, tool_name: str) -> ContentItem:
    kind = item.get("type") if isinstance(item, dict) else None
    if kind != RESOURCE_LINK:
        raise ContentInvalid(f"an item is of type {kind!r}, and only {RESOURCE_LINK} was asked for")
    texts = {name: item.get(name) or "" for name in ("title", "text", "url")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise ContentInvalid("title, text and url must be text")
    if texts["url"] and not texts["url"].startswith(("http://", "https://")):
        raise ContentInvalid("url is not an http address")
    title = texts["title"].strip()[:LONGEST_TITLE] or tool_name
    column = _read_column(item["lineItem"], title) if item.get("lineItem") is not None else None
    return ContentItem(title, texts["text"], texts["url"], custom_text_of(item.get("custom")), column)


def custom_text_of(custom: Any) -> str:
    """Write parameters as a teacher would type them: a line break in a value begins another one, as on Moodle."""
    if custom is None:
        return ""
    if not isinstance(custom, dict):
        raise ContentInvalid("custom is not an object")
    return "\n".join(f"{name}={value}" for name, value in custom.items())


def _read_column(line_item: Any, title: str) -> LineItemFields:
    if not isinstance(line_item, dict):
        raise ContentInvalid("lineItem is not an object")
    maximum = line_item.get("scoreMaximum", SCORE_MAXIMUM)
    if not is_number(maximum) or maximum <= 0:
        raise ContentInvalid("scoreMaximum is not a number above 0")
    texts = {name: line_item.get(name) or "" for name in ("label", "resourceId", "tag")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise ContentInvalid("label, resourceId and tag must be text")
    try:
        review = read_submission_review(line_item)
    except SubmissionReviewInvalid as error:
        raise ContentInvalid("submissionReview cannot be read") from error
    return LineItemFields(
        texts["label"].strip() or title, float(maximum), texts["resourceId"], texts["tag"], review=review
    )
