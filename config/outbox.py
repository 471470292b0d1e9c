"""The outbox: promises written in the same transaction as what they follow from, kept by a worker afterwards.

A message holds ids, never a payload; its handler reads the present state and may run more than once. A message is
*waiting*, *claimed* under a lease, *done* or *dead*. When a worker dies the lease runs out and another claims the
message. Messages with the same `coalesce_key` that still wait are one message.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Index, String, and_, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from config.database import Base, Database
from config.ids import new_id


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
    message_id = new_id()
    values = {
        "id": message_id,
        "type": type,
        "ids": {name: str(value) for name, value in ids.items()},
        "coalesce_key": f"{type}:{coalesce_key}" if coalesce_key else str(message_id),
        "lane": lane,
        "state": MessageState.WAITING,
        "created_at": now,
        "due_at": now,
        "attempts": 0,
        "last_error": "",
    }
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(OutboxMessage).values(values)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["coalesce_key"],
            index_where=text("state = 'waiting'"),
            set_={"coalesce_key": statement.excluded.coalesce_key},
        )
    )
    tx.info["outbox"] = True


def claim(database: Database, *, now: datetime, lease_seconds: float = 60, limit: int = 10) -> list[Claimed]:
    """Take up to `limit` due messages, oldest first, for `lease_seconds`.

    Of a lane at most one message is claimed, and none while another of that lane is held under a lease.
    """
    token = new_id()
    lease_until = now + timedelta(seconds=lease_seconds)
    message = OutboxMessage
    is_due = or_(
        and_(message.state == MessageState.WAITING, message.due_at <= now),
        and_(message.state == MessageState.CLAIMED, message.lease_until < now),
    )
    with database.transaction() as tx:
        if tx.get_bind().dialect.name == "postgresql":
            # Lanes are decided by reading; two claimers must not decide at the same moment.
            tx.execute(text("SELECT pg_advisory_xact_lock(7305421)"))
        held = select(message.lane).where(
            message.state == MessageState.CLAIMED, message.lease_until >= now, message.lane != ""
        )
        candidates = tx.execute(
            select(message.id, message.lane)
            .where(is_due, message.lane.not_in(held))
            .order_by(message.due_at, message.created_at, message.id)
            .limit(limit * 5)
            .with_for_update(skip_locked=True)
        ).all()
        chosen: list[uuid.UUID] = []
        lanes: set[str] = set()
        for message_id, lane in candidates:
            if len(chosen) == limit:
                break
            if lane and lane in lanes:
                continue
            lanes.add(lane)
            chosen.append(message_id)
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


def finish_done(database: Database, claimed: Claimed, *, now: datetime) -> bool:
    """Mark the message done; False when the lease was lost to another worker meanwhile."""
    return _finish(database, claimed, state=MessageState.DONE, finished_at=now, last_error="")


def finish_dead(database: Database, claimed: Claimed, *, now: datetime, error: str) -> bool:
    """Give the message up, visible for an administrator; False when the lease was lost."""
    return _finish(database, claimed, state=MessageState.DEAD, finished_at=now, last_error=error[:200])


def finish_later(database: Database, claimed: Claimed, *, now: datetime, due_at: datetime, error: str) -> bool:
    """Try the message again at `due_at`.

    If an equal message was put meanwhile, this one is done: the newer promise covers it, and takes over the attempts
    and the due time, so that a platform that asked for rest gets it.
    """
    with database.transaction() as tx:
        mine = tx.execute(
            select(OutboxMessage)
            .where(OutboxMessage.id == claimed.id, OutboxMessage.lease_token == claimed.lease_token)
            .with_for_update()
        ).scalar_one_or_none()
        if mine is None or mine.state != MessageState.CLAIMED:
            return False
        while not _hand_over(tx, mine, now=now, due_at=due_at, attempts=claimed.attempts, error=error[:200]):
            # An equal message of a transaction that was still open cannot be seen, only collided with.
            with suppress(IntegrityError), tx.begin_nested():
                tx.execute(
                    update(OutboxMessage)
                    .where(OutboxMessage.id == claimed.id)
                    .values(
                        state=MessageState.WAITING,
                        due_at=due_at,
                        last_error=error[:200],
                        lease_token=None,
                        lease_until=None,
                    )
                )
                break
    return True


def revive(tx: Session, message_ids: Sequence[uuid.UUID], *, now: datetime) -> int:
    """Let dead messages try again now; returns how many were dead."""
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


def _hand_over(tx: Session, mine: OutboxMessage, *, now: datetime, due_at: datetime, attempts: int, error: str) -> bool:
    newer = tx.execute(
        update(OutboxMessage)
        .where(OutboxMessage.coalesce_key == mine.coalesce_key, OutboxMessage.state == MessageState.WAITING)
        .values(due_at=due_at, attempts=attempts, last_error=error)
        .returning(OutboxMessage.id)
    ).scalar_one_or_none()
    if newer is None:
        return False
    mine.state = MessageState.DONE
    mine.finished_at = now
    mine.last_error = error
    mine.lease_token = None
    mine.lease_until = None
    return True


def _finish(
    database: Database, claimed: Claimed, *, state: MessageState, finished_at: datetime, last_error: str
) -> bool:
    with database.transaction() as tx:
        finished = tx.execute(
            update(OutboxMessage)
            .where(
                OutboxMessage.id == claimed.id,
                OutboxMessage.lease_token == claimed.lease_token,
                OutboxMessage.state == MessageState.CLAIMED,
            )
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
