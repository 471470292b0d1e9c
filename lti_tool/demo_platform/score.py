"""A score as a tool sends it, read strictly.

https://www.imsglobal.org/spec/lti-ags/v2p0#score-publish-service
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lti_tool.demo_platform.json_value import is_number
from lti_tool.demo_platform.submission import Submission, SubmissionInvalid, read_submission

_ACTIVITY_PROGRESS = ("Initialized", "Started", "InProgress", "Submitted", "Completed")
_GRADING_PROGRESS = ("FullyGraded", "Pending", "PendingManual", "Failed", "NotReady")


class ScoreInvalid(Exception):
    """This cannot be kept, now or later; the text says why."""


class MaximumMissing(ScoreInvalid):
    """Points without the scale on which they count."""


@dataclass(frozen=True)
class Score:
    """What the tool says about one person. `fraction` is the share of the maximum, None when nothing was given."""

    user_id: str
    scored_at: int
    activity_progress: str
    grading_progress: str
    fraction: float | None
    comment: str | None
    submission: Submission = field(default_factory=Submission)
    """Heard on some platforms only."""

    @property
    def is_final(self) -> bool:
        """Whether grading is over."""
        return self.grading_progress == "FullyGraded"


def read_score(body: Any, *, with_submission: bool = False) -> Score:
    """Read the JSON of a score, and what it says about handed in work if wanted. Raises ScoreInvalid."""
    if not isinstance(body, dict):
        raise ScoreInvalid("a score is a JSON object")
    comment = body.get("comment")
    if comment is not None and not isinstance(comment, str):
        raise ScoreInvalid("comment must be text")
    return Score(
        user_id=_text(body, "userId"),
        scored_at=_whole_seconds(_text(body, "timestamp")),
        activity_progress=_word(body, "activityProgress", _ACTIVITY_PROGRESS),
        grading_progress=_word(body, "gradingProgress", _GRADING_PROGRESS),
        fraction=_fraction(body),
        comment=comment,
        submission=_submission(body) if with_submission else Submission(),
    )


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ScoreInvalid(f"{name} is missing")
    return value


def _word(body: dict[str, Any], name: str, words: tuple[str, ...]) -> str:
    value = _text(body, name)
    if value not in words:
        raise ScoreInvalid(f"{name} is none of {', '.join(words)}")
    return value


def _fraction(body: dict[str, Any]) -> float | None:
    given, maximum = body.get("scoreGiven"), body.get("scoreMaximum")
    if given is None:
        return None
    if not is_number(given) or given < 0:
        raise ScoreInvalid("scoreGiven must be a number from 0")
    if not is_number(maximum) or maximum <= 0:
        raise MaximumMissing("scoreGiven needs a scoreMaximum above 0")
    return float(given / maximum)


def _submission(body: dict[str, Any]) -> Submission:
    try:
        return read_submission(body)
    except SubmissionInvalid as error:
        raise ScoreInvalid(str(error)) from error


def _whole_seconds(timestamp: str) -> int:
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError as error:
        raise ScoreInvalid("timestamp is not an ISO 8601 date and time") from error
    if moment.tzinfo is None:
        raise ScoreInvalid("timestamp has no time zone")
    seconds = math.floor(moment.timestamp())
    if seconds <= 0:
        raise ScoreInvalid("timestamp is not of this age")
    return seconds
