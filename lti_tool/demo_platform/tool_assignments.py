"""The assignments that a tool makes by making a line item, as Canvas does.

https://canvas.instructure.com/doc/api/line_items.html: a line item without resource link becomes an assignment with
its label as name. It opens the tool when the line item says so by the extension below.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from lti_tool.demo_platform.store import Store

SUBMISSION_TYPE = "https://canvas.instructure.com/lti/submission_type"
LAUNCH_URL = "https://canvas.instructure.com/lti/launch_url"


class SubmissionTypeInvalid(Exception):
    """Not one of the two types, or the address is missing."""


@dataclass(frozen=True)
class ToolAssignment:
    """An assignment, by the line item that it came with."""

    line_item_id: int
    title: str
    launch_url: str | None
    """The address in the tool that it opens; None when nothing is handed in."""


def read_launch_url(body: dict[str, Any]) -> str | None:
    """Return the address that the line item is to open. Raises SubmissionTypeInvalid."""
    said = body.get(SUBMISSION_TYPE)
    if said is None or said == {"type": "none"}:
        return None
    url = said.get("external_tool_url") if isinstance(said, dict) and said.get("type") == "external_tool" else None
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise SubmissionTypeInvalid
    return url


def insert_tool_assignment(db: sqlite3.Connection, assignment: ToolAssignment) -> None:
    """Keep an assignment, within a transaction of the caller."""
    row = (assignment.line_item_id, assignment.title, assignment.launch_url)
    db.execute("INSERT INTO tool_assignment VALUES (?, ?, ?)", row)


def rename_tool_assignment(db: sqlite3.Connection, item_id: int, title: str) -> None:
    """Give the assignment of a line item another name, within a transaction of the caller."""
    db.execute("UPDATE tool_assignment SET title = ? WHERE line_item_id = ?", (title, item_id))
    db.execute(
        "UPDATE placement SET title = ? WHERE CAST(id AS TEXT) = (SELECT resource_link_id FROM line_item"
        " JOIN tool_assignment ON line_item_id = line_item.id WHERE line_item.id = ?)",
        (title, item_id),
    )


def list_tool_assignments(store: Store) -> list[ToolAssignment]:
    """Return the assignments in the order in which they were made."""
    with store.reading() as db:
        return [ToolAssignment(*row) for row in db.execute("SELECT * FROM tool_assignment ORDER BY line_item_id")]
