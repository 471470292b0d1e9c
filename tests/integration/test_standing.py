"""What the records here say of a credential that was signed here, on both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.models import Achievement, Award, AwardState, Credential, Decision, IssuerKey, IssuerProfile
from badges.openbadges.check import check
from badges.openbadges.document import signed_bytes
from badges.openbadges.reading import Verified
from badges.standing import Record, Standing, own_issuers, standing_of
from config.database import Database
from config.ids import new_id
from tests.factories.badge_rows import make_award, make_award_decision, make_credential, make_issuer_key
from tests.factories.rows import NOW
from tests.unit.badges.examples import MOMENT, make_signed

LATER = NOW + timedelta(days=2)


@pytest.fixture
def signed() -> Verified:
    says = check(signed_bytes(make_signed()), now=MOMENT).says
    assert says is not None
    return says


def _issued(tx: Session, signed: Verified, *, state: AwardState = AwardState.ACTIVE) -> tuple[Award, Verified]:
    """An award with its credential, and what that says."""
    award = make_award(tx, state=state)
    credential = make_credential(tx, award)
    credential.document = json.dumps({"validFrom": "2026-11-22T16:00:01Z"}).encode()
    tx.flush()
    did = tx.get_one(IssuerProfile, tx.get_one(Achievement, award.achievement_id).issuer_profile_id).did
    return award, replace(signed, credential_id=credential.id.urn, issuer=did)


def test_a_credential_is_nobodys_here_when_its_issuer_is_not(database: Database, signed: Verified) -> None:
    with database.transaction() as tx:
        _award, says = _issued(tx, signed)

        assert standing_of(tx, replace(says, issuer="did:web:other.example")) is None
        assert standing_of(tx, replace(says, issuer=says.issuer + ":more")) is None
        assert standing_of(tx, replace(says, issuer=says.issuer.upper())) is None


def test_a_credential_is_held_when_nobody_took_it_back(database: Database, signed: Verified) -> None:
    with database.transaction() as tx:
        _award, says = _issued(tx, signed)

        assert standing_of(tx, says) == Standing(Record.HELD)


def test_a_newer_file_is_told_when_there_is_one(database: Database, signed: Verified) -> None:
    with database.transaction() as tx:
        _award, says = _issued(tx, signed)
        older = replace(says, valid_from=says.valid_from - timedelta(days=1))

        assert standing_of(tx, older) == Standing(Record.HELD, newer_from=says.valid_from)


def test_a_credential_is_taken_back_when_its_award_was(database: Database, signed: Verified) -> None:
    with database.transaction() as tx:
        award, says = _issued(tx, signed, state=AwardState.REVOKED)
        make_award_decision(tx, award, decision=Decision.TAKEN_BACK)
        make_award_decision(tx, award, decision=Decision.TAKEN_BACK).decided_at = LATER
        make_award_decision(tx, award, decision=Decision.GIVEN).decided_at = LATER + timedelta(days=1)
        tx.flush()

        assert standing_of(tx, says) == Standing(Record.TAKEN_BACK, LATER)


@pytest.mark.parametrize("urn", ["urn:uuid:00000000-0000-4000-8000-000000000000", "https://badges.example/1", ""])
def test_a_credential_is_unknown_when_there_is_no_record_of_it(database: Database, signed: Verified, urn: str) -> None:
    with database.transaction() as tx:
        _award, says = _issued(tx, signed)

        assert standing_of(tx, replace(says, credential_id=urn)) == Standing(Record.UNKNOWN)


def test_a_record_says_so_when_its_holder_was_erased(database: Database, signed: Verified) -> None:
    with database.transaction() as tx:
        award, says = _issued(tx, signed)
        award.erased_at = LATER
        tx.flush()

        assert standing_of(tx, says) == Standing(Record.ERASED, LATER)


def test_a_key_is_withdrawn_when_it_was_the_only_one_of_that_name(database: Database, signed: Verified) -> None:
    with database.transaction() as tx:
        _award, says = _issued(tx, signed)
        for key in tx.scalars(select(IssuerKey)):
            key.compromised_at = LATER
        tx.flush()
        withdrawn = standing_of(tx, says)
        tx.add(
            IssuerKey(
                id=new_id(),
                issuer_profile_id=tx.scalars(select(IssuerProfile)).one().id,
                verification_method=f"{says.issuer}#key-2",
                public_key=make_issuer_key(tx).public_key,
                private_key_encrypted="sealed",
                created_at=NOW,
            )
        )
        tx.flush()

        assert withdrawn == Standing(Record.KEY_WITHDRAWN, LATER)
        assert standing_of(tx, says) == Standing(Record.HELD)


def test_own_issuers_are_known_by_their_names_and_every_method_they_had(database: Database, signed: Verified) -> None:
    with database.transaction() as tx:
        _award, says = _issued(tx, signed)
        name = tx.scalars(select(IssuerProfile)).one().name
        before = own_issuers(tx)
        for key in tx.scalars(select(IssuerKey)):
            key.compromised_at = LATER
        tx.flush()
        after = own_issuers(tx)

    assert before.are(says.issuer)
    assert list(before.keys) == [f"{says.issuer}#key-1"]
    assert not before.are("did:web:other.example")
    assert after.are(says.issuer)
    assert after.keys == {}
    for alike in (name, name.upper(), f"  {name} ", name[0] + "\N{ZERO WIDTH SPACE}" + name[1:]):
        assert before.are_called(alike), alike
    assert not before.are_called(name + "x")
    assert not before.are_called("")


def test_nothing_is_ours_when_there_is_no_issuer(database: Database, signed: Verified) -> None:
    with database.reading() as tx:
        own = own_issuers(tx)

        assert standing_of(tx, signed) is None
        assert tx.scalars(select(Credential)).all() == []

    assert not own.are(signed.issuer)
    assert not own.are_called(signed.issuer_name)
