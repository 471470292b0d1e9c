"""What a person sees of Demo-school: the choice of a person, the course with the tool in it, the gradebook."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from lti_tool.demo_platform.course import CONTEXT, CONTEXT_TITLE
from lti_tool.demo_platform.grade_service import line_item_json, plain_number, result_json
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.rendering import render_page
from lti_tool.demo_platform.roster import LEARNERS, PEOPLE, Person, find_person


def course_pages(platform: Platform) -> Blueprint:
    """Build the pages."""
    pages = Blueprint("course", __name__)
    settings = platform.settings

    @pages.get("/")
    def people() -> Response:
        teachers = [person for person in PEOPLE if not person.is_learner]
        return render_page(settings, "demo_platform/people.html", teachers=teachers, learners=LEARNERS)

    @pages.get("/as/<key>/course")
    def course(key: str) -> Response:
        person = _get_person(key)
        passed_on = {name: request.args[name] for name in ("lang", "locale") if name in request.args}
        return render_page(
            settings, "demo_platform/course.html", person=person, course_title=CONTEXT_TITLE, passed_on=passed_on
        )

    @pages.get("/as/<key>/return")
    def returned(key: str) -> Response:
        # https://www.imsglobal.org/spec/lti/v1p3/#launch-presentation-claim: the tool may say why it sent us back.
        messages = [request.args[name] for name in ("lti_msg", "lti_errormsg") if request.args.get(name)]
        return render_page(settings, "demo_platform/returned.html", person=_get_person(key), messages=messages)

    @pages.get("/gradebook")
    def gradebook() -> Response:
        items = platform.gradebook.list_items()
        cells = {(grade.line_item_id, grade.user_id): grade for grade in platform.gradebook.list_grades()}
        return render_page(
            settings,
            "demo_platform/gradebook.html",
            course_title=CONTEXT_TITLE,
            items=items,
            learners=LEARNERS,
            cells=cells,
            plain_number=plain_number,
            at=lambda seconds: datetime.fromtimestamp(seconds, UTC),
        )

    @pages.get("/gradebook.json")
    def gradebook_data() -> Response:
        items = platform.gradebook.list_items()
        return jsonify(
            {
                "context": CONTEXT,
                "lineItems": [line_item_json(platform, item) for item in items],
                "learners": [_learner_json(platform, person) for person in LEARNERS],
            }
        )

    return pages


def _get_person(key: str) -> Person:
    person = find_person(key)
    if person is None:
        abort(404)
    return person


def _learner_json(platform: Platform, person: Person) -> dict[str, Any]:
    items = {item.id: item for item in platform.gradebook.list_items()}
    return {
        "key": person.key,
        "userId": person.user_id,
        "name": person.name,
        "results": [
            {
                **result_json(platform, items[grade.line_item_id], grade),
                "activityProgress": grade.activity_progress,
                "gradingProgress": grade.grading_progress,
                "overridden": grade.overridden,
            }
            for grade in platform.gradebook.list_grades(user_id=person.user_id)
        ],
    }
