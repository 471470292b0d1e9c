"""Where a promise of the outbox belongs: by the ids that it holds, to one deployment. Of a closed one they wait."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select
from sqlalchemy.orm import Session

from badges.models import Achievement, Award
from config.outbox import MessageState, OutboxMessage, let_wait
from lti_tool.roster.models import Context, Deployment, DeploymentState, LineItem

CLOSED = "deployment-closed"
"""Stands as the last error of a promise that was put off because its deployment is closed."""

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


def deployment_of_promise(tx: Session, ids: Mapping[str, str]) -> Deployment | None:
    """Return the deployment that a promise with these ids belongs to; None where it cannot be placed."""
    for name, (told_by, all_of_them) in _TOLD_BY.items():
        if name in ids:
            found: Deployment | None = tx.execute(
                all_of_them.with_only_columns(Deployment).where(told_by == uuid.UUID(ids[name]))
            ).scalar_one_or_none()
            return found
    return None


def put_off_promises(
    tx: Session, deployment_id: uuid.UUID, *, spared: Collection[str], now: datetime, until: datetime
) -> None:
    """Put off what waits for a closed deployment, but for the `spared` types; what was opened meanwhile goes on.

    All at once: one by one they would come up in the lane that schools share, each before a promise of another.
    """
    state = tx.execute(
        select(Deployment.state).where(Deployment.id == deployment_id).with_for_update(read=True)
    ).scalar_one_or_none()
    if state in {None, DeploymentState.ACTIVE}:
        resume_promises(tx, deployment_id, now=now)
        return
    message = OutboxMessage
    waiting = (
        select(message.id)
        .where(
            message.state == MessageState.WAITING,
            message.due_at < until,
            message.type.not_in(spared),
            promises_of(deployment_id),
        )
        # One that another transaction holds is promised again at this moment, and met later.
        .with_for_update(skip_locked=True)
    )
    let_wait(tx, tx.execute(waiting).scalars().all(), due_at=until, last_error=CLOSED)


def resume_promises(tx: Session, deployment_id: uuid.UUID, *, now: datetime) -> None:
    """Have what was put off while this deployment was closed tried now; what failed before keeps its pause.

    In the order of their keys, as everybody who promises.
    """
    put_off = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.state == MessageState.WAITING,
            OutboxMessage.last_error == CLOSED,
            promises_of(deployment_id),
        )
        .order_by(OutboxMessage.coalesce_key)
        .with_for_update()
    )
    let_wait(tx, tx.execute(put_off).scalars().all(), due_at=now, last_error="")
    tx.info["outbox"] = True


def _hex_of(written: ColumnElement[str]) -> ColumnElement[str]:
    """Return an id as both databases can compare it: SQLite keeps ids without hyphens, promises write them."""
    return func.replace(written, "-", "")
