"""Ed25519 keys, and their public half as a Multikey.

https://www.w3.org/TR/cid-1.0/#Multikey
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from badges.errors import CredentialInvalid, Step
from badges.openbadges.multibase import decode_multibase, encode_multibase

KEY_LENGTH = 32
# The multicodec varint of ed25519-pub.
_ED25519_PUBLIC = b"\xed\x01"


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 public key: 32 raw bytes."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_LENGTH:
            raise CredentialInvalid(Step.ISSUER, "an Ed25519 public key has 32 bytes")

    @classmethod
    def of_multikey(cls, multikey: object) -> Self:
        """Read a Multikey.

        Raises:
            CredentialInvalid: not the one spelling of an Ed25519 public key.
        """
        content = decode_multibase(multikey)
        if content is None or len(content) != 2 + KEY_LENGTH or not content.startswith(_ED25519_PUBLIC):
            raise CredentialInvalid(Step.ISSUER, "not an Ed25519 Multikey")
        return cls(content[2:])

    @property
    def multikey(self) -> str:
        """The key as `z6Mk…`."""
        return encode_multibase(_ED25519_PUBLIC + self.raw)

    def has_signed(self, signature: bytes, content: bytes) -> bool:
        """Whether the private half of this key made the signature over the content."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, content)
        except (InvalidSignature, ValueError):
            return False
        return True


class PrivateKey:
    """An Ed25519 private key. It never shows itself in a log: no `repr` of its bytes."""

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_LENGTH:
            raise CredentialInvalid(Step.ISSUER, "an Ed25519 private key has 32 bytes")
        self._key = Ed25519PrivateKey.from_private_bytes(raw)

    @classmethod
    def generate(cls) -> Self:
        """Make a new key."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def raw(self) -> bytes:
        """The 32 bytes to keep: encrypt them before they are stored."""
        return self._key.private_bytes_raw()

    @property
    def public_key(self) -> PublicKey:
        """The half to show."""
        return PublicKey(self._key.public_key().public_bytes_raw())

    def sign(self, content: bytes) -> bytes:
        """Return the signature, 64 bytes; the same content gives the same signature."""
        return self._key.sign(content)
