"""Whom a round meets: people whom no roster has named yet, and assistants whom it calls learners."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gamification.rules import has_rules
from lti_tool.asking_gates.state import Round
from lti_tool.lti.nrps import Member
from lti_tool.lti.roles import PrincipalRole
from lti_tool.progress import promise_evaluation
from lti_tool.roster.listed_roles import is_active
from lti_tool.roster.memberships import BATCH, keep_listed, members_of_course


def keep_unknown(this: Round, members: Sequence[Member], *, now: datetime) -> None:
    """Make those whom no roster has named here yet, as the next one will, and let those back in who had left."""
    _keep(this, [member for member in members if is_active(member) and not _is_here(this, member.user_id)], now=now)


def tell_staff_apart(this: Round, *, now: datetime) -> None:
    """Let the gate for staff say who is staff of those who never launched and whom the roster calls learners."""
    if this.staff is None:
        return
    changed = [
        Member(user_id=subject, roles=("Learner",))
        for subject, one in this.people.items()
        if one.is_here
        and not one.has_launched
        and one.listed_role is PrincipalRole.LEARNER
        and (one.role is PrincipalRole.TEACHING_ASSISTANT) is not (subject in this.staff)
    ]
    _keep(this, changed, now=now)


def _keep(this: Round, members: Sequence[Member], *, now: datetime) -> None:
    if not members:
        return
    in_order = sorted(members, key=lambda member: member.user_id)
    for start in range(0, len(in_order), BATCH):
        this.keep_lease()
        with this.tool.db.transaction() as tx:
            some = in_order[start : start + BATCH]
            kept = keep_listed(tx, this.registration, this.context_id, some, staff=this.staff, now=now)
            if not has_rules(tx, this.context_id):
                continue
            if kept.has_returned:
                promise_evaluation(tx, this.context_id, now=now)
    with this.tool.db.reading() as tx:
        this.people = members_of_course(tx, this.context_id)


def _is_here(this: Round, subject: str) -> bool:
    known = this.people.get(subject)
    return known is not None and known.is_here
