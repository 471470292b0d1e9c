"""The tool's own keys: encrypted at rest, published before they sign, and for a while after."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import func, select

from config.database import Database
from config.secrets import SecretBox, derive_key
from lti_tool.roster.models import SigningKey
from lti_tool.roster.signing_keys import (
    current_signing_key,
    ensure_signing_key,
    published_keys,
    rotate_signing_key,
)
from tests.factories.rows import NOW

BOX = SecretBox([derive_key("x" * 40, "key-encryption")])


def kids(database: Database, after: timedelta) -> tuple[str, list[str]]:
    """Return which key signs, and which are published, this long after NOW."""
    with database.reading() as tx:
        signing = current_signing_key(tx, BOX, now=NOW + after).key_id
        return signing, [str(key["kid"]) for key in published_keys(tx, now=NOW + after)]


def test_first_key_when_two_processes_start_at_once_is_made_once(database: Database) -> None:
    barrier = threading.Barrier(4)

    def start() -> None:
        barrier.wait()
        with database.transaction() as tx:
            ensure_signing_key(tx, BOX, now=NOW)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as tx:
        assert tx.execute(select(func.count()).select_from(SigningKey)).scalar_one() == 1


def test_key_when_stored_is_encrypted(database: Database) -> None:
    with database.transaction() as tx:
        ensure_signing_key(tx, BOX, now=NOW)

    with database.reading() as tx:
        stored = tx.execute(select(SigningKey.private_key_encrypted)).scalar_one()
        assert "PRIVATE KEY" not in stored
        assert "PRIVATE KEY" in current_signing_key(tx, BOX, now=NOW).private_key_pem
        assert "PRIVATE" not in repr(current_signing_key(tx, BOX, now=NOW))


def test_key_when_rotated_is_published_a_day_before_it_signs_and_a_week_after_the_next_began(
    database: Database,
) -> None:
    with database.transaction() as tx:
        ensure_signing_key(tx, BOX, now=NOW)
    old, _ = kids(database, timedelta())

    with database.transaction() as tx:
        new = rotate_signing_key(tx, BOX, now=NOW)

    signs, published = kids(database, timedelta(hours=23))
    assert signs == old
    assert set(published) == {old, new}
    signs, published = kids(database, timedelta(hours=25))
    assert signs == new
    assert set(published) == {old, new}
    signs, published = kids(database, timedelta(days=9))
    assert signs == new
    assert published == [new]


def test_key_when_compromised_is_withdrawn_at_once(database: Database) -> None:
    with database.transaction() as tx:
        ensure_signing_key(tx, BOX, now=NOW)

    with database.transaction() as tx:
        new = rotate_signing_key(tx, BOX, now=NOW, at_once=True)

    assert kids(database, timedelta()) == (new, [new])
