"""A platform that tools register themselves with, on loopback: as Moodle or as Canvas, and wrong in every way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from lti_tool.lti.dynamic_registration import TOOL_CONFIGURATION
from lti_tool.lti.platform_configuration import PLATFORM_CONFIGURATION
from tests.factories.local_server import Answer, LocalServer, Received

TOKEN = "token-of-the-platform"
_SCOPES = [
    "openid",
    *(f"https://purl.imsglobal.org/spec/lti-ags/scope/{name}" for name in ("lineitem", "lineitem.readonly")),
    *(f"https://purl.imsglobal.org/spec/lti-ags/scope/{name}" for name in ("result.readonly", "score")),
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
]
CANVAS_PLACES = ("course_navigation", "account_navigation", "link_selection", "editor_button", "brand_new_place")


def moodle_configuration(base: str) -> dict[str, Any]:
    """Return what Moodle 4.5 shows for a site that lies below a path."""
    site = f"{base}/moodle"
    return {
        "issuer": site,
        "authorization_endpoint": f"{site}/mod/lti/auth.php",
        "token_endpoint": f"{site}/mod/lti/token.php",
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "jwks_uri": f"{site}/mod/lti/certs.php",
        "registration_endpoint": f"{site}/mod/lti/openid-registration.php",
        "scopes_supported": _SCOPES,
        "response_types_supported": ["id_token"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
        PLATFORM_CONFIGURATION: {
            "product_family_code": "moodle",
            "version": "4.5.6",
            "messages_supported": [
                {"type": "LtiResourceLinkRequest"},
                {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]},
            ],
            "variables": ["Context.id.history", "Person.address.timezone", "Moodle.Person.userGroupIds", "User.id"],
        },
    }


def canvas_configuration(base: str) -> dict[str, Any]:
    """Return what a Canvas of one's own shows, in the order and the spelling of November 2026."""
    places = [f"https://canvas.instructure.com/lti/{name}" for name in CANVAS_PLACES]
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/api/lti/authorize_redirect",
        "registration_endpoint": f"{base}/api/lti/registrations",
        "jwks_uri": f"{base}/api/lti/security/jwks",
        "token_endpoint": f"{base}/login/oauth2/token",
        "scopes_supported": [*_SCOPES, "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"],
        "authorization_server": "canvas.school.example",
        PLATFORM_CONFIGURATION: {
            "product_family_code": "canvas",
            "version": "OpenSource",
            "messages_supported": [
                {"type": "LtiResourceLinkRequest", "placements": places},
                {"type": "LtiDeepLinkingRequest", "placements": [*places, "ContentArea"]},
            ],
            "notice_types_supported": ["LtiHelloWorldNotice", "LtiContextCopyNotice"],
            "variables": ["Context.id.history", "Canvas.group.contextIds", "com.instructure.Course.groupIds"],
            "https://canvas.instructure.com/lti/account_name": "School aan Zee",
        },
    }


@dataclass
class RegisteringLms:
    """Answers as it is told. `registrations` are the bodies that came in, parsed."""

    is_canvas: bool = False
    change: Callable[[dict[str, Any]], object] = lambda _document: None
    """Changes the configuration before it is shown."""
    configuration_answer: Answer | None = None
    registration_answer: Answer | None = None
    client_id: str = "client-of-lms"
    deployment_id: str = "7"
    registrations: list[dict[str, Any]] = field(default_factory=list)
    server: LocalServer = field(init=False)

    def __post_init__(self) -> None:
        self.server = LocalServer(self._answer)

    @property
    def configuration_url(self) -> str:
        path = (
            "/api/lti/security/openid-configuration" if self.is_canvas else "/moodle/mod/lti/openid-configuration.php"
        )
        return self.server.url + path

    @property
    def query(self) -> str:
        """What a platform puts behind the address that an administrator pasted."""
        return urlencode({"openid_configuration": self.configuration_url, "registration_token": TOKEN})

    def document(self) -> dict[str, Any]:
        make = canvas_configuration if self.is_canvas else moodle_configuration
        document = make(self.server.url)
        self.change(document)
        return document

    def _answer(self, received: Received) -> Answer:
        has_token = received.headers.get("authorization") == f"Bearer {TOKEN}"
        if received.method == "GET":
            if self.is_canvas and not has_token:
                return Answer(401, b'{"errors":[{"message":"no token"}]}')
            return self.configuration_answer or Answer(body=json.dumps(self.document()).encode())
        if not has_token:
            return Answer(401, b'"missing_registration_token"')
        self.registrations.append(json.loads(received.body))
        if self.registration_answer is not None:
            return self.registration_answer
        told: dict[str, Any] = {} if self.is_canvas else {"deployment_id": self.deployment_id}
        # As Moodle does by mistake: rights that it did not give.
        answer = {
            **self.registrations[-1],
            "client_id": self.client_id,
            TOOL_CONFIGURATION: told,
            "scope": "everything",
        }
        return Answer(201 if self.is_canvas else 200, json.dumps(answer).encode())
