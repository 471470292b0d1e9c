"""What is done because time has passed: the rosters that are to be read, the gates that are to be asked.

When is kept with the course; here it becomes a promise of the outbox, which knows how to try again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from config import outbox
from lti_tool.messages import MessageType
from lti_tool.progress import platform_lane
from lti_tool.roster.models import Context, Deployment, DeploymentState
from lti_tool.roster.services import next_night
from lti_tool.tool import Tool

COURSES_AT_ONCE = 100
_DUE: Mapping[MessageType, InstrumentedAttribute[datetime | None]] = {
    MessageType.READ_ROSTER: Context.roster_due_at,
    MessageType.ASK_GATES: Context.gates_due_at,
    MessageType.FIND_COLUMNS: Context.columns_due_at,
    MessageType.READ_GRADES: Context.results_due_at,
}
"""When each kind is due, in the order in which one builds on the other.

Its handler says when the next time is; if it never comes to that, a day later.
"""


def promise_due(tool: Tool, *, is_stopped: Callable[[], bool] = lambda: False) -> None:
    """Promise what is due, some courses at a time; where two workers look at once each course is promised by one."""
    for type, due_at in _DUE.items():
        now = tool.clock.now()  # of messages from one moment any may come first
        promised = COURSES_AT_ONCE
        while promised == COURSES_AT_ONCE and not is_stopped():
            with tool.db.transaction() as tx:
                promised = _promise_some(tx, type, due_at, now=now)


def _promise_some(
    tx: Session, type: MessageType, due_at: InstrumentedAttribute[datetime | None], *, now: datetime
) -> int:
    """Promise this for some courses; those whose deployment is not let in are left alone."""
    rows = tx.execute(
        select(Context.id, Deployment.registration_id)
        .join(Deployment, Deployment.id == Context.deployment_id)
        .where(due_at <= now, Deployment.state == DeploymentState.ACTIVE)
        .order_by(Context.id)
        .limit(COURSES_AT_ONCE)
        .with_for_update(of=Context, skip_locked=True)
    ).all()
    for context_id, registration_id in rows:
        tx.execute(
            update(Context)
            .where(Context.id == context_id)
            .values({due_at.key: next_night(context_id, now=now)})
            .execution_options(synchronize_session=False)
        )
        outbox.put(
            tx,
            type,
            {"context_id": context_id},
            now=now,
            coalesce_key=str(context_id),
            lane=platform_lane(registration_id),
        )
    return len(rows)
