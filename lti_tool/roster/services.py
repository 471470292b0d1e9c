"""Where a course's services are (roster, groups, notices), as its launches say, and when they are to be asked again."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from config.errors import PlatformFailed
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
    if context.gates_due_at is not None and context.gates_due_at > now:
        asked_at = _gates_asked_at(tx, context_id)
        due_at = now if asked_at is None else max(now, asked_at + GATES_REST)
        context.gates_due_at = min(context.gates_due_at, due_at)


def lock_context(tx: Session, context_id: uuid.UUID) -> None:
    """Hold the course before its rules are held: launches write it first, so who locks both keeps that order."""
    tx.execute(select(Context.id).where(Context.id == context_id).with_for_update(key_share=True))


def make_gates_due(tx: Session, context_id: uuid.UUID, *, now: datetime) -> None:
    """Have the gates of the course asked soon: one was placed, or it is known now who is in the course."""
    context = tx.get_one(Context, context_id)
    if context.gates_due_at is None or context.gates_due_at > now:
        context.gates_due_at = now


def make_grades_due(tx: Session, context_id: uuid.UUID, *, now: datetime) -> None:
    """Have typed grades read soon, where they count: there is a column or a learner that was not known before."""
    context = tx.get_one(Context, context_id)
    if context.results_percent is not None:
        context.results_due_at = now


def next_night(context_id: uuid.UUID, *, now: datetime) -> datetime:
    """Return a moment about a day from now, another one for each course, so that not all are read at once."""
    return now + timedelta(hours=23, seconds=context_id.int % 7200)


def failure_code(failed: PlatformFailed) -> str:
    """Return what is kept of a call that failed: its code and, where the platform answered, the status."""
    return failed.code if failed.status is None else f"{failed.code} {failed.status}"


def _gates_asked_at(tx: Session, context_id: uuid.UUID) -> datetime | None:
    """Return when the platform was last heard about a gate of the course."""
    return tx.execute(
        select(func.max(Gate.asked_at))
        .join(ContentItem, ContentItem.id == Gate.content_item_id)
        .where(ContentItem.context_id == context_id)
    ).scalar_one()


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
