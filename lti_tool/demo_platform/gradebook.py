"""The gradebook of the course: columns (line items) and what stands in them.

The rules are those seen on a real Moodle 4.5: a score that is not newer than what is there conflicts, counted in
whole seconds; a score that is not final empties the cell; what a teacher typed by hand stays, whatever the tool
sends afterwards; a new maximum keeps the percentages.
https://www.imsglobal.org/spec/lti-ags/v2p0
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from config.clock import Clock
from lti_tool.demo_platform.course import RESOURCE_LINK_ID, RESOURCE_LINK_TITLE
from lti_tool.demo_platform.roster import find_user
from lti_tool.demo_platform.score import Score
from lti_tool.demo_platform.store import Store


@dataclass(frozen=True)
class LineItemFields:
    """What a tool may say about a line item."""

    label: str
    score_maximum: float
    resource_id: str = ""
    tag: str = ""
    resource_link_id: str | None = None


@dataclass(frozen=True)
class LineItem:
    """A column of the gradebook."""

    id: int
    fields: LineItemFields
    made_by_tool: bool
    """False for the column that belongs to a placement: that one cannot be deleted by the tool."""


@dataclass(frozen=True)
class Grade:
    """What stands in one cell. `score` counts on the scale of the column; None is an empty cell."""

    line_item_id: int
    user_id: str
    score: float | None
    comment: str | None
    scored_at: int
    activity_progress: str
    grading_progress: str
    overridden: bool


class ScoreNotNewer(Exception):
    """What is there is as new as this score, or newer."""


class NotGradable(Exception):
    """Unknown here, or not a learner."""


class Gradebook:
    """The columns and cells in the store. The column of the one placement exists from the start."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        with store.transaction() as db:
            if db.execute("SELECT count(*) FROM line_item WHERE NOT made_by_tool").fetchone()[0] == 0:
                fields = LineItemFields(RESOURCE_LINK_TITLE, 100, resource_link_id=RESOURCE_LINK_ID)
                _insert_item(db, fields, made_by_tool=False)

    def list_items(
        self, *, resource_link_id: str | None = None, resource_id: str | None = None, tag: str | None = None
    ) -> list[LineItem]:
        """Return the columns in the order in which they were made, narrowed by what is given."""
        with self._store.reading() as db:
            rows = db.execute("SELECT * FROM line_item ORDER BY id").fetchall()
        return [
            item
            for item in map(_item, rows)
            if resource_link_id in (None, item.fields.resource_link_id)
            and resource_id in (None, item.fields.resource_id)
            and tag in (None, item.fields.tag)
        ]

    def find_item(self, item_id: int) -> LineItem | None:
        """Return one column."""
        return next((item for item in self.list_items() if item.id == item_id), None)

    def add_item(self, fields: LineItemFields) -> LineItem:
        """Add a column on behalf of the tool."""
        with self._store.transaction() as db:
            item_id = _insert_item(db, fields, made_by_tool=True)
        return LineItem(item_id, fields, made_by_tool=True)

    def change_item(self, item: LineItem, fields: LineItemFields) -> LineItem:
        """Replace what is said about a column; grades keep their percentage when the maximum changes."""
        ratio = fields.score_maximum / item.fields.score_maximum
        with self._store.transaction() as db:
            db.execute(
                "UPDATE line_item SET label = ?, score_maximum = ?, resource_id = ?, tag = ?, resource_link_id = ?"
                " WHERE id = ?",
                (*_columns(fields), item.id),
            )
            db.execute(
                "UPDATE grade SET score = score * ?, override_score = override_score * ? WHERE line_item_id = ?",
                (ratio, ratio, item.id),
            )
        return LineItem(item.id, fields, item.made_by_tool)

    def delete_item(self, item: LineItem) -> None:
        """Remove a column and what stands in it."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM line_item WHERE id = ?", (item.id,))

    def record_score(self, item: LineItem, score: Score) -> None:
        """Keep a score from the tool. Raises NotGradable and ScoreNotNewer."""
        _check_gradable(score.user_id)
        points = None if score.fraction is None else min(score.fraction, 1) * item.fields.score_maximum
        with self._store.transaction() as db:
            cell = (item.id, score.user_id)
            there = db.execute(
                "SELECT scored_at, override_score FROM grade WHERE line_item_id = ? AND user_id = ?", cell
            ).fetchone()
            if there is not None and there["scored_at"] >= score.scored_at:
                raise ScoreNotNewer
            if there is not None and there["override_score"] is not None:
                # Accepted and without effect: the grade, its remark and its moment stay the teacher's.
                return
            db.execute(
                "INSERT OR REPLACE INTO grade VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
                (*cell, points, score.comment, score.activity_progress, score.grading_progress, score.scored_at),
            )

    def override(self, item: LineItem, user_id: str, points: float) -> None:
        """Type a grade by hand, as a teacher does: it counts from now on. Raises NotGradable."""
        _check_gradable(user_id)
        with self._store.transaction() as db:
            db.execute(
                "INSERT INTO grade VALUES (?, ?, NULL, NULL, 'Initialized', 'NotReady', ?, ?)"
                " ON CONFLICT DO UPDATE SET scored_at = max(scored_at, excluded.scored_at),"
                " override_score = excluded.override_score",
                (item.id, user_id, int(self._clock.now().timestamp()), points),
            )

    def withdraw_override(self, item: LineItem, user_id: str) -> None:
        """Let the score of the tool count again."""
        with self._store.transaction() as db:
            db.execute(
                "UPDATE grade SET override_score = NULL WHERE line_item_id = ? AND user_id = ?", (item.id, user_id)
            )

    def list_grades(self, item_id: int | None = None, user_id: str | None = None) -> list[Grade]:
        """Return the cells that were ever written, by column and person, narrowed by what is given."""
        with self._store.reading() as db:
            rows = db.execute("SELECT * FROM grade ORDER BY line_item_id, CAST(user_id AS INTEGER)").fetchall()
        return [
            grade
            for grade in map(_grade, rows)
            if item_id in (None, grade.line_item_id) and user_id in (None, grade.user_id)
        ]


def _check_gradable(user_id: str) -> None:
    person = find_user(user_id)
    if person is None or not person.is_learner:
        raise NotGradable


def _insert_item(db: sqlite3.Connection, fields: LineItemFields, *, made_by_tool: bool) -> int:
    inserted = db.execute(
        "INSERT INTO line_item (label, score_maximum, resource_id, tag, resource_link_id, made_by_tool)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (*_columns(fields), made_by_tool),
    )
    if inserted.lastrowid is None:
        raise RuntimeError("the store gave the new line item no id")
    return inserted.lastrowid


def _columns(fields: LineItemFields) -> tuple[str, float, str, str, str | None]:
    return fields.label, fields.score_maximum, fields.resource_id, fields.tag, fields.resource_link_id


def _item(row: sqlite3.Row) -> LineItem:
    fields = LineItemFields(row["label"], row["score_maximum"], row["resource_id"], row["tag"], row["resource_link_id"])
    return LineItem(row["id"], fields, bool(row["made_by_tool"]))


def _grade(row: sqlite3.Row) -> Grade:
    overridden = row["override_score"] is not None
    return Grade(
        line_item_id=row["line_item_id"],
        user_id=row["user_id"],
        score=row["override_score"] if overridden else row["score"],
        comment=row["comment"],
        scored_at=row["scored_at"],
        activity_progress=row["activity_progress"],
        grading_progress=row["grading_progress"],
        overridden=overridden,
    )
