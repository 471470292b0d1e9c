"""Logins and launches that were refused, by reason and with the number that the person saw; nothing about the person.

Anybody can cause a refusal, so only some are kept in a minute, and none longer than a month.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from config.forgetting import delete_some
from config.ids import new_id
from lti_tool.lti.errors import LaunchRefused
from lti_tool.roster.platform_models import RefusedLaunch

MOST_IN_A_MINUTE = 60
"""Of one platform."""
MOST_OF_STRANGERS = 10
"""In a minute, of all platforms together that are not registered: anybody can send those."""
KEPT = timedelta(days=30)


def note_refusal(
    tx: Session,
    refused: LaunchRefused,
    *,
    reference: str,
    registration_id: uuid.UUID | None,
    issuer: str = "",
    client_id: str = "",
    external_deployment_id: str = "",
    now: datetime,
) -> bool:
    """Keep why somebody was refused; False where too many were in this minute. What a login told is unproven."""
    lately = tx.execute(
        select(func.count()).where(
            RefusedLaunch.refused_at > now - timedelta(minutes=1),
            RefusedLaunch.registration_id.is_(None)
            if registration_id is None
            else RefusedLaunch.registration_id == registration_id,
        )
    ).scalar_one()
    if lately >= (MOST_OF_STRANGERS if registration_id is None else MOST_IN_A_MINUTE):
        return False
    tx.add(
        RefusedLaunch(
            id=new_id(),
            reference=reference[:40],
            reason=refused.reason.value,
            detail=refused.detail[:200],
            registration_id=registration_id,
            issuer=issuer[:500],
            client_id=client_id[:255],
            external_deployment_id=external_deployment_id[:255],
            refused_at=now,
        )
    )
    return True


def list_refusals(
    tx: Session, seen: ColumnElement[bool], *, reference: str = "", limit: int = 50
) -> Sequence[RefusedLaunch]:
    """Return the newest refusals of those that may be `seen`; or those of one reference number."""
    query = select(RefusedLaunch).where(seen).order_by(RefusedLaunch.refused_at.desc()).limit(limit)
    if reference:
        query = query.where(func.lower(RefusedLaunch.reference) == reference.lower())
    return tx.execute(query).scalars().all()


def count_by_reason(tx: Session, seen: ColumnElement[bool], *, since: datetime) -> dict[str, int]:
    """Return how many of those that may be `seen` were refused for each reason since then."""
    query = (
        select(RefusedLaunch.reason, func.count())
        .where(seen, RefusedLaunch.refused_at >= since)
        .group_by(RefusedLaunch.reason)
        .order_by(func.count().desc(), RefusedLaunch.reason)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def forget_old_refusals(tx: Session, *, now: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` refusals that are older than a month; returns how many."""
    return delete_some(tx, RefusedLaunch.id, RefusedLaunch.refused_at < now - KEPT, limit=limit)
