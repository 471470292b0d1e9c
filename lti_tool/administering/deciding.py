"""What an administrator decides: who may launch, what is tried again, who may register."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from config import outbox
from config.errors import NotAllowed, NotFound
from config.outbox import MessageState, OutboxMessage
from lti_tool.progress import platform_lane
from lti_tool.roster.admin_sessions import administers_now, open_admin_session
from lti_tool.roster.invitations import (
    DAYS,
    NewInvitation,
    find_invitation,
    make_invitation,
    use_invitation,
    withdraw_invitation,
)
from lti_tool.roster.launch_sessions import CurrentSession, OpenedSession
from lti_tool.roster.models import Deployment, DeploymentState, LaunchSession, Person, SessionProof
from lti_tool.roster.platform_models import InvitationPurpose


def enter_by_invitation(tx: Session, secret: str, *, locale: str, now: datetime) -> OpenedSession:
    """Open the console of the whole service, once, to whoever holds this secret.

    Raises:
        InvitationRefused: unknown, used or expired.
    """
    invitation = find_invitation(tx, secret, InvitationPurpose.CONSOLE, now=now)
    use_invitation(tx, invitation.id, now=now)
    return open_admin_session(
        tx, registration_id=None, person_id=None, proof=SessionProof.COOKIE, locale=locale, now=now
    )


def enter_by_launch(tx: Session, session: CurrentSession, *, now: datetime) -> OpenedSession:
    """Open the console of their platform to somebody whose launch said that they administer it.

    Raises:
        NotAllowed: a launch that did not, or a later one of the same person that did not any more.
    """
    if not session.is_administrator or not administers_now(tx, session.person_id):
        raise NotAllowed("not-an-administrator")
    person = tx.get_one(Person, session.person_id)
    launch = tx.get_one(LaunchSession, session.id)
    return open_admin_session(
        tx,
        registration_id=person.registration_id,
        person_id=person.id,
        proof=SessionProof(launch.proof),
        locale=session.locale,
        now=now,
    )


def approve(tx: Session, scope: uuid.UUID | None, deployment_id: uuid.UUID) -> None:
    """Let launches of this deployment in.

    Raises:
        NotFound: no such deployment, or not of this registration.
        NotAllowed: an administrator of one platform whose client id other schools use too.
    """
    _deployment(tx, scope, deployment_id).state = DeploymentState.ACTIVE


def hold(tx: Session, scope: uuid.UUID | None, deployment_id: uuid.UUID) -> None:
    """Let launches of this deployment in no more; what it brought stays.

    Raises:
        NotFound: no such deployment, or not of this registration.
        NotAllowed: an administrator of one platform whose client id other schools use too.
    """
    _deployment(tx, scope, deployment_id).state = DeploymentState.WAITING


def try_again(tx: Session, scope: uuid.UUID | None, message_id: uuid.UUID | None, *, now: datetime) -> int:
    """Have one promise tried again now, or all that were given up; returns how many.

    Raises:
        NotFound: no such promise, or not of this registration.
    """
    query = (
        select(OutboxMessage.id, OutboxMessage.state)
        .where(or_(OutboxMessage.state == MessageState.DEAD, OutboxMessage.last_error != ""))
        .order_by(OutboxMessage.coalesce_key)
    )
    if scope is not None:
        query = query.where(OutboxMessage.lane == platform_lane(scope))
    if message_id is not None:
        query = query.where(OutboxMessage.id == message_id)
    else:
        query = query.where(OutboxMessage.state == MessageState.DEAD)
    found = tx.execute(query).all()
    if message_id is not None and not found:
        raise NotFound("message")
    dead = [row.id for row in found if row.state == MessageState.DEAD]
    waiting = [row.id for row in found if row.state == MessageState.WAITING]
    return outbox.revive(tx, dead, now=now) + outbox.hurry(tx, waiting, now=now)


def invite(tx: Session, scope: uuid.UUID | None, *, note: str, days: int = DAYS, now: datetime) -> NewInvitation:
    """Make an address to register a platform with. Only for the whole service: another school is not theirs to let in.

    Raises:
        NotAllowed: an administrator of one platform.
        InputInvalid: not 1 to 60 days.
    """
    if scope is not None:
        raise NotAllowed("one-platform-only")
    return make_invitation(tx, InvitationPurpose.REGISTER, note=note, days=days, now=now)


def withdraw(tx: Session, scope: uuid.UUID | None, invitation_id: uuid.UUID) -> None:
    """Take an invitation back that nobody used.

    Raises:
        NotAllowed: an administrator of one platform.
    """
    if scope is not None:
        raise NotAllowed("one-platform-only")
    withdraw_invitation(tx, invitation_id)


def _deployment(tx: Session, scope: uuid.UUID | None, deployment_id: uuid.UUID) -> Deployment:
    deployment = tx.get(Deployment, deployment_id, with_for_update=True)
    if deployment is None or scope not in (None, deployment.registration_id):
        raise NotFound("deployment")
    if scope is not None and has_several_deployments(tx, scope):
        # Schools can share a client id (Canvas, 2026-11): who administers one has no say about the others.
        raise NotAllowed("several-deployments")
    return deployment


def has_several_deployments(tx: Session, registration_id: uuid.UUID) -> bool:
    """Say whether the tool is installed in several places under one registration, of one school or of several."""
    count = tx.execute(select(func.count()).where(Deployment.registration_id == registration_id)).scalar_one()
    return count > 1
