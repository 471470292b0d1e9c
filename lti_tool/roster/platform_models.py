"""The tables of administration: registering, hosts of schools, the console's sessions, notices, refusals."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class InvitationPurpose(StrEnum):
    """What an invitation opens, once."""

    REGISTER = "register"
    """Registering one platform."""
    CONSOLE = "console"
    """The admin console of the whole service."""


class AttemptState(StrEnum):
    """How far an attempt at dynamic registration came."""

    BEGUN = "begun"
    """The configuration was read; somebody looks at what will be asked."""
    SENT = "sent"
    """The platform was asked; what it answered is not kept yet."""
    DONE = "done"
    FAILED = "failed"


class Invitation(Base):
    """A one-time address for an administrator. Only the digest of its secret is kept."""

    __tablename__ = "invitation"
    __table_args__ = (CheckConstraint("purpose IN ('register', 'console')", name="purpose"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10))
    secret_digest: Mapped[str] = mapped_column(String(64), unique=True)
    note: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    """Whom it is for, in the words of who made it."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RegistrationAttempt(Base):
    """One try at dynamic registration, so that what stopped halfway can be seen and mended."""

    __tablename__ = "registration_attempt"
    __table_args__ = (
        CheckConstraint("state IN ('begun', 'sent', 'done', 'failed')", name="state"),
        Index("ix_registration_attempt_begun_at", "begun_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    invitation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"))
    reference: Mapped[str] = mapped_column(String(40))
    """The number that the administrator saw."""
    issuer: Mapped[str] = mapped_column(String(500), default="", server_default=text("''"))
    product_family: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    configuration_url: Mapped[str] = mapped_column(String(1000), default="", server_default=text("''"))
    client_id: Mapped[str] = mapped_column(String(255), default="", server_default=text("''"))
    """As the platform answered; empty before it did."""
    state: Mapped[str] = mapped_column(String(10))
    problem: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    registration_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("registration.id", ondelete="SET NULL"))
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AdminSession(Base):
    """Somebody in the admin console: of one deployment (by a launch), or of the whole service (by an invitation)."""

    __tablename__ = "admin_session"
    __table_args__ = (
        CheckConstraint("proof IN ('cookie', 'address')", name="proof"),
        Index("ix_admin_session_expires_at", "expires_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    address_digest: Mapped[str] = mapped_column(String(64), unique=True)
    cookie_digest: Mapped[str] = mapped_column(String(64))
    proof: Mapped[str] = mapped_column(String(10))
    registration_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    """None: the whole service."""
    deployment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("deployment.id", ondelete="CASCADE"))
    """Where the launch was: schools can share a registration, so that is all of it that they see."""
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """None for who came by an invitation."""
    locale: Mapped[str] = mapped_column(String(10), default="nl", server_default=text("'nl'"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RefusedLaunch(Base):
    """A login or launch that was refused: why, and the number that the person saw. Nothing about the person."""

    __tablename__ = "refused_launch"
    __table_args__ = (Index("ix_refused_launch_refused_at", "refused_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    registration_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    issuer: Mapped[str] = mapped_column(String(500), default="", server_default=text("''"))
    """As the login said; unproven."""
    client_id: Mapped[str] = mapped_column(String(255), default="", server_default=text("''"))
    external_deployment_id: Mapped[str] = mapped_column(String(255), default="", server_default=text("''"))
    """As the platform signed it; where that did not come to pass, as the login said."""
    refused_at: Mapped[datetime]


class PlatformNotice(Base):
    """A notice of a platform that was taken in: a second one with its id changes nothing."""

    __tablename__ = "platform_notice"
    __table_args__ = (
        UniqueConstraint("registration_id", "external_notice_id"),
        Index("ix_platform_notice_received_at", "received_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    external_notice_id: Mapped[str] = mapped_column(String(255))
    notice_type: Mapped[str] = mapped_column(String(60))
    received_at: Mapped[datetime]


class NoticeHandler(Base):
    """That a deployment sends us a type of notice, or why it does not."""

    __tablename__ = "notice_handler"

    deployment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deployment.id", ondelete="CASCADE"), primary_key=True)
    notice_type: Mapped[str] = mapped_column(String(60), primary_key=True)
    service_url: Mapped[str] = mapped_column(String(2000))
    registered_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))


class DeploymentOrigin(Base):
    """A host at which a school opens us, as the signed addresses of its own launches say."""

    __tablename__ = "deployment_origin"

    deployment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deployment.id", ondelete="CASCADE"), primary_key=True)
    origin: Mapped[str] = mapped_column(String(300), primary_key=True)
    """As a policy header names it: scheme, host, and the port where it is not the usual one."""
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    """To the day: it is not written at every launch."""
