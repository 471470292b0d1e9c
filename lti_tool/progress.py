"""Recording what happened in a course, and everything that follows from it, in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.award import NewAward, award_many
from config import outbox
from config.errors import Conflict, NotAllowed, NotFound
from gamification.engine.rule_set import TaskRule
from gamification.engine.task_state import NOTHING_DONE, TaskFacts, TaskState, locked_tasks
from gamification.evaluate import Evaluated, evaluate
from gamification.hand_ins import check_work, keep_hand_in
from gamification.progress import facts_of
from gamification.record import NewActivity, Recorded
from gamification.record import record_activities as record
from gamification.rules import hold_rules
from lti_tool.lti.roles import PrincipalRole, may_earn
from lti_tool.messages import MessageType
from lti_tool.roster.gradebook import score_columns
from lti_tool.roster.models import Person
from lti_tool.sources.own_tasks import task_completed, work_handed_in

_MOST_LANES = 4096
_lanes: dict[uuid.UUID, str] = {}


def record_activity(tx: Session, activity: NewActivity, *, now: datetime) -> Recorded:
    """Record the activity, its points, its badge, and the promises to tell the gradebook and to sign.

    Every source of activities comes through here. Telling the same activity again changes nothing.
    """
    return record_activities(tx, [activity], now=now)[0]


def record_activities(tx: Session, activities: Sequence[NewActivity], *, now: datetime) -> list[Recorded]:
    """Record these activities and what follows, for any number of people; returns them in the order given."""
    recorded = record(tx, activities, now=now)
    outcomes: dict[uuid.UUID, dict[uuid.UUID, Evaluated]] = {}
    for activity, outcome in zip(activities, recorded, strict=True):
        outcomes.setdefault(activity.context_id, {})[activity.person_id] = outcome.evaluated
    for context_id in sorted(outcomes):
        _follow(tx, context_id, outcomes[context_id], now=now)
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
        Conflict: the task was closed meanwhile, another one comes first, somebody looks at the work first, or it is
            done in the platform (`task-in-platform`).
    """
    rule, facts = _task_to_do(tx, context_id, person_id, role, task_id)
    if rule.confirmation.is_by_platform:
        raise Conflict("task-done" if facts.state is TaskState.DONE else "task-in-platform")
    if facts.state is not TaskState.DONE and facts.needs_review(rule):
        raise Conflict("task-needs-review")
    return record_activity(
        tx,
        task_completed(context_id=context_id, person_id=person_id, task_id=task_id, occurred_at=now),
        now=now,
    )


def hand_in_work(
    tx: Session,
    *,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    role: PrincipalRole,
    task_id: uuid.UUID,
    hand_in_id: uuid.UUID,
    text: str,
    link: str,
    now: datetime,
) -> Recorded | None:
    """Keep the work that a learner sends, and record that it was sent; None when this form was sent before.

    Raises:
        NotAllowed, NotFound, Conflict: as for `finish_task`; `task-done` when the points are there already,
            `changed-meanwhile` when somebody decided at the same moment, `hand-in-of-another` when the form's id was
            used for something else.
        HandInInvalid: nothing in it, or too long.
    """
    rule, facts = _task_to_do(tx, context_id, person_id, role, task_id)
    text, link = check_work(text, link)
    if facts.state is TaskState.DONE:
        raise Conflict("task-done")
    if rule.confirmation.is_by_platform:
        raise Conflict("task-in-platform")
    if not facts.needs_review(rule):
        raise Conflict("task-needs-no-review")
    is_new = keep_hand_in(
        tx, hand_in_id, context_id=context_id, person_id=person_id, task_id=task_id, text=text, link=link, now=now
    )
    if not is_new:
        return None
    recorded = record_activity(
        tx,
        work_handed_in(
            context_id=context_id, person_id=person_id, task_id=task_id, hand_in_id=hand_in_id, occurred_at=now
        ),
        now=now,
    )
    # Only now, with the learner's balance locked: what was decided at the same moment can be seen. Work that waits for
    # nobody would stay on the reviewers' list for good.
    _rule, facts = _task_to_do(tx, context_id, person_id, role, task_id)
    if facts.state is not TaskState.WAITING:
        raise Conflict("task-done" if facts.state is TaskState.DONE else "changed-meanwhile")
    return recorded


def evaluate_again(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> None:
    """Bring one learner to the rules that hold now, after they changed. The score is sent again in any case."""
    evaluated = evaluate(tx, context_id, person_id, now=now)
    _follow(tx, context_id, {person_id: evaluated}, now=now, always_send=True)


def promise_evaluation(tx: Session, context_id: uuid.UUID, *, now: datetime) -> None:
    """Promise to bring everybody in the course to the newest rules, and to send their scores again."""
    outbox.put(tx, MessageType.EVALUATE_COURSE, {"context_id": context_id}, now=now, coalesce_key=str(context_id))


def promise_scores(
    tx: Session,
    context_id: uuid.UUID,
    person_ids: Iterable[uuid.UUID],
    *,
    now: datetime,
    only: uuid.UUID | None = None,
) -> None:
    """Promise to tell the gradebook columns of the course, or `only` one of them, where these learners stand.

    Messages of one platform share a lane: a school's rate limit is one bucket.
    """
    people = sorted(person_ids)
    if not people:
        return
    columns = [column for column in score_columns(tx, context_id) if only in (None, column.line_item_id)]
    if not columns:
        return
    outbox.put_many(
        tx,
        MessageType.PUBLISH_SCORE,
        [
            ({"line_item_id": column.line_item_id, "person_id": person_id}, f"{column.line_item_id}:{person_id}")
            for column in columns
            for person_id in people
        ],
        now=now,
        lane=_lane_of(tx, context_id, people[0]),
    )


def platform_lane(registration_id: uuid.UUID) -> str:
    """Return the lane of everything that calls this platform."""
    return f"platform:{registration_id}"


def _lane_of(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> str:
    """Return the lane of a course, by way of somebody in it. A course never moves to another platform: asked once."""
    lane = _lanes.get(context_id)
    if lane is None:
        registration_id = tx.execute(select(Person.registration_id).where(Person.id == person_id)).scalar_one()
        lane = platform_lane(registration_id)
        if len(_lanes) >= _MOST_LANES:
            _lanes.clear()
        _lanes[context_id] = lane
    return lane


def _task_to_do(
    tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, role: PrincipalRole, task_id: uuid.UUID
) -> tuple[TaskRule, TaskFacts]:
    if not may_earn(role):
        raise NotAllowed("does-not-earn")
    held = hold_rules(tx, context_id)
    rule = held.rules.rule_for(task_id) if held else None
    if held is None or rule is None:
        raise NotFound("task")
    if rule.closed:
        raise Conflict("task-closed")
    facts = facts_of(tx, context_id, person_id, held.rules)
    if task_id in locked_tasks(held.rules, facts):
        raise Conflict("task-locked")
    return rule, facts.get(task_id, NOTHING_DONE)


def _follow(
    tx: Session,
    context_id: uuid.UUID,
    outcomes: dict[uuid.UUID, Evaluated],
    *,
    now: datetime,
    always_send: bool = False,
) -> None:
    """Award what was reached and promise what must be told, for each learner in the order of their ids."""
    awarded = _award(tx, outcomes, now=now)
    promise_scores(
        tx,
        context_id,
        [
            person_id
            for person_id, outcome in outcomes.items()
            if always_send or person_id in awarded or outcome.state_changed or outcome.movements
        ],
        now=now,
    )


def _award(tx: Session, outcomes: Mapping[uuid.UUID, Evaluated], *, now: datetime) -> set[uuid.UUID]:
    """Award what these learners should hold, and return who got something."""
    wanted = [
        NewAward(
            achievement_id=granted.achievement.achievement_id,
            achievement_version_id=granted.achievement.version_id,
            person_id=person_id,
            activity_id=granted.activity_id,
            rule_set_version_id=outcome.version_id,
            known_at=outcome.known_at,
        )
        for person_id, outcome in outcomes.items()
        if outcome.version_id is not None
        for granted in outcome.desired.achievements
    ]
    awarded = award_many(tx, wanted, now=now)
    outbox.put_many(
        tx,
        MessageType.ISSUE_CREDENTIAL,
        [({"award_id": award_id}, str(award_id)) for award_id in awarded.values()],
        now=now,
    )
    return {person_id for _achievement_id, person_id in awarded}
