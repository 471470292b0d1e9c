"""What the roster says of a member beside the specification, by the profile.

https://canvas.instructure.com/doc/api/names_and_role.html, November 2026
"""

from __future__ import annotations

from typing import Any

from lti_tool.demo_platform.canvas_claims import picture_of
from lti_tool.demo_platform.canvas_variables import canvas_number
from lti_tool.demo_platform.course import Course
from lti_tool.demo_platform.custom_parameters import read_custom_parameters
from lti_tool.demo_platform.placements import Placement
from lti_tool.demo_platform.platform import Platform
from lti_tool.demo_platform.roster import Person
from lti_tool.demo_platform.tools import Tool
from lti_tool.demo_platform.variables import Occasion

_CLAIM = "https://purl.imsglobal.org/spec/lti/claim"


def more_of_member(platform: Platform) -> dict[str, Any]:
    """Return what every member has."""
    return {"picture": picture_of(platform.settings)} if platform.settings.profile.pictures_sent else {}


def more_of_message(
    platform: Platform, tool: Tool, person: Person, course: Course, link: Placement | None
) -> dict[str, Any]:
    """Return what the message of a member has when one link is asked about; None is the link of the course itself.

    It is the bulk way to what launches tell one by one: the custom parameters with the values of each member.
    """
    if not platform.settings.profile.members_have_custom:
        return {}
    custom = {**(link.custom if link else {}), **read_custom_parameters(tool.custom)}
    occasion = Occasion(person, course, link.id if link else course.id, link.title if link else course.title)
    return {
        "locale": person.locale,
        "https://www.instructure.com/canvas_user_id": int(canvas_number(person.user_id)),
        "https://www.instructure.com/canvas_user_login_id": person.key,
        f"{_CLAIM}/custom": platform.variables.expand(custom, occasion),
    }
