"""The outbox: promises written in the same transaction as what they follow from, kept by a worker afterwards.

A message holds ids, never a payload; its handler reads the present state and may run more than once. A message is
*waiting*, *claimed* under a lease (`config/outbox_claiming.py`), *done* or *dead* (`config/outbox_finishing.py`).
Messages with the same `coalesce_key` that still wait are one message.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Index, String, and_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from config.database import Base
from config.ids import new_id
from config.upsert import insert_many

AT_ONCE = 1000
"""Ids or keys in one statement: databases take a limited number of values."""


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
        # The state comes first though it is always the same: without it SQLite goes along the index above.
        Index(
            "ix_outbox_message_lane_due_at_waiting",
            *("state", "lane", "due_at", "created_at", "id"),
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
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
    for start in range(0, len(message_ids), AT_ONCE):
        some = message_ids[start : start + AT_ONCE]
        is_wanted = and_(message.id.in_(some), message.state == MessageState.WAITING, message.due_at > now)
        by_key = select(message.id).where(is_wanted).order_by(message.coalesce_key).with_for_update()
        waiting = tx.execute(by_key).scalars().all()
        let_wait(tx, waiting, due_at=now)
        hurried += len(waiting)
    tx.info["outbox"] = True
    return hurried


def let_wait(tx: Session, message_ids: Sequence[uuid.UUID], *, due_at: datetime, last_error: str | None = None) -> None:
    """Let these messages, which wait and are locked, wait until `due_at`; their last error stays if none is given."""
    values = {"due_at": due_at} | ({} if last_error is None else {"last_error": last_error})
    for start in range(0, len(message_ids), AT_ONCE):
        tx.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(message_ids[start : start + AT_ONCE]))
            .values(values)
            .execution_options(synchronize_session=False)
        )
