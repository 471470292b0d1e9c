"""The signing keys of the platform: made when first needed, replaced on request, published with an overlap.

A platform that changes its key goes on publishing the old one for a while, because messages signed with it are
still under way and because the tool may have fetched the list a moment ago.
https://www.imsglobal.org/spec/security/v1p0/#h_key-set-url
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm

from config.clock import Clock
from config.ids import new_secret
from lti_tool.demo_platform.store import Store

OVERLAP_SECONDS = 3600
_STRAY_KEY = "stray signing key"


@dataclass(frozen=True)
class SigningKey:
    """A private key and the id under which its public half is published."""

    kid: str
    private_key: RSAPrivateKey


class SigningKeys:
    """The keys in the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def get_current(self) -> SigningKey:
        """Return the key that signs now; make the first one when there is none."""
        with self._store.transaction() as db:
            row = db.execute("SELECT kid, private_key FROM signing_key WHERE retired_at IS NULL").fetchone()
            stray = db.execute("SELECT value FROM secret WHERE name = ?", (_STRAY_KEY,)).fetchone()
        if row is None:
            self.rotate()
            return self.get_current()
        return SigningKey(row["kid"], _load(stray["value"].encode() if stray else row["private_key"]))

    def swap(self) -> str:
        """Sign with a key that is not the published one, under its id: what somebody who steals an id can do."""
        kid = self.get_current().kid
        with self._store.transaction() as db:
            db.execute("INSERT OR REPLACE INTO secret VALUES (?, ?)", (_STRAY_KEY, _new_pem().decode()))
        return kid

    def rotate(self, *, drop_old: bool = False) -> str:
        """Sign with a new key from now on and return its id. The old ones stay published unless `drop_old`."""
        kid, pem, now = new_secret(), _new_pem(), int(self._clock.now().timestamp())
        with self._store.transaction() as db:
            if drop_old:
                db.execute("DELETE FROM signing_key")
            db.execute("UPDATE signing_key SET retired_at = ? WHERE retired_at IS NULL", (now,))
            db.execute("DELETE FROM signing_key WHERE retired_at <= ?", (now - OVERLAP_SECONDS,))
            db.execute("INSERT INTO signing_key VALUES (?, ?, ?, NULL)", (kid, pem, now))
        return kid

    def published(self) -> dict[str, list[dict[str, Any]]]:
        """Return the key set as it is published, the current key first."""
        self.get_current()
        with self._store.reading() as db:
            rows = db.execute(
                "SELECT kid, private_key FROM signing_key WHERE retired_at IS NULL OR retired_at > ?"
                " ORDER BY retired_at IS NOT NULL, retired_at DESC",
                (int(self._clock.now().timestamp()) - OVERLAP_SECONDS,),
            ).fetchall()
        return {"keys": [_public_jwk(row["kid"], _load(row["private_key"])) for row in rows]}


def _new_pem() -> bytes:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _load(pem: bytes) -> RSAPrivateKey:
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("the stored signing key is not an RSA key")
    return key


def _public_jwk(kid: str, key: RSAPrivateKey) -> dict[str, Any]:
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {"kty": public["kty"], "alg": "RS256", "use": "sig", "kid": kid, "n": public["n"], "e": public["e"]}
