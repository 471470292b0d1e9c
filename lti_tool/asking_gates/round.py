"""One round along the gates of a course.

A gate is a link of ours that a teacher restricted to "assignment X complete" or "grade at least". Asked who may open
it, the platform names who completed X, and staff, whom no restriction stops (checked on Moodle 4.5.6, 2026-11).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select

from config.errors import PlatformFailed
from lti_tool.asking_gates.judging import doubt, may_be_asked, next_round
from lti_tool.asking_gates.links import learn_links
from lti_tool.asking_gates.people import keep_unknown, tell_staff_apart
from lti_tool.asking_gates.recording import keep_answer, keep_problem
from lti_tool.asking_gates.state import Round
from lti_tool.lti.nrps import Roster
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.endpoints import endpoint_of, registration_of_context
from lti_tool.roster.gates import GateProblem, PlacedGate, gates_of, newest_change, who_passes
from lti_tool.roster.listed_roles import is_active, staff_by_gate
from lti_tool.roster.memberships import members_of_course
from lti_tool.roster.models import Context, Membership
from lti_tool.roster.services import failure_code, next_night
from lti_tool.tool import Tool

_GONE = {404, 410}
_OF_ONE_GATE = {"bad-json", "bad-link", "bad-members", "endless-pages", "foreign-page", "too-large"}
"""Answers that nobody can read: the next gate may well have one that can be."""


def ask_gates(tool: Tool, context_id: uuid.UUID, keep_lease: Callable[[], None] = lambda: None) -> None:
    """Ask every gate of the course who passes, and record what changed.

    Answers that cannot be right are kept apart until the teacher says that they are (`judging.doubt`); nobody loses
    anything because a link is gone, a platform is in trouble, or because they left the course.

    Raises:
        PlatformFailed: the platform cannot be reached, or is too busy: the rest is asked later.
    """
    now = tool.clock.now()
    this = _begin(tool, context_id, keep_lease, now=now)
    if this is None:
        return
    learn_links(this)
    staff_gates = [gate for gate in this.gates if gate.is_staff]
    this.staff = None if staff_gates else frozenset()
    for gate in staff_gates:
        _ask_staff(this, gate)
    tell_staff_apart(this, now=now)
    for gate in this.gates:
        if not gate.is_staff and _can_be_asked(this, gate, now=now):
            _ask_gate(this, gate)
    _set_next_round(this)


def _begin(tool: Tool, context_id: uuid.UUID, keep_lease: Callable[[], None], *, now: datetime) -> Round | None:
    """Look at the course; None where there is nothing to ask now. Who is in the course must be known first."""
    with tool.db.transaction() as tx:
        context = tx.get_one(Context, context_id)
        gates = gates_of(tx, context_id)
        if not gates:
            context.gates_due_at = None
            return None
        if not context.memberships_url:
            context.gates_due_at = next_night(context_id, now=now)
            return None
        if context.roster_read_at is None:
            context.roster_due_at = min(context.roster_due_at or now, now)
            context.gates_due_at = None  # the roster, once it is read, makes them due
            return None
        registration = registration_of_context(tx, context_id)
        return Round(
            tool=tool,
            context_id=context_id,
            context=context,
            registration=registration,
            endpoint=endpoint_of(tx, tool.box, registration, now=now),
            gates=gates,
            keep_lease=keep_lease,
            people=members_of_course(tx, context_id),
        )


def _can_be_asked(this: Round, gate: PlacedGate, *, now: datetime) -> bool:
    if gate.task_id is None and not gate.is_staff:
        keep_problem(this.tool, gate, GateProblem.NO_TASK)
        return False
    if not gate.link_id:
        keep_problem(this.tool, gate, GateProblem.LINK_UNKNOWN)
        return False
    return may_be_asked(gate, now=now)


def _ask(this: Round, gate: PlacedGate) -> Roster | None:
    """Return the answer; None where the platform has none about this gate, which is kept.

    Raises:
        PlatformFailed: trouble that is not of this gate alone.
    """
    try:
        return this.ask(gate.link_id)
    except PlatformFailed as failed:
        is_gone = failed.code == "members-failed" and failed.status in _GONE
        keep_problem(this.tool, gate, GateProblem.GONE if is_gone else failure_code(failed), has_failed=True)
        if is_gone or failed.code in _OF_ONE_GATE:
            return None
        raise


def _ask_staff(this: Round, gate: PlacedGate) -> None:
    """Learn who is staff, whatever the roster calls them; nobody is told apart by a gate that lets learners in."""
    now = this.tool.clock.now()
    if not _can_be_asked(this, gate, now=now):
        return
    answer = _ask(this, gate)
    if answer is None:
        return
    here = {subject: one for subject, one in this.people.items() if one.is_here}
    listed = {subject for subject, one in here.items() if one.listed_role is PrincipalRole.LEARNER}
    staff = staff_by_gate(
        answer.members,
        listed_learners=listed,
        launched_learners={subject for subject, one in here.items() if one.has_launched and one.earns},
    )
    this.staff = staff if this.staff is None else this.staff
    problem = GateProblem.LETS_LEARNERS_IN if staff is None and answer.members else ""
    this.could_be_staff = this.staff is None and bool(problem)
    keep_problem(this.tool, gate, problem, asked_from=now)


def _ask_gate(this: Round, gate: PlacedGate) -> None:
    asked_from = this.tool.clock.now()
    answer = _ask(this, gate)
    if answer is None:
        return
    keep_unknown(this, answer.members, now=asked_from)
    subjects = {member.user_id for member in answer.members if is_active(member)}
    learners = {one.person_id: subject for subject, one in this.people.items() if one.earns}
    with this.tool.db.reading() as tx:
        before = who_passes(tx, gate.item_id) & learners.keys()
    passing = {
        person_id
        for person_id, subject in learners.items()
        if subject in subjects and (person_id in before or not this.could_be_staff or this.people[subject].has_launched)
    }
    listed = {one.person_id for one in this.people.values() if one.earns and one.listed_role is not None} | passing
    wrong = doubt(
        learners=len(listed),
        passing=len(passing),
        newly=len(passing - before),
        before=len(before),
        is_empty=not answer.members,
        problem=gate.problem,
    )
    if wrong is not None:
        keep_problem(this.tool, gate, wrong, asked_from=asked_from)
        return
    lapsed = _still_here(this, {learners[person_id]: person_id for person_id in before - passing})
    wanted = dict.fromkeys(passing - before, True) | dict.fromkeys(lapsed, False)
    keep_answer(
        this.tool,
        this.context_id,
        gate,
        wanted,
        passed_count=len(passing),
        listed_count=len(listed),
        asked_from=asked_from,
        keep_lease=this.keep_lease,
    )


def _still_here(this: Round, lapsed: dict[str, uuid.UUID]) -> set[uuid.UUID]:
    """Return who of these is still in the course: whoever left may open nothing, and has undone nothing."""
    if not lapsed:
        return set()
    if this.here is None:
        roster = this.ask(None)
        if not roster.members:
            raise PlatformFailed("empty-roster", retryable=True)
        this.here = frozenset(member.user_id for member in roster.members if is_active(member))
    return {person_id for subject, person_id in lapsed.items() if subject in this.here}


def _set_next_round(this: Round) -> None:
    """Say when to ask again; a launch that came meanwhile wanted it sooner, and gets it."""
    now = this.tool.clock.now()
    with this.tool.db.transaction() as tx:
        launched_at = tx.execute(
            select(func.max(Membership.launched_at)).where(Membership.context_id == this.context_id)
        ).scalar_one()
        moments = [moment for moment in (launched_at, newest_change(tx, this.gates)) if moment is not None]
        quiet_for = now - max(moments, default=now)
        context = tx.get_one(Context, this.context_id, with_for_update={"key_share": True})
        due_at = now + next_round(quiet_for)
        context.gates_due_at = min(context.gates_due_at or due_at, due_at)
