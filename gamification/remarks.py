"""Words of somebody who teaches for one learner: with a review, as a reason, or praise by itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config.errors import ToolError
from config.ids import new_id
from config.typed_text import is_blank
from gamification.models import REMARK_LENGTH, Remark


class Praise(StrEnum):
    """Compliments that are given in one tap; shown in the reader's language."""

    WELL_DONE = "well-done"
    GOOD_EFFORT = "good-effort"
    PROUD = "proud"
    KEEP_GOING = "keep-going"


class RemarkProblem(StrEnum):
    """Why words cannot be kept."""

    REASON_MISSING = "reason-missing"
    REMARK_TOO_LONG = "remark-too-long"


class RemarkInvalid(ToolError):
    """Words that cannot be kept."""

    def __init__(self, problem: RemarkProblem) -> None:
        super().__init__(problem, "remark")
        self.problem = problem


@dataclass(frozen=True)
class RemarkView:
    """Words as their reader sees them: a compliment, a text, or both."""

    remark_id: uuid.UUID
    person_id: uuid.UUID
    author_id: uuid.UUID
    task_id: uuid.UUID | None
    activity_id: uuid.UUID | None
    praise: Praise | None
    text: str
    created_at: datetime
    seen_at: datetime | None


def add_remark(
    tx: Session,
    *,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    author_id: uuid.UUID,
    text: str = "",
    praise: Praise | None = None,
    task_id: uuid.UUID | None = None,
    activity_id: uuid.UUID | None = None,
    is_required: bool = False,
    now: datetime,
) -> None:
    """Keep words for a learner; keeps nothing where there are none and none are required.

    Raises:
        RemarkInvalid: too long, or missing where a reason is required.
    """
    text = text.strip()
    if len(text) > REMARK_LENGTH:
        raise RemarkInvalid(RemarkProblem.REMARK_TOO_LONG)
    if is_required and is_blank(text):
        raise RemarkInvalid(RemarkProblem.REASON_MISSING)
    if not text and praise is None:
        return
    tx.add(
        Remark(
            id=new_id(),
            context_id=context_id,
            person_id=person_id,
            author_id=author_id,
            task_id=task_id,
            activity_id=activity_id,
            praise=praise or "",
            text=text,
            created_at=now,
        )
    )
    tx.flush()


def remarks_for(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> list[RemarkView]:
    """Return everything that was said to this learner in the course, oldest first."""
    rows = tx.execute(
        select(Remark)
        .where(Remark.context_id == context_id, Remark.person_id == person_id)
        .order_by(Remark.created_at, Remark.id)
    ).scalars()
    return [
        RemarkView(
            remark_id=row.id,
            person_id=row.person_id,
            author_id=row.author_id,
            task_id=row.task_id,
            activity_id=row.activity_id,
            praise=Praise(row.praise) if row.praise else None,
            text=row.text,
            created_at=row.created_at,
            seen_at=row.seen_at,
        )
        for row in rows
    ]


def mark_seen(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, remark_id: uuid.UUID, *, now: datetime) -> bool:
    """Keep that the learner closed these words; False where they are not theirs or closed already."""
    changed = tx.execute(
        update(Remark)
        .where(
            Remark.id == remark_id,
            Remark.context_id == context_id,
            Remark.person_id == person_id,
            Remark.seen_at.is_(None),
        )
        .values(seen_at=now)
        .returning(Remark.id)
    ).scalar_one_or_none()
    return changed is not None
