"""An activity: an immutable fact about what a person did. The engine's own picture of it, without the row."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verb(StrEnum):
    """What was done, by the learner or by somebody who teaches, or what the platform says was done."""

    COMPLETED = "completed"
    """The learner says: I have done this."""
    HANDED_IN = "handed-in"
    """The learner sent work for a task; worth nothing until somebody approves it."""
    PASSED = "passed"
    """The platform says: this is done."""
    LAPSED = "lapsed"
    """The platform says: this is not done any more."""
    APPROVED = "approved"
    """A reviewer says: good."""
    NOT_YET = "not-yet"
    """A reviewer says: practise a little more."""
    AWARDED = "awarded"
    """Somebody who teaches gave the task's points by hand."""
    WITHDRAWN = "withdrawn"
    """Somebody who teaches took the task's points back."""


_RANK = {verb: rank for rank, verb in enumerate(Verb)}


@dataclass(frozen=True)
class Activity:
    """Who did what with which task, and when it happened."""

    id: uuid.UUID
    verb: Verb
    task_id: uuid.UUID
    occurred_at: datetime


def in_order(activities: Iterable[Activity]) -> list[Activity]:
    """Return the activities as the rules see them, whatever order they arrived in.

    By moment; at one moment by verb, taking back last, so that the outcome never hangs on ids that chance made. What
    the platform says comes before what somebody who teaches decides, and that it is done before that it is not.
    """
    return sorted(activities, key=lambda activity: (activity.occurred_at, _RANK[activity.verb], activity.id))
