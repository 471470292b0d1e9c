"""The worker: claims due messages, runs their handlers outside any transaction, and settles how each ended.

*done*; *later*, with growing pauses and never before the platform's Retry-After; *dead*, for an administrator to look
at; or put off untried, where the place that it is for was closed. A worker that dies leaves a lease that runs out.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

from config import outbox_claiming, outbox_finishing
from config.errors import PlatformFailed, ToolError
from config.ids import new_reference
from config.logging import reference
from config.outbox_claiming import Claimed
from lti_tool.jobs.batch import Batch, Interrupted, LeaseLost
from lti_tool.jobs.closed import DeploymentClosed, put_off, refuse_closed
from lti_tool.jobs.handlers import HANDLERS
from lti_tool.jobs.pruning import prune
from lti_tool.jobs.schedule import promise_due
from lti_tool.jobs.settling import asks_for_rest, is_final, name_of, pause_after, waits_for_administrator
from lti_tool.tool import Tool

logger = logging.getLogger("mijlpaal.worker")

LEASE_SECONDS = 60.0
BATCH = 5
"""Messages claimed at once: enough that a slow platform does not hold up the others, few to give back."""
POLL_SECONDS = 1.0
PRUNE_EVERY = timedelta(seconds=60)
SCHEDULE_EVERY = timedelta(seconds=15)
"""A teacher who opens a course for the first time looks for its participants at once."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def drain(tool: Tool, *, limit: int = BATCH, stop: threading.Event | None = None) -> int:
    """Handle up to `limit` messages that are due now; returns how many were handled.

    Once `stop` is set the message in hand is finished and the others are given back.
    """
    stop = stop or threading.Event()
    if stop.is_set():
        return 0
    claimed = outbox_claiming.claim(tool.db, now=tool.clock.now(), lease_seconds=LEASE_SECONDS, limit=limit)
    batch = Batch(tool, claimed, lease_seconds=LEASE_SECONDS, stop=stop)
    handled = 0
    for message in batch:
        _handle(tool, message, batch)
        handled += 1
    return handled


def run(tool: Tool, *, stop: threading.Event, wake: threading.Event) -> None:
    """Empty the outbox until told to stop; sleeps until woken or a second has passed."""
    # Most messages are scores to the same few platforms: connecting to one takes longer than sending it a score.
    with tool.http.keeping_connections():
        _work(tool, stop=stop, wake=wake)


def _work(tool: Tool, *, stop: threading.Event, wake: threading.Event) -> None:
    pruned_at = promised_at = _LONG_AGO
    while not stop.is_set():
        now = tool.clock.now()
        if not timedelta() <= now - promised_at < SCHEDULE_EVERY:  # also when the clock was set back
            promised_at = now
            try:
                promise_due(tool, is_stopped=stop.is_set)
            except Exception:
                logger.exception("worker could not promise what is due")
        if not timedelta() <= now - pruned_at < PRUNE_EVERY:
            pruned_at = now
            try:
                prune(tool, is_stopped=stop.is_set)
            except Exception:
                logger.exception("worker could not prune")
        try:
            if drain(tool, stop=stop):
                continue
        except Exception:
            logger.exception("worker could not reach the database")
        wake.wait(POLL_SECONDS)
        wake.clear()


def _handle(tool: Tool, message: Claimed, batch: Batch) -> None:
    """Run one message's handler and settle how it ended. Never raises for what the handler did."""
    token = reference.set(new_reference())
    fields = {"type": message.type, "message_id": str(message.id), "attempts": message.attempts}
    try:
        refuse_closed(tool, message)
        HANDLERS[message.type](tool, message.ids, batch.keep)
    except LeaseLost:
        _log_end(False, logging.INFO, "", fields)
    except DeploymentClosed as closed:
        _log_end(put_off(tool, message, closed), logging.INFO, "messages put off", fields)
    except Interrupted:
        is_ours = outbox_finishing.release(tool.db, message, now=tool.clock.now())
        _log_end(is_ours, logging.INFO, "message released", fields)
    except Exception as error:
        _settle_failure(tool, message, error, fields)
    else:
        is_ours = outbox_finishing.finish_done(tool.db, message, now=tool.clock.now())
        _log_end(is_ours, logging.INFO, "message done", fields)
    finally:
        reference.reset(token)


def _settle_failure(tool: Tool, message: Claimed, error: Exception, fields: dict[str, object]) -> None:
    now = tool.clock.now()
    code = name_of(error)
    fields = {**fields, "code": code}
    if is_final(error, message.attempts):
        is_ours = outbox_finishing.finish_dead(tool.db, message, now=now, error=code)
        _log_end(is_ours, logging.ERROR, "message dead", fields, error)
        return
    retry_after = error.retry_after_seconds if isinstance(error, PlatformFailed) else None
    due_at = now + pause_after(message.attempts, retry_after)
    is_ours = outbox_finishing.finish_later(
        tool.db, message, now=now, due_at=due_at, error=code, rests_lane=asks_for_rest(error)
    )
    is_loud = waits_for_administrator(error)
    level, words = (logging.ERROR, "message waits for you") if is_loud else (logging.WARNING, "message later")
    _log_end(is_ours, level, words, {**fields, "due_at": due_at.isoformat()}, error)


def _log_end(is_ours: bool, level: int, words: str, fields: dict[str, object], error: Exception | None = None) -> None:
    """Say how the message ended; when the lease was lost somebody else decides that."""
    if not is_ours:
        level, words = logging.WARNING, "lease lost"
    is_unnamed = error is not None and not isinstance(error, ToolError)
    logger.log(level, words, exc_info=error if is_unnamed else None, extra=fields)
