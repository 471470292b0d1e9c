"""The tool's own RSA keys: made once, published, replaced with an overlap."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.database import Turn, one_at_a_time
from config.ids import new_id
from config.secrets import SecretBox
from lti_tool.lti.keys import generate_private_key_pem, key_id_of, public_jwk
from lti_tool.roster.models import SigningKey

PUBLISHED_BEFORE_SIGNING = timedelta(hours=24)
"""Platforms cache key sets; a new key is published this long before it signs."""
PUBLISHED_AFTER_SIGNING = timedelta(days=7)
"""How long an old key stays published after the next one has begun to sign."""


@dataclass(frozen=True)
class SigningKeyPair:
    """The key that signs now."""

    key_id: str
    private_key_pem: str = field(repr=False)


def ensure_signing_key(tx: Session, box: SecretBox, *, now: datetime) -> None:
    """Make the first key where there is none; it signs at once, as nobody can have cached a key set without it."""
    one_at_a_time(tx, Turn.FIRST_SIGNING_KEY)
    if tx.execute(select(SigningKey.id).where(SigningKey.withdrawn_at.is_(None)).limit(1)).scalar_one_or_none():
        return
    _add_key(tx, box, now=now, signs_from=now)


def rotate_signing_key(tx: Session, box: SecretBox, *, now: datetime, at_once: bool = False) -> str:
    """Publish a new key that signs from a day from now, or from now on when the old one is compromised.

    `at_once` also withdraws every other key. Returns the new key's id.
    """
    if at_once:
        for key in tx.execute(select(SigningKey).where(SigningKey.withdrawn_at.is_(None))).scalars():
            key.withdrawn_at = now
    return _add_key(tx, box, now=now, signs_from=now if at_once else now + PUBLISHED_BEFORE_SIGNING)


def current_signing_key(tx: Session, box: SecretBox, *, now: datetime) -> SigningKeyPair:
    """Return the newest key whose time to sign has come."""
    key = (
        tx.execute(
            select(SigningKey)
            .where(SigningKey.withdrawn_at.is_(None), SigningKey.signs_from <= now)
            .order_by(SigningKey.signs_from.desc(), SigningKey.created_at.desc())
            .limit(1)
        )
        .scalars()
        .one()
    )
    return SigningKeyPair(key.key_id, box.decrypt(key.private_key_encrypted).decode())


def published_keys(tx: Session, *, now: datetime) -> list[dict[str, Any]]:
    """Return the public keys for /lti/jwks: those that sign, will sign, or signed until a week ago."""
    keys = (
        tx.execute(select(SigningKey).where(SigningKey.withdrawn_at.is_(None)).order_by(SigningKey.signs_from.desc()))
        .scalars()
        .all()
    )
    published = []
    replaced_at: datetime | None = None
    for key in keys:
        if replaced_at is None or replaced_at + PUBLISHED_AFTER_SIGNING > now:
            published.append(key.public_jwk)
        if key.signs_from <= now and (replaced_at is None or key.signs_from < replaced_at):
            replaced_at = key.signs_from
    return published


def _add_key(tx: Session, box: SecretBox, *, now: datetime, signs_from: datetime) -> str:
    private_key_pem = generate_private_key_pem()
    key_id = key_id_of(private_key_pem)
    tx.add(
        SigningKey(
            id=new_id(),
            key_id=key_id,
            public_jwk=public_jwk(private_key_pem),
            private_key_encrypted=box.encrypt(private_key_pem.encode()),
            created_at=now,
            signs_from=signs_from,
        )
    )
    tx.flush()
    return key_id
