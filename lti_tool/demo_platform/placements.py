"""The places in the course where the tool is put: activities, resource links in LTI.

https://www.imsglobal.org/spec/lti/v1p3/#resource-link-0
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from lti_tool.demo_platform.custom_parameters import read_custom_parameters
from lti_tool.demo_platform.line_item import LineItemFields, insert_line_item
from lti_tool.demo_platform.store import Store

FIRST_ID = "1"
FIRST_TITLE = "Mijlpaal"
SCORE_MAXIMUM = 100
LONGEST_TITLE = 255


@dataclass(frozen=True)
class Placement:
    """An activity of the tool. `id` is the id of the resource link."""

    id: str
    title: str
    is_graded: bool
    """Whether it has a column of its own in the gradebook. That is decided when it is added."""
    custom_text: str
    """As the teacher typed it."""

    @property
    def custom(self) -> dict[str, str]:
        """The custom parameters as they travel in a launch."""
        return read_custom_parameters(self.custom_text)


class Placements:
    """The placements in the store. One, graded, is there from the start; none is ever removed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.transaction() as db:
            if db.execute("SELECT count(*) FROM placement").fetchone()[0] == 0:
                _insert(db, FIRST_TITLE, is_graded=True, custom_text="")

    def list_all(self) -> list[Placement]:
        """Return the placements in the order in which they were made."""
        with self._store.reading() as db:
            return [_placement(row) for row in db.execute("SELECT * FROM placement ORDER BY id")]

    def find(self, placement_id: str) -> Placement | None:
        """Return one placement."""
        return next((placement for placement in self.list_all() if placement.id == placement_id), None)

    def add(self, title: str, *, is_graded: bool, custom_text: str) -> Placement:
        """Put the tool in one more place, with a column named like it when it is graded."""
        with self._store.transaction() as db:
            return _insert(db, title, is_graded=is_graded, custom_text=custom_text)

    def change(self, placement: Placement, *, title: str, custom_text: str) -> None:
        """Save the settings of a placement; its column is named like it again, whatever the tool called it."""
        with self._store.transaction() as db:
            db.execute(
                "UPDATE placement SET title = ?, custom = ? WHERE id = ?", (title, custom_text, int(placement.id))
            )
            db.execute(
                "UPDATE line_item SET label = ? WHERE resource_link_id = ? AND NOT made_by_tool", (title, placement.id)
            )


def _insert(db: sqlite3.Connection, title: str, *, is_graded: bool, custom_text: str) -> Placement:
    inserted = db.execute(
        "INSERT INTO placement (title, graded, custom) VALUES (?, ?, ?)", (title, is_graded, custom_text)
    )
    placement = Placement(str(inserted.lastrowid), title, is_graded, custom_text)
    if is_graded:
        insert_line_item(db, LineItemFields(title, SCORE_MAXIMUM, resource_link_id=placement.id), made_by_tool=False)
    return placement


def _placement(row: sqlite3.Row) -> Placement:
    return Placement(str(row["id"]), row["title"], bool(row["graded"]), row["custom"])
