"""A badge that somebody changed is refused, here and elsewhere; the one that it was made from is accepted."""

from __future__ import annotations

import pytest

from badges.errors import CredentialInvalid
from badges.openbadges.did_web import asserting_keys, methods_of
from badges.openbadges.verify import KnownKeys, verify
from tests.interop.conftest import STOLEN, Judged, named
from tests.interop.kinds import ADDRESSES, TWIN
from tests.interop.tampering import BLIND_TO_STOLEN_KEYS, SEEN_BY_SCHEMAS, SEEN_DIFFERENTLY, TAMPERINGS
from tests.interop.verifiers import SCHEMAS, Issued

tamperings = pytest.mark.parametrize("tampering", TAMPERINGS)
dids = pytest.mark.parametrize("did", ADDRESSES)


def known_keys(issued: Issued) -> KnownKeys:
    """Read the keys from what the issuer has on the web, as a verifier that may ask would."""
    methods = [methods_of(text.encode(), issued.issuer) for text in issued.web.values()]
    return {method: key for one in methods for method, key in asserting_keys(one).items()}


@tamperings
@dids
def test_a_badge_is_refused_when_somebody_changed_it(judged: Judged, did: str, tampering: str) -> None:
    twin = named(TWIN, did)

    assert judged.accepting(twin) == frozenset(judged.documents[twin].verifiers)
    assert judged.accepting(named(tampering, did)) == SEEN_DIFFERENTLY.get(tampering, frozenset())


@tamperings
@dids
def test_our_own_check_refuses_it_too_when_somebody_changed_it(judged: Judged, did: str, tampering: str) -> None:
    twin = judged.documents[named(TWIN, did)]
    keys = known_keys(twin)

    verify(twin.content, keys)
    with pytest.raises(CredentialInvalid):
        verify(judged.documents[named(tampering, did)].content, keys)


@tamperings
@dids
def test_a_picture_is_refused_when_the_badge_in_it_was_changed(judged: Judged, did: str, tampering: str) -> None:
    assert judged.picture(named(TWIN, did)).accepted
    assert not judged.picture(named(tampering, did)).accepted


@tamperings
@dids
@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_schema_refuses_what_has_another_form_when_checked(
    judged: Judged, schema: str, did: str, tampering: str
) -> None:
    assert judged.by(schema, named(tampering, did)).accepted is (tampering not in SEEN_BY_SCHEMAS)


def test_a_stolen_key_is_believed_no_more_when_the_issuer_says_so(judged: Judged) -> None:
    stolen = named(STOLEN, "did:web")
    document = judged.documents[stolen]

    assert judged.accepting(stolen) == BLIND_TO_STOLEN_KEYS
    with pytest.raises(CredentialInvalid):
        verify(document.content, known_keys(document))


def test_a_key_that_is_its_issuer_cannot_be_taken_back_when_stolen(judged: Judged) -> None:
    stolen = named(STOLEN, "did:key")

    assert judged.accepting(stolen) == frozenset(judged.documents[stolen].verifiers)


def test_enough_is_changed_when_counted() -> None:
    assert len(TAMPERINGS.keys() - SEEN_DIFFERENTLY.keys()) >= 20
