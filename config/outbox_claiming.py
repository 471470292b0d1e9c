"""Taking messages of the outbox in hand: which are next, and for how long a worker holds them.

When a worker dies its lease runs out and another claims the message.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from typing import cast

from sqlalchemy import ColumnElement, Integer, Select, Table, bindparam, literal_column, or_, select, update
from sqlalchemy.orm import Session

from config.database import Database, Turn, one_at_a_time
from config.ids import new_id
from config.outbox import MessageState, OutboxMessage

_MESSAGE = cast(Table, OutboxMessage.__table__)
_WAITING: ColumnElement[str] = literal_column("'waiting'")
_WAITS = _MESSAGE.c.state == _WAITING
"""In the words of the partial indexes: a plan that is kept for any value of a parameter cannot use them."""
_BY_AGE = (_MESSAGE.c.due_at, _MESSAGE.c.created_at, _MESSAGE.c.id)
_NOW = bindparam("now", type_=_MESSAGE.c.due_at.type)


def _oldest_of_lanes() -> Select[tuple[str, uuid.UUID | None]]:
    """Return the query of each lane in which something waits, with the oldest message of it that is due.

    From one lane to the next through the index, and in each to its first entry: ranking all that waits cost more with
    every message, and its square where PostgreSQL kept a plan from before it knew the table.
    """
    message, other = _MESSAGE.c, _MESSAGE.alias().c
    # Not min(lane): before PostgreSQL knows the table it would read all of the index for it.
    first = select(message.lane).where(_WAITS, message.lane > "").order_by(message.lane, *_BY_AGE).limit(1)
    lanes = select(first.scalar_subquery().label("lane")).cte("lanes", recursive=True)
    following = (
        select(other.lane)
        .where(other.state == _WAITING, other.lane > lanes.c.lane)
        .order_by(other.lane, other.due_at, other.created_at, other.id)
        .limit(1)
    )
    lanes = lanes.union_all(select(following.scalar_subquery()).where(lanes.c.lane.is_not(None)))
    oldest = (
        select(message.id)
        .where(_WAITS, message.lane == lanes.c.lane, message.due_at <= _NOW)
        .order_by(*_BY_AGE)
        .limit(1)
    ).scalar_subquery()
    return select(lanes.c.lane, oldest.label("id"))


# Built once, and on the table instead of the class: this is asked before each message, also when nothing waits.
_IN_HAND = (
    select(_MESSAGE.c.id, _MESSAGE.c.lane, _MESSAGE.c.lease_until)
    .where(_MESSAGE.c.state == MessageState.CLAIMED)
    .order_by(*_BY_AGE)
)
_OLDEST_OF_LANES = _oldest_of_lanes()
_OLDEST_WITHOUT_LANE = (
    select(_MESSAGE.c.id)
    .where(_WAITS, _MESSAGE.c.lane == "", _MESSAGE.c.due_at <= _NOW)
    .order_by(*_BY_AGE)
    .limit(bindparam("limit", type_=Integer()))
    .with_for_update(skip_locked=True)
)
_OLDEST_OF_THESE = (
    select(_MESSAGE.c.id, _MESSAGE.c.state, _MESSAGE.c.due_at, _MESSAGE.c.lease_until)
    .where(_MESSAGE.c.id.in_(bindparam("these", expanding=True)))
    .order_by(*_BY_AGE)
    .limit(bindparam("limit", type_=Integer()))
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id.in_(bindparam("these", expanding=True)))
    .values(
        state=MessageState.CLAIMED,
        lease_token=bindparam("token", type_=_MESSAGE.c.lease_token.type),
        lease_until=bindparam("until", type_=_MESSAGE.c.lease_until.type),
        attempts=_MESSAGE.c.attempts + 1,
    )
    .returning(_MESSAGE.c.id, _MESSAGE.c.type, _MESSAGE.c.ids, _MESSAGE.c.attempts)
)


@dataclass(frozen=True)
class Claimed:
    """A message that this worker holds until `lease_until`; only the holder of the token may finish it."""

    id: uuid.UUID
    type: str
    ids: Mapping[str, str]
    attempts: int
    lease_token: uuid.UUID
    lease_until: datetime


def claim(database: Database, *, now: datetime, lease_seconds: float = 60, limit: int = 10) -> list[Claimed]:
    """Take up to `limit` due messages, oldest first, for `lease_seconds`; those whose lease ran out before the others.

    Of a lane only the oldest message can be taken, and none while another of that lane is held under a lease. Where
    `limit` is short, messages with and without a lane take turns, so that work that calls no platform never waits for
    slow ones.
    """
    token = new_id()
    lease_until = now + timedelta(seconds=lease_seconds)
    with database.transaction() as tx:
        # Lanes are decided by reading; two claimers must not decide at the same moment.
        one_at_a_time(tx, Turn.CLAIM)
        left_behind, first_of_lanes = _begun_or_next(tx, now=now)
        without_lane = [*_lock_due(tx, left_behind, now=now, limit=limit), *_lock_waiting(tx, now=now, limit=limit)]
        with_lane = _lock_due(tx, first_of_lanes, now=now, limit=limit)
        in_turn = chain.from_iterable(zip_longest(without_lane, with_lane))
        # One that was given back between two of these statements is found by both.
        chosen = list(dict.fromkeys(message_id for message_id in in_turn if message_id is not None))[:limit]
        if not chosen:
            return []
        rows = tx.execute(_TAKE, {"these": chosen, "token": token, "until": lease_until}).all()
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
            .where(*is_held(claimed), or_(OutboxMessage.lease_until >= now, OutboxMessage.lane == ""))
            .values(lease_until=lease_until)
            .returning(OutboxMessage.id)
        ).scalar_one_or_none()
    return None if renewed is None else replace(claimed, lease_until=lease_until)


def is_held(claimed: Claimed) -> tuple[ColumnElement[bool], ...]:
    """Say in SQL that the message is in the hands of this claim still; its lease may have run out unnoticed."""
    return (
        OutboxMessage.id == claimed.id,
        OutboxMessage.lease_token == claimed.lease_token,
        OutboxMessage.state == MessageState.CLAIMED,
    )


def _begun_or_next(tx: Session, *, now: datetime) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """Return what a lost worker left behind outside the lanes, and which message is first in each free lane.

    Decided by reading: who takes one of them still has to lock it. As few rows are looked at as there are messages in
    hand and lanes, however many wait.
    """
    in_hand = tx.execute(_IN_HAND).all()
    held = {row.lane for row in in_hand if row.lease_until >= now}
    left_behind = [row for row in in_hand if row.lease_until < now]
    oldest = {row.lane: row.id for row in tx.execute(_OLDEST_OF_LANES, {"now": now}) if row.id is not None}
    first = oldest | {row.lane: row.id for row in reversed(left_behind) if row.lane}
    return (
        [row.id for row in left_behind if not row.lane],
        [message_id for lane, message_id in first.items() if lane not in held],
    )


def _lock_waiting(tx: Session, *, now: datetime, limit: int) -> Sequence[uuid.UUID]:
    """Lock the oldest messages without a lane; one that another transaction holds is passed by."""
    return tx.execute(_OLDEST_WITHOUT_LANE, {"now": now, "limit": limit}).scalars().all()


def _lock_due(tx: Session, message_ids: Sequence[uuid.UUID], *, now: datetime, limit: int) -> list[uuid.UUID]:
    """Lock the oldest of these that nobody holds, and leave out what is not due any more now that it is locked.

    Found by id alone: asked for what is due as well, SQLite goes along everything that is.
    """
    if not message_ids:
        return []
    locked = tx.execute(_OLDEST_OF_THESE, {"these": message_ids, "limit": limit})
    return [
        row.id
        for row in locked
        if (row.state == MessageState.WAITING and row.due_at <= now)
        or (row.state == MessageState.CLAIMED and row.lease_until < now)
    ]
