"""The certification cases of names and roles and of grades: the tool's own calls, against a platform that is strict.

It gives a token only for an assertion that a published key of the tool signed, and answers a service only with that
token, its scope and the exact media type. https://www.imsglobal.org/spec/lti-nrps/v2p0 and
https://www.imsglobal.org/spec/lti-ags/v2p0/
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from sqlalchemy import select

from lti_tool.lti import ags, nrps
from lti_tool.lti.ags import Score
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.roster.endpoints import endpoint_of
from lti_tool.roster.models import Registration
from tests.factories.launch import CLIENT_ID, TOOL_URL
from tests.factories.local_server import Answer, LocalServer, Received
from tests.functional.conftest import Site

SCOPES = "https://purl.imsglobal.org/spec/"
MEMBERS = ("GET", "/members")
LINE_ITEMS = "/lineitems"
LINE_ITEM = "/lineitems/1"
MEDIA = "application/vnd.ims.lis."
SERVICES: dict[tuple[str, str], tuple[str, str, str]] = {
    # method and path: the scope, and the media types of what is asked for and of what is sent
    MEMBERS: ("lti-nrps/scope/contextmembership.readonly", nrps.MEDIA, ""),
    ("POST", LINE_ITEMS): (
        "lti-ags/scope/lineitem",
        "application/vnd.ims.lis.v2.lineitem+json",
        "application/vnd.ims.lis.v2.lineitem+json",
    ),
    ("GET", LINE_ITEMS): ("lti-ags/scope/lineitem.readonly", f"{MEDIA}v2.lineitemcontainer+json", ""),
    ("GET", LINE_ITEM): ("lti-ags/scope/lineitem.readonly", f"{MEDIA}v2.lineitem+json", ""),
    ("PUT", LINE_ITEM): ("lti-ags/scope/lineitem", f"{MEDIA}v2.lineitem+json", f"{MEDIA}v2.lineitem+json"),
    ("DELETE", LINE_ITEM): ("lti-ags/scope/lineitem", "", ""),
    ("POST", f"{LINE_ITEM}/scores"): ("lti-ags/scope/score", "", f"{MEDIA}v1.score+json"),
    ("GET", f"{LINE_ITEM}/results"): ("lti-ags/scope/result.readonly", f"{MEDIA}v2.resultcontainer+json", ""),
}


@dataclass
class StrictPlatform:
    """The other side of the tool's calls, and the calls that it took."""

    site: Site
    server: LocalServer = field(init=False)
    line_item: dict[str, Any] = field(default_factory=dict)
    scores: list[dict[str, Any]] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = LocalServer(self._answer)

    @property
    def endpoint(self) -> PlatformEndpoint:
        with self.site.tool.db.reading() as tx:
            registration = tx.execute(select(Registration)).scalar_one()
            return endpoint_of(tx, self.site.tool.box, registration, now=self.site.clock.now())

    def url(self, path: str) -> str:
        return f"{self.server.url}{path}"

    def _answer(self, received: Received) -> Answer:
        if received.path == "/token":
            return self._give_token(received)
        scope, accept, content_type = SERVICES[received.method, received.path]
        token = received.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token) != f"{SCOPES}{scope}":
            return Answer(401)
        sent = (received.headers.get("accept", ""), received.headers.get("content-type", ""))
        if (accept and sent[0] != accept) or sent[1] != content_type:
            return Answer(415)
        self.taken.append((received.method, received.path))
        return Answer(200, json.dumps(self._serve(received)).encode())

    def _give_token(self, received: Received) -> Answer:
        form = {name: values[0] for name, values in parse_qs(received.body.decode()).items()}
        assertion = form["client_assertion"]
        published = self.site.client().get("/lti/jwks", base_url=TOOL_URL).get_json()
        key = jwt.PyJWKSet.from_dict(published)[jwt.get_unverified_header(assertion)["kid"]]
        options = {"verify_exp": False, "verify_iat": False, "require": ["jti", "iat", "exp"]}
        claims = jwt.decode(
            assertion, key, ["RS256"], audience=self.url("/token"), issuer=CLIENT_ID, subject=CLIENT_ID, options=options
        )
        now = self.site.clock.now().timestamp()
        if not claims["iat"] <= now < claims["exp"] or form["grant_type"] != "client_credentials":
            return Answer(400)
        token = f"token-{len(self.tokens)}"
        self.tokens[token] = form["scope"]
        return Answer(200, json.dumps({"access_token": token, "token_type": "Bearer", "expires_in": 3600}).encode())

    def _serve(self, received: Received) -> Any:
        match received.method, received.path:
            case "GET", "/members":
                return {"id": "x", "members": [{"user_id": "5", "roles": ["Learner"], "status": "Active"}]}
            case ("POST", "/lineitems") | ("PUT", "/lineitems/1"):
                self.line_item = {**json.loads(received.body), "id": self.url(LINE_ITEM)}
                return self.line_item
            case "GET", "/lineitems":
                return [self.line_item]
            case "GET", "/lineitems/1":
                return self.line_item
            case "POST", "/lineitems/1/scores":
                self.scores.append(json.loads(received.body))
            case "GET", "/lineitems/1/results":
                return [{"userId": score["userId"], "resultScore": score["scoreGiven"]} for score in self.scores]
        return {}


@pytest.fixture
def platform(sqlite_site: Site) -> Iterator[StrictPlatform]:
    strict = StrictPlatform(sqlite_site)
    with sqlite_site.tool.db.transaction() as tx:
        tx.execute(select(Registration)).scalar_one().auth_token_url = strict.url("/token")
    with strict.server:
        yield strict


def read_members(platform: StrictPlatform) -> list[nrps.Member]:
    return nrps.list_members(platform.site.tool.platform_http, platform.endpoint, platform.url("/members"))


def test_n1_launch_with_names_and_roles(sqlite_site: Site) -> None:
    claim = {"context_memberships_url": "https://lms.example/members", "service_versions": ["2.0"]}

    assert sqlite_site.launch(nrps=claim).response.status_code == 303


def test_n2_membership_address_is_called(platform: StrictPlatform) -> None:
    assert [member.user_id for member in read_members(platform)] == ["5"]
    assert platform.taken == [MEMBERS]


def test_n3_accept_header_is_exact(platform: StrictPlatform) -> None:
    read_members(platform)

    accept = platform.server.received[-1].headers["accept"]
    assert accept == "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


def test_n4_bearer_token_is_the_one_that_was_given(platform: StrictPlatform) -> None:
    read_members(platform)

    (token,) = platform.tokens
    assert platform.server.received[-1].headers["authorization"] == f"Bearer {token}"


def test_n5_scope_is_that_of_the_roster_alone(platform: StrictPlatform) -> None:
    read_members(platform)

    assert list(platform.tokens.values()) == [f"{SCOPES}lti-nrps/scope/contextmembership.readonly"]


def test_a1_learner_launch_with_grades(sqlite_site: Site) -> None:
    claim = {
        "lineitem": "https://lms.example/lineitems/1",
        "lineitems": "https://lms.example/lineitems",
        "scope": [f"{SCOPES}lti-ags/scope/lineitem", f"{SCOPES}lti-ags/scope/score"],
    }

    launched = sqlite_site.launch(ags=claim)

    assert launched.get(follow_redirects=True).status_code == 200


def test_a2_line_item_is_made_changed_scored_read_and_deleted(platform: StrictPlatform) -> None:
    http, endpoint = platform.site.tool.platform_http, platform.endpoint
    made = ags.create_line_item(
        http, endpoint, platform.url(LINE_ITEMS), label="Veilig werken", score_maximum=10, resource_id="1", tag="task"
    )
    (listed,) = ags.list_line_items(http, endpoint, platform.url(LINE_ITEMS), resource_id="1")
    changed = ags.update_line_item(http, endpoint, made.url, score_maximum=20)
    now = platform.site.clock.now()
    ags.put_score(http, endpoint, made.url, Score("5", now, score_given=15, score_maximum=20))
    (result,) = ags.list_results(http, endpoint, made.url)
    ags.delete_line_item(http, endpoint, made.url)

    assert made == listed
    assert (made.score_maximum, changed.score_maximum, changed.resource_id) == (10, 20, "1")
    assert (result.user_id, result.score) == ("5", 15)
    assert platform.taken == [
        ("POST", LINE_ITEMS),
        ("GET", LINE_ITEMS),
        ("GET", LINE_ITEM),
        ("PUT", LINE_ITEM),
        ("POST", f"{LINE_ITEM}/scores"),
        ("GET", f"{LINE_ITEM}/results"),
        ("DELETE", LINE_ITEM),
    ]
    assert set(platform.tokens.values()) == {
        f"{SCOPES}lti-ags/scope/{name}" for name in ("lineitem", "lineitem.readonly", "score", "result.readonly")
    }
