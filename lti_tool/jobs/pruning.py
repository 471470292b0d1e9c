"""Forgetting what nobody can use any more, a thousand rows at a time: no request waits long behind it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from config.outbox_finishing import forget_done
from lti_tool.noticing import forget_old_notices
from lti_tool.roster.admin_sessions import forget_old_admin_sessions
from lti_tool.roster.invitations import forget_old_invitations
from lti_tool.roster.launch_sessions import forget_old_sessions
from lti_tool.roster.refusals import forget_old_refusals
from lti_tool.roster.used_logins import forget_old_logins
from lti_tool.tool import Tool

logger = logging.getLogger("mijlpaal.worker")

ROWS_AT_ONCE = 1000


class _Forget(Protocol):
    def __call__(self, tx: Session, *, now: datetime, limit: int) -> int: ...


FORGOTTEN: Mapping[str, _Forget] = {
    "used_logins": forget_old_logins,
    "launch_sessions": forget_old_sessions,
    "outbox_messages": forget_done,
    "platform_notices": forget_old_notices,
    "invitations": forget_old_invitations,
    "admin_sessions": forget_old_admin_sessions,
    "refused_launches": forget_old_refusals,
}


def prune(tool: Tool, *, is_stopped: Callable[[], bool] = lambda: False) -> None:
    """Forget used logins, launch sessions and kept promises that are old enough."""
    now = tool.clock.now()
    counts = dict.fromkeys(FORGOTTEN, 0)
    for name, forget in FORGOTTEN.items():
        forgotten = ROWS_AT_ONCE
        while forgotten == ROWS_AT_ONCE and not is_stopped():
            with tool.db.transaction() as tx:
                forgotten = forget(tx, now=now, limit=ROWS_AT_ONCE)
            counts[name] += forgotten
    if any(counts.values()):
        logger.info("pruned", extra=counts)
