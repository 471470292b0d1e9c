"""Both halves of a launch on the side of the platform.

First the platform posts the browser to the login of the tool; then the tool sends it to the authorisation endpoint,
which answers with a signed message in a form that posts itself to the tool.
https://www.imsglobal.org/spec/security/v1p0/#openid_connect_launch_flow
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from lti_tool.demo_platform.authorization import RequestRefused, WrongAddress, check_request
from lti_tool.demo_platform.canvas_claims import login_fields
from lti_tool.demo_platform.hints import DEEP_LINKING, SUBMISSION_REVIEW, LaunchIntent
from lti_tool.demo_platform.id_token import write_id_token
from lti_tool.demo_platform.language import launch_locale
from lti_tool.demo_platform.messages import target_of
from lti_tool.demo_platform.placements import FIRST_ID, Placement
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.rendering import render_form_post, render_page
from lti_tool.demo_platform.roster import Person
from lti_tool.demo_platform.storage_frame import storage_fields
from lti_tool.demo_platform.tools import Tool
from lti_tool.demo_platform.visitors import get_course_editor, get_participant, get_person, get_placement, get_tool_of


def launch_pages(platform: Platform) -> Blueprint:
    """Build the pages."""
    pages = Blueprint("launch", __name__)
    settings = platform.settings

    @pages.get("/as/<key>/launch")
    def begin(key: str) -> Response:
        return begin_activity(key, FIRST_ID)

    @pages.get("/as/<key>/activities/<placement_id>/launch")
    def begin_activity(key: str, placement_id: str) -> Response:
        placement = get_placement(platform, placement_id)
        person = get_participant(platform, key, placement)
        tool = get_tool_of(platform, placement, person)
        return begin_launch(platform, person, tool, _intent(person, tool, placement))

    @pages.get("/as/<key>/courses/<course_id>/deep-linking/launch")
    def begin_deep_linking(key: str, course_id: str) -> Response:
        person, course = get_course_editor(platform, key, course_id)
        tool = platform.tools.find(request.args.get("tool", 0, int))
        if tool is None or not tool.active or not tool.deep_linking_url:
            abort(404)
        intent = LaunchIntent(
            person.user_id, "", "iframe", launch_locale(person), DEEP_LINKING, course_id=course.id, tool_id=tool.id
        )
        return begin_launch(platform, person, tool, intent)

    @pages.get("/as/<key>/activities/<placement_id>/deep-linking/launch")
    def begin_editing(key: str, placement_id: str) -> Response:
        placement = get_placement(platform, placement_id)
        person, _ = get_course_editor(platform, key, placement.course_id)
        tool = get_tool_of(platform, placement, person)
        if not tool.deep_linking_url:
            abort(404)
        return begin_launch(platform, person, tool, _intent(person, tool, placement, message_type=DEEP_LINKING))

    @pages.get("/as/<key>/review/<int:item_id>/<learner_key>/launch")
    def begin_review(key: str, item_id: int, learner_key: str) -> Response:
        item, learner = platform.gradebook.find_item(item_id), get_person(learner_key)
        if item is None or item.fields.review is None or item.fields.resource_link_id is None:
            abort(404)
        placement = get_placement(platform, item.fields.resource_link_id)
        # Whoever teaches may look, and learners at their own work.
        person = get_participant(platform, key, placement)
        if person.is_learner and person != learner:
            abort(403)
        tool = get_tool_of(platform, placement, person)
        intent = _intent(
            person, tool, placement, message_type=SUBMISSION_REVIEW, item_id=item.id, for_user_id=learner.user_id
        )
        return begin_launch(platform, person, tool, intent)

    @pages.route("/lti/authorize", methods=["GET", "POST"])
    def authorize() -> Response:
        parameters = request.form if request.method == "POST" else request.args
        try:
            accepted = check_request(platform, parameters)
        except WrongAddress as wrong:
            # Never post to an address that was not registered: the browser stays here.
            return render_page(settings, "demo_platform/refused.html", status=400, reason=str(wrong))
        except RequestRefused as refused:
            answer = {"error": refused.code, "error_description": refused.description}
            if parameters.get("state"):
                answer["state"] = parameters["state"]
            return render_form_post(settings, parameters["redirect_uri"], answer)
        token = write_id_token(platform, accepted)
        answer = {"id_token": token, "state": accepted.state, **storage_fields(settings)}
        return render_form_post(settings, parameters["redirect_uri"], answer, person=accepted.person)

    return pages


def _intent(
    person: Person,
    tool: Tool,
    placement: Placement,
    *,
    message_type: str = "LtiResourceLinkRequest",
    item_id: int | None = None,
    for_user_id: str = "",
) -> LaunchIntent:
    return LaunchIntent(
        user_id=person.user_id,
        placement_id=placement.id,
        document_target="window" if request.args.get("target") == "window" else "iframe",
        locale=launch_locale(person),
        message_type=message_type,
        course_id=placement.course_id,
        tool_id=tool.id,
        line_item_id=item_id,
        for_user_id=for_user_id,
    )


def begin_launch(platform: Platform, person: Person, tool: Tool, intent: LaunchIntent) -> Response:
    """Send the browser to the login of a tool."""
    settings = platform.settings
    fields = {
        "iss": settings.issuer_url,
        "target_link_uri": target_of(platform, tool, intent),
        "login_hint": person.user_id,
        "lti_message_hint": platform.hints.write(intent),
        "client_id": tool.client_id,
        "lti_deployment_id": tool.deployment_id,
        **storage_fields(settings),
        **login_fields(settings, tool),
    }
    return render_form_post(settings, tool.login_url, fields, person=person)
