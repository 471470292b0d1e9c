"""What a score says about work that was handed in, in the extension of Canvas, and the attempts that follow from it.

https://canvas.instructure.com/doc/api/score.html, November 2026. A platform without the extension ignores all of it.
"""

from __future__ import annotations

import math
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lti_tool.demo_platform.store import Store

EXTENSION = "https://canvas.instructure.com/lti/submission"
_TYPES = ("none", "basic_lti_launch", "online_text_entry", "external_tool", "online_upload", "online_url")


class SubmissionInvalid(Exception):
    """This cannot be kept; the text says why."""


@dataclass(frozen=True)
class Submission:
    """The members of the extension. The defaults are those of Canvas, and bite: each score is one more attempt."""

    new_submission: bool = True
    """This is one more attempt, unless it was handed in at the moment of the last one."""
    preserve_score: bool = False
    """A score without points leaves the grade that is there. Else it empties it."""
    prioritize_non_tool_grade: bool = False
    """A grade typed by hand stays."""
    kind: str = "external_tool"
    data: str | None = None
    """What was handed in: text or an address, according to the kind."""
    submitted_at: str | None = None

    @property
    def makes_attempt(self) -> bool:
        """Whether work is handed in with this score."""
        return self.new_submission and self.kind != "none"


@dataclass(frozen=True)
class Attempt:
    """Work of one person in one column, handed in."""

    line_item_id: int
    user_id: str
    number: int
    kind: str
    data: str | None


def read_submission(body: dict[str, Any]) -> Submission:
    """Read the extension of a score, the defaults where it is absent. Raises SubmissionInvalid."""
    extension, standard = body.get(EXTENSION, {}), body.get("submission", {})
    if not isinstance(extension, dict) or not isinstance(standard, dict):
        raise SubmissionInvalid("the submission is not an object")
    kind, data = extension.get("submission_type", "external_tool"), extension.get("submission_data")
    if kind not in _TYPES or not isinstance(data, str | None):
        raise SubmissionInvalid(f"submission_type is none of {', '.join(_TYPES)}, or submission_data is no text")
    return Submission(
        new_submission=_flag(extension, "new_submission", otherwise=True),
        preserve_score=_flag(extension, "preserve_score", otherwise=False),
        prioritize_non_tool_grade=_flag(extension, "prioritize_non_tool_grade", otherwise=False),
        kind=kind,
        data=data,
        submitted_at=_moment(standard.get("submittedAt") or extension.get("submitted_at")),
    )


def record_attempt(db: sqlite3.Connection, cell: tuple[int, str], submission: Submission) -> None:
    """Keep an attempt, within a transaction of the caller; one of the moment of the last replaces that."""
    last = db.execute(
        "SELECT number, submitted_at FROM attempt WHERE line_item_id = ? AND user_id = ? ORDER BY number DESC", cell
    ).fetchone()
    is_again = last is not None and submission.submitted_at is not None and last[1] == submission.submitted_at
    number = 1 if last is None else last[0] if is_again else last[0] + 1
    row = (*cell, number, submission.submitted_at, submission.kind, submission.data)
    db.execute("INSERT OR REPLACE INTO attempt VALUES (?, ?, ?, ?, ?, ?)", row)


def list_attempts(store: Store, item_id: int | None = None, user_id: str | None = None) -> list[Attempt]:
    """Return what was handed in, by column and person, narrowed by what is given."""
    with store.reading() as db:
        rows = db.execute("SELECT * FROM attempt ORDER BY line_item_id, user_id, number").fetchall()
    attempts = (Attempt(row[0], row[1], row[2], row[4], row[5]) for row in rows)
    return [one for one in attempts if item_id in (None, one.line_item_id) and user_id in (None, one.user_id)]


def _flag(extension: dict[str, Any], name: str, *, otherwise: bool) -> bool:
    value = extension.get(name, otherwise)
    if not isinstance(value, bool):
        raise SubmissionInvalid(f"{name} is true or false")
    return value


def _moment(value: Any) -> str | None:
    """Return a moment in one spelling, so that two spellings of it are the same attempt."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise SubmissionInvalid("the moment of handing in is not an ISO 8601 date and time") from error
    if moment.tzinfo is None:
        raise SubmissionInvalid("the moment of handing in has no time zone")
    return str(math.floor(moment.timestamp() * 1000))
