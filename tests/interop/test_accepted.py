"""What we issue, verifiers that others wrote accept, as a file and inside its picture."""

from __future__ import annotations

import pytest

from badges.openbadges.baking import extract
from tests.interop.conftest import Judged, named
from tests.interop.kinds import ADDRESSES, KINDS
from tests.interop.verifiers import DCC, DIDKIT, OPENBADGESLIB, SCHEMAS

BADGES = [named(kind, did) for did in ADDRESSES for kind in KINDS]


@pytest.mark.parametrize("name", BADGES)
def test_a_badge_is_accepted_when_anyone_verifies_it(judged: Judged, name: str) -> None:
    asked = judged.documents[name].verifiers

    assert {who: judged.by(who, name).said for who in asked if not judged.by(who, name).accepted} == {}


@pytest.mark.parametrize("name", BADGES)
@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_badge_is_valid_when_checked_by_both_schemas(judged: Judged, schema: str, name: str) -> None:
    verdict = judged.by(schema, name)

    assert verdict.accepted, verdict.said


@pytest.mark.parametrize("name", BADGES)
def test_a_picture_is_accepted_when_another_reads_the_badge_in_it(judged: Judged, name: str) -> None:
    issued = judged.documents[name]

    assert issued.picture is not None
    assert extract(issued.picture) == issued.content
    assert judged.picture(name).accepted, judged.picture(name).said


@pytest.mark.parametrize(
    ("did", "expected"), [("did:key", (DCC, DIDKIT, OPENBADGESLIB)), ("did:web", (DCC, OPENBADGESLIB))]
)
def test_everybody_who_knows_the_kind_of_issuer_is_asked(judged: Judged, did: str, expected: tuple[str, ...]) -> None:
    badges = [judged.documents[named(kind, did)] for kind in KINDS]

    assert {badge.verifiers for badge in badges} == {expected}
    assert {badge.issuer.startswith(f"{did}:") for badge in badges} == {True}
