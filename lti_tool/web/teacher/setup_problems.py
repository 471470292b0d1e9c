"""What can be wrong with a set-up, as a sentence that says how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import gettext, ngettext

from badges.achievement import AchievementProblem
from badges.models import ALT_TEXT_LENGTH, CRITERIA_LENGTH, DESCRIPTION_LENGTH, NAME_LENGTH
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
    UNKNOWN_CHOICE = "unknown-choice"
    NOT_ENTITLED = "not-entitled"


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
        RuleProblem.SKILL_NEEDS_CONFIRMATION: gettext(
            "A skill badge needs at least one required task that somebody looks at. Here participants tick everything "
            "themselves. Have somebody look at a required task, or choose “Taking part”."
        ),
        AchievementProblem.NAME_MISSING: gettext(
            "Give the badge a name. Or leave the name and the texts below it empty: then there is no badge."
        ),
        AchievementProblem.NAME_TOO_LONG: gettext(
            "Make the name of the badge shorter: %(num)s characters at most.", num=NAME_LENGTH
        ),
        AchievementProblem.CRITERIA_MISSING: gettext(
            "Write down what a participant does to get the badge. Or leave the other texts empty too: then there is no "
            "badge."
        ),
        AchievementProblem.CRITERIA_TOO_LONG: gettext(
            "Make this text shorter: %(num)s characters at most.", num=CRITERIA_LENGTH
        ),
        AchievementProblem.DESCRIPTION_TOO_LONG: gettext(
            "Make the text about what the badge shows shorter: %(num)s characters at most.", num=DESCRIPTION_LENGTH
        ),
        AchievementProblem.ALT_TEXT_MISSING: gettext("Describe the picture in a few words."),
        AchievementProblem.ALT_TEXT_TOO_LONG: gettext(
            "Describe the picture in fewer words: %(num)s characters at most.", num=ALT_TEXT_LENGTH
        ),
        FormProblem.POINTS_MISSING: gettext("Fill in how many points this task gives."),
        FormProblem.POINTS_NOT_A_NUMBER: gettext("Fill in a whole number in digits, for example 10."),
        FormProblem.GOAL_MISSING: gettext("Fill in how many points are enough."),
        FormProblem.GOAL_NOT_A_NUMBER: gettext("Fill in the goal as a whole number in digits, for example 50."),
        FormProblem.NOTHING_CHOSEN: gettext("Choose a set, or start with empty lines."),
        FormProblem.UNKNOWN_CHOICE: gettext("This choice does not exist. Choose one of those below."),
        FormProblem.NOT_ENTITLED: gettext(
            "Tick that your organisation may give this proof. Or choose an own certificate."
        ),
    }
    return sentences.get(problem) or gettext("This cannot be kept. Check what you typed.")


def skill_sentence(*, own_word: int, total: int, is_any_confirmed: bool, can_tick_in_platform: bool = False) -> str:
    """Say why a badge cannot be a skill badge, and what helps.

    `own_word` is what learners can get for the goal by what they tick themselves, `total` the highest goal,
    `is_any_confirmed` whether somebody or something looks at any required task; `can_tick_in_platform` whether tasks
    count that are complete in the platform, which needs saying: they look confirmed.
    """
    sentence = _skill_sentence(own_word, total, is_any_confirmed=is_any_confirmed)
    if can_tick_in_platform:
        ticks = gettext(
            "Complete in the learning platform counts as ticked by participants: often they can do that there."
        )
        return f"{sentence} {ticks}"
    return sentence


def _skill_sentence(own_word: int, total: int, *, is_any_confirmed: bool) -> str:
    if not is_any_confirmed:
        return sentence_for(RuleProblem.SKILL_NEEDS_CONFIRMATION)
    if own_word < total:
        return ngettext(
            "With tasks that participants tick themselves somebody gets %(num)s point. Set the goal to %(goal)s or "
            "more, have somebody look at more tasks, or choose “Taking part”.",
            "With tasks that participants tick themselves somebody gets %(num)s points. Set the goal to %(goal)s or "
            "more, have somebody look at more tasks, or choose “Taking part”.",
            own_word,
            goal=own_word + 1,
        )
    return ngettext(
        "With tasks that participants tick themselves, closed ones too, somebody gets %(num)s point. That is enough "
        "for any goal that can be set here. Add required tasks that somebody looks at, or choose “Taking part”.",
        "With tasks that participants tick themselves, closed ones too, somebody gets %(num)s points. That is enough "
        "for any goal that can be set here. Add required tasks that somebody looks at, or choose “Taking part”.",
        own_word,
    )
