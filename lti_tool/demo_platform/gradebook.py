"""The gradebook of the course: columns (line items) and what stands in them.

What a score does to what is there follows the profile, and times count in whole seconds. A new maximum keeps the
percentages, as on a real Moodle 4.5.
https://www.imsglobal.org/spec/lti-ags/v2p0
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

from config.clock import Clock
from lti_tool.demo_platform.enrolment import Enrolment
from lti_tool.demo_platform.line_item import LineItem, LineItemFields, insert_line_item, read_line_item
from lti_tool.demo_platform.profile import PlatformProfile
from lti_tool.demo_platform.roster import find_user
from lti_tool.demo_platform.score import Score
from lti_tool.demo_platform.store import Store

_REPLACE = "INSERT OR REPLACE INTO grade VALUES (?, ?, ?, ?, ?, ?, ?, NULL)"
_CHANGE_PROGRESS = (
    "INSERT INTO grade VALUES (?, ?, NULL, NULL, ?, ?, ?, NULL) ON CONFLICT DO UPDATE SET"
    " activity_progress = excluded.activity_progress, grading_progress = excluded.grading_progress,"
    " scored_at = excluded.scored_at"
)


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
    """What is there is newer than this score, or, on most platforms, as new."""


class NotGradable(Exception):
    """Unknown here, not a learner, or not in the course any more."""


class Gradebook:
    """The columns and cells in the store."""

    def __init__(self, store: Store, clock: Clock, profile: PlatformProfile, enrolment: Enrolment) -> None:
        self._store = store
        self._clock = clock
        self._profile = profile
        self._enrolment = enrolment

    def list_items(
        self, *, resource_link_id: str | None = None, resource_id: str | None = None, tag: str | None = None
    ) -> list[LineItem]:
        """Return the columns in the order in which they were made, narrowed by what is given."""
        with self._store.reading() as db:
            rows = db.execute("SELECT * FROM line_item ORDER BY id").fetchall()
        return [
            item
            for item in map(read_line_item, rows)
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
            return insert_line_item(db, fields, made_by_tool=True)

    def change_item(self, item: LineItem, fields: LineItemFields) -> LineItem:
        """Replace what is said about a column; grades keep their percentage when the maximum changes.

        The column of a placement stays with it, whatever the tool says.
        """
        if not item.made_by_tool:
            fields = replace(fields, resource_link_id=item.fields.resource_link_id)
        ratio = fields.score_maximum / item.fields.score_maximum
        with self._store.transaction() as db:
            db.execute(
                "UPDATE line_item SET label = ?, score_maximum = ?, resource_id = ?, tag = ?, resource_link_id = ?"
                " WHERE id = ?",
                (*fields.columns(), item.id),
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
        self._check_gradable(score.user_id)
        points = None if score.fraction is None else min(score.fraction, 1) * item.fields.score_maximum
        moment = (score.activity_progress, score.grading_progress, score.scored_at)
        with self._store.transaction() as db:
            cell = (item.id, score.user_id)
            there = db.execute(
                "SELECT scored_at, override_score FROM grade WHERE line_item_id = ? AND user_id = ?", cell
            ).fetchone()
            if there is not None and not self._is_newer(score, there["scored_at"]):
                raise ScoreNotNewer
            if there is not None and there["override_score"] is not None and self._profile.overridden_grade_stays:
                # Accepted and without effect: the grade, its remark and its moment stay the teacher's.
                return
            if score.is_final:
                db.execute(_REPLACE, (*cell, points, score.comment, *moment))
            elif self._profile.unfinished_score_clears:
                db.execute(_REPLACE, (*cell, None, None, *moment))
            else:
                db.execute(_CHANGE_PROGRESS, (*cell, *moment))

    def override(self, item: LineItem, user_id: str, points: float) -> None:
        """Type a grade by hand, as a teacher does: it counts from now on. Raises NotGradable."""
        self._check_gradable(user_id)
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

    def _is_newer(self, score: Score, scored_at: int) -> bool:
        newest_conflict = scored_at if self._profile.equal_timestamp_conflicts else scored_at - 1
        return score.scored_at > newest_conflict

    def _check_gradable(self, user_id: str) -> None:
        person = find_user(user_id)
        if person is None or not person.is_learner or not self._enrolment.holds(person):
            raise NotGradable


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
