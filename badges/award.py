"""Deciding that a person has earned an achievement, once, in the transaction of the activity that earned it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.achievement import AchievementTexts, BadgeDetails, texts_of
from badges.models import (
    Achievement,
    AchievementVersion,
    Award,
    AwardState,
    Credential,
    CredentialSalt,
    IssuerProfile,
)
from badges.salt import Salted, put_back
from config.ids import new_id
from config.upsert import insert_many_unless_present


@dataclass(frozen=True)
class AwardView:
    """An award, in the texts it was awarded with. `is_ready` says that the document is signed.

    `by_hand` says that somebody gave it and no activity earned it.
    """

    award_id: uuid.UUID
    context_id: uuid.UUID
    person_id: uuid.UUID
    texts: AchievementTexts
    issuer_name: str
    rule_set_version_id: uuid.UUID
    state: AwardState
    awarded_at: datetime
    by_hand: bool
    is_ready: bool
    shared_at: datetime | None
    shows_name: bool
    seen_at: datetime | None
    staff_seen_at: datetime | None
    erased_at: datetime | None

    @property
    def name(self) -> str:
        """What the badge is called."""
        return self.texts.name

    @property
    def criteria(self) -> str:
        """What somebody who holds it has done."""
        return self.texts.criteria

    @property
    def details(self) -> BadgeDetails:
        """What else it says."""
        return self.texts.details

    @property
    def is_held(self) -> bool:
        """Whether it holds now."""
        return self.state is AwardState.ACTIVE


@dataclass(frozen=True)
class NewAward:
    """That somebody should hold an achievement in these texts, by this activity under these rules.

    `known_at` is when the newest of the facts that it rests on was recorded. Of two at one moment, who waited for the
    other looked at the clock first: the award counts from when all of them were there.
    """

    achievement_id: uuid.UUID
    achievement_version_id: uuid.UUID
    person_id: uuid.UUID
    activity_id: uuid.UUID
    rule_set_version_id: uuid.UUID
    known_at: datetime | None = None


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
    """Award the achievement in these texts; None when this person has or had it already, in whatever texts."""
    wanted = NewAward(achievement_id, achievement_version_id, person_id, activity_id, rule_set_version_id)
    return award_many(tx, [wanted], now=now).get((achievement_id, person_id))


def award_many(
    tx: Session, wanted: Sequence[NewAward], *, now: datetime
) -> dict[tuple[uuid.UUID, uuid.UUID], uuid.UUID]:
    """Award each of these unless it was awarded before; returns the new awards' ids by achievement and person.

    One that was taken back stays so: only a person can give it again (badges.decisions). In the order of achievement
    and person, so that two who award the same never wait for each other in a circle.
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
            "awarded_at": max(now, one.known_at or now),
        }
        for one in sorted(wanted, key=lambda one: (one.achievement_id, one.person_id))
    ]
    written = insert_many_unless_present(
        tx,
        Award,
        awards,
        key=("achievement_id", "person_id"),
        returning=("achievement_id", "person_id", "id"),
    )
    return {(row.achievement_id, row.person_id): row.id for row in written}


def list_awards(
    tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, *, states: Iterable[AwardState] = (AwardState.ACTIVE,)
) -> list[AwardView]:
    """Return what the person holds in this course, oldest first; with `states` also what they held."""
    query = _views().where(Achievement.context_id == context_id, Award.person_id == person_id)
    return _read(tx, query.where(Award.state.in_(list(states))))


def awards_of_person(tx: Session, person_id: uuid.UUID) -> list[AwardView]:
    """Return everything the person has or had, in every course, oldest first."""
    return _read(tx, _views().where(Award.person_id == person_id))


def awards_of_course(tx: Session, context_id: uuid.UUID) -> list[AwardView]:
    """Return everything that anybody has or had in this course, oldest first."""
    return _read(tx, _views().where(Achievement.context_id == context_id))


def find_award(tx: Session, award_id: uuid.UUID) -> AwardView | None:
    """Return an award by its id, whosever it is: the caller says who may know."""
    return next(iter(_read(tx, _views().where(Award.id == award_id))), None)


def awarded_version(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> tuple[uuid.UUID, uuid.UUID] | None:
    """Return the achievement of this course that the person has or had, and the version of its texts."""
    row = tx.execute(
        select(Award.achievement_id, Award.achievement_version_id)
        .join(Achievement, Achievement.id == Award.achievement_id)
        .where(Achievement.context_id == context_id, Award.person_id == person_id)
        .order_by(Award.awarded_at.desc())
        .limit(1)
    ).one_or_none()
    return (row.achievement_id, row.achievement_version_id) if row else None


def signed_document(
    tx: Session, award_id: uuid.UUID, *, states: Iterable[AwardState] = (AwardState.ACTIVE,)
) -> bytes | None:
    """Return the signed bytes of an award that holds; None where it does not, or is not signed yet, or was erased.

    With `states` also those of one that was taken back: they are kept, and shown to nobody but the person they are of.
    """
    row = tx.execute(
        select(Credential.document, CredentialSalt.salt, CredentialSalt.position)
        .join(Award, Award.id == Credential.award_id)
        .join(CredentialSalt, CredentialSalt.credential_id == Credential.id)
        .where(Award.id == award_id, Award.state.in_(list(states)))
    ).one_or_none()
    return put_back(Salted(row.document, row.salt, row.position)) if row else None


def holders(tx: Session, context_id: uuid.UUID) -> set[uuid.UUID]:
    """Return who holds an achievement of this course."""
    return set(
        tx.execute(
            select(Award.person_id)
            .join(Achievement, Achievement.id == Award.achievement_id)
            .where(Achievement.context_id == context_id, Award.state == AwardState.ACTIVE)
        ).scalars()
    )


def _views() -> Any:
    return (
        select(
            Award,
            AchievementVersion,
            Achievement.context_id,
            IssuerProfile.name.label("issuer_name"),
            Credential.id.label("credential_id"),
        )
        .join(Achievement, Achievement.id == Award.achievement_id)
        .join(AchievementVersion, AchievementVersion.id == Award.achievement_version_id)
        .join(IssuerProfile, IssuerProfile.id == Achievement.issuer_profile_id)
        .outerjoin(Credential, Credential.award_id == Award.id)
        .order_by(Award.awarded_at, Award.id)
    )


def _read(tx: Session, query: Any) -> list[AwardView]:
    return [
        AwardView(
            award_id=row.Award.id,
            context_id=row.context_id,
            person_id=row.Award.person_id,
            texts=texts_of(row.AchievementVersion),
            issuer_name=row.issuer_name,
            rule_set_version_id=row.Award.rule_set_version_id,
            state=AwardState(row.Award.state),
            awarded_at=row.Award.awarded_at,
            by_hand=row.Award.activity_id is None,
            is_ready=row.credential_id is not None,
            shared_at=row.Award.shared_at,
            shows_name=row.Award.shows_name,
            seen_at=row.Award.seen_at,
            staff_seen_at=row.Award.staff_seen_at,
            erased_at=row.Award.erased_at,
        )
        for row in tx.execute(query)
    ]
