"""Keeping an answer about a gate: what is different from before becomes activities, each change once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gamification.models import ActivitySource
from gamification.record import NewActivity
from lti_tool.lti.roles import PrincipalRole, may_earn
from lti_tool.progress import record_activities
from lti_tool.roster.flips import Flip, keep_flips
from lti_tool.roster.gates import PlacedGate, lock_gate
from lti_tool.roster.item_models import Gate, GatePass
from lti_tool.roster.models import Membership
from lti_tool.sources.platform_says import task_lapsed, task_passed
from lti_tool.tool import Tool

BATCH = 500
"""Learners in one transaction: nobody else waits for their balances longer than that takes."""


def keep_answer(
    tool: Tool,
    context_id: uuid.UUID,
    gate: PlacedGate,
    wanted: Mapping[uuid.UUID, bool],
    *,
    passed_count: int,
    listed_count: int,
    asked_from: datetime,
    keep_lease: Callable[[], None],
) -> bool:
    """Record who passes now and who does not any more, and that the gate answered; False when a newer answer is there.

    Of each learner the pass and its activity are written in one transaction, with the gate locked: two workers that
    heard the same record it once, and whoever is cut off halfway goes on with the rest the next time.
    """
    people = sorted(wanted)
    for start in range(0, len(people), BATCH):
        keep_lease()
        some = {person_id: wanted[person_id] for person_id in people[start : start + BATCH]}
        with tool.db.transaction() as tx:
            locked = _lock(tx, gate.item_id, asked_from)
            if locked is None:
                return False
            _record(tx, context_id, gate, _who_earn(tx, context_id, some), now=tool.clock.now())
    with tool.db.transaction() as tx:
        locked = _lock(tx, gate.item_id, asked_from)
        if locked is None:
            return False
        locked.asked_at = asked_from
        locked.passed_count, locked.listed_count = passed_count, listed_count
        locked.problem, locked.failures = "", 0
    return True


def keep_problem(
    tool: Tool, gate: PlacedGate, problem: str, *, asked_from: datetime | None = None, has_failed: bool = False
) -> None:
    """Keep what is wrong with a gate; what it said before stands. `asked_from` is given where the platform answered."""
    with tool.db.transaction() as tx:
        locked = lock_gate(tx, gate.item_id)
        if locked is None:
            return
        if asked_from is not None:
            locked.asked_at = asked_from
        # What the teacher confirmed waits for an answer, however long the platform takes.
        if not (has_failed and locked.problem.endswith("-confirmed")):
            locked.problem = problem[:60]
        locked.failures = locked.failures + 1 if has_failed else 0


def _lock(tx: Session, item_id: uuid.UUID, asked_from: datetime) -> Gate | None:
    gate = lock_gate(tx, item_id)
    if gate is None or (gate.asked_at is not None and gate.asked_at > asked_from):
        return None
    return gate


def _who_earn(tx: Session, context_id: uuid.UUID, wanted: Mapping[uuid.UUID, bool]) -> dict[uuid.UUID, bool]:
    """Leave out who came back as staff, or left, since we asked."""
    rows = tx.execute(
        select(Membership.person_id, Membership.role).where(
            Membership.context_id == context_id,
            Membership.person_id.in_(list(wanted)),
            Membership.left_at.is_(None),
        )
    )
    return {row.person_id: wanted[row.person_id] for row in rows if may_earn(PrincipalRole(row.role))}


def _record(
    tx: Session, context_id: uuid.UUID, gate: PlacedGate, wanted: Mapping[uuid.UUID, bool], *, now: datetime
) -> None:
    if gate.task_id is None:
        return
    changes = keep_flips(tx, GatePass, {"content_item_id": gate.item_id}, wanted, now=now)
    activities = [_activity(context_id, gate.item_id, gate.task_id, change) for change in changes]
    if activities:
        record_activities(tx, activities, now=now)


def _activity(context_id: uuid.UUID, item_id: uuid.UUID, task_id: uuid.UUID, change: Flip) -> NewActivity:
    tell = task_passed if change.passes else task_lapsed
    return tell(
        source=ActivitySource.GATE,
        told_by=item_id,
        number=change.number,
        context_id=context_id,
        person_id=change.person_id,
        task_id=task_id,
        occurred_at=change.changed_at,
    )
