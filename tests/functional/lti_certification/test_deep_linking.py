"""The certification cases of deep linking: a teacher picks on the page, and the platform checks what its browser posts.

It checks with the keys that the tool publishes, and then makes the links that it was given.
https://www.imsglobal.org/spec/lti-dl/v2p0/
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import jwt
import pytest

from tests.factories.launch import (
    ABSENT,
    CLIENT_ID,
    DEPLOYMENT_ID,
    INSTRUCTOR,
    ISSUER,
    LEARNER,
    TARGET_LINK_URI,
    TOOL_URL,
    make_deep_linking_payload,
)
from tests.functional.conftest import Launched, Site

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
PICKED = {
    "tasks-0-title": "Veilig tillen",
    "tasks-0-points": "20",
    "tasks-0-kind": "required",
    "tasks-0-confirmation": "reviewer",
    "columns": "yes",
    "pick": "course",
}


def ask(site: Site, *, data: str | None = "opaque", **changes: Any) -> Launched:
    """Arrive with a deep linking request."""
    payload = make_deep_linking_payload(settings={"data": ABSENT if data is None else data}, **changes)
    asked = {name: value for name, value in payload.items() if name.startswith("https://")}
    return site.launch(**{"resource_link": ABSENT, **asked, **changes})


def pick(site: Site, data: str | None = "opaque") -> str:
    """Pick on the page and return what the browser then posts to the platform."""
    page = ask(site, data=data).post("choose", PICKED)
    assert page.status_code == 200
    found = re.search(r'name="JWT" value="([^"]+)"', page.get_data(as_text=True))
    assert found
    return unescape(found.group(1))


def received(site: Site, token: str) -> dict[str, Any]:
    """Verify it as a platform does: the key set from our address, the key by its id, RS256 and nothing else."""
    published = site.client().get("/lti/jwks", base_url=TOOL_URL).get_json()
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "RS256"
    key = jwt.PyJWKSet.from_dict(published)[header["kid"]]
    options = {"verify_exp": False, "verify_iat": False}  # against the clock of the site: see D3
    claims: dict[str, Any] = jwt.decode(token, key, ["RS256"], audience=ISSUER, issuer=CLIENT_ID, options=options)
    return claims


@pytest.mark.parametrize("target", [TARGET_LINK_URI, ABSENT], ids=["with-target", "without-target"])
def test_d1_request_opens_the_page_to_choose_on(sqlite_site: Site, target: Any) -> None:
    asked = ask(sqlite_site, target_link_uri=target)

    assert asked.response.location.endswith("/choose")
    assert asked.get("choose").status_code == 200


def test_d2_message_type(sqlite_site: Site) -> None:
    claims = received(sqlite_site, pick(sqlite_site))

    assert claims[f"{LTI}message_type"] == "LtiDeepLinkingResponse"


def test_d3_times(sqlite_site: Site) -> None:
    claims = received(sqlite_site, pick(sqlite_site))
    now = sqlite_site.clock.now().timestamp()

    assert isinstance(claims["iat"], int)
    assert isinstance(claims["exp"], int)
    assert now - 60 < claims["iat"] <= now < claims["exp"] <= now + 3_600


def test_d4_signed_by_a_published_key(sqlite_site: Site) -> None:
    head, _, signature = pick(sqlite_site).rpartition(".")

    received(sqlite_site, f"{head}.{signature}")
    with pytest.raises(jwt.InvalidSignatureError):
        received(sqlite_site, f"{head}.{signature[:40]}{'B' if signature[40] == 'A' else 'A'}{signature[41:]}")


def test_d5_required_claims(sqlite_site: Site) -> None:
    claims = received(sqlite_site, pick(sqlite_site))

    assert (claims["iss"], claims["aud"]) == (CLIENT_ID, ISSUER)
    assert isinstance(claims["nonce"], str)
    assert claims["nonce"]
    assert claims[f"{LTI}deployment_id"] == DEPLOYMENT_ID
    assert claims[f"{LTI}version"] == "1.3.0"
    assert isinstance(claims[f"{DL}content_items"], list)


@pytest.mark.parametrize("data", ["opaque", "", None], ids=repr)
def test_d5_data_is_there_if_and_only_if_it_was_sent(sqlite_site: Site, data: str | None) -> None:
    claims = received(sqlite_site, pick(sqlite_site, data))

    assert (f"{DL}data" in claims, claims.get(f"{DL}data")) == (data is not None, data)


def test_d6_items_are_those_that_were_chosen(sqlite_site: Site) -> None:
    items = received(sqlite_site, pick(sqlite_site))[f"{DL}content_items"]

    assert {item["type"] for item in items} == {"ltiResourceLink"}
    (task,) = [item for item in items if item["title"] == "Veilig tillen"]
    assert task["lineItem"]["scoreMaximum"] == 20
    assert task["custom"]["mijlpaal_item"]


@pytest.mark.parametrize("role", [INSTRUCTOR, LEARNER], ids=["instructor", "learner"])
def test_d7_returned_links_are_launched(sqlite_site: Site, role: str) -> None:
    items = received(sqlite_site, pick(sqlite_site))[f"{DL}content_items"]

    for number, item in enumerate(items):
        launched = sqlite_site.launch(
            roles=[role],
            sub=f"person-{role.rpartition('#')[2]}",
            resource_link={"id": f"made-{number}", "title": item["title"]},
            custom=item["custom"],
            target_link_uri=item.get("url", TARGET_LINK_URI),
        )
        assert launched.get(follow_redirects=True).status_code == 200
