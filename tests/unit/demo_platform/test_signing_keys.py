"""Keys of the platform: published, rotated, dropped."""

from __future__ import annotations

import re

import jwt

from lti_tool.demo_platform.app import create_platform


def published_ids(visit):
    return [key["kid"] for key in visit.client.get("/lti/jwks").json["keys"]]


def signed_with(visit):
    page = visit.client.get("/lti/authorize", query_string=visit.authorization_parameters())
    id_token = re.search(r'name="id_token" value="([^"]+)"', page.text).group(1)
    return jwt.get_unverified_header(id_token)["kid"]


def test_only_public_parts_are_published_when_keys_are_asked_for(visit):
    (key,) = visit.client.get("/lti/jwks").json["keys"]

    assert set(key) == {"kty", "alg", "use", "kid", "n", "e"}
    assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")


def test_old_key_stays_published_when_a_new_one_signs(visit):
    (old,) = published_ids(visit)

    answer = visit.client.post("/control/rotate-keys").json

    assert published_ids(visit) == answer["published"] == [answer["kid"], old]
    assert signed_with(visit) == answer["kid"] != old


def test_old_key_is_gone_when_it_is_dropped(visit):
    answer = visit.client.post("/control/rotate-keys?drop_old=1").json

    assert published_ids(visit) == [answer["kid"]]
    assert signed_with(visit) == answer["kid"]


def test_old_key_is_gone_when_the_overlap_is_over(visit, clock):
    new = visit.client.post("/control/rotate-keys").json["kid"]
    clock.advance(hours=2)

    assert published_ids(visit) == [new]


def test_keys_stay_when_the_platform_starts_again(visit, settings, clock, tool):
    before = published_ids(visit)

    again = create_platform(settings, clock, tool.fetch).test_client()

    assert [key["kid"] for key in again.get("/lti/jwks").json["keys"]] == before


def test_database_is_readable_by_the_owner_only_when_made(tmp_path, clock, tool, settings):
    path = tmp_path / "new.sqlite"

    create_platform(type(settings)(settings.issuer_url, settings.tool_url, path), clock, tool.fetch)

    assert path.stat().st_mode & 0o077 == 0
