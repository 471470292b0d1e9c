"""The signature: 1EdTech's known answer first, then what holds for every credential."""

from __future__ import annotations

import hashlib
import json
import tomllib
from datetime import datetime
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from badges.errors import CredentialInvalid, Step
from badges.openbadges.canonical import canonical_form
from badges.openbadges.document import signed_bytes
from badges.openbadges.key import PrivateKey
from badges.openbadges.proof_data_integrity import check_proof, with_proof
from badges.openbadges.verify import verify
from tests.unit.badges.examples import KEY, MOMENT, OTHER_KEY, VECTORS, copy_of, leaves, make_document, make_signed, put

VECTOR = json.loads((VECTORS / "eddsa-rdfc-2022.json").read_text(encoding="utf-8"))
SIGNED = make_signed(name="Samen sterk \N{ROCKET} naïef", text="שלום\nمرحبا «ok»")
LEAVES = list(leaves(SIGNED))


def test_vectors_are_the_published_ones_when_hashed() -> None:
    sources = tomllib.loads((VECTORS / "SOURCES.toml").read_text(encoding="utf-8"))

    hashes = {name: hashlib.sha256((VECTORS / name).read_bytes()).hexdigest() for name in sources["sha256"]}

    assert hashes == sources["sha256"]


def test_canonical_forms_are_the_published_bytes_when_made_of_the_vector() -> None:
    options = {"@context": VECTOR["document"]["@context"], **VECTOR["proofOptions"]}

    assert canonical_form(VECTOR["document"]) == (VECTORS / "document-canon.txt").read_bytes()
    assert canonical_form(options) == (VECTORS / "proof-canon.txt").read_bytes()


def test_proof_value_is_the_published_one_when_the_vector_is_signed() -> None:
    key = PrivateKey(bytes.fromhex(VECTOR["privateKeyHex"]))
    created = datetime.fromisoformat(VECTOR["proofOptions"]["created"])

    signed = with_proof(VECTOR["document"], key, VECTOR["verificationMethod"], created)

    assert signed["proof"] == [{**VECTOR["proofOptions"], "proofValue": VECTOR["expectedProofValue"]}]
    assert "proof" not in VECTOR["document"]
    check_proof(signed, key.public_key)


def test_proof_is_refused_when_there_is_one_already() -> None:
    with pytest.raises(CredentialInvalid, match="proof already"):
        with_proof(SIGNED, KEY, "did:key:x#x", MOMENT)


def test_signature_is_refused_when_the_key_is_another() -> None:
    with pytest.raises(CredentialInvalid) as refused:
        check_proof(SIGNED, OTHER_KEY.public_key)

    assert refused.value.step is Step.SIGNATURE


@settings(max_examples=150)
@given(data=st.data())
def test_a_changed_character_is_refused_wherever_it_stands(data: st.DataObject) -> None:
    path, text = data.draw(st.sampled_from(LEAVES), label="leaf")
    at = data.draw(st.integers(0, len(text) - 1), label="at")
    new = data.draw(st.one_of(st.characters(exclude_categories=["Cs"]), st.just("")), label="new")
    assume(text[at] != new)

    with pytest.raises(CredentialInvalid):
        verify(put(SIGNED, path, text[:at] + new + text[at + 1 :]))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("credentialSubject", "identifier", 0, "hashed"), False),
        (("credentialSubject", "result", 0), {"type": ["Result"], "resultDescription": "urn:x:y", "value": "100"}),
        (("credentialSubject", "achievement", "resultDescription"), []),
        (("issuer", "email"), "school@example.org"),
        (("validUntil",), "2030-01-01T00:00:00Z"),
        (("proof", 0, "created"), "2026-11-22T16:00:02Z"),
    ],
)
def test_a_changed_member_is_refused_when_it_was_signed_otherwise(path: tuple[str | int, ...], value: Any) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        verify(put(SIGNED, path, value))

    assert refused.value.step is Step.SIGNATURE


@pytest.mark.parametrize("path", [("awardedDate",), ("credentialSubject", "result"), ("name",), ("issuer", "name")])
def test_a_removed_member_is_refused_when_it_was_signed(path: tuple[str, ...]) -> None:
    shorter = copy_of(SIGNED)
    node = shorter
    for step in path[:-1]:
        node = node[step]
    del node[path[-1]]

    with pytest.raises(CredentialInvalid) as refused:
        verify(shorter)

    assert refused.value.step is Step.SIGNATURE


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("proof",), {}),
        (("proof",), []),
        (("proof",), [make_signed()["proof"][0], make_signed()["proof"][0]]),
        (("proof", 0), "proof"),
        (("proof", 0, "cryptosuite"), "eddsa-jcs-2022"),
        (("proof", 0, "type"), "Ed25519Signature2020"),
        (("proof", 0, "proofPurpose"), "authentication"),
        (("proof", 0, "expires"), "2030-01-01T00:00:00Z"),
    ],
)
def test_proof_is_refused_when_it_is_not_the_one_kind(path: tuple[str | int, ...], value: Any) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        verify(put(SIGNED, path, value))

    assert refused.value.step is Step.PROOF


@pytest.mark.parametrize("missing", ["type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue"])
def test_proof_is_refused_when_a_member_is_missing(missing: str) -> None:
    proof = {name: value for name, value in SIGNED["proof"][0].items() if name != missing}

    with pytest.raises(CredentialInvalid, match="proof"):
        verify({**SIGNED, "proof": [proof]})


@pytest.mark.parametrize("value", ["", "z", "u" + "A" * 86, "z" + "1" * 64, "z0OIl", "z" + "2" * 300, " z2", "zé"])
def test_signature_is_refused_when_it_is_not_64_bytes_in_base58(value: str) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        verify(put(SIGNED, ("proof", 0, "proofValue"), value))

    assert refused.value.step is Step.SIGNATURE


def test_signing_gives_the_same_bytes_when_done_twice() -> None:
    assert signed_bytes(make_signed()) == signed_bytes(make_signed())
    assert make_document()["validFrom"] == "2026-11-22T16:00:01Z"
