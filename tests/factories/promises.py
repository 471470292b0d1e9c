"""What waits in the outbox, as a test looks at it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.outbox import MessageState, OutboxMessage

Promise = tuple[str, Mapping[str, str]]
"""The type of a message, and its ids."""


def promised(tx: Session) -> list[Promise]:
    """Return what waits, by type and ids."""
    rows = tx.execute(select(OutboxMessage).where(OutboxMessage.state == MessageState.WAITING)).scalars()
    return sorted(((row.type, row.ids) for row in rows), key=str)


def take_promises(tx: Session) -> list[Promise]:
    """Return what waits and call it done, so that the next look shows what was promised since."""
    found = promised(tx)
    for row in tx.execute(select(OutboxMessage).where(OutboxMessage.state == MessageState.WAITING)).scalars():
        row.state = MessageState.DONE
    tx.flush()
    return found
