"""The issuer of a registration: its profile and its key, made once. The DID is stored, never derived at signing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.models import NAME_LENGTH, IssuerKey, IssuerProfile
from badges.openbadges.did import did_key, verification_method
from badges.openbadges.key import PrivateKey
from config.ids import new_id
from config.secrets import SecretBox
from config.upsert import insert_unless_present


@dataclass(frozen=True)
class IssuerKeyPair:
    """The key that signs for an issuer now; the private half is still encrypted."""

    key_id: uuid.UUID
    private_key_encrypted: str = field(repr=False)


def ensure_issuer_profile(
    tx: Session, box: SecretBox, registration_id: uuid.UUID, *, name: str, now: datetime
) -> uuid.UUID:
    """Return the issuer of a registration; makes profile and key the first time. Two at once make one."""
    existing = tx.execute(
        select(IssuerProfile.id).where(IssuerProfile.registration_id == registration_id)
    ).scalar_one_or_none()
    if existing is not None:
        return existing
    key = PrivateKey.generate()
    did = did_key(key.public_key)
    profile_id = insert_unless_present(
        tx,
        IssuerProfile,
        {
            "id": new_id(),
            "registration_id": registration_id,
            "name": name[:NAME_LENGTH],
            "did": did,
            "created_at": now,
        },
        key=("registration_id",),
    )
    if profile_id is None:
        return tx.execute(select(IssuerProfile.id).where(IssuerProfile.registration_id == registration_id)).scalar_one()
    tx.add(
        IssuerKey(
            id=new_id(),
            issuer_profile_id=profile_id,
            verification_method=verification_method(did),
            private_key_encrypted=box.encrypt(key.raw),
            created_at=now,
        )
    )
    tx.flush()
    return uuid.UUID(str(profile_id))


def current_issuer_key(tx: Session, issuer_profile_id: uuid.UUID) -> IssuerKeyPair:
    """Return the key that signs for this issuer."""
    row = tx.execute(
        select(IssuerKey.id, IssuerKey.private_key_encrypted)
        .where(IssuerKey.issuer_profile_id == issuer_profile_id, IssuerKey.retired_at.is_(None))
        .order_by(IssuerKey.created_at.desc())
        .limit(1)
    ).one()
    return IssuerKeyPair(row.id, row.private_key_encrypted)
