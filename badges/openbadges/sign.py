"""Signing a credential: the checks that a verifier makes, made first, and then the proof."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from badges.errors import CredentialInvalid, Step
from badges.openbadges.contexts import check_contexts
from badges.openbadges.did import did_key, verification_method
from badges.openbadges.document import MAX_BYTES, Document, check_document, signed_bytes
from badges.openbadges.key import PrivateKey
from badges.openbadges.proof_data_integrity import with_proof
from badges.openbadges.verify import check_credential


def sign(document: Mapping[str, Any], key: PrivateKey, created: datetime) -> Document:
    """Return the document signed by its issuer, whose key this must be.

    Raises:
        CredentialInvalid: the document would not be read back, or the key is another issuer's.
    """
    check_document(document)
    check_contexts(document)
    did = did_key(key.public_key)
    if check_credential(document).issuer != did:
        raise CredentialInvalid(Step.ISSUER, "the key is not that of the issuer in the document")
    signed = with_proof(document, key, verification_method(did), created)
    if len(signed_bytes(signed)) > MAX_BYTES:
        raise CredentialInvalid(Step.SIZE, f"more than {MAX_BYTES} bytes")
    return signed
