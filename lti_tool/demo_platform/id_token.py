"""The message of a launch: the claims of an LtiResourceLinkRequest, in the shape a real Moodle 4.5 sends.

https://www.imsglobal.org/spec/lti/v1p3/#resource-link-launch-request-message
https://www.imsglobal.org/spec/lti-ags/v2p0#assignment-and-grade-service-claim
https://www.imsglobal.org/spec/lti-nrps/v2p0#lti-1-3-integration
"""

from __future__ import annotations

from typing import Any

import jwt

from config.ids import digest
from lti_tool.demo_platform.authorization import AcceptedRequest
from lti_tool.demo_platform.course import CONTEXT
from lti_tool.demo_platform.placements import Placement
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.scopes import GRADE_SCOPES

_LTI = "https://purl.imsglobal.org/spec/lti/claim"


def write_id_token(platform: Platform, accepted: AcceptedRequest) -> str:
    """Sign the message that opens the tool, as an answer to this request."""
    key = platform.keys.get_current()
    claims = _claims(platform, accepted)
    return jwt.encode(claims, key.private_key, algorithm="RS256", headers={"kid": key.kid})


def _claims(platform: Platform, accepted: AcceptedRequest) -> dict[str, Any]:
    settings, urls = platform.settings, platform.urls
    person, placement, intent = accepted.person, accepted.placement, accepted.intent
    now = int(platform.clock.now().timestamp())
    claims: dict[str, Any] = {
        "iss": settings.issuer_url,
        "aud": settings.client_id,
        "sub": person.user_id,
        "iat": now,
        "exp": now + settings.profile.id_token_seconds,
        "nonce": accepted.nonce,
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        f"{_LTI}/message_type": "LtiResourceLinkRequest",
        f"{_LTI}/version": "1.3.0",
        f"{_LTI}/deployment_id": settings.deployment_id,
        f"{_LTI}/target_link_uri": settings.tool_launch_url,
        f"{_LTI}/context": {**CONTEXT, "type": ["CourseSection"]},
        f"{_LTI}/resource_link": {"id": placement.id, "title": placement.title, "description": ""},
        f"{_LTI}/roles": list(person.roles),
        # What the tool was set up with wins over what a teacher typed, as on Moodle.
        f"{_LTI}/custom": {**placement.custom, "context_memberships_url": urls.memberships},
        f"{_LTI}/ext": {"lms": "mijlpaal-demo", "user_username": person.key},
        f"{_LTI}/launch_presentation": {
            "document_target": intent.document_target,
            "locale": intent.locale,
            "return_url": f"{settings.issuer_url}/as/{person.key}/return",
        },
        f"{_LTI}/lis": {"course_section_sourcedid": "", "person_sourcedid": ""},
        f"{_LTI}/tool_platform": {
            "description": "Demo-school",
            "guid": digest(settings.issuer_url)[:32],
            "name": "Demo-school",
            "product_family_code": "mijlpaal-demo",
            "version": "1.0",
        },
        "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
            "context_memberships_url": urls.memberships,
            "service_versions": ["1.0", "2.0"],
        },
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": _grade_claim(platform, placement),
    }
    if person.email:
        claims["email"] = person.email
    return claims


def _grade_claim(platform: Platform, placement: Placement) -> dict[str, Any]:
    claim: dict[str, Any] = {"lineitems": platform.urls.line_items, "scope": list(GRADE_SCOPES)}
    # Left out when the link has no column or more than one, as the specification asks.
    items = platform.gradebook.list_items(resource_link_id=placement.id)
    if len(items) == 1:
        claim["lineitem"] = platform.urls.line_item(items[0].id)
    return claim
