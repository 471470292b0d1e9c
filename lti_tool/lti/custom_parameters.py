"""The custom parameters that we ask a platform to send along, beside those of lti_tool.lti.link_parameters.

Two kinds. What we set ourselves when a teacher picks an item travels with that one link. What we ask for when we are
registered travels with every launch; its value is a variable that the platform fills in, and one that it cannot fill in
is absent from the claims. Keys are [a-z0-9_]: Moodle writes them as lines and lets those of the tool win over those
of a link (4.5, 2026-11), so no key is of both kinds.
https://www.imsglobal.org/spec/lti/v1p3/#custom-properties-and-variables
"""

from __future__ import annotations

from collections.abc import Collection

ITEM = "mijlpaal_item"
"""Of one link: the id of our content item."""

CONTEXT_HISTORY = "context_history"
"""The ids of the courses that this one was copied from, the newest first, separated by commas."""
PREVIOUS_CONTEXTS = "previous_contexts"
"""The same where the platform has a name of its own for it."""
TIME_ZONE = "time_zone"
"""The person's time zone, as in Europe/Amsterdam."""
GROUP_IDS = "group_ids"
"""The ids of the person's groups in this course, separated by commas."""
HIGH_CONTRAST = "high_contrast"
""""true" where the person asked the platform for more contrast."""
HIDE_NUMBERS = "hide_numbers"
""""true" where learners are not to see numbers of this assignment."""

_VARIABLES: dict[str, tuple[str, ...]] = {
    CONTEXT_HISTORY: ("Context.id.history",),
    PREVIOUS_CONTEXTS: ("Canvas.course.previousContextIds",),
    TIME_ZONE: ("Person.address.timezone",),
    # Of the person: com.instructure.Course.groupIds are all groups of the course (Canvas, 2026-11).
    GROUP_IDS: ("Moodle.Person.userGroupIds", "Canvas.group.contextIds"),
    HIGH_CONTRAST: ("Canvas.user.prefersHighContrast",),
    HIDE_NUMBERS: ("com.instructure.Assignment.restrict_quantitative_data",),
}


def tool_parameters(variables: Collection[str]) -> dict[str, str]:
    """Return the parameters to register, given the variables that the platform can fill in (without their "$").

    Values are strings, as Canvas insists; what a platform does not offer is not asked of it.
    """
    offered = set(variables)
    asked: dict[str, str] = {}
    for key, candidates in _VARIABLES.items():
        found = next((variable for variable in candidates if variable in offered), None)
        if found is not None:
            asked[key] = f"${found}"
    return asked
