"""Derived keys, the box around private keys and its rotation, and tokens that are bound to a purpose and a value."""

from __future__ import annotations

import secrets
import string

import pytest
from pydantic import SecretStr

from config.errors import ToolError
from config.secrets import Sealer, SecretBox, derive_key, secret_box
from config.settings import Settings

OLD = secrets.token_urlsafe(48)
NEW = secrets.token_urlsafe(48)
STRANGE = secrets.token_urlsafe(48)


def test_key_when_derived_depends_on_the_secret_and_on_the_label() -> None:
    key = derive_key(OLD, "one")

    assert len(key) == 32
    assert key == derive_key(OLD, "one")
    assert key != derive_key(OLD, "two")
    assert key != derive_key(NEW, "one")


def test_key_when_derived_stays_what_it_was_in_earlier_releases() -> None:
    # What is encrypted in a database must still open after an upgrade: RFC 5869 with this label, computed by hand.
    assert derive_key("x" * 32, "key-encryption").hex() == (
        "b24485e3a4e676a63e642298117232c8269b9056ff6a29c8ff5adeba17203cef"
    )


def test_box_when_it_encrypts_gives_an_unreadable_text_that_it_opens_again() -> None:
    box = secret_box(_settings(OLD))

    encrypted = box.encrypt(b"private key")

    assert "private" not in encrypted
    assert box.decrypt(encrypted) == b"private key"
    assert box.encrypt(b"private key") != encrypted


def test_box_when_a_new_secret_is_put_in_front_opens_the_old_and_encrypts_with_the_new() -> None:
    before = secret_box(_settings(STRANGE, OLD)).encrypt(b"private key")
    rotated = secret_box(_settings(STRANGE, NEW, OLD))

    assert rotated.decrypt(before) == b"private key"
    assert secret_box(_settings(STRANGE, NEW)).decrypt(rotated.encrypt(b"again")) == b"again"


def test_box_when_key_secrets_are_set_later_opens_old_texts_with_the_secret_key_among_them() -> None:
    before = secret_box(_settings(OLD)).encrypt(b"private key")

    assert secret_box(_settings(OLD, NEW, OLD)).decrypt(before) == b"private key"
    with pytest.raises(ToolError):
        secret_box(_settings(OLD, NEW)).decrypt(before)


@pytest.mark.parametrize("kind", ["wrong-secret", "changed-text", "not-encrypted", "empty", "not-ascii"])
def test_box_when_it_cannot_open_a_text_says_key_locked(kind: str) -> None:
    box = secret_box(_settings(OLD))
    encrypted = box.encrypt(b"private key")
    changed = {
        "wrong-secret": secret_box(_settings(NEW)).encrypt(b"private key"),
        "changed-text": encrypted[:-10] + ("A" if encrypted[-10] != "A" else "B") + encrypted[-9:],
        "not-encrypted": "private key",
        "empty": "",
        "not-ascii": "é" * 100,
    }[kind]

    with pytest.raises(ToolError) as caught:
        box.decrypt(changed)

    assert caught.value.code == "key-locked"
    assert "private" not in caught.value.detail


def test_box_when_opened_for_another_purpose_stays_shut() -> None:
    encrypted = secret_box(_settings(OLD)).encrypt(b"private key")

    with pytest.raises(ToolError):
        SecretBox([derive_key(OLD, "another-purpose")]).decrypt(encrypted)


def test_token_when_sealed_here_is_recognised_for_its_purpose_and_value_only() -> None:
    sealer = Sealer(_settings(OLD))

    token = sealer.seal("csrf", "session-1")

    assert sealer.is_sealed("csrf", "session-1", token)
    assert not sealer.is_sealed("csrf", "session-2", token)
    assert not sealer.is_sealed("other", "session-1", token)
    assert not Sealer(_settings(NEW)).is_sealed("csrf", "session-1", token)


@pytest.mark.parametrize("forged", ["", "é", "0" * 64, "not a token"])
def test_token_when_forged_is_refused(forged: str) -> None:
    assert not Sealer(_settings(OLD)).is_sealed("csrf", "session-1", forged)


def test_token_when_one_character_differs_is_refused() -> None:
    sealer = Sealer(_settings(OLD))
    token = sealer.seal("csrf", "session-1")

    assert not sealer.is_sealed("csrf", "session-1", token[:-1] + ("0" if token[-1] != "0" else "1"))
    assert not sealer.is_sealed("csrf", "session-1", token[:-1])


def test_document_when_sealed_here_is_opened_for_its_purpose_only() -> None:
    sealer = Sealer(_settings(OLD))
    document = {"state": "a", "expires": 12, "name": "Zoë"}

    sealed = sealer.seal_document("login", document)

    assert sealer.open_document("login", sealed) == document
    assert sealer.open_document("other", sealed) is None
    assert Sealer(_settings(NEW)).open_document("login", sealed) is None
    assert set(sealed) <= set(string.ascii_letters + string.digits + "-_.")


@pytest.mark.parametrize("kind", ["changed", "cut", "empty", "not-ascii", "unsigned", "a-token"])
def test_document_when_forged_is_not_opened(kind: str) -> None:
    sealer = Sealer(_settings(OLD))
    sealed = sealer.seal_document("login", {"state": "a"})
    body, signature = sealed.rsplit(".", 1)
    forged = {
        "changed": f"{body[:-1]}{'A' if body[-1] != 'A' else 'B'}.{signature}",
        "cut": sealed[:-1],
        "empty": "",
        "not-ascii": f"é.{signature}",
        "unsigned": f"{body}.",
        "a-token": f"{body}.{sealer.seal('login', body)}",
    }[kind]

    assert sealer.open_document("login", forged) is None


def _settings(secret_key: str, *key_secrets: str) -> Settings:
    return Settings(secret_key=SecretStr(secret_key), key_secrets=tuple(SecretStr(secret) for secret in key_secrets))
