"""The gates of a course as a teacher sees them: what each finishes, how it is, and what to do about it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from config.errors import Conflict, NotAllowed
from config.outbox import MessageState
from gamification.progress import task_titles
from gamification.rules import current_rules
from lti_tool.course.asking_platform import ask_now, asking
from lti_tool.lti.roles import PrincipalRole, may_edit
from lti_tool.messages import MessageType
from lti_tool.roster.gates import CONFIRMED, GateProblem, PlacedGate, find_gate, gates_of
from lti_tool.roster.models import Context
from lti_tool.roster.platform_of_course import PlatformOfCourse, platform_of_course
from lti_tool.roster.services import make_gates_due


@dataclass(frozen=True)
class GateView:
    """A gate, the task that it finishes, and the points of that: None where nothing published knows it."""

    gate: PlacedGate
    task_title: str
    points: int | None

    @property
    def can_be_confirmed(self) -> bool:
        """Whether the teacher can say that a doubtful answer is right."""
        return self.gate.problem in CONFIRMED

    @property
    def is_confirmed(self) -> bool:
        """Whether the teacher said so, and the platform was not asked since."""
        return self.gate.problem in set(CONFIRMED.values())


@dataclass(frozen=True)
class GatesPage:
    """The gates of a course. `is_offered` says that the platform can be asked; `is_asked` that it is being asked.

    `asking_failed` is the code of what went wrong the last time, as long as that is not mended.
    """

    course_title: str
    platform: PlatformOfCourse
    gates: tuple[GateView, ...]
    staff_gates: tuple[PlacedGate, ...]
    is_offered: bool
    roster_problem: str
    is_asked: bool
    asking_failed: str


def gates_page(tx: Session, context_id: uuid.UUID, *, now: datetime) -> GatesPage:
    """Return what a teacher sees of the gates of this course."""
    context = tx.get_one(Context, context_id)
    found = gates_of(tx, context_id)
    titles = task_titles(tx, context_id)
    current = current_rules(tx, context_id)
    promise = asking(tx, MessageType.ASK_GATES, context_id)
    views = []
    for gate in found:
        if gate.is_staff:
            continue
        rule = current.rules.rule_for(gate.task_id) if current and gate.task_id else None
        title = titles.get(gate.task_id, "") if gate.task_id else ""
        views.append(GateView(gate, title or gate.title, rule.points if rule else None))
    is_open = promise is not None and promise.state is not MessageState.DEAD and promise.due_at <= now
    is_due = context.gates_due_at is not None and context.gates_due_at <= now
    return GatesPage(
        course_title=context.title,
        platform=platform_of_course(tx, context_id),
        gates=tuple(views),
        staff_gates=tuple(gate for gate in found if gate.is_staff),
        is_offered=bool(context.memberships_url),
        roster_problem=context.roster_problem,
        is_asked=is_open or is_due,
        asking_failed=promise.last_error if promise else "",
    )


def ask_gates_now(tx: Session, context_id: uuid.UUID, *, role: PrincipalRole, now: datetime) -> None:
    """Have every gate asked now, also those that are asked less often because they failed.

    Raises:
        NotAllowed: somebody who may not edit this course.
    """
    _require_editor(role)
    for placed in gates_of(tx, context_id):
        if placed.failures:
            _item, gate = find_gate(tx, context_id, placed.item_id)
            gate.failures = 0
    tx.flush()
    ask_now(tx, MessageType.ASK_GATES, context_id, now=now)


def confirm_answer(
    tx: Session, context_id: uuid.UUID, item_id: uuid.UUID, problem: str, *, role: PrincipalRole, now: datetime
) -> None:
    """Keep that the teacher says: it is so, everybody has finished this (or nobody any more).

    Raises:
        NotAllowed: somebody who may not edit this course.
        NotFound: no such gate in this course.
        Conflict: the gate answered something else meanwhile.
    """
    _require_editor(role)
    _item, gate = find_gate(tx, context_id, item_id)
    if gate.problem not in CONFIRMED or gate.problem != problem:
        raise Conflict("gate-changed")
    gate.problem = CONFIRMED[GateProblem(gate.problem)]
    tx.flush()
    ask_now(tx, MessageType.ASK_GATES, context_id, now=now)


def remove_gate(tx: Session, context_id: uuid.UUID, item_id: uuid.UUID, *, role: PrincipalRole, now: datetime) -> None:
    """Ask about this gate no more. What learners earned by it stays.

    Raises:
        NotAllowed: somebody who may not edit this course.
        NotFound: no such gate in this course.
    """
    _require_editor(role)
    item, _gate = find_gate(tx, context_id, item_id)
    if item.removed_at is None:
        item.removed_at = now


def use_gate_again(
    tx: Session, context_id: uuid.UUID, item_id: uuid.UUID, *, role: PrincipalRole, now: datetime
) -> None:
    """Ask about a gate again that was removed.

    Raises:
        NotAllowed: somebody who may not edit this course.
        NotFound: no such gate in this course.
    """
    _require_editor(role)
    item, gate = find_gate(tx, context_id, item_id)
    item.removed_at, gate.failures = None, 0
    make_gates_due(tx, context_id, now=now)


def _require_editor(role: PrincipalRole) -> None:
    if not may_edit(role):
        raise NotAllowed("may-not-edit")
