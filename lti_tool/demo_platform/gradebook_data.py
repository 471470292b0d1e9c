"""Everything that the gradebook of a course holds, for machines."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict
from typing import Any

from lti_tool.demo_platform.course import Course
from lti_tool.demo_platform.grade_service import line_item_json, result_json, urls_of
from lti_tool.demo_platform.placements import Placement
from lti_tool.demo_platform.platform import Platform


def gradebook_data(platform: Platform, course: Course) -> dict[str, Any]:
    """Return the activities, columns and grades of a course."""
    shown = platform.gradebook.list_shown(course.id)
    items = platform.gradebook.list_items(course_id=course.id)
    results = _results(platform, course)
    gone = platform.enrolment.list_gone(course.id)
    item_ids = {item.id for item in items}
    return {
        "context": course.context,
        "activities": [_activity(placement) for placement in platform.placements.list_all(course.id)],
        "lineItems": [{**line_item_json(platform, item), "madeByTool": item.made_by_tool} for item in shown],
        "assignments": [asdict(one) for one in platform.gradebook.list_assignments() if one.line_item_id in item_ids],
        "learners": [
            {
                "key": person.key,
                "userId": person.user_id,
                "name": person.name,
                "enrolled": person.user_id not in gone,
                "results": results[person.user_id],
            }
            for person in platform.enrolment.list_learners(course.id)
        ],
    }


def _results(platform: Platform, course: Course) -> dict[str, list[dict[str, Any]]]:
    items = {item.id: item for item in platform.gradebook.list_items(course_id=course.id)}
    urls = {item_id: urls_of(platform, item) for item_id, item in items.items()}
    attempts = Counter((attempt.line_item_id, attempt.user_id) for attempt in platform.gradebook.list_attempts())
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for grade in platform.gradebook.list_grades(course_id=course.id):
        item = items[grade.line_item_id]
        result = {
            **result_json(platform, item, grade, urls[item.id]),
            "label": item.fields.label,
            "activityProgress": grade.activity_progress,
            "gradingProgress": grade.grading_progress,
            "overridden": grade.overridden,
            "attempts": attempts[item.id, grade.user_id],
        }
        found[grade.user_id].append(result)
    return found


def _activity(placement: Placement) -> dict[str, Any]:
    return {
        "resourceLinkId": placement.id,
        "title": placement.title,
        "text": placement.text,
        "url": placement.url,
        "graded": placement.is_graded,
        "custom": placement.custom,
        "visibility": placement.visibility,
        "restriction": asdict(placement.restriction) if placement.restriction else None,
    }
