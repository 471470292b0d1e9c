"""Looking at promises without keeping them: what waits, and what was given up."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from config.outbox import AT_ONCE, MessageState, OutboxMessage

_NOT_DONE = (MessageState.DEAD, MessageState.CLAIMED, MessageState.WAITING)
"""In the order in which equal messages come about: one that waits was put while another was in hand or after it."""


@dataclass(frozen=True)
class OpenMessage:
    """The newest message of a coalesce key, as long as it is not done. `last_error` is empty before the first try."""

    id: uuid.UUID
    state: MessageState
    created_at: datetime
    due_at: datetime
    attempts: int
    last_error: str


def open_messages(tx: Session, type: str, prefixes: Sequence[str]) -> dict[str, OpenMessage]:
    """Return what is not done of each coalesce key that begins with one of these, by that key.

    A message that was given up counts only as long as no later one of its key was done.
    """
    if not prefixes:
        return {}
    message, intro = OutboxMessage, f"{type}:"
    rows = tx.execute(
        select(message).where(
            message.state.in_(_NOT_DONE),
            message.type == type,
            or_(*(message.coalesce_key.startswith(intro + prefix, autoescape=True) for prefix in prefixes)),
        )
    ).scalars()
    in_order = sorted(rows, key=lambda row: (_NOT_DONE.index(MessageState(row.state)), row.created_at))
    newest = {row.coalesce_key: row for row in in_order}
    dead = {key: row.created_at for key, row in newest.items() if row.state == MessageState.DEAD}
    keys = list(dead)
    done_later = {
        row.coalesce_key
        for start in range(0, len(keys), AT_ONCE)
        for row in tx.execute(
            select(message.coalesce_key, func.max(message.created_at).label("created_at"))
            .where(message.state == MessageState.DONE, message.coalesce_key.in_(keys[start : start + AT_ONCE]))
            .group_by(message.coalesce_key)
        )
        if row.created_at > dead[row.coalesce_key]
    }
    return {
        key.removeprefix(intro): OpenMessage(
            row.id, MessageState(row.state), row.created_at, row.due_at, row.attempts, row.last_error
        )
        for key, row in newest.items()
        if key not in done_later
    }
