"""The cases beyond 1EdTech's suite, each with the answer that is right, through the web application."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from lti_tool.lti.keys import load_private_key
from lti_tool.roster.models import Deployment
from tests.factories.launch import (
    ABSENT,
    CLIENT_ID,
    ISSUER,
    TOOL_URL,
    PlatformKeys,
    make_deep_linking_payload,
    make_launch_payload,
    platform_keys,
)
from tests.factories.local_server import Answer, LocalServer
from tests.functional.conftest import Site, make_site


def signed_with_public_key(body: bytes, headers: dict[str, str]) -> str:
    """The old trick: the public key, known to all, as the secret of a shared-secret signature."""
    public = load_private_key(platform_keys().private_key_pem).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parts = [json.dumps({"alg": "HS256", "typ": "JWT", **headers}).encode(), body]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = base64.urlsafe_b64encode(hmac.digest(pem, signed, "sha256")).rstrip(b"=")
    return (signed + b"." + signature).decode()


def shown(value: object) -> str:
    return "absent" if value is ABSENT else str(value)


def test_launch_when_sent_twice_is_refused_the_second_time(site: Site) -> None:
    client = site.client()
    asked = site.begin(client)
    token = platform_keys().sign(make_launch_payload(now=site.clock.now(), nonce=asked["nonce"]))

    first, second = (site.send(client, token, asked["state"]) for _ in range(2))

    assert (first.status_code, second.status_code) == (303, 403)


def test_launch_when_it_carries_the_nonce_of_another_login_is_refused(sqlite_site: Site) -> None:
    client = sqlite_site.client()
    one, other = sqlite_site.begin(client), sqlite_site.begin(client)
    token = platform_keys().sign(make_launch_payload(now=sqlite_site.clock.now(), nonce=one["nonce"]))

    assert sqlite_site.send(client, token, other["state"]).status_code == 403


@pytest.mark.parametrize("state", ["", "invented", "x" * 5000, "\x00"])
def test_launch_when_the_state_is_not_ours_is_refused(sqlite_site: Site, state: str) -> None:
    client = sqlite_site.client()
    asked = sqlite_site.begin(client)
    token = platform_keys().sign(make_launch_payload(now=sqlite_site.clock.now(), nonce=asked["nonce"]))

    assert 400 <= sqlite_site.send(client, token, state).status_code < 500


def test_launch_when_another_browser_sends_it_is_refused(sqlite_site: Site) -> None:
    begun_by, sent_by = sqlite_site.client(), sqlite_site.client()
    sqlite_site.begin(sent_by)
    asked = sqlite_site.begin(begun_by)
    token = platform_keys().sign(make_launch_payload(now=sqlite_site.clock.now(), nonce=asked["nonce"]))

    assert sqlite_site.send(sent_by, token, asked["state"]).status_code == 403
    assert sqlite_site.send(sqlite_site.client(), token, asked["state"]).status_code == 403
    assert sqlite_site.send(begun_by, token, asked["state"]).status_code == 303


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": ABSENT},
        {"iat": ABSENT},
        {"iat": -601, "exp": 600},
        {"exp": -61},
        {"aud": [CLIENT_ID, "another"]},
        {"aud": [CLIENT_ID], "azp": "another"},
        {"aud": "another"},
        {"iss": ISSUER + "/"},
        {"iss": "https://lms.example/other"},
        {"target_link_uri": ABSENT},
        {"target_link_uri": "https://evil.example/lti/launch"},
        {"roles": "Learner"},
        {"sub": 5},
    ],
    ids=lambda changes: " ".join(f"{name}:{shown(value)}" for name, value in changes.items()),
)
def test_launch_when_a_claim_is_wrong_is_refused(sqlite_site: Site, changes: dict[str, Any]) -> None:
    assert sqlite_site.try_launch(**_at(sqlite_site, changes)).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": 20, "exp": 80},
        {"exp": -3},
        {"aud": ["another", CLIENT_ID], "azp": CLIENT_ID},
    ],
    ids=lambda changes: " ".join(f"{name}:{shown(value)}" for name, value in changes.items()),
)
def test_launch_when_within_the_rules_is_accepted(sqlite_site: Site, changes: dict[str, Any]) -> None:
    assert sqlite_site.try_launch(**_at(sqlite_site, changes)).status_code == 303


def _at(site: Site, changes: dict[str, Any]) -> dict[str, Any]:
    now = int(site.clock.now().timestamp())
    return {
        name: now + value if name in {"iat", "exp"} and isinstance(value, int) else value
        for name, value in changes.items()
    }


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512", "PS256"])
def test_launch_when_not_signed_by_rs256_is_refused(sqlite_site: Site, algorithm: str) -> None:
    client = sqlite_site.client()
    asked = sqlite_site.begin(client)
    body = json.dumps(make_launch_payload(now=sqlite_site.clock.now(), nonce=asked["nonce"])).encode()
    key: Any = load_private_key(platform_keys().private_key_pem)
    headers = {"kid": platform_keys().key_id}
    if algorithm == "HS256":
        token = signed_with_public_key(body, headers)
    else:
        token = jwt.PyJWS().encode(body, None if algorithm == "none" else key, algorithm=algorithm, headers=headers)

    assert sqlite_site.send(client, token, asked["state"]).status_code == 403


def test_launch_when_a_key_stands_twice_in_the_payload_is_refused(sqlite_site: Site) -> None:
    client = sqlite_site.client()
    asked = sqlite_site.begin(client)
    body = json.dumps(make_launch_payload(now=sqlite_site.clock.now(), nonce=asked["nonce"]))
    twice = body[:-1] + ', "sub": "somebody-else"}'

    assert sqlite_site.send(client, platform_keys().sign(twice.encode()), asked["state"]).status_code == 403


def test_launch_when_the_deployment_is_unknown_waits_for_the_administrator(site: Site) -> None:
    response = site.try_launch(deployment_id="new-place")

    assert response.status_code == 403
    with site.tool.db.reading() as tx:
        states = dict(tx.execute(select(Deployment.external_deployment_id, Deployment.state)).all())
    assert states["new-place"] == "waiting"
    assert site.try_launch(deployment_id="new-place").status_code == 403


def test_launch_when_sent_by_get_is_refused(sqlite_site: Site) -> None:
    client = sqlite_site.client()
    asked = sqlite_site.begin(client)
    token = platform_keys().sign(make_launch_payload(now=sqlite_site.clock.now(), nonce=asked["nonce"]))

    response = client.get("/lti/launch", query_string={"id_token": token, "state": asked["state"]}, base_url=TOOL_URL)

    assert 400 <= response.status_code < 500


def test_platform_error_when_posted_is_a_calm_page_with_nothing_of_the_platform_in_it(sqlite_site: Site) -> None:
    client = sqlite_site.client()
    asked = sqlite_site.begin(client)

    response = client.post(
        "/lti/launch",
        data={"error": "<script>alert(1)</script>", "error_description": "<b>no</b>", "state": asked["state"]},
        base_url=TOOL_URL,
    )

    assert 400 <= response.status_code < 500
    assert "<script>alert" not in response.get_data(as_text=True)


def test_token_when_it_has_three_megabytes_is_refused_before_parsing(sqlite_site: Site) -> None:
    client = sqlite_site.client()
    asked = sqlite_site.begin(client)

    response = sqlite_site.send(client, "e" * 3_000_000, asked["state"])

    assert response.status_code == 413


def test_login_attempt_when_older_than_ten_minutes_is_refused(sqlite_site: Site) -> None:
    client = sqlite_site.client()
    asked = sqlite_site.begin(client)
    sqlite_site.clock.at += timedelta(minutes=11)
    token = platform_keys().sign(make_launch_payload(now=sqlite_site.clock.now(), nonce=asked["nonce"]))

    assert sqlite_site.send(client, token, asked["state"]).status_code == 403


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"iss": "https://unknown.example"}, 403),
        ({"client_id": "another"}, 403),
        ({"iss": None}, 400),
        ({"login_hint": None}, 400),
        ({"target_link_uri": None}, 400),
        ({"target_link_uri": "https://evil.example/lti/launch"}, 403),
        ({"target_link_uri": TOOL_URL + ".evil.example/"}, 403),
        ({"lti_message_hint": "x" * 400_000}, 400),
    ],
)
def test_login_when_it_cannot_be_ours_is_refused(
    sqlite_site: Site, changes: dict[str, str | None], status: int
) -> None:
    assert sqlite_site.login(sqlite_site.client(), **changes).status_code == status


def test_login_when_begun_by_get_or_without_a_client_id_is_accepted(sqlite_site: Site) -> None:
    client = sqlite_site.client()
    sqlite_site.begin(client)

    by_get = client.get(
        "/lti/login",
        query_string={"iss": ISSUER, "login_hint": "5", "target_link_uri": f"{TOOL_URL}/lti/launch"},
        base_url=TOOL_URL,
    )

    assert by_get.status_code == 303
    assert by_get.location.startswith("https://lms.example/moodle/auth.php")


def test_key_when_renewed_by_the_platform_is_fetched_once_more(sqlite_url: str) -> None:
    published = [platform_keys()]
    with LocalServer(lambda _received: Answer(body=published[0].jwks_body())) as server:
        site = make_site(sqlite_url, server)
        assert try_signed_by(site, platform_keys()) == 303
        published[0] = platform_keys("renewed")

        assert [try_signed_by(site, platform_keys("renewed")) for _ in range(3)] == [303, 303, 303]
        assert len(server.received) == 2
        site.tool.db.dispose()


def test_key_when_unknown_is_asked_for_once_and_then_refused(sqlite_url: str) -> None:
    with LocalServer(lambda _received: Answer(body=platform_keys().jwks_body())) as server:
        site = make_site(sqlite_url, server)
        assert try_signed_by(site, platform_keys()) == 303

        assert [try_signed_by(site, platform_keys("renewed")) for _ in range(3)] == [403, 403, 403]
        assert len(server.received) == 2
        site.tool.db.dispose()


def try_signed_by(site: Site, keys: PlatformKeys) -> int:
    client = site.client()
    asked = site.begin(client)
    payload = make_launch_payload(now=site.clock.now(), nonce=asked["nonce"])
    return site.send(client, keys.sign(payload), asked["state"]).status_code


@pytest.mark.parametrize("message_type", ["LtiStartProctoring", "LtiEulaRequest", "invented"])
def test_message_when_of_another_type_is_refused(sqlite_site: Site, message_type: str) -> None:
    assert sqlite_site.try_launch(message_type=message_type).status_code == 403


@pytest.mark.parametrize("address", [ABSENT, "javascript:alert(1)", "https://evil.example/return"], ids=shown)
def test_deep_linking_when_the_return_address_is_not_of_the_platform_is_refused(
    sqlite_site: Site, address: Any
) -> None:
    client = sqlite_site.client()
    asked = sqlite_site.begin(client)
    payload = make_deep_linking_payload(
        now=sqlite_site.clock.now(), nonce=asked["nonce"], settings={"deep_link_return_url": address}
    )

    assert sqlite_site.send(client, platform_keys().sign(payload), asked["state"]).status_code == 403
