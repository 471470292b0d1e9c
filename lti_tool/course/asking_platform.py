"""Having the platform asked now, because somebody who teaches wants to know."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from config import outbox
from config.outbox import MessageState
from config.outbox_reading import OpenMessage, open_messages
from lti_tool.messages import MessageType
from lti_tool.progress import platform_lane
from lti_tool.roster.endpoints import registration_of_context

_ASKED_FOR_REST = " 429"
"""The end of the last error where the platform said when to come back: asking earlier makes it worse."""


def ask_now(tx: Session, type: MessageType, context_id: uuid.UUID, *, now: datetime) -> None:
    """Promise to ask at once, also where it waits for a later try."""
    key = str(context_id)
    lane = platform_lane(registration_of_context(tx, context_id).id)
    outbox.put(tx, type, {"context_id": context_id}, now=now, coalesce_key=key, lane=lane)
    waiting = asking(tx, type, context_id)
    is_later = waiting is not None and waiting.state is MessageState.WAITING and waiting.due_at > now
    if waiting is not None and is_later and not waiting.last_error.endswith(_ASKED_FOR_REST):
        outbox.hurry(tx, [waiting.id], now=now)


def asking(tx: Session, type: MessageType, context_id: uuid.UUID) -> OpenMessage | None:
    """Return the promise to ask, as long as it is not kept."""
    return open_messages(tx, type, [str(context_id)]).get(str(context_id))
