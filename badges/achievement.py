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

from badges.kinds import BadgeType, ProofKind
from badges.models import (
    ALT_TEXT_LENGTH,
    CRITERIA_LENGTH,
    DESCRIPTION_LENGTH,
    NAME_LENGTH,
    Achievement,
    AchievementVersion,
)
from badges.picture.design import DEFAULT_DESIGN, Design
from config.errors import ToolError
from config.ids import new_id


class AchievementProblem(StrEnum):
    """Why an achievement cannot be kept."""

    NAME_MISSING = "badge-name-missing"
    NAME_TOO_LONG = "badge-name-too-long"
    CRITERIA_MISSING = "badge-criteria-missing"
    CRITERIA_TOO_LONG = "badge-criteria-too-long"
    DESCRIPTION_TOO_LONG = "badge-description-too-long"
    ALT_TEXT_MISSING = "badge-alt-text-missing"
    ALT_TEXT_TOO_LONG = "badge-alt-text-too-long"


class AchievementInvalid(ToolError):
    """An achievement that cannot be kept; `path` is `badge.name`, `badge.criteria`, `badge.alt_text` and so on."""

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
class BadgeDetails:
    """What else a version says: what it shows, what kind it is, and its picture with the words for it.

    `picture` is a badges.picture design as text, empty for the default one; `language` is that of all its texts.
    """

    description: str = ""
    badge_type: BadgeType = BadgeType.PARTICIPATION
    proof_kind: ProofKind = ProofKind.OWN_CERTIFICATE
    picture: str = ""
    alt_text: str = ""
    language: str = "nl"

    @property
    def design(self) -> Design:
        """The picture's design."""
        return Design.from_text(self.picture) if self.picture else DEFAULT_DESIGN


@dataclass(frozen=True)
class AchievementTexts:
    """What an achievement is called, and what somebody who holds it has done; with its other details."""

    name: str
    criteria: str
    details: BadgeDetails = BadgeDetails()


def texts_of(version: AchievementVersion) -> AchievementTexts:
    """Return what a version says."""
    return AchievementTexts(
        version.name,
        version.criteria,
        BadgeDetails(
            version.description,
            BadgeType(version.badge_type),
            ProofKind(version.proof_kind),
            version.picture,
            version.alt_text,
            version.language,
        ),
    )


def achievement_texts(tx: Session, version_id: uuid.UUID) -> AchievementTexts:
    """Return the texts of one version."""
    return texts_of(tx.get_one(AchievementVersion, version_id))


def describe_achievement(
    tx: Session,
    *,
    context_id: uuid.UUID,
    issuer_profile_id: uuid.UUID,
    name: str,
    criteria: str,
    details: BadgeDetails | None = None,
    now: datetime,
) -> DescribedAchievement:
    """Name the course's achievement and say what it takes; makes it the first time, and a version for other texts.

    Without `details` those of the newest version stay. The caller holds the course's rules locked, so there is one
    achievement per course, and has checked that the rules are those of its type.

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
    if details is not None:
        _check_details(details)
    achievement_id = tx.execute(select(Achievement.id).where(Achievement.context_id == context_id)).scalar_one_or_none()
    if achievement_id is None:
        achievement_id = new_id()
        tx.add(
            Achievement(
                id=achievement_id,
                context_id=context_id,
                issuer_profile_id=issuer_profile_id,
                created_at=now,
            )
        )
        tx.flush()
    newest = _newest_version(tx, achievement_id)
    before = texts_of(newest) if newest else None
    wanted = AchievementTexts(name, criteria, details or (before.details if before else BadgeDetails()))
    if newest is not None and before == wanted:
        return DescribedAchievement(achievement_id, newest.id)
    version = AchievementVersion(
        id=new_id(),
        achievement_id=achievement_id,
        number=newest.number + 1 if newest else 1,
        name=wanted.name,
        criteria=wanted.criteria,
        description=wanted.details.description,
        badge_type=wanted.details.badge_type,
        proof_kind=wanted.details.proof_kind,
        picture=wanted.details.picture,
        alt_text=wanted.details.alt_text,
        language=wanted.details.language,
        created_at=now,
    )
    tx.add(version)
    tx.flush()
    return DescribedAchievement(achievement_id, version.id)


def newest_name(tx: Session, achievement_id: uuid.UUID) -> str:
    """Return what an achievement is called now; empty for one that has no texts."""
    newest = _newest_version(tx, achievement_id)
    return newest.name if newest else ""


def _check_details(details: BadgeDetails) -> None:
    if len(details.description) > DESCRIPTION_LENGTH:
        raise AchievementInvalid("badge.description", AchievementProblem.DESCRIPTION_TOO_LONG)
    if not details.alt_text.strip():
        raise AchievementInvalid("badge.alt_text", AchievementProblem.ALT_TEXT_MISSING)
    if len(details.alt_text) > ALT_TEXT_LENGTH:
        raise AchievementInvalid("badge.alt_text", AchievementProblem.ALT_TEXT_TOO_LONG)


def _newest_version(tx: Session, achievement_id: uuid.UUID) -> AchievementVersion | None:
    return tx.execute(
        select(AchievementVersion)
        .where(AchievementVersion.achievement_id == achievement_id)
        .order_by(AchievementVersion.number.desc())
        .limit(1)
    ).scalar_one_or_none()
