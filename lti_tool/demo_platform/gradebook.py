"""The gradebook of the course: columns (line items) and what stands in them.

What a score does to what is there follows the profile, and times count in whole seconds. A new maximum keeps the
percentages, as on a real Moodle 4.5.
https://www.imsglobal.org/spec/lti-ags/v2p0
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

from config.clock import Clock
from lti_tool.demo_platform.course import CONTEXT_ID
from lti_tool.demo_platform.enrolment import Enrolment
from lti_tool.demo_platform.line_item import LineItem, LineItemFields, insert_line_item, read_line_item
from lti_tool.demo_platform.placements import Placement, insert_placement
from lti_tool.demo_platform.profile import PlatformProfile
from lti_tool.demo_platform.roster import find_user
from lti_tool.demo_platform.score import Score
from lti_tool.demo_platform.score_rules import Effect, comment_after, effect_of, keeps_override
from lti_tool.demo_platform.store import Store
from lti_tool.demo_platform.submission import Attempt, list_attempts, record_attempt
from lti_tool.demo_platform.tool_assignments import (
    ToolAssignment,
    insert_tool_assignment,
    list_tool_assignments,
    rename_tool_assignment,
)
from lti_tool.demo_platform.tools import PRESET_ID

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
        self,
        *,
        course_id: str | None = None,
        resource_link_id: str | None = None,
        resource_id: str | None = None,
        tag: str | None = None,
    ) -> list[LineItem]:
        """Return the columns in the order in which they were made, narrowed by what is given."""
        with self._store.reading() as db:
            rows = db.execute(
                "SELECT * FROM line_item WHERE ?1 IS NULL OR course_id = ?1 ORDER BY id", (course_id,)
            ).fetchall()
        return [
            item
            for item in map(read_line_item, rows)
            if resource_link_id in (None, item.fields.resource_link_id)
            and resource_id in (None, item.fields.resource_id)
            and tag in (None, item.fields.tag)
        ]

    def find_item(self, item_id: int) -> LineItem | None:
        """Return one column."""
        with self._store.reading() as db:
            row = db.execute("SELECT * FROM line_item WHERE id = ?", (item_id,)).fetchone()
        return read_line_item(row) if row else None

    def list_shown(self, course_id: str | None = None) -> list[LineItem]:
        """Return the columns that people see, of one course or all."""
        items = self.list_items(course_id=course_id)
        if not self._profile.only_first_item_shown:
            return items
        first = {item.fields.resource_link_id: item.id for item in reversed(items)}
        return [item for item in items if item.fields.resource_link_id is None or item.id in first.values()]

    def add_item(
        self,
        fields: LineItemFields,
        *,
        course_id: str = CONTEXT_ID,
        tool_id: int = PRESET_ID,
        launch_url: str | None = None,
    ) -> LineItem:
        """Add a column on behalf of the tool, and an assignment with it where the platform makes one."""
        with self._store.transaction() as db:
            is_assignment = self._profile.items_make_assignments and fields.resource_link_id is None
            if is_assignment and launch_url is not None:
                opened = Placement("", fields.label, True, "", course_id, tool_id, url=launch_url)
                fields = replace(fields, resource_link_id=insert_placement(db, opened, None).id)
            item = insert_line_item(db, fields, course_id=course_id, tool_id=tool_id, made_by_tool=True)
            if is_assignment:
                insert_tool_assignment(db, ToolAssignment(item.id, fields.label, launch_url))
            return item

    def list_assignments(self) -> list[ToolAssignment]:
        """Return the assignments that came with columns of the tool."""
        return list_tool_assignments(self._store)

    def find_assignment(self, item: LineItem) -> ToolAssignment | None:
        """Return the assignment that came with a column."""
        return next((one for one in self.list_assignments() if one.line_item_id == item.id), None)

    def change_item(self, item: LineItem, fields: LineItemFields) -> LineItem:
        """Replace what is said about a column; grades keep their percentage when the maximum changes.

        The column of a placement stays with it, whatever the tool says.
        """
        if not item.made_by_tool or self.find_assignment(item) is not None:
            fields = replace(fields, resource_link_id=item.fields.resource_link_id)
        ratio = fields.score_maximum / item.fields.score_maximum
        with self._store.transaction() as db:
            db.execute(
                "UPDATE line_item SET label = ?, score_maximum = ?, resource_id = ?, tag = ?, resource_link_id = ?,"
                " review = ? WHERE id = ?",
                (*fields.columns(), item.id),
            )
            rename_tool_assignment(db, item.id, fields.label)
            db.execute(
                "UPDATE grade SET score = score * ?, override_score = override_score * ? WHERE line_item_id = ?",
                (ratio, ratio, item.id),
            )
        return replace(item, fields=fields)

    def set_column(self, placement: Placement, fields: LineItemFields) -> None:
        """Give a placement this column: the one it has is changed, where it has one."""
        items = self.list_items(resource_link_id=placement.id)
        own = next((item for item in items if not item.made_by_tool), None)
        if own is not None:
            self.change_item(own, fields)
            return
        with self._store.transaction() as db:
            insert_line_item(
                db,
                replace(fields, resource_link_id=placement.id),
                course_id=placement.course_id,
                tool_id=placement.tool_id,
                made_by_tool=False,
            )

    def delete_item(self, item: LineItem) -> None:
        """Remove a column and what stands in it."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM line_item WHERE id = ?", (item.id,))

    def record_score(self, item: LineItem, score: Score) -> None:
        """Keep a score from the tool. Raises NotGradable and ScoreNotNewer."""
        self._check_gradable(item, score.user_id)
        points = None if score.fraction is None else min(score.fraction, 1) * item.fields.score_maximum
        moment = (score.activity_progress, score.grading_progress, score.scored_at)
        profile = self._profile
        with self._store.transaction() as db:
            cell = (item.id, score.user_id)
            there = db.execute(
                "SELECT scored_at, override_score, comment FROM grade WHERE line_item_id = ? AND user_id = ?", cell
            ).fetchone()
            if there is not None and not self._is_newer(score, there["scored_at"]):
                raise ScoreNotNewer
            if profile.submission_extension and score.submission.makes_attempt:
                record_attempt(db, cell, score.submission)
            if there is not None and there["override_score"] is not None and keeps_override(score, profile):
                # Accepted and without effect: the grade, its remark and its moment stay the teacher's.
                return
            comment = comment_after(score, None if there is None else there["comment"], profile)
            match effect_of(score, profile):
                case Effect.REPLACE:
                    db.execute(_REPLACE, (*cell, points, comment, *moment))
                case Effect.EMPTY:
                    db.execute(_REPLACE, (*cell, None, comment if profile.comments_pile_up else None, *moment))
                case Effect.PROGRESS:
                    db.execute(_CHANGE_PROGRESS, (*cell, *moment))

    def override(self, item: LineItem, user_id: str, points: float) -> None:
        """Type a grade by hand, as a teacher does: it counts from now on. Raises NotGradable."""
        self._check_gradable(item, user_id)
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

    def list_grades(
        self, item_id: int | None = None, user_id: str | None = None, course_id: str | None = None
    ) -> list[Grade]:
        """Return the cells that were ever written, by column and person, narrowed by what is given."""
        with self._store.reading() as db:
            rows = db.execute(
                "SELECT grade.* FROM grade JOIN line_item ON line_item.id = line_item_id"
                " WHERE (?1 IS NULL OR line_item_id = ?1) AND (?2 IS NULL OR user_id = ?2)"
                " AND (?3 IS NULL OR course_id = ?3) ORDER BY line_item_id, CAST(user_id AS INTEGER)",
                (item_id, user_id, course_id),
            ).fetchall()
        return [_grade(row) for row in rows]

    def list_attempts(self, item_id: int | None = None, user_id: str | None = None) -> list[Attempt]:
        """Return the attempts that scores have made, narrowed by what is given."""
        return list_attempts(self._store, item_id, user_id)

    def _is_newer(self, score: Score, scored_at: int) -> bool:
        newest_conflict = scored_at if self._profile.equal_timestamp_conflicts else scored_at - 1
        return score.scored_at > newest_conflict

    def _check_gradable(self, item: LineItem, user_id: str) -> None:
        person = find_user(user_id)
        if person is None or not person.is_learner or not self._enrolment.holds(person, item.course_id):
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
