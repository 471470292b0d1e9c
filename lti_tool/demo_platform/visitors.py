"""Who looks at a page, and what they may do there. The person stands in the address; nothing else says who it is."""

from __future__ import annotations

from typing import NoReturn

from flask import abort, request

from lti_tool.demo_platform.course import CONTEXT_ID, Course
from lti_tool.demo_platform.placements import Placement
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.rendering import render_page
from lti_tool.demo_platform.roster import Person, find_person
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.demo_platform.tools import Tool


def get_person(key: str) -> Person:
    """Return the person of an address, in the course or not. Answers 404 when there is nobody of that name."""
    person = find_person(key)
    if person is None:
        abort(404)
    return person


def get_member(platform: Platform, key: str, course_id: str = CONTEXT_ID) -> Person:
    """Return the person of an address. Answers 403 with a page when they left the course."""
    person = get_person(key)
    if not platform.enrolment.knows(person, course_id):
        abort(404)
    if not platform.enrolment.holds(person, course_id):
        _close(platform, person, "left")
    return person


def get_editor(platform: Platform, key: str, course_id: str = CONTEXT_ID) -> Person:
    """Return the person of an address. Answers 403 with a page when they may not change anything."""
    person = get_member(platform, key, course_id)
    if not person.may_edit:
        _close(platform, person, "closed")
    return person


def get_course_member(platform: Platform, key: str, course_id: str) -> tuple[Person, Course]:
    """Return person and course of an address; each is missing or closed as above."""
    course = get_course(platform, course_id)
    return get_member(platform, key, course.id), course


def get_course_editor(platform: Platform, key: str, course_id: str) -> tuple[Person, Course]:
    """Return person and course of an address, for a page on which something is changed."""
    course = get_course(platform, course_id)
    return get_editor(platform, key, course.id), course


def get_administrator(platform: Platform, key: str) -> Person:
    """Return the person of an address. Answers 403 with a page when they do not look after the platform."""
    person = get_person(key)
    if not person.is_administrator:
        _close(platform, person, "admin_only")
    return person


def get_participant(platform: Platform, key: str, placement: Placement) -> Person:
    """Return the person of an address. Answers 403 with a page when the activity is not available to them."""
    person = get_member(platform, key, placement.course_id)
    if not platform.lets_open(person, placement):
        _close(platform, person, "locked")
    return person


def get_tool_of(platform: Platform, placement: Placement, person: Person) -> Tool:
    """Return the tool of an activity. Answers 403 with a page when it is not in use."""
    tool = platform.tool_of(placement)
    if tool is None or not tool.active:
        _close(platform, person, "no_tool")
    return tool


def get_course(platform: Platform, course_id: str) -> Course:
    """Return the course of an address. Answers 404 when there is none."""
    course = platform.courses.find(course_id)
    if course is None:
        abort(404)
    return course


def get_placement(platform: Platform, placement_id: str) -> Placement:
    """Return the placement of an address. Answers 404 when there is none."""
    placement = platform.placements.find(placement_id)
    if placement is None:
        abort(404)
    return placement


def _close(platform: Platform, person: Person, notice: str) -> NoReturn:
    abort(render_page(platform.settings, "demo_platform/closed.html", person=person, status=403, notice=notice))


def is_foreign_page(settings: PlatformSettings) -> bool:
    """Tell whether a page of another site sent this request: of the tool, for one, which is open in a frame here.

    https://fetch.spec.whatwg.org/#origin-header: browsers send it with every POST, other clients need not.
    """
    return request.headers.get("Origin") not in (None, settings.platform_url)
