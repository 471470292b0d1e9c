"""What the authorisation endpoint demands of a request before it signs anything.

https://www.imsglobal.org/spec/security/v1p0/#step-2-authentication-request
An unknown client or return address is answered on a page of the platform; every other fault is posted to the tool,
with the words of https://openid.net/specs/openid-connect-core-1_0.html#AuthError and
https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1
"""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from lti_tool.demo_platform.course import Course
from lti_tool.demo_platform.hints import DEEP_LINKING, HintInvalid, LaunchIntent
from lti_tool.demo_platform.placements import Placement
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.roster import Person, find_user
from lti_tool.demo_platform.tools import Tool


class WrongAddress(Exception):
    """The tool or its address is not the registered one: nothing may be sent there."""


class RequestRefused(Exception):
    """The tool is told what is wrong with its request."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(code)
        self.code = code
        self.description = description


@dataclass(frozen=True)
class AcceptedRequest:
    """A request that may be answered with a message."""

    tool: Tool
    person: Person
    course: Course
    placement: Placement | None
    """None where nothing is there yet: deep linking for a new activity."""
    intent: LaunchIntent
    nonce: str
    state: str


def check_request(platform: Platform, parameters: MultiDict[str, str]) -> AcceptedRequest:
    """Check a request in full. Raises WrongAddress and RequestRefused."""
    tool = _find_tool(platform, parameters)
    if any(len(parameters.getlist(name)) > 1 for name in parameters):
        raise RequestRefused("invalid_request", "a parameter is given twice")
    _check_protocol(parameters)
    return _check_launch(platform, tool, parameters)


def _find_tool(platform: Platform, parameters: MultiDict[str, str]) -> Tool:
    client_ids, redirect_urls = parameters.getlist("client_id"), parameters.getlist("redirect_uri")
    tool = platform.tools.find_client(client_ids[0]) if len(client_ids) == 1 else None
    if tool is None or not tool.active:
        raise WrongAddress("client_id")
    if len(redirect_urls) != 1 or redirect_urls[0] not in tool.redirect_urls:
        raise WrongAddress("redirect_uri")
    return tool


def _check_protocol(parameters: MultiDict[str, str]) -> None:
    if parameters.get("scope") != "openid":
        raise RequestRefused("invalid_scope", "scope must be openid")
    if parameters.get("response_type") != "id_token":
        raise RequestRefused("unsupported_response_type", "response_type must be id_token")
    if parameters.get("response_mode") != "form_post":
        raise RequestRefused("invalid_request", "response_mode must be form_post")
    if parameters.get("prompt", "none") not in ("", "none"):
        raise RequestRefused("invalid_request", "prompt must be none")
    for name in ("nonce", "state", "login_hint", "lti_message_hint"):
        if not parameters.get(name):
            raise RequestRefused("invalid_request", f"{name} is missing")


def _check_launch(platform: Platform, tool: Tool, parameters: MultiDict[str, str]) -> AcceptedRequest:
    try:
        intent = platform.hints.read(parameters["lti_message_hint"])
    except HintInvalid as invalid:
        if invalid.expired:
            raise RequestRefused("login_required", "the launch began too long ago") from invalid
        raise RequestRefused("invalid_request", "lti_message_hint is not one of this platform") from invalid
    person = find_user(intent.user_id)
    if person is None or parameters["login_hint"] != intent.user_id:
        raise RequestRefused("access_denied", "login_hint is not the person who began the launch")
    if intent.tool_id != tool.id:
        raise RequestRefused("access_denied", "the launch began for another tool")
    course, placement = platform.courses.find(intent.course_id), platform.placements.find(intent.placement_id)
    is_new = (intent.message_type == DEEP_LINKING or intent.place) and not intent.placement_id
    if course is None or (placement is None and not is_new) or not platform.enrolment.holds(person, course.id):
        raise RequestRefused("access_denied", "the person is not in this course, or the activity is not")
    if placement is not None and not platform.lets_open(person, placement):
        raise RequestRefused("access_denied", "the activity is not available to this person")
    return AcceptedRequest(tool, person, course, placement, intent, parameters["nonce"], parameters["state"])
