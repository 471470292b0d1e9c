"""The outbox: promises written in the same transaction as what they follow from, kept by a worker afterwards.

A message holds ids, never a payload; its handler reads the present state and may run more than once. A message is
*waiting*, *claimed* under a lease, *done* or *dead*. When a worker dies the lease runs out and another claims the
message. Messages with the same `coalesce_key` that still wait are one message.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain, zip_longest

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Index,
    String,
    and_,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from config.database import Base, Database, Turn, one_at_a_time
from config.forgetting import delete_some
from config.ids import new_id
from config.upsert import insert_many

KEPT_WHEN_DONE = timedelta(days=30)
_AT_ONCE = 1000
"""Ids in one statement: databases take a limited number of values."""


class MessageState(StrEnum):
    """Where a message is in its life."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    DEAD = "dead"


class OutboxMessage(Base):
    """One promise."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'claimed', 'done', 'dead')", name="state"),
        Index(
            "uq_outbox_message_coalesce_key_waiting",
            "coalesce_key",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_outbox_message_state_due_at", "state", "due_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(40))
    ids: Mapped[dict[str, str]] = mapped_column(JSON)
    """What the message is about, as ids; never names, texts or numbers that can change."""
    coalesce_key: Mapped[str] = mapped_column(String(200))
    """Waiting messages with the same key are one. A message that must stand alone uses its own id."""
    lane: Mapped[str] = mapped_column(String(80), default="")
    """Messages of one lane are handled one at a time (a platform's rate limit); empty means no lane."""
    state: Mapped[str] = mapped_column(String(10), default=MessageState.WAITING)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[uuid.UUID | None]
    last_error: Mapped[str] = mapped_column(String(200), default="")
    """The code of the last failure; nothing personal, nothing secret."""
    finished_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Claimed:
    """A message that this worker holds until `lease_until`; only the holder of the token may finish it."""

    id: uuid.UUID
    type: str
    ids: Mapping[str, str]
    attempts: int
    lease_token: uuid.UUID
    lease_until: datetime


def put(
    tx: Session,
    type: str,
    ids: Mapping[str, object],
    *,
    now: datetime,
    coalesce_key: str = "",
    lane: str = "",
) -> None:
    """Promise to do something about these ids once the transaction has committed.

    A message that waits with the same key is kept as it is, due time included, but locked: it cannot be claimed, and
    so cannot read the state from before this transaction, until this transaction ends.
    """
    put_many(tx, type, [(ids, coalesce_key)], now=now, lane=lane)


def put_many(
    tx: Session,
    type: str,
    messages: Sequence[tuple[Mapping[str, object], str]],
    *,
    now: datetime,
    lane: str = "",
) -> None:
    """Promise the same for each of these (ids, coalesce key); see `put`.

    In the order of their keys, so that two transactions that promise the same never wait for each other in a circle.
    """
    rows: dict[str, dict[str, object]] = {}
    for ids, coalesce_key in sorted(messages, key=lambda message: message[1]):
        message_id = new_id()
        key = f"{type}:{coalesce_key}" if coalesce_key else str(message_id)
        if key in rows:
            continue
        rows[key] = {
            "id": message_id,
            "type": type,
            "ids": {name: str(value) for name, value in ids.items()},
            "coalesce_key": key,
            "lane": lane,
            "state": MessageState.WAITING,
            "created_at": now,
            "due_at": now,
            "attempts": 0,
            "last_error": "",
        }
    if not rows:
        return
    # Writing the key again changes nothing and locks the message that waits.
    insert_many(
        tx,
        OutboxMessage,
        list(rows.values()),
        key=("coalesce_key",),
        where="state = 'waiting'",
        update=("coalesce_key",),
    )
    tx.info["outbox"] = True


def claim(database: Database, *, now: datetime, lease_seconds: float = 60, limit: int = 10) -> list[Claimed]:
    """Take up to `limit` due messages, oldest first, for `lease_seconds`.

    Of a lane only the oldest message can be taken, and none while another of that lane is held under a lease. Where
    `limit` is short, messages with and without a lane take turns, so that work that calls no platform never waits for
    slow ones.
    """
    token = new_id()
    lease_until = now + timedelta(seconds=lease_seconds)
    message = OutboxMessage
    is_due = or_(
        and_(message.state == MessageState.WAITING, message.due_at <= now),
        and_(message.state == MessageState.CLAIMED, message.lease_until < now),
    )
    by_age = (message.due_at, message.created_at, message.id)
    held = select(message.lane).where(
        message.state == MessageState.CLAIMED, message.lease_until >= now, message.lane != ""
    )
    place = func.row_number().over(partition_by=message.lane, order_by=by_age).label("place")
    in_lanes = select(message.id, place).where(is_due, message.lane != "", message.lane.not_in(held)).subquery()
    first_of_lane = select(in_lanes.c.id).where(in_lanes.c.place == 1)
    due = select(message.id).where(is_due).order_by(*by_age).limit(limit).with_for_update(skip_locked=True)
    with database.transaction() as tx:
        # Lanes are decided by reading; two claimers must not decide at the same moment.
        one_at_a_time(tx, Turn.CLAIM)
        without_lane = tx.execute(due.where(message.lane == "")).scalars().all()
        with_lane = tx.execute(due.where(message.id.in_(first_of_lane))).scalars().all()
        in_turn = chain.from_iterable(zip_longest(without_lane, with_lane))
        chosen = [message_id for message_id in in_turn if message_id is not None][:limit]
        if not chosen:
            return []
        rows = tx.execute(
            update(message)
            .where(message.id.in_(chosen))
            .values(
                state=MessageState.CLAIMED,
                lease_token=token,
                lease_until=lease_until,
                attempts=message.attempts + 1,
            )
            .returning(message.id, message.type, message.ids, message.attempts)
        ).all()
    claimed = {row.id: Claimed(row.id, row.type, dict(row.ids), row.attempts, token, lease_until) for row in rows}
    return [claimed[message_id] for message_id in chosen]


def renew(database: Database, claimed: Claimed, *, now: datetime, lease_seconds: float) -> Claimed | None:
    """Hold the message for `lease_seconds` from now; None when the lease was lost.

    A lease that ran out can be renewed as long as nobody took the message; not in a lane, where another message may
    be in hand by now.
    """
    lease_until = now + timedelta(seconds=lease_seconds)
    with database.transaction() as tx:
        renewed = tx.execute(
            update(OutboxMessage)
            .where(*_is_held(claimed), or_(OutboxMessage.lease_until >= now, OutboxMessage.lane == ""))
            .values(lease_until=lease_until)
            .returning(OutboxMessage.id)
        ).scalar_one_or_none()
    return None if renewed is None else replace(claimed, lease_until=lease_until)


def release(database: Database, claimed: Claimed, *, now: datetime) -> bool:
    """Give the message back as it was before it was claimed, its attempt uncounted; False when the lease was lost."""
    return _wait_again(database, claimed, now=now, attempts=claimed.attempts - 1)


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


def revive(tx: Session, message_ids: Sequence[uuid.UUID], *, now: datetime) -> int:
    """Let dead messages try again now, in the order given (see `hurry`); returns how many were dead."""
    revived = 0
    for message_id in message_ids:
        message = tx.get(OutboxMessage, message_id, with_for_update=True)
        if message is None or message.state != MessageState.DEAD:
            continue
        message.state = MessageState.DONE
        put_again_key = "" if message.coalesce_key == str(message.id) else message.coalesce_key.split(":", 1)[1]
        put(tx, message.type, message.ids, now=now, coalesce_key=put_again_key, lane=message.lane)
        revived += 1
    return revived


def hurry(tx: Session, message_ids: Sequence[uuid.UUID], *, now: datetime) -> int:
    """Let messages that wait for a later try be tried now; returns how many waited.

    They are locked in the order given: in that of their keys nobody who promises the same waits in a circle.
    """
    message, hurried = OutboxMessage, 0
    for start in range(0, len(message_ids), _AT_ONCE):
        some = message_ids[start : start + _AT_ONCE]
        is_wanted = and_(message.id.in_(some), message.state == MessageState.WAITING, message.due_at > now)
        by_key = select(message.id).where(is_wanted).order_by(message.coalesce_key).with_for_update()
        waiting = tx.execute(by_key).scalars().all()
        tx.execute(
            update(message)
            .where(message.id.in_(waiting))
            .values(due_at=now)
            .execution_options(synchronize_session=False)
        )
        hurried += len(waiting)
    tx.info["outbox"] = True
    return hurried


def _is_held(claimed: Claimed) -> tuple[ColumnElement[bool], ...]:
    return (
        OutboxMessage.id == claimed.id,
        OutboxMessage.lease_token == claimed.lease_token,
        OutboxMessage.state == MessageState.CLAIMED,
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
        mine = tx.execute(select(OutboxMessage).where(*_is_held(claimed)).with_for_update()).scalar_one_or_none()
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
        ids = list(waiting)
        for start in range(0, len(ids), _AT_ONCE):
            tx.execute(
                update(message)
                .where(message.id.in_(ids[start : start + _AT_ONCE]))
                .values(due_at=until)
                .execution_options(synchronize_session=False)
            )


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
            .where(*_is_held(claimed))
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
