"""What holds for every credential, whatever its words: it verifies once signed, and no longer once a byte is flipped.

The signature covers what a document means, not its bytes. So two spellings of one JSON value verify alike: other
white space between members, or `\\u00e9` for `\\u00E9`. Of a document as it is written here, no single byte can be
changed into another spelling: there is no white space, and every escape that is used has only one. Each flip either
can no longer be read or means something else, and what means something else does not verify.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from badges.errors import CredentialInvalid
from badges.openbadges.achievement import Achievement, AchievementType
from badges.openbadges.baking import bake
from badges.openbadges.check import Outcome, check
from badges.openbadges.credential import AchievementSubject, Credential, credential_document
from badges.openbadges.did import did_key
from badges.openbadges.document import parse_document, signed_bytes
from badges.openbadges.evidence import Evidence
from badges.openbadges.identity import IdentityObject
from badges.openbadges.image import Image
from badges.openbadges.profile import Profile
from badges.openbadges.result import Result, ResultDescription, ResultStatus, ResultType
from badges.openbadges.sign import sign
from badges.openbadges.text import plain_text
from badges.openbadges.verify import verify
from tests.unit.badges.examples import KEY, MOMENT, PNG, make_credential, make_document, make_small_credential
from tests.unit.badges.test_baking import PLAIN

# Anything a person can type or paste, halves of surrogate pairs and control characters included.
TYPED = st.text(max_size=30) | st.text(
    st.sampled_from(
        "aé ßŁ\N{ROCKET}\N{FAMILY}\u200d\u200f\u202eשלוםمرحبا你好🇳🇱'\"\\/<>{}[]^`|\n\t\r\u2028\x00\x7f\ud83d\uffff"
    ),
    max_size=30,
)
TEXTS = TYPED.filter(plain_text)
IDS = st.uuids().map(lambda number: number.urn)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
IMAGES = st.none() | st.builds(Image.of_png, st.binary(max_size=30).map(PNG.__add__), TYPED)


@st.composite
def achievements(draw: st.DrawFn) -> Achievement:
    ids = draw(st.lists(IDS, max_size=3, unique=True))
    kinds = [ResultType.RAW_SCORE, ResultType.PERCENT, ResultType.STATUS]
    return Achievement(
        draw(IDS),
        draw(TEXTS),
        draw(TEXTS),
        draw(TEXTS),
        draw(st.sampled_from(AchievementType)),
        draw(IMAGES),
        tuple(ResultDescription(id_, draw(TEXTS), kind) for id_, kind in zip(ids, kinds, strict=False)),
        draw(st.sampled_from(["", "nl", "ar-EG"])),
    )


@st.composite
def credentials(draw: st.DrawFn) -> Credential:
    achievement = draw(achievements())
    results = [
        Result(scale.id, status=draw(st.sampled_from(ResultStatus)))
        if scale.result_type is ResultType.STATUS
        else Result(scale.id, str(draw(st.integers(0, 10**6))))
        for scale in achievement.result_descriptions
    ]
    pieces = draw(st.lists(IDS, max_size=4, unique=True))
    words = draw(TEXTS), draw(TEXTS)
    return Credential(
        draw(IDS),
        Profile(did_key(KEY.public_key), draw(TEXTS), "https://debrug.example", draw(TYPED), draw(IMAGES)),
        AchievementSubject(
            draw(IDS),
            (IdentityObject.of_email(draw(st.emails()), "peper"),),
            achievement,
            tuple(results),
            draw(TYPED),
        ),
        draw(MOMENTS),
        draw(MOMENTS),
        tuple(Evidence(id_, *words, draw(TYPED), draw(TYPED)) for id_ in pieces),
    )


@settings(max_examples=120)
@given(credential=credentials())
def test_a_credential_verifies_and_says_its_words_when_signed_in_any_script(credential: Credential) -> None:
    content = signed_bytes(sign(credential_document(credential), KEY, MOMENT))
    achievement = credential.subject.achievement

    said = verify(content)

    assert said.name == said.achievement_name == plain_text(achievement.name)
    assert said.achievement_description == plain_text(achievement.description)
    assert said.criteria_narrative == plain_text(achievement.criteria_narrative)
    assert said.issuer_name == plain_text(credential.issuer.name)
    assert said.subject_narrative == plain_text(credential.subject.narrative)
    assert said.awarded_at == credential.awarded_at.replace(microsecond=0)
    assert [result.name for result in said.results] == [
        plain_text(scale.name) for scale in achievement.result_descriptions
    ]
    assert [(piece.id, piece.name, piece.narrative) for piece in said.evidence] == [
        (piece.id, plain_text(piece.name), plain_text(piece.narrative)) for piece in credential.evidence
    ]
    baked = bake(PLAIN, content)
    assert check(baked, now=credential.valid_from).outcome is Outcome.HOLDS


WORDS = 'Les "1" \\ één\n\N{ROCKET} שלום'
SMALL = make_small_credential()
CONTENT = signed_bytes(sign(credential_document(replace(SMALL, issuer=replace(SMALL.issuer, name=WORDS))), KEY, MOMENT))
FULL = signed_bytes(sign(make_document(name=WORDS, text=WORDS), KEY, MOMENT))


def _read_otherwise(content: bytes) -> bool:
    try:
        return parse_document(content) != json.loads(CONTENT)
    except CredentialInvalid:
        return True


def test_no_flipped_byte_is_another_spelling_when_written_here() -> None:
    # Every single bit, and every character that has a meaning in JSON.
    spellings = [
        (at, new)
        for at, old in enumerate(CONTENT)
        for new in {old ^ 1 << bit for bit in range(8)} | set(b' \t\n\r"\\/,:{}[]0eu')
        if new != old and not _read_otherwise(CONTENT[:at] + bytes([new]) + CONTENT[at + 1 :])
    ]

    assert spellings == []


@settings(max_examples=400)
@given(data=st.data())
def test_no_flipped_byte_verifies_when_it_may_be_any_other(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from([CONTENT, FULL]), label="content")
    at = data.draw(st.integers(0, len(content) - 1), label="at")
    flipped = content[:at] + bytes([content[at] ^ data.draw(st.integers(1, 255), label="flip")]) + content[at + 1 :]

    with pytest.raises(CredentialInvalid):
        verify(flipped)


def test_another_spelling_of_the_same_verifies_when_somebody_else_writes_it() -> None:
    document = json.loads(FULL)

    assert verify(json.dumps(document, indent=2).encode()) == verify(FULL)
    assert b"\\u00e9" in json.dumps(document).encode()
    assert verify(json.dumps(document).encode().replace(b"\\u00e9", b"\\u00E9")) == verify(FULL)


def test_words_that_look_like_other_words_are_other_words_when_signed() -> None:
    composed, apart = (
        sign(credential_document(replace(make_credential(name=name))), KEY, MOMENT) for name in ("\u00e9", "e\u0301")
    )

    assert composed["proof"] != apart["proof"]
