"""What the pages about badges say to those who teach: filters, signatures, who decided what (B1)."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext, ngettext

from badges.models import Decision
from lti_tool.course.badge_news import BadgeNews
from lti_tool.course.badges_of_course import BadgeLine, DecisionBy, Show, Signature
from lti_tool.web.learner.sentences import isolated
from lti_tool.web.teacher.participant_words import say_day


def show_word(show: Show) -> str:
    """Return the name of a filter."""
    return {
        Show.ALL: gettext("All badges"),
        Show.HELD: gettext("Holds now"),
        Show.TAKEN_BACK: gettext("Taken back"),
        Show.REPORTED: gettext("With a report"),
    }[show]


def signature_word(signature: Signature) -> str:
    """Return whether a badge is signed, in a few words."""
    return {
        Signature.SIGNED: gettext("Signed"),
        Signature.WAITING: gettext("Being made"),
        Signature.LOCKED: gettext("Waits for the administrator"),
        Signature.STOPPED: gettext("Signing did not work"),
    }[signature]


def say_signature(signature: Signature) -> str:
    """Return what that means, and who can do something about it."""
    return {
        Signature.SIGNED: gettext("The participant can keep it and show it. Anybody can check it."),
        Signature.WAITING: gettext("The badge holds already. Its signature follows by itself."),
        Signature.LOCKED: gettext(
            "The badge holds already. The key that signs badges is locked: tell the administrator of Mijlpaal. "
            "Nothing is lost."
        ),
        Signature.STOPPED: gettext(
            "The badge holds already, without a signature. Tell the administrator of Mijlpaal. Nothing is lost."
        ),
    }[signature]


def say_earned(line: BadgeLine, now: datetime) -> str:
    """Return when the goal brought a badge."""
    return gettext("Reached the goal on %(day)s.", day=say_day(line.awarded_at, now))


def say_decision(one: DecisionBy, now: datetime) -> str:
    """Return who decided what about a badge, and when."""
    words = {"who": isolated(one.who) or gettext("Somebody who teaches"), "day": say_day(one.decided_at, now)}
    if one.decision is Decision.TAKEN_BACK:
        return gettext("%(who)s took it back on %(day)s.", **words)
    if one.is_again:
        return gettext("%(who)s gave it again on %(day)s.", **words)
    return gettext("%(who)s gave it by hand on %(day)s.", **words)


def say_news(news: BadgeNews) -> str:
    """Return who earned a badge since somebody who teaches last looked."""
    badge = isolated(news.badge_name)
    if news.count == 1:
        who = isolated(news.earned[0].person_name) or gettext("A participant")
        return gettext("%(who)s has earned the badge %(badge)s.", who=who, badge=badge)
    if not badge:
        return str(
            ngettext(
                "%(num)s participant has earned the badge of this course.",
                "%(num)s participants have earned the badge of this course.",
                news.count,
            )
        )
    return str(
        ngettext(
            "%(num)s participant has earned the badge %(badge)s.",
            "%(num)s participants have earned the badge %(badge)s.",
            news.count,
            badge=badge,
        )
    )
