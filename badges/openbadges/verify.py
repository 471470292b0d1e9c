"""Checking a signed credential, from here or from elsewhere, without asking anyone.

In order: caps, contexts, structure, the one proof, the key that the issuer's identifier is, the signature. Nothing is
canonicalized before the caps. The moment is the caller's to judge: compare `valid_from` and `valid_until` with a
clock. https://www.w3.org/TR/vc-data-integrity/#verify-proof
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from badges.errors import CredentialInvalid, Step
from badges.openbadges.contexts import check_contexts
from badges.openbadges.did import public_key_of, verification_method
from badges.openbadges.document import read_document, signed_bytes
from badges.openbadges.moment import read_date_time_z
from badges.openbadges.proof_data_integrity import check_proof, only_proof

_CREDENTIAL_NAMES = {"OpenBadgeCredential", "AchievementCredential"}


@dataclass(frozen=True)
class Verified:
    """What a credential says, as far as it has been checked."""

    credential_id: str
    issuer: str
    issuer_name: str
    subject_id: str
    achievement_id: str
    achievement_name: str
    valid_from: datetime
    valid_until: datetime | None


def verify(document: bytes | Mapping[str, Any]) -> Verified:
    """Check a signed credential and return what it says.

    Bytes are the safer form for anything from elsewhere: repeated keys can only be seen there.

    Raises:
        CredentialInvalid: with the step that failed and the problem.
    """
    parsed = read_document(document if isinstance(document, bytes) else signed_bytes(document))
    check_contexts(parsed)
    verified = check_credential(parsed)
    if "credentialStatus" in parsed:
        raise CredentialInvalid(Step.CREDENTIAL, "credentialStatus cannot be checked here")
    proof = only_proof(parsed)
    public_key = public_key_of(verified.issuer)
    if proof["verificationMethod"] != verification_method(verified.issuer):
        raise CredentialInvalid(Step.ISSUER, "the verification method is not the issuer's key")
    check_proof(parsed, public_key)
    return verified


def check_credential(document: Mapping[str, Any]) -> Verified:
    """Read a document as an OpenBadgeCredential, signed or not; says nothing about the signature.

    Raises:
        CredentialInvalid: a member that must be there is missing or of another kind.
    """
    if not {"VerifiableCredential"} <= _types(document, "type") or not _CREDENTIAL_NAMES & _types(document, "type"):
        raise CredentialInvalid(Step.CREDENTIAL, "type is not that of an OpenBadgeCredential")
    issuer = _node(document, "issuer", "Profile")
    subject = _node(document, "credentialSubject", "AchievementSubject")
    achievement = _node(subject, "achievement", "Achievement")
    if "id" not in subject and not subject.get("identifier"):
        raise CredentialInvalid(Step.CREDENTIAL, "the subject has neither an id nor an identifier")
    until = document.get("validUntil")
    return Verified(
        credential_id=_text(document, "id"),
        issuer=_text(issuer, "id"),
        issuer_name=_text(issuer, "name", ""),
        subject_id=_text(subject, "id", ""),
        achievement_id=_text(achievement, "id"),
        achievement_name=_text(achievement, "name"),
        valid_from=read_date_time_z(document.get("validFrom"), "validFrom"),
        valid_until=None if until is None else read_date_time_z(until, "validUntil"),
    )


def _types(node: Mapping[str, Any], name: str) -> set[str]:
    types = node.get(name)
    if not isinstance(types, list) or not all(isinstance(item, str) for item in types):
        raise CredentialInvalid(Step.CREDENTIAL, f"{name} is not a list of names")
    return set(types)


def _node(parent: Mapping[str, Any], name: str, expected: str) -> Mapping[str, Any]:
    node = parent.get(name)
    if not isinstance(node, Mapping) or expected not in _types(node, "type"):
        raise CredentialInvalid(Step.CREDENTIAL, f"{name} is not an object of type {expected}")
    return node


def _text(node: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = node.get(name, default)
    if not isinstance(value, str) or (default is None and not value):
        raise CredentialInvalid(Step.CREDENTIAL, f"{name} is missing or no text")
    return value
