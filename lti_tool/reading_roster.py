"""Reading who is in a course, whether they ever opened us or not, and keeping it.

https://www.imsglobal.org/spec/lti-nrps/v2p0
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.errors import PlatformFailed
from gamification.rules import has_rules
from lti_tool.lti.groups import Group, list_groups
from lti_tool.lti.nrps import Member, list_members
from lti_tool.lti.nrps import read_roster as ask_roster
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.lti.roles import PrincipalRole, principal_role
from lti_tool.progress import promise_evaluation
from lti_tool.roster.endpoints import endpoint_of, registration_of_context
from lti_tool.roster.gates import staff_link
from lti_tool.roster.groups import keep_groups
from lti_tool.roster.listed_roles import staff_by_gate
from lti_tool.roster.memberships import BATCH, keep_listed, mark_leavers, members_of_course
from lti_tool.roster.models import Context, Registration
from lti_tool.roster.services import failure_code, has_gates, make_gates_due, make_grades_due, next_night
from lti_tool.tool import Tool


@dataclass(frozen=True)
class _Course:
    """What is needed to ask. `staff_link` is None without a gate for staff, empty where its link is not known."""

    id: uuid.UUID
    memberships_url: str
    groups_url: str
    staff_link: str | None
    registration: Registration
    endpoint: PlatformEndpoint


def read_roster(tool: Tool, context_id: uuid.UUID, keep_lease: Callable[[], None] = lambda: None) -> None:
    """Read the whole roster of a course and keep it, some hundreds of people in a transaction.

    New learners have no score promised: an empty cell says that somebody did not begin, and a nought would be a grade.
    What they earn before they open us is told when they earn it. Only a roster that came to its end says who left.
    `keep_lease` is called between pages and transactions: the caller says there that it is still at work, or raises to
    stop; what was kept until then is right.

    Raises:
        PlatformFailed: it was not read to its end; why is kept as `Context.roster_problem`.
    """
    begun = tool.clock.now()
    course = _look(tool, context_id, now=begun)
    if course is None:
        return
    try:
        members = _ask(tool, course, keep_lease)
    except PlatformFailed as failed:
        with tool.db.transaction() as tx:
            tx.get_one(Context, context_id).roster_problem = failure_code(failed)[:60]
        raise
    staff = _ask_staff(tool, course, members)
    groups = _ask_groups(tool, course)
    present: set[uuid.UUID] = set()
    has_new = has_returned = False
    for start in range(0, len(members), BATCH):
        keep_lease()
        with tool.db.transaction() as tx:
            kept = keep_listed(
                tx,
                course.registration,
                context_id,
                members[start : start + BATCH],
                staff=staff,
                with_groups=bool(course.groups_url),
                now=tool.clock.now(),
            )
        present |= kept.present
        has_new, has_returned = has_new or kept.has_new, has_returned or kept.has_returned
    _finish(tool, course, present, groups, has_new=has_new, has_returned=has_returned, begun=begun)


def _look(tool: Tool, context_id: uuid.UUID, *, now: datetime) -> _Course | None:
    with tool.db.transaction() as tx:
        context = tx.get_one(Context, context_id)
        if not context.memberships_url:
            context.roster_due_at = None
            return None
        registration = registration_of_context(tx, context_id)
        return _Course(
            id=context_id,
            memberships_url=context.memberships_url,
            groups_url=context.groups_url,
            staff_link=staff_link(tx, context_id),
            registration=registration,
            endpoint=endpoint_of(tx, tool.box, registration, now=now),
        )


def _ask(tool: Tool, course: _Course, keep_lease: Callable[[], None]) -> list[Member]:
    """Return everybody, in the order in which they are kept.

    At least somebody who teaches is in every course from which we were opened, so a roster of nobody is trouble at the
    platform: it says of no one that they left.
    """
    roster = ask_roster(
        tool.platform_http,
        course.endpoint,
        course.memberships_url,
        with_groups=bool(course.groups_url),
        before_page=keep_lease,
    )
    if not roster.members:
        raise PlatformFailed("empty-roster", retryable=True)
    return sorted(roster.members, key=lambda member: member.user_id)


def _ask_staff(tool: Tool, course: _Course, members: Sequence[Member]) -> Collection[str] | None:
    """Return who is staff by the gate for it; None where it does not say: then nothing that it said before changes."""
    if course.staff_link is None:
        return frozenset()
    if not course.staff_link:
        return None
    try:
        passing = list_members(
            tool.platform_http, course.endpoint, course.memberships_url, resource_link_id=course.staff_link
        )
    except PlatformFailed:
        return None
    with tool.db.reading() as tx:
        known = members_of_course(tx, course.id)
    return staff_by_gate(
        passing,
        listed_learners={member.user_id for member in members if principal_role(member.roles) is PrincipalRole.LEARNER},
        launched_learners={subject for subject, one in known.items() if one.has_launched and one.earns},
    )


def _ask_groups(tool: Tool, course: _Course) -> list[Group]:
    """Return how the groups are called; none where the platform does not say: their ids came with the roster."""
    if not course.groups_url:
        return []
    try:
        return list_groups(tool.platform_http, course.endpoint, course.groups_url)
    except PlatformFailed:
        return []


def _finish(
    tool: Tool,
    course: _Course,
    present: Collection[uuid.UUID],
    groups: Sequence[Group],
    *,
    has_new: bool,
    has_returned: bool,
    begun: datetime,
) -> None:
    now = tool.clock.now()
    with tool.db.transaction() as tx:
        context = tx.get_one(Context, course.id, with_for_update={"key_share": True})
        mark_leavers(tx, course.id, present, begun=begun)
        keep_groups(tx, course.id, groups)
        context.roster_problem = ""
        context.roster_read_at = now
        context.roster_due_at = next_night(course.id, now=now)
        if has_gates(tx, course.id) and context.gates_due_at is None:
            make_gates_due(tx, course.id, now=now)
        if has_new or has_returned:
            make_grades_due(tx, course.id, now=now)
        tx.flush()
        if has_returned and has_rules(tx, course.id):
            promise_evaluation(tx, course.id, now=now)
