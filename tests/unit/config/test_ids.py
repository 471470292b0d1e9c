"""Identifiers: opaque, unguessable, and a reference number that can be read out over the telephone."""

from __future__ import annotations

import hashlib
import re

from config.ids import digest, new_id, new_reference, new_secret


def test_ids_when_made_are_all_different_and_random() -> None:
    ids = {new_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert {made.version for made in ids} == {4}


def test_secrets_when_made_are_all_different_long_and_safe_in_addresses() -> None:
    made = {new_secret() for _ in range(1000)}

    assert len(made) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32}", secret) for secret in made)


def test_digest_when_stored_instead_of_a_secret_is_its_sha256_in_hex() -> None:
    assert digest("a-secret") == hashlib.sha256(b"a-secret").hexdigest()
    assert digest("a-secret") != digest("a-secret ")


def test_references_when_made_are_six_characters_that_cannot_be_misheard() -> None:
    made = [new_reference() for _ in range(1000)]

    assert all(re.fullmatch(r"[2-9A-Z]{6}", reference) for reference in made)
    assert not set("01OIL") & set("".join(made))
    assert len(set(made)) > 990
