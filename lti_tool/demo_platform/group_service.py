"""The groups of a course, and who is in one of them.

https://www.imsglobal.org/spec/lti-gs/v1p0 and https://canvas.instructure.com/doc/api/names_and_role.html
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from lti_tool.demo_platform.canvas_roster import more_of_member
from lti_tool.demo_platform.course import CONTEXT_ID, Course
from lti_tool.demo_platform.groups import GROUP_SET, GROUPS, find_group
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.roster import find_user
from lti_tool.demo_platform.scopes import GROUP_READONLY, MEMBERSHIP_READONLY
from lti_tool.demo_platform.service_answer import ServiceRefused, answer_json, answer_refusal, require_scope

GROUPS_TYPE = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
_MEMBERSHIPS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_MEMBER, _LEADER = "Member", "Leader"


def group_service(platform: Platform) -> Blueprint:
    """Build the service."""
    service = Blueprint("group_service", __name__, url_prefix="/api/lti")
    service.register_error_handler(ServiceRefused, answer_refusal)

    @service.before_request
    def only_where_served() -> None:
        if not platform.settings.profile.groups_served:
            raise ServiceRefused(404, "No groups here")

    @service.get("/courses/<course_id>/groups")
    def list_groups(course_id: str) -> Response:
        require_scope(platform, GROUP_READONLY)
        _get_course(platform, course_id)
        person = find_user(request.args.get("user_id", ""))
        wanted = [group for group in GROUPS if person is None or group.id in person.group_ids]
        groups = [{"id": group.id, "name": group.name, "set_id": GROUP_SET["id"]} for group in wanted]
        return answer_json({"id": request.base_url, "groups": groups}, GROUPS_TYPE)

    @service.get("/courses/<course_id>/group_sets")
    def list_group_sets(course_id: str) -> Response:
        require_scope(platform, GROUP_READONLY)
        _get_course(platform, course_id)
        return answer_json({"id": request.base_url, "sets": [GROUP_SET]}, GROUPS_TYPE)

    @service.get("/groups/<group_id>/names_and_roles")
    def list_members(group_id: str) -> Response:
        require_scope(platform, MEMBERSHIP_READONLY)
        group = find_group(group_id)
        if group is None:
            raise ServiceRefused(404, "No such group")
        people = [one for one in platform.enrolment.list_people(CONTEXT_ID) if group.id in one.group_ids]
        members = [
            {
                "status": "Active",
                "user_id": one.user_id,
                "roles": [
                    f"http://purl.imsglobal.org/vocab/lis/v2/membership#{_LEADER if one == people[0] else _MEMBER}"
                ],
                **more_of_member(platform),
            }
            for one in people
        ]
        body = {"id": request.base_url, "context": {"id": group.id, "title": group.name}, "members": members}
        return answer_json(body, _MEMBERSHIPS_TYPE)

    return service


def _get_course(platform: Platform, course_id: str) -> Course:
    course = platform.courses.find(course_id)
    if course is None:
        raise ServiceRefused(404, "No such course")
    return course
