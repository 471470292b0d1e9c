"""What each kind of message says beside what all of them say.

https://www.imsglobal.org/spec/lti/v1p3/#resource-link-launch-request-message
https://www.imsglobal.org/spec/lti-dl/v2p0#deep-linking-request-message
https://www.imsglobal.org/spec/lti-ags/v2p0#submission-review-message
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from config.ids import new_secret
from lti_tool.demo_platform.authorization import AcceptedRequest
from lti_tool.demo_platform.canvas_claims import ACCOUNT_CONTEXT, is_in_course
from lti_tool.demo_platform.canvas_places import PLACES, settings_of
from lti_tool.demo_platform.custom_parameters import read_custom_parameters
from lti_tool.demo_platform.deep_link_sessions import DeepLinkSession
from lti_tool.demo_platform.hints import DEEP_LINKING, SUBMISSION_REVIEW, LaunchIntent
from lti_tool.demo_platform.line_item import SubmissionReview
from lti_tool.demo_platform.placements import Placement
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.tools import Tool

LTI = "https://purl.imsglobal.org/spec/lti/claim"
_DEEP_LINKING_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"


@dataclass(frozen=True)
class Message:
    """The claims of one kind of message."""

    claims: dict[str, Any]
    custom: dict[str, str] = field(default_factory=dict)
    """The custom parameters as they were typed, variables and all."""
    line_item_ids: tuple[int, ...] = ()
    """The columns of the link that is opened."""


def target_of(platform: Platform, tool: Tool, intent: LaunchIntent) -> str:
    """Return the address in the tool that a launch is for."""
    if intent.place:
        return platform.placed.find(tool, intent.place).target_link_url
    if intent.message_type == DEEP_LINKING:
        return tool.deep_linking_url or tool.target_link_url
    placement = platform.placements.find(intent.placement_id)
    target = (placement.url if placement else "") or tool.target_link_url
    if intent.message_type == SUBMISSION_REVIEW:
        return _review(platform, intent).url or target
    return target


def message_of(platform: Platform, accepted: AcceptedRequest) -> Message:
    """Return the message that this request is answered with."""
    if accepted.intent.message_type == DEEP_LINKING:
        return _deep_linking(platform, accepted)
    if accepted.placement is None and accepted.intent.place:
        return _navigation(platform, accepted)
    if accepted.placement is None:
        raise ValueError("only deep linking goes without a resource link")
    message = _resource_link(platform, accepted, accepted.placement)
    if accepted.intent.message_type != SUBMISSION_REVIEW:
        return message
    intent = accepted.intent
    return Message(
        {**message.claims, f"{LTI}/for_user": {"user_id": intent.for_user_id}},
        {**message.custom, **_review(platform, intent).custom},
        (intent.line_item_id,) if intent.line_item_id else message.line_item_ids,
    )


def _resource_link(platform: Platform, accepted: AcceptedRequest, placement: Placement) -> Message:
    intent, person = accepted.intent, accepted.person
    claims = {
        f"{LTI}/target_link_uri": target_of(platform, accepted.tool, intent),
        f"{LTI}/resource_link": {"id": placement.id, "title": placement.title, "description": placement.text},
        f"{LTI}/launch_presentation": {
            "document_target": intent.document_target,
            "locale": intent.locale,
            "return_url": f"{platform.settings.platform_url}/as/{person.key}/return",
        },
    }
    items = platform.gradebook.list_items(resource_link_id=placement.id)
    # What the tool was set up with wins over what a teacher typed, as on Moodle.
    custom = {**placement.custom, **read_custom_parameters(accepted.tool.custom)}
    return Message(claims, custom, tuple(item.id for item in items))


def _navigation(platform: Platform, accepted: AcceptedRequest) -> Message:
    """Return the message of a place that holds no activity: Canvas names the course as its link."""
    intent, person = accepted.intent, accepted.person
    around = accepted.course.id if is_in_course(intent) else ACCOUNT_CONTEXT["id"]
    claims = {
        f"{LTI}/target_link_uri": target_of(platform, accepted.tool, intent),
        f"{LTI}/resource_link": {"id": around, "title": accepted.tool.name, "description": ""},
        f"{LTI}/launch_presentation": {
            "document_target": intent.document_target,
            "locale": intent.locale,
            "return_url": f"{platform.settings.platform_url}/as/{person.key}/return",
        },
    }
    return Message(claims, _custom_of_place(platform, accepted))


def _custom_of_place(platform: Platform, accepted: AcceptedRequest) -> dict[str, str]:
    place, tool = accepted.intent.place, accepted.tool
    placed = platform.placed.find(tool, place).custom if place else {}
    return {**placed, **read_custom_parameters(tool.custom)}


def _deep_linking(platform: Platform, accepted: AcceptedRequest) -> Message:
    profile, tool, course, person = platform.settings.profile, accepted.tool, accepted.course, accepted.person
    placement = accepted.placement
    data = platform.deep_links.planned_data()
    if data is None and profile.deep_linking_sends_data:
        data = new_secret()
    session = platform.deep_links.begin(
        DeepLinkSession(
            tool.id,
            course.id,
            person.user_id,
            placement.id if placement else None,
            data,
            accepted.intent.place,
            accepted.intent.assignment_id,
        )
    )
    where = f"{platform.settings.platform_url}/as/{person.key}/courses/{course.id}/deep-linking/return"
    settings: dict[str, Any] = {
        "accept_copy_advice": False,
        "accept_multiple": True,
        "accept_presentation_document_targets": ["frame", "iframe", "window"],
        "accept_types": ["ltiResourceLink"],
        "accept_unsigned": False,
        "auto_create": False,
        "can_confirm": False,
        "deep_link_return_url": f"{where}?session={session}",
        "title": placement.title if placement else "",
        "text": placement.text if placement else "",
    }
    if data is not None:
        settings["data"] = data
    if profile.deep_linking_accepts_line_item is not None:
        settings["accept_lineitem"] = profile.deep_linking_accepts_line_item
    if accepted.intent.place:
        settings.pop("accept_lineitem", None)
        settings |= settings_of(PLACES[accepted.intent.place])
    claims = {
        f"{LTI}/target_link_uri": target_of(platform, tool, accepted.intent),
        f"{LTI}/launch_presentation": {"locale": accepted.intent.locale},
        _DEEP_LINKING_SETTINGS: settings,
    }
    return Message(claims, _custom_of_place(platform, accepted))


def _review(platform: Platform, intent: LaunchIntent) -> SubmissionReview:
    item = platform.gradebook.find_item(intent.line_item_id or 0)
    return (item.fields.review if item else None) or SubmissionReview()
