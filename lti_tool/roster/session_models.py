"""The tables of launch sessions: which logins were used, and what a person may do after a launch."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class SessionProof(StrEnum):
    """What proves that a request belongs to a launch session."""

    COOKIE = "cookie"
    ADDRESS = "address"


class UsedLogin(Base):
    """A login whose launch has come: its state counts no more. Kept until the state would have expired anyway."""

    __tablename__ = "used_login"
    __table_args__ = (Index("ix_used_login_expires_at", "expires_at"),)

    state_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime]


class LaunchSession(Base):
    """What a person may do after one launch: the session of every page under /s/."""

    __tablename__ = "launch_session"
    __table_args__ = (
        CheckConstraint("proof IN ('cookie', 'address')", name="proof"),
        Index("ix_launch_session_person_id", "person_id"),
        Index("ix_launch_session_expires_at", "expires_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    address_digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Digest of the part of the address behind /s/; the address itself is not kept."""
    cookie_digest: Mapped[str] = mapped_column(String(64))
    proof: Mapped[str] = mapped_column(String(10))
    """As the launch proved its browser: where a cookie came back, only the cookie counts."""
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    resource_link_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("resource_link.id"))
    """None for a session that chooses what to place (deep linking)."""
    role: Mapped[str] = mapped_column(String(30))
    locale: Mapped[str] = mapped_column(String(10), default="nl")
    is_administrator: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The launch said that this person administers the platform: they may open the console of its deployment."""
    for_person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """Whose work a submission review is about."""
    time_zone: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    """As the platform told (an IANA name that we know); empty where it did not."""
    has_high_contrast: Mapped[bool] = mapped_column(default=False, server_default=false())
    hides_numbers: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The platform restricts quantitative data: this learner sees no points."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
