"""Canvas, from its documentation in November 2026.

https://canvas.instructure.com/doc/api/score.html and https://canvas.instructure.com/doc/api/file.throttling.html
"""

from __future__ import annotations

from lti_tool.platforms.family import PlatformFamily

CANVAS = PlatformFamily(
    product_family_code="canvas",
    only_fully_graded=True,  # 2026-11: only FullyGraded and PendingManual count
    equal_second_timestamp_conflicts=False,  # 2026-11: 400, and only for one that is older
    comment_must_be_repeated=False,  # 2026-11: comments are added to the submission
    grade_by_hand_stays=True,  # 2026-11: by the extension below
    calls_one_at_a_time=True,  # 2026-11: one bucket for the whole school
    score_extension={
        # 2026-11: by default each score makes an attempt, clears or overwrites the teacher's grade.
        "https://canvas.instructure.com/lti/submission": {
            "new_submission": False,
            "preserve_score": True,
            "prioritize_non_tool_grade": True,
        }
    },
    frame_ancestors=("https://*.instructure.com",),
)
