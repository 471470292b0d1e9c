"""The numbers of a learner's page as sentences: every number with its meaning, never a bare score."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from flask_babel import npgettext, pgettext

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
    """Return where the learner stands, in sentences."""
    total = npgettext(
        "learner",
        "In total you can get %(num)s point.",
        "In total you can get %(num)s points.",
        page.total_points,
    )
    bar = npgettext(
        "learner", "%(points)s of %(num)s point", "%(points)s of %(num)s points", page.goal_points, points=page.points
    )
    have = npgettext("learner", "You have %(num)s point.", "You have %(num)s points.", page.points)
    has_more = page.tasks_done < len(page.tasks)
    if page.goal_reached or page.awards:
        badge = isolated(page.awards[-1].name if page.awards else page.badge_name)
        then = [] if page.goal_reached else [pgettext("learner", "The goal has changed. Your badge stays yours.")]
        more = pgettext("learner", "You may do more. You do not have to.")
        return Said(
            first=pgettext("learner", "You did it! You have the badge %(badge)s.", badge=badge),
            then=(*then, have),
            optional=(more, total) if has_more else (pgettext("learner", "You have done all tasks."),),
            bar=bar,
        )
    optional: tuple[str, ...] = ()
    if page.total_points > page.goal_points:
        enough = npgettext(
            "learner",
            "More than %(num)s point is not needed.",
            "More than %(num)s points is not needed.",
            page.goal_points,
        )
        optional = (total, enough)
    if page.points == 0:
        start = npgettext(
            "learner",
            "Get %(num)s point and you get the badge.",
            "Get %(num)s points and you get the badge.",
            page.goal_points,
        )
        return Said(first=pgettext("learner", "You start here."), then=(start,), optional=optional, bar=bar)
    to_go = npgettext(
        "learner",
        "%(num)s more point and you get the badge.",
        "%(num)s more points and you get the badge.",
        page.points_to_go,
    )
    return Said(first=have, then=(to_go,), optional=optional, bar=bar)


def say_done(page: LearnerPage, task: TaskStanding) -> str:
    """Return the compliment for a task that was just finished."""
    if page.goal_reached and page.points - task.points < page.goal_points:
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
