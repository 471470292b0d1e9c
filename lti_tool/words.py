"""Words outside a request: the gettext catalogue of a language, and the comment that goes to the gradebook.

Knows no Flask, so the worker speaks the same language as the pages. Message ids are English; a message whose context
is `learner` is read by learners and is kept at twelve words a sentence.
"""

from __future__ import annotations

import gettext as gettext_module
from functools import lru_cache
from pathlib import Path

from gamification.engine.task_state import TaskState

TRANSLATIONS = Path(__file__).parent / "translations"
LOCALES = ("nl", "en")
"""The languages of the service; the first is the one where nothing else is known."""


def language_of(locale: str) -> str:
    """Return the language of the service for a locale such as `nl_NL` or `en-GB`: Dutch for one that is not ours."""
    language = locale.replace("_", "-").split("-")[0].lower()
    return language if language in LOCALES else LOCALES[0]


@lru_cache(maxsize=16)
def translations(locale: str) -> gettext_module.NullTranslations:
    """Return the catalogue of a language; an empty or unknown one gives Dutch."""
    return gettext_module.translation("messages", TRANSLATIONS, [language_of(locale)], fallback=True)


def staff_gate_title(locale: str) -> str:
    """Return what the hidden link is called that only staff may open."""
    return translations(locale).gettext("Mijlpaal: only for staff")


def score_comment(
    locale: str,
    points: int,
    goal_points: int,
    total_points: int,
    goal_reached: bool,
    badge_name: str,
    badge_address: str = "",
) -> str:
    """Return what stands beside the score in the gradebook: how far the goal is, and what can be earned in all.

    `goal_reached` is True for a holder of the badge too, whatever the goal is now; `badge_name` is empty in a course
    without a badge; `badge_address` is where a badge that is held can be seen.
    """
    npgettext = translations(locale).npgettext
    words = {"points": points, "goal": goal_points, "badge": badge_name}
    if goal_reached and badge_name:
        goal = npgettext(
            "learner",
            "You have %(points)s point and the badge %(badge)s.",
            "You have %(points)s points and the badge %(badge)s.",
            points,
        )
    elif goal_reached:
        goal = npgettext(
            "learner",
            "You have reached your goal with %(points)s point.",
            "You have reached your goal with %(points)s points.",
            points,
        )
    elif badge_name:
        goal = npgettext(
            "learner",
            "You have %(points)s of %(goal)s point for the badge %(badge)s.",
            "You have %(points)s of %(goal)s points for the badge %(badge)s.",
            goal_points,
        )
    else:
        goal = npgettext(
            "learner",
            "You have %(points)s of %(goal)s point for your goal.",
            "You have %(points)s of %(goal)s points for your goal.",
            goal_points,
        )
    total = npgettext(
        "learner",
        "In total you can get %(num)s point.",
        "In total you can get %(num)s points.",
        total_points,
    )
    sentences = [goal % words, total % {"num": total_points}]
    if badge_address:
        look = translations(locale).pgettext("learner", "Look at the badge: %(address)s")
        sentences.append(look % {"address": badge_address})
    return " ".join(sentences)


def badge_comment(locale: str, *, badge_name: str, is_held: bool, badge_address: str) -> str:
    """Return what stands beside the score of the badge: it is there, or it does not count now."""
    words = translations(locale)
    if not is_held:
        return words.pgettext("learner", "The badge %(badge)s does not count right now.") % {"badge": badge_name}
    held = words.pgettext("learner", "You have the badge %(badge)s.") % {"badge": badge_name}
    look = words.pgettext("learner", "Look at the badge: %(address)s") % {"address": badge_address}
    return f"{held} {look}"


def task_comment(locale: str, state: TaskState, points: int, *, was_undone: bool = False) -> str:
    """Return what stands beside the score of one task: it is done, or it does not count now and what happens next.

    `was_undone` says that the platform took back its word that it is done.
    """
    words = translations(locale)
    if state is TaskState.DONE:
        done = words.pgettext("learner", "You have done this task.")
        gets = words.npgettext("learner", "You get %(num)s point for it.", "You get %(num)s points for it.", points)
        return f"{done} {gets % {'num': points}}"
    not_now = words.pgettext("learner", "This task does not count right now.")
    if state is TaskState.WAITING:
        next_step = words.pgettext("learner", "Your coach is looking at your work.")
    elif state is TaskState.PRACTISE:
        next_step = words.pgettext("learner", "Practise a little more and send your work again.")
    elif was_undone:
        next_step = words.pgettext("learner", "The task is open again.")
    else:
        next_step = words.pgettext("learner", "Ask your coach what you can do.")
    return f"{not_now} {next_step}"
