"""The unsigned document: its shape, what is left out, and what is refused before anything is signed."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from badges.errors import CredentialInvalid, Step
from badges.openbadges.achievement import PARTICIPATION, AchievementType
from badges.openbadges.credential import Credential, credential_document
from badges.openbadges.evidence import Evidence
from badges.openbadges.image import MAX_IMAGE_BYTES, Image
from badges.openbadges.moment import date_time_z, read_date_time_z
from badges.openbadges.result import Result, ResultStatus
from tests.unit.badges.examples import (
    ACHIEVEMENT,
    MOMENT,
    PASS,
    PNG,
    POINTS,
    SECOND,
    THIRD,
    make_credential,
    make_document,
    make_small_credential,
)

TEXT = "Vier opdrachten afgevinkt."


def test_document_is_array_shaped_when_built() -> None:
    document = make_document()
    subject = document["credentialSubject"]

    assert document["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert document["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert document["name"] == subject["achievement"]["name"] == "Samenwerken"
    assert document["issuer"]["type"] == ["Profile"]
    assert [identifier["identityType"] for identifier in subject["identifier"]] == ["emailAddress", "ltiUserId"]
    assert subject["achievement"]["image"] == {
        "id": "data:image/png;base64," + b64encode(PNG).decode(),
        "type": "Image",
        "caption": "Een ster",
    }
    assert subject["result"] == [
        {"type": ["Result"], "resultDescription": POINTS, "value": "95"},
        {"type": ["Result"], "resultDescription": ACHIEVEMENT + "#percent", "value": "79"},
        {"type": ["Result"], "resultDescription": PASS, "status": "Completed"},
    ]
    assert subject["narrative"] == subject["achievement"]["criteria"]["narrative"]
    assert subject["achievement"]["inLanguage"] == "nl"
    assert document["evidence"][1:] == [
        {"id": SECOND, "type": ["Evidence"], "name": "Samenwerken", "narrative": TEXT},
        {
            "id": THIRD,
            "type": ["Evidence"],
            "name": "Samenwerken",
            "narrative": TEXT,
            "description": TEXT,
            "genre": TEXT,
        },
    ]
    assert subject["achievement"]["resultDescription"][0] == {
        "id": POINTS,
        "type": ["ResultDescription"],
        "name": "Punten",
        "resultType": "RawScore",
        "valueMin": "0",
        "valueMax": "120",
        "requiredValue": "80",
    }


def test_empty_members_are_left_out_when_built() -> None:
    document = credential_document(make_small_credential())

    assert "evidence" not in document
    assert document["issuer"].keys() == {"id", "type", "name"}
    assert document["credentialSubject"].keys() == {"id", "type", "identifier", "achievement"}
    assert document["credentialSubject"]["achievement"] == {
        "id": ACHIEVEMENT,
        "type": ["Achievement"],
        "name": "Erbij",
        "description": "Was erbij",
        "criteria": {"narrative": "Vink elke week af."},
        "achievementType": "ext:Participation",
    }


def test_a_badge_of_ticks_claims_participation_and_no_more_when_typed() -> None:
    assert PARTICIPATION is AchievementType.PARTICIPATION
    assert PARTICIPATION == "ext:Participation"


def test_pasted_text_becomes_plain_when_built() -> None:
    document = make_document(name=" Les\t1 ", text="een\r\ntwee\x00")

    assert document["credentialSubject"]["achievement"]["name"] == "Les 1"
    assert document["credentialSubject"]["achievement"]["criteria"] == {"narrative": "een\ntwee"}


def _with_subject(**changes: Any) -> Credential:
    credential = make_credential()
    return replace(credential, subject=replace(credential.subject, **changes))


def _with_achievement(**changes: Any) -> Credential:
    return _with_subject(achievement=replace(make_credential().subject.achievement, **changes))


@pytest.mark.parametrize("tag", ["nl", "nl-NL", "zh-Hant", "sr-Latn-RS", "es-419"])
def test_language_is_written_when_it_is_a_tag(tag: str) -> None:
    document = credential_document(_with_achievement(in_language=tag))

    assert document["credentialSubject"]["achievement"]["inLanguage"] == tag


@pytest.mark.parametrize(
    "credential",
    [
        _with_subject(id=""),
        _with_subject(identifiers=()),
        _with_subject(results=(Result("urn:x:other", "1"),)),
        _with_subject(results=(Result(PASS, "1"),)),
        _with_subject(results=(Result(POINTS, "1", ResultStatus.COMPLETED),)),
        _with_achievement(name=" \t"),
        _with_achievement(description=""),
        _with_achievement(criteria_narrative="\x00"),
        _with_achievement(in_language="Nederlands"),
        replace(make_credential(), evidence=(Evidence("", "Taak", "Gezien"),)),
        replace(make_credential(), evidence=(Evidence("urn:x:e", "\t", "Gezien"),)),
        replace(make_credential(), evidence=(Evidence("urn:x:e", "Taak", ""),)),
        replace(make_credential(), evidence=(Evidence("urn:x:e", "Een", "a"), Evidence("urn:x:e", "Twee", "b"))),
        replace(make_credential(), issuer=replace(make_credential().issuer, name="")),
    ],
    ids=[
        "id",
        "identifier",
        "description",
        "no status",
        "status",
        "name",
        "what",
        "criteria",
        "language",
        "evidence id",
        "evidence name",
        "evidence narrative",
        "evidence twice",
        "issuer",
    ],
)
def test_credential_is_refused_when_something_is_missing(credential: Credential) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        credential_document(credential)

    assert refused.value.step is Step.CREDENTIAL


def test_result_is_refused_when_it_says_nothing() -> None:
    with pytest.raises(CredentialInvalid):
        Result(POINTS)


def test_moment_is_written_in_utc_and_whole_seconds_when_it_came_from_elsewhere() -> None:
    moment = MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30)))

    assert date_time_z(moment) == "2026-11-22T16:00:01Z"
    assert read_date_time_z("2026-11-22T21:30:01+05:30", "validFrom") == MOMENT.replace(microsecond=0)


def test_moment_is_refused_when_it_has_no_zone() -> None:
    with pytest.raises(CredentialInvalid):
        date_time_z(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text", [None, 5, "", "2026-11-22", "2026-11-22T16:00:01", "2026-13-22T16:00:01Z", "2026-11-22 16:00:01Z", "٢٠٢٦"]
)
def test_moment_is_refused_when_it_cannot_be_read(text: object) -> None:
    with pytest.raises(CredentialInvalid, match="validFrom"):
        read_date_time_z(text, "validFrom")


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", PNG + bytes(MAX_IMAGE_BYTES)])
def test_image_is_refused_when_it_is_no_png_or_too_large(content: bytes) -> None:
    with pytest.raises(CredentialInvalid):
        Image.of_png(content)


@pytest.mark.parametrize("uri", ["https://example.org/a.png", "data:image/svg+xml;base64,AAAA", "javascript:1"])
def test_image_is_refused_when_it_would_be_fetched(uri: str) -> None:
    with pytest.raises(CredentialInvalid):
        Image(uri)
