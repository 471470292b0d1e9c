"""An explanation as sentences: why a task gives points or not yet, and what is missing for the goal."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_date, npgettext, pgettext

from gamification.engine.activity import Verb
from gamification.engine.explain import (
    EntryExplanation,
    FactExplanation,
    LearnerExplanation,
    Missing,
    TaskExplanation,
)
from lti_tool.course.learner_explanation import LearnerWhy
from lti_tool.course.learner_words import WordsToLearner
from lti_tool.web.learner.sentences import isolated


@dataclass(frozen=True)
class Because:
    """One movement of points: what happened, by which rules, and the words that went with it."""

    sentences: tuple[str, ...]
    rules: str
    words: WordsToLearner | None


@dataclass(frozen=True)
class TaskTold:
    """A task explained. `missing` says why it gives no points now; empty while it does."""

    task_id: uuid.UUID
    title: str
    gives: str
    has_points: bool
    because: tuple[Because, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class GoalTold:
    """What is missing for the goal. `tasks` can bring it, with what each gives and what it waits for."""

    sentences: tuple[str, ...]
    tasks: tuple[TaskTold, ...]
    is_reached: bool
    is_enough: bool


def say_task(task: TaskExplanation, found: LearnerWhy) -> TaskTold:
    """Return why this task gives these points, movement by movement as they were, and what is missing now."""
    return TaskTold(
        task_id=task.task_id,
        title=task.title,
        gives=_gives(task),
        has_points=task.points_now > 0,
        because=tuple(_because(entry, found) for entry in task.entries),
        missing=tuple(_missing(missing) for missing in task.missing),
    )


def say_goal(explanation: LearnerExplanation, found: LearnerWhy) -> GoalTold:
    """Return how far the goal is and what can bring it."""
    goal = explanation.goal
    can_bring = set(goal.open_task_ids)
    have = npgettext("learner", "You have %(num)s point.", "You have %(num)s points.", goal.points)
    asks = npgettext("learner", "Your goal is %(num)s point.", "Your goal is %(num)s points.", goal.goal_points)
    if goal.is_reached:
        rest = pgettext("learner", "You reached your goal. You do not have to do anything more.")
    else:
        rest = npgettext(
            "learner", "You need %(num)s more point.", "You need %(num)s more points.", goal.missing_points
        )
    return GoalTold(
        sentences=(have, asks, rest),
        tasks=tuple(say_task(task, found) for task in explanation.tasks if task.task_id in can_bring),
        is_reached=goal.is_reached,
        is_enough=goal.is_enough,
    )


def day(moment: datetime) -> str:
    """Return the day of a moment as people write it."""
    written: str = format_date(moment, "long")
    return written


def what_happened(
    verb: Verb, occurred_at: datetime, who: str, *, platform_name: str = "", is_graded: bool = False
) -> str:
    """Return what was done or decided about a task, when, and by whom where it was not the learner.

    Where the platform said it: `is_graded` says that it looked at a grade, `platform_name` may be empty.
    """
    on = day(occurred_at)
    if verb in {Verb.PASSED, Verb.LAPSED}:
        platform = platform_name or pgettext("learner", "your learning platform")
        if verb is Verb.LAPSED:
            return pgettext(
                "learner", "On %(day)s %(platform)s said: this task is open again.", day=on, platform=platform
            )
        if is_graded:
            return pgettext(
                "learner", "On %(day)s %(platform)s said: your grade is high enough.", day=on, platform=platform
            )
        return pgettext("learner", "On %(day)s %(platform)s said: this task is done.", day=on, platform=platform)
    if verb is Verb.APPROVED:
        return pgettext("learner", "On %(day)s %(who)s looked at your work. It is good.", day=on, who=who)
    if verb is Verb.AWARDED:
        return pgettext("learner", "On %(day)s %(who)s gave you this task.", day=on, who=who)
    if verb is Verb.WITHDRAWN:
        return pgettext("learner", "On %(day)s %(who)s took this task back.", day=on, who=who)
    return pgettext("learner", "On %(day)s you said: I have done this.", day=on)


def _gives(task: TaskExplanation) -> str:
    if task.is_bonus:
        return npgettext("learner", "%(num)s extra point", "%(num)s extra points", task.points)
    return npgettext("learner", "%(num)s point", "%(num)s points", task.points)


def _because(entry: EntryExplanation, found: LearnerWhy) -> Because:
    fact = entry.fact
    rules = pgettext(
        "learner",
        "By the rules of %(day)s (version %(number)s).",
        day=day(entry.published_at),
        number=entry.version_number,
    )
    amount = (
        npgettext("learner", "You got %(num)s point.", "You got %(num)s points.", entry.points)
        if entry.points > 0
        else npgettext("learner", "It is %(num)s point less.", "It is %(num)s points less.", -entry.points)
    )
    words = found.words.get(fact.remark_id) if fact and fact.remark_id else None
    return Because((_what_happened(fact, entry, found), amount), rules, words)


def _what_happened(fact: FactExplanation | None, entry: EntryExplanation, found: LearnerWhy) -> str:
    if fact is None:
        return pgettext("learner", "The rules changed on %(day)s.", day=day(entry.published_at))
    name = found.names.get(fact.actor_id, "") if fact.actor_id else ""
    who = isolated(name) if name else pgettext("learner", "your coach")
    return what_happened(fact.verb, fact.occurred_at, who, platform_name=found.platform_name, is_graded=fact.is_graded)


def _missing(missing: Missing) -> str:
    if missing is Missing.NOT_DONE:
        return pgettext("learner", "You have not done this task yet.")
    if missing is Missing.NOT_DONE_IN_PLATFORM:
        return pgettext("learner", "Do this task in your course. You get the points by themselves.")
    if missing is Missing.OPEN_AGAIN:
        return pgettext("learner", "This task is open again.")
    if missing is Missing.TAKEN_BACK_IN_PLATFORM:
        return pgettext("learner", "Your coach took this task back. Ask your coach what you can do.")
    if missing is Missing.WAITS_FOR_REVIEW:
        return pgettext("learner", "Your coach still looks at your work.")
    if missing is Missing.PRACTISE:
        return pgettext("learner", "Practise a little more. Then send new work.")
    if missing is Missing.TAKEN_BACK:
        return pgettext("learner", "Your coach took this task back. You may send work again.")
    if missing is Missing.NOT_COUNTED_YET:
        return pgettext("learner", "You have done this. Your points come soon.")
    if missing is Missing.EARLIER_TASK_FIRST:
        return pgettext("learner", "Another task comes first.")
    return pgettext("learner", "This task is closed. You do not have to do it any more.")
