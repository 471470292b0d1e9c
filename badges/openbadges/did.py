"""did:key, the identifier that is its own public key, so a badge can be checked without asking anyone.

The verification method must carry the key again as a fragment: verifiers refuse the bare identifier.
https://w3c-ccg.github.io/did-key-spec/
"""

from __future__ import annotations

from badges.errors import CredentialInvalid, Step
from badges.openbadges.key import PublicKey

_DID_KEY = "did:key:"


def is_did_key(did: str) -> bool:
    """Whether an identifier is of this kind; says nothing about its spelling."""
    return did.startswith(_DID_KEY)


def did_key(public_key: PublicKey) -> str:
    """Return `did:key:z6Mk…`."""
    return _DID_KEY + public_key.multikey


def verification_method(did: str) -> str:
    """Return `did:key:z6Mk…#z6Mk…`, the name of the only key of that identifier."""
    return f"{did}#{did.removeprefix(_DID_KEY)}"


def public_key_of(did: object) -> PublicKey:
    """Read the key from an identifier.

    Raises:
        CredentialInvalid: it is no did:key of an Ed25519 key, spelled in the one possible way.
    """
    if not isinstance(did, str) or not is_did_key(did):
        raise CredentialInvalid(Step.ISSUER, "the issuer is not a did:key")
    return PublicKey.of_multikey(did.removeprefix(_DID_KEY))
