"""What a test does in the courses of the platform: choose in the tool, answer, tick off, register, copy."""

from __future__ import annotations

import uuid
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from werkzeug.test import TestResponse

from lti_tool.demo_platform.settings import PlatformSettings
from tests.unit.demo_platform.conftest import ISSUER, TOOL, Visit, form_fields

LTI = "https://purl.imsglobal.org/spec/lti/claim"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
ITEMS = "/lti/services/2/lineitems?type_id=1"
ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
MEMBERS = "/lti/services/CourseSection/2/bindings/1/memberships"
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
REGISTRATION = "/lti/openid-registration"
CHOOSE = "/as/mila/courses/2/deep-linking/launch?tool=1"


class Classroom:
    """A visit that can do more."""

    def __init__(self, visit: Visit, settings: PlatformSettings) -> None:
        self.visit = visit
        self.settings = settings

    @property
    def client(self) -> Any:
        return self.visit.client

    def launch_at(self, path: str, client_id: str = "demo-client", redirect_uri: str = f"{TOOL}/lti/launch") -> Any:
        """Walk through the launch that begins at this address and return the verified claims."""
        login = form_fields(self.client.get(path))
        parameters = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "login_hint": login["login_hint"],
            "lti_message_hint": login["lti_message_hint"],
            "nonce": "nonce-of-the-tool",
            "state": "state-of-the-tool",
        }
        fields = form_fields(self.client.get("/lti/authorize", query_string=parameters))
        keys = {key["kid"]: jwt.PyJWK(key) for key in self.client.get("/lti/jwks").json["keys"]}
        key = keys[jwt.get_unverified_header(fields["id_token"])["kid"]]
        options = {"verify_exp": False, "verify_iat": False}
        return jwt.decode(fields["id_token"], key, ["RS256"], audience=client_id, issuer=ISSUER, options=options)

    def asked(self, path: str = CHOOSE) -> dict[str, Any]:
        """Return the deep linking settings of a request."""
        settings: dict[str, Any] = self.launch_at(path)[f"{DL}/deep_linking_settings"]
        return settings

    def signed(self, claims: dict[str, Any], *, kid: str | None = None) -> str:
        tool = self.visit.tool
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, tool.keys[tool.kid], "RS256", headers={"kid": kid or tool.kid})

    def answer(self, items: list[dict[str, Any]] | None, **changes: Any) -> str:
        """Return a signed answer; `changes` are claims, None leaves one out."""
        now = int(self.visit.tool.clock.now().timestamp())
        claims = {
            "iss": "demo-client",
            "aud": ISSUER,
            "iat": now,
            "exp": now + 300,
            "nonce": str(uuid.uuid4()),
            f"{LTI}/message_type": "LtiDeepLinkingResponse",
            f"{LTI}/version": "1.3.0",
            f"{LTI}/deployment_id": "1",
            f"{DL}/content_items": items,
            **changes,
        }
        return self.signed(claims)

    def send_answer(self, url: str, token: str) -> TestResponse:
        parts = urlsplit(url)
        posted: TestResponse = self.client.post(
            f"{parts.path}?{parts.query}", data={"JWT": token}, headers={"Origin": TOOL}
        )
        return posted

    def choose(self, *items: dict[str, Any], path: str = CHOOSE, **changes: Any) -> TestResponse:
        """Choose these items in the tool."""
        asked = self.asked(path)
        return self.send_answer(asked["deep_link_return_url"], self.answer(list(items), **changes))

    def choose_as(self, client_id: str, tool_id: int = 2) -> None:
        """Let the second tool add one graded activity."""
        claims = self.launch_at(f"/as/mila/courses/2/deep-linking/launch?tool={tool_id}", client_id=client_id)
        url = claims[f"{DL}/deep_linking_settings"]["deep_link_return_url"]
        token = self.answer([link(lineItem={})], iss=client_id, **{f"{LTI}/deployment_id": str(tool_id)})
        assert self.send_answer(url, token).status_code == 200

    def bearer_of(self, client_id: str, *scopes: str) -> dict[str, str]:
        """Return the header of an access token of another tool than the preset one."""
        assertion = self.visit.tool.assertion(iss=client_id, sub=client_id)
        wanted = {"scope": " ".join(scopes)} if scopes else {}
        answer = self.visit.token_answer(client_assertion=assertion, **wanted)
        assert answer.status_code == 200, answer.json
        return {"Authorization": f"Bearer {answer.json['access_token']}"}

    def activities(self, course: str = "2") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get(f"/courses/{course}/gradebook.json", follow_redirects=True).json[
            "activities"
        ]
        return found

    def items(self, query: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.visit.send("GET", f"{ITEMS}{query}").json
        return found

    def who_may_open(self, link_id: str) -> list[str]:
        answer = self.visit.send("GET", f"{MEMBERS}?rlid={link_id}")
        assert answer.status_code == 200
        return [member["user_id"] for member in answer.json["members"]]

    def members(self, query: str = "") -> list[str]:
        return [member["user_id"] for member in self.visit.send("GET", f"{MEMBERS}{query}").json["members"]]

    def pull(self, lever: str, **values: Any) -> Any:
        """Pull a lever of the control API."""
        answer = self.client.post(f"/control/{lever}", data=values)
        assert answer.status_code == 200, (lever, answer.status_code)
        return answer.json

    def add_activity(self, title: str = "Poort", **typed: str) -> str:
        """Add an activity by hand and return the id of its link."""
        assert self.client.post("/as/mila/activities/new", data={"title": title, **typed}).status_code == 303
        return str(self.activities()[-1]["resourceLinkId"])

    def registration_token(self, tool_id: int | None = None) -> str:
        again = {} if tool_id is None else {"tool": tool_id}
        return str(self.pull("registration-token", **again)["registration_token"])

    def register(self, token: str | None = None, *, configuration: Any = None, **changes: Any) -> TestResponse:
        """Register a second tool, at the same addresses as the first; None leaves a member out."""
        told = {
            "domain": "127.0.0.1:8701",
            "target_link_uri": f"{TOOL}/lti/launch",
            "claims": ["sub", "iss", "name", "given_name", "family_name", "email"],
            "messages": [{"type": "LtiDeepLinkingRequest", "target_link_uri": f"{TOOL}/choose"}],
            "custom_parameters": {"context_history": "$Context.id.history"},
            **(configuration or {}),
        }
        body = {
            "application_type": "web",
            "response_types": ["id_token"],
            "grant_types": ["implicit", "client_credentials"],
            "initiate_login_uri": f"{TOOL}/lti/login",
            "redirect_uris": [f"{TOOL}/lti/launch"],
            "client_name": "Tweede tool",
            "jwks_uri": f"{TOOL}/lti/jwks",
            "token_endpoint_auth_method": "private_key_jwt",
            "scope": "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
            TOOL_CONFIGURATION: {name: value for name, value in told.items() if value is not None},
            **changes,
        }
        body = {name: value for name, value in body.items() if value is not None}
        headers = {"Authorization": f"Bearer {token or self.registration_token()}"}
        posted: TestResponse = self.client.post(REGISTRATION, json=body, headers=headers)
        return posted


def link(title: str = "Les 1", **members: Any) -> dict[str, Any]:
    """Return a content item."""
    return {"type": "ltiResourceLink", "title": title, **members}


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(unescape(url)).query))
