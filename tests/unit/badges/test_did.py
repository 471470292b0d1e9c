"""Keys and the identifiers made of them, read in one spelling only."""

from __future__ import annotations

import base58
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from badges.errors import CredentialInvalid, Step
from badges.openbadges.did import did_key, public_key_of, verification_method
from badges.openbadges.key import PrivateKey, PublicKey
from tests.unit.badges.examples import KEY, VECTORS

# From the did:key specification, section "Ed25519".
KNOWN_DID = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
KNOWN_KEY = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"


def test_did_is_the_published_one_when_made_of_the_key_of_zeros() -> None:
    key = PrivateKey(bytes(32)).public_key

    assert key.raw.hex() == KNOWN_KEY
    assert did_key(key) == KNOWN_DID
    assert verification_method(KNOWN_DID) == f"{KNOWN_DID}#{KNOWN_DID[8:]}"


def test_multikey_is_the_published_one_when_made_of_the_vectors_key() -> None:
    text = (VECTORS / "eddsa-rdfc-2022.json").read_text(encoding="utf-8")

    multikey = PrivateKey(
        bytes.fromhex("6241a409e6707bb640a0140a8a32bc3d193c33a661747284d6adfa4ed4180be4")
    ).public_key.multikey

    assert f"#{multikey}" in text


@settings(max_examples=60)
@given(raw=st.binary(min_size=32, max_size=32))
def test_key_comes_back_when_read_from_its_did(raw: bytes) -> None:
    assert public_key_of(did_key(PublicKey(raw))) == PublicKey(raw)


@pytest.mark.parametrize(
    "did",
    [
        None,
        7,
        "",
        "did:web:example.org",
        "https://example.org",
        "did:key:",
        "did:key:z",
        KNOWN_DID[:-1],
        KNOWN_DID + "1",
        KNOWN_DID + "\n",
        KNOWN_DID + "#" + KNOWN_DID[8:],
        KNOWN_DID.replace("z6Mk", "z16Mk"),
        KNOWN_DID.replace("z6Mk", "Z6Mk"),
        "did:key:z" + base58.b58encode(b"\x80\x24" + bytes(33)).decode(),
        "did:key:z" + base58.b58encode(b"\xed\x01" + bytes(31)).decode(),
        "did:key:z" + "2" * 10_000,
    ],
)
def test_did_is_refused_when_it_is_not_the_one_spelling_of_an_ed25519_key(did: object) -> None:
    with pytest.raises(CredentialInvalid) as refused:
        public_key_of(did)

    assert refused.value.step is Step.ISSUER


@pytest.mark.parametrize("make", [PrivateKey, PublicKey])
def test_key_is_refused_when_it_has_not_32_bytes(make: type[PrivateKey] | type[PublicKey]) -> None:
    with pytest.raises(CredentialInvalid):
        make(bytes(31))


def test_key_is_new_and_comes_back_when_generated() -> None:
    key = PrivateKey.generate()

    assert PrivateKey(key.raw).public_key == key.public_key
    assert key.public_key != PrivateKey.generate().public_key
    assert key.raw.hex() not in repr(key)


def test_signature_holds_only_for_its_content_when_checked() -> None:
    signature = KEY.sign(b"ja")

    assert KEY.public_key.has_signed(signature, b"ja")
    assert not KEY.public_key.has_signed(signature, b"nee")
    assert not KEY.public_key.has_signed(b"", b"ja")
