"""What those who teach are told about badges: who earned one since they last looked, and that somebody doubts one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from badges.models import Achievement, AchievementVersion, Award, AwardState
from badges.reports import count_open_reports
from lti_tool.course.participants import LEARNER_ROLES
from lti_tool.roster.models import Membership, Person

MOST_TOLD = 200
"""How many new badges one message is about: their ids travel in its form."""


@dataclass(frozen=True)
class Earned:
    """A badge that nobody who teaches has heard of. The name is empty where the platform sends none.

    `is_participant` says that its holder still learns here, so that there is a page of them.
    """

    award_id: uuid.UUID
    person_id: uuid.UUID
    is_participant: bool
    person_name: str
    badge_name: str


@dataclass(frozen=True)
class BadgeNews:
    """What nobody who teaches has looked at yet. `earned` are the newest, at most `MOST_TOLD` of `count`."""

    earned: tuple[Earned, ...]
    count: int
    open_reports: int

    @property
    def badge_name(self) -> str:
        """What these badges are called; empty where a new name came in between."""
        names = {one.badge_name for one in self.earned}
        return names.pop() if len(names) == 1 else ""


def badge_news(tx: Session, context_id: uuid.UUID) -> BadgeNews:
    """Return what there is to tell in this course."""
    is_new = (
        Achievement.context_id == context_id,
        Award.state == AwardState.ACTIVE,
        Award.staff_seen_at.is_(None),
        Award.erased_at.is_(None),
    )
    rows = tx.execute(
        select(Award.id, Award.person_id, Person.name, AchievementVersion.name.label("badge_name"), Membership.role)
        .join(Achievement, Achievement.id == Award.achievement_id)
        .join(AchievementVersion, AchievementVersion.id == Award.achievement_version_id)
        .join(Person, Person.id == Award.person_id)
        .outerjoin(
            Membership, and_(Membership.person_id == Award.person_id, Membership.context_id == Achievement.context_id)
        )
        .where(*is_new)
        .order_by(Award.awarded_at.desc(), Award.id.desc())
        .limit(MOST_TOLD)
    )
    earned = tuple(Earned(row.id, row.person_id, row.role in LEARNER_ROLES, row.name, row.badge_name) for row in rows)
    count = len(earned)
    if count == MOST_TOLD:
        count = tx.execute(
            select(func.count(Award.id)).join(Achievement, Achievement.id == Award.achievement_id).where(*is_new)
        ).scalar_one()
    return BadgeNews(earned, count, count_open_reports(tx, context_id))
