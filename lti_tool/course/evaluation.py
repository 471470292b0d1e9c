"""Bringing a whole course to its newest rules, in the background."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from sqlalchemy import select

from gamification.progress import people_with_balance
from lti_tool.columns import promise_columns
from lti_tool.lti.roles import PrincipalRole, may_earn
from lti_tool.progress import evaluate_again
from lti_tool.roster.models import Membership, Person
from lti_tool.tool import Tool


def evaluate_course(tool: Tool, context_id: uuid.UUID, keep_lease: Callable[[], None] = lambda: None) -> None:
    """Bring the learners of the course to the newest rules, one transaction a person, so that nobody waits long.

    Each of them has their score promised to every column, so this fills a new column too; columns of tasks that are
    missing are promised first. Who is only in the roster so far has an empty cell: a nought would be a grade. Who came
    back in a role that does not earn keeps what they have and gets nothing new; nor does somebody who was erased.
    `keep_lease` is called before each person: the caller says there that it is still at work, or raises to stop; what
    was done until then stays.
    """
    with tool.db.transaction() as tx:
        promise_columns(tx, context_id, now=tool.clock.now())
    with tool.db.reading() as tx:
        people = people_with_balance(tx, context_id)
        roles = tx.execute(select(Membership.person_id, Membership.role).where(Membership.context_id == context_id))
        not_earning = {row.person_id for row in roles if not may_earn(PrincipalRole(row.role))}
        not_earning.update(tx.execute(select(Person.id).where(Person.erased_at.is_not(None))).scalars())
    for person_id in people:
        if person_id in not_earning:
            continue
        keep_lease()
        with tool.db.transaction() as tx:
            evaluate_again(tx, context_id, person_id, now=tool.clock.now())
