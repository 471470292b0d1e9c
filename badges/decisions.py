"""Giving an award by hand and taking it back: a person decides, says why, and can decide otherwise later."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.models import REASON_LENGTH, Award, AwardDecision, AwardState, Decision
from config.errors import Conflict, NotFound, ToolError
from config.ids import new_id
from config.typed_text import is_blank
from config.upsert import insert_unless_present


class DecisionProblem(StrEnum):
    """Why a decision cannot be kept."""

    REASON_MISSING = "reason-missing"
    REASON_TOO_LONG = "reason-too-long"


class DecisionInvalid(ToolError):
    """A decision without a reason that can be read."""

    def __init__(self, problem: DecisionProblem) -> None:
        super().__init__(problem, "reason")
        self.problem = problem


@dataclass(frozen=True)
class Decided:
    """A decision that was kept. `is_new` is False when the same form was sent before."""

    award_id: uuid.UUID
    is_new: bool


@dataclass(frozen=True)
class DecisionView:
    """A decision as the holder and those who teach read it."""

    decision_id: uuid.UUID
    award_id: uuid.UUID
    decision: Decision
    by_person_id: uuid.UUID
    reason: str
    decided_at: datetime
    seen_at: datetime | None


def give(
    tx: Session,
    *,
    decision_id: uuid.UUID,
    achievement_id: uuid.UUID,
    achievement_version_id: uuid.UUID,
    person_id: uuid.UUID,
    rule_set_version_id: uuid.UUID,
    by_person_id: uuid.UUID,
    reason: str,
    now: datetime,
) -> Decided:
    """Give the achievement by hand, or give it again after it was taken back.

    Given again it is the same award under the same address, in the texts it was awarded with, and it is signed again.

    Raises:
        DecisionInvalid: no reason, or one that is too long.
        NotFound: it was the award of somebody who was erased.
        Conflict: the person holds it (`badge-held`), or this form was used for something else (`form-used`).
    """
    reason = _checked(reason)
    insert_unless_present(
        tx,
        Award,
        {
            "id": new_id(),
            "achievement_id": achievement_id,
            "achievement_version_id": achievement_version_id,
            "person_id": person_id,
            "activity_id": None,
            "rule_set_version_id": rule_set_version_id,
            "state": AwardState.REVOKED,  # until the decision below is kept
            "awarded_at": now,
            "issue_number": 0,
        },
        key=("achievement_id", "person_id"),
    )
    award = _lock(tx, Award.achievement_id == achievement_id, Award.person_id == person_id)
    if _was_kept(tx, decision_id, award, Decision.GIVEN, reason):
        return Decided(award.id, is_new=False)
    if award.state != AwardState.REVOKED:
        raise Conflict("badge-held")
    award.state = AwardState.ACTIVE
    award.issue_number += 1
    # The one who gives it knows of it; the holder hears of it, also the second time.
    award.seen_at, award.staff_seen_at = None, now
    _keep(tx, decision_id, award, Decision.GIVEN, by_person_id, reason, now=now)
    return Decided(award.id, is_new=True)


def take_back(
    tx: Session, *, decision_id: uuid.UUID, award_id: uuid.UUID, by_person_id: uuid.UUID, reason: str, now: datetime
) -> Decided:
    """Take an award back, with a reason that its holder reads.

    Raises:
        DecisionInvalid: no reason, or one that is too long.
        NotFound: no such award, or of somebody who was erased.
        Conflict: it was taken back meanwhile (`badge-not-held`), or this form was used for something else
            (`form-used`).
    """
    reason = _checked(reason)
    award = _lock(tx, Award.id == award_id)
    if _was_kept(tx, decision_id, award, Decision.TAKEN_BACK, reason):
        return Decided(award.id, is_new=False)
    if award.state == AwardState.REVOKED:
        raise Conflict("badge-not-held")
    award.state = AwardState.REVOKED
    _keep(tx, decision_id, award, Decision.TAKEN_BACK, by_person_id, reason, now=now)
    return Decided(award.id, is_new=True)


def decisions_about(tx: Session, award_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[DecisionView]]:
    """Return what was decided about each of these awards, oldest first; nothing for one that nobody decided about."""
    rows = tx.execute(
        select(AwardDecision)
        .where(AwardDecision.award_id.in_(list(award_ids)))
        .order_by(AwardDecision.decided_at, AwardDecision.id)
    ).scalars()
    found: dict[uuid.UUID, list[DecisionView]] = {}
    for row in rows:
        found.setdefault(row.award_id, []).append(
            DecisionView(
                row.id,
                row.award_id,
                Decision(row.decision),
                row.by_person_id,
                row.reason,
                row.decided_at,
                row.seen_at,
            )
        )
    return found


def see_decision(tx: Session, decision_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> None:
    """Keep that the holder closed the message about a decision.

    Raises:
        NotFound: no decision about an award of this person.
    """
    row = tx.execute(
        select(AwardDecision)
        .join(Award, Award.id == AwardDecision.award_id)
        .where(AwardDecision.id == decision_id, Award.person_id == person_id)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("decision")
    row.seen_at = row.seen_at or now
    tx.flush()


def _checked(reason: str) -> str:
    if is_blank(reason):
        raise DecisionInvalid(DecisionProblem.REASON_MISSING)
    if len(reason.strip()) > REASON_LENGTH:
        raise DecisionInvalid(DecisionProblem.REASON_TOO_LONG)
    return reason.strip()


def _lock(tx: Session, *which: object) -> Award:
    """Return the award, locked; behind one that was erased nobody can be found, so nothing is written about it."""
    query = select(Award).where(*which).with_for_update().execution_options(populate_existing=True)  # type: ignore[arg-type]
    award = tx.execute(query).scalar_one_or_none()
    if award is None or award.erased_at is not None:
        raise NotFound("award")
    return award


def _was_kept(tx: Session, decision_id: uuid.UUID, award: Award, decision: Decision, reason: str) -> bool:
    """Say whether this form was sent before; asked with the award locked, so that two at once see each other."""
    known = tx.get(AwardDecision, decision_id)
    if known is None:
        return False
    if (known.award_id, known.decision, known.reason) != (award.id, decision, reason):
        raise Conflict("form-used")
    return True


def _keep(
    tx: Session,
    decision_id: uuid.UUID,
    award: Award,
    decision: Decision,
    by_person_id: uuid.UUID,
    reason: str,
    *,
    now: datetime,
) -> None:
    tx.add(
        AwardDecision(
            id=decision_id,
            award_id=award.id,
            decision=decision,
            by_person_id=by_person_id,
            reason=reason,
            decided_at=now,
        )
    )
    tx.flush()
