"""What the holder decides about their badge: that it was seen, whether others may see it, and under which name."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.models import Award, AwardState
from config.errors import NotFound


def share(tx: Session, award_id: uuid.UUID, person_id: uuid.UUID, *, shows_name: bool, now: datetime) -> None:
    """Let everybody with the address see this badge, with or without the holder's name.

    Raises:
        NotFound: not a badge that this person holds.
    """
    award = _held(tx, award_id, person_id)
    award.shared_at = award.shared_at or now
    award.shows_name = shows_name
    tx.flush()


def stop_sharing(tx: Session, award_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Make the badge private again, also one that was taken back.

    Raises:
        NotFound: not a badge of this person.
    """
    award = _of(tx, award_id, person_id)
    award.shared_at, award.shows_name = None, False
    tx.flush()


def see_award(tx: Session, award_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> None:
    """Keep that the holder has closed the page that celebrates this badge.

    Raises:
        NotFound: not a badge that this person holds.
    """
    award = _held(tx, award_id, person_id)
    award.seen_at = award.seen_at or now
    tx.flush()


def _held(tx: Session, award_id: uuid.UUID, person_id: uuid.UUID) -> Award:
    award = _of(tx, award_id, person_id)
    if award.state != AwardState.ACTIVE:
        raise NotFound("award")
    return award


def _of(tx: Session, award_id: uuid.UUID, person_id: uuid.UUID) -> Award:
    query = select(Award).where(Award.id == award_id, Award.person_id == person_id, Award.erased_at.is_(None))
    award = tx.execute(query.with_for_update()).scalar_one_or_none()
    if award is None:
        raise NotFound("award")
    return award
