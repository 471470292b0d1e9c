"""The tables of the gradebook: which columns the teacher wants, what became of each score, what the platform sets."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Double, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class Columns(StrEnum):
    """Which gradebook columns the teacher wants."""

    NONE = "none"
    ONE = "one"
    PER_TASK = "per-task"


class DeliveryState(StrEnum):
    """What became of a score that the platform accepted. What waits or was refused is in the outbox."""

    DELIVERED = "delivered"
    """Read back, and it is what was sent."""
    KEPT = "kept"
    """Read back, and it is something else: somebody graded by hand."""
    UNCHECKED = "unchecked"
    """The platform does not let us read back."""


class GradebookChoice(Base):
    """What the teacher chose; without a row the course has one column."""

    __tablename__ = "gradebook_choice"
    __table_args__ = (CheckConstraint("columns IN ('none', 'one', 'per-task')", name="columns"),)

    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"), primary_key=True)
    columns: Mapped[str] = mapped_column(String(10))
    chosen_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    chosen_at: Mapped[datetime]


class ScoreDelivery(Base):
    """The newest score that the platform accepted for one person in one column, and what it showed afterwards."""

    __tablename__ = "score_delivery"
    __table_args__ = (CheckConstraint("state IN ('delivered', 'kept', 'unchecked')", name="state"),)

    line_item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("line_item.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    score_given: Mapped[float] = mapped_column(Double)
    score_maximum: Mapped[float] = mapped_column(Double)
    result_score: Mapped[float | None] = mapped_column(Double)
    """What the gradebook showed; None for an empty cell, or where it was not read."""
    result_maximum: Mapped[float | None] = mapped_column(Double)
    sent_at: Mapped[datetime]


class LinkSetting(Base):
    """What the platform's own settings of a link say: its custom parameters, as the newest launch brought them."""

    __tablename__ = "link_setting"
    __table_args__ = (Index("ix_link_setting_context_id", "context_id"),)

    resource_link_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("resource_link.id"), primary_key=True)
    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    task_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task.id"))
    """The task that this link made."""
    told: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What was understood: `points`, `is_required`, `confirmation`, `goal_points`."""
    not_understood: Mapped[dict[str, str]] = mapped_column(JSON)
    """Parameters whose value is not one of ours, as they were typed (cut to 100 characters)."""
    declined: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Values of `told` that the teacher decided against; another value there is asked about again."""
    told_at: Mapped[datetime]
