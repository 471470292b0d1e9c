"""What a score does to the grade that is there, by the profile."""

from __future__ import annotations

from enum import Enum

from lti_tool.demo_platform.profile import PlatformProfile
from lti_tool.demo_platform.score import Score


class Effect(Enum):
    """What becomes of grade and progress."""

    REPLACE = "the score takes the place of what is there"
    EMPTY = "the grade goes"
    PROGRESS = "the grade stays, and only the progress changes"


def effect_of(score: Score, profile: PlatformProfile) -> Effect:
    """Return what becomes of the grade.

    Canvas: https://canvas.instructure.com/doc/api/score.html. Points count with FullyGraded and PendingManual only, and
    a score without points empties the grade, whatever it says about progress, unless it asks for the grade to stay.
    """
    if profile.submission_extension and score.fraction is None:
        return Effect.PROGRESS if score.submission.preserve_score else Effect.EMPTY
    if score.is_final or (profile.pending_manual_counts and score.grading_progress == "PendingManual"):
        return Effect.REPLACE
    return Effect.EMPTY if profile.unfinished_score_clears else Effect.PROGRESS


def keeps_override(score: Score, profile: PlatformProfile) -> bool:
    """Tell whether a grade typed by hand stays."""
    asked = profile.submission_extension and score.submission.prioritize_non_tool_grade
    return asked or profile.overridden_grade_stays


def comment_after(score: Score, before: str | None, profile: PlatformProfile) -> str | None:
    """Return the comment that stands in the cell afterwards."""
    if not profile.comments_pile_up:
        return score.comment
    return "\n".join(text for text in (before, score.comment) if text) or None
