"""Levers for courses, people, assignments and tools: what a test would otherwise click together page by page."""

from __future__ import annotations

from dataclasses import asdict, replace

from flask import Blueprint, Response, abort, jsonify, request

from lti_tool.demo_platform.assignments import Assignment
from lti_tool.demo_platform.course import CONTEXT_ID, Course
from lti_tool.demo_platform.course_copy import copy_course
from lti_tool.demo_platform.crowd import LARGEST, key_of
from lti_tool.demo_platform.placements import Placement
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.points import PointsInvalid, read_points
from lti_tool.demo_platform.registration_endpoint import configuration_url
from lti_tool.demo_platform.restrictions import DATE_OVER, Restriction, Visibility
from lti_tool.demo_platform.roster import Person, find_person, find_user
from lti_tool.demo_platform.tools import Tool

_EVERYBODY = "*"
_LARGEST_MAXIMUM = 1_000_000


def add_course_levers(levers: Blueprint, platform: Platform) -> None:
    """Put these levers beside the others. `course` names a course by its id; the first, where it is left out."""

    @levers.post("/people")
    def people() -> Response:
        size, course = request.values.get("count", -1, int), wanted_course(platform)
        if not 0 <= size <= LARGEST:
            abort(400)
        platform.enrolment.set_crowd(size, course.id)
        return jsonify({"course": course.id, "count": size, "keys": [key_of(1), key_of(size)] if size else []})

    @levers.post("/suspend")
    def suspend() -> Response:
        person, course = wanted_person(), wanted_course(platform)
        platform.enrolment.leave(person, course.id, suspended=True)
        return jsonify({"person": person.key, "enrolled": False, "suspended": True})

    @levers.post("/course")
    def course() -> Response:
        title = request.values.get("title", "").strip() or abort(400)
        return _course_answer(platform.courses.add(title, request.values.get("label", title[:10])))

    @levers.post("/copy-course")
    def copy() -> Response:
        origin = wanted_course(platform)
        return _course_answer(copy_course(platform, origin, request.values.get("title", f"{origin.title} (kopie)")))

    @levers.post("/assignment")
    def assignment() -> Response:
        title, text = request.values.get("title", "").strip() or abort(400), request.values.get("maximum")
        maximum = None if text is None else _read(text, _LARGEST_MAXIMUM)
        added = platform.assignments.add(title, maximum=maximum, course_id=wanted_course(platform).id)
        return jsonify(asdict(added))

    @levers.post("/delete-assignment")
    def delete_assignment() -> Response:
        gone = _wanted_assignment(platform)
        platform.assignments.delete(gone)
        return jsonify(asdict(gone))

    @levers.post("/complete")
    def complete() -> Response:
        wanted, done = _wanted_assignment(platform), request.values.get("done", "1") == "1"
        user_ids = _wanted_user_ids(platform, wanted)
        platform.assignments.complete(wanted, user_ids, done=done)
        return jsonify({"assignment": wanted.id, "done": done, "people": len(user_ids)})

    @levers.post("/grade")
    def grade() -> Response:
        wanted, text = _wanted_assignment(platform), request.values.get("score", "")
        if wanted.maximum is None:
            abort(400)
        points, user_ids = _read(text, wanted.maximum) if text else None, _wanted_user_ids(platform, wanted)
        platform.assignments.grade(wanted, user_ids, points)
        return jsonify({"assignment": wanted.id, "score": points, "people": len(user_ids)})

    @levers.post("/restrict")
    def restrict() -> Response:
        """Restrict an activity to an assignment, complete or with `least_percent`, or to a date that is `over`.

        Without any of them it is free.
        """
        placement = _wanted_placement(platform)
        restriction = Restriction(DATE_OVER) if request.values.get("over") else None
        if request.values.get("assignment"):
            least = request.values.get("least_percent")
            restriction = Restriction(_wanted_assignment(platform).id, None if least is None else _read(least, 100))
        changed = replace(placement, restriction=restriction, visibility=_wanted_visibility(placement))
        platform.placements.save(changed)
        return jsonify({"activity": changed.id, "visibility": changed.visibility})

    @levers.post("/delete-activity")
    def delete_activity() -> Response:
        placement = _wanted_placement(platform)
        platform.placements.delete(placement)
        return jsonify({"activity": placement.id})

    @levers.post("/deep-linking-data")
    def deep_linking_data() -> Response:
        data = request.values.get("data")
        platform.deep_links.send_data(data)
        return jsonify({"data": data})

    @levers.post("/registration-token")
    def registration_token() -> Response:
        """Return what a registration address is opened with, without opening it."""
        tool = _wanted_tool(platform) if request.values.get("tool") else None
        return jsonify(
            {
                "openid_configuration": configuration_url(platform),
                "registration_token": platform.registration_tokens.write(tool),
            }
        )

    @levers.get("/tools")
    def tools() -> Response:
        return jsonify([asdict(tool) for tool in platform.tools.list_all()])

    @levers.post("/activate")
    def activate() -> Response:
        """Activate a tool and offer it to teachers; with `active=0`, put it out of use."""
        active = request.values.get("active", "1") == "1"
        tool = replace(_wanted_tool(platform), active=active, in_chooser=active)
        platform.tools.save(tool)
        return jsonify(asdict(tool))

    @levers.post("/tool-custom")
    def tool_custom() -> Response:
        """Set the custom parameters of a tool as a whole, one `name=value` a line."""
        tool = replace(_wanted_tool(platform), custom=request.values.get("custom", ""))
        platform.tools.save(tool)
        return jsonify(asdict(tool))


def wanted_person() -> Person:
    """Return the person whom a request names, by key or user id."""
    name = request.values.get("person", "")
    return find_person(name) or find_user(name) or abort(404)


def wanted_course(platform: Platform) -> Course:
    """Return the course that a request names."""
    return platform.courses.find(request.values.get("course", CONTEXT_ID)) or abort(404)


def _course_answer(course: Course) -> Response:
    return jsonify({**course.context, "history": list(course.history)})


def _wanted_assignment(platform: Platform) -> Assignment:
    return platform.assignments.find(request.values.get("assignment", 0, int)) or abort(404)


def _wanted_placement(platform: Platform) -> Placement:
    return platform.placements.find(request.values.get("activity", "")) or abort(404)


def _wanted_tool(platform: Platform) -> Tool:
    return platform.tools.find(request.values.get("tool", 0, int)) or abort(404)


def _wanted_visibility(placement: Placement) -> Visibility:
    try:
        return Visibility(request.values.get("visibility", placement.visibility))
    except ValueError:
        abort(400)


def _wanted_user_ids(platform: Platform, assignment: Assignment) -> list[str]:
    """Return whom a request names by `person`, as often as it is given; `*` is every learner of the course."""
    learners = [one for one in platform.enrolment.list_people(assignment.course_id) if one.is_learner]
    names = request.values.getlist("person")
    if _EVERYBODY in names:
        return [one.user_id for one in learners]
    found = {name: one.user_id for one in learners for name in (one.user_id, one.key) if name in names}
    if not names or len(found) != len(set(names)):
        abort(404)
    return list(found.values())


def _read(text: str, maximum: float) -> float:
    try:
        return read_points(text, maximum)
    except PointsInvalid:
        abort(400)
