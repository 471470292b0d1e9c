"""The issuer of a deployment: its profile and its keys. The DID is stored, never derived at signing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from badges.errors import CredentialInvalid
from badges.models import NAME_LENGTH, Award, AwardState, Credential, IssuerKey, IssuerProfile
from badges.openbadges.did import did_key, verification_method
from badges.openbadges.did_web import KeyMethod, did_document, did_web, is_did_web
from badges.openbadges.document import Document
from badges.openbadges.key import PrivateKey, PublicKey
from config.errors import NotFound
from config.ids import new_id
from config.secrets import SecretBox
from config.upsert import insert_unless_present


@dataclass(frozen=True)
class IssuerKeyPair:
    """The key that signs for an issuer now; the private half is still encrypted."""

    key_id: uuid.UUID
    verification_method: str
    private_key_encrypted: str = field(repr=False)


@dataclass(frozen=True)
class IssuerView:
    """An issuer as an administrator sees it. `signing_since` is the day of the key that signs now."""

    issuer_profile_id: uuid.UUID
    name: str
    did: str
    signing_since: datetime
    keys: int


def ensure_issuer_profile(
    tx: Session, box: SecretBox, deployment_id: uuid.UUID, *, name: str, public_url: str, now: datetime
) -> uuid.UUID:
    """Return the issuer of a deployment; makes profile and key the first time. Two at once make one.

    With an https address the issuer is a did:web, whose keys can change; without one it is its key.
    """
    existing = tx.execute(
        select(IssuerProfile.id).where(IssuerProfile.deployment_id == deployment_id)
    ).scalar_one_or_none()
    if existing is not None:
        return existing
    key = PrivateKey.generate()
    profile_id = new_id()
    did = _new_did(public_url, profile_id, key.public_key)
    made = insert_unless_present(
        tx,
        IssuerProfile,
        {
            "id": profile_id,
            "deployment_id": deployment_id,
            "name": name[:NAME_LENGTH],
            "did": did,
            "created_at": now,
        },
        key=("deployment_id",),
    )
    if made is None:
        return tx.execute(select(IssuerProfile.id).where(IssuerProfile.deployment_id == deployment_id)).scalar_one()
    _add_key(tx, box, profile_id, key, _method(did, 1), now=now)
    return profile_id


def current_issuer_key(tx: Session, issuer_profile_id: uuid.UUID) -> IssuerKeyPair:
    """Return the key that signs for this issuer."""
    row = tx.execute(
        select(IssuerKey.id, IssuerKey.verification_method, IssuerKey.private_key_encrypted)
        .where(IssuerKey.issuer_profile_id == issuer_profile_id, IssuerKey.retired_at.is_(None))
        .order_by(IssuerKey.created_at.desc())
        .limit(1)
    ).one()
    return IssuerKeyPair(row.id, row.verification_method, row.private_key_encrypted)


def list_issuers(tx: Session) -> list[IssuerView]:
    """Return every issuer of this installation, oldest first."""
    rows = tx.execute(
        select(
            IssuerProfile,
            func.max(IssuerKey.created_at).label("signing_since"),
            func.count(IssuerKey.id).label("keys"),
        )
        .join(IssuerKey, IssuerKey.issuer_profile_id == IssuerProfile.id)
        .group_by(IssuerProfile.id)
        .order_by(IssuerProfile.created_at)
    )
    return [
        IssuerView(
            row.IssuerProfile.id,
            row.IssuerProfile.name,
            row.IssuerProfile.did,
            row.signing_since,
            row.keys,
        )
        for row in rows
    ]


def rotate_key(
    tx: Session, box: SecretBox, issuer_profile_id: uuid.UUID, *, compromised: bool, now: datetime
) -> list[uuid.UUID]:
    """Give an issuer a new key that signs from now on, and return the awards whose badges must be signed again.

    What the old key signed still holds, unless the key was `compromised`: then nothing by it does, and each badge that
    is held gets a newer document under its own id. A did:web keeps its name; a did:key becomes another, because it is
    its key.

    Raises:
        NotFound: no such issuer.
    """
    profile = tx.execute(
        select(IssuerProfile).where(IssuerProfile.id == issuer_profile_id).with_for_update()
    ).scalar_one_or_none()
    if profile is None:
        raise NotFound("issuer")
    old = tx.execute(select(IssuerKey).where(IssuerKey.issuer_profile_id == profile.id)).scalars().all()
    for key in old:
        key.retired_at = key.retired_at or now
        if compromised:
            key.compromised_at = key.compromised_at or now
    new = PrivateKey.generate()
    if not is_did_web(profile.did):
        profile.did = did_key(new.public_key)
    tx.flush()
    _add_key(tx, box, profile.id, new, _method(profile.did, len(old) + 1), now=now)
    return _to_sign_again(tx, [key.id for key in old]) if compromised else []


def known_keys(tx: Session, issuer_profile_id: uuid.UUID | None = None) -> dict[str, PublicKey]:
    """Return the keys of one issuer here, or of all, by verification method; never one that was compromised."""
    query = select(IssuerKey.verification_method, IssuerKey.public_key).where(IssuerKey.compromised_at.is_(None))
    if issuer_profile_id is not None:
        query = query.where(IssuerKey.issuer_profile_id == issuer_profile_id)
    return {row.verification_method: PublicKey.of_multikey(row.public_key) for row in tx.execute(query)}


def issuer_document(tx: Session, issuer_profile_id: uuid.UUID) -> Document | None:
    """Return the DID document of a did:web issuer, with every key it ever had; None for any other."""
    did = tx.execute(select(IssuerProfile.did).where(IssuerProfile.id == issuer_profile_id)).scalar_one_or_none()
    if did is None or not is_did_web(did):
        return None
    keys = tx.execute(
        select(IssuerKey).where(IssuerKey.issuer_profile_id == issuer_profile_id).order_by(IssuerKey.created_at)
    ).scalars()
    return did_document(
        did,
        [
            KeyMethod(key.verification_method, PublicKey.of_multikey(key.public_key), key.compromised_at is None)
            for key in keys
        ],
    )


def _to_sign_again(tx: Session, key_ids: list[uuid.UUID]) -> list[uuid.UUID]:
    signed = select(Credential.award_id).where(Credential.issuer_key_id.in_(key_ids))
    held = tx.execute(
        select(Award.id, Credential.issue_number)
        .join(Credential, Credential.award_id == Award.id)
        .where(Award.id.in_(signed), Award.state == AwardState.ACTIVE, Award.erased_at.is_(None))
        .order_by(Award.id)
    ).all()
    for row in held:
        tx.execute(update(Award).where(Award.id == row.id).values(issue_number=row.issue_number + 1))
    return [row.id for row in held]


def _new_did(public_url: str, profile_id: uuid.UUID, public_key: PublicKey) -> str:
    try:
        return did_web(public_url, profile_id)
    except CredentialInvalid:  # no https, or an address in figures, which strangers cannot look up
        return did_key(public_key)


def _method(did: str, number: int) -> str:
    return f"{did}#key-{number}" if is_did_web(did) else verification_method(did)


def _add_key(
    tx: Session, box: SecretBox, issuer_profile_id: uuid.UUID, key: PrivateKey, method: str, *, now: datetime
) -> None:
    tx.add(
        IssuerKey(
            id=new_id(),
            issuer_profile_id=issuer_profile_id,
            verification_method=method,
            public_key=key.public_key.multikey,
            private_key_encrypted=box.encrypt(key.raw),
            created_at=now,
        )
    )
    tx.flush()
