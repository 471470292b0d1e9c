"""Where a promise of the outbox belongs: by the ids that it holds, to one deployment. Of a closed one they wait."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select
from sqlalchemy.orm import Session

from badges.models import Achievement, Award
from config import outbox
from config.outbox import MessageState, OutboxMessage
from lti_tool.roster.models import Context, Deployment, LineItem

_TOLD_BY: Mapping[str, tuple[Any, Select[Any]]] = {
    "context_id": (Context.id, select(Context.id).join(Deployment)),
    "line_item_id": (LineItem.id, select(LineItem.id).join(Context).join(Deployment)),
    "award_id": (
        Award.id,
        select(Award.id)
        .join(Achievement, Achievement.id == Award.achievement_id)
        .join(Context, Context.id == Achievement.context_id)
        .join(Deployment),
    ),
    "deployment_id": (Deployment.id, select(Deployment.id)),
}
"""Ids that say where a promise belongs: what they are of, and the query of them all. A promise has one of these."""


def promises_of(deployment_id: uuid.UUID) -> ColumnElement[bool]:
    """Return the condition that holds for the promises of one deployment; one that cannot be placed is of nobody."""
    return or_(
        *(
            _hex_of(OutboxMessage.ids[name].as_string()).in_(
                all_of_them.with_only_columns(_hex_of(cast(told_by, String))).where(Deployment.id == deployment_id)
            )
            for name, (told_by, all_of_them) in _TOLD_BY.items()
        )
    )


def state_of_promise(tx: Session, ids: Mapping[str, str]) -> str | None:
    """Return the state of the deployment that a promise with these ids belongs to; None where it cannot be placed."""
    for name, (told_by, all_of_them) in _TOLD_BY.items():
        if name in ids:
            query = all_of_them.with_only_columns(Deployment.state).where(told_by == uuid.UUID(ids[name]))
            return str(state) if (state := tx.execute(query).scalar_one_or_none()) is not None else None
    return None


def resume_promises(tx: Session, deployment_id: uuid.UUID, *, now: datetime) -> int:
    """Have what was put off while this deployment was closed tried now; returns how many. What failed keeps its pause.

    In the order of their keys, as everybody who promises.
    """
    put_off = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.state == MessageState.WAITING,
            OutboxMessage.due_at > now,
            OutboxMessage.last_error == "",
            promises_of(deployment_id),
        )
        .order_by(OutboxMessage.coalesce_key)
    )
    return outbox.hurry(tx, tx.execute(put_off).scalars().all(), now=now)


def _hex_of(written: ColumnElement[str]) -> ColumnElement[str]:
    """Return an id as both databases can compare it: SQLite keeps ids without hyphens, promises write them."""
    return func.replace(written, "-", "")
