"""What the console shows: registrations with their deployments, how each service does, refusals, and what waits."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from config.outbox import MessageState, OutboxMessage
from lti_tool.administering.seeing import Seen, seen_by
from lti_tool.roster.admin_sessions import OneDeployment
from lti_tool.roster.deployment_origins import origins_of_deployment
from lti_tool.roster.invitations import list_attempts, list_invitations
from lti_tool.roster.item_models import ContentItem, Gate
from lti_tool.roster.models import Context, Deployment, LineItem, Membership, Registration
from lti_tool.roster.platform_models import (
    Invitation,
    InvitationPurpose,
    NoticeHandler,
    RefusedLaunch,
    RegistrationAttempt,
)
from lti_tool.roster.promises import CLOSED
from lti_tool.roster.refusals import count_by_reason, list_refusals

COUNTED_FOR = timedelta(days=7)
MOST_MESSAGES = 50


@dataclass(frozen=True)
class ServiceHealth:
    """How the services of one registration do, as counts of the courses that are seen and of things in them."""

    courses: int
    courses_with_roster: int
    roster_problems: Mapping[str, int]
    """Courses by the code of what went wrong when their roster was read last."""
    gates: int
    gate_problems: Mapping[str, int]
    columns: int
    columns_gone: int
    notices: int
    notice_problems: Mapping[str, int]
    last_launch_at: datetime | None


@dataclass(frozen=True)
class PlatformView:
    """A registration, where the tool is installed there, and how its services do. `name` may stand on the page."""

    registration: Registration
    name: str
    deployments: tuple[Deployment, ...]
    health: ServiceHealth
    origins: Mapping[uuid.UUID, Sequence[str]]
    """The hosts at which a school opens us, by its deployment; of other schools nothing is told."""


@dataclass(frozen=True)
class WaitingMessage:
    """A promise that was tried in vain: it waits for a later try, or was given up."""

    id: uuid.UUID
    type: str
    is_dead: bool
    attempts: int
    due_at: datetime
    last_error: str


@dataclass(frozen=True)
class Console:
    """Everything on the page. `is_whole` says whether it is the whole service."""

    is_whole: bool
    platforms: tuple[PlatformView, ...]
    refused: Sequence[RefusedLaunch]
    refused_by_reason: Mapping[str, int]
    waiting: int
    stopped: int
    """How many were given up."""
    messages: tuple[WaitingMessage, ...]
    """Those that were tried in vain; of many the first."""
    invitations: tuple[Invitation, ...]
    attempts: tuple[RegistrationAttempt, ...]


def console(tx: Session, scope: OneDeployment | None, *, reference: str = "", now: datetime) -> Console:
    """Return what this administrator may see; `reference` narrows the refusals to one number."""
    seen = seen_by(scope)
    query = select(Registration).where(seen.registrations).order_by(Registration.created_at)
    registrations = tx.execute(query).scalars().all()
    return Console(
        is_whole=scope is None,
        platforms=tuple(_platform(tx, scope, seen, registration) for registration in registrations),
        refused=list_refusals(tx, seen.refusals, reference=reference),
        refused_by_reason=count_by_reason(tx, seen.refusals, since=now - COUNTED_FOR),
        waiting=_count(tx, seen, MessageState.WAITING, MessageState.CLAIMED),
        stopped=_count(tx, seen, MessageState.DEAD),
        messages=_messages(tx, seen),
        invitations=tuple(list_invitations(tx, InvitationPurpose.REGISTER, now=now)) if scope is None else (),
        attempts=tuple(list_attempts(tx, limit=20)) if scope is None else (),
    )


def name_to_show(tx: Session, scope: OneDeployment | None, registration: Registration) -> str:
    """Return what a platform is called on this administrator's pages.

    Schools can share one: each sees its own name, never that of the school which registered it.
    """
    if scope is not None:
        return tx.get_one(Deployment, scope.id).name or registration.issuer
    places = select(Deployment.name).where(Deployment.registration_id == registration.id)
    names = set(tx.execute(places).scalars()) - {""}
    return registration.account_name or (names.pop() if len(names) == 1 else "") or registration.issuer


def _platform(tx: Session, scope: OneDeployment | None, seen: Seen, registration: Registration) -> PlatformView:
    deployments = (
        tx.execute(
            select(Deployment)
            .where(seen.deployments, Deployment.registration_id == registration.id)
            .order_by(Deployment.created_at)
        )
        .scalars()
        .all()
    )
    name = name_to_show(tx, scope, registration)
    origins = {one.id: origins_of_deployment(tx, registration, one.id) for one in deployments}
    return PlatformView(registration, name, tuple(deployments), _health(tx, seen, registration.id), origins)


def _health(tx: Session, seen: Seen, registration_id: uuid.UUID) -> ServiceHealth:
    here = seen.courses_of(registration_id)
    courses = tx.execute(select(func.count(), func.count(Context.roster_read_at)).where(Context.id.in_(here))).one()
    columns = tx.execute(select(func.count(), func.count(LineItem.gone_at)).where(LineItem.context_id.in_(here))).one()
    gates = tx.execute(
        select(func.count())
        .select_from(Gate)
        .join(ContentItem, ContentItem.id == Gate.content_item_id)
        .where(ContentItem.context_id.in_(here), ContentItem.removed_at.is_(None))
    ).scalar_one()
    notices = tx.execute(
        select(func.count(NoticeHandler.registered_at))
        .join(Deployment, Deployment.id == NoticeHandler.deployment_id)
        .where(seen.deployments, Deployment.registration_id == registration_id)
    ).scalar_one()
    return ServiceHealth(
        courses=courses[0],
        courses_with_roster=courses[1],
        roster_problems=_counts(
            tx,
            select(Context.roster_problem, func.count())
            .where(Context.id.in_(here), Context.roster_problem != "")
            .group_by(Context.roster_problem),
        ),
        gates=gates,
        gate_problems=_counts(
            tx,
            select(Gate.problem, func.count())
            .join(ContentItem, ContentItem.id == Gate.content_item_id)
            .where(ContentItem.context_id.in_(here), ContentItem.removed_at.is_(None), Gate.problem != "")
            .group_by(Gate.problem),
        ),
        columns=columns[0],
        columns_gone=columns[1],
        notices=notices,
        notice_problems=_counts(
            tx,
            select(NoticeHandler.problem, func.count())
            .join(Deployment, Deployment.id == NoticeHandler.deployment_id)
            .where(seen.deployments, Deployment.registration_id == registration_id, NoticeHandler.problem != "")
            .group_by(NoticeHandler.problem),
        ),
        last_launch_at=tx.execute(
            select(func.max(Membership.launched_at)).where(Membership.context_id.in_(here))
        ).scalar_one(),
    )


def _counts(tx: Session, query: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in tx.execute(query)}


def _count(tx: Session, seen: Seen, *states: MessageState) -> int:
    return tx.execute(select(func.count()).where(OutboxMessage.state.in_(states), seen.promises)).scalar_one()


def _messages(tx: Session, seen: Seen) -> tuple[WaitingMessage, ...]:
    query = (
        select(OutboxMessage)
        .where(
            seen.promises,
            OutboxMessage.state.in_((MessageState.DEAD, MessageState.WAITING)),
            OutboxMessage.last_error.not_in(("", CLOSED)),
        )
        .order_by(OutboxMessage.state, OutboxMessage.due_at)
        .limit(MOST_MESSAGES)
    )
    return tuple(
        WaitingMessage(row.id, row.type, row.state == MessageState.DEAD, row.attempts, row.due_at, row.last_error)
        for row in tx.execute(query).scalars()
    )
