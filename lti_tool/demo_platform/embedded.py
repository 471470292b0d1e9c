"""What a tool returns for a text or as work handed in, instead of links for the course: all types of deep linking.

https://www.imsglobal.org/spec/lti-dl/v2p0#content-item-types and homework_submission and editor_button of Canvas. Work
that is handed in is one more attempt; a file is fetched when it comes, as Canvas does, so it must be open to everybody.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from config.clock import Clock
from lti_tool.demo_platform.canvas_places import Place
from lti_tool.demo_platform.content_items import ContentInvalid, custom_text_of
from lti_tool.demo_platform.placements import LONGEST_TITLE
from lti_tool.demo_platform.store import Store

LINK = "ltiResourceLink"
_NEEDS_URL = ("link", "file", "image")


@dataclass(frozen=True)
class EmbeddedItem:
    """One thing that a tool returned. Which members it has follows from its type."""

    kind: str
    title: str
    text: str = ""
    url: str = ""
    html: str = ""
    custom_text: str = ""
    placement_id: str = ""
    """The activity that opens it, where it is a link of LTI."""
    file_bytes: int | None = None
    """How long the file was when it was fetched."""


@dataclass(frozen=True)
class HandedIn:
    """Work of one person for one assignment."""

    assignment_id: int
    user_id: str
    number: int
    item: EmbeddedItem


def read_embedded(items: Any, place: Place, tool_name: str) -> list[EmbeddedItem]:
    """Read what came from a place. Raises ContentInvalid."""
    if items is None:
        return []
    if not isinstance(items, list):
        raise ContentInvalid("content_items is not a list")
    if len(items) > 1 and not place.accept_multiple:
        raise ContentInvalid("several items came where one was asked for")
    return [_read(item, place, tool_name) for item in items]


class Embedded:
    """The things in the store."""

    def __init__(self, store: Store, clock: Clock, fetch: Callable[[str], bytes]) -> None:
        self._store = store
        self._clock = clock
        self._fetch = fetch

    def fetch_file(self, item: EmbeddedItem) -> EmbeddedItem:
        """Fetch a file, without any cookie. Raises ContentInvalid when it is not there for everybody."""
        if item.kind != "file":
            return item
        try:
            return replace(item, file_bytes=len(self._fetch(item.url)))
        # `fetch` belongs to whoever started the platform: whatever it raises, the file is not there.
        except Exception as error:
            raise ContentInvalid(f"the file cannot be fetched: {item.url}") from error

    def put_on_page(self, course_id: str, item: EmbeddedItem) -> None:
        """Put a thing on the page of a course."""
        with self._store.transaction() as db:
            db.execute("INSERT INTO page_item (course_id, item) VALUES (?, ?)", (course_id, _text(item)))

    def list_on_page(self, course_id: str) -> list[EmbeddedItem]:
        """Return what stands on the page of a course."""
        with self._store.reading() as db:
            rows = db.execute("SELECT item FROM page_item WHERE course_id = ? ORDER BY id", (course_id,))
            return [EmbeddedItem(**json.loads(row["item"])) for row in rows]

    def hand_in(self, assignment_id: int, user_id: str, item: EmbeddedItem) -> None:
        """Keep work as one more attempt."""
        with self._store.transaction() as db:
            (before,) = db.execute(
                "SELECT count(*) FROM handed_in WHERE assignment_id = ? AND user_id = ?", (assignment_id, user_id)
            ).fetchone()
            row = (assignment_id, user_id, before + 1, _text(item), int(self._clock.now().timestamp()))
            db.execute("INSERT INTO handed_in VALUES (?, ?, ?, ?, ?)", row)

    def list_handed_in(self, assignment_id: int, user_id: str | None = None) -> list[HandedIn]:
        """Return the work for an assignment, of everybody or of one person."""
        with self._store.reading() as db:
            rows = db.execute(
                "SELECT * FROM handed_in WHERE assignment_id = ?1 AND (?2 IS NULL OR user_id = ?2)"
                " ORDER BY user_id, number",
                (assignment_id, user_id),
            )
            return [_handed_in(row) for row in rows]


def _handed_in(row: sqlite3.Row) -> HandedIn:
    return HandedIn(row["assignment_id"], row["user_id"], row["number"], EmbeddedItem(**json.loads(row["item"])))


def _text(item: EmbeddedItem) -> str:
    return json.dumps(asdict(item))


def _read(item: Any, place: Place, tool_name: str) -> EmbeddedItem:
    kind = item.get("type") if isinstance(item, dict) else None
    if kind not in place.accept_types:
        raise ContentInvalid(f"an item is of type {kind!r}, and only {', '.join(place.accept_types)} was asked for")
    texts = {name: item.get(name) or "" for name in ("title", "text", "url", "html")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise ContentInvalid("title, text, url and html must be text")
    if texts["url"] and not texts["url"].startswith(("http://", "https://")):
        raise ContentInvalid("url is not an http address")
    if (kind in _NEEDS_URL and not texts["url"]) or (kind == "html" and not texts["html"]):
        raise ContentInvalid(f"an item of type {kind!r} is empty")
    title = texts["title"].strip()[:LONGEST_TITLE] or tool_name
    return EmbeddedItem(
        kind, title, texts["text"], texts["url"], texts["html"], custom_text=custom_text_of(item.get("custom"))
    )
