"""Both halves of a launch on the side of the platform.

First the platform posts the browser to the login of the tool; then the tool sends it to the authorisation endpoint,
which answers with a signed message in a form that posts itself to the tool.
https://www.imsglobal.org/spec/security/v1p0/#openid_connect_launch_flow
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from lti_tool.demo_platform.authorization import RequestRefused, WrongAddress, check_request
from lti_tool.demo_platform.hints import LaunchIntent
from lti_tool.demo_platform.id_token import write_id_token
from lti_tool.demo_platform.language import launch_locale
from lti_tool.demo_platform.placements import FIRST_ID
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.rendering import render_form_post, render_page
from lti_tool.demo_platform.visitors import get_member, get_placement


def launch_pages(platform: Platform) -> Blueprint:
    """Build the two pages."""
    pages = Blueprint("launch", __name__)
    settings = platform.settings

    @pages.get("/as/<key>/launch")
    def begin(key: str) -> Response:
        return begin_activity(key, FIRST_ID)

    @pages.get("/as/<key>/activities/<placement_id>/launch")
    def begin_activity(key: str, placement_id: str) -> Response:
        person, placement = get_member(platform, key), get_placement(platform, placement_id)
        target = "window" if request.args.get("target") == "window" else "iframe"
        fields = {
            "iss": settings.issuer_url,
            "target_link_uri": settings.tool_launch_url,
            "login_hint": person.user_id,
            "lti_message_hint": platform.hints.write(
                LaunchIntent(person.user_id, placement.id, target, launch_locale(person))
            ),
            "client_id": settings.client_id,
            "lti_deployment_id": settings.deployment_id,
        }
        return render_form_post(settings, settings.tool_login_url, fields, person=person)

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
            return render_form_post(settings, settings.tool_launch_url, answer)
        token = write_id_token(platform, accepted)
        answer = {"id_token": token, "state": accepted.state}
        return render_form_post(settings, settings.tool_launch_url, answer, person=accepted.person)

    return pages
