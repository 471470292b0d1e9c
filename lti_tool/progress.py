"""Recording what a learner did, and everything that follows from it, in one transaction."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.award import award
from config import outbox
from config.errors import Conflict, NotAllowed, NotFound
from gamification.engine.desired import Desired
from gamification.record import NewActivity, Recorded, evaluate, hold_rules
from gamification.record import record_activity as record
from lti_tool.lti.ags import SCOPE_SCORE
from lti_tool.lti.roles import PrincipalRole, may_earn
from lti_tool.messages import MessageType
from lti_tool.roster.models import LineItem, Person
from lti_tool.sources.own_tasks import task_completed


def record_activity(tx: Session, activity: NewActivity, *, now: datetime) -> Recorded:
    """Record the activity, its points, its badge, and the promises to tell the gradebook and to sign.

    Every source of activities comes through here. Telling the same activity again changes nothing.
    """
    recorded = record(tx, activity, now=now)
    _follow(
        tx,
        activity.context_id,
        activity.person_id,
        recorded.desired,
        recorded.version_id,
        points_changed=recorded.points_changed,
        now=now,
    )
    return recorded


def finish_task(
    tx: Session,
    *,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    role: PrincipalRole,
    task_id: uuid.UUID,
    now: datetime,
) -> Recorded:
    """Record that a learner says: I have done this.

    The rules are held before they are looked at, so that a task cannot be taken away between the look and the record.

    Raises:
        NotAllowed: somebody who does not earn here (a teacher, an observer).
        NotFound: no such task in this course.
        Conflict: the task was closed meanwhile.
    """
    if not may_earn(role):
        raise NotAllowed("does-not-earn")
    held = hold_rules(tx, context_id)
    rule = held.rules.rule_for(task_id) if held else None
    if rule is None:
        raise NotFound("task")
    if rule.closed:
        raise Conflict("task-closed")
    return record_activity(
        tx,
        task_completed(context_id=context_id, person_id=person_id, task_id=task_id, occurred_at=now),
        now=now,
    )


def evaluate_again(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> None:
    """Bring one learner to the rules that hold now, after they changed. The score is sent again in any case."""
    evaluated = evaluate(tx, context_id, person_id, now=now)
    _follow(tx, context_id, person_id, evaluated.desired, evaluated.version_id, points_changed=True, now=now)


def promise_scores(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> None:
    """Promise to tell each gradebook column of the course where this learner stands.

    Messages of one platform share a lane: a school's rate limit is one bucket.
    """
    registration_id = tx.execute(select(Person.registration_id).where(Person.id == person_id)).scalar_one()
    for line_item in tx.execute(select(LineItem.id, LineItem.scopes).where(LineItem.context_id == context_id)):
        if SCOPE_SCORE not in line_item.scopes:
            continue
        outbox.put(
            tx,
            MessageType.PUBLISH_SCORE,
            {"line_item_id": line_item.id, "person_id": person_id},
            now=now,
            coalesce_key=f"{line_item.id}:{person_id}",
            lane=f"platform:{registration_id}",
        )


def _follow(
    tx: Session,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    wanted: Desired,
    version_id: uuid.UUID | None,
    *,
    points_changed: bool,
    now: datetime,
) -> None:
    is_awarded = False
    for granted in wanted.achievements:
        if version_id is None:
            continue
        award_id = award(
            tx,
            achievement_id=granted.achievement.achievement_id,
            achievement_version_id=granted.achievement.version_id,
            person_id=person_id,
            activity_id=granted.activity_id,
            rule_set_version_id=version_id,
            now=now,
        )
        if award_id is not None:
            is_awarded = True
            outbox.put(tx, MessageType.ISSUE_CREDENTIAL, {"award_id": award_id}, now=now, coalesce_key=str(award_id))
    if points_changed or is_awarded:
        promise_scores(tx, context_id, person_id, now=now)
