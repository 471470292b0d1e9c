"""The outcome of checking a file: it holds, it does not hold, or nobody can tell here."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from badges.errors import Step
from badges.openbadges.baking import bake
from badges.openbadges.canonical import canonical_form
from badges.openbadges.check import Checked, Outcome, check
from badges.openbadges.contexts import CREDENTIALS_V2, OPEN_BADGES_3_0_2, OPEN_BADGES_EXTENSIONS
from badges.openbadges.did import did_key, verification_method
from badges.openbadges.document import signed_bytes
from badges.openbadges.evidence import Evidence
from badges.openbadges.key import PrivateKey
from badges.openbadges.proof_data_integrity import with_proof
from tests.unit.badges.examples import (
    KEY,
    MOMENT,
    OTHER_KEY,
    VECTORS,
    copy_of,
    make_credential,
    make_document,
    make_signed,
    put,
)
from tests.unit.badges.test_baking import PLAIN

METHOD = verification_method(did_key(KEY.public_key))
LATER = MOMENT + timedelta(days=1)
SIGNED = make_signed()


def _as_it_is(document: dict[str, Any], method: str = METHOD) -> dict[str, Any]:
    """Signed without our own checks, as somebody else's program would."""
    return with_proof(document, KEY, method, MOMENT)


def _checked(document: dict[str, Any]) -> Checked:
    return check(signed_bytes(document), now=LATER)


def test_a_credential_holds_when_checked_as_a_document_and_as_a_picture() -> None:
    checked = _checked(SIGNED)

    assert (checked.outcome, checked.step, checked.problem, checked.signed) == (Outcome.HOLDS, None, "", True)
    assert checked.says is not None
    assert checked.says.achievement_name == "Samenwerken"
    assert check(bake(PLAIN, signed_bytes(SIGNED)), now=LATER) == checked


def test_the_standards_own_example_holds_when_its_key_is_known() -> None:
    vector = json.loads((VECTORS / "eddsa-rdfc-2022.json").read_text(encoding="utf-8"))
    proof = {**vector["proofOptions"], "proofValue": vector["expectedProofValue"]}
    content = signed_bytes({**vector["document"], "proof": proof})
    key = PrivateKey(bytes.fromhex(vector["privateKeyHex"])).public_key

    assert check(content, now=LATER, known_keys={vector["verificationMethod"]: key}).outcome is Outcome.HOLDS
    assert check(content, now=LATER).outcome is Outcome.CANNOT_TELL


FOREIGN = {
    "the other name": {"type": ["AchievementCredential", "VerifiableCredential"]},
    "more types": {"type": ["VerifiableCredential", "OpenBadgeCredential", "https://example.org/types#Rapport"]},
    "issuer by its id": {"issuer": did_key(KEY.public_key)},
    "one type": {"issuer": {"id": did_key(KEY.public_key), "type": "Profile", "name": "De Brug"}},
    "one evidence": {"evidence": {"id": "https://example.org/werk", "type": "Evidence", "name": "Werk"}},
    "image": {"image": {"id": "https://example.org/ster.png", "type": "Image", "caption": "Ster"}},
    "extensions": {
        "@context": [*make_document()["@context"], OPEN_BADGES_EXTENSIONS],
        "credentialSchema": {"id": "https://example.org/schema.json", "type": "1EdTechJsonSchemaValidator2019"},
    },
}


@pytest.mark.parametrize("evidence", ["https://example.org/werk", ["https://example.org/werk"]])
def test_evidence_is_told_when_it_is_only_an_address(evidence: Any) -> None:
    checked = _checked(_as_it_is({**make_document(), "evidence": evidence}))

    assert checked.says is not None
    assert checked.says.evidence == (Evidence("https://example.org/werk", "", ""),)


@pytest.mark.parametrize("changes", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_foreign_credential_holds_when_it_is_written_otherwise(changes: dict[str, Any]) -> None:
    assert _checked(_as_it_is({**make_document(), **changes})).outcome is Outcome.HOLDS


def test_a_foreign_credential_holds_when_it_is_as_short_as_the_standard_allows() -> None:
    document = make_document()
    subject = document["credentialSubject"]
    subject["identifier"] = subject["identifier"][0]
    subject["type"], subject["achievement"]["type"] = "AchievementSubject", "Achievement"
    subject["achievement"]["criteria"] = {"id": "https://example.org/criteria"}
    subject["result"] = subject["result"][0]
    del subject["id"], document["awardedDate"], document["name"], document["issuer"]["name"]
    signed = _as_it_is(document)

    checked = _checked({**signed, "proof": signed["proof"][0]})

    assert checked.outcome is Outcome.HOLDS
    assert checked.says is not None
    assert (checked.says.subject_id, checked.says.issuer_name, checked.says.awarded_at) == ("", "", None)
    assert checked.says.criteria_url == "https://example.org/criteria"
    assert [(result.name, result.value) for result in checked.says.results] == [("Punten", "95")]


def test_a_foreign_credential_holds_when_it_is_of_the_version_before() -> None:
    document = {**make_document(), "@context": [CREDENTIALS_V2, OPEN_BADGES_3_0_2]}
    del document["awardedDate"], document["credentialSubject"]["achievement"]["inLanguage"]

    assert _checked(_as_it_is(document)).outcome is Outcome.HOLDS
    assert _checked({**_as_it_is(document), "awardedDate": "2026-11-22T16:00:01Z"}).step is Step.TERMS


@pytest.mark.parametrize("proof", ["object", "list"])
def test_a_proof_is_checked_all_the_same_when_it_is_an_object(proof: str) -> None:
    signed = _as_it_is(make_document())
    shaped = {**signed, "proof": signed["proof"][0] if proof == "object" else signed["proof"]}

    assert _checked(shaped).outcome is Outcome.HOLDS
    assert _checked({**shaped, "name": "Anders"}).outcome is Outcome.DOES_NOT_HOLD


@pytest.mark.parametrize(
    ("shift", "outcome", "problem"),
    [
        (timedelta(seconds=-2), Outcome.DOES_NOT_HOLD, "not valid yet"),
        (timedelta(0), Outcome.HOLDS, ""),
        (timedelta(days=30), Outcome.HOLDS, ""),
        (timedelta(days=31), Outcome.DOES_NOT_HOLD, "expired"),
    ],
)
def test_the_day_decides_when_the_signature_holds(shift: timedelta, outcome: Outcome, problem: str) -> None:
    signed = _as_it_is({**make_document(), "validUntil": "2026-12-22T16:00:01Z"})

    checked = check(signed_bytes(signed), now=MOMENT.replace(microsecond=0) + shift)

    assert (checked.outcome, checked.problem, checked.signed) == (outcome, problem, True)
    assert checked.step is (Step.TIME if problem else None)
    assert checked.says is not None


STATUS = {"id": "https://example.org/list#7", "type": "BitstringStatusListEntry"}
WEB = put(make_document(), ("issuer", "id"), "did:web:badges.example")
HTTPS = put(make_document(), ("issuer", "id"), "https://example.org/issuers/1")
UNDECIDED = [
    (_as_it_is(WEB, "did:web:badges.example#key-1"), Step.ISSUER, False),
    (_as_it_is(HTTPS, "https://example.org/issuers/1#key-1"), Step.ISSUER, False),
    (_as_it_is({**make_document(), "credentialStatus": STATUS}), Step.STATUS, True),
    (put(SIGNED, ("proof", 0, "cryptosuite"), "eddsa-jcs-2022"), Step.PROOF, False),
    (put(SIGNED, ("proof", 0), {"@context": SIGNED["@context"], **SIGNED["proof"][0]}), Step.STRUCTURE, False),
    (
        put(SIGNED, ("proof", 0), {"@context": SIGNED["@context"], "cryptosuite": "eddsa-jcs-2022"}),
        Step.PROOF,
        False,
    ),
    (put(SIGNED, ("proof", 0, "type"), "Ed25519Signature2020"), Step.PROOF, False),
    (put(SIGNED, ("proof", 0, "expires"), "2030-01-01T00:00:00Z"), Step.PROOF, False),
    ({**SIGNED, "proof": SIGNED["proof"] * 2}, Step.PROOF, False),
    (put(SIGNED, ("@context",), [*SIGNED["@context"], "https://example.org/context.json"]), Step.CONTEXT, False),
    (put(SIGNED, ("@context",), [*SIGNED["@context"], {"naam": "https://schema.org/name"}]), Step.CONTEXT, False),
    (put(SIGNED, ("@context",), "https://w3id.org/openbadges/v2"), Step.CONTEXT, False),
    ({**SIGNED, "name": None}, Step.STRUCTURE, False),
    ({**SIGNED, "https://schema.org/name": "Anders"}, Step.STRUCTURE, False),
    ({**SIGNED, "name": "a\tb"}, Step.TEXT, False),
    ({**SIGNED, "name": "x" * 600_000}, Step.SIZE, False),
    ({**SIGNED, "endorsement": [{"endorsement": [{"narrative": "x"}] * 8}] * 8}, Step.WORK, False),
]


@pytest.mark.parametrize(("document", "step", "signed"), UNDECIDED)
def test_nobody_can_tell_when_it_cannot_be_checked_here(document: dict[str, Any], step: Step, signed: bool) -> None:
    checked = _checked(document)

    assert (checked.outcome, checked.step, checked.signed) == (Outcome.CANNOT_TELL, step, signed)
    assert checked.problem


def test_what_it_claims_is_told_as_a_claim_when_the_issuer_is_not_known() -> None:
    checked = _checked(_as_it_is(WEB, "did:web:badges.example#key-1"))

    assert checked.says is not None
    assert (checked.says.issuer, checked.signed) == ("did:web:badges.example", False)


def test_nobody_can_tell_when_it_is_a_jwt() -> None:
    checked = check(b"eyJhbGciOiJSUzI1NiJ9.e30.c2ln\n", now=LATER)

    assert (checked.outcome, checked.step) == (Outcome.CANNOT_TELL, Step.PROOF)


FORGED = with_proof(make_document(), OTHER_KEY, verification_method(did_key(OTHER_KEY.public_key)), MOMENT)
WRONG = [
    (b"", Step.STRUCTURE),
    (b"[]", Step.STRUCTURE),
    (b"{}", Step.PROOF),
    (b'{"a":1,"a":2}', Step.STRUCTURE),
    (b"GIF89a", Step.STRUCTURE),
    (PLAIN, Step.FILE),
    (bake(PLAIN, signed_bytes(SIGNED))[:-20], Step.FILE),
    (signed_bytes(make_document()), Step.PROOF),
    (signed_bytes({**SIGNED, "name": "Anders"}), Step.SIGNATURE),
    (signed_bytes({**SIGNED, "puntenTotaal": "12"}), Step.TERMS),
    (signed_bytes({**SIGNED, "@context": []}), Step.CONTEXT),
    (signed_bytes({**SIGNED, "type": ["VerifiableCredential"]}), Step.CREDENTIAL),
    (signed_bytes(put(SIGNED, ("proof", 0, "proofPurpose"), "authentication")), Step.PROOF),
    (signed_bytes(FORGED), Step.ISSUER),
    (signed_bytes(put(FORGED, ("proof", 0, "verificationMethod"), METHOD)), Step.SIGNATURE),
]


@pytest.mark.parametrize(("content", "step"), WRONG)
def test_a_file_does_not_hold_when_it_is_wrong(content: bytes, step: Step) -> None:
    checked = check(content, now=LATER)

    assert (checked.outcome, checked.step, checked.signed) == (Outcome.DOES_NOT_HOLD, step, False)


def test_a_repeated_piece_is_refused_when_the_signature_cannot_see_it() -> None:
    tampered = copy_of(SIGNED)
    tampered["evidence"].append(tampered["evidence"][0])

    assert _checked(tampered).step is Step.CREDENTIAL


def test_the_last_day_is_not_overlooked_when_it_is_moved_to_another_node_of_the_same_id() -> None:
    endorsement = {
        "id": "urn:x:endorsement",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "credentialSubject": {"id": make_document()["id"], "type": ["EndorsementSubject"], "endorsementComment": "Ja"},
    }
    document = {**make_document(), "validUntil": "2026-11-22T20:00:00Z", "endorsement": [endorsement]}
    moved = copy_of(document)
    moved["endorsement"][0]["credentialSubject"]["validUntil"] = moved.pop("validUntil")
    moved["endorsement"][0]["credentialSubject"]["type"].append("VerifiableCredential")

    checked = _checked({**moved, "proof": _as_it_is(document)["proof"]})

    assert canonical_form(moved) == canonical_form(document)
    assert (checked.outcome, checked.step) == (Outcome.CANNOT_TELL, Step.STRUCTURE)


def test_a_type_is_refused_when_it_is_spelled_as_the_property_that_means_the_same() -> None:
    document = put(make_document(), ("credentialSubject", "achievement", "criteria", "type"), ["Criteria"])
    signed = _as_it_is(document)
    respelled = put(signed, ("credentialSubject", "achievement", "criteria", "type"), ["criteria"])

    assert _checked(signed).outcome is Outcome.HOLDS
    assert _checked(respelled).outcome is Outcome.CANNOT_TELL


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.just(make_credential().issuer.id),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "name", "@id", "proof", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
MEMBERS = [
    ("@context",),
    ("type",),
    ("issuer",),
    ("proof",),
    ("proof", 0),
    ("proof", 0, "verificationMethod"),
    ("proof", 0, "proofValue"),
    ("validFrom",),
    ("evidence",),
    ("evidence", 0),
    ("credentialSubject",),
    ("credentialSubject", "result"),
    ("credentialSubject", "result", 0, "resultDescription"),
    ("credentialSubject", "achievement"),
    ("credentialSubject", "achievement", "criteria"),
    ("credentialSubject", "achievement", "resultDescription"),
    ("credentialSubject", "achievement", "resultDescription", 0, "id"),
    ("credentialSubject", "achievement", "image"),
]


@settings(max_examples=300)
@given(path=st.sampled_from(MEMBERS), value=VALUES)
def test_checking_answers_when_a_member_is_anything_at_all(path: tuple[str | int, ...], value: Any) -> None:
    content = json.dumps(put(SIGNED, path, value)).encode()

    assert check(content, now=LATER).outcome is not Outcome.HOLDS


@settings(max_examples=100)
@given(content=st.binary(max_size=200))
def test_checking_answers_when_given_any_bytes(content: bytes) -> None:
    assert check(content, now=LATER).outcome is not Outcome.HOLDS
