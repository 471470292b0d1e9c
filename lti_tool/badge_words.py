"""What a badge says in words, outside a request: its kinds, how each criterion was judged, what was counted.

Whoever reads these may be a stranger with thirty seconds. No name of a person is in them: they are signed for good.
"""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_date

from badges.kinds import BadgeType, ProofKind
from gamification.as_of import AsOf
from gamification.engine.activity import Verb
from lti_tool.words import language_of, translations


def badge_type_name(locale: str, badge_type: BadgeType) -> str:
    """Return what a type of badge is called."""
    words = translations(locale)
    return {
        BadgeType.SKILL: words.pgettext("badge type", "Skill"),
        BadgeType.PARTICIPATION: words.pgettext("badge type", "Taking part"),
        BadgeType.MEMBERSHIP: words.pgettext("badge type", "Membership"),
        BadgeType.ONBOARDING: words.pgettext("badge type", "A good start"),
        BadgeType.FUN: words.pgettext("badge type", "For fun"),
        BadgeType.MILESTONE: words.pgettext("badge type", "Milestone"),
    }[badge_type]


def badge_type_sentence(locale: str, badge_type: BadgeType) -> str:
    """Return what a badge of this type says about its holder."""
    words = translations(locale)
    return {
        BadgeType.SKILL: words.pgettext("badge type", "The holder has shown this skill. Somebody has looked at it."),
        BadgeType.PARTICIPATION: words.pgettext("badge type", "The holder took part and did the tasks."),
        BadgeType.MEMBERSHIP: words.pgettext("badge type", "The holder belongs to this group."),
        BadgeType.ONBOARDING: words.pgettext("badge type", "The holder has made a good start here."),
        BadgeType.FUN: words.pgettext("badge type", "This badge is for fun."),
        BadgeType.MILESTONE: words.pgettext("badge type", "The holder has reached an important step."),
    }[badge_type]


def proof_kind_name(locale: str, kind: ProofKind) -> str:
    """Return what a kind of proof is called."""
    words = translations(locale)
    return {
        ProofKind.OWN_CERTIFICATE: words.pgettext("kind of proof", "own certificate"),
        ProofKind.SECTOR_CERTIFICATE: words.pgettext("kind of proof", "certificate of the sector"),
        ProofKind.PRAKTIJKVERKLARING: words.pgettext("kind of proof", "practice declaration (praktijkverklaring)"),
        ProofKind.MBO_CERTIFICATE: words.pgettext("kind of proof", "mbo certificate"),
        ProofKind.DIPLOMA_PART: words.pgettext("kind of proof", "part of a diploma"),
    }[kind]


def proof_kind_sentence(locale: str, kind: ProofKind, issuer_name: str) -> str:
    """Return, honestly, what a kind of proof is worth outside and who says so."""
    words = translations(locale)
    if kind is ProofKind.OWN_CERTIFICATE:
        sentence = words.pgettext(
            "kind of proof", "This is a certificate of %(issuer)s itself. It is not a diploma and not part of one."
        )
    else:
        sentence = words.pgettext(
            "kind of proof", "This is a proof of the kind: %(kind)s. %(issuer)s says that it may give this proof."
        )
    return sentence % {"issuer": issuer_name, "kind": proof_kind_name(locale, kind)}


def judged_sentence(locale: str, verb: Verb, done_at: datetime, *, is_graded: bool = False) -> str:
    """Return how and by what a criterion was judged, and when.

    Where the platform told it, `is_graded` says that it looked at a grade. What is only complete there may have been
    ticked by the participant, so it is not called judged.
    """
    words = translations(locale)
    if verb is Verb.APPROVED:
        sentence = words.pgettext("criterion", "A coach looked at the work and approved it on %(date)s.")
    elif verb is Verb.AWARDED:
        sentence = words.pgettext("criterion", "A coach confirmed on %(date)s that this was done.")
    elif verb is Verb.PASSED and is_graded:
        sentence = words.pgettext(
            "criterion", "Judged in the learning platform: on %(date)s the grade was high enough."
        )
    elif verb is Verb.PASSED:
        sentence = words.pgettext("criterion", "Completed in the learning platform on %(date)s.")
    else:
        sentence = words.pgettext("criterion", "The participant said on %(date)s that this was done.")
    return sentence % {"date": long_date(locale, done_at)}


def counted_sentence(locale: str, counted: AsOf, *, by_hand: bool) -> str:
    """Return what was counted when the badge was awarded; where a person decided, that and no points."""
    words = translations(locale)
    if by_hand:
        return words.pgettext("criterion", "A coach decided that the holder gets this badge.")
    had = words.npgettext(
        "criterion", "The holder had %(num)s point.", "The holder had %(num)s points.", counted.points
    ) % {"num": counted.points}
    needed = words.npgettext(
        "criterion", "This badge takes %(num)s point.", "This badge takes %(num)s points.", counted.goal_points
    ) % {"num": counted.goal_points}
    total = words.npgettext(
        "criterion",
        "In all there is %(num)s point to get.",
        "In all there are %(num)s points to get.",
        counted.total_points,
    ) % {"num": counted.total_points}
    return f"{had} {needed} {total}"


def scale_name(locale: str, scale: str) -> str:
    """Return what a scale of results is called: `points`, `percent` or `status`."""
    words = translations(locale)
    return {
        "points": words.pgettext("scale", "Points"),
        "percent": words.pgettext("scale", "Percentage of the goal"),
        "status": words.pgettext("scale", "Badge reached"),
    }[scale]


def long_date(locale: str, moment: datetime) -> str:
    """Return a day in full words, without the time."""
    return format_date(moment.date(), format="long", locale=language_of(locale))
