"""A column of the gradebook, and how it lies in the store.

https://www.imsglobal.org/spec/lti-ags/v2p0#line-item
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True)
class LineItemFields:
    """What a tool may say about a line item."""

    label: str
    score_maximum: float
    resource_id: str = ""
    tag: str = ""
    resource_link_id: str | None = None

    def columns(self) -> tuple[str, float, str, str, str | None]:
        """Return the values in the order of the table."""
        return self.label, self.score_maximum, self.resource_id, self.tag, self.resource_link_id


@dataclass(frozen=True)
class LineItem:
    """A column of the gradebook."""

    id: int
    fields: LineItemFields
    made_by_tool: bool
    """False for the column that belongs to a placement: that one cannot be deleted by the tool."""


def insert_line_item(db: sqlite3.Connection, fields: LineItemFields, *, made_by_tool: bool) -> LineItem:
    """Add a column, within a transaction of the caller."""
    inserted = db.execute(
        "INSERT INTO line_item (label, score_maximum, resource_id, tag, resource_link_id, made_by_tool)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (*fields.columns(), made_by_tool),
    )
    if inserted.lastrowid is None:
        raise RuntimeError("the store gave the new line item no id")
    return LineItem(inserted.lastrowid, fields, made_by_tool)


def read_line_item(row: sqlite3.Row) -> LineItem:
    """Read a row of the table."""
    fields = LineItemFields(row["label"], row["score_maximum"], row["resource_id"], row["tag"], row["resource_link_id"])
    return LineItem(row["id"], fields, bool(row["made_by_tool"]))
