"""Moodle, as run at version 4.5.6 in November 2026.

https://github.com/moodle/moodle/tree/MOODLE_405_STABLE/mod/lti
"""

from __future__ import annotations

from lti_tool.platforms.family import PlatformFamily

MOODLE = PlatformFamily(
    product_family_code="moodle",
    only_fully_graded=True,  # 2026-11: Pending with a score left grade and feedback empty
    equal_second_timestamp_conflicts=True,  # 2026-11: 409, also for an older one
    comment_must_be_repeated=True,  # 2026-11: the earlier feedback does not come back
    grade_by_hand_stays=True,  # 2026-11: 200, and the overridden grade stays
    roster_calls_assistants_learners=True,  # 2026-11: the roster asks for another capability than the launch
)
