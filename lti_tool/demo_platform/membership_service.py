"""Names and Role Provisioning Services: the roster of the course, page by page when asked.

https://www.imsglobal.org/spec/lti-nrps/v2p0
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from lti_tool.demo_platform.course import CONTEXT, CONTEXT_ID
from lti_tool.demo_platform.paging import add_link, cut_page
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.refusals import NRPS
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

MEMBERSHIPS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_MESSAGE_TYPE = "https://purl.imsglobal.org/spec/lti/claim/message_type"


def membership_service(platform: Platform) -> Blueprint:
    """Build the service."""
    service = Blueprint("membership_service", __name__)
    service.register_error_handler(ServiceRefused, answer_refusal)

    @service.get("/lti/services/CourseSection/<context_id>/bindings/<deployment_id>/memberships")
    def list_members(context_id: str, deployment_id: str) -> Response:
        refuse_if_planned(platform, NRPS)
        require_accept(MEMBERSHIPS_TYPE)
        require_scope(platform, MEMBERSHIP_READONLY)
        if context_id != CONTEXT_ID or deployment_id != platform.settings.deployment_id:
            raise ServiceRefused(404, "No such course")
        link_id = request.args.get("rlid")
        if link_id is not None and platform.placements.find(link_id) is None:
            raise ServiceRefused(404, "No such placement")
        people = platform.enrolment.list_people()
        members = [_member(platform, person, with_message=link_id is not None) for person in people]
        role = request.args.get("role", "").rpartition("#")[2]
        wanted = [member for member in members if not role or role in _short_names(member["roles"])]
        cut = cut_page(wanted)
        body = {"id": platform.urls.memberships, "context": CONTEXT, "members": cut.items}
        response = answer_json(body, MEMBERSHIPS_TYPE)
        add_link(response, cut, own_url(platform))
        return response

    return service


def _member(platform: Platform, person: Person, *, with_message: bool) -> dict[str, Any]:
    member: dict[str, Any] = {
        "status": "Active",
        "roles": _roles(platform, person),
        "user_id": person.user_id,
        "lis_person_sourcedid": "",
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
    }
    if person.email:
        member["email"] = person.email
    if with_message:
        member["message"] = [{_MESSAGE_TYPE: "LtiResourceLinkRequest"}]
    return member


def _roles(platform: Platform, person: Person) -> list[str]:
    profile = platform.settings.profile
    roles = (LEARNER,) if person.is_assistant and profile.assistant_listed_as_learner else person.roles
    return [SHORT_ROLES.get(role, role) for role in roles] if profile.roster_roles_short else list(roles)


def _short_names(roles: list[str]) -> set[str]:
    return {role.rpartition("#")[2] for role in roles}
