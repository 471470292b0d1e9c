"""An activity: an immutable fact about what a person did. The engine's own picture of it, without the row."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verb(StrEnum):
    """What was done."""

    COMPLETED = "completed"


@dataclass(frozen=True)
class Activity:
    """Who did what with which task, and when it happened."""

    id: uuid.UUID
    verb: Verb
    task_id: uuid.UUID
    occurred_at: datetime


def in_order(activities: tuple[Activity, ...]) -> list[Activity]:
    """Return the activities as the rules see them: by moment, then by id, whatever order they arrived in."""
    return sorted(activities, key=lambda activity: (activity.occurred_at, activity.id))
