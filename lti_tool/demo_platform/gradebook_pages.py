"""The gradebook: for everybody to read, as data for machines, and with a form in every cell for the teacher."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from lti_tool.demo_platform.course import CONTEXT, CONTEXT_TITLE
from lti_tool.demo_platform.grade_service import line_item_json, plain_number, result_json
from lti_tool.demo_platform.gradebook import NotGradable
from lti_tool.demo_platform.placements import Placement
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.points import PointsInvalid, read_points
from lti_tool.demo_platform.rendering import render_page
from lti_tool.demo_platform.roster import LEARNERS, Person
from lti_tool.demo_platform.visitors import get_editor, get_member, get_person, is_foreign_page

_Cell = tuple[int, str]


def gradebook_pages(platform: Platform) -> Blueprint:
    """Build the pages."""
    pages = Blueprint("gradebook", __name__)

    @pages.get("/gradebook")
    def page() -> Response:
        return _render(platform, None)

    @pages.get("/as/<key>/gradebook")
    def page_of(key: str) -> Response:
        return _render(platform, get_member(platform, key))

    @pages.post("/as/<key>/gradebook")
    def type_grade(key: str) -> Response | Redirect:
        if is_foreign_page(platform.settings):
            abort(403)
        teacher, learner = get_editor(platform, key), get_person(request.form.get("learner", ""))
        item = platform.gradebook.find_item(request.form.get("column", 0, int))
        if item is None:
            abort(404)
        try:
            if request.form.get("act") == "withdraw":
                platform.gradebook.withdraw_override(item, learner.user_id)
            else:
                points = read_points(request.form.get("score", ""), item.fields.score_maximum)
                platform.gradebook.override(item, learner.user_id, points)
        except PointsInvalid:
            return _render(platform, teacher, wrong=(item.id, learner.user_id), status=400)
        except NotGradable:
            abort(400)
        cell = f"cell-{item.id}-{learner.key}"
        return redirect(url_for("gradebook.page_of", key=key, lang=request.args.get("lang"), _anchor=cell), 303)

    @pages.get("/gradebook.json")
    def data() -> Response:
        return jsonify(
            {
                "context": CONTEXT,
                "activities": [_activity_json(placement) for placement in platform.placements.list_all()],
                "lineItems": [
                    {**line_item_json(platform, item), "madeByTool": item.made_by_tool}
                    for item in platform.gradebook.list_items()
                ],
                "learners": [_learner_json(platform, person) for person in LEARNERS],
            }
        )

    return pages


def _render(platform: Platform, person: Person | None, *, wrong: _Cell | None = None, status: int = 200) -> Response:
    return render_page(
        platform.settings,
        "demo_platform/gradebook.html",
        person=person,
        status=status,
        course_title=CONTEXT_TITLE,
        items=platform.gradebook.list_items(),
        learners=LEARNERS,
        enrolled=platform.enrolment.list_people(),
        cells={(grade.line_item_id, grade.user_id): grade for grade in platform.gradebook.list_grades()},
        wrong=wrong,
        typed=request.form.get("score", ""),
        plain_number=plain_number,
        at=lambda seconds: datetime.fromtimestamp(seconds, UTC),
    )


def _activity_json(placement: Placement) -> dict[str, Any]:
    return {
        "resourceLinkId": placement.id,
        "title": placement.title,
        "graded": placement.is_graded,
        "custom": placement.custom,
    }


def _learner_json(platform: Platform, person: Person) -> dict[str, Any]:
    items = {item.id: item for item in platform.gradebook.list_items()}
    return {
        "key": person.key,
        "userId": person.user_id,
        "name": person.name,
        "enrolled": platform.enrolment.holds(person),
        "results": [
            {
                **result_json(platform, items[grade.line_item_id], grade),
                "label": items[grade.line_item_id].fields.label,
                "activityProgress": grade.activity_progress,
                "gradingProgress": grade.grading_progress,
                "overridden": grade.overridden,
            }
            for grade in platform.gradebook.list_grades(user_id=person.user_id)
        ],
    }
