"""Assignments of the platform itself, which no tool sees: with or without a grade, ticked off by the learner."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lti_tool.demo_platform.course import CONTEXT_ID
from lti_tool.demo_platform.store import Store


@dataclass(frozen=True)
class Assignment:
    """An assignment in a course."""

    id: int
    course_id: str
    title: str
    maximum: float | None
    """The points that can be given; None where there is no grade."""


@dataclass(frozen=True)
class Progress:
    """How far one person is. A grade does not complete an assignment, and completing gives no grade."""

    is_complete: bool = False
    points: float | None = None
    percent: float | None = None


class Assignments:
    """The assignments in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list_all(self, course_id: str = CONTEXT_ID) -> list[Assignment]:
        """Return the assignments of a course in the order in which they were made."""
        with self._store.reading() as db:
            rows = db.execute("SELECT * FROM assignment WHERE course_id = ? ORDER BY id", (course_id,))
            return [Assignment(**dict(row)) for row in rows]

    def find(self, assignment_id: int) -> Assignment | None:
        """Return one assignment."""
        with self._store.reading() as db:
            row = db.execute("SELECT * FROM assignment WHERE id = ?", (assignment_id,)).fetchone()
        return Assignment(**dict(row)) if row else None

    def add(self, title: str, *, maximum: float | None, course_id: str = CONTEXT_ID) -> Assignment:
        """Add an assignment, with a grade when there is a maximum."""
        with self._store.transaction() as db:
            return insert_assignment(db, title, maximum=maximum, course_id=course_id)

    def delete(self, assignment: Assignment) -> None:
        """Remove an assignment; nobody meets a restriction by it any more, as on Moodle."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM assignment WHERE id = ?", (assignment.id,))

    def complete(self, assignment: Assignment, user_ids: Iterable[str], *, done: bool) -> None:
        """Tick the assignment off for these people, or take the tick away."""
        with self._store.transaction() as db:
            db.executemany(
                "INSERT INTO assignment_state VALUES (?, ?, ?, NULL)"
                " ON CONFLICT DO UPDATE SET completed = excluded.completed",
                [(assignment.id, user_id, done) for user_id in user_ids],
            )

    def grade(self, assignment: Assignment, user_ids: Iterable[str], points: float | None) -> None:
        """Give these people a grade, or take it away."""
        with self._store.transaction() as db:
            db.executemany(
                "INSERT INTO assignment_state VALUES (?, ?, 0, ?) ON CONFLICT DO UPDATE SET points = excluded.points",
                [(assignment.id, user_id, points) for user_id in user_ids],
            )

    def progress(self, assignment_id: int) -> Mapping[str, Progress]:
        """Return how far people are in an assignment, by user id; it is empty when there is no such assignment."""
        with self._store.reading() as db:
            rows = db.execute(
                "SELECT user_id, completed, points, maximum FROM assignment_state"
                " JOIN assignment ON assignment.id = assignment_id WHERE assignment_id = ?",
                (assignment_id,),
            )
            return {row["user_id"]: _progress(row) for row in rows}


def insert_assignment(db: sqlite3.Connection, title: str, *, maximum: float | None, course_id: str) -> Assignment:
    """Add an assignment, within a transaction of the caller."""
    inserted = db.execute(
        "INSERT INTO assignment (course_id, title, maximum) VALUES (?, ?, ?)", (course_id, title, maximum)
    )
    return Assignment(inserted.lastrowid or 0, course_id, title, maximum)


def _progress(row: sqlite3.Row) -> Progress:
    points, maximum = row["points"], row["maximum"]
    percent = None if points is None or not maximum else round(points * 100 / maximum, 6)
    return Progress(bool(row["completed"]), points, percent)
