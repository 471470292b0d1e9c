"""What a person sees of Demo-school: the choice of a person, the course, an activity with the tool in it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from lti_tool.demo_platform.course import CONTEXT_ID, LONGEST_TITLE
from lti_tool.demo_platform.course_copy import copy_course
from lti_tool.demo_platform.place_pages import places_for
from lti_tool.demo_platform.placements import FIRST_ID, Placement
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.rendering import render_page
from lti_tool.demo_platform.restrictions import Visibility
from lti_tool.demo_platform.roster import ADMINISTRATOR, PEOPLE, Person
from lti_tool.demo_platform.tool_frame import render_tool_page
from lti_tool.demo_platform.visitors import (
    get_course_editor,
    get_course_member,
    get_participant,
    get_person,
    get_placement,
    get_tool_of,
    is_foreign_page,
)

_MOST_PEOPLE = 100


def course_pages(platform: Platform) -> Blueprint:
    """Build the pages."""
    pages = Blueprint("course", __name__)
    settings = platform.settings

    @pages.get("/")
    def people() -> Response:
        everybody = platform.enrolment.list_everybody()
        learners = [one for one in everybody if one.is_learner or one.is_observer]
        return render_page(
            settings,
            "demo_platform/people.html",
            teachers=[one for one in everybody[: len(PEOPLE)] if not (one.is_learner or one.is_observer)],
            learners=learners[:_MOST_PEOPLE],
            count=len(learners),
            gone=platform.enrolment.list_gone(),
            administrator=ADMINISTRATOR,
        )

    @pages.get("/as/<key>/course", defaults={"course_id": CONTEXT_ID})
    @pages.get("/as/<key>/courses/<course_id>")
    def course(key: str, course_id: str) -> Response:
        person, course = get_course_member(platform, key, course_id)
        placements = platform.placements.list_all(course.id)
        shown = next((one for one in placements if _is_open(platform, person, one)), None)
        return render_tool_page(
            platform,
            "demo_platform/course.html",
            tool=platform.tool_of(shown) if shown else None,
            person=person,
            course=course,
            course_title=course.title,
            courses=[one for one in platform.courses.list_all() if one != course],
            placements=[one for one in placements if _is_listed(person, one)],
            lets_open={one.id: platform.lets_open(person, one) for one in placements},
            assignments=platform.assignments.list_all(course.id),
            assignment_titles={one.id: one.title for one in platform.assignments.list_all(course.id)},
            shown=shown,
            first_id=FIRST_ID,
            passed_on=_passed_on(),
            places=places_for(platform, person),
        )

    @pages.get("/as/<key>/activities/<placement_id>")
    def activity(key: str, placement_id: str) -> Response:
        placement = get_placement(platform, placement_id)
        person = get_participant(platform, key, placement)
        return render_tool_page(
            platform,
            "demo_platform/activity.html",
            tool=get_tool_of(platform, placement, person),
            person=person,
            shown=placement,
            passed_on=_passed_on(),
        )

    @pages.route("/as/<key>/courses/<course_id>/copy", methods=["GET", "POST"])
    def copy(key: str, course_id: str) -> Response | Redirect:
        if request.method == "POST" and is_foreign_page(settings):
            abort(403)
        person, course = get_course_editor(platform, key, course_id)
        title = request.form.get("title", "").strip()
        if request.method == "POST" and 0 < len(title) <= LONGEST_TITLE:
            copied = copy_course(platform, course, title)
            return redirect(url_for("course.course", key=key, course_id=copied.id, lang=request.args.get("lang")), 303)
        return render_page(
            settings,
            "demo_platform/copy.html",
            person=person,
            status=400 if request.method == "POST" else 200,
            course=course,
            title=title,
            longest_title=LONGEST_TITLE,
        )

    @pages.get("/as/<key>/return")
    def returned(key: str) -> Response:
        # https://www.imsglobal.org/spec/lti/v1p3/#launch-presentation-claim: the tool may say why it sent us back.
        messages = [request.args[name] for name in ("lti_msg", "lti_errormsg") if request.args.get(name)]
        return render_page(settings, "demo_platform/returned.html", person=get_person(key), messages=messages)

    return pages


def _is_listed(person: Person, placement: Placement) -> bool:
    return not person.is_learner or placement.visibility is Visibility.SHOWN


def _is_open(platform: Platform, person: Person, placement: Placement) -> bool:
    return _is_listed(person, placement) and platform.lets_open(person, placement)


def _passed_on() -> dict[str, str]:
    """Return what the tool is told about languages: it goes along with every link of the page."""
    return {name: request.args[name] for name in ("lang", "locale") if name in request.args}
