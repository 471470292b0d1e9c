"""What those who teach decide about one learner: review work, give and take back points, praise.

Each decision is an activity like any other, so the rules take it into account ever after; the words that go with it are
kept apart, where they can be erased.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from config.errors import Conflict, NotAllowed, NotFound
from gamification.engine.activity import Activity, Verb
from gamification.engine.rule_set import RuleSet
from gamification.engine.task_state import NOTHING_DONE, task_facts
from gamification.evaluate import activities_of
from gamification.hand_ins import get_hand_in, hand_ins_of, keep_review, was_decided_by_hand
from gamification.models import ActivityRow
from gamification.record import Recorded
from gamification.remarks import Praise, add_remark, remarks_for
from gamification.rules import hold_rules
from lti_tool.lti.roles import PrincipalRole, may_review
from lti_tool.progress import record_activity
from lti_tool.roster.members import require_learner
from lti_tool.sources.staff import decided_by_hand, work_reviewed


def review_work(
    tx: Session,
    *,
    context_id: uuid.UUID,
    reviewer_id: uuid.UUID,
    role: PrincipalRole,
    hand_in_id: uuid.UUID,
    outcome: Verb,
    remark: str = "",
    praise: Praise | None = None,
    now: datetime,
) -> Recorded:
    """Judge work as good (`APPROVED`) or to be practised (`NOT_YET`), with a remark for the learner.

    Raises:
        NotAllowed: somebody who may not review.
        NotFound: no such work in this course.
        Conflict: a colleague was first (`reviewed-meanwhile`), with a review or by hand, or the learner sent newer
            work (`newer-work`).
        RemarkInvalid: the remark is too long.
    """
    if not may_review(role):
        raise NotAllowed("may-not-review")
    if outcome not in {Verb.APPROVED, Verb.NOT_YET}:
        raise ValueError(f"not a review: {outcome}")
    work = get_hand_in(tx, context_id, hand_in_id)
    if work.outcome is not None:
        raise Conflict("reviewed-meanwhile")
    recorded = record_activity(
        tx,
        work_reviewed(work, context_id=context_id, outcome=outcome, reviewer_id=reviewer_id, occurred_at=now),
        now=now,
    )
    # Only now, with the learner's balance locked: what others did to this learner can be seen and cannot change.
    if not recorded.is_new or was_decided_by_hand(tx, work):
        raise Conflict("reviewed-meanwhile")
    if hand_ins_of(tx, context_id, work.person_id, work.task_id)[-1].hand_in_id != hand_in_id:
        raise Conflict("newer-work")
    keep_review(tx, hand_in_id, activity_id=recorded.activity_id, outcome=outcome, reviewer_id=reviewer_id, now=now)
    add_remark(
        tx,
        context_id=context_id,
        person_id=work.person_id,
        author_id=reviewer_id,
        text=remark,
        praise=praise,
        task_id=work.task_id,
        activity_id=recorded.activity_id,
        now=now,
    )
    return recorded


def award_by_hand(
    tx: Session,
    *,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    task_id: uuid.UUID,
    actor_id: uuid.UUID,
    role: PrincipalRole,
    reason: str,
    request_id: uuid.UUID,
    now: datetime,
) -> Recorded:
    """Give a learner the points of a task by hand, with a reason that the learner reads.

    Raises:
        NotAllowed, NotFound: not staff; no such learner or task in this course.
        Conflict: the learner has these points already (`task-done`), a colleague took them back at the same moment
            (`task-not-done`), or the form was used for another decision (`form-used`).
        RemarkInvalid: no reason, or too long.
    """
    return _decide(tx, Verb.AWARDED, context_id, person_id, task_id, actor_id, role, reason, request_id, now=now)


def take_back(
    tx: Session,
    *,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    task_id: uuid.UUID,
    actor_id: uuid.UUID,
    role: PrincipalRole,
    reason: str,
    request_id: uuid.UUID,
    now: datetime,
) -> Recorded:
    """Take the points of a task back, with a reason that the learner reads. A badge that was earned stays.

    Raises:
        NotAllowed, NotFound, RemarkInvalid: as for `award_by_hand`.
        Conflict: the learner does not have these points (`task-not-done`); the others as for `award_by_hand`.
    """
    return _decide(tx, Verb.WITHDRAWN, context_id, person_id, task_id, actor_id, role, reason, request_id, now=now)


def praise_learner(
    tx: Session,
    *,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    author_id: uuid.UUID,
    role: PrincipalRole,
    praise: Praise,
    now: datetime,
) -> None:
    """Send a compliment; it changes no points. One that the learner has not closed yet is not sent a second time.

    Raises:
        NotAllowed, NotFound: not staff; no such learner in this course.
    """
    if not may_review(role):
        raise NotAllowed("may-not-review")
    require_learner(tx, context_id, person_id)
    said = remarks_for(tx, context_id, person_id)
    if any(
        (one.author_id, one.praise, one.activity_id, one.seen_at) == (author_id, praise, None, None) for one in said
    ):
        return
    add_remark(tx, context_id=context_id, person_id=person_id, author_id=author_id, praise=praise, now=now)


def _decide(
    tx: Session,
    verb: Verb,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    task_id: uuid.UUID,
    actor_id: uuid.UUID,
    role: PrincipalRole,
    reason: str,
    request_id: uuid.UUID,
    *,
    now: datetime,
) -> Recorded:
    if not may_review(role):
        raise NotAllowed("may-not-review")
    require_learner(tx, context_id, person_id)
    rules = _rules_with(tx, context_id, task_id)
    recorded = record_activity(
        tx,
        decided_by_hand(
            context_id=context_id,
            person_id=person_id,
            task_id=task_id,
            verb=verb,
            actor_id=actor_id,
            request_id=request_id,
            occurred_at=now,
        ),
        now=now,
    )
    # Only now: the same form sent twice must find what it did itself, not a conflict; and with the learner's balance
    # locked, what a colleague decided at the same moment can be seen.
    if not recorded.is_new:
        if not _is_same_decision(tx, recorded.activity_id, context_id, person_id, task_id, verb, reason):
            raise Conflict("form-used")
        return recorded
    everything = activities_of(tx, context_id, [person_id])[person_id]
    others = [activity for activity in everything if activity.id != recorded.activity_id]
    had_points, has_points = _holds(others, rules, task_id), _holds(everything, rules, task_id)
    if had_points == has_points:  # they were so already, or a colleague decided otherwise at a later moment
        raise Conflict("task-done" if has_points else "task-not-done")
    add_remark(
        tx,
        context_id=context_id,
        person_id=person_id,
        author_id=actor_id,
        text=reason,
        task_id=task_id,
        activity_id=recorded.activity_id,
        is_required=True,
        now=now,
    )
    return recorded


def _holds(activities: Iterable[Activity], rules: RuleSet, task_id: uuid.UUID) -> bool:
    return task_facts(activities, rules).get(task_id, NOTHING_DONE).held_by is not None


def _is_same_decision(
    tx: Session,
    activity_id: uuid.UUID,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    task_id: uuid.UUID,
    verb: Verb,
    reason: str,
) -> bool:
    """Say whether the form that was sent before said the same: a browser that goes back keeps the form's id."""
    kept = tx.get_one(ActivityRow, activity_id)
    said = next((one for one in remarks_for(tx, context_id, person_id) if one.activity_id == activity_id), None)
    return (kept.context_id, kept.person_id, kept.task_id, kept.verb, said.text if said else "") == (
        context_id,
        person_id,
        task_id,
        verb,
        reason.strip(),
    )


def _rules_with(tx: Session, context_id: uuid.UUID, task_id: uuid.UUID) -> RuleSet:
    held = hold_rules(tx, context_id)
    if held is None or held.rules.rule_for(task_id) is None:
        raise NotFound("task")
    return held.rules
