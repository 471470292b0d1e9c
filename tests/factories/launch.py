"""Launches as a platform makes them: payloads with any claim changed or left out, and keys to sign them with.

`make_launch_payload(roles=["Learner"], sub=ABSENT, exp=NOW.timestamp() + 3600)` changes one claim each; short names
stand for the long ones of LTI. `platform_keys()` is one key pair for the whole run, since making one takes long.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import jwt

from lti_tool.lti import claims
from lti_tool.lti.keys import generate_private_key_pem, jwks_document, key_id_of, load_private_key

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
ISSUER = "https://lms.example/moodle"
CLIENT_ID = "client-1"
DEPLOYMENT_ID = "1"
NONCE = "nonce-of-this-login"
TOOL_URL = "https://mijlpaal.example"
TARGET_LINK_URI = f"{TOOL_URL}/lti/launch"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"


class Absent:
    """Stands for a claim that is left out."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()

LONG_NAMES = {
    "message_type": claims.MESSAGE_TYPE,
    "version": claims.VERSION,
    "deployment_id": claims.DEPLOYMENT_ID,
    "target_link_uri": claims.TARGET_LINK_URI,
    "resource_link": claims.RESOURCE_LINK,
    "roles": claims.ROLES,
    "context": claims.CONTEXT,
    "tool_platform": claims.TOOL_PLATFORM,
    "launch_presentation": claims.LAUNCH_PRESENTATION,
    "custom": claims.CUSTOM,
    "ags": claims.AGS_ENDPOINT,
    "nrps": claims.NRPS_SERVICE,
    "deep_linking": claims.DEEP_LINKING_SETTINGS,
    "for_user": claims.FOR_USER,
    "notice_service": claims.NOTICE_SERVICE,
    "groups": claims.GROUPS_SERVICE,
    "placement": claims.CANVAS_PLACEMENT,
}


def make_launch_payload(*, now: datetime = NOW, **changes: Any) -> dict[str, Any]:
    """Return the payload of a learner's launch as Moodle would send it, with the given claims changed.

    Other claims of LTI can be given by their full name with `**{...}`.
    """
    issued_at = int(now.timestamp())
    payload: dict[str, Any] = {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "sub": "5",
        "iat": issued_at,
        "exp": issued_at + 60,
        "nonce": NONCE,
        "name": "Leerling Eén",
        "given_name": "Leerling",
        "family_name": "Eén",
        "email": "leerling1@school.example",
        claims.MESSAGE_TYPE: "LtiResourceLinkRequest",
        claims.VERSION: "1.3.0",
        claims.DEPLOYMENT_ID: DEPLOYMENT_ID,
        claims.TARGET_LINK_URI: TARGET_LINK_URI,
        claims.RESOURCE_LINK: {"id": "link-1", "title": "Mijlpalen", "description": ""},
        claims.ROLES: [LEARNER],
        claims.CONTEXT: {"id": "2", "label": "GAME1", "title": "Digitale basis", "type": ["CourseSection"]},
        claims.TOOL_PLATFORM: {
            "guid": "school-1",
            "name": "School",
            "product_family_code": "moodle",
            "version": "2024100706",
        },
        claims.LAUNCH_PRESENTATION: {
            "locale": "nl",
            "document_target": "iframe",
            "return_url": "https://lms.example/return",
        },
    }
    for name, value in changes.items():
        long_name = LONG_NAMES.get(name, name)
        if isinstance(value, Absent):
            payload.pop(long_name, None)
        else:
            payload[long_name] = value
    return payload


def make_deep_linking_payload(
    *, now: datetime = NOW, settings: Mapping[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    """Return the payload of a teacher's deep linking request as Moodle would send it.

    `settings` changes members of the deep linking settings, ABSENT leaves one out; the rest as in a launch.
    """
    asked = {
        "deep_link_return_url": f"{ISSUER}/mod/lti/contentitem_return.php?course=2&id=1&sesskey=abc",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["frame", "iframe", "window"],
        "accept_copy_advice": False,
        "accept_multiple": True,
        "accept_unsigned": False,
        "auto_create": False,
        "can_confirm": False,
        **(settings or {}),
    }
    kept = {name: value for name, value in asked.items() if not isinstance(value, Absent)}
    return make_launch_payload(
        now=now,
        **{
            "message_type": claims.DEEP_LINKING_REQUEST,
            "roles": [INSTRUCTOR],
            "resource_link": ABSENT,
            "deep_linking": kept,
            **changes,
        },
    )


@dataclass(frozen=True)
class PlatformKeys:
    """A platform's signing key and what it publishes of it."""

    private_key_pem: str

    @property
    def key_id(self) -> str:
        return key_id_of(self.private_key_pem)

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        return jwks_document([self.private_key_pem])

    def jwks_body(self) -> bytes:
        return json.dumps(self.jwks()).encode()

    def sign(self, payload: Mapping[str, Any] | bytes, headers: Mapping[str, Any] | None = None) -> str:
        """Return a token; bytes are signed as they are, and a header that is ABSENT is left out."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        wanted = {"typ": "JWT", "kid": self.key_id, **(headers or {})}
        kept = {name: value for name, value in wanted.items() if not isinstance(value, Absent)}
        key = load_private_key(self.private_key_pem)
        return jwt.PyJWS().encode(body, key, algorithm="RS256", headers=kept)


@lru_cache(maxsize=8)
def platform_keys(name: str = "first") -> PlatformKeys:
    """Return a key pair; another name gives another pair."""
    assert name
    return PlatformKeys(generate_private_key_pem())
