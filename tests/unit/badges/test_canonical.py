"""What may be signed: nothing that the canonical form would leave out, and nothing that takes for ever."""

from __future__ import annotations

import time
from typing import Any

import pytest
from pyld import jsonld

from badges.errors import CredentialInvalid, CredentialUndecided, Step
from badges.openbadges import canonical
from badges.openbadges.canonical import _Canonicalizer, canonical_form
from badges.openbadges.contexts import CREDENTIAL_CONTEXTS, load_context
from badges.openbadges.document import Document
from badges.openbadges.sign import sign
from badges.openbadges.verify import verify
from tests.unit.badges.examples import KEY, MOMENT, make_document, make_signed, put

UNSIGNABLE = [
    (("puntenTotaal",), "12"),
    (("credentialSubject", "achievement", "naam"), "Anders"),
    (("credentialSubject", "result", 0, "grade"), "9"),
    (("type",), ["VerifiableCredential", "OpenBadgeCredential", "Rapport"]),
    (("credentialSubject", "achievement", "type"), ["Achievement", "vaardigheid"]),
    (("credentialSubject", "achievement", "type"), ["Achievement", "Vaardigheid"]),
    (("credentialSubject", "achievement", "type"), ["Achievement", "@vaardigheid"]),
    (("id",), "badges/1"),
    (("id",), "_:b0"),
    (("id",), "urn:x:a\n"),
    (("id",), "urn:x:a> <urn:x:b"),
    (("id",), ""),
    (("credentialSubject", "id"), "#holder"),
    (("credentialSubject", "achievement", "image", "id"), "ster.png"),
]


@pytest.mark.parametrize(("path", "value"), UNSIGNABLE)
def test_a_term_that_would_stay_unsigned_is_refused_when_issuing(path: tuple[str | int, ...], value: Any) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        sign(put(make_document(), path, value), KEY, MOMENT)

    assert refused.value.step in (Step.STRUCTURE, Step.TERMS, Step.CREDENTIAL)


@pytest.mark.parametrize(("path", "value"), UNSIGNABLE)
def test_a_term_that_would_stay_unsigned_is_refused_when_verifying(path: tuple[str | int, ...], value: Any) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        verify(put(make_signed(), path, value))

    assert refused.value.step in (Step.STRUCTURE, Step.TERMS, Step.CREDENTIAL)


def test_the_dropped_term_is_named_when_refused() -> None:
    with pytest.raises(CredentialInvalid, match="'puntenTotaal' is not defined"):
        canonical_form({**make_document(), "puntenTotaal": "12"})


def test_terms_that_older_readers_lack_are_not_written_when_issuing() -> None:
    assert not {"jti", "endorsementJwt"} & make_document().keys()


@pytest.mark.parametrize("url", ["https://example.org/context.json", "file:///etc/hostname", "context.json", ""])
def test_unknown_context_is_refused_when_canonicalized(url: str) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        canonical_form({**make_document(), "@context": [*CREDENTIAL_CONTEXTS, url]})

    assert refused.value.step in (Step.CONTEXT, Step.TERMS)


def test_no_loader_reaches_the_network_when_the_processor_is_used_bare() -> None:
    assert jsonld.get_document_loader() is load_context
    with pytest.raises(CredentialInvalid):
        load_context("https://example.org/context.json", {})
    with pytest.raises(jsonld.JsonLdError) as refused:
        jsonld.expand({"@context": "https://example.org/context.json", "a": "b"})
    assert isinstance(refused.value.__cause__, CredentialInvalid)


def test_quads_are_in_the_order_of_code_points_when_canonicalized() -> None:
    lines = canonical_form(make_document(name="é \N{ROCKET}")).decode().splitlines()

    assert lines == sorted(lines)
    assert any("é \N{ROCKET}" in line for line in lines)


def _look_alikes(parents: int, children: int) -> Document:
    nodes = [{"endorsement": [{"narrative": "x"} for _ in range(children)]} for _ in range(parents)]
    return {**make_document(), "endorsement": nodes}


def test_look_alike_nodes_are_canonicalized_when_few() -> None:
    assert canonical_form(_look_alikes(2, 3))


@pytest.mark.parametrize(("parents", "children"), [(2, 8), (2, 30), (10, 7)])
def test_look_alike_nodes_are_refused_when_they_would_take_for_ever(parents: int, children: int) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        canonical_form(_look_alikes(parents, children))

    assert refused.value.step is Step.WORK


def _clique(size: int) -> dict[str, Any]:
    """Everybody is connected with everybody, and nobody has a name: the worst there is."""
    nodes = [f"_:b{number}" for number in range(size)]
    return {
        "@graph": [{"@id": node, "urn:x:knows": [{"@id": other} for other in nodes if other != node]} for node in nodes]
    }


def _canonicalized(document: dict[str, Any]) -> str:
    dataset = jsonld.JsonLdProcessor().to_rdf(document, {"base": None})
    return str(_Canonicalizer().main(dataset, {"format": "application/n-quads"}))


def test_a_clique_is_canonicalized_when_it_is_small() -> None:
    assert len(_canonicalized(_clique(4)).splitlines()) == 12


@pytest.mark.parametrize("size", [8, 12, 40])
def test_a_clique_of_blank_nodes_is_refused_at_once_when_canonicalized(size: int) -> None:
    started = time.perf_counter()

    with pytest.raises(CredentialUndecided) as refused:
        _canonicalized(_clique(size))

    assert refused.value.step is Step.WORK
    assert time.perf_counter() - started < 5


def test_a_clique_of_blank_nodes_is_refused_before_canonicalization_when_in_a_credential() -> None:
    names = [f"_:b{number}" for number in range(8)]
    clique = [{"id": name, "endorsement": [{"id": other} for other in names]} for name in names]

    with pytest.raises(CredentialInvalid) as refused:
        verify({**make_signed(), "endorsement": clique})

    assert refused.value.step is Step.TERMS


def test_evidence_in_the_same_words_needs_no_orders_when_each_piece_has_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical, "MAX_ORDERS", 0)

    assert make_signed()["evidence"][0]["name"] == make_signed()["evidence"][1]["name"]


def test_nesting_is_refused_when_the_processor_cannot_follow() -> None:
    node: Document = {"narrative": "x"}
    for _ in range(2000):
        node = {"endorsement": [node]}

    with pytest.raises(CredentialInvalid) as refused:
        canonical_form({**make_document(), "endorsement": [node]})

    assert refused.value.step is Step.WORK


@pytest.mark.parametrize(
    "value",
    [
        {"@value": "x", "@type": "datum"},
        {"@value": "x", "@type": "a b:c"},
        {"@value": "x", "@type": "urn:x:a>b"},
        {"@value": "x", "@direction": "rtl"},
        {"@value": "x", "@language": "nl"},
        {"@value": "x", "@index": "i"},
        {"id": "urn:x:y", "@index": "i"},
        {"id": 5},
    ],
)
def test_a_value_is_refused_when_part_of_it_would_stay_unsigned(value: Document) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        canonical_form({**make_document(), "name": value})

    assert refused.value.step is Step.TERMS


@pytest.mark.parametrize("key", ["_:p", "urn:x:<>"])
def test_a_property_is_refused_when_it_is_no_absolute_iri(key: str) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        canonical_form({**make_document(), key: "x"})

    assert refused.value.step is Step.TERMS


def test_a_document_that_is_no_json_ld_is_refused_when_canonicalized() -> None:
    with pytest.raises(CredentialInvalid) as refused:
        canonical_form({**make_document(), "name": "\ud800"})

    assert refused.value.step is Step.TERMS
