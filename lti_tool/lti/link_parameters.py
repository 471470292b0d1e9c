"""The custom parameters by which a platform's own settings of a link set a task and the goal.

docs/settings-in-the-lms.md tells teachers what they can type. Reading it never fails: what is not one of our values is
kept as it was typed, so that the teacher can be told. A parameter without a value counts as not there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gamification.engine.rule_set import MOST_POINTS, Confirmation

POINTS = "mijlpaal_points"
REQUIRED = "mijlpaal_required"
CONFIRM = "mijlpaal_confirm"
GOAL = "mijlpaal_goal"

Value = int | bool | str
_LONGEST_KEPT = 100
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
_YES_OR_NO = dict.fromkeys(("ja", "yes", "true", "1"), True) | dict.fromkeys(("nee", "no", "false", "0"), False)
_CONFIRMATION = {
    typed: confirmation
    for confirmation, words in (
        (Confirmation.LEARNER, ("learner", "self", "zelf", "deelnemer")),
        (Confirmation.REVIEWER, ("reviewer", "review", "teacher", "begeleider", "nakijken")),
        (Confirmation.PLATFORM, ("platform", "leeromgeving", "leerplatform")),
        (Confirmation.PLATFORM_GRADE, ("platform-grade", "grade", "cijfer")),
    )
    for typed in words
}


@dataclass(frozen=True)
class LinkParameters:
    """What the parameters say, by the name of the setting, and what was typed by the name of the parameter."""

    told: dict[str, Value]
    """`points`, `is_required`, `confirmation`, `goal_points`: what was understood."""
    not_understood: dict[str, str]

    @property
    def say_nothing(self) -> bool:
        """Whether none of our parameters is there."""
        return not self.told and not self.not_understood


def read_link_parameters(custom: Mapping[str, str]) -> LinkParameters:
    """Read our parameters among all those of a launch."""
    told: dict[str, Value] = {}
    not_understood: dict[str, str] = {}
    for parameter, (setting, read) in _READERS.items():
        typed = custom.get(parameter, "").strip()
        if not typed:
            continue
        value = read("".join(typed.split()).casefold())
        if value is None:
            not_understood[parameter] = typed[:_LONGEST_KEPT]
        else:
            told[setting] = value
    return LinkParameters(told, not_understood)


def _points(text: str) -> int | None:
    number = _number(text)
    return number if number is not None and number <= MOST_POINTS else None


def _number(text: str) -> int | None:
    """Read a whole number from 1; a goal that is too high for the course is told as such, so there is no upper end."""
    return int(text) or None if _WHOLE_NUMBER.fullmatch(text) else None


_READERS: dict[str, tuple[str, Callable[[str], Value | None]]] = {
    POINTS: ("points", _points),
    REQUIRED: ("is_required", _YES_OR_NO.get),
    CONFIRM: ("confirmation", _CONFIRMATION.get),
    GOAL: ("goal_points", _number),
}
