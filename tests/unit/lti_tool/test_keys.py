"""Our own keys: the thumbprint of the standard, and nothing private in what is published."""

from __future__ import annotations

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto.jwk import JWK  # type: ignore[import-untyped]

from lti_tool.lti.keys import generate_private_key_pem, jwks_document, key_id_of, load_private_key, public_jwk
from tests.factories.launch import platform_keys

PEM = platform_keys().private_key_pem


def test_key_id_is_the_thumbprint_of_the_standard() -> None:
    assert key_id_of(PEM) == JWK.from_pem(PEM.encode()).thumbprint()


def test_published_key_is_public_and_verifies_our_signature() -> None:
    published = public_jwk(PEM)
    token = jwt.encode({"a": 1}, load_private_key(PEM), algorithm="RS256")

    assert set(published) == {"kty", "n", "e", "kid", "use", "alg"}
    assert jwt.decode(token, jwt.PyJWK(published), algorithms=["RS256"]) == {"a": 1}


def test_key_set_holds_all_keys_when_one_is_being_replaced() -> None:
    second = platform_keys("second").private_key_pem

    assert [key["kid"] for key in jwks_document([PEM, second])["keys"]] == [key_id_of(PEM), key_id_of(second)]


def test_new_key_is_rsa_of_2048_bits() -> None:
    assert load_private_key(generate_private_key_pem()).key_size == 2048


def test_other_keys_are_refused() -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

    with pytest.raises(TypeError):
        key_id_of(pem.decode())
