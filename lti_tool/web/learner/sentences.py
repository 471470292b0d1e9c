"""The numbers of a learner's page as sentences: every number with its meaning, never a bare score."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from flask_babel import npgettext, pgettext

from gamification.engine.task_state import TaskState
from gamification.progress import TaskStanding
from lti_tool.course.learner_page import LearnerPage

_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


@dataclass(frozen=True)
class Said:
    """What the page says about where the learner stands. `optional` is what may be done and need not be."""

    first: str
    then: tuple[str, ...]
    optional: tuple[str, ...]
    bar: str


def say_standing(page: LearnerPage) -> Said:
    """Return where the learner stands, in sentences: on the way, at the goal, or past it; with a badge or without."""
    bar = npgettext(
        "learner", "%(points)s of %(num)s point", "%(points)s of %(num)s points", page.goal_points, points=page.points
    )
    if page.goal_reached or page.awards:
        return _said_at_the_goal(page, bar)
    optional: tuple[str, ...] = ()
    if page.total_points > page.goal_points:
        enough = npgettext(
            "learner",
            "More than %(num)s point is not needed.",
            "More than %(num)s points is not needed.",
            page.goal_points,
        )
        optional = (_total(page), enough)
    optional = (*optional, *_bonus(page))
    if page.points == 0:
        return Said(pgettext("learner", "You start here."), (_what_the_goal_asks(page),), optional, bar)
    return Said(_have(page), (_what_is_to_go(page),), optional, bar)


def _said_at_the_goal(page: LearnerPage, bar: str) -> Said:
    if page.awards or page.badge_name:
        badge = isolated(page.awards[-1].name if page.awards else page.badge_name)
        first = pgettext("learner", "You did it! You have the badge %(badge)s.", badge=badge)
    else:
        first = pgettext("learner", "You did it! You reached your goal.")
    then: tuple[str, ...] = (_have(page),)
    if not page.goal_reached:
        then = (_why_badge_stays(page), *then)
    if page.tasks_done < len(page.tasks):
        more = pgettext("learner", "You may do more. You do not have to.")
        optional: tuple[str, ...] = (more, _total(page))
    else:
        optional = (pgettext("learner", "You have done all tasks."),)
    return Said(first, then, (*optional, *_bonus(page)), bar)


def _why_badge_stays(page: LearnerPage) -> str:
    if any(award.by_hand for award in page.awards):
        return pgettext("learner", "Your coach gave you this badge.")
    if any(task.state is TaskState.TAKEN_BACK or task.was_undone for task in page.tasks):
        return pgettext("learner", "Your badge stays yours.")
    return pgettext("learner", "The goal has changed. Your badge stays yours.")


def _have(page: LearnerPage) -> str:
    return npgettext("learner", "You have %(num)s point.", "You have %(num)s points.", page.points)


def _total(page: LearnerPage) -> str:
    return npgettext(
        "learner", "In total you can get %(num)s point.", "In total you can get %(num)s points.", page.total_points
    )


def _bonus(page: LearnerPage) -> tuple[str, ...]:
    """Return how many extra points there are, apart from everything that counts."""
    if not page.bonus_points:
        return ()
    have = npgettext(
        "learner", "You also have %(num)s extra point.", "You also have %(num)s extra points.", page.bonus_points
    )
    return (have, pgettext("learner", "Extra points do not count for your goal."))


def _what_the_goal_asks(page: LearnerPage) -> str:
    if page.badge_name:
        return npgettext(
            "learner",
            "Get %(num)s point and you get the badge.",
            "Get %(num)s points and you get the badge.",
            page.goal_points,
        )
    return npgettext(
        "learner",
        "Get %(num)s point and you reach your goal.",
        "Get %(num)s points and you reach your goal.",
        page.goal_points,
    )


def _what_is_to_go(page: LearnerPage) -> str:
    if page.badge_name:
        return npgettext(
            "learner",
            "%(num)s more point and you get the badge.",
            "%(num)s more points and you get the badge.",
            page.points_to_go,
        )
    return npgettext(
        "learner",
        "%(num)s more point and you reach your goal.",
        "%(num)s more points and you reach your goal.",
        page.points_to_go,
    )


def say_points(task: TaskStanding) -> str:
    """Return what a task's points mean for this learner."""
    if task.is_bonus:
        if task.done_at:
            return npgettext(
                "learner",
                "You got %(num)s extra point for this.",
                "You got %(num)s extra points for this.",
                task.points,
            )
        return npgettext(
            "learner",
            "This is extra. You do not have to. You get %(num)s extra point.",
            "This is extra. You do not have to. You get %(num)s extra points.",
            task.points,
        )
    if task.done_at:
        return npgettext("learner", "You got %(num)s point for this.", "You got %(num)s points for this.", task.points)
    return npgettext(
        "learner",
        "You get %(num)s point for this. It counts for your goal.",
        "You get %(num)s points for this. They count for your goal.",
        task.points,
    )


def say_platform(task: TaskStanding, platform_name: str, *, shows_points: bool) -> tuple[str, ...]:
    """Return what the learner must know of a task that the platform finishes, or finished; nothing for any other."""
    if task.is_told_by_platform:
        platform = platform_name or pgettext("learner", "Your learning platform")
        return (pgettext("learner", "%(platform)s says that this task is done.", platform=platform),)
    said: tuple[str, ...] = ()
    if task.was_undone and task.state is TaskState.TO_DO:
        said = (pgettext("learner", "This task is open again."),)
    if not task.is_by_platform or task.done_at:
        return said
    if task.state is TaskState.TAKEN_BACK:
        return (*said, pgettext("learner", "Ask your coach what you can do."))
    if task.is_closed or task.is_locked:
        return said
    by_itself = (
        pgettext("learner", "Do this task in your course. You get the points by themselves.")
        if shows_points
        else pgettext("learner", "Do this task in your course. It turns green here by itself.")
    )
    return (*said, by_itself, pgettext("learner", "Sometimes that takes a little while."))


def say_done(page: LearnerPage, task: TaskStanding) -> str:
    """Return the compliment for a task that was just finished."""
    reached_now = page.goal_reached and not task.is_bonus and page.points - task.points < page.goal_points
    if reached_now and page.shows_points:
        return pgettext("learner", "Congratulations! You reached your goal.")
    if page.tasks_done == 1:
        return pgettext("learner", "A good start! Your first task is done.")
    if page.tasks_done == len(page.tasks):
        return pgettext("learner", "Great! You have done all tasks.")
    compliments = (
        pgettext("learner", "Well done!"),
        pgettext("learner", "Good work!"),
        pgettext("learner", "Nice! You keep going."),
    )
    return compliments[page.tasks_done % len(compliments)]


def isolated(name: str) -> str:
    """Keep a name that runs from right to left from turning the sentence around it."""
    if any(unicodedata.bidirectional(character) in {"R", "AL", "RLE", "RLO", "LRO"} for character in name):
        return f"{_FIRST_STRONG_ISOLATE}{name}{_POP_ISOLATE}"
    return name
