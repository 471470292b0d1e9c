"""The achievement of a course: its name, its criteria, and the type that says what kind of proof it is."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.models import CRITERIA_LENGTH, NAME_LENGTH, Achievement
from badges.openbadges.achievement import PARTICIPATION
from config.errors import ToolError
from config.ids import new_id


class AchievementProblem(StrEnum):
    """Why an achievement cannot be kept."""

    NAME_MISSING = "badge-name-missing"
    NAME_TOO_LONG = "badge-name-too-long"
    CRITERIA_MISSING = "badge-criteria-missing"
    CRITERIA_TOO_LONG = "badge-criteria-too-long"


class AchievementInvalid(ToolError):
    """An achievement that cannot be kept; `path` is `badge.name` or `badge.criteria`."""

    def __init__(self, path: str, problem: AchievementProblem) -> None:
        super().__init__(problem, path)
        self.path = path
        self.problem = problem


def find_achievement(tx: Session, context_id: uuid.UUID) -> Achievement | None:
    """Return the achievement of the course, or None where the teacher has not described one."""
    return tx.execute(select(Achievement).where(Achievement.context_id == context_id)).scalars().first()


def describe_achievement(
    tx: Session, *, context_id: uuid.UUID, issuer_profile_id: uuid.UUID, name: str, criteria: str, now: datetime
) -> uuid.UUID:
    """Name the course's achievement and say what it takes; makes it the first time.

    Everything that exists so far is earned by what learners say they did, so the type is participation: a skill
    would need somebody who confirmed it. The caller holds the course's rules locked, so there is one per course.

    Raises:
        AchievementInvalid: with the place of the first problem.
    """
    name, criteria = name.strip(), criteria.strip()
    if not name:
        raise AchievementInvalid("badge.name", AchievementProblem.NAME_MISSING)
    if len(name) > NAME_LENGTH:
        raise AchievementInvalid("badge.name", AchievementProblem.NAME_TOO_LONG)
    if not criteria:
        raise AchievementInvalid("badge.criteria", AchievementProblem.CRITERIA_MISSING)
    if len(criteria) > CRITERIA_LENGTH:
        raise AchievementInvalid("badge.criteria", AchievementProblem.CRITERIA_TOO_LONG)
    achievement = find_achievement(tx, context_id)
    if achievement is None:
        achievement = Achievement(
            id=new_id(),
            context_id=context_id,
            issuer_profile_id=issuer_profile_id,
            name=name,
            criteria=criteria,
            achievement_type=PARTICIPATION,
            created_at=now,
        )
        tx.add(achievement)
    achievement.name = name
    achievement.criteria = criteria
    tx.flush()
    return achievement.id
