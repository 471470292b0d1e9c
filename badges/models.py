"""The tables of badges: who issues, what can be earned, who earned it, and the signed document."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

NAME_LENGTH = 200
CRITERIA_LENGTH = 2000


class AwardState(StrEnum):
    """Whether an award holds."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class IssuerProfile(Base):
    """Who issues: one per registration to begin with."""

    __tablename__ = "issuer_profile"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    did: Mapped[str] = mapped_column(String(300))
    """Kept from the day the profile was made; never derived from a setting at signing."""
    created_at: Mapped[datetime]


class IssuerKey(Base):
    """An Ed25519 key of an issuer, encrypted."""

    __tablename__ = "issuer_key"
    __table_args__ = (Index("ix_issuer_key_issuer_profile_id", "issuer_profile_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    issuer_profile_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issuer_profile.id"))
    verification_method: Mapped[str] = mapped_column(String(400))
    private_key_encrypted: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class Achievement(Base):
    """What can be earned in a course: the lineage. What it is called and takes is in its versions."""

    __tablename__ = "achievement"
    __table_args__ = (Index("ix_achievement_context_id", "context_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    issuer_profile_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issuer_profile.id"))
    achievement_type: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]


class AchievementVersion(Base):
    """The texts of an achievement from one change to the next. Never changed once written: people hold them."""

    __tablename__ = "achievement_version"
    __table_args__ = (UniqueConstraint("achievement_id", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """Appears as `urn:uuid:` as the achievement's id in credentials: other texts, another id."""
    achievement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("achievement.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    criteria: Mapped[str] = mapped_column(String(CRITERIA_LENGTH))
    """In plain words: what somebody who holds it has done."""
    created_at: Mapped[datetime]


class Award(Base):
    """Our decision that a person earned an achievement; beside and before the signed document."""

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'suspended', 'revoked')", name="state"),
        Index(
            "uq_award_achievement_id_person_id_held",
            "achievement_id",
            "person_id",
            unique=True,
            sqlite_where=text("state IN ('active', 'suspended')"),
            postgresql_where=text("state IN ('active', 'suspended')"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    achievement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("achievement.id"))
    achievement_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("achievement_version.id"))
    """The texts that held when it was earned: what the holder sees and what is signed."""
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    activity_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("activity.id"))
    """The activity that reached the goal."""
    rule_set_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rule_set_version.id"))
    state: Mapped[str] = mapped_column(String(10), default=AwardState.ACTIVE)
    awarded_at: Mapped[datetime]


class Recipient(Base):
    """A person as one issuer names them in credentials: a pairwise pseudonym."""

    __tablename__ = "recipient"
    __table_args__ = (UniqueConstraint("issuer_profile_id", "person_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """Appears as `urn:uuid:` in the credential's subject."""
    issuer_profile_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issuer_profile.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))


class Credential(Base):
    """The signed document of an award: signed once, kept as bytes, served as it is."""

    __tablename__ = "credential"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """Appears as `urn:uuid:` as the credential's id."""
    award_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("award.id"), unique=True)
    issuer_key_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issuer_key.id"))
    document: Mapped[bytes] = mapped_column(LargeBinary)
    issued_at: Mapped[datetime]
