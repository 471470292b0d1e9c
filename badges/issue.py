"""From an award to its signed document: read, sign outside any transaction, store once.

Signing twice is harmless: the first document that is stored stays, and every later one is dropped.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.issuer import current_issuer_key
from badges.models import Achievement, AchievementVersion, Award, AwardState, IssuerProfile, Recipient
from badges.models import Credential as CredentialRow
from badges.openbadges.achievement import Achievement as AchievementDocument
from badges.openbadges.achievement import AchievementType
from badges.openbadges.credential import AchievementSubject, Credential, credential_document
from badges.openbadges.document import signed_bytes
from badges.openbadges.identity import IdentityObject
from badges.openbadges.key import PrivateKey
from badges.openbadges.profile import Profile
from badges.openbadges.sign import sign
from config.ids import new_id
from config.secrets import SecretBox
from config.upsert import insert_unless_present


@dataclass(frozen=True)
class ToIssue:
    """Everything that signing needs, read in one transaction. The texts are those of the award, not the newest."""

    award_id: uuid.UUID
    person_id: uuid.UUID
    awarded_at: datetime
    recipient_id: uuid.UUID
    achievement_version_id: uuid.UUID
    achievement_name: str
    criteria: str
    achievement_type: str
    issuer_did: str
    issuer_name: str
    issuer_key_id: uuid.UUID
    private_key_encrypted: str = field(repr=False)


def prepare(tx: Session, award_id: uuid.UUID) -> ToIssue | None:
    """Return what to sign, or None when it is signed already or the award no longer holds.

    Gives the person a pseudonym with this issuer the first time.
    """
    row = tx.execute(
        select(Award, Achievement, AchievementVersion, IssuerProfile)
        .join(Achievement, Achievement.id == Award.achievement_id)
        .join(AchievementVersion, AchievementVersion.id == Award.achievement_version_id)
        .join(IssuerProfile, IssuerProfile.id == Achievement.issuer_profile_id)
        .outerjoin(CredentialRow, CredentialRow.award_id == Award.id)
        .where(Award.id == award_id, Award.state == AwardState.ACTIVE, CredentialRow.id.is_(None))
    ).one_or_none()
    if row is None:
        return None
    award, achievement, version, issuer = row
    insert_unless_present(
        tx,
        Recipient,
        {"id": new_id(), "issuer_profile_id": issuer.id, "person_id": award.person_id},
        key=("issuer_profile_id", "person_id"),
    )
    recipient_id = tx.execute(
        select(Recipient.id).where(Recipient.issuer_profile_id == issuer.id, Recipient.person_id == award.person_id)
    ).scalar_one()
    key = current_issuer_key(tx, issuer.id)
    return ToIssue(
        award_id=award.id,
        person_id=award.person_id,
        awarded_at=award.awarded_at,
        recipient_id=recipient_id,
        achievement_version_id=version.id,
        achievement_name=version.name,
        criteria=version.criteria,
        achievement_type=achievement.achievement_type,
        issuer_did=issuer.did,
        issuer_name=issuer.name,
        issuer_key_id=key.key_id,
        private_key_encrypted=key.private_key_encrypted,
    )


def sign_award(
    to_issue: ToIssue, box: SecretBox, *, email: str, subject: str, now: datetime
) -> tuple[uuid.UUID, bytes]:
    """Build and sign the document; returns the credential's id and the bytes.

    The holder is the hashed e-mail address where the launch carried one, else the hashed LTI user id (`subject`).
    """
    credential_id = new_id()
    salt = secrets.token_hex(16)
    identity = IdentityObject.of_email(email, salt) if email else IdentityObject.of_lti_user(subject, salt)
    document = credential_document(
        Credential(
            id=credential_id.urn,
            issuer=Profile(id=to_issue.issuer_did, name=to_issue.issuer_name),
            subject=AchievementSubject(
                id=to_issue.recipient_id.urn,
                identifiers=(identity,),
                achievement=AchievementDocument(
                    id=to_issue.achievement_version_id.urn,
                    name=to_issue.achievement_name,
                    description=to_issue.criteria,
                    criteria_narrative=to_issue.criteria,
                    achievement_type=AchievementType(to_issue.achievement_type),
                ),
            ),
            valid_from=now,
            awarded_at=to_issue.awarded_at,
        )
    )
    signed = sign(document, PrivateKey(box.decrypt(to_issue.private_key_encrypted)), now)
    return credential_id, signed_bytes(signed)


def store(tx: Session, to_issue: ToIssue, credential_id: uuid.UUID, document: bytes, *, now: datetime) -> bool:
    """Keep the signed bytes; False when another worker had stored its own first."""
    stored = insert_unless_present(
        tx,
        CredentialRow,
        {
            "id": credential_id,
            "award_id": to_issue.award_id,
            "issuer_key_id": to_issue.issuer_key_id,
            "document": document,
            "issued_at": now,
        },
        key=("award_id",),
    )
    return stored is not None
