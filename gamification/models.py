"""The tables of gamification. Rows hold opaque ids and numbers; what people write is in `task`, `hand_in`, `remark`.

`activity`, `ledger_entry` and `rule_set_version` are append-only: triggers refuse every change (migration 0002).
"""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

TITLE_LENGTH = 200
INSTRUCTIONS_LENGTH = 10_000
HAND_IN_LENGTH = 10_000
LINK_LENGTH = 2_000
REMARK_LENGTH = 2_000


class ActivitySource(StrEnum):
    """Where an activity came from."""

    OWN_TASK = "own_task"
    """The learner, on a page of this service."""
    REVIEW = "review"
    """A reviewer who looked at work; the key is the hand-in, so that one hand-in is reviewed once."""
    BY_HAND = "by_hand"
    """Somebody who teaches gave or took back points."""
    GATE = "gate"
    """The platform, by whom it lets through a link of ours; the key names the gate, the learner and the change."""
    PLATFORM_GRADE = "platform_grade"
    """The platform, by a grade; the key names the column, the learner and the change."""


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
    instructions: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    """What to do, in Markdown."""
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
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """Who decided it, where that was not the learner."""
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
    """Of required tasks: what counts for the goal and goes to the gradebook."""
    bonus_points: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    goal_reached: Mapped[bool]
    version_number: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """The version of the rules under which this learner was evaluated last; 0 for before there was one."""
    updated_at: Mapped[datetime]


class HandIn(Base):
    """What a learner sent for a task: a text, a link or both. Blanked when a person is erased, never deleted."""

    __tablename__ = "hand_in"
    __table_args__ = (
        Index("ix_hand_in_context_id_handed_in_at", "context_id", "handed_in_at"),
        Index("ix_hand_in_person_id_task_id", "person_id", "task_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """Made when the form was drawn, so that sending a form twice is one hand-in."""
    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("task.id"))
    text: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(LINK_LENGTH), default="")
    handed_in_at: Mapped[datetime]


class Review(Base):
    """That a hand-in was looked at, and how it was judged. One for each hand-in."""

    __tablename__ = "review"
    __table_args__ = (CheckConstraint("outcome IN ('approved', 'not-yet')", name="outcome"),)

    hand_in_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hand_in.id"), primary_key=True)
    activity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id"), unique=True)
    outcome: Mapped[str] = mapped_column(String(10))
    """`Verb.APPROVED` or `Verb.NOT_YET`."""
    reviewer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime]


class Remark(Base):
    """Words of somebody who teaches for one learner: with a review, as a reason, or praise by itself."""

    __tablename__ = "remark"
    __table_args__ = (Index("ix_remark_context_id_person_id", "context_id", "person_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    """The learner it is for."""
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    task_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task.id"))
    activity_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("activity.id"))
    """The review, award or taking back that it explains; None for praise by itself."""
    praise: Mapped[str] = mapped_column(String(20), default="")
    """A compliment of gamification.remarks.Praise, shown in the reader's language; empty for none."""
    text: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    """When the learner closed it."""
