"""Finding the person whom an administrator was asked about."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lti_tool.roster.models import Person, Registration

MOST_FOUND = 50


@dataclass(frozen=True)
class FoundPerson:
    """Somebody of one platform."""

    person_id: uuid.UUID
    platform: str
    subject: str
    name: str
    email: str


def find_people(tx: Session, text: str) -> list[FoundPerson]:
    """Return who has this text in their name, e-mail address or id on the platform; at most fifty, by name."""
    sought = text.strip()
    rows = tx.execute(
        select(Person, Registration.issuer)
        .join(Registration, Registration.id == Person.registration_id)
        .where(
            Person.erased_at.is_(None),
            or_(
                Person.name.icontains(sought, autoescape=True),
                Person.email.icontains(sought, autoescape=True),
                Person.subject == sought,
            ),
        )
        .order_by(Person.name, Person.id)
        .limit(MOST_FOUND)
    )
    return [
        FoundPerson(row.Person.id, row.issuer, row.Person.subject, row.Person.name, row.Person.email) for row in rows
    ]
