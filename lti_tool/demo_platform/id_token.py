"""The message of a launch: what every message says, in the shape a real Moodle 4.5 sends. The rest is in messages.py.

https://www.imsglobal.org/spec/lti/v1p3/#resource-link-launch-request-message
https://www.imsglobal.org/spec/lti-ags/v2p0#assignment-and-grade-service-claim
https://www.imsglobal.org/spec/lti-nrps/v2p0#lti-1-3-integration
"""

from __future__ import annotations

from typing import Any

import jwt

from config.ids import digest
from lti_tool.demo_platform.authorization import AcceptedRequest
from lti_tool.demo_platform.canvas_claims import adjust_claims, is_in_course
from lti_tool.demo_platform.messages import LTI, Message, message_of
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.scopes import GRADE_SCOPES, MEMBERSHIP_READONLY
from lti_tool.demo_platform.service_urls import ServiceUrls
from lti_tool.demo_platform.tools import PRESET_ID, Tool
from lti_tool.demo_platform.variables import Occasion


def write_id_token(platform: Platform, accepted: AcceptedRequest) -> str:
    """Sign the message that opens the tool, as an answer to this request."""
    key = platform.keys.get_current()
    claims = _claims(platform, accepted)
    return jwt.encode(claims, key.private_key, algorithm="RS256", headers={"kid": key.kid})


def _claims(platform: Platform, accepted: AcceptedRequest) -> dict[str, Any]:
    settings, tool, person, course = platform.settings, accepted.tool, accepted.person, accepted.course
    urls = platform.urls.at(course.id, tool.deployment_id)
    message = message_of(platform, accepted)
    now = int(platform.clock.now().timestamp())
    claims: dict[str, Any] = {
        "iss": settings.issuer_url,
        "aud": tool.client_id,
        "sub": person.user_id,
        "iat": now,
        "exp": now + settings.profile.id_token_seconds,
        "nonce": accepted.nonce,
        f"{LTI}/message_type": accepted.intent.message_type,
        f"{LTI}/version": "1.3.0",
        f"{LTI}/deployment_id": tool.deployment_id,
        f"{LTI}/context": {**course.context, "type": ["CourseSection"]},
        f"{LTI}/roles": list(person.roles),
        f"{LTI}/ext": {"lms": "mijlpaal-demo", "user_username": person.key},
        f"{LTI}/lis": {"course_section_sourcedid": "", "person_sourcedid": ""},
        f"{LTI}/tool_platform": {
            "description": "Demo-school",
            "guid": digest(settings.platform_url)[:32],
            "name": "Demo-school",
            "product_family_code": _family_code(platform, tool),
            "version": "1.0",
        },
        **message.claims,
    }
    if tool.sends_name:
        claims |= {"name": person.name, "given_name": person.given_name, "family_name": person.family_name}
    if tool.sends_email and person.email:
        claims["email"] = person.email
    service_parameters = _add_services(platform, accepted, urls, message, claims)
    variables = _service_variables(urls, message)
    claims[f"{LTI}/custom"] = {**_custom(platform, accepted, message, variables), **service_parameters}
    adjust_claims(platform, accepted, claims)
    return claims


def _family_code(platform: Platform, tool: Tool) -> str:
    """Return what the configuration said, to a tool that registered by it; the preset one may know of the demo."""
    profile = platform.settings.profile
    return profile.product_family_code if tool.id == PRESET_ID else profile.registered_family_code


def _service_variables(urls: ServiceUrls, message: Message) -> dict[str, str]:
    variables = {"LineItems.url": urls.line_items, "ToolProxyBinding.memberships.url": urls.memberships}
    if len(message.line_item_ids) == 1:
        item_id = message.line_item_ids[0]
        variables["LineItem.url"] = urls.line_item(item_id)
        variables |= {"Scores.url": urls.scores(item_id), "Results.url": urls.results(item_id)}
    return variables


def _custom(
    platform: Platform, accepted: AcceptedRequest, message: Message, variables: dict[str, str]
) -> dict[str, str]:
    placement = accepted.placement
    occasion = Occasion(
        accepted.person,
        accepted.course if is_in_course(accepted.intent) else None,
        placement.id if placement else "",
        placement.title if placement else "",
        placement.text if placement else "",
        variables,
    )
    return platform.variables.expand(message.custom, occasion)


def _add_services(
    platform: Platform, accepted: AcceptedRequest, urls: ServiceUrls, message: Message, claims: dict[str, Any]
) -> dict[str, str]:
    """Add the claims of the services that this tool may use, and return the custom parameters that go with them."""
    tool, profile = accepted.tool, platform.settings.profile
    grade_scopes = [scope for scope in GRADE_SCOPES if scope in tool.scopes]
    if grade_scopes:
        endpoint: dict[str, Any] = {"lineitems": urls.line_items, "scope": grade_scopes}
        # Left out when the link has no column or more than one, as the specification asks.
        if len(message.line_item_ids) == 1:
            endpoint["lineitem"] = urls.line_item(message.line_item_ids[0])
        claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"] = endpoint
    is_used = any(placement.tool_id == tool.id for placement in platform.placements.list_all(accepted.course.id))
    if MEMBERSHIP_READONLY not in tool.scopes or (profile.roster_only_where_used and not is_used):
        return {}
    claims["https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"] = {
        "context_memberships_url": urls.memberships,
        "service_versions": ["1.0", "2.0"],
    }
    return {"context_memberships_url": urls.memberships}
