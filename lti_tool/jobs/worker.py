"""The worker: claims due messages, runs their handlers outside any transaction, and settles how each ended.

*done*; *later*, with growing pauses and never before the platform's Retry-After; or *dead*, for an administrator to
look at. A worker that dies leaves a lease that runs out.
"""

from __future__ import annotations

import logging
import random
import threading
from datetime import timedelta

from config import outbox
from config.errors import PlatformFailed, ToolError
from config.ids import new_reference
from config.logging import reference
from config.outbox import Claimed
from lti_tool.jobs.handlers import HANDLERS
from lti_tool.roster.launch_sessions import forget_old_sessions
from lti_tool.roster.login_attempts import forget_old_attempts
from lti_tool.tool import Tool

logger = logging.getLogger("mijlpaal.worker")

LEASE_SECONDS = 60.0
POLL_SECONDS = 1.0
MOST_ATTEMPTS = 30
"""With pauses that grow to six hours: a platform that is down for a day costs nothing."""
LONGEST_PAUSE = timedelta(hours=6)
_PRUNE_EVERY_SECONDS = 3600.0
_WAITABLE = {"key-locked"}
"""Own failures that pass when an administrator acts: they wait like a platform that is down."""


def pause_after(attempts: int, retry_after_seconds: float | None = None) -> timedelta:
    """Return how long to wait before the next try: 2, 4, 8 … seconds with jitter, at least what was asked for."""
    seconds = min(2.0 ** min(attempts, 20), LONGEST_PAUSE.total_seconds())
    seconds *= random.uniform(0.8, 1.2)  # noqa: S311  (spreads load, keeps no secret)
    if retry_after_seconds is not None:
        seconds = max(seconds, min(retry_after_seconds, LONGEST_PAUSE.total_seconds()))
    return timedelta(seconds=seconds)


def drain(tool: Tool, *, limit: int = 10) -> int:
    """Handle what is due now; returns how many messages were claimed."""
    claimed = outbox.claim(tool.db, now=tool.clock.now(), lease_seconds=LEASE_SECONDS, limit=limit)
    for message in claimed:
        handle(tool, message)
    return len(claimed)


def handle(tool: Tool, message: Claimed) -> None:
    """Run one message's handler and settle how it ended. Never raises for what the handler did."""
    if tool.clock.now() >= message.lease_until:
        return  # somebody else may hold it by now
    token = reference.set(new_reference())
    fields = {"type": message.type, "message_id": str(message.id), "attempts": message.attempts}
    try:
        HANDLERS[message.type](tool, message.ids)
    except Exception as error:
        _settle_failure(tool, message, error, fields)
    else:
        outbox.finish_done(tool.db, message, now=tool.clock.now())
        logger.info("message done", extra=fields)
    finally:
        reference.reset(token)


def _settle_failure(tool: Tool, message: Claimed, error: Exception, fields: dict[str, object]) -> None:
    now = tool.clock.now()
    code = error.code if isinstance(error, ToolError) else type(error).__name__
    retry_after = error.retry_after_seconds if isinstance(error, PlatformFailed) else None
    is_final = isinstance(error, ToolError) and not (
        (isinstance(error, PlatformFailed) and error.retryable) or error.code in _WAITABLE
    )
    if is_final or message.attempts >= MOST_ATTEMPTS:
        outbox.finish_dead(tool.db, message, now=now, error=code)
        logger.error("message dead", extra={**fields, "code": code})
        return
    due_at = now + pause_after(message.attempts, retry_after)
    outbox.finish_later(tool.db, message, now=now, due_at=due_at, error=code)
    is_ours = not isinstance(error, ToolError)
    logger.warning(
        "message later",
        exc_info=error if is_ours else None,
        extra={**fields, "code": code, "due_at": due_at.isoformat()},
    )


def prune(tool: Tool) -> None:
    """Forget login attempts and launch sessions that nobody can use any more."""
    now = tool.clock.now()
    with tool.db.transaction() as tx:
        attempts = forget_old_attempts(tx, now=now)
        sessions = forget_old_sessions(tx, now=now)
    logger.info("pruned", extra={"login_attempts": attempts, "launch_sessions": sessions})


def run(tool: Tool, *, stop: threading.Event, wake: threading.Event) -> None:
    """Empty the outbox until told to stop; sleeps until woken or a second has passed."""
    since_prune = _PRUNE_EVERY_SECONDS
    while not stop.is_set():
        try:
            if since_prune >= _PRUNE_EVERY_SECONDS:
                prune(tool)
                since_prune = 0.0
            if drain(tool):
                continue
        except Exception:
            logger.exception("worker could not reach the database")
        wake.wait(POLL_SECONDS)
        wake.clear()
        since_prune += POLL_SECONDS
