"""What a teacher can take back into a course by deep linking, and the form in which a platform takes it.

A platform says which types it accepts. What it does not know under its own name may still fit under another one: a
link of ours without LTI, or a line of HTML. https://www.imsglobal.org/spec/lti-dl/v2p0/#content-item-types
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import escape
from typing import Any, TypeVar

import pylti1p3.lineitem
from pylti1p3.deep_link_resource import DeepLinkResource

from lti_tool.lti.claims import DeepLinkingClaim
from lti_tool.lti.origin import origin_of


@dataclass(frozen=True)
class Picture:
    """An icon or a thumbnail, with its size in pixels where it is known."""

    url: str
    width: int | None = None
    height: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as a member of a content item."""
        return _without_empty({"url": self.url, "width": self.width, "height": self.height})


@dataclass(frozen=True)
class Period:
    """From when until when; either end can be open."""

    start: datetime | None = None
    end: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as a member of a content item."""
        return _without_empty({"startDateTime": _moment(self.start), "endDateTime": _moment(self.end)})


@dataclass(frozen=True)
class ItemColumn:
    """The column of the gradebook that comes with a link."""

    score_maximum: float
    label: str | None = None
    resource_id: str | None = None
    """Our own id: by it the column is found again before anybody launched."""
    tag: str | None = None
    submission_review_url: str | None = None
    """Where a teacher looks at one learner's work, when not at the link itself."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.score_maximum) and self.score_maximum > 0):
            raise ValueError("a column has a maximum above nought")


@dataclass(frozen=True)
class ResourceLinkItem:
    """A link that launches us. Without `url` it stays bound to this very tool on Moodle: see the platform's family."""

    title: str
    text: str | None = None
    url: str | None = None
    icon: Picture | None = None
    thumbnail: Picture | None = None
    custom: Mapping[str, str] = field(default_factory=dict)
    line_item: ItemColumn | None = None
    iframe: Mapping[str, int] | None = None
    """Shown inside a page: `width` and `height` in pixels, or nothing of them."""
    window: Mapping[str, str | int] | None = None
    """Opened in a window: `targetName`, `width`, `height`, or nothing of them."""
    available: Period | None = None
    submission: Period | None = None
    page_url: str | None = None
    """A page that needs no launch, for platforms that take no resource link. Never part of the item itself."""

    def to_json(self) -> dict[str, Any]:
        """Return the content item."""
        resource = DeepLinkResource().set_title(self.title).set_custom_params(dict(self.custom))
        if self.url is not None:
            resource.set_url(self.url)
        if self.line_item is not None:
            resource.set_lineitem(_line_item(self.line_item))
        return _without_empty(
            {
                **resource.to_dict(),
                "text": self.text,
                "icon": self.icon and self.icon.to_json(),
                "thumbnail": self.thumbnail and self.thumbnail.to_json(),
                "available": self.available and self.available.to_json(),
                "submission": self.submission and self.submission.to_json(),
            }
        ) | _presentation(self.iframe, self.window)


@dataclass(frozen=True)
class LinkItem:
    """A plain address."""

    url: str
    title: str | None = None
    text: str | None = None
    icon: Picture | None = None
    thumbnail: Picture | None = None
    iframe: Mapping[str, int] | None = None
    window: Mapping[str, str | int] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the content item; inside a page it is shown from its own address."""
        item = {
            "type": "link",
            "url": self.url,
            "title": self.title,
            "text": self.text,
            "icon": self.icon and self.icon.to_json(),
            "thumbnail": self.thumbnail and self.thumbnail.to_json(),
        }
        iframe = None if self.iframe is None else {"src": self.url, **self.iframe}
        return _without_empty(item) | _presentation(iframe, self.window)


@dataclass(frozen=True)
class HtmlItem:
    """A piece of a page. `html` is ours: what people typed in it is escaped before."""

    html: str
    title: str | None = None
    text: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the content item."""
        return _without_empty({"type": "html", "html": self.html, "title": self.title, "text": self.text})


@dataclass(frozen=True)
class ImageItem:
    """A picture at an address. Its title is what a screen reader says."""

    url: str
    title: str
    text: str | None = None
    width: int | None = None
    height: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the content item."""
        item = {"type": "image", "url": self.url, "title": self.title, "text": self.text}
        return _without_empty({**item, "width": self.width, "height": self.height})


@dataclass(frozen=True)
class FileItem:
    """A file that the platform fetches and keeps; `expires_at` says until when it can."""

    url: str
    title: str
    text: str | None = None
    media_type: str | None = None
    expires_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the content item; `mediaType` is what Canvas reads (2026-11)."""
        item = {"type": "file", "url": self.url, "title": self.title, "text": self.text}
        return _without_empty({**item, "mediaType": self.media_type, "expiresAt": _moment(self.expires_at)})


ContentItem = ResourceLinkItem | LinkItem | HtmlItem | ImageItem | FileItem
_Shown = TypeVar("_Shown", ResourceLinkItem, LinkItem)


def returnable(item: ContentItem, request: DeepLinkingClaim) -> ContentItem | None:
    """Return an item in the form that this platform takes, or None when there is none.

    A resource link loses what the platform would not know: a window where it only has frames, a column where it says
    that it makes none. Where no resource link is taken it becomes a link, or a line of HTML, to its `page_url`.
    """
    types = request.accept_types
    match item:
        case ResourceLinkItem():
            if "ltiResourceLink" in types:
                return _shown(
                    item if request.accepts_line_item is not False else replace(item, line_item=None), request
                )
            if item.page_url is None:
                return None
            plain = LinkItem(item.page_url, item.title, item.text, item.icon, item.thumbnail, item.iframe, item.window)
            return returnable(plain, request)
        case LinkItem():
            if "link" in types:
                return _shown(item, request)
            return (
                HtmlItem(_anchor(item.url, item.title or item.url), item.title, item.text) if "html" in types else None
            )
        case HtmlItem():
            return item if "html" in types else None
        case ImageItem():
            if "image" in types:
                return item
            if "html" in types:
                return HtmlItem(_image(item), item.title, item.text)
            return LinkItem(item.url, item.title, item.text) if "link" in types else None
        case FileItem():
            if "file" in types:
                return item
            return returnable(LinkItem(item.url, item.title, item.text), request)


def returnable_items(items: Sequence[ContentItem], request: DeepLinkingClaim) -> tuple[ContentItem, ...]:
    """Return those of the items that can go back, the first alone where the platform takes one."""
    found = [taken for item in items if (taken := returnable(item, request)) is not None]
    return tuple(found if request.accepts_multiple else found[:1])


def _shown(item: _Shown, request: DeepLinkingClaim) -> _Shown:
    """Keep the ways of showing that the platform has."""
    return replace(
        item,
        iframe=item.iframe if "iframe" in request.accept_targets else None,
        window=item.window if "window" in request.accept_targets else None,
    )


def _presentation(iframe: Mapping[str, Any] | None, window: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return how it is shown: an empty object says something here."""
    asked = {"iframe": iframe, "window": window}
    return {name: dict(value) for name, value in asked.items() if value is not None}


def _line_item(column: ItemColumn) -> pylti1p3.lineitem.LineItem:
    wanted = pylti1p3.lineitem.LineItem().set_score_maximum(column.score_maximum)
    if column.label:
        wanted.set_label(column.label)
    if column.resource_id:
        wanted.set_resource_id(column.resource_id)
    if column.tag:
        wanted.set_tag(column.tag)
    if column.submission_review_url:
        # Work can be looked at from the moment that there is any.
        wanted.set_submission_review(["Submitted", "Completed"], url=column.submission_review_url)
    return wanted


def _anchor(url: str, words: str) -> str:
    if origin_of(url) is None:
        raise ValueError("only a plain web address is written into a page")
    return f'<a href="{escape(url)}">{escape(words)}</a>'


def _image(item: ImageItem) -> str:
    if origin_of(item.url) is None:
        raise ValueError("only a plain web address is written into a page")
    size = "".join(
        f' {name}="{value}"' for name, value in (("width", item.width), ("height", item.height)) if value is not None
    )
    return f'<img src="{escape(item.url)}" alt="{escape(item.title)}"{size}>'


def _moment(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a moment needs its offset")
    return value.astimezone(UTC).isoformat(timespec="seconds")


def _without_empty(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value not in (None, "", {})}
