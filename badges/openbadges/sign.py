"""Signing a credential: the checks that a verifier makes, made first, and then the proof."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from badges.errors import CredentialInvalid, Step
from badges.openbadges.contexts import check_written_contexts
from badges.openbadges.did import did_key, is_did_key, verification_method
from badges.openbadges.did_web import is_method_of
from badges.openbadges.document import MAX_BYTES, Document, check_document, signed_bytes
from badges.openbadges.key import PrivateKey
from badges.openbadges.proof_data_integrity import with_proof
from badges.openbadges.reading import read_credential


def sign(document: Mapping[str, Any], key: PrivateKey, created: datetime, method: str | None = None) -> Document:
    """Return the document signed by its issuer, whose key this must be.

    `method` is the name under which the issuer shows the key. A did:key has only one, so it may be left out there; for
    a did:web the caller answers for it that this key is the one of that method.

    Raises:
        CredentialInvalid: the document would not be read back, or the key or the method is another issuer's.
    """
    check_document(document)
    check_written_contexts(document)
    issuer = read_credential(document).issuer
    if not isinstance(document["issuer"], Mapping) or not all(
        isinstance(document.get(name, []), list) for name in ("type", "evidence")
    ):
        raise CredentialInvalid(Step.CREDENTIAL, "what may be a list is written as one, and the issuer as an object")
    own_did = did_key(key.public_key)
    method = verification_method(own_did) if method is None else method
    if is_did_key(issuer) and (issuer, method) != (own_did, verification_method(own_did)):
        raise CredentialInvalid(Step.ISSUER, "the key is not that of the issuer in the document")
    if not is_method_of(issuer, method):
        raise CredentialInvalid(Step.ISSUER, "the verification method is not named after the issuer")
    signed = with_proof(document, key, method, created)
    if len(signed_bytes(signed)) > MAX_BYTES:
        raise CredentialInvalid(Step.SIZE, f"more than {MAX_BYTES} bytes")
    return signed
