"""Custom parameters with variables in them: `$Name`, replaced when the tool is opened.

https://www.imsglobal.org/spec/lti/v1p3/#customproperty: a platform that cannot replace one leaves it as it stands.
The variables of Canvas are in canvas_variables.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lti_tool.demo_platform.canvas_variables import canvas_values
from lti_tool.demo_platform.course import Course
from lti_tool.demo_platform.profile import PlatformProfile
from lti_tool.demo_platform.roster import Person
from lti_tool.demo_platform.store import Store

MOODLE_VARIABLES = (
    "basic-lti-launch-request",
    "ContentItemSelectionRequest",
    "ToolProxyRegistrationRequest",
    "Context.id",
    "Context.title",
    "Context.label",
    "Context.id.history",
    "Context.sourcedId",
    "Context.longDescription",
    "Context.timeFrame.begin",
    "CourseSection.title",
    "CourseSection.label",
    "CourseSection.sourcedId",
    "CourseSection.longDescription",
    "CourseSection.timeFrame.begin",
    "CourseSection.timeFrame.end",
    "ResourceLink.id",
    "ResourceLink.title",
    "ResourceLink.description",
    "User.id",
    "User.username",
    "Person.name.full",
    "Person.name.given",
    "Person.name.family",
    "Person.email.primary",
    "Person.sourcedId",
    "Person.name.middle",
    "Person.address.street1",
    "Person.address.locality",
    "Person.address.country",
    "Person.address.timezone",
    "Person.phone.primary",
    "Person.phone.mobile",
    "Person.webaddress",
    "Membership.role",
    "Result.sourcedId",
    "Result.autocreate",
    "BasicOutcome.sourcedId",
    "BasicOutcome.url",
    "Moodle.Person.userGroupIds",
)
"""Those of a real Moodle 4.5, as its OpenID configuration lists them. What nobody filled in is empty there."""
_MESSAGES = 3
"""The first ones name messages of before LTI 1.3, and have no value."""


@dataclass(frozen=True)
class Occasion:
    """Who opens what, where: what the values of variables depend on."""

    person: Person
    course: Course | None = None
    """None for what stands outside the courses."""
    link_id: str = ""
    link_title: str = ""
    link_text: str = ""
    services: Mapping[str, str] = field(default_factory=dict)
    """The addresses of the services here, by the names of their variables."""


class Variables:
    """What the platform knows, and what a test said instead."""

    def __init__(self, store: Store, profile: PlatformProfile) -> None:
        self._store = store
        self._profile = profile

    def set(self, name: str, value: str | None) -> None:
        """Let a variable have this value for everybody; None takes that back."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM variable WHERE name = ?", (name,))
            if value is not None:
                db.execute("INSERT INTO variable VALUES (?, ?)", (name, value))

    def expand(self, custom: Mapping[str, str], occasion: Occasion) -> dict[str, str]:
        """Return the parameters as they travel."""
        with self._store.reading() as db:
            said = {str(row[0]): str(row[1]) for row in db.execute("SELECT name, value FROM variable")}
        canvas = canvas_values(occasion.person, occasion.course) if self._profile.canvas_variables else {}
        moodle = {} if self._profile.canvas_variables else _moodle(occasion)
        known = {**moodle, **_standard(occasion), **canvas, **occasion.services, **said}
        expanded = {}
        for name, value in custom.items():
            if not value.startswith("$"):
                expanded[name] = value
            elif value[1:] in known:
                expanded[name] = known[value[1:]]
            elif self._profile.unresolved_variables_stay:
                expanded[name] = value
        return expanded


def _standard(occasion: Occasion) -> dict[str, str]:
    person, course = occasion.person, occasion.course
    values = {
        "User.id": person.user_id,
        "User.username": person.key,
        "Person.name.full": person.name,
        "Person.name.given": person.given_name,
        "Person.name.family": person.family_name,
        "Person.address.timezone": person.time_zone,
        "Membership.role": ",".join(person.roles),
    }
    if person.email:
        values["Person.email.primary"] = person.email
    if course:
        values |= {"Context.id": course.id, "Context.label": course.label, "Context.title": course.title}
        values["Context.id.history"] = ",".join(course.history)
    if occasion.link_id:
        values |= {"ResourceLink.id": occasion.link_id, "ResourceLink.title": occasion.link_title}
        values["ResourceLink.description"] = occasion.link_text
    return values


def _moodle(occasion: Occasion) -> dict[str, str]:
    values = dict.fromkeys(MOODLE_VARIABLES[_MESSAGES:], "")
    if occasion.course:
        values |= {"CourseSection.label": occasion.course.label, "CourseSection.title": occasion.course.title}
    values["Moodle.Person.userGroupIds"] = ",".join(occasion.person.group_ids)
    return values
