"""What somebody might change in a badge that is not theirs, each named for what it claims."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from badges.openbadges.did import did_key, is_did_key, verification_method
from badges.openbadges.key import PrivateKey
from tests.interop.verifiers import DCC, OPENBADGESLIB

Document = dict[str, Any]
Tampering = Callable[[Document, Document], None]
"""Changes the first document in place; the second is a newer one by the same issuer with the same key."""

STRANGER = did_key(PrivateKey(bytes(range(32))).public_key)


def _put(*path: str | int, to: Any) -> Tampering:
    def tamper(document: Document, _newer: Document) -> None:
        node: Any = document
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = to

    return tamper


def _remove(*path: str | int) -> Tampering:
    def tamper(document: Document, _newer: Document) -> None:
        node: Any = document
        for step in path[:-1]:
            node = node[step]
        del node[path[-1]]

    return tamper


def _one_letter(*path: str | int) -> Tampering:
    """Change one character in the middle of a text: base64 stays base64, hex stays hex, base58 stays base58."""

    def tamper(document: Document, _newer: Document) -> None:
        node: Any = document
        for step in path[:-1]:
            node = node[step]
        text, middle = node[path[-1]], len(node[path[-1]]) // 2
        node[path[-1]] = text[:middle] + ("2" if text[middle] != "2" else "3") + text[middle + 1 :]

    return tamper


def _other_key(document: Document, _newer: Document) -> None:
    """Name another key: of a did:web one that it does not show, of a did:key the only one of a stranger."""
    issuer = document["issuer"]["id"]
    method = verification_method(STRANGER) if is_did_key(issuer) else f"{issuer}#key-2"
    document["proof"][0]["verificationMethod"] = method


def _other_issuer_and_key(document: Document, _newer: Document) -> None:
    document["issuer"]["id"] = STRANGER
    document["proof"][0]["verificationMethod"] = verification_method(STRANGER)


def _second_proof(document: Document, newer: Document) -> None:
    document["proof"].append(copy.deepcopy(document["proof"][0]))
    _one_letter("proof", 1, "proofValue")(document, newer)


def _newer_proof(document: Document, newer: Document) -> None:
    document["proof"] = newer["proof"]


_HOLDER = "credentialSubject"
_BADGE = (_HOLDER, "achievement")
_PROOF = ("proof", 0)

TAMPERINGS: Mapping[str, Tampering] = {
    "name of the credential": _put("name", to="Veiliger werken"),
    "name of the badge": _put(*_BADGE, "name", to="Veiliger werken"),
    "description": _put(*_BADGE, "description", to="Je leidde het."),
    "criteria": _put(*_BADGE, "criteria", "narrative", to="Je leidde het."),
    "type of the badge": _put(*_BADGE, "achievementType", to="Certification"),
    "id of the badge": _one_letter(*_BADGE, "id"),
    "one letter of the picture": _one_letter(*_BADGE, "image", "id"),
    "words of the picture": _put(*_BADGE, "image", "caption", to="Een gouden ster"),
    "validFrom": _put("validFrom", to="2025-05-01T00:00:00Z"),
    "awardedDate": _put("awardedDate", to="2020-05-01T00:00:00Z"),
    "added validUntil": _put("validUntil", to="2099-01-01T00:00:00Z"),
    "id of the credential": _one_letter("id"),
    "name of the issuer": _put("issuer", "name", to="De Grote Brug"),
    "id of the issuer": _put("issuer", "id", to=STRANGER),
    "issuer and its key": _other_issuer_and_key,
    "id of the holder": _one_letter(_HOLDER, "id"),
    "hash of the holder": _one_letter(_HOLDER, "identifier", 0, "identityHash"),
    "salt of the holder": _one_letter(_HOLDER, "identifier", 0, "salt"),
    "kind of identifier": _put(_HOLDER, "identifier", 0, "identityType", to="email"),
    "removed identifier": _remove(_HOLDER, "identifier"),
    "narrative": _put(_HOLDER, "narrative", to="De beste van het jaar."),
    "value of a result": _put(_HOLDER, "result", 0, "value", to="600"),
    "status of a result": _put(_HOLDER, "result", 2, "status", to="Provisional"),
    "maximum of a scale": _put(*_BADGE, "resultDescription", 0, "valueMax", to="600"),
    "removed result": _remove(_HOLDER, "result", 2),
    "narrative of evidence": _put("evidence", 1, "narrative", to="De directeur keek mee."),
    "removed evidence": _remove("evidence", 1),
    "proofValue": _one_letter(*_PROOF, "proofValue"),
    "moment of the proof": _put(*_PROOF, "created", to="2025-05-01T00:00:00Z"),
    "verification method": _other_key,
    "purpose of the proof": _put(*_PROOF, "proofPurpose", to="authentication"),
    "cryptosuite": _put(*_PROOF, "cryptosuite", to="eddsa-jcs-2022"),
    "proof of a newer badge": _newer_proof,
    "added second proof": _second_proof,
    "removed proof": _remove("proof"),
    "added undefined term": _put("puntenTotaal", to="600"),
    "added type": lambda document, _newer: document["type"].append("EndorsementCredential"),
    "order of the contexts": lambda document, _newer: document["@context"].reverse(),
    "removed context": _remove("@context", 1),
}

SEEN_DIFFERENTLY: Mapping[str, frozenset[str]] = {
    # Proofs are a set to the standard, and one that holds is enough to DCC. What it shows is what was signed.
    "added second proof": frozenset({DCC}),
}
"""Who accepts what was changed."""

SEEN_BY_SCHEMAS = frozenset({"kind of identifier", "order of the contexts", "removed context"})
"""What the JSON Schemas refuse; they look at the form of what is there and at no signature."""

BLIND_TO_STOLEN_KEYS = frozenset({OPENBADGESLIB})
"""Who takes any key that stands in a DID document, also one that may no longer sign."""


def tampered(document: Document, newer: Document, tampering: Tampering) -> Document:
    """Return a changed copy."""
    changed = copy.deepcopy(document)
    tampering(changed, newer)
    assert changed != document
    return changed
