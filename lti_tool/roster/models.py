"""The tables of the roster. Personal data (names, e-mail) lives here and nowhere else."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

LONGEST_ADDRESS = 2000
"""Characters; what lti_tool.lti.claim_reader lets through fits."""


class DeploymentState(StrEnum):
    """Whether launches of a deployment are let in."""

    ACTIVE = "active"
    WAITING = "waiting"
    """Nobody decided yet."""
    HELD = "held"
    """Closed by who runs this service; what it brought stays."""


class Presentation(StrEnum):
    """What a learner wants to see. It changes nothing in points, badges or the gradebook."""

    EVERYTHING = "everything"
    TASKS_ONLY = "tasks-only"
    LEFT = "left"


class Registration(Base):
    """A platform's issuer with the client id it gave this tool, and where its services are."""

    __tablename__ = "registration"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(String(500))
    """Compared exactly: no trailing slash is added or removed."""
    client_id: Mapped[str] = mapped_column(String(255))
    product_family: Mapped[str] = mapped_column(String(60), default="")
    auth_login_url: Mapped[str] = mapped_column(String(1000))
    auth_token_url: Mapped[str] = mapped_column(String(1000))
    jwks_url: Mapped[str] = mapped_column(String(1000))
    leeway_seconds: Mapped[int] = mapped_column(default=60)
    """How far the platform's clock may be off."""
    token_audience: Mapped[str] = mapped_column(String(1000), default="", server_default=text("''"))
    """The `aud` of our assertions where the platform wants another value than its token address; empty elsewhere."""
    configuration_url: Mapped[str] = mapped_column(String(1000), default="", server_default=text("''"))
    """Where its OpenID configuration was read at dynamic registration; empty when it was registered by hand."""
    account_name: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    """The school behind a shared issuer, as the platform called it when it registered."""
    keeps_names: Mapped[bool] = mapped_column(default=True, server_default=true())
    """False: names and addresses are dropped at the door, even where the platform sends them."""
    keeps_email: Mapped[bool] = mapped_column(default=False, server_default=false())
    """False: e-mail addresses are dropped at the door. True only where that was chosen at registration."""
    created_at: Mapped[datetime]


class Deployment(Base):
    """One place under a registration where the tool is installed; unknown ones wait for the administrator."""

    __tablename__ = "deployment"
    __table_args__ = (
        UniqueConstraint("registration_id", "external_deployment_id"),
        CheckConstraint("state IN ('active', 'waiting', 'held')", name="state"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"))
    external_deployment_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    """As the platform calls itself in launches from here: the school, where several share a registration."""
    state: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]


class SigningKey(Base):
    """An RSA key of this tool. Published as long as it is not withdrawn; the newest one signs."""

    __tablename__ = "signing_key"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(String(100), unique=True)
    """The `kid` in the published key set."""
    public_jwk: Mapped[dict[str, Any]] = mapped_column(JSON)
    private_key_encrypted: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    signs_from: Mapped[datetime]
    """A new key is published before it signs, so that platforms with a cached key set know it by then."""
    withdrawn_at: Mapped[datetime | None]


class Context(Base):
    """A course of the platform; where a launch names none, one of its own for each resource link."""

    __tablename__ = "context"
    __table_args__ = (UniqueConstraint("deployment_id", "external_context_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    deployment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deployment.id"))
    external_context_id: Mapped[str] = mapped_column(String(300))
    """`context:<id>` as the platform names it, or `resource-link:<id>` where the launch carried no context.

    `outside-courses:` stands for the places of the platform that are in no course.
    """
    title: Mapped[str] = mapped_column(String(300), default="")
    line_items_url: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), default="", server_default=text("''"))
    """Where columns can be listed and made, as the newest launch said; empty where the platform offers none."""
    grade_scopes: Mapped[list[str] | None] = mapped_column(JSON)
    """What the platform allows there, from the newest launch; None as long as none said so."""
    memberships_url: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), default="", server_default=text("''"))
    """Where the roster is, as the newest launch said; empty as long as none did."""
    roster_problem: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    """The code of what went wrong when the roster was read last; empty when it went well."""
    roster_read_at: Mapped[datetime | None]
    """When the roster was last read to its end."""
    roster_due_at: Mapped[datetime | None]
    """When it is to be read again; None where there is none."""
    gates_due_at: Mapped[datetime | None]
    """When the gates of the course are to be asked again; None where there are none."""
    columns_due_at: Mapped[datetime | None]
    """When our columns there are to be looked at again; None where nothing of ours was placed."""
    results_due_at: Mapped[datetime | None]
    """When grades are to be read back; None where the teacher does not want them."""
    results_percent: Mapped[int | None]
    """From how many percent a grade typed in the platform finishes a task; None: typed grades do not count."""
    groups_url: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), default="", server_default=text("''"))
    """Where the groups of the course are, as the newest launch said; empty where the platform offers none."""
    copied_from_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("context.id"))
    """The course that this one was copied from: its tasks, goal and badge were taken over."""
    copied_at: Mapped[datetime | None]
    copy_seen_at: Mapped[datetime | None]
    """When a teacher of this course said to have seen what was taken over."""
    created_at: Mapped[datetime]


class ResourceLink(Base):
    """One placement of the tool in a course."""

    __tablename__ = "resource_link"
    __table_args__ = (UniqueConstraint("context_id", "external_resource_link_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    external_resource_link_id: Mapped[str] = mapped_column(String(255))
    title: Mapped[str] = mapped_column(String(300), default="")
    content_item_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("content_item.id"))
    """What this link stands for, where it came from deep linking (or its copy)."""
    created_at: Mapped[datetime]


class LineItem(Base):
    """A gradebook column: one that a launch named as its own, or one that we made for a task."""

    __tablename__ = "line_item"
    __table_args__ = (
        Index("ix_line_item_context_id", "context_id"),
        Index(
            "uq_line_item_task_id_made",
            "task_id",
            unique=True,
            sqlite_where=text("resource_link_id IS NULL"),
            postgresql_where=text("resource_link_id IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    resource_link_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("resource_link.id"), unique=True)
    """A link has one column; where the platform gives it another address, this row follows. None for one we made."""
    task_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task.id"))
    """The task that a column we made is for."""
    achievement_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("achievement.id"), unique=True)
    """The badge that a column we made is for: 1 for who holds it, 0 for who does not."""
    label: Mapped[str] = mapped_column(String(300), default="", server_default=text("''"))
    """What the column is called there, as far as we know; empty where we never asked."""
    score_maximum: Mapped[float | None] = mapped_column(Double)
    """Its maximum there, as far as we know."""
    gone_at: Mapped[datetime | None]
    """When the platform said that the column is not there any more."""
    is_silent: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The teacher wants no scores in this column."""
    url: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    """From the newest launch: what was granted at registration is not to be trusted."""
    seen_at: Mapped[datetime]


class Person(Base):
    """Somebody of one registration. Never matched by e-mail: any platform can claim any address."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("registration_id", "subject"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"))
    subject: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(300), default="")
    given_name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    locale: Mapped[str] = mapped_column(String(10), default="")
    """The language the person chose here; empty while it follows the launch."""
    launch_locale: Mapped[str] = mapped_column(String(10), default="")
    """The language of the newest launch."""
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    """From when nobody stands behind this row any more."""


class Membership(Base):
    """A person in a course, with the role of their newest launch; before any launch with that of the roster."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("context_id", "person_id"),
        CheckConstraint("presentation IN ('everything', 'tasks-only', 'left')", name="presentation"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(30))
    presentation: Mapped[str] = mapped_column(
        String(12), default=Presentation.EVERYTHING, server_default=text("'everything'")
    )
    welcomed_at: Mapped[datetime | None]
    """When the person read the welcome and went on."""
    launched_at: Mapped[datetime | None]
    """The newest launch; None for somebody whom only the roster names."""
    listed_at: Mapped[datetime | None]
    """When the roster named this person first; None for somebody whom it never named."""
    listed_role: Mapped[str | None] = mapped_column(String(30))
    """The role of the newest roster that named them. Moodle's calls assistants learners."""
    left_at: Mapped[datetime | None]
    """Since when the roster does not name them any more, or as inactive. What they earned stays."""
    group_ids: Mapped[list[str] | None] = mapped_column(JSON)
    """The platform's ids of the groups they are in; None where nobody told."""
