"""The tables of gamification. Rows hold opaque ids and numbers; texts that people write live in `task`.

`activity`, `ledger_entry` and `rule_set_version` are append-only: triggers refuse every change (migration 0001).
"""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

TITLE_LENGTH = 200


class ActivitySource(StrEnum):
    """Where an activity came from."""

    OWN_TASK = "own_task"


class LedgerKind(StrEnum):
    """What an entry does to the sum of its effect key."""

    EARN = "earn"
    REVERSE = "reverse"


class Task(Base):
    """What a learner can do and earn points for. Its points are in the rule-set version, of its title a digest."""

    __tablename__ = "task"
    __table_args__ = (Index("ix_task_context_id", "context_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    created_at: Mapped[datetime]


class RuleSetVersion(Base):
    """The rules of a course from one publication to the next. Never changed once written."""

    __tablename__ = "rule_set_version"
    __table_args__ = (UniqueConstraint("context_id", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """gamification.engine.rule_set.RuleSet as JSON."""
    published_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime]


class RuleSetPointer(Base):
    """Which version of a course's rules holds now. Evaluation locks it for sharing, publishing for itself."""

    __tablename__ = "rule_set_pointer"

    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"), primary_key=True)
    version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("rule_set_version.id"))


class ActivityRow(Base):
    """A fact: this person did this with that task at that moment."""

    __tablename__ = "activity"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_activity_context_id_person_id", "context_id", "person_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    source: Mapped[str] = mapped_column(String(20))
    external_id: Mapped[str] = mapped_column(String(200))
    """The source's own key of the fact: the same fact told twice is one activity."""
    verb: Mapped[str] = mapped_column(String(20))
    task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("task.id"))
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]


class LedgerEntry(Base):
    """A movement of points with its cause: written only as the difference between desired and present."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("context_id", "person_id", "effect_key", "step"),
        CheckConstraint("kind IN ('earn', 'reverse')", name="kind"),
        CheckConstraint("points <> 0", name="points_not_zero"),
        CheckConstraint("step >= 0", name="step_not_negative"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    effect_key: Mapped[str] = mapped_column(String(120))
    """Rule lineage and scope: under one key the entries sum to what the rules say."""
    step: Mapped[int]
    """How many entries of this key came before, counted under the balance lock."""
    rule_lineage: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    points: Mapped[int]
    rule_set_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rule_set_version.id"))
    activity_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("activity.id"))
    """The activity that caused it; None when a new version of the rules did."""
    created_at: Mapped[datetime]


class Balance(Base):
    """The sum of a learner's entries in one course, kept in the same transaction; also the learner's lock."""

    __tablename__ = "balance"

    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    points: Mapped[int]
    goal_reached: Mapped[bool]
    updated_at: Mapped[datetime]
