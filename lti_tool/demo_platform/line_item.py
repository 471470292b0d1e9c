"""A column of the gradebook, and how it lies in the store.

https://www.imsglobal.org/spec/lti-ags/v2p0#line-item
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class SubmissionReview:
    """How the tool wants to be opened to show what a learner did for this column.

    https://www.imsglobal.org/spec/lti-ags/v2p0#submission-review-message
    """

    url: str | None = None
    custom: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as it travels."""
        found = {"url": self.url, "custom": self.custom}
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True)
class LineItemFields:
    """What a tool may say about a line item."""

    label: str
    score_maximum: float
    resource_id: str = ""
    tag: str = ""
    resource_link_id: str | None = None
    review: SubmissionReview | None = None

    def columns(self) -> tuple[str, float, str, str, str | None, str | None]:
        """Return the values in the order of the table."""
        review = None if self.review is None else json.dumps(self.review.as_json())
        return self.label, self.score_maximum, self.resource_id, self.tag, self.resource_link_id, review


@dataclass(frozen=True)
class LineItem:
    """A column of the gradebook."""

    id: int
    course_id: str
    tool_id: int
    """The tool that sees it; `tools.BY_ADDRESS`: that of its placement."""
    fields: LineItemFields
    made_by_tool: bool
    """False for the column that belongs to a placement: that one cannot be deleted by the tool."""


class SubmissionReviewInvalid(Exception):
    """Not in the shape of the specification."""


def read_submission_review(body: dict[str, Any]) -> SubmissionReview | None:
    """Read the `submissionReview` of a line item. Raises SubmissionReviewInvalid."""
    review = body.get("submissionReview")
    if review is None:
        return None
    url, custom = (review.get("url"), review.get("custom") or {}) if isinstance(review, dict) else (1, {})
    if not isinstance(url, str | None) or not isinstance(custom, dict):
        raise SubmissionReviewInvalid
    return SubmissionReview(url, {str(name): str(value) for name, value in custom.items()})


def insert_line_item(
    db: sqlite3.Connection, fields: LineItemFields, *, course_id: str, tool_id: int, made_by_tool: bool
) -> LineItem:
    """Add a column, within a transaction of the caller."""
    inserted = db.execute(
        "INSERT INTO line_item"
        " (course_id, tool_id, label, score_maximum, resource_id, tag, resource_link_id, review, made_by_tool)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (course_id, tool_id, *fields.columns(), made_by_tool),
    )
    if inserted.lastrowid is None:
        raise RuntimeError("the store gave the new line item no id")
    return LineItem(inserted.lastrowid, course_id, tool_id, fields, made_by_tool)


def read_line_item(row: sqlite3.Row) -> LineItem:
    """Read a row of the table."""
    review = None if row["review"] is None else json.loads(row["review"])
    fields = LineItemFields(
        row["label"],
        row["score_maximum"],
        row["resource_id"],
        row["tag"],
        row["resource_link_id"],
        None if review is None else SubmissionReview(review.get("url"), review.get("custom", {})),
    )
    return LineItem(row["id"], row["course_id"], row["tool_id"], fields, bool(row["made_by_tool"]))
