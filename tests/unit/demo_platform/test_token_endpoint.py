"""Access tokens for client assertions."""

from __future__ import annotations

import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from lti_tool.demo_platform.scopes import OFFERED, SCORE


def test_token_is_given_when_the_assertion_is_right(visit):
    answer = visit.token_answer()

    assert answer.status_code == 200
    assert answer.json == {
        "access_token": answer.json["access_token"],
        "token_type": "Bearer",
        "expires_in": 60,
        "scope": " ".join(OFFERED),
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_scopes_are_cut_when_more_is_asked_than_offered(visit):
    answer = visit.token_answer(scope=f"{SCORE} https://example.org/everything")

    assert answer.json["scope"] == SCORE


def test_scope_is_refused_when_nothing_of_it_is_offered(visit):
    answer = visit.token_answer(scope="https://example.org/everything")

    assert (answer.status_code, answer.json["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"client_assertion_type": "password"}, "unsupported_grant_type"),
        ({"client_assertion": None}, "invalid_request"),
        ({"scope": None}, "invalid_request"),
        ({"scope": [SCORE, SCORE]}, "invalid_request"),
        ({"client_assertion": "not a token"}, "invalid_client"),
    ],
)
def test_token_is_refused_when_the_request_is_wrong(visit, changes, error):
    answer = visit.token_answer(**changes)

    assert (answer.status_code, answer.json["error"]) == (400, error)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody-else"},
        {"sub": "somebody-else"},
        {"aud": "http://localhost:8700"},
        {"aud": ["http://localhost:8700/other"]},
        {"jti": None},
        {"jti": ""},
        {"exp": None},
        {"iat": None},
        {"jti": "\ud800"},
        {"exp": "soon"},
        {"exp": float("nan")},
        {"iat": float("nan")},
    ],
)
def test_token_is_refused_when_a_claim_is_wrong(visit, tool, changes):
    answer = visit.token_answer(client_assertion=sign(tool, changes))

    assert (answer.status_code, answer.json["error"]) == (400, "invalid_client")


@pytest.mark.parametrize(("iat", "exp"), [(-120, -1), (-60, 0), (30, 90), (0, 7200)])
def test_token_is_refused_when_the_times_are_wrong(visit, tool, clock, iat, exp):
    now = int(clock.now().timestamp())

    answer = visit.token_answer(client_assertion=tool.assertion(iat=now + iat, exp=now + exp))

    assert answer.json["error"] == "invalid_client"


def test_audience_may_be_a_list_when_the_endpoint_is_in_it(visit, tool):
    assertion = tool.assertion(aud=["http://localhost:8700/lti/token"])

    assert visit.token_answer(client_assertion=assertion).status_code == 200


def test_assertion_is_refused_when_used_before(visit, tool):
    assertion = tool.assertion()

    assert visit.token_answer(client_assertion=assertion).status_code == 200
    assert visit.token_answer(client_assertion=assertion).json["error"] == "invalid_client"


def test_assertion_is_refused_when_signed_with_another_key(visit, tool):
    stranger = generate_private_key(public_exponent=65537, key_size=2048)
    claims = jwt.decode(tool.assertion(), options={"verify_signature": False})

    assertion = jwt.encode(claims, stranger, "RS256", headers={"kid": tool.kid})

    assert visit.token_answer(client_assertion=assertion).json["error"] == "invalid_client"


def test_assertion_is_refused_when_it_has_no_key_id(visit, tool):
    claims = jwt.decode(tool.assertion(), options={"verify_signature": False})

    assertion = jwt.encode(claims, tool.keys[tool.kid], "RS256")

    assert visit.token_answer(client_assertion=assertion).json["error"] == "invalid_client"


def test_assertion_is_refused_when_it_is_not_rs256(visit, tool):
    claims = jwt.decode(tool.assertion(), options={"verify_signature": False})

    assertion = jwt.encode(claims, "s" * 64, "HS256", headers={"kid": tool.kid})

    assert visit.token_answer(client_assertion=assertion).json["error"] == "invalid_client"


def test_key_set_is_fetched_once_when_the_key_stays(visit, tool):
    visit.token_answer()
    visit.token_answer()

    assert tool.fetched == ["http://127.0.0.1:8701/lti/jwks"]


def test_key_set_is_fetched_again_when_the_tool_has_a_new_key(visit, tool):
    visit.token_answer()
    tool.keys["tool-key-2"] = generate_private_key(public_exponent=65537, key_size=2048)
    tool.kid = "tool-key-2"

    assert visit.token_answer().status_code == 200
    assert len(tool.fetched) == 2


def test_token_is_refused_when_the_key_set_cannot_be_fetched(visit, tool):
    tool.key_set_broken = True

    answer = visit.token_answer()

    assert (answer.status_code, answer.json["error"]) == (400, "invalid_client")


def sign(tool, changes):
    """Sign claims whatever they are: PyJWT would not."""
    claims = {**jwt.decode(tool.assertion(), options={"verify_signature": False}), **changes}
    claims = {name: value for name, value in claims.items() if value is not None}
    parts = [{"alg": "RS256", "kid": tool.kid, "typ": "JWT"}, claims]
    signed = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    signature = jwt.get_algorithm_by_name("RS256").sign(signed, tool.keys[tool.kid])
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()
