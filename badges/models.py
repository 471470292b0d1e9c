"""The tables of badges: who issues, what can be earned, who earned it, and the signed document."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

NAME_LENGTH = 200
CRITERIA_LENGTH = 2000
DESCRIPTION_LENGTH = 2000
ALT_TEXT_LENGTH = 300
REASON_LENGTH = 2000
REPORT_LENGTH = 2000
CONTACT_LENGTH = 320


class AwardState(StrEnum):
    """Whether an award holds."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class Decision(StrEnum):
    """What somebody who teaches decided about an award."""

    GIVEN = "given"
    TAKEN_BACK = "taken-back"


class IssuerProfile(Base):
    """Who issues: one per deployment to begin with, so that schools that share a registration do not share it."""

    __tablename__ = "issuer_profile"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    deployment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deployment.id"), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    did: Mapped[str] = mapped_column(String(300))
    """Kept from the day the profile was made; never derived from a setting at signing.

    A did:key is its key, so a new key gives a new one; a did:web stays the same whatever its keys are.
    """
    created_at: Mapped[datetime]


class IssuerKey(Base):
    """An Ed25519 key of an issuer, encrypted."""

    __tablename__ = "issuer_key"
    __table_args__ = (Index("ix_issuer_key_issuer_profile_id", "issuer_profile_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    issuer_profile_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issuer_profile.id"))
    verification_method: Mapped[str] = mapped_column(String(400))
    public_key: Mapped[str] = mapped_column(String(100), default="", server_default=text("''"))
    """As a Multikey, so that what was signed can be checked while the private half is locked."""
    private_key_encrypted: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    """From when it signs no more. What it signed before still holds."""
    compromised_at: Mapped[datetime | None]
    """From when nothing that it signed is to be believed."""


class Achievement(Base):
    """What can be earned in a course: the lineage. What it is called and takes is in its versions."""

    __tablename__ = "achievement"
    __table_args__ = (Index("ix_achievement_context_id", "context_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    context_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("context.id"))
    issuer_profile_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issuer_profile.id"))
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
    description: Mapped[str] = mapped_column(String(DESCRIPTION_LENGTH), default="", server_default=text("''"))
    """What it shows about somebody; empty where the criteria say it all."""
    badge_type: Mapped[str] = mapped_column(String(20), default="participation", server_default=text("'participation'"))
    """badges.kinds.BadgeType"""
    proof_kind: Mapped[str] = mapped_column(
        String(30), default="own-certificate", server_default=text("'own-certificate'")
    )
    """badges.kinds.ProofKind"""
    picture: Mapped[str] = mapped_column(String(80), default="", server_default=text("''"))
    """badges.picture.design.Design as text; empty is the default design."""
    alt_text: Mapped[str] = mapped_column(String(ALT_TEXT_LENGTH), default="", server_default=text("''"))
    language: Mapped[str] = mapped_column(String(10), default="nl", server_default=text("'nl'"))
    """The language that these texts were written in."""
    created_at: Mapped[datetime]


class Award(Base):
    """Our decision that a person earned an achievement; beside and before the signed document.

    One for each achievement and person, for ever: taken back and given again it is the same award, under the same
    address. So an evaluation cannot give again what somebody took back, whatever happens at one moment.
    """

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'suspended', 'revoked')", name="state"),
        UniqueConstraint("achievement_id", "person_id"),
        Index("ix_award_person_id", "person_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    achievement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("achievement.id"))
    achievement_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("achievement_version.id"))
    """The texts that held when it was earned: what the holder sees and what is signed."""
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    activity_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("activity.id"))
    """The activity that reached the goal; None where somebody gave it by hand."""
    rule_set_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("rule_set_version.id"))
    state: Mapped[str] = mapped_column(String(10), default=AwardState.ACTIVE)
    awarded_at: Mapped[datetime]
    """When it was decided first; giving it again does not change it."""
    issue_number: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """How many times there must have been signed. Higher than the credential's: it is to be signed again."""
    seen_at: Mapped[datetime | None]
    """When its holder closed the page that celebrates it."""
    staff_seen_at: Mapped[datetime | None]
    """When somebody who teaches closed the message that it was earned."""
    shared_at: Mapped[datetime | None]
    """From when anybody with the address may see it; None while it is private."""
    shows_name: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether its holder wants their name on the shared page."""
    erased_at: Mapped[datetime | None]
    """From when nobody can be found behind it any more."""


class AwardDecision(Base):
    """That somebody who teaches gave an award or took it back, and why. The reason can be erased."""

    __tablename__ = "award_decision"
    __table_args__ = (
        CheckConstraint("decision IN ('given', 'taken-back')", name="decision"),
        Index("ix_award_decision_award_id", "award_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """The id of the form: sent twice it is one decision."""
    award_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("award.id"))
    decision: Mapped[str] = mapped_column(String(10))
    by_person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    """When the holder closed the message about it."""


class AwardReport(Base):
    """What somebody who saw a shared badge thinks is not right about it. Kept for those who teach."""

    __tablename__ = "award_report"
    __table_args__ = (Index("ix_award_report_award_id", "award_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    award_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("award.id"))
    text: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(CONTACT_LENGTH))
    """How the reporter can be reached; empty where they did not say."""
    reported_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))


class Recipient(Base):
    """A person as one issuer names them in credentials: a pairwise pseudonym."""

    __tablename__ = "recipient"
    __table_args__ = (UniqueConstraint("issuer_profile_id", "person_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """Appears as `urn:uuid:` in the credential's subject."""
    issuer_profile_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issuer_profile.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))


class Credential(Base):
    """The signed document of an award: signed once, kept as bytes, served as it is.

    Signed again it keeps its id, and the newer document takes the place of the older one.
    """

    __tablename__ = "credential"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """Appears as `urn:uuid:` as the credential's id."""
    award_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("award.id"), unique=True)
    issuer_key_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("issuer_key.id"))
    document: Mapped[bytes] = mapped_column(LargeBinary)
    """Without the salt, which is cut out: badges.salt puts it back, byte for byte."""
    issue_number: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """Which signing of the award this is."""
    issued_at: Mapped[datetime]


class CredentialSalt(Base):
    """What makes the hash in a credential point at somebody, kept apart. Destroyed, it points at nobody."""

    __tablename__ = "credential_salt"

    credential_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("credential.id"), primary_key=True)
    salt: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    """The byte of the document where it belongs."""
