"""Words outside a request: the gettext catalogue of a language, and the comment that goes to the gradebook.

Knows no Flask, so the worker speaks the same language as the pages. Message ids are English; a message whose context
is `learner` is read by learners and is kept at twelve words a sentence.
"""

from __future__ import annotations

import gettext as gettext_module
from functools import lru_cache
from pathlib import Path

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


def score_comment(
    locale: str,
    points: int,
    goal_points: int,
    total_points: int,
    goal_reached: bool,
    badge_name: str,
) -> str:
    """Return what stands beside the score in the gradebook: how far the goal is, and what can be earned in all.

    `goal_reached` is True for a holder of the badge too, whatever the goal is now.
    """
    npgettext = translations(locale).npgettext
    words = {"points": points, "goal": goal_points, "badge": badge_name}
    if goal_reached:
        goal = npgettext(
            "learner",
            "You have %(points)s point and the badge %(badge)s.",
            "You have %(points)s points and the badge %(badge)s.",
            points,
        )
    else:
        goal = npgettext(
            "learner",
            "You have %(points)s of %(goal)s point for the badge %(badge)s.",
            "You have %(points)s of %(goal)s points for the badge %(badge)s.",
            goal_points,
        )
    total = npgettext(
        "learner",
        "In total you can get %(num)s point.",
        "In total you can get %(num)s points.",
        total_points,
    )
    return f"{goal % words} {total % {'num': total_points}}"
