"""Checking a signed credential, from here or from elsewhere, without asking anyone.

In order: caps, the kind of proof, contexts, structure, the issuer's key, the signature, the status. Nothing is
canonicalized before the caps. The moment is the caller's to judge: `check` does it, with a clock handed in.
https://www.w3.org/TR/vc-data-integrity/#verify-proof
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from badges.errors import CredentialInvalid, CredentialUndecided, Step
from badges.openbadges.contexts import check_contexts
from badges.openbadges.did import is_did_key, public_key_of, verification_method
from badges.openbadges.did_web import is_method_of
from badges.openbadges.document import Document, check_document, parse_document, signed_bytes
from badges.openbadges.key import PublicKey
from badges.openbadges.proof_data_integrity import check_kind, check_proof, only_proof
from badges.openbadges.reading import Verified as Verified
from badges.openbadges.reading import read_credential

KnownKeys = Mapping[str, PublicKey]


def verify(document: bytes | Mapping[str, Any], known_keys: KnownKeys | None = None) -> Verified:
    """Check a signed credential and return what it says.

    A did:key is its own key. Any other issuer is taken at the word of `known_keys`: all the verification methods, by
    id, with which that issuer may sign. Bytes are the safer form for anything from elsewhere: repeated keys can only
    be seen there.

    Raises:
        CredentialUndecided: it cannot be checked here: an issuer nobody knows, a status that would have to be asked.
        CredentialInvalid: with the step that failed and the problem.
    """
    parsed = readable(document if isinstance(document, bytes) else signed_bytes(document))
    said = read_credential(parsed)
    check_signature(parsed, said.issuer, known_keys or {})
    check_status(parsed)
    return said


def readable(content: bytes) -> Document:
    """Read the bytes as a signed document that can be canonicalized safely.

    Raises:
        CredentialInvalid: the caps, the kind of proof, the structure or the contexts.
    """
    parsed = parse_document(content)
    check_kind(parsed)
    check_document(parsed)
    check_contexts(parsed)
    return parsed


def check_signature(document: Mapping[str, Any], issuer: str, known_keys: KnownKeys) -> None:
    """Check that the issuer signed this document.

    Raises:
        CredentialUndecided: the issuer's keys are not known.
        CredentialInvalid: the key is not the issuer's, or it did not sign this.
    """
    check_proof(document, _key_of(issuer, only_proof(document)["verificationMethod"], known_keys))


def check_status(document: Mapping[str, Any]) -> None:
    """Say so when the issuer may have taken the credential back in a list that is not here.

    Raises:
        CredentialUndecided: it names such a list.
    """
    if "credentialStatus" in document:
        raise CredentialUndecided(Step.STATUS, "credentialStatus cannot be checked here")


def _key_of(issuer: str, method: object, known_keys: KnownKeys) -> PublicKey:
    if is_did_key(issuer):
        if method != verification_method(issuer):
            raise CredentialInvalid(Step.ISSUER, "the verification method is not the issuer's key")
        return public_key_of(issuer)
    if not isinstance(method, str) or not is_method_of(issuer, method):
        raise CredentialInvalid(Step.ISSUER, "the verification method is not named after the issuer")
    key = known_keys.get(method)
    if key is not None:
        return key
    if any(is_method_of(issuer, known) for known in known_keys):
        raise CredentialInvalid(Step.ISSUER, "the verification method is none of the issuer's")
    raise CredentialUndecided(Step.ISSUER, "the keys of this issuer are not known here")
