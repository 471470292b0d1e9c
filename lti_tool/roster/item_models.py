"""The tables of what was placed in a course: deep linking in progress, its items, gates and what they let through."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base
from lti_tool.roster.models import LONGEST_ADDRESS


class ItemKind(StrEnum):
    """What a deep-linked item stands for."""

    COURSE = "course"
    """The learner's page."""
    TASK = "task"
    BADGE = "badge"
    GATE = "gate"
    """A link that opens for who completed an assignment of the platform."""
    STAFF_GATE = "staff-gate"
    """A link that opens for staff only."""


class GateCondition(StrEnum):
    """What the teacher was asked to restrict the link to."""

    COMPLETED = "completed"
    GRADE = "grade"


class ContentItem(Base):
    """Something that a teacher placed in a course by deep linking. Its id travels in the link's custom parameters."""

    __tablename__ = "content_item"
    __table_args__ = (
        CheckConstraint("kind IN ('course', 'task', 'badge', 'gate', 'staff-gate')", name="kind"),
        UniqueConstraint("context_id", "copied_from_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    kind: Mapped[str] = mapped_column(String(10))
    task_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task.id"))
    """The task of a task item, or the task that a gate finishes."""
    achievement_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("achievement.id"))
    title: Mapped[str] = mapped_column(String(300), default="", server_default=text("''"))
    """As it was returned to the platform, or as its link is called now."""
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """None for an item that came about with the copy of a course."""
    created_at: Mapped[datetime]
    copied_from_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("content_item.id"))
    """Its counterpart in the course that was copied."""
    removed_at: Mapped[datetime | None]
    """When a teacher said that it is not used any more."""


class Gate(Base):
    """What is known of a gate: its item's link, when it was asked, and who came through. See `GatePass`."""

    __tablename__ = "gate"

    content_item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("content_item.id"), primary_key=True)
    condition: Mapped[str] = mapped_column(String(10))
    external_resource_link_id: Mapped[str] = mapped_column(String(255), default="", server_default=text("''"))
    """The link as the platform names it; empty as long as neither a launch nor its line item told."""
    asked_at: Mapped[datetime | None]
    """When the platform last answered who may open it."""
    passed_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How many learners it let through then."""
    listed_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How many learners the course had then."""
    problem: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    """The code of what is wrong with it (`everybody-passes`, `link-unknown`, that of a call); empty when nothing is."""
    failures: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How often in a row asking failed: the pause grows with it."""


class GatePass(Base):
    """Whether the platform lets a learner through a gate, and how often that changed."""

    __tablename__ = "gate_pass"
    __table_args__ = (Index("ix_gate_pass_person_id", "person_id"),)

    content_item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("gate.content_item_id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    passes: Mapped[bool]
    number: Mapped[int] = mapped_column(default=0)
    """Grows by one with each change: the last part of the activity's key, so that each change is one fact."""
    changed_at: Mapped[datetime]


class GradeByHand(Base):
    """Whether a grade that somebody typed in the platform finishes a task, and how often that changed."""

    __tablename__ = "grade_by_hand"
    __table_args__ = (Index("ix_grade_by_hand_person_id", "person_id"),)

    line_item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("line_item.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    passes: Mapped[bool]
    number: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]


class DeepLinkingRequest(Base):
    """A session in which a teacher chooses what to place; its answer counts once."""

    __tablename__ = "deep_linking_request"

    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("launch_session.id", ondelete="CASCADE"), primary_key=True)
    return_url: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    data: Mapped[str | None] = mapped_column(Text)
    """To be sent back as it came; None when none came."""
    accept_types: Mapped[list[str]] = mapped_column(JSON)
    accept_targets: Mapped[list[str]] = mapped_column(JSON)
    accepts_multiple: Mapped[bool] = mapped_column(default=False, server_default=false())
    accepts_line_item: Mapped[bool | None]
    """None where the platform does not say."""
    placement: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    title: Mapped[str] = mapped_column(String(300), default="", server_default=text("''"))
    """The name of the link that is edited; empty for a new one."""
    text: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    answered_at: Mapped[datetime | None]


class CourseGroup(Base):
    """A group of a course as the platform names it."""

    __tablename__ = "course_group"
    __table_args__ = (UniqueConstraint("context_id", "external_group_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    external_group_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(300), default="", server_default=text("''"))
    """Empty where the platform tells ids only (Moodle)."""
