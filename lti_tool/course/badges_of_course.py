"""The badges of a course as those who teach see them: who holds one, how it came about, is it signed, is it shared.

A badge behind which nobody can be found any more is left out: there is nobody to tell anything about.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from badges.award import AwardView, find_award
from badges.decisions import decisions_about
from badges.kinds import BadgeType
from badges.models import Achievement, AchievementVersion, Award, AwardReport, AwardState, Credential, Decision
from badges.reports import ReportView, reports_about
from config.errors import NotFound
from config.outbox import MessageState
from config.outbox_reading import open_messages
from gamification.as_of import AsOf, as_of
from lti_tool.course.names import names_of
from lti_tool.course.participants import LEARNER_ROLES
from lti_tool.messages import MessageType
from lti_tool.roster.models import Membership, Person

PAGE_SIZE = 50
_KEY_LOCKED = "key-locked"


class Show(StrEnum):
    """Which badges the page shows."""

    ALL = "all"
    HELD = "held"
    TAKEN_BACK = "taken-back"
    REPORTED = "reported"
    """Somebody doubts it, and nobody has dealt with that yet."""


class Signature(StrEnum):
    """Whether the document of a badge that holds is signed."""

    SIGNED = "signed"
    WAITING = "waiting"
    LOCKED = "locked"
    """It waits until an administrator gives the service the secret of its key."""
    STOPPED = "stopped"
    """The service has given up; an administrator can have it tried again."""


@dataclass(frozen=True)
class DecisionBy:
    """A decision of somebody who teaches. `who` is empty where the platform sends no name."""

    decision: Decision
    who: str
    reason: str
    decided_at: datetime
    is_again: bool
    """Given again after it was taken back."""


@dataclass(frozen=True)
class BadgeLine:
    """A badge in a line. `signature` is None where it does not hold; `is_participant` says that its holder learns here.

    `decisions` are oldest first.
    """

    award_id: uuid.UUID
    person_id: uuid.UUID
    person_name: str
    is_participant: bool
    badge_name: str
    badge_type: BadgeType
    language: str
    state: AwardState
    awarded_at: datetime
    by_hand: bool
    signature: Signature | None
    shared_at: datetime | None
    open_reports: int
    decisions: tuple[DecisionBy, ...]

    @property
    def is_held(self) -> bool:
        """Whether it holds now."""
        return self.state is AwardState.ACTIVE

    @property
    def decided(self) -> DecisionBy | None:
        """The decision that holds now; None where the goal alone brought it."""
        return self.decisions[-1] if self.decisions else None


@dataclass(frozen=True)
class CourseBadges:
    """A page of badges, newest first. The counts are of the whole course."""

    lines: tuple[BadgeLine, ...]
    counts: dict[Show, int]
    page: int
    pages: int


@dataclass(frozen=True)
class OneBadge:
    """The page of one badge: its line, its texts, what was counted for it, and what was reported about it."""

    line: BadgeLine
    award: AwardView
    counted: AsOf
    reports: tuple[ReportView, ...]


def badges_of_course(tx: Session, context_id: uuid.UUID, show: Show, *, page: int = 1) -> CourseBadges:
    """Return a page of the badges of this course; the nearest that exists."""
    counts = _counts(tx, context_id)
    pages = max(1, -(-counts[show] // PAGE_SIZE))
    page = min(max(1, page), pages)
    newest_first = _lines_of(context_id).where(_is_shown(show)).order_by(Award.awarded_at.desc(), Award.id.desc())
    rows = tx.execute(newest_first.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return CourseBadges(tuple(_read(tx, rows)), counts, page, pages)


def badge_of_course(tx: Session, context_id: uuid.UUID, award_id: uuid.UUID) -> OneBadge:
    """Return one badge of this course.

    Raises:
        NotFound: there is none of that id here, or nobody can be found behind it any more.
    """
    award = find_award(tx, award_id)
    line = _one(tx, _lines_of(context_id).where(Award.id == award_id))
    if award is None or line is None:
        raise NotFound("award")
    reports = reports_about(tx, [award_id]).get(award_id, [])
    return OneBadge(
        line=line,
        award=award,
        counted=as_of(tx, context_id, award.person_id, award.rule_set_version_id, award.awarded_at),
        reports=tuple(sorted(reports, key=lambda report: report.handled_at is not None)),
    )


def badge_of_person(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> BadgeLine | None:
    """Return the badge that this person holds or held in this course; None where they never had it."""
    return _one(tx, _lines_of(context_id).where(Award.person_id == person_id))


def _is_shown(show: Show) -> ColumnElement[bool]:
    has_reports = (
        select(AwardReport.id).where(AwardReport.award_id == Award.id, AwardReport.handled_at.is_(None)).exists()
    )
    return {
        Show.ALL: Award.id.is_not(None),
        Show.HELD: Award.state == AwardState.ACTIVE,
        Show.TAKEN_BACK: Award.state == AwardState.REVOKED,
        Show.REPORTED: has_reports,
    }[show]


def _counts(tx: Session, context_id: uuid.UUID) -> dict[Show, int]:
    counted = (func.count(case((_is_shown(show), Award.id))) for show in Show)
    row = tx.execute(
        select(*counted)
        .join(Achievement, Achievement.id == Award.achievement_id)
        .where(Achievement.context_id == context_id, Award.erased_at.is_(None))
    ).one()
    return dict(zip(Show, row, strict=True))


def _lines_of(context_id: uuid.UUID) -> Any:
    return (
        select(
            Award.id,
            Award.person_id,
            Person.name,
            Membership.role,
            AchievementVersion.name.label("badge_name"),
            AchievementVersion.badge_type,
            AchievementVersion.language,
            Award.state,
            Award.awarded_at,
            Award.activity_id,
            or_(Credential.id.is_(None), Credential.issue_number < Award.issue_number).label("is_to_be_signed"),
            Award.shared_at,
        )
        .join(Achievement, Achievement.id == Award.achievement_id)
        .join(AchievementVersion, AchievementVersion.id == Award.achievement_version_id)
        .join(Person, Person.id == Award.person_id)
        .outerjoin(
            Membership, and_(Membership.person_id == Award.person_id, Membership.context_id == Achievement.context_id)
        )
        .outerjoin(Credential, Credential.award_id == Award.id)
        .where(Achievement.context_id == context_id, Award.erased_at.is_(None))
    )


def _one(tx: Session, query: Any) -> BadgeLine | None:
    return next(iter(_read(tx, tx.execute(query).all())), None)


def _read(tx: Session, rows: Sequence[Any]) -> list[BadgeLine]:
    """Return the lines with what is kept in other tables, in a number of statements that does not grow with them."""
    if not rows:
        return []
    award_ids = [row.id for row in rows]
    decisions = _decisions(tx, award_ids)
    reports = _open_reports(tx, award_ids)
    to_be_signed = [row.id for row in rows if row.is_to_be_signed and row.state == AwardState.ACTIVE]
    unsigned = _unsigned(tx, to_be_signed)
    return [
        BadgeLine(
            award_id=row.id,
            person_id=row.person_id,
            person_name=row.name,
            is_participant=row.role in LEARNER_ROLES,
            badge_name=row.badge_name,
            badge_type=BadgeType(row.badge_type),
            language=row.language,
            state=AwardState(row.state),
            awarded_at=row.awarded_at,
            by_hand=row.activity_id is None,
            signature=unsigned.get(row.id, Signature.SIGNED) if row.state == AwardState.ACTIVE else None,
            shared_at=row.shared_at,
            open_reports=reports.get(row.id, 0),
            decisions=decisions.get(row.id, ()),
        )
        for row in rows
    ]


def _open_reports(tx: Session, award_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    rows = tx.execute(
        select(AwardReport.award_id, func.count().label("waiting"))
        .where(AwardReport.award_id.in_(award_ids), AwardReport.handled_at.is_(None))
        .group_by(AwardReport.award_id)
    )
    return {row.award_id: row.waiting for row in rows}


def _decisions(tx: Session, award_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[DecisionBy, ...]]:
    found = decisions_about(tx, award_ids)
    names = names_of(tx, {one.by_person_id for about in found.values() for one in about})
    return {
        award_id: tuple(
            DecisionBy(
                one.decision,
                names.get(one.by_person_id, ""),
                one.reason,
                one.decided_at,
                # One that the goal brought was taken back before somebody could give it.
                is_again=one.decision is Decision.GIVEN and number > 0,
            )
            for number, one in enumerate(about)
        )
        for award_id, about in found.items()
    }


def _unsigned(tx: Session, award_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Signature]:
    promised = open_messages(tx, MessageType.ISSUE_CREDENTIAL, [str(award_id) for award_id in award_ids])
    found = {}
    for award_id in award_ids:
        message = promised.get(str(award_id))
        if message is not None and message.last_error == _KEY_LOCKED:
            found[award_id] = Signature.LOCKED
        elif message is not None and message.state is MessageState.DEAD:
            found[award_id] = Signature.STOPPED
        else:
            found[award_id] = Signature.WAITING
    return found
