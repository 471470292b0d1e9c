"""A learner's badges, in every course of their platform: what they hold or held, why, and what was decided about it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.award import AwardView, awards_of_person, find_award
from badges.decisions import decisions_about
from badges.models import Achievement, Award, AwardState, Decision
from config.errors import NotFound
from gamification.as_of import AsOf, as_of
from gamification.models import ActivityRow
from lti_tool.course.learner_words import WordsToLearner, first_names, words_to
from lti_tool.roster.models import Context

MOST_WORDS = 5
"""How many messages a celebration shows: it is a page to be glad of, not an archive."""


@dataclass(frozen=True)
class DecisionTold:
    """That somebody who teaches gave the badge or took it back. `author` is a first name where there is one."""

    decision_id: uuid.UUID
    decision: Decision
    author: str
    reason: str
    decided_at: datetime
    is_new: bool


@dataclass(frozen=True)
class LearnerBadge:
    """A badge as its holder sees it, with the course it is from and everything decided about it, oldest first."""

    award: AwardView
    course_title: str
    decisions: tuple[DecisionTold, ...]

    @property
    def taken_back(self) -> DecisionTold | None:
        """Why it does not hold now; None while it holds."""
        if self.award.is_held or not self.decisions or self.decisions[-1].decision is not Decision.TAKEN_BACK:
            return None
        return self.decisions[-1]

    @property
    def given(self) -> DecisionTold | None:
        """With which words somebody gave it, where it holds because of that; None where the goal brought it."""
        if not self.award.is_held or not self.decisions or self.decisions[-1].decision is not Decision.GIVEN:
            return None
        return self.decisions[-1]


@dataclass(frozen=True)
class WhyBadge:
    """What was done for a badge, and the kind words that go with it, newest first."""

    counted: AsOf
    words: tuple[WordsToLearner, ...]


def badges_of(tx: Session, person_id: uuid.UUID) -> list[LearnerBadge]:
    """Return everything this person holds or held, in every course: what holds first, and of that the newest."""
    awards = [award for award in awards_of_person(tx, person_id) if award.erased_at is None]
    newest_first = sorted(awards, key=lambda award: award.awarded_at, reverse=True)
    return with_decisions(tx, sorted(newest_first, key=lambda award: not award.is_held))


def badge_of(tx: Session, person_id: uuid.UUID, award_id: uuid.UUID) -> LearnerBadge:
    """Return a badge of this person, whether it holds or not.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    award = find_award(tx, award_id)
    if award is None or award.person_id != person_id or award.erased_at is not None:
        raise NotFound("award")
    return with_decisions(tx, [award])[0]


def with_decisions(tx: Session, awards: Sequence[AwardView]) -> list[LearnerBadge]:
    """Return these awards with their courses and what was decided about them, in the same order."""
    if not awards:
        return []
    decided = decisions_about(tx, [award.award_id for award in awards])
    authors = first_names(tx, {one.by_person_id for about in decided.values() for one in about})
    contexts = {award.context_id for award in awards}
    titles = {
        row.id: row.title for row in tx.execute(select(Context.id, Context.title).where(Context.id.in_(contexts)))
    }
    return [
        LearnerBadge(
            award,
            titles.get(award.context_id, ""),
            tuple(
                DecisionTold(
                    one.decision_id,
                    one.decision,
                    authors.get(one.by_person_id, ""),
                    one.reason,
                    one.decided_at,
                    is_new=one.seen_at is None,
                )
                for one in decided.get(award.award_id, [])
            ),
        )
        for award in awards
    ]


def why_badge(tx: Session, award: AwardView) -> WhyBadge:
    """Return what was done for this badge until it was awarded, by the rules of that moment.

    Words are those that say yes to a task that counted, and compliments; what is still to be practised is told
    elsewhere.
    """
    counted = as_of(tx, award.context_id, award.person_id, award.rule_set_version_id, award.awarded_at)
    activities = {task.activity_id for task in counted.done}
    words = [
        said
        for said in words_to(tx, award.context_id, award.person_id)
        if said.verb is None or said.activity_id in activities
    ]
    return WhyBadge(counted, tuple(reversed(words))[:MOST_WORDS])


def badge_brought_by(
    tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, activity_id: uuid.UUID
) -> uuid.UUID | None:
    """Return the badge that came with the recording of this activity, until its holder has closed the celebration.

    By the moment of recording: which activity the award names depends on what was done when, not on what came in last.
    """
    return tx.execute(
        select(Award.id)
        .join(Achievement, Achievement.id == Award.achievement_id)
        .join(ActivityRow, ActivityRow.received_at == Award.awarded_at)
        .where(
            ActivityRow.id == activity_id,
            Achievement.context_id == context_id,
            Award.person_id == person_id,
            Award.state == AwardState.ACTIVE,
            Award.seen_at.is_(None),
        )
    ).scalar_one_or_none()
