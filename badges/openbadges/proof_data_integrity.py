"""The embedded signature: Data Integrity with the cryptosuite eddsa-rdfc-2022.

Signed is sha256(canonical proof options) followed by sha256(canonical document), where the options carry the
document's contexts. The proof is written as an array of one: the only shape that both JSON Schemas and the verifiers
in use accept, and more than one proof is refused by some of them.
https://www.w3.org/TR/vc-di-eddsa/#eddsa-rdfc-2022
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from badges.errors import CredentialInvalid, CredentialUndecided, Step
from badges.openbadges.canonical import canonical_form
from badges.openbadges.document import Document
from badges.openbadges.key import PrivateKey, PublicKey
from badges.openbadges.moment import date_time_z, read_date_time_z
from badges.openbadges.multibase import decode_multibase, encode_multibase

PROOF_TYPE = "DataIntegrityProof"
CRYPTOSUITE = "eddsa-rdfc-2022"
PROOF_PURPOSE = "assertionMethod"
_REQUIRED = {"type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue"}
# Others (expires, domain, challenge, …) ask for checks that are not made here, so they are refused.
_KNOWN = _REQUIRED | {"created"}


def with_proof(document: Mapping[str, Any], key: PrivateKey, method: str, created: datetime) -> Document:
    """Return the document with its proof by this key, known to others as `method`.

    Raises:
        CredentialInvalid: it has a proof already, or cannot be canonicalized safely.
    """
    if "proof" in document:
        raise CredentialInvalid(Step.PROOF, "the document has a proof already")
    options = {
        "type": PROOF_TYPE,
        "cryptosuite": CRYPTOSUITE,
        "created": date_time_z(created),
        "verificationMethod": method,
        "proofPurpose": PROOF_PURPOSE,
    }
    signature = key.sign(_signed_content(document, options))
    return {**document, "proof": [{**options, "proofValue": encode_multibase(signature)}]}


def only_proof(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the one proof of a document, known in all its members.

    Raises:
        CredentialUndecided: more than one, of another kind, or one that asks for checks that are not made here.
        CredentialInvalid: there is none, or it lacks something.
    """
    check_kind(document)
    proof: Mapping[str, Any] = _proofs(document)[0]
    if not proof.keys() >= _REQUIRED:
        raise CredentialInvalid(Step.PROOF, "the proof lacks a member")
    if not proof.keys() <= _KNOWN:
        raise CredentialUndecided(Step.PROOF, "the proof has a member that is not known here")
    if proof["proofPurpose"] != PROOF_PURPOSE:
        raise CredentialInvalid(Step.PROOF, f"the proof is not for {PROOF_PURPOSE}")
    if "created" in proof:
        read_date_time_z(proof["created"], "proof.created")
    return proof


def check_kind(document: Mapping[str, Any]) -> None:
    """Insist on one proof of the kind made here; other kinds are as good, but not for this reader.

    Raises:
        CredentialUndecided: more than one proof, or one of another kind.
        CredentialInvalid: the document is not signed.
    """
    proofs = _proofs(document)
    if not proofs or not all(isinstance(proof, Mapping) for proof in proofs):
        raise CredentialInvalid(Step.PROOF, "the document has no proof")
    if len(proofs) > 1:
        raise CredentialUndecided(Step.PROOF, "more than one proof")
    if (proofs[0].get("type"), proofs[0].get("cryptosuite")) != (PROOF_TYPE, CRYPTOSUITE):
        raise CredentialUndecided(Step.PROOF, f"the proof is not {CRYPTOSUITE}")


def check_proof(document: Mapping[str, Any], public_key: PublicKey) -> None:
    """Check the signature of the one proof with a key that is already known to be the issuer's.

    Raises:
        CredentialInvalid: the signature is not by that key over this document.
    """
    proof = only_proof(document)
    signature = decode_multibase(proof["proofValue"])
    if signature is None or len(signature) != 64:
        raise CredentialInvalid(Step.SIGNATURE, "proofValue is not 64 bytes in base58btc")
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    if not public_key.has_signed(signature, _signed_content(unsigned, options)):
        raise CredentialInvalid(Step.SIGNATURE, "the document is not the one that the issuer signed")


def _proofs(document: Mapping[str, Any]) -> list[Any]:
    proofs = document.get("proof", [])
    return proofs if isinstance(proofs, list) else [proofs]


def _signed_content(document: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    options = {"@context": document.get("@context"), **options}
    return b"".join(hashlib.sha256(canonical_form(part)).digest() for part in (options, document))
