"""The gradebook: for everybody to read, as data for machines, and with a form in every cell for the teacher.

Where a column has a review, a cell leads to what the learner did, in the tool.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from lti_tool.demo_platform.course import CONTEXT_ID, Course
from lti_tool.demo_platform.grade_service import plain_number
from lti_tool.demo_platform.gradebook import NotGradable
from lti_tool.demo_platform.gradebook_data import gradebook_data
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.points import PointsInvalid, read_points
from lti_tool.demo_platform.rendering import render_page
from lti_tool.demo_platform.roster import Person
from lti_tool.demo_platform.tool_frame import render_tool_page
from lti_tool.demo_platform.visitors import (
    get_course,
    get_course_editor,
    get_course_member,
    get_participant,
    get_person,
    get_placement,
    get_tool_of,
    is_foreign_page,
)

_Cell = tuple[int, str]


_MOST_ROWS = 100
"""The page of a course of thousands shows the first learners; the data hold everybody."""


def gradebook_pages(platform: Platform) -> Blueprint:
    """Build the pages."""
    pages = Blueprint("gradebook", __name__)

    @pages.get("/gradebook", defaults={"course_id": CONTEXT_ID})
    @pages.get("/courses/<course_id>/gradebook")
    def page(course_id: str) -> Response:
        return _render(platform, None, get_course(platform, course_id))

    @pages.get("/as/<key>/gradebook", defaults={"course_id": CONTEXT_ID})
    @pages.get("/as/<key>/courses/<course_id>/gradebook")
    def page_of(key: str, course_id: str) -> Response:
        return _render(platform, *get_course_member(platform, key, course_id))

    @pages.post("/as/<key>/gradebook", defaults={"course_id": CONTEXT_ID})
    @pages.post("/as/<key>/courses/<course_id>/gradebook")
    def type_grade(key: str, course_id: str) -> Response | Redirect:
        if is_foreign_page(platform.settings):
            abort(403)
        teacher, course = get_course_editor(platform, key, course_id)
        learner = get_person(request.form.get("learner", ""))
        item = platform.gradebook.find_item(request.form.get("column", 0, int))
        if item is None or item.course_id != course.id:
            abort(404)
        try:
            if request.form.get("act") == "withdraw":
                platform.gradebook.withdraw_override(item, learner.user_id)
            else:
                points = read_points(request.form.get("score", ""), item.fields.score_maximum)
                platform.gradebook.override(item, learner.user_id, points)
        except PointsInvalid:
            return _render(platform, teacher, course, wrong=(item.id, learner.user_id), status=400)
        except NotGradable:
            abort(400)
        cell = f"cell-{item.id}-{learner.key}"
        lang = request.args.get("lang")
        return redirect(url_for("gradebook.page_of", key=key, course_id=course.id, lang=lang, _anchor=cell), 303)

    @pages.get("/as/<key>/review/<int:item_id>/<learner_key>")
    def review(key: str, item_id: int, learner_key: str) -> Response:
        item, learner = platform.gradebook.find_item(item_id), get_person(learner_key)
        if item is None or item.fields.review is None or item.fields.resource_link_id is None:
            abort(404)
        placement = get_placement(platform, item.fields.resource_link_id)
        person = get_participant(platform, key, placement)
        if person.is_learner and person != learner:
            abort(403)
        return render_tool_page(
            platform,
            "demo_platform/review.html",
            tool=get_tool_of(platform, placement, person),
            person=person,
            course=get_course(platform, item.course_id),
            shown=placement,
            item=item,
            learner=learner,
        )

    @pages.get("/gradebook.json", defaults={"course_id": CONTEXT_ID})
    @pages.get("/courses/<course_id>/gradebook.json")
    def data(course_id: str) -> Response:
        return jsonify(gradebook_data(platform, get_course(platform, course_id)))

    return pages


def _render(
    platform: Platform, person: Person | None, course: Course, *, wrong: _Cell | None = None, status: int = 200
) -> Response:
    learners = platform.enrolment.list_learners(course.id)
    return render_page(
        platform.settings,
        "demo_platform/gradebook.html",
        person=person,
        status=status,
        course=course,
        course_title=course.title,
        items=platform.gradebook.list_shown(course.id),
        learners=learners[:_MOST_ROWS],
        count=len(learners),
        gone=platform.enrolment.list_gone(course.id),
        cells={
            (grade.line_item_id, grade.user_id): grade for grade in platform.gradebook.list_grades(course_id=course.id)
        },
        wrong=wrong,
        typed=request.form.get("score", ""),
        plain_number=plain_number,
        at=lambda seconds: datetime.fromtimestamp(seconds, UTC),
    )
