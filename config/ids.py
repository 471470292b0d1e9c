"""Identifiers: opaque keys, secrets for URLs and cookies, and the short reference a person can read out loud."""

from __future__ import annotations

import hashlib
import secrets
import uuid

# No 0/O, 1/I/L, or letters that sound alike over the telephone in Dutch.
_REFERENCE_ALPHABET = "23456789ACEFHJKMPRTXY"


def new_id() -> uuid.UUID:
    """Return a new opaque key."""
    return uuid.uuid4()


def new_secret() -> str:
    """Return 192 bits of randomness, safe in URLs and cookies."""
    return secrets.token_urlsafe(24)


def digest(secret: str) -> str:
    """Return what is stored instead of a secret: its SHA-256 in hex (secrets here are random, so no salt)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_reference() -> str:
    """Return a reference number of six characters that ties an error page to its log line."""
    return "".join(secrets.choice(_REFERENCE_ALPHABET) for _ in range(6))
