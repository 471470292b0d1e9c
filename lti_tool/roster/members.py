"""Who somebody is in a course: their role there, and what the platform calls them."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.errors import NotFound
from lti_tool.lti.roles import PrincipalRole, may_earn
from lti_tool.roster.models import Membership, Person


def role_in_course(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> PrincipalRole | None:
    """Return the role of the person's newest launch in this course; None for somebody who never came."""
    role = tx.execute(
        select(Membership.role).where(Membership.context_id == context_id, Membership.person_id == person_id)
    ).scalar_one_or_none()
    return None if role is None else PrincipalRole(role)


def may_be_graded(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """Say whether a score of this person can go to the platform: not for staff, nor for somebody who left."""
    row = tx.execute(
        select(Membership.role, Membership.left_at).where(
            Membership.context_id == context_id, Membership.person_id == person_id
        )
    ).one_or_none()
    return row is None or (row.left_at is None and may_earn(PrincipalRole(row.role)))


def require_learner(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Insist that this person earns in this course.

    Raises:
        NotFound: nobody of that id learns here.
    """
    role = role_in_course(tx, context_id, person_id)
    if role is None or not may_earn(role):
        raise NotFound("learner")


def find_member(tx: Session, registration_id: uuid.UUID, context_id: uuid.UUID, subject: str) -> Person | None:
    """Return the member of this course whom the platform calls so."""
    return tx.execute(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Person.registration_id == registration_id, Person.subject == subject, Membership.context_id == context_id
        )
    ).scalar_one_or_none()


def name_of(tx: Session, person_id: uuid.UUID) -> str:
    """Return the whole name of this person, as the platform sends it; may be empty."""
    return tx.execute(select(Person.name).where(Person.id == person_id)).scalar_one()
