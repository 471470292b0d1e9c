"""Assignments of the platform itself: added and graded by the teacher, ticked off by the learner."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from lti_tool.demo_platform.assignments import Assignment, Progress
from lti_tool.demo_platform.course import CONTEXT_ID, LONGEST_TITLE, Course
from lti_tool.demo_platform.grade_service import plain_number
from lti_tool.demo_platform.place_pages import tools_at
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.points import PointsInvalid, read_points
from lti_tool.demo_platform.rendering import render_page
from lti_tool.demo_platform.roster import Person
from lti_tool.demo_platform.visitors import get_course, get_course_editor, get_member, get_person, is_foreign_page

_LARGEST_MAXIMUM = 1_000_000
_MOST_ROWS = 100


def assignment_pages(platform: Platform) -> Blueprint:
    """Build the pages."""
    pages = Blueprint("assignments", __name__)

    @pages.before_request
    def only_from_our_pages() -> None:
        if request.method == "POST" and is_foreign_page(platform.settings):
            abort(403)

    @pages.route("/as/<key>/assignments/new", methods=["GET", "POST"], defaults={"course_id": CONTEXT_ID})
    @pages.route("/as/<key>/courses/<course_id>/assignments/new", methods=["GET", "POST"])
    def add(key: str, course_id: str) -> Response | Redirect:
        person, course = get_course_editor(platform, key, course_id)
        title, wrong = request.form.get("title", "").strip(), {}
        graded, typed = "graded" in request.form, request.form.get("maximum", "100")
        maximum = _read(typed, _LARGEST_MAXIMUM) if graded else None
        if request.method == "POST" and not 0 < len(title) <= LONGEST_TITLE:
            wrong["title"] = "activity_title_wrong"
        if request.method == "POST" and graded and not maximum:
            wrong["maximum"] = "maximum_wrong"
        if request.method == "POST" and not wrong:
            added = platform.assignments.add(title, maximum=maximum, course_id=course.id)
            return _to_assignment(person, added)
        return render_page(
            platform.settings,
            "demo_platform/assignment_form.html",
            person=person,
            status=400 if wrong else 200,
            course=course,
            title=title,
            graded=graded,
            maximum=typed,
            wrong=wrong,
            longest_title=LONGEST_TITLE,
        )

    @pages.get("/as/<key>/assignments/<int:assignment_id>")
    def show(key: str, assignment_id: int) -> Response:
        assignment, course = _get_assignment(platform, assignment_id)
        return _render(platform, get_member(platform, key, course.id), assignment, course)

    @pages.post("/as/<key>/assignments/<int:assignment_id>/complete")
    def complete(key: str, assignment_id: int) -> Redirect:
        """A learner ticks the assignment off, or takes the tick away; a teacher does it for a learner."""
        assignment, course = _get_assignment(platform, assignment_id)
        person = get_member(platform, key, course.id)
        learner = person if person.is_learner else _wanted_learner(platform, course, person)
        platform.assignments.complete(assignment, [learner.user_id], done=request.form.get("done") == "1")
        return _to_assignment(person, assignment)

    @pages.post("/as/<key>/assignments/<int:assignment_id>/grade")
    def grade(key: str, assignment_id: int) -> Response | Redirect:
        assignment, course = _get_assignment(platform, assignment_id)
        person = get_member(platform, key, course.id)
        learner, typed = _wanted_learner(platform, course, person), request.form.get("score", "").strip()
        if assignment.maximum is None:
            abort(400)
        points = _read(typed, assignment.maximum)
        if typed and points is None:
            return _render(platform, person, assignment, course, wrong=learner.user_id)
        platform.assignments.grade(assignment, [learner.user_id], points)
        return _to_assignment(person, assignment)

    @pages.post("/as/<key>/assignments/<int:assignment_id>/delete")
    def delete(key: str, assignment_id: int) -> Redirect:
        assignment, course = _get_assignment(platform, assignment_id)
        person, _ = get_course_editor(platform, key, course.id)
        platform.assignments.delete(assignment)
        lang = request.args.get("lang")
        return redirect(url_for("course.course", key=person.key, course_id=course.id, lang=lang), 303)

    return pages


def _get_assignment(platform: Platform, assignment_id: int) -> tuple[Assignment, Course]:
    assignment = platform.assignments.find(assignment_id)
    if assignment is None:
        abort(404)
    return assignment, get_course(platform, assignment.course_id)


def _wanted_learner(platform: Platform, course: Course, person: Person) -> Person:
    """Return the learner whom somebody who teaches means: the assistant may grade too."""
    learner = get_person(request.form.get("learner", ""))
    if person.is_learner or person.is_observer:
        abort(403)
    if not learner.is_learner or not platform.enrolment.holds(learner, course.id):
        abort(400)
    return learner


def _read(text: str, maximum: float) -> float | None:
    try:
        return read_points(text, maximum)
    except PointsInvalid:
        return None


def _render(platform: Platform, person: Person, assignment: Assignment, course: Course, *, wrong: str = "") -> Response:
    learners = [one for one in platform.enrolment.list_people(course.id) if one.is_learner]
    return render_page(
        platform.settings,
        "demo_platform/assignment.html",
        person=person,
        status=400 if wrong else 200,
        course=course,
        assignment=assignment,
        learners=learners[:_MOST_ROWS],
        count=len(learners),
        progress=platform.assignments.progress(assignment.id),
        **_handed_in(platform, person, assignment),
        nothing=Progress(),
        wrong=wrong,
        typed=request.form.get("score", ""),
        plain_number=plain_number,
    )


def _handed_in(platform: Platform, person: Person, assignment: Assignment) -> dict[str, Any]:
    """Return what was handed in through tools, as far as this person may see it, and the tools for it."""
    work = platform.embedded.list_handed_in(assignment.id, person.user_id if person.is_learner else None)
    people = {one.user_id: one for one in platform.enrolment.list_everybody(assignment.course_id)}
    seen = [] if person.is_observer else [(one, people[one.user_id]) for one in work if one.user_id in people]
    return {"handed_in": seen, "submitting": tools_at(platform, "homework_submission")}


def _to_assignment(person: Person, assignment: Assignment) -> Redirect:
    lang = request.args.get("lang")
    return redirect(url_for("assignments.show", key=person.key, assignment_id=assignment.id, lang=lang), 303)
