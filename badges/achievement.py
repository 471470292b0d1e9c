"""The achievement of a course: its name, its criteria, and the type that says what kind of proof it is.

Texts are versioned: who earned it under one text keeps that text, whatever the teacher writes afterwards.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.models import CRITERIA_LENGTH, NAME_LENGTH, Achievement, AchievementVersion
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


@dataclass(frozen=True)
class DescribedAchievement:
    """An achievement with the version of its texts that holds now."""

    achievement_id: uuid.UUID
    version_id: uuid.UUID


@dataclass(frozen=True)
class AchievementTexts:
    """What an achievement is called, and what somebody who holds it has done."""

    name: str
    criteria: str


def achievement_texts(tx: Session, version_id: uuid.UUID) -> AchievementTexts:
    """Return the texts of one version."""
    version = tx.get_one(AchievementVersion, version_id)
    return AchievementTexts(version.name, version.criteria)


def describe_achievement(
    tx: Session, *, context_id: uuid.UUID, issuer_profile_id: uuid.UUID, name: str, criteria: str, now: datetime
) -> DescribedAchievement:
    """Name the course's achievement and say what it takes; makes it the first time, and a version for other texts.

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
    achievement_id = tx.execute(select(Achievement.id).where(Achievement.context_id == context_id)).scalar_one_or_none()
    if achievement_id is None:
        achievement_id = new_id()
        tx.add(
            Achievement(
                id=achievement_id,
                context_id=context_id,
                issuer_profile_id=issuer_profile_id,
                achievement_type=PARTICIPATION,
                created_at=now,
            )
        )
        tx.flush()
    newest = _newest_version(tx, achievement_id)
    if newest is not None and (newest.name, newest.criteria) == (name, criteria):
        return DescribedAchievement(achievement_id, newest.id)
    version = AchievementVersion(
        id=new_id(),
        achievement_id=achievement_id,
        number=newest.number + 1 if newest else 1,
        name=name,
        criteria=criteria,
        created_at=now,
    )
    tx.add(version)
    tx.flush()
    return DescribedAchievement(achievement_id, version.id)


def _newest_version(tx: Session, achievement_id: uuid.UUID) -> AchievementVersion | None:
    return tx.execute(
        select(AchievementVersion)
        .where(AchievementVersion.achievement_id == achievement_id)
        .order_by(AchievementVersion.number.desc())
        .limit(1)
    ).scalar_one_or_none()
