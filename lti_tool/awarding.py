"""What those who teach decide about a badge: give it by hand, take it back, give it again, and what they were told."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from badges import decisions
from badges.award import AwardView, awarded_version, find_award
from badges.decisions import Decided
from badges.models import Achievement, Award
from badges.reports import handle_report
from config import outbox
from config.errors import NotAllowed, NotFound
from gamification.rules import current_rules
from lti_tool.lti.roles import PrincipalRole, may_review
from lti_tool.messages import MessageType
from lti_tool.progress import promise_scores
from lti_tool.roster.members import require_learner


def give_badge(
    tx: Session,
    *,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    actor_id: uuid.UUID,
    role: PrincipalRole,
    reason: str,
    request_id: uuid.UUID,
    now: datetime,
) -> Decided:
    """Give a learner the badge of this course by hand, or give it again, with a reason that the learner reads.

    Raises:
        NotAllowed, NotFound: not staff; no such learner in this course, or no badge to give.
        DecisionInvalid: no reason, or too long.
        Conflict: the learner holds it (`badge-held`), or the form was used for another decision (`form-used`).
    """
    _require_staff(role)
    require_learner(tx, context_id, person_id)
    current = current_rules(tx, context_id)
    if current is None:
        raise NotFound("badge")
    # What was taken back can be given again, also where the course has no badge any more.
    had = awarded_version(tx, context_id, person_id)
    of_course = current.rules.achievement
    wanted = had or ((of_course.achievement_id, of_course.version_id) if of_course else None)
    if wanted is None:
        raise NotFound("badge")
    achievement_id, version_id = wanted
    decided = decisions.give(
        tx,
        decision_id=request_id,
        achievement_id=achievement_id,
        achievement_version_id=version_id,
        person_id=person_id,
        rule_set_version_id=current.version_id,
        by_person_id=actor_id,
        reason=reason,
        now=now,
    )
    if decided.is_new:
        outbox.put(
            tx,
            MessageType.ISSUE_CREDENTIAL,
            {"award_id": decided.award_id},
            now=now,
            coalesce_key=str(decided.award_id),
        )
        promise_scores(tx, context_id, [person_id], now=now)
    return decided


def take_badge_back(
    tx: Session,
    *,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    award_id: uuid.UUID,
    actor_id: uuid.UUID,
    role: PrincipalRole,
    reason: str,
    request_id: uuid.UUID,
    now: datetime,
) -> Decided:
    """Take a learner's badge back, with a reason that the learner reads. Points stay as they are.

    Raises:
        NotAllowed, NotFound: not staff; no such badge of this learner in this course.
        DecisionInvalid: no reason, or too long.
        Conflict: it was taken back meanwhile (`badge-not-held`), or the form was used for another decision.
    """
    _require_staff(role)
    award = award_of_course(tx, context_id, award_id)
    if award.person_id != person_id:
        raise NotFound("award")
    decided = decisions.take_back(
        tx, decision_id=request_id, award_id=award_id, by_person_id=actor_id, reason=reason, now=now
    )
    if decided.is_new:
        promise_scores(tx, context_id, [person_id], now=now)
    return decided


def see_as_staff(
    tx: Session, *, context_id: uuid.UUID, award_id: uuid.UUID, role: PrincipalRole, now: datetime
) -> None:
    """Keep that somebody who teaches closed the message that this badge was earned.

    Raises:
        NotAllowed, NotFound: not staff; no such badge in this course.
    """
    _require_staff(role)
    award_of_course(tx, context_id, award_id)
    row = tx.get_one(Award, award_id)
    row.staff_seen_at = row.staff_seen_at or now
    tx.flush()


def see_several_as_staff(
    tx: Session, *, context_id: uuid.UUID, award_ids: Iterable[uuid.UUID], role: PrincipalRole, now: datetime
) -> None:
    """Keep that somebody who teaches closed the message that these badges were earned.

    Raises:
        NotAllowed, NotFound: not staff; one of them is no badge of this course.
    """
    _require_staff(role)
    wanted = set(award_ids)
    here = select(Award.id).join(Achievement).where(Award.id.in_(wanted), Achievement.context_id == context_id)
    if set(tx.execute(here).scalars()) != wanted:
        raise NotFound("award")
    tx.execute(update(Award).where(Award.id.in_(wanted), Award.staff_seen_at.is_(None)).values(staff_seen_at=now))


def close_report(
    tx: Session,
    *,
    context_id: uuid.UUID,
    report_id: uuid.UUID,
    actor_id: uuid.UUID,
    role: PrincipalRole,
    now: datetime,
) -> None:
    """Keep that somebody who teaches has dealt with a report about a badge of this course.

    Raises:
        NotAllowed, NotFound: not staff; no such report in this course.
    """
    _require_staff(role)
    handle_report(tx, report_id, context_id, by_person_id=actor_id, now=now)


def award_of_course(tx: Session, context_id: uuid.UUID, award_id: uuid.UUID) -> AwardView:
    """Return an award of this course.

    Raises:
        NotFound: there is none of that id here.
    """
    award = find_award(tx, award_id)
    if award is None or award.context_id != context_id:
        raise NotFound("award")
    return award


def _require_staff(role: PrincipalRole) -> None:
    if not may_review(role):
        raise NotAllowed("may-not-review")
