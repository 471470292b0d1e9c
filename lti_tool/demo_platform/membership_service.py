"""Names and Role Provisioning Services: the roster of a course, or of who may open one link, page by page when asked.

https://www.imsglobal.org/spec/lti-nrps/v2p0. With `rlid`, a real Moodle 4.5 lists exactly who may open a link that has
a restriction; staff pass every one and are therefore always among them. Of a link without one it lists everybody, also
where it is hidden (seen on Moodle 4.5.6, 2026-11).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from lti_tool.demo_platform.bookmarks import add_bookmarked_link, cut_bookmarked
from lti_tool.demo_platform.canvas_roster import more_of_member, more_of_message
from lti_tool.demo_platform.paging import add_link, cut_page
from lti_tool.demo_platform.placements import Placement
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.refusals import NRPS
from lti_tool.demo_platform.restrictions import Visibility, may_open
from lti_tool.demo_platform.roster import LEARNER, SHORT_ROLES, Person
from lti_tool.demo_platform.scopes import MEMBERSHIP_READONLY
from lti_tool.demo_platform.service_answer import (
    ServiceRefused,
    answer_json,
    answer_refusal,
    own_url,
    refuse_if_planned,
    require_accept,
    require_scope,
)
from lti_tool.demo_platform.tools import Tool

MEMBERSHIPS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_MESSAGE_TYPE = "https://purl.imsglobal.org/spec/lti/claim/message_type"


def membership_service(platform: Platform) -> Blueprint:
    """Build the service."""
    service = Blueprint("membership_service", __name__)
    service.register_error_handler(ServiceRefused, answer_refusal)
    profile = platform.settings.profile

    @service.get("/lti/services/CourseSection/<context_id>/bindings/<deployment_id>/memberships")
    def list_members(context_id: str, deployment_id: str) -> Response:
        refuse_if_planned(platform, NRPS)
        require_accept(MEMBERSHIPS_TYPE)
        tool = require_scope(platform, MEMBERSHIP_READONLY)
        course = platform.courses.find(context_id)
        if course is None or deployment_id != tool.deployment_id:
            raise ServiceRefused(404, "No such course")
        people, link = platform.enrolment.list_people(course.id), None
        if "rlid" in request.args:
            link = platform.placements.find(request.args["rlid"])
            is_course = profile.members_have_custom and request.args["rlid"] == course.id
            if not is_course and (link is None or link.course_id != course.id or platform.tool_of(link) != tool):
                raise ServiceRefused(404, "No such placement")
            if link is not None and not is_course:
                people = _who_may_open(platform, link, people)
        role = request.args.get("role", "").rpartition("#")[2]
        wanted = [one for one in people if not role or role in _short_names(_roles(platform, one))]
        cut = cut_bookmarked(wanted) if profile.bookmarks_opaque else cut_page(wanted)
        members = [_member(platform, tool, person) for person in cut.items]
        if "rlid" in request.args:
            for member, person in zip(members, cut.items, strict=True):
                more = more_of_message(platform, tool, person, course, link)
                member["message"] = [{_MESSAGE_TYPE: "LtiResourceLinkRequest", **more}]
        urls = platform.urls.at(course.id, tool.deployment_id)
        body = {"id": urls.memberships, "context": course.context, "members": members}
        response = answer_json(body, MEMBERSHIPS_TYPE)
        write_link = add_bookmarked_link if profile.bookmarks_opaque else add_link
        write_link(response, cut, own_url(platform))
        return response

    return service


def _who_may_open(platform: Platform, link: Placement, people: list[Person]) -> list[Person]:
    profile = platform.settings.profile
    if link.restriction is None and profile.roster_of_hidden_link_lists_everybody:
        return people
    if not profile.roster_of_link_lists_staff and (
        link.restriction is not None or link.visibility is Visibility.HIDDEN
    ):
        people = [person for person in people if person.is_learner]
    progress = platform.assignments.progress(link.restriction.assignment_id) if link.restriction else {}
    return [person for person in people if may_open(person, link, progress.get(person.user_id))]


def _member(platform: Platform, tool: Tool, person: Person) -> dict[str, Any]:
    member: dict[str, Any] = {
        "status": "Active",
        "roles": _roles(platform, person),
        "user_id": person.user_id,
        "lis_person_sourcedid": "",
    }
    if tool.sends_name:
        member |= {"name": person.name, "given_name": person.given_name, "family_name": person.family_name}
    if tool.sends_email and person.email:
        member["email"] = person.email
    return {**member, **more_of_member(platform)}


def _roles(platform: Platform, person: Person) -> list[str]:
    profile = platform.settings.profile
    roles = (LEARNER,) if person.is_assistant and profile.assistant_listed_as_learner else person.roles
    return [SHORT_ROLES.get(role, role) for role in roles] if profile.roster_roles_short else list(roles)


def _short_names(roles: list[str]) -> set[str]:
    return {role.rpartition("#")[2] for role in roles}
