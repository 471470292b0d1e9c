"""What a person sees of Demo-school: the choice of a person, the course, an activity with the tool in it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from lti_tool.demo_platform.course import CONTEXT_TITLE
from lti_tool.demo_platform.placements import FIRST_ID
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.rendering import render_page
from lti_tool.demo_platform.roster import LEARNERS, PEOPLE
from lti_tool.demo_platform.visitors import get_member, get_person, get_placement


def course_pages(platform: Platform) -> Blueprint:
    """Build the pages."""
    pages = Blueprint("course", __name__)
    settings = platform.settings

    @pages.get("/")
    def people() -> Response:
        return render_page(
            settings,
            "demo_platform/people.html",
            teachers=[person for person in PEOPLE if not person.is_learner],
            learners=LEARNERS,
            enrolled=platform.enrolment.list_people(),
        )

    @pages.get("/as/<key>/course")
    def course(key: str) -> Response:
        return render_page(
            settings,
            "demo_platform/course.html",
            person=get_member(platform, key),
            course_title=CONTEXT_TITLE,
            placements=platform.placements.list_all(),
            shown=get_placement(platform, FIRST_ID),
            passed_on=_passed_on(),
        )

    @pages.get("/as/<key>/activities/<placement_id>")
    def activity(key: str, placement_id: str) -> Response:
        return render_page(
            settings,
            "demo_platform/activity.html",
            person=get_member(platform, key),
            shown=get_placement(platform, placement_id),
            passed_on=_passed_on(),
        )

    @pages.get("/as/<key>/return")
    def returned(key: str) -> Response:
        # https://www.imsglobal.org/spec/lti/v1p3/#launch-presentation-claim: the tool may say why it sent us back.
        messages = [request.args[name] for name in ("lti_msg", "lti_errormsg") if request.args.get(name)]
        return render_page(settings, "demo_platform/returned.html", person=get_person(key), messages=messages)

    return pages


def _passed_on() -> dict[str, str]:
    """Return what the tool is told about languages: it goes along with every link of the page."""
    return {name: request.args[name] for name in ("lang", "locale") if name in request.args}
