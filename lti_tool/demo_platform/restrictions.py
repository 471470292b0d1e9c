"""Who may open an activity: what Moodle calls "restrict access", and whether it is shown to learners at all.

Staff pass every restriction, which is what the roster of one link then says of them too.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lti_tool.demo_platform.assignments import Progress
from lti_tool.demo_platform.roster import Person

DATE_OVER = -1
"""Stands for the assignment where a restriction is a date that is over: no learner meets it any more."""


class Visibility(StrEnum):
    """Where learners find an activity."""

    SHOWN = "shown"
    STEALTH = "stealth"
    """Available to who has the address, and not shown on the course page."""
    HIDDEN = "hidden"
    """For staff only."""


@dataclass(frozen=True)
class Restriction:
    """An assignment that has to be complete, or graded with at least so many percent; or `DATE_OVER`."""

    assignment_id: int
    least_percent: float | None = None
    """None: complete."""

    @property
    def is_date_over(self) -> bool:
        """Whether it is no assignment at all."""
        return self.assignment_id == DATE_OVER

    def is_met(self, progress: Progress | None) -> bool:
        """Tell whether this progress in the assignment is enough; None is no progress."""
        if progress is None:
            return False
        if self.least_percent is None:
            return progress.is_complete
        return progress.percent is not None and progress.percent >= self.least_percent


class Restricted(Protocol):
    """An activity, as far as this is about it."""

    @property
    def visibility(self) -> Visibility:
        """Where learners find it."""

    @property
    def restriction(self) -> Restriction | None:
        """What learners have to do first."""


def may_open(person: Person, activity: Restricted, progress: Progress | None) -> bool:
    """Tell whether a person may open an activity, by their progress in the assignment of its restriction."""
    if not (person.is_learner or person.is_observer):
        return True
    if activity.visibility is Visibility.HIDDEN:
        return False
    return activity.restriction is None or activity.restriction.is_met(progress)
