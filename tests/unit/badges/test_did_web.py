"""Identifiers that are addresses, and the documents with keys that live there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from badges.errors import CredentialInvalid, CredentialUndecided, Step
from badges.openbadges.did_web import (
    MAX_DID_DOCUMENT_BYTES,
    MAX_METHODS,
    KeyMethod,
    asserting_keys,
    did_document,
    did_web,
    document_url,
    is_did_web,
    methods_of,
)
from tests.unit.badges.examples import KEY, OTHER_KEY

PROFILE = "0f1c2f0e-3c55-4a5b-8f4e-6c1d8f6f0a01"
DID = f"did:web:badges.example:issuers:{PROFILE}"
OLD = KeyMethod(f"{DID}#key-1", OTHER_KEY.public_key, may_assert=False)
NEW = KeyMethod(f"{DID}#key-2", KEY.public_key, may_assert=True)


@pytest.mark.parametrize(
    ("public_url", "did", "url"),
    [
        ("https://badges.example", DID, f"https://badges.example/issuers/{PROFILE}/did.json"),
        ("https://Badges.Example:443/", DID, f"https://badges.example/issuers/{PROFILE}/did.json"),
        (
            "https://badges.example:8443",
            f"did:web:badges.example%3A8443:issuers:{PROFILE}",
            f"https://badges.example:8443/issuers/{PROFILE}/did.json",
        ),
        (
            "https://debrug.example/tool/~eén/",
            f"did:web:debrug.example:tool:%7Ee%C3%A9n:issuers:{PROFILE}",
            f"https://debrug.example/tool/%7Ee%C3%A9n/issuers/{PROFILE}/did.json",
        ),
        ("https://localhost", f"did:web:localhost:issuers:{PROFILE}", f"https://localhost/issuers/{PROFILE}/did.json"),
    ],
)
def test_identifier_leads_to_the_address_of_its_document_when_made(public_url: str, did: str, url: str) -> None:
    made = did_web(public_url, PROFILE)

    assert (made, document_url(made), is_did_web(made)) == (did, url, True)


def test_a_host_alone_has_its_document_in_the_well_known_place_when_asked() -> None:
    assert document_url("did:web:w3c-ccg.github.io") == "https://w3c-ccg.github.io/.well-known/did.json"
    assert document_url("did:web:example.com%3a3000:user:alice") == "https://example.com:3000/user/alice/did.json"


@pytest.mark.parametrize(
    "public_url",
    [
        "http://badges.example",
        "https://127.0.0.1",
        "https://[::1]",
        "https://[",
        "https://",
        "https://badges.example:99999",
        "https://me@badges.example",
        "https://badges.example/?a=b",
        "https://badges.example/#a",
        "https://badges.example/a/../b",
        "https://badges_example",
    ],
)
def test_no_identifier_is_made_when_the_address_cannot_be_one(public_url: str) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        did_web(public_url, PROFILE)

    assert refused.value.step is Step.ISSUER


@pytest.mark.parametrize(
    "did",
    [
        "",
        "did:web:",
        "did:key:z6Mk",
        "badges.example",
        "did:web:10.0.0.1",
        "did:web:Badges.example",
        "did:web:badges.example%3A0",
        "did:web:badges.example%3A70000",
        "did:web:me%40badges.example",
        "did:web:badges.example%2Fa",
        "did:web:badges.example:",
        "did:web:badges.example::a",
        "did:web:badges.example:..:a",
        "did:web:badges.example:%2e%2E:a",
        "did:web:badges.example:a%2Fb",
        "did:web:badges.example:a%5Cb",
        "did:web:badges.example:a%00b",
        "did:web:badges.example:a%zz",
        "did:web:badges.example:a/b",
        "did:web:badges.example:a#key-1",
        "did:web:badges.example:a?b",
        "did:web:badges.example\n",
        "did:web:" + "a" * 3_000,
    ],
)
def test_no_address_is_given_when_the_identifier_leads_elsewhere(did: str) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        document_url(did)

    assert refused.value.step is Step.ISSUER


def test_document_shows_every_method_and_who_may_sign_when_written() -> None:
    assert did_document(DID, [OLD, NEW]) == {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": DID,
        "verificationMethod": [
            {
                "id": f"{DID}#key-1",
                "type": "Multikey",
                "controller": DID,
                "publicKeyMultibase": OTHER_KEY.public_key.multikey,
            },
            {
                "id": f"{DID}#key-2",
                "type": "Multikey",
                "controller": DID,
                "publicKeyMultibase": KEY.public_key.multikey,
            },
        ],
        "assertionMethod": [f"{DID}#key-2"],
    }


@pytest.mark.parametrize(
    "methods",
    [[], [NEW, NEW], [NEW._replace(id="did:web:other.example#key-1")], [NEW._replace(id=f"{DID}#")]],
    ids=["none", "twice", "another's", "no name"],
)
def test_document_is_not_written_when_its_methods_are_not_its_own(methods: list[KeyMethod]) -> None:
    with pytest.raises(CredentialInvalid):
        did_document(DID, methods)


def _read(document: dict[str, Any]) -> tuple[KeyMethod, ...]:
    return methods_of(json.dumps(document).encode(), DID)


def test_methods_come_back_when_written_and_read() -> None:
    methods = _read(did_document(DID, [OLD, NEW]))

    assert methods == (OLD, NEW)
    assert asserting_keys(methods) == {NEW.id: KEY.public_key}


def test_methods_are_read_when_somebody_else_writes_them_short_or_in_place() -> None:
    method = {"type": "Ed25519VerificationKey2020", "controller": DID, "publicKeyMultibase": KEY.public_key.multikey}
    short = {"id": DID, "verificationMethod": [{"id": "#key-2", **method}], "assertionMethod": ["#key-2"]}
    in_place = {"id": DID, "assertionMethod": [{"id": f"{DID}#key-2", **method}]}

    assert _read(short) == _read(in_place) == (NEW,)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "JsonWebKey2020"},
        {"controller": "did:web:other.example"},
        {"controller": None},
        {"id": "did:web:other.example#key-2"},
        {"id": 5},
        {"publicKeyMultibase": "zDnaeSuu"},
        {"publicKeyMultibase": None},
    ],
)
def test_a_method_is_left_out_when_it_is_of_another_kind_or_issuer(changes: dict[str, Any]) -> None:
    document = did_document(DID, [NEW])
    document["verificationMethod"][0].update(changes)

    assert _read(document) == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"id":"a","id":"b"}',
        json.dumps({"id": "did:web:other.example"}).encode(),
        json.dumps({"id": DID, "verificationMethod": {}}).encode(),
        json.dumps({"id": DID, "assertionMethod": f"{DID}#key-2"}).encode(),
        json.dumps(
            {**did_document(DID, [NEW]), "verificationMethod": did_document(DID, [NEW])["verificationMethod"] * 2}
        ).encode(),
    ],
)
def test_document_is_refused_when_it_is_not_this_identifiers(content: bytes) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        methods_of(content, DID)

    assert refused.value.step is Step.ISSUER


@pytest.mark.parametrize(
    "document",
    [{"id": DID, "verificationMethod": [{}] * (MAX_METHODS + 1)}, {"id": DID, "a": "x" * MAX_DID_DOCUMENT_BYTES}],
    ids=["methods", "bytes"],
)
def test_document_is_left_undecided_when_it_is_more_than_anybody_needs(document: dict[str, Any]) -> None:
    with pytest.raises(CredentialUndecided) as refused:
        _read(document)

    assert refused.value.step is Step.SIZE
