"""The places in the courses where a tool is put: activities, resource links in LTI.

https://www.imsglobal.org/spec/lti/v1p3/#resource-link-0
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

from lti_tool.demo_platform.course import CONTEXT_ID
from lti_tool.demo_platform.custom_parameters import read_custom_parameters
from lti_tool.demo_platform.line_item import LineItemFields, insert_line_item
from lti_tool.demo_platform.restrictions import Restriction, Visibility
from lti_tool.demo_platform.store import Store
from lti_tool.demo_platform.tools import PRESET_ID

FIRST_ID = "1"
FIRST_TITLE = "Mijlpaal"
SCORE_MAXIMUM = 100
LONGEST_TITLE = 255


@dataclass(frozen=True)
class Placement:
    """An activity of a tool. `id` is the id of the resource link."""

    id: str
    title: str
    is_graded: bool
    """Whether it has a column of its own in the gradebook. That is decided when it is added."""
    custom_text: str
    """As the teacher typed it."""
    course_id: str = CONTEXT_ID
    tool_id: int = PRESET_ID
    """The tool that it opens; `tools.BY_ADDRESS`: the one with the domain of `url`."""
    text: str = ""
    """What the course says about it."""
    url: str = ""
    """The address in the tool that it opens; empty for the one that the tool was registered with."""
    visibility: Visibility = Visibility.SHOWN
    restriction: Restriction | None = None

    @property
    def custom(self) -> dict[str, str]:
        """The custom parameters as they travel in a launch."""
        return read_custom_parameters(self.custom_text)


class Placements:
    """The placements in the store. One, graded, is there from the start."""

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.transaction() as db:
            # Asked of the counter, so that one which a teacher deleted does not come back.
            if db.execute("SELECT 1 FROM sqlite_sequence WHERE name = 'placement'").fetchone() is None:
                insert_placement(db, Placement("", FIRST_TITLE, True, ""), LineItemFields(FIRST_TITLE, SCORE_MAXIMUM))

    def list_all(self, course_id: str | None = None) -> list[Placement]:
        """Return the placements, of one course or all, in the order in which they were made."""
        with self._store.reading() as db:
            rows = db.execute("SELECT * FROM placement WHERE ?1 IS NULL OR course_id = ?1 ORDER BY id", (course_id,))
            return [_placement(row) for row in rows]

    def find(self, placement_id: str) -> Placement | None:
        """Return one placement."""
        with self._store.reading() as db:
            row = db.execute("SELECT * FROM placement WHERE CAST(id AS TEXT) = ?", (placement_id,)).fetchone()
        return _placement(row) if row else None

    def add(
        self, title: str, *, is_graded: bool, custom_text: str, course_id: str = CONTEXT_ID, tool_id: int = PRESET_ID
    ) -> Placement:
        """Put a tool in one more place, with a column named like it when it is graded."""
        placement = Placement("", title, is_graded, custom_text, course_id, tool_id)
        return self.put(placement, LineItemFields(title, SCORE_MAXIMUM) if is_graded else None)

    def put(self, placement: Placement, column: LineItemFields | None) -> Placement:
        """Put a tool in one more place as described, with this column; the id is given here."""
        with self._store.transaction() as db:
            return insert_placement(db, placement, column)

    def save(self, placement: Placement, *, maximum: float | None = None) -> None:
        """Save the settings of a placement.

        Its column is named like it again, whatever the tool called it; grades keep their points under a new maximum.
        """
        with self._store.transaction() as db:
            db.execute(
                "UPDATE placement SET course_id = ?, tool_id = ?, title = ?, text = ?, url = ?, graded = ?, custom = ?,"
                " visibility = ?, assignment_id = ?, least_percent = ? WHERE id = ?",
                (*_columns(placement), int(placement.id)),
            )
            db.execute(
                "UPDATE line_item SET label = ?, score_maximum = ifnull(?, score_maximum)"
                " WHERE resource_link_id = ? AND NOT made_by_tool",
                (placement.title, maximum, placement.id),
            )

    def delete(self, placement: Placement) -> None:
        """Remove a placement with its columns, and the grades in them."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM line_item WHERE resource_link_id = ?", (placement.id,))
            db.execute("DELETE FROM placement WHERE id = ?", (int(placement.id),))


def insert_placement(db: sqlite3.Connection, placement: Placement, column: LineItemFields | None) -> Placement:
    """Add a placement under a new id, with a column, within a transaction of the caller."""
    inserted = db.execute(
        "INSERT INTO placement"
        " (course_id, tool_id, title, text, url, graded, custom, visibility, assignment_id, least_percent)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        _columns(placement),
    )
    added = replace(placement, id=str(inserted.lastrowid))
    if column is not None:
        insert_line_item(
            db,
            replace(column, resource_link_id=added.id),
            course_id=added.course_id,
            tool_id=added.tool_id,
            made_by_tool=False,
        )
    return added


def _columns(placement: Placement) -> tuple[object, ...]:
    restriction = placement.restriction
    return (
        placement.course_id,
        placement.tool_id,
        placement.title,
        placement.text,
        placement.url,
        placement.is_graded,
        placement.custom_text,
        placement.visibility,
        restriction.assignment_id if restriction else None,
        restriction.least_percent if restriction else None,
    )


def _placement(row: sqlite3.Row) -> Placement:
    restriction = None
    if row["assignment_id"] is not None:
        restriction = Restriction(row["assignment_id"], row["least_percent"])
    return Placement(
        str(row["id"]),
        row["title"],
        bool(row["graded"]),
        row["custom"],
        row["course_id"],
        row["tool_id"],
        row["text"],
        row["url"],
        Visibility(row["visibility"]),
        restriction,
    )
