"""Dynamic registration as on Canvas: what its configuration says beside Moodle's, and what becomes of a registration.

https://developerdocs.instructure.com/services/canvas/external-tools/lti/file.registration, November 2026
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from config.ids import digest
from lti_tool.demo_platform.canvas_places import PLACES
from lti_tool.demo_platform.canvas_registration import CanvasRegistration, PlacedMessage, read_registration, sends
from lti_tool.demo_platform.canvas_variables import CANVAS_VARIABLES
from lti_tool.demo_platform.hints import DEEP_LINKING, RESOURCE_LINK
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.registration_tokens import RegistrationPermit
from lti_tool.demo_platform.scopes import offered_by
from lti_tool.demo_platform.tools import Tool, domain_of

PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
_CANVAS = "https://canvas.instructure.com/lti"


def canvas_configuration(platform: Platform) -> dict[str, Any]:
    """Return the members of the configuration that differ."""
    profile, where = platform.settings.profile, platform.settings.platform_url
    return {
        "authorization_server": where.partition("//")[2],
        PLATFORM_CONFIGURATION: {
            "product_family_code": profile.product_family_code,
            "version": "OpenSource",
            "messages_supported": [
                {"type": kind, "placements": [name for name in profile.placements if PLACES[name].message_type == kind]}
                for kind in (RESOURCE_LINK, DEEP_LINKING)
            ],
            "notice_types_supported": list(profile.notice_types),
            "variables": list(CANVAS_VARIABLES),
            f"{_CANVAS}/account_name": "Demo-school",
            f"{_CANVAS}/account_lti_guid": f"{digest(where)[:32]}:canvas-lms",
        },
    }


def keep_registration(platform: Platform, permit: RegistrationPermit, body: Any) -> Tool:
    """Keep a tool that registers, with the places that it asked for. Raises RegistrationInvalid."""
    profile = platform.settings.profile
    told = read_registration(
        body,
        privacy_unless_asked=profile.privacy_level_unless_asked,
        wants_text_values=profile.registration_wants_text_values,
    )
    tool = _tool(platform, permit, told)
    if permit.tool is None:
        tool = platform.tools.add(tool, keeps_deployment=False)
        tool = replace(tool, deployment_id=f"{tool.id}:{digest(platform.settings.platform_url)[:40]}")
    platform.tools.save(tool)
    platform.placed.keep(tool, told.messages, told.privacy_level)
    return tool


def messages_json(messages: list[PlacedMessage]) -> list[dict[str, Any]]:
    """Describe the messages as the answer to a registration does."""
    return [
        {"type": one.message_type, "target_link_uri": one.target_link_url, "placements": [one.placement]}
        for one in messages
    ]


def _tool(platform: Platform, permit: RegistrationPermit, told: CanvasRegistration) -> Tool:
    before, profile = permit.tool, platform.settings.profile
    names, emails = sends(told.privacy_level)
    deep_linking = (one.target_link_url for one in told.messages if one.message_type == DEEP_LINKING)
    return Tool(
        id=before.id if before else 0,
        client_id=permit.client_id,
        deployment_id=before.deployment_id if before else "",
        name=told.client_name,
        domain=domain_of(told.domain),
        login_url=told.login_url,
        redirect_urls=told.redirect_urls,
        jwks_url=told.jwks_url,
        target_link_url=told.target_link_url,
        deep_linking_url=next(deep_linking, None),
        custom=told.custom_text,
        scopes=tuple(scope for scope in offered_by(profile) if scope in told.scopes),
        sends_name=names,
        sends_email=emails,
        active=before.active if before else not profile.registered_tool_waits,
        in_chooser=True,
    )
