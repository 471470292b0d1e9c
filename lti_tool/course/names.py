"""What people of a course are called."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.roster.models import Membership, Person


def names_in_course(tx: Session, context_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Return the name of everybody who is or was in the course, in whatever role."""
    rows = tx.execute(
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.context_id == context_id)
    )
    return {row.id: row.name for row in rows}


def names_of(tx: Session, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the name of each of these people."""
    rows = tx.execute(select(Person.id, Person.name).where(Person.id.in_(set(person_ids))))
    return {row.id: row.name for row in rows}
