"""A copy of a course, with new ids for everything in it, as on Moodle: nobody's grades and progress come along.

What a tool typed into custom parameters and resourceId comes along unchanged; only `$Context.id.history` says where
the copy comes from.
"""

from __future__ import annotations

from dataclasses import replace

from lti_tool.demo_platform.assignments import insert_assignment
from lti_tool.demo_platform.course import Course, insert_course
from lti_tool.demo_platform.line_item import insert_line_item
from lti_tool.demo_platform.placements import Placement, insert_placement
from lti_tool.demo_platform.platform import Platform


def copy_course(platform: Platform, course: Course, title: str, label: str = "") -> Course:
    """Copy a course with its activities, columns, assignments and restrictions."""
    items = platform.gradebook.list_items(course_id=course.id)
    placements = platform.placements.list_all(course.id)
    assignments = platform.assignments.list_all(course.id)
    with platform.store.transaction() as db:
        copied = insert_course(db, title, label or f"{course.label}-kopie", (course.id, *course.history))
        assignment_ids = {
            one.id: insert_assignment(db, one.title, maximum=one.maximum, course_id=copied.id).id for one in assignments
        }
        link_ids = {}
        for placement in placements:
            added = insert_placement(db, _moved(placement, copied.id, assignment_ids), None)
            link_ids[placement.id] = added.id
        for item in items:
            link_id = link_ids.get(item.fields.resource_link_id or "")
            insert_line_item(
                db,
                replace(item.fields, resource_link_id=link_id),
                course_id=copied.id,
                tool_id=item.tool_id,
                made_by_tool=item.made_by_tool,
            )
    for tool in platform.tools.list_all():
        platform.notices.send_copy(tool, copied, course)
    return copied


def _moved(placement: Placement, course_id: str, assignment_ids: dict[int, int]) -> Placement:
    restriction = placement.restriction
    if restriction is not None and not restriction.is_date_over:
        # An assignment that is gone stays gone: nobody meets the restriction in the copy either.
        restriction = replace(restriction, assignment_id=assignment_ids.get(restriction.assignment_id, 0))
    return replace(placement, course_id=course_id, restriction=restriction)
