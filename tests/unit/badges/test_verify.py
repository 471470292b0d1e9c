"""Signing and verifying whole credentials."""

from __future__ import annotations

from typing import Any

import pytest

from badges.errors import CredentialInvalid, CredentialUndecided, Step
from badges.openbadges.credential import credential_document
from badges.openbadges.did import did_key, verification_method
from badges.openbadges.document import signed_bytes
from badges.openbadges.image import MAX_IMAGE_BYTES, Image
from badges.openbadges.key import PrivateKey
from badges.openbadges.moment import read_date_time_z
from badges.openbadges.proof_data_integrity import with_proof
from badges.openbadges.reading import SaidResult
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

TEXT = "Vier opdrachten afgevinkt."


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
        name="Samenwerken",
        issuer_url="https://debrug.example",
        achievement_type="Competency",
        achievement_description=TEXT,
        criteria_narrative=TEXT,
        in_language="nl",
        subject_narrative=TEXT,
        awarded_at=MOMENT.replace(microsecond=0),
        results=(
            SaidResult("Punten", "RawScore", "95", "", "0", "120", "80"),
            SaidResult("Af", "Percent", "79", "", "0", "100"),
            SaidResult("Gehaald", "Status", "", "Completed"),
        ),
        evidence=make_credential().evidence,
    )


def test_the_smallest_credential_verifies_when_signed() -> None:
    signed = sign(credential_document(make_small_credential()), KEY, MOMENT)

    assert verify(signed).valid_until is None


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
def test_an_issuer_is_refused_when_a_key_signed_that_is_not_named_after_it(issuer: str) -> None:
    forged = _signed_as_it_is(put(make_document(), ("issuer", "id"), issuer))
    method = forged["proof"][0]["verificationMethod"]

    with pytest.raises(CredentialInvalid) as refused:
        verify(forged, {method: KEY.public_key})

    assert refused.value.step is Step.ISSUER


WEB = "did:web:badges.example:issuers:7"
METHOD = f"{WEB}#key-1"


def _web_document() -> dict[str, Any]:
    return put(make_document(), ("issuer", "id"), WEB)


def test_a_did_web_credential_verifies_when_its_method_is_known() -> None:
    signed = sign(_web_document(), KEY, MOMENT, METHOD)

    assert signed["proof"][0]["verificationMethod"] == METHOD
    assert verify(signed_bytes(signed), {METHOD: KEY.public_key}).issuer == WEB


@pytest.mark.parametrize("known", [None, {}, {"did:web:badges.example#key-1": KEY.public_key}])
def test_a_did_web_credential_is_left_undecided_when_its_issuer_is_not_known(known: Any) -> None:
    with pytest.raises(CredentialUndecided) as refused:
        verify(sign(_web_document(), KEY, MOMENT, METHOD), known)

    assert refused.value.step is Step.ISSUER


@pytest.mark.parametrize(
    ("known", "step"),
    [({METHOD: OTHER_KEY.public_key}, Step.SIGNATURE), ({f"{WEB}#key-2": KEY.public_key}, Step.ISSUER)],
    ids=["another key", "a method taken away"],
)
def test_a_did_web_credential_is_refused_when_the_known_issuer_has_not_that_key(known: Any, step: Step) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        verify(sign(_web_document(), KEY, MOMENT, METHOD), known)

    assert refused.value.step is step
    assert not isinstance(refused.value, CredentialUndecided)


@pytest.mark.parametrize("method", [None, WEB, f"{WEB}#", "did:web:other.example#key-1", f"{WEB}:8#key-1"])
def test_signing_is_refused_when_the_method_is_not_named_after_the_issuer(method: str | None) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        sign(_web_document(), KEY, MOMENT, method)

    assert refused.value.step is Step.ISSUER


def test_a_did_key_is_signed_with_when_its_own_method_is_named() -> None:
    method = verification_method(make_credential().issuer.id)

    assert sign(make_document(), KEY, MOMENT, method) == make_signed()
    with pytest.raises(CredentialInvalid):
        sign(make_document(), KEY, MOMENT, f"{make_credential().issuer.id}#key-1")


@pytest.mark.parametrize("path", [("type",), ("issuer",), ("evidence",)])
def test_signing_is_refused_when_a_list_or_the_issuer_is_written_short(path: tuple[str]) -> None:
    short = {
        "type": "OpenBadgeCredential",
        "issuer": make_credential().issuer.id,
        "evidence": make_document()["evidence"][0],
    }

    with pytest.raises(CredentialInvalid) as refused:
        sign(put(make_document(), path, short[path[0]]), KEY, MOMENT)

    assert refused.value.step is Step.CREDENTIAL


def test_the_signature_comes_first_when_the_status_cannot_be_asked() -> None:
    document = {**make_document(), "credentialStatus": {"id": "urn:x:s", "type": "BitstringStatusListEntry"}}
    signed = _signed_as_it_is(document)

    with pytest.raises(CredentialUndecided) as undecided:
        verify(signed)
    with pytest.raises(CredentialInvalid) as refused:
        verify({**signed, "name": "Anders"})

    assert undecided.value.step is Step.STATUS
    assert refused.value.step is Step.SIGNATURE


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("type",), "OpenBadgeCredential"),
        (("type",), 5),
        (("type",), ["VerifiableCredential"]),
        (("type",), ["OpenBadgeCredential"]),
        (("type",), ["VerifiableCredential", 5]),
        (("id",), ["urn:x:y"]),
        (("issuer",), ["did:key:z6Mk"]),
        (("issuer",), ""),
        (("issuer", "type"), ["Achievement"]),
        (("issuer", "name"), ["a", "b"]),
        (("credentialSubject",), []),
        (("credentialSubject", "achievement"), [{}]),
        (("credentialSubject", "achievement", "name"), ["Samenwerken"]),
        (("credentialSubject", "achievement", "name"), ""),
        (("evidence",), [make_document()["evidence"][0]] * 2),
        (("credentialSubject", "achievement", "resultDescription"), [{"id": "urn:x:y"}, {"id": "urn:x:y"}]),
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
