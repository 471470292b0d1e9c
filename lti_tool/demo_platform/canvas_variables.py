"""The variables of Canvas, as far as the demo knows their values.

https://canvas.instructure.com/doc/api/file.tools_variable_substitutions.html, November 2026
"""

from __future__ import annotations

import json

from lti_tool.demo_platform.course import Course
from lti_tool.demo_platform.groups import GROUPS
from lti_tool.demo_platform.roster import OBSERVER, Person

CANVAS_VARIABLES = (
    "ResourceLink.id",
    "ResourceLink.title",
    "ResourceLink.description",
    "ResourceLink.available.startDateTime",
    "ResourceLink.available.endDateTime",
    "ResourceLink.submission.endDateTime",
    "Context.id",
    "Context.title",
    "Context.label",
    "Context.id.history",
    "User.id",
    "User.username",
    "User.image",
    "Person.name.full",
    "Person.name.given",
    "Person.name.family",
    "Person.email.primary",
    "Person.address.timezone",
    "Membership.role",
    "Canvas.user.id",
    "Canvas.user.loginId",
    "Canvas.user.prefersHighContrast",
    "Canvas.course.id",
    "Canvas.course.previousContextIds",
    "Canvas.course.previousCourseIds",
    "Canvas.assignment.id",
    "Canvas.enrollment.enrollmentState",
    "Canvas.membership.roles",
    "Canvas.group.contextIds",
    "com.instructure.Assignment.lti.id",
    "com.instructure.Assignment.restrict_quantitative_data",
    "com.instructure.Course.groupIds",
    "com.instructure.PostMessageToken",
    "com.instructure.User.observees",
    "com.instructure.User.sectionNames",
    "com.instructure.brandConfigJSON.url",
)
"""Those that the OpenID configuration lists; not all of them have a value here."""
_IDS_FROM = 1000
"""The numbers of Canvas are not the ids of LTI."""
_NO_TIME_ZONE = "99"


def canvas_values(person: Person, course: Course | None) -> dict[str, str]:
    """Return the values for somebody who opens a tool; None as course: outside the courses."""
    values = {
        "Canvas.user.id": canvas_number(person.user_id),
        "Canvas.user.loginId": person.key,
        "Canvas.user.prefersHighContrast": "false",
        "Canvas.membership.roles": _role(person),
        "com.instructure.PostMessageToken": f"message-token-{person.user_id}",
    }
    if person.time_zone == _NO_TIME_ZONE:
        values["Person.address.timezone"] = "Europe/Amsterdam"
    if person == OBSERVER:
        values["com.instructure.User.observees"] = "5"
    if course:
        values |= {
            "Canvas.course.id": canvas_number(course.id),
            "Canvas.course.previousContextIds": ",".join(course.history),
            "Canvas.course.previousCourseIds": ",".join(map(canvas_number, course.history)),
            "Canvas.enrollment.enrollmentState": "active",
            "Canvas.group.contextIds": ",".join(person.group_ids),
            "com.instructure.Course.groupIds": ",".join(group.id for group in GROUPS),
            "com.instructure.User.sectionNames": json.dumps([course.title], ensure_ascii=False),
            "com.instructure.Assignment.restrict_quantitative_data": "false",
        }
    return values


def canvas_number(lti_id: str) -> str:
    """Return the number of Canvas for an id of LTI."""
    return str(_IDS_FROM + int(lti_id)) if lti_id.isdecimal() else lti_id


def _role(person: Person) -> str:
    if person.is_observer:
        return "ObserverEnrollment"
    if person.is_learner:
        return "StudentEnrollment"
    return "TaEnrollment" if person.is_assistant else "TeacherEnrollment"
