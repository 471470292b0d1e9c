"""Keys derived from the installation's secrets, each with its own label, and the box that encrypts private keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadData, URLSafeSerializer

from config.errors import ToolError
from config.settings import Settings


def derive_key(secret: str, label: str) -> bytes:
    """Return 32 bytes for one purpose: HKDF-SHA256 (RFC 5869) with the label as info."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"mijlpaal:{label}".encode()).derive(secret.encode())


class SecretBox:
    """Encrypts what must not be readable in a copy of the database. The first key encrypts, every key decrypts."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])

    def encrypt(self, plain: bytes) -> str:
        """Return an encrypted text for a database column."""
        return self._fernet.encrypt(plain).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """Return what was encrypted.

        Raises:
            ToolError: code `key-locked` when no configured secret opens it.
        """
        try:
            return self._fernet.decrypt(encrypted.encode())
        except InvalidToken:
            raise ToolError("key-locked", "no secret of MIJLPAAL_KEY_SECRETS opens this key") from None


def secret_box(settings: Settings) -> SecretBox:
    """Return the box of this installation: KEY_SECRETS, or a key derived from SECRET_KEY when there are none."""
    secrets = [secret.get_secret_value() for secret in settings.key_secrets]
    if not secrets:
        secrets = [settings.secret_key.get_secret_value()]
    return SecretBox([derive_key(secret, "key-encryption") for secret in secrets])


class Sealer:
    """Makes what only this installation can make: tokens bound to a value (CSRF), and documents that travel.

    A document can be read by whoever holds it; it cannot be changed, nor used for another purpose.
    """

    def __init__(self, settings: Settings) -> None:
        self._key = derive_key(settings.secret_key.get_secret_value(), "sealed-tokens")
        self._document_key = derive_key(settings.secret_key.get_secret_value(), "sealed-documents")

    def seal_document(self, purpose: str, document: Mapping[str, Any]) -> str:
        """Return the document as a text that is safe in URLs."""
        return self._serializer(purpose).dumps(dict(document))

    def open_document(self, purpose: str, sealed: str) -> dict[str, Any] | None:
        """Return the document, or None when it was not sealed here for this purpose."""
        try:
            document = self._serializer(purpose).loads(sealed)
        except BadData:
            return None
        return document if isinstance(document, dict) else None

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(self._document_key, salt=purpose, signer_kwargs={"digest_method": hashlib.sha256})

    def seal(self, purpose: str, value: str) -> str:
        """Return the token for this value."""
        return hmac.new(self._key, f"{purpose}:{value}".encode(), "sha256").hexdigest()

    def is_sealed(self, purpose: str, value: str, token: str) -> bool:
        """Say whether the token was made here for this value; takes the same time either way."""
        return hmac.compare_digest(self.seal(purpose, value).encode(), token.encode())
