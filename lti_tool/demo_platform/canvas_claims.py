"""What a launch on Canvas says beside what every launch says.

https://developerdocs.instructure.com and lib/lti/messages/ of canvas-lms, November 2026
"""

from __future__ import annotations

from typing import Any

from lti_tool.demo_platform.authorization import AcceptedRequest
from lti_tool.demo_platform.canvas_places import ACCOUNT, COURSE, PLACEMENT_CLAIM, PLACES
from lti_tool.demo_platform.hints import RESOURCE_LINK, LaunchIntent
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.scopes import GROUP_READONLY, NOTICE_HANDLERS
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.demo_platform.tools import Tool

_LTI = "https://purl.imsglobal.org/spec/lti/claim"
ACCOUNT_CONTEXT = {"id": "4dde05e8ca1973bcca9bffc13e1548820eee93a3", "label": "", "title": "Demo-school"}
_COURSE_SERVICES = (
    "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint",
    "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice",
)


def login_fields(settings: PlatformSettings, tool: Tool) -> dict[str, str]:
    """Return what the login says beside the fields of the specification."""
    fields: dict[str, str] = {}
    if settings.profile.login_names_region:
        fields |= {"canvas_region": "eu-west-1", "canvas_environment": "production"}
    if settings.profile.login_names_deployment_twice:
        fields["deployment_id"] = tool.deployment_id
    return fields


def is_in_course(intent: LaunchIntent) -> bool:
    """Tell whether a launch begins in a course."""
    return not intent.place or PLACES[intent.place].around == COURSE


def adjust_claims(platform: Platform, accepted: AcceptedRequest, claims: dict[str, Any]) -> None:
    """Add what the profile says, and take away what the place does not have."""
    profile, intent, tool = platform.settings.profile, accepted.intent, accepted.tool
    if profile.pictures_sent:
        claims["picture"] = picture_of(platform.settings)
    if profile.placements:
        claims[PLACEMENT_CLAIM] = intent.place or _place_of_activity(accepted)
    if not is_in_course(intent):
        claims.pop(f"{_LTI}/context")
        for name in _COURSE_SERVICES:
            claims.pop(name, None)
        if PLACES[intent.place].around == ACCOUNT:
            claims[f"{_LTI}/context"] = {**ACCOUNT_CONTEXT, "type": ["Account"]}
    if profile.groups_served and is_in_course(intent) and GROUP_READONLY in tool.scopes:
        where = f"{platform.settings.platform_url}/api/lti/courses/{accepted.course.id}"
        claims["https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"] = {
            "context_groups_url": f"{where}/groups",
            "context_group_sets_url": f"{where}/group_sets",
            "scope": [GROUP_READONLY],
            "service_versions": ["1.0"],
        }
    if profile.notice_types and NOTICE_HANDLERS in tool.scopes:
        claims[f"{_LTI}/platformnotificationservice"] = {
            "platform_notification_service_url": f"{platform.settings.platform_url}/api/lti/notice-handlers/{tool.id}",
            "scope": [NOTICE_HANDLERS],
            "service_versions": ["1.0"],
            "notice_types_supported": list(profile.notice_types),
        }


def picture_of(settings: PlatformSettings) -> str:
    """Return the address of a portrait; everybody looks alike here."""
    return f"{settings.platform_url}/static/icon.svg"


def _place_of_activity(accepted: AcceptedRequest) -> str:
    if accepted.intent.message_type != RESOURCE_LINK:
        return "link_selection"
    return "assignment_selection" if accepted.placement and accepted.placement.is_graded else "link_selection"
