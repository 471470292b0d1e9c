"""How the roster of a course is, as those who teach see it: when it was read, and what went wrong."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from config.errors import NotAllowed
from config.outbox import MessageState
from lti_tool.course.asking_platform import ask_now, asking
from lti_tool.lti.roles import PrincipalRole, may_review
from lti_tool.messages import MessageType
from lti_tool.roster.models import Context

_JUST_READ = timedelta(seconds=30)
"""Who presses twice has it read once."""


@dataclass(frozen=True)
class RosterState:
    """`is_offered` says that the platform has a roster for us; `problem` is a code, empty when all is well.

    `is_asked` says that it is being read, or will be in a moment.
    """

    is_offered: bool
    read_at: datetime | None
    problem: str
    is_asked: bool


def roster_state(tx: Session, context_id: uuid.UUID, *, now: datetime) -> RosterState:
    """Return how the roster of this course is."""
    context = tx.get_one(Context, context_id)
    promise = asking(tx, MessageType.READ_ROSTER, context_id)
    is_promised = promise is not None and promise.state is not MessageState.DEAD and promise.due_at <= now
    is_due = context.roster_due_at is not None and context.roster_due_at <= now
    return RosterState(
        is_offered=bool(context.memberships_url),
        read_at=context.roster_read_at,
        problem=context.roster_problem,
        is_asked=is_promised or is_due,
    )


def read_roster_now(tx: Session, context_id: uuid.UUID, *, role: PrincipalRole, now: datetime) -> None:
    """Have the roster read now, unless it was a moment ago.

    Raises:
        NotAllowed: somebody who does not teach here.
    """
    if not may_review(role):
        raise NotAllowed("may-not-review")
    context = tx.get_one(Context, context_id)
    is_new = context.roster_read_at is not None and now - context.roster_read_at < _JUST_READ
    if context.memberships_url and (context.roster_problem or not is_new):
        ask_now(tx, MessageType.READ_ROSTER, context_id, now=now)
