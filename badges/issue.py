"""From an award to its signed document: read, sign outside any transaction, store once.

Signing twice is harmless: the first document of an issue number that is stored stays, and every later one is dropped.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from badges.achievement import AchievementTexts, BadgeDetails, texts_of
from badges.issuer import IssuerKeyPair, current_issuer_key
from badges.models import (
    Achievement,
    AchievementVersion,
    Award,
    AwardState,
    CredentialSalt,
    IssuerKey,
    IssuerProfile,
    Recipient,
)
from badges.models import Credential as CredentialRow
from badges.openbadges.achievement import Achievement as AchievementDocument
from badges.openbadges.baking import bake
from badges.openbadges.credential import AchievementSubject, Credential, credential_document
from badges.openbadges.document import signed_bytes
from badges.openbadges.evidence import Evidence
from badges.openbadges.identity import IdentityObject
from badges.openbadges.image import Image
from badges.openbadges.key import PrivateKey
from badges.openbadges.profile import Profile
from badges.openbadges.result import Result, ResultDescription
from badges.openbadges.sign import sign
from badges.picture.png import png_of
from badges.salt import Salted, cut_out, new_salt
from config.errors import ToolError
from config.ids import new_id
from config.secrets import SecretBox
from config.upsert import insert_many, insert_unless_present

PICTURE_SIZE = 512
"""Pixels of the picture inside a credential, square."""


@dataclass(frozen=True)
class ToIssue:
    """Everything that signing needs, read in one transaction. The texts are those of the award, not the newest.

    `credential_id` is the one it was signed under before, or a new one; `issue_number` says which signing this is.
    `evidence_names` are those of the document before, by id: what was done keeps the name that it was signed with.
    """

    award_id: uuid.UUID
    context_id: uuid.UUID
    person_id: uuid.UUID
    rule_set_version_id: uuid.UUID
    awarded_at: datetime
    by_hand: bool
    issue_number: int
    issued_before: datetime | None
    credential_id: uuid.UUID
    recipient_id: uuid.UUID
    achievement_version_id: uuid.UUID
    texts: AchievementTexts
    issuer_did: str
    issuer_name: str
    key: IssuerKeyPair = field(repr=False)
    evidence_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """What the credential says that its holder did, in the language of the achievement's texts.

    `criteria` is the narrative of what it takes, with the kind of proof it is.
    """

    criteria: str
    narrative: str
    result_descriptions: tuple[ResultDescription, ...] = ()
    results: tuple[Result, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Issued:
    """A signed document without its salt, and what it was signed for."""

    to_issue: ToIssue
    salted: Salted


def prepare(tx: Session, award_id: uuid.UUID) -> ToIssue | None:
    """Return what to sign, or None when it is signed already or the award does not hold.

    Gives the person a pseudonym with this issuer the first time.
    """
    row = tx.execute(
        select(
            Award,
            Achievement,
            AchievementVersion,
            IssuerProfile,
            CredentialRow.id.label("credential_id"),
            CredentialRow.issued_at,
            CredentialRow.document,
        )
        .join(Achievement, Achievement.id == Award.achievement_id)
        .join(AchievementVersion, AchievementVersion.id == Award.achievement_version_id)
        .join(IssuerProfile, IssuerProfile.id == Achievement.issuer_profile_id)
        .outerjoin(CredentialRow, CredentialRow.award_id == Award.id)
        .where(
            Award.id == award_id,
            Award.state == AwardState.ACTIVE,
            Award.erased_at.is_(None),
            or_(CredentialRow.id.is_(None), CredentialRow.issue_number < Award.issue_number),
        )
        # A new key comes with a new name where the issuer is a did:key: both are read, or neither.
        .with_for_update(read=True, of=IssuerProfile)
    ).one_or_none()
    if row is None:
        return None
    award, achievement, version, issuer = row.Award, row.Achievement, row.AchievementVersion, row.IssuerProfile
    insert_unless_present(
        tx,
        Recipient,
        {"id": new_id(), "issuer_profile_id": issuer.id, "person_id": award.person_id},
        key=("issuer_profile_id", "person_id"),
    )
    recipient_id = tx.execute(
        select(Recipient.id).where(Recipient.issuer_profile_id == issuer.id, Recipient.person_id == award.person_id)
    ).scalar_one()
    return ToIssue(
        award_id=award.id,
        context_id=achievement.context_id,
        person_id=award.person_id,
        rule_set_version_id=award.rule_set_version_id,
        awarded_at=award.awarded_at,
        by_hand=award.activity_id is None,
        issue_number=award.issue_number,
        issued_before=row.issued_at,
        credential_id=row.credential_id or new_id(),
        recipient_id=recipient_id,
        achievement_version_id=version.id,
        texts=texts_of(version),
        issuer_did=issuer.did,
        issuer_name=issuer.name,
        key=current_issuer_key(tx, issuer.id),
        evidence_names=_evidence_names(row.document) if row.document else {},
    )


def sign_award(to_issue: ToIssue, shown: Shown, box: SecretBox, *, email: str, subject: str, now: datetime) -> Issued:
    """Build and sign the document.

    The holder is the hashed e-mail address where the launch carried one, else the hashed LTI user id (`subject`).

    Raises:
        ToolError: `key-locked` when no configured secret opens the issuer's key.
    """
    key = PrivateKey(box.decrypt(to_issue.key.private_key_encrypted))
    salt = new_salt()
    identity = IdentityObject.of_email(email, salt) if email else IdentityObject.of_lti_user(subject, salt)
    texts, details = to_issue.texts, to_issue.texts.details
    picture = png_of(details.design, PICTURE_SIZE)
    document = credential_document(
        Credential(
            id=to_issue.credential_id.urn,
            issuer=Profile(id=to_issue.issuer_did, name=to_issue.issuer_name),
            subject=AchievementSubject(
                id=to_issue.recipient_id.urn,
                identifiers=(identity,),
                achievement=AchievementDocument(
                    id=to_issue.achievement_version_id.urn,
                    name=texts.name,
                    description=details.description or texts.criteria,
                    criteria_narrative=shown.criteria,
                    achievement_type=details.badge_type.achievement_type,
                    image=Image.of_png(picture, details.alt_text or texts.name),
                    in_language=details.language,
                    result_descriptions=shown.result_descriptions,
                ),
                narrative=shown.narrative,
                results=shown.results,
            ),
            valid_from=_newer(now, to_issue.issued_before),
            awarded_at=to_issue.awarded_at,
            evidence=shown.evidence,
        )
    )
    signed = sign(document, key, now, method=to_issue.key.verification_method)
    return Issued(to_issue, cut_out(signed_bytes(signed), salt))


def store(tx: Session, issued: Issued, *, now: datetime) -> bool:
    """Keep the signed bytes and, apart, their salt; False when another worker had stored its own first.

    False as well when the award was erased or taken back since, or is to be signed once more: then this is not its
    document, and nothing of it is kept.

    Raises:
        ToolError: `key-changed` when the key was called compromised since it signed: to be signed again with another.
    """
    to_issue, salted = issued.to_issue, issued.salted
    key = tx.get_one(IssuerKey, to_issue.key.key_id, with_for_update={"read": True}, populate_existing=True)
    if key.compromised_at is not None:
        raise ToolError("key-changed", "the issuer's key is not to be used any more")
    award = tx.get_one(Award, to_issue.award_id, with_for_update={"read": True}, populate_existing=True)
    is_wanted = award.erased_at is None and award.state == AwardState.ACTIVE
    if not is_wanted or award.issue_number != to_issue.issue_number:
        return False
    signed = {
        "issuer_key_id": to_issue.key.key_id,
        "document": salted.document,
        "issue_number": to_issue.issue_number,
        "issued_at": now,
    }
    stored = insert_unless_present(
        tx,
        CredentialRow,
        {"id": to_issue.credential_id, "award_id": to_issue.award_id, **signed},
        key=("award_id",),
    )
    if stored is None:
        replaced = tx.execute(
            update(CredentialRow)
            .where(
                CredentialRow.id == to_issue.credential_id,
                CredentialRow.issue_number < to_issue.issue_number,
            )
            .values(**signed)
            .returning(CredentialRow.id)
        ).scalar_one_or_none()
        if replaced is None:
            return False
    insert_many(
        tx,
        CredentialSalt,
        [{"credential_id": to_issue.credential_id, "salt": salted.salt, "position": salted.position}],
        key=("credential_id",),
        update=("salt", "position"),
    )
    return True


def baked_picture(details: BadgeDetails, document: bytes) -> bytes:
    """Return the picture that stands in a credential, a PNG, with the credential itself inside."""
    return bake(png_of(details.design, PICTURE_SIZE), document)


def _evidence_names(document: bytes) -> dict[str, str]:
    return {piece["id"]: piece["name"] for piece in json.loads(document).get("evidence", [])}


def _newer(now: datetime, issued_before: datetime | None) -> datetime:
    """Return from when a document counts: later, in whole seconds, than the one whose place it takes."""
    return now if issued_before is None else max(now, issued_before + timedelta(seconds=1))
