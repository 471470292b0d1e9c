"""Saying how a claimed message ended: done, given up, or to be tried again.

Only who holds the lease can say so: a worker that comes back late finishes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config.database import Database
from config.forgetting import delete_some
from config.outbox import MessageState, OutboxMessage, let_wait
from config.outbox_claiming import Claimed, is_held

KEPT_WHEN_DONE = timedelta(days=30)


def release(
    database: Database, claimed: Claimed, *, now: datetime, due_at: datetime | None = None, why: str | None = None
) -> bool:
    """Give the message back untried, its attempt uncounted; False when the lease was lost.

    It waits until `due_at`, and says `why` in place of its last error, where these are given.
    """
    return _wait_again(database, claimed, now=now, attempts=claimed.attempts - 1, due_at=due_at, error=why)


def finish_done(database: Database, claimed: Claimed, *, now: datetime) -> bool:
    """Mark the message done; False when the lease was lost to another worker meanwhile."""
    return _finish(database, claimed, state=MessageState.DONE, finished_at=now, last_error="")


def finish_dead(database: Database, claimed: Claimed, *, now: datetime, error: str) -> bool:
    """Give the message up, visible for an administrator; False when the lease was lost."""
    return _finish(database, claimed, state=MessageState.DEAD, finished_at=now, last_error=error[:200])


def finish_later(
    database: Database, claimed: Claimed, *, now: datetime, due_at: datetime, error: str, rests_lane: bool = False
) -> bool:
    """Try the message again at `due_at`; with `rests_lane` everything that waits in its lane not before that either.

    If an equal message was put meanwhile, this one is done: the newer promise covers it, and takes over the attempts
    and the due time, so that a platform that asked for rest gets it.
    """
    is_ours = _wait_again(database, claimed, now=now, attempts=claimed.attempts, due_at=due_at, error=error[:200])
    if is_ours and rests_lane:
        _rest_lane(database, claimed.id, until=due_at)
    return is_ours


def forget_done(tx: Session, *, now: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` messages that have been done for thirty days; returns how many. Dead ones stay."""
    before = now - KEPT_WHEN_DONE
    message = OutboxMessage
    return delete_some(
        tx,
        message.id,
        message.state == MessageState.DONE,
        message.due_at < before,  # nothing is done before it is due; the index knows the due time only
        message.finished_at < before,
        limit=limit,
    )


def _wait_again(
    database: Database,
    claimed: Claimed,
    *,
    now: datetime,
    attempts: int,
    due_at: datetime | None = None,
    error: str | None = None,
) -> bool:
    """Let the message wait again; its due time and last error stay where none are given."""
    with database.transaction() as tx:
        mine = tx.execute(select(OutboxMessage).where(*is_held(claimed)).with_for_update()).scalar_one_or_none()
        if mine is None:
            return False
        values = {
            "attempts": attempts,
            "due_at": mine.due_at if due_at is None else due_at,
            "last_error": mine.last_error if error is None else error,
        }
        while not _hand_over(tx, mine, values, now=now):
            # An equal message of a transaction that was still open cannot be seen, only collided with.
            with suppress(IntegrityError), tx.begin_nested():
                tx.execute(
                    update(OutboxMessage)
                    .where(OutboxMessage.id == claimed.id)
                    .values(state=MessageState.WAITING, lease_token=None, lease_until=None, **values)
                )
                break
    return True


def _rest_lane(database: Database, message_id: uuid.UUID, *, until: datetime) -> None:
    message = OutboxMessage
    with database.transaction() as tx:
        lane = tx.get_one(message, message_id).lane
        if not lane:
            return
        # One that another transaction holds is promised again at this moment: it meets the same answer by itself.
        waiting = tx.execute(
            select(message.id)
            .where(message.lane == lane, message.state == MessageState.WAITING, message.due_at < until)
            .with_for_update(skip_locked=True)
        ).scalars()
        let_wait(tx, waiting.all(), due_at=until)


def _hand_over(tx: Session, mine: OutboxMessage, values: Mapping[str, object], *, now: datetime) -> bool:
    newer = tx.execute(
        update(OutboxMessage)
        .where(OutboxMessage.coalesce_key == mine.coalesce_key, OutboxMessage.state == MessageState.WAITING)
        .values(**values)
        .returning(OutboxMessage.id)
    ).scalar_one_or_none()
    if newer is None:
        return False
    mine.state = MessageState.DONE
    mine.finished_at = now
    mine.last_error = str(values["last_error"])
    mine.lease_token = None
    mine.lease_until = None
    return True


def _finish(
    database: Database, claimed: Claimed, *, state: MessageState, finished_at: datetime, last_error: str
) -> bool:
    with database.transaction() as tx:
        finished = tx.execute(
            update(OutboxMessage)
            .where(*is_held(claimed))
            .values(
                state=state,
                finished_at=finished_at,
                last_error=last_error,
                lease_token=None,
                lease_until=None,
            )
            .returning(OutboxMessage.id)
        ).scalar_one_or_none()
    return finished is not None
