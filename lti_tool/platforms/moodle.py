"""Moodle, as run at version 4.5.6 in November 2026.

https://github.com/moodle/moodle/tree/MOODLE_405_STABLE/mod/lti
"""

from __future__ import annotations

from lti_tool.platforms.family import PlatformFamily
from lti_tool.platforms.registration_habits import ByHand, RegistrationHabits

MOODLE = PlatformFamily(
    product_family_code="moodle",
    only_fully_graded=True,  # 2026-11: Pending with a score left grade and feedback empty
    equal_second_timestamp_conflicts=True,  # 2026-11: 409, also for an older one
    comment_must_be_repeated=True,  # 2026-11: the earlier feedback does not come back
    grade_by_hand_stays=True,  # 2026-11: 200, and the overridden grade stays
    roster_calls_assistants_learners=True,  # 2026-11: the roster asks for another capability than the launch
    frame_resize="text",  # 2026-11: Moodle does not listen; a plugin that does reads JSON text
    links_have_address=False,  # 2026-11: with one the link belongs to whichever tool has our host
    # 2026-11: rlid honours "Restrict access", and staff are always listed. Hiding counts only beside a restriction:
    # a link that is hidden and nothing else lists everybody.
    roster_tells_who_may_open=True,
    course_path="/course/view.php?id={course}",  # 2026-11: the context's id is the course's number
    registration=RegistrationHabits(
        # 2026-11: placements and the parameters of single messages are ignored, so none are sent.
        variables=("Context.id.history", "Person.address.timezone", "Moodle.Person.userGroupIds"),
        by_hand=ByHand(
            issuer="{site}",
            logins_at="{site}/mod/lti/auth.php",
            tokens_at="{site}/mod/lti/token.php",
            keys_at="{site}/mod/lti/certs.php",
        ),
    ),
)
