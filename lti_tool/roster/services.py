"""Where a course's services are (roster, groups, notices), as its launches say, and when they are to be asked again."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lti_tool.lti.claims import LaunchClaims
from lti_tool.roster.item_models import ContentItem, Gate
from lti_tool.roster.models import Context

ROSTER_KEPT = timedelta(hours=24)
"""How long a roster that was read is new enough; a launch after that asks for it again."""
GATES_REST = timedelta(seconds=60)
"""How long the gates of a course are left alone after they were asked, however many launches come."""


def keep_services(tx: Session, context_id: uuid.UUID, claims: LaunchClaims, *, now: datetime) -> None:
    """Keep where the services are; a new address, a first launch or an old roster makes them due."""
    context = tx.get_one(Context, context_id)
    groups_url = claims.groups.groups_url if claims.groups else ""
    if claims.groups is not None and context.groups_url != groups_url:
        context.groups_url = groups_url
    url = claims.nrps_url
    if url and context.memberships_url != url:
        context.memberships_url = url
        context.roster_due_at = now
    if not context.memberships_url:
        return
    is_old = context.roster_read_at is None or now - context.roster_read_at > ROSTER_KEPT
    if is_old and context.roster_due_at is None:
        context.roster_due_at = now
    if context.gates_due_at is not None and context.gates_due_at - now > GATES_REST:
        context.gates_due_at = now


def has_gates(tx: Session, context_id: uuid.UUID) -> bool:
    """Say whether this course has gates that are in use."""
    return bool(
        tx.execute(
            select(
                exists().where(
                    Gate.content_item_id == ContentItem.id,
                    ContentItem.context_id == context_id,
                    ContentItem.removed_at.is_(None),
                )
            )
        ).scalar_one()
    )
