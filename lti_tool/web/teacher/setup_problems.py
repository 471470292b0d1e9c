"""What can be wrong with a set-up, as a sentence that says how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext

from badges.achievement import AchievementProblem
from badges.models import CRITERIA_LENGTH, NAME_LENGTH
from gamification.engine.rule_set import MOST_POINTS, MOST_TASKS
from gamification.errors import RuleProblem
from gamification.models import INSTRUCTIONS_LENGTH, TITLE_LENGTH


class FormProblem(StrEnum):
    """What only a form can get wrong: nothing typed or chosen, or something that is no number."""

    POINTS_MISSING = "points-missing"
    POINTS_NOT_A_NUMBER = "points-not-a-number"
    GOAL_MISSING = "goal-missing"
    GOAL_NOT_A_NUMBER = "goal-not-a-number"
    NOTHING_CHOSEN = "nothing-chosen"


@dataclass(frozen=True)
class PlacedProblem:
    """A sentence and the field that it is about; `line` counts from one, 0 outside the tasks."""

    field_id: str
    sentence: str
    line: int = 0


def sentence_for(problem: StrEnum, *, total: int = 0) -> str:
    """Return the sentence; `total` is what the required tasks are worth together."""
    sentences = {
        RuleProblem.NO_TASKS: gettext("Add at least one task, with a name and points."),
        RuleProblem.TITLE_MISSING: gettext("Give this task a name, or remove the line."),
        RuleProblem.TITLE_TOO_LONG: gettext("Make the name shorter: %(num)s characters at most.", num=TITLE_LENGTH),
        RuleProblem.INSTRUCTIONS_TOO_LONG: gettext(
            "Make the explanation of this task shorter: %(num)s characters at most.", num=INSTRUCTIONS_LENGTH
        ),
        RuleProblem.NO_REQUIRED_TASKS: gettext(
            "Make at least one task required. With extra tasks alone nobody can reach the goal."
        ),
        RuleProblem.POINTS_NOT_POSITIVE: gettext("Give this task at least 1 point."),
        RuleProblem.POINTS_TOO_HIGH: gettext("Give this task %(num)s points at most.", num=MOST_POINTS),
        RuleProblem.TOO_MANY_TASKS: gettext("A course has %(num)s tasks at most.", num=MOST_TASKS),
        RuleProblem.GOAL_NOT_POSITIVE: gettext("The goal must be at least 1 point."),
        RuleProblem.GOAL_ABOVE_TOTAL: gettext(
            "The required tasks are worth %(num)s points together. Choose a goal that is not higher, or add points.",
            num=total,
        ),
        RuleProblem.FINISHED_TASK_CHANGED: gettext(
            "Somebody did something with this task, so its points and kind cannot change. The old ones are back."
        ),
        RuleProblem.UNKNOWN_TASK: gettext(
            "This task no longer exists. Remove the line, or type the task again on a new line."
        ),
        AchievementProblem.NAME_MISSING: gettext(
            "Give the badge a name. Or leave the name and the text below both empty: then there is no badge."
        ),
        AchievementProblem.NAME_TOO_LONG: gettext(
            "Make the name of the badge shorter: %(num)s characters at most.", num=NAME_LENGTH
        ),
        AchievementProblem.CRITERIA_MISSING: gettext(
            "Write down what a participant does to get the badge. Or leave the name empty too: then there is no badge."
        ),
        AchievementProblem.CRITERIA_TOO_LONG: gettext(
            "Make this text shorter: %(num)s characters at most.", num=CRITERIA_LENGTH
        ),
        FormProblem.POINTS_MISSING: gettext("Fill in how many points this task gives."),
        FormProblem.POINTS_NOT_A_NUMBER: gettext("Fill in a whole number in digits, for example 10."),
        FormProblem.GOAL_MISSING: gettext("Fill in how many points are enough."),
        FormProblem.GOAL_NOT_A_NUMBER: gettext("Fill in the goal as a whole number in digits, for example 50."),
        FormProblem.NOTHING_CHOSEN: gettext("Choose a set, or start with empty lines."),
    }
    return sentences.get(problem) or gettext("This cannot be kept. Check what you typed.")
