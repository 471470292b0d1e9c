"""A badge in sentences for its holder: what it shows, what it is worth, how each task was judged, who decided what."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import npgettext, pgettext

from badges.award import AwardView
from badges.kinds import BadgeType
from badges.models import Decision
from gamification.as_of import AsOf, DoneTask
from lti_tool.badge_words import badge_type_name, proof_kind_sentence
from lti_tool.course.learner_badges import DecisionTold, LearnerBadge, WhyBadge
from lti_tool.course.learner_words import WordsToLearner
from lti_tool.web.current import launch_session
from lti_tool.web.learner.because import day, what_happened
from lti_tool.web.learner.sentences import isolated


@dataclass(frozen=True)
class TaskJudged:
    """A task that counted. `points` is its sentence, which only those read who want to see points."""

    title: str
    judged: str
    points: str


@dataclass(frozen=True)
class DecisionSaid:
    """A decision of somebody who teaches: who did what and when, and the reason as they wrote it.

    The reason is empty where the page says it already: above, where it tells that the badge does not hold.
    """

    sentence: str
    reason: str


@dataclass(frozen=True)
class BadgeTold:
    """Everything that the pages of one badge say about it."""

    picture_alt: str
    badge_type: str
    shows: str
    kind_of_proof: str
    received: str
    tasks: tuple[TaskJudged, ...]
    counted: str
    decisions: tuple[DecisionSaid, ...]
    words: tuple[WordsToLearner, ...]


def tell_badge(badge: LearnerBadge, why: WhyBadge) -> BadgeTold:
    """Return what is said about a badge."""
    award, locale = badge.award, launch_session().locale
    return BadgeTold(
        picture_alt=alt_text(award),
        badge_type=badge_type_name(locale, award.details.badge_type),
        shows=_shows(award.details.badge_type),
        kind_of_proof=proof_kind_sentence(locale, award.details.proof_kind, isolated(award.issuer_name)),
        received=pgettext("learner", "You got this badge on %(day)s.", day=day(award.awarded_at)),
        tasks=tuple(_judged(task) for task in why.counted.done),
        counted=_counted(why.counted, by_hand=award.by_hand),
        decisions=tuple(_decided(one, says_reason=one is not badge.taken_back) for one in badge.decisions),
        words=why.words,
    )


def alt_text(award: AwardView) -> str:
    """Return the words for the picture: the teacher's, else that it is a picture of this badge."""
    return award.details.alt_text or pgettext("learner", "Picture of the badge %(badge)s", badge=isolated(award.name))


def _shows(badge_type: BadgeType) -> str:
    return {
        BadgeType.SKILL: pgettext("learner", "You can do this. Somebody has looked at it."),
        BadgeType.PARTICIPATION: pgettext("learner", "You took part and did the tasks."),
        BadgeType.MEMBERSHIP: pgettext("learner", "You belong to this group."),
        BadgeType.ONBOARDING: pgettext("learner", "You made a good start here."),
        BadgeType.FUN: pgettext("learner", "This badge is for fun."),
        BadgeType.MILESTONE: pgettext("learner", "You took an important step."),
    }[badge_type]


def _judged(task: DoneTask) -> TaskJudged:
    return TaskJudged(
        title=task.title,
        judged=what_happened(task.verb, task.done_at, pgettext("learner", "your coach"), is_graded=task.is_graded),
        points=npgettext("learner", "You got %(num)s point for this.", "You got %(num)s points for this.", task.points),
    )


def _counted(counted: AsOf, *, by_hand: bool) -> str:
    if by_hand:  # points were not what counted
        return ""
    had = npgettext("learner", "You had %(num)s point then.", "You had %(num)s points then.", counted.points)
    needed = npgettext("learner", "You needed %(num)s point.", "You needed %(num)s points.", counted.goal_points)
    return f"{needed} {had}"


def _decided(one: DecisionTold, *, says_reason: bool) -> DecisionSaid:
    who = isolated(one.author) if one.author else pgettext("learner", "your coach")
    if one.decision is Decision.GIVEN:
        sentence = pgettext("learner", "On %(day)s %(who)s gave you this badge.", day=day(one.decided_at), who=who)
    else:
        sentence = pgettext("learner", "On %(day)s %(who)s took this badge back.", day=day(one.decided_at), who=who)
    return DecisionSaid(sentence, one.reason if says_reason else "")
