"""Everything kept about one person, as a document to give to them (GDPR articles 15 and 20).

What others wrote about them is in it; who the others are is not. `ABOUT` and `BY` name every column that points at a
person: a test compares them with the schema, so that a table added later cannot be forgotten.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, select
from sqlalchemy.orm import Session

import lti_tool.tables  # noqa: F401  (importing it fills the MetaData)
from badges.award import awards_of_person, signed_document
from badges.models import AwardState
from config.database import Base
from config.errors import NotFound

ABOUT = (
    "membership.person_id",
    "launch_session.person_id",
    "activity.person_id",
    "balance.person_id",
    "ledger_entry.person_id",
    "hand_in.person_id",
    "remark.person_id",
    "score_delivery.person_id",
    "award.person_id",
    "recipient.person_id",
    "gate_pass.person_id",
    "grade_by_hand.person_id",
    "admin_session.person_id",
)
"""Rows that are about the person: all of them, with all they say."""
BY = {
    "activity.actor_id": "occurred_at",
    "review.reviewer_id": "reviewed_at",
    "remark.author_id": "created_at",
    "award_decision.by_person_id": "decided_at",
    "award_report.handled_by": "handled_at",
    "rule_set_version.published_by": "published_at",
    "gradebook_choice.chosen_by": "chosen_at",
    "content_item.created_by": "created_at",
    "launch_session.for_person_id": "created_at",
}
"""Rows that say that the person did something about others or for a course: when they did, not what it says."""
_OF_THEIR_AWARDS = ("award_decision.award_id", "award_report.award_id")
_NEVER = {"address_digest", "cookie_digest"}
"""What opens a session is nobody's to read."""
_REPORTER = ("award_report", "contact")
"""How a stranger can be reached is the stranger's."""


def export_person(tx: Session, person_id: uuid.UUID) -> dict[str, Any]:
    """Return everything kept about this person, by table; the titles of what it points at are under `titles`.

    Raises:
        NotFound: there is nobody of that id.
    """
    tables = Base.metadata.tables
    people = _rows(tx, tables["person"], tables["person"].c.id, [person_id], person_id)
    if not people:
        raise NotFound("person")
    found: dict[str, Any] = {"person": people[0]}
    for place in ABOUT:
        table, column = _place(place)
        found[table.name] = _rows(tx, table, column, [person_id], person_id)
    award_ids = [award.award_id for award in awards_of_person(tx, person_id)]
    for place in _OF_THEIR_AWARDS:
        table, column = _place(place)
        found[table.name] = _rows(tx, table, column, award_ids, person_id)
    found["credential"] = [
        json.loads(document)
        for award_id in award_ids
        if (document := signed_document(tx, award_id, states=AwardState)) is not None
    ]
    found["did_as_staff"] = {place: _moments(tx, place, person_id) for place in BY}
    found["titles"] = _titles(tx, found)
    return found


def _place(place: str) -> tuple[Table, Column[Any]]:
    table_name, column_name = place.split(".")
    table = Base.metadata.tables[table_name]
    return table, table.c[column_name]


def _rows(
    tx: Session, table: Table, column: Column[Any], ids: list[uuid.UUID], person_id: uuid.UUID
) -> list[dict[str, Any]]:
    rows = tx.execute(select(table).where(column.in_(ids)).order_by(*table.primary_key.columns)).mappings()
    return [
        {
            name: _written(value, other=_is_person(table.c[name]) and value != person_id)
            for name, value in row.items()
            if name not in _NEVER and (table.name, name) != _REPORTER
        }
        for row in rows
    ]


def _moments(tx: Session, place: str, person_id: uuid.UUID) -> list[str]:
    """Return when the person did this, oldest first."""
    table, column = _place(place)
    moment = table.c[BY[place]]
    query = select(moment).where(column == person_id).order_by(moment)
    return [_written(value, other=False) for value in tx.execute(query).scalars()]


def _titles(tx: Session, found: dict[str, Any]) -> dict[str, str]:
    """Return what courses and tasks are called, by id, as far as anything here points at them."""
    tables = Base.metadata.tables
    rows = [row for value in found.values() if isinstance(value, list) for row in value]
    ids = {uuid.UUID(row[name]) for row in rows for name in ("context_id", "task_id") if row.get(name)}
    titles: dict[str, str] = {}
    for table in (tables["context"], tables["task"]):
        for row in tx.execute(select(table.c.id, table.c.title).where(table.c.id.in_(ids))):
            titles[str(row.id)] = row.title
    return titles


def _is_person(column: Column[Any]) -> bool:
    return any(key.column.table.name == "person" for key in column.foreign_keys)


def _written(value: Any, *, other: bool) -> Any:
    if other and value is not None:
        return "somebody else"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value
