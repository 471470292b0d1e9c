"""The hashed identifiers."""

from __future__ import annotations

import hashlib

import pytest

from badges.errors import CredentialInvalid
from badges.openbadges.identity import IdentityObject, IdentityType


def test_hash_is_the_published_one_when_made_of_the_standards_example() -> None:
    identity = IdentityObject.of_email("a@example.com", "Kosher")

    assert identity.identity_hash == "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
    assert identity.to_document() == {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": identity.identity_hash,
        "identityType": "emailAddress",
        "salt": "Kosher",
    }


def test_email_is_written_small_when_hashed() -> None:
    identity = IdentityObject.of_email(" Noor@Example.ORG ", "peper")

    assert identity == IdentityObject.of_email("noor@example.org", "peper")
    assert identity.is_of("NOOR@example.org")
    assert not identity.is_of("noor@example.com")


def test_user_id_keeps_its_capitals_when_hashed() -> None:
    identity = IdentityObject.of_lti_user("Aé7", "zout")

    assert identity.identity_type is IdentityType.LTI_USER_ID
    assert identity.identity_hash == "sha256$" + hashlib.sha256("Aé7zout".encode()).hexdigest()
    assert identity.is_of("Aé7")
    assert not identity.is_of("aé7")


@pytest.mark.parametrize(("identifier", "salt"), [("", "zout"), ("a@example.org", ""), ("  ", "zout")])
def test_identity_is_refused_when_identifier_or_salt_is_empty(identifier: str, salt: str) -> None:
    with pytest.raises(CredentialInvalid):
        IdentityObject.of_email(identifier, salt)
