"""A person in a course: whether they read the welcome, what they want to see, in which language."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.roster.models import Membership, Person, Presentation


def is_welcomed(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """Say whether this person has read the welcome in this course."""
    return (
        tx.execute(
            select(Membership.welcomed_at).where(Membership.context_id == context_id, Membership.person_id == person_id)
        ).scalar_one_or_none()
        is not None
    )


def welcome(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> None:
    """Keep that this person has read the welcome."""
    membership = _get_membership(tx, context_id, person_id)
    if membership.welcomed_at is None:
        membership.welcomed_at = now


def presentation_of(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> Presentation:
    """Return what this person wants to see."""
    chosen = tx.execute(
        select(Membership.presentation).where(Membership.context_id == context_id, Membership.person_id == person_id)
    ).scalar_one_or_none()
    return Presentation(chosen) if chosen else Presentation.EVERYTHING


def choose_presentation(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, presentation: Presentation) -> None:
    """Keep what this person wants to see. Points, badges and the gradebook go on as they were."""
    _get_membership(tx, context_id, person_id).presentation = presentation


def choose_locale(tx: Session, person_id: uuid.UUID, locale: str) -> None:
    """Keep the language that this person chose."""
    tx.get_one(Person, person_id).locale = locale


def _get_membership(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> Membership:
    return tx.execute(
        select(Membership).where(Membership.context_id == context_id, Membership.person_id == person_id)
    ).scalar_one()
