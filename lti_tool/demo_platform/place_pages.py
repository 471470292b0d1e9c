"""The places beside activities from which a tool is opened, as Canvas has them, and what tools put there.

https://developerdocs.instructure.com/services/canvas/external-tools/placements
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from lti_tool.demo_platform.canvas_places import ACCOUNT, PLACES, Place
from lti_tool.demo_platform.canvas_registration import PlacedMessage
from lti_tool.demo_platform.course import Course
from lti_tool.demo_platform.hints import LaunchIntent
from lti_tool.demo_platform.language import launch_locale
from lti_tool.demo_platform.launch_pages import begin_launch
from lti_tool.demo_platform.placed_tools import NotPlaced
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.roster import Person
from lti_tool.demo_platform.tool_frame import render_tool_page
from lti_tool.demo_platform.tools import PRESET_ID, Tool
from lti_tool.demo_platform.visitors import get_administrator, get_course, get_course_editor, get_course_member

_PLACE = "/as/<key>/courses/<course_id>/places/<name>"


def place_pages(platform: Platform) -> Blueprint:
    """Build the pages."""
    pages = Blueprint("places", __name__)

    @pages.get(_PLACE)
    def show(key: str, course_id: str, name: str) -> Response:
        tool, _ = _get_placed(platform, name)
        person, course = _get_visitor(platform, PLACES[name], key, course_id)
        launch = url_for("places.launch", key=key, course_id=course.id, name=name, **_passed_on())
        return render_tool_page(
            platform,
            "demo_platform/place.html",
            tool=tool,
            person=person,
            course=course,
            tool_name=tool.name,
            src=launch,
        )

    @pages.get(f"{_PLACE}/launch")
    def launch(key: str, course_id: str, name: str) -> Response:
        tool, message = _get_placed(platform, name)
        person, course = _get_visitor(platform, PLACES[name], key, course_id)
        intent = LaunchIntent(
            user_id=person.user_id,
            placement_id="",
            document_target="window" if request.args.get("target") == "window" else "iframe",
            locale=launch_locale(person),
            message_type=message.message_type,
            course_id=course.id,
            tool_id=tool.id,
            place=name,
            assignment_id=_wanted_assignment(platform, PLACES[name], course),
        )
        return begin_launch(platform, person, tool, intent)

    @pages.get("/as/<key>/courses/<course_id>/page")
    def page_of_course(key: str, course_id: str) -> Response:
        person, course = get_course_member(platform, key, course_id)
        items = platform.embedded.list_on_page(course.id)
        return render_tool_page(
            platform, "demo_platform/page.html", tool=None, person=person, course=course, items=items
        )

    return pages


def _passed_on() -> dict[str, Any]:
    """Return what the launch needs of the address of its page."""
    wanted = ("tool", "assignment", "lang", "locale")
    return {name: request.args[name] for name in wanted if name in request.args}


def places_for(platform: Platform, person: Person) -> list[tuple[Tool, PlacedMessage]]:
    """Return the places of a course that a person finds, each with its tool; handing in belongs to assignments."""
    return [
        (tool, message)
        for tool in platform.tools.list_all()
        if tool.active
        for message in platform.placed.list_of(tool)
        if _is_for(PLACES[message.placement], person) and message.placement != "homework_submission"
    ]


def tools_at(platform: Platform, name: str) -> list[Tool]:
    """Return the tools in use that stand at a place."""
    return [
        tool
        for tool in platform.tools.list_all()
        if tool.active and any(message.placement == name for message in platform.placed.list_of(tool))
    ]


def _is_for(place: Place, person: Person) -> bool:
    if place.around == ACCOUNT:
        return person.is_administrator
    return place.for_learners or person.may_edit


def _get_placed(platform: Platform, name: str) -> tuple[Tool, PlacedMessage]:
    tool = platform.tools.find(request.args.get("tool", PRESET_ID, int))
    if tool is None or not tool.active:
        abort(404)
    try:
        return tool, platform.placed.find(tool, name)
    except NotPlaced:
        abort(404)


def _get_visitor(platform: Platform, place: Place, key: str, course_id: str) -> tuple[Person, Course]:
    if place.around == ACCOUNT:
        return get_administrator(platform, key), get_course(platform, course_id)
    if place.for_learners:
        return get_course_member(platform, key, course_id)
    return get_course_editor(platform, key, course_id)


def _wanted_assignment(platform: Platform, place: Place, course: Course) -> int | None:
    if place.name != "homework_submission":
        return None
    assignment = platform.assignments.find(request.args.get("assignment", 0, int))
    if assignment is None or assignment.course_id != course.id:
        abort(404)
    return assignment.id
