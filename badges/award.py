"""Deciding that a person has earned an achievement, once, in the transaction of the activity that earned it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.models import Achievement, AchievementVersion, Award, AwardState, Credential
from config.ids import new_id
from config.upsert import insert_many_unless_present


@dataclass(frozen=True)
class AwardView:
    """An award as its holder sees it, in the texts it was awarded with. `is_ready` says that the document is signed."""

    award_id: uuid.UUID
    name: str
    criteria: str
    awarded_at: datetime
    is_ready: bool


@dataclass(frozen=True)
class NewAward:
    """That somebody should hold an achievement in these texts, by this activity under these rules."""

    achievement_id: uuid.UUID
    achievement_version_id: uuid.UUID
    person_id: uuid.UUID
    activity_id: uuid.UUID
    rule_set_version_id: uuid.UUID


def award(
    tx: Session,
    *,
    achievement_id: uuid.UUID,
    achievement_version_id: uuid.UUID,
    person_id: uuid.UUID,
    activity_id: uuid.UUID,
    rule_set_version_id: uuid.UUID,
    now: datetime,
) -> uuid.UUID | None:
    """Award the achievement in these texts; None when this person holds it already, in whatever texts."""
    wanted = NewAward(achievement_id, achievement_version_id, person_id, activity_id, rule_set_version_id)
    return award_many(tx, [wanted], now=now).get((achievement_id, person_id))


def award_many(
    tx: Session, wanted: Sequence[NewAward], *, now: datetime
) -> dict[tuple[uuid.UUID, uuid.UUID], uuid.UUID]:
    """Award each of these unless held already; returns the new awards' ids by achievement and person.

    In the order of achievement and person, so that two who award the same never wait for each other in a circle.
    """
    awards = [
        {
            "id": new_id(),
            "achievement_id": one.achievement_id,
            "achievement_version_id": one.achievement_version_id,
            "person_id": one.person_id,
            "activity_id": one.activity_id,
            "rule_set_version_id": one.rule_set_version_id,
            "state": AwardState.ACTIVE,
            "awarded_at": now,
        }
        for one in sorted(wanted, key=lambda one: (one.achievement_id, one.person_id))
    ]
    written = insert_many_unless_present(
        tx,
        Award,
        awards,
        key=("achievement_id", "person_id"),
        where="state IN ('active', 'suspended')",
        returning=("achievement_id", "person_id", "id"),
    )
    return {(row.achievement_id, row.person_id): row.id for row in written}


def list_awards(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> list[AwardView]:
    """Return what the person holds in this course, oldest first."""
    rows = tx.execute(
        select(
            Award.id,
            Award.awarded_at,
            AchievementVersion.name,
            AchievementVersion.criteria,
            Credential.id.label("credential_id"),
        )
        .join(Achievement, Achievement.id == Award.achievement_id)
        .join(AchievementVersion, AchievementVersion.id == Award.achievement_version_id)
        .outerjoin(Credential, Credential.award_id == Award.id)
        .where(Achievement.context_id == context_id, Award.person_id == person_id, Award.state == AwardState.ACTIVE)
        .order_by(Award.awarded_at)
    )
    return [AwardView(row.id, row.name, row.criteria, row.awarded_at, row.credential_id is not None) for row in rows]


def find_document(tx: Session, award_id: uuid.UUID, person_id: uuid.UUID) -> tuple[str, bytes] | None:
    """Return the achievement's name and the signed bytes, for the holder only; None for anybody else."""
    row = tx.execute(
        select(AchievementVersion.name, Credential.document)
        .join(Award, Award.id == Credential.award_id)
        .join(AchievementVersion, AchievementVersion.id == Award.achievement_version_id)
        .where(Award.id == award_id, Award.person_id == person_id, Award.state == AwardState.ACTIVE)
    ).one_or_none()
    return (row.name, row.document) if row else None


def holders(tx: Session, context_id: uuid.UUID) -> set[uuid.UUID]:
    """Return who holds an achievement of this course."""
    return set(
        tx.execute(
            select(Award.person_id)
            .join(Achievement, Achievement.id == Award.achievement_id)
            .where(Achievement.context_id == context_id, Award.state == AwardState.ACTIVE)
        ).scalars()
    )
