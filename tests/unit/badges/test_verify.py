"""Signing and verifying whole credentials."""

from __future__ import annotations

from typing import Any

import pytest

from badges.errors import CredentialInvalid, Step
from badges.openbadges.credential import credential_document
from badges.openbadges.did import did_key, verification_method
from badges.openbadges.document import signed_bytes
from badges.openbadges.image import MAX_IMAGE_BYTES, Image
from badges.openbadges.key import PrivateKey
from badges.openbadges.moment import read_date_time_z
from badges.openbadges.proof_data_integrity import with_proof
from badges.openbadges.sign import sign
from badges.openbadges.verify import Verified, verify
from config.errors import ToolError
from tests.unit.badges.examples import (
    ACHIEVEMENT,
    KEY,
    MOMENT,
    OTHER_KEY,
    PNG,
    make_credential,
    make_document,
    make_signed,
    make_small_credential,
    put,
)


def _signed_as_it_is(document: dict[str, Any], key: PrivateKey = KEY) -> dict[str, Any]:
    """Signed without our own checks, as somebody else's program would."""
    return with_proof(document, key, verification_method(did_key(key.public_key)), MOMENT)


def test_everything_checked_is_told_when_a_credential_verifies() -> None:
    document = {**make_document(), "validUntil": "2030-01-01T01:00:00+01:00"}

    assert verify(signed_bytes(sign(document, KEY, MOMENT))) == Verified(
        credential_id="urn:uuid:0f1c2f0e-3c55-4a5b-8f4e-6c1d8f6f0a01",
        issuer=did_key(KEY.public_key),
        issuer_name="De Brug",
        subject_id="urn:uuid:7f0a7b9a-5a93-4f3c-9d0c-2f2b8f3f9c02",
        achievement_id=ACHIEVEMENT,
        achievement_name="Samenwerken",
        valid_from=MOMENT.replace(microsecond=0),
        valid_until=read_date_time_z("2030-01-01T00:00:00Z", "validUntil"),
    )


def test_the_smallest_credential_verifies_when_signed() -> None:
    signed = sign(credential_document(make_small_credential()), KEY, MOMENT)

    assert verify(signed).valid_until is None


def test_a_foreign_credential_verifies_when_it_has_only_an_identifier_and_the_other_name() -> None:
    document = make_document()
    del document["credentialSubject"]["id"], document["issuer"]["name"]
    document["type"] = ["AchievementCredential", "VerifiableCredential"]

    verified = verify(_signed_as_it_is(document))

    assert (verified.subject_id, verified.issuer_name) == ("", "")


def test_a_proof_without_its_moment_verifies_when_signed_so() -> None:
    signed = make_signed()
    del signed["proof"][0]["created"]

    with pytest.raises(CredentialInvalid) as refused:
        verify(signed)

    assert refused.value.step is Step.SIGNATURE


def test_signing_is_refused_when_the_key_is_another_issuers() -> None:
    with pytest.raises(CredentialInvalid) as refused:
        sign(make_document(), OTHER_KEY, MOMENT)

    assert refused.value.step is Step.ISSUER


def test_signing_is_refused_when_the_contexts_are_others() -> None:
    with pytest.raises(CredentialInvalid) as refused:
        sign({**make_document(), "@context": ["https://www.w3.org/ns/credentials/v2"]}, KEY, MOMENT)

    assert refused.value.step is Step.CONTEXT


def _with_pictures() -> dict[str, Any]:
    document = make_document()
    picture = Image.of_png(PNG + bytes(MAX_IMAGE_BYTES - len(PNG))).to_document()
    document["credentialSubject"]["achievement"]["image"] = document["issuer"]["image"] = picture
    return document


def test_the_largest_pictures_fit_when_signed() -> None:
    signed = sign(_with_pictures(), KEY, MOMENT)

    assert verify(signed_bytes(signed)).achievement_name == "Samenwerken"


def test_signing_is_refused_when_it_is_more_than_a_reader_takes() -> None:
    with pytest.raises(CredentialInvalid) as refused:
        sign({**_with_pictures(), "name": "é" * 60_000}, KEY, MOMENT)

    assert refused.value.step is Step.SIZE


def test_an_issuer_is_refused_when_another_key_signed_in_its_name() -> None:
    forged = _signed_as_it_is(make_document(), OTHER_KEY)
    renamed = put(forged, ("proof", 0, "verificationMethod"), verification_method(did_key(KEY.public_key)))

    with pytest.raises(CredentialInvalid) as refused:
        verify(forged)
    with pytest.raises(CredentialInvalid) as refused_renamed:
        verify(renamed)

    assert refused.value.step is Step.ISSUER
    assert refused_renamed.value.step is Step.SIGNATURE


@pytest.mark.parametrize("method", [make_credential().issuer.id, "z6Mk", "", 5, "did:web:example.org#key-1"])
def test_a_verification_method_is_refused_when_it_lacks_the_fragment(method: Any) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        verify(put(make_signed(), ("proof", 0, "verificationMethod"), method))

    assert refused.value.step is Step.ISSUER


@pytest.mark.parametrize("issuer", ["https://example.org/issuers/1", "did:web:example.org"])
def test_an_issuer_is_refused_when_it_is_no_did_key(issuer: str) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        verify(_signed_as_it_is(put(make_document(), ("issuer", "id"), issuer)))

    assert refused.value.step is Step.ISSUER


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("type",), "OpenBadgeCredential"),
        (("type",), ["VerifiableCredential"]),
        (("type",), ["OpenBadgeCredential"]),
        (("type",), ["VerifiableCredential", 5]),
        (("id",), ["urn:x:y"]),
        (("issuer",), "did:key:z6Mk"),
        (("issuer", "type"), ["Achievement"]),
        (("issuer", "name"), ["a", "b"]),
        (("credentialSubject",), []),
        (("credentialSubject", "achievement"), [{}]),
        (("credentialSubject", "achievement", "name"), ["Samenwerken"]),
        (("credentialSubject", "achievement", "name"), ""),
        (("credentialStatus",), {"type": "BitstringStatusListEntry"}),
    ],
)
def test_a_credential_is_refused_when_a_member_is_of_another_kind(path: tuple[str, ...], value: Any) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        verify(put(make_signed(), path, value))

    assert refused.value.step is Step.CREDENTIAL


def test_a_credential_is_refused_when_it_is_about_nobody() -> None:
    document = make_signed()
    del document["credentialSubject"]["id"], document["credentialSubject"]["identifier"]

    with pytest.raises(CredentialInvalid) as refused:
        verify(document)

    assert refused.value.step is Step.CREDENTIAL


@pytest.mark.parametrize("name", ["validFrom", "validUntil"])
def test_a_credential_is_refused_when_a_moment_cannot_be_read(name: str) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        verify({**make_signed(), name: "yesterday"})

    assert refused.value.step is Step.STRUCTURE


def test_the_error_is_a_tool_error_with_step_and_problem_when_raised() -> None:
    error = CredentialInvalid(Step.PROOF, "no proof")

    assert isinstance(error, ToolError)
    assert (error.code, error.detail, error.step, error.problem) == ("proof", "no proof", Step.PROOF, "no proof")
