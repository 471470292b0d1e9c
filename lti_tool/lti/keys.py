"""Our own signing keys towards platforms: RSA, known by their thumbprint, published as a key set.

https://www.imsglobal.org/spec/security/v1p0/#key-set-url and https://www.rfc-editor.org/rfc/rfc7638
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

KEY_BITS = 2048


def generate_private_key_pem() -> str:
    """Return a new private key. It is for the caller to keep it encrypted."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@lru_cache(maxsize=32)
def load_private_key(private_key_pem: str) -> rsa.RSAPrivateKey:
    """Return the key ready for signing; kept, because checking it takes longer than signing with it."""
    key = serialization.load_pem_private_key(private_key_pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("signing keys towards platforms are RSA keys")
    return key


def key_id_of(private_key_pem: str) -> str:
    """Return the thumbprint of the public half, which is its key id."""
    return public_jwk(private_key_pem)["kid"]


def public_jwk(private_key_pem: str) -> dict[str, str]:
    """Return the public half as a JWK."""
    numbers = load_private_key(private_key_pem).public_key().public_numbers()
    required = {"e": _encoded(numbers.e), "kty": "RSA", "n": _encoded(numbers.n)}
    thumbprint = hashlib.sha256(json.dumps(required, separators=(",", ":"), sort_keys=True).encode()).digest()
    return {**required, "kid": _base64url(thumbprint), "use": "sig", "alg": "RS256"}


def jwks_document(private_key_pems: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """Return the key set to publish: the key in use, and older ones as long as platforms may remember them."""
    return {"keys": [public_jwk(pem) for pem in private_key_pems]}


def _encoded(number: int) -> str:
    return _base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
