"""The courses of Demo-school. One is there from the start; others are copies of it, or made on request."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from lti_tool.demo_platform.store import Store

CONTEXT_ID = "2"
CONTEXT_LABEL = "DIGI1"
CONTEXT_TITLE = "Digitale basis"
LONGEST_TITLE = 255


@dataclass(frozen=True)
class Course:
    """A course, a context in LTI."""

    id: str
    label: str
    title: str
    history: tuple[str, ...] = ()
    """The courses of which it is a copy of a copy, the nearest first."""

    @property
    def context(self) -> dict[str, Any]:
        """The claim that names it."""
        return {"id": self.id, "label": self.label, "title": self.title}


class Courses:
    """The courses in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO course VALUES (?, ?, ?, '')", (int(CONTEXT_ID), CONTEXT_LABEL, CONTEXT_TITLE)
            )

    def list_all(self) -> list[Course]:
        """Return the courses in the order in which they were made."""
        with self._store.reading() as db:
            return [_course(row) for row in db.execute("SELECT * FROM course ORDER BY id")]

    def find(self, course_id: str) -> Course | None:
        """Return one course."""
        return next((course for course in self.list_all() if course.id == course_id), None)

    def add(self, title: str, label: str) -> Course:
        """Begin an empty course."""
        with self._store.transaction() as db:
            return insert_course(db, title, label, ())


def insert_course(db: sqlite3.Connection, title: str, label: str, history: tuple[str, ...]) -> Course:
    """Add a course, within a transaction of the caller."""
    inserted = db.execute(
        "INSERT INTO course (label, title, history) VALUES (?, ?, ?)", (label, title, ",".join(history))
    )
    return Course(str(inserted.lastrowid), label, title, history)


def _course(row: sqlite3.Row) -> Course:
    history = tuple(row["history"].split(",")) if row["history"] else ()
    return Course(str(row["id"]), row["label"], row["title"], history)
