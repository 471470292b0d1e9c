"""The values of Assignment and Grade Services: the score we send, the result and line item the platform holds.

https://www.imsglobal.org/spec/lti-ags/v2p0/#score-publish-service
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from pylti1p3.grade import Grade


class ActivityProgress(StrEnum):
    """How far the learner is."""

    INITIALIZED = "Initialized"
    STARTED = "Started"
    IN_PROGRESS = "InProgress"
    SUBMITTED = "Submitted"
    COMPLETED = "Completed"


class GradingProgress(StrEnum):
    """How far the grading is. Only FullyGraded counts everywhere; on Moodle anything else erases the grade."""

    FULLY_GRADED = "FullyGraded"
    PENDING = "Pending"
    PENDING_MANUAL = "PendingManual"
    FAILED = "Failed"
    NOT_READY = "NotReady"


@dataclass(frozen=True)
class Score:
    """One score of one person. A later timestamp wins; Moodle keeps whole seconds only and refuses equal ones."""

    user_id: str
    timestamp: datetime
    activity_progress: ActivityProgress = ActivityProgress.COMPLETED
    grading_progress: GradingProgress = GradingProgress.FULLY_GRADED
    score_given: float | None = None
    score_maximum: float | None = None
    comment: str | None = None
    extension: Mapping[str, object] = field(default_factory=dict)
    """Members of the platform's own, from its family."""
    submitted_at: datetime | None = None
    """When the learner did what the score tells: the same however often it is sent."""

    def __post_init__(self) -> None:
        if self.timestamp.tzinfo is None or (self.submitted_at is not None and self.submitted_at.tzinfo is None):
            raise ValueError("a score needs an aware timestamp")
        if (self.score_given is None) != (self.score_maximum is None):
            raise ValueError("a score is given out of a maximum")
        numbers = [number for number in (self.score_given, self.score_maximum) if number is not None]
        if not all(math.isfinite(number) and number >= 0 for number in numbers) or self.score_maximum == 0:
            raise ValueError("a score is a number from nought to a maximum above it")

    def to_json(self) -> bytes:
        """Return the body to send; the timestamp with its offset and a fraction, as the specification wants it."""
        grade = (
            Grade()
            .set_user_id(self.user_id)
            .set_timestamp(self.timestamp.astimezone(UTC).isoformat(timespec="milliseconds"))
            .set_activity_progress(self.activity_progress.value)
            .set_grading_progress(self.grading_progress.value)
        )
        if self.score_given is not None and self.score_maximum is not None:
            grade.set_score_given(self.score_given).set_score_maximum(self.score_maximum)
        if self.comment is not None:
            grade.set_comment(self.comment)
        more = dict(self.extension)
        if self.submitted_at is not None:
            moment = self.submitted_at.astimezone(UTC).isoformat(timespec="milliseconds")
            more["submission"] = {"submittedAt": moment}
        if more:
            grade.set_extra_claims(more)
        return str(grade.get_value()).encode()


@dataclass(frozen=True)
class Result:
    """What the gradebook shows for a person; `score` is None when there is no grade."""

    user_id: str
    score: float | None
    maximum: float | None
    comment: str | None = None
    scored_by: str | None = None
    """Who graded, where the platform says so: the subject of a person."""
    timestamp: str | None = None
    """When the grade was last set, as the platform writes it; Moodle says so, the specification does not ask it."""

    @property
    def out_of(self) -> float:
        """What it is out of; https://www.imsglobal.org/spec/lti-ags/v2p0/#resultmaximum: 1 where none is told."""
        return self.maximum or 1.0

    @property
    def fraction(self) -> float | None:
        """The grade as a fraction, None for an empty cell."""
        return None if self.score is None else self.score / self.out_of


TOLERANCE = 0.001
"""How far a cell may be from what was sent and still be that, as a fraction: gradebooks round."""


def is_what_was_sent(fraction: float, score_given: float, score_maximum: float) -> bool:
    """Say whether a cell shows this score, whatever the gradebook made of its numbers."""
    return abs(fraction - score_given / score_maximum) <= TOLERANCE


@dataclass(frozen=True)
class LineItem:
    """A column of the gradebook that is ours. Its address is its identity."""

    url: str
    label: str
    score_maximum: float | None
    resource_id: str | None = None
    tag: str | None = None
    resource_link_id: str | None = None
