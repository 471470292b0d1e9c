"""What an administrator decides: who may launch, what is tried again, who may register."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from config import outbox
from config.errors import NotAllowed, NotFound
from config.outbox import MessageState, OutboxMessage
from lti_tool.administering.seeing import seen_by
from lti_tool.roster.admin_sessions import OneDeployment, administers_now, open_admin_session
from lti_tool.roster.invitations import (
    DAYS,
    NewInvitation,
    find_invitation,
    make_invitation,
    use_invitation,
    withdraw_invitation,
)
from lti_tool.roster.launch_sessions import CurrentSession, OpenedSession
from lti_tool.roster.models import Context, Deployment, DeploymentState, Person
from lti_tool.roster.platform_models import InvitationPurpose
from lti_tool.roster.promises import CLOSED
from lti_tool.roster.registrations import let_in
from lti_tool.roster.session_models import LaunchSession, SessionProof


def enter_by_invitation(tx: Session, secret: str, *, locale: str, now: datetime) -> OpenedSession:
    """Open the console of the whole service, once, to whoever holds this secret.

    Raises:
        InvitationRefused: unknown, used or expired.
    """
    invitation = find_invitation(tx, secret, InvitationPurpose.CONSOLE, now=now)
    use_invitation(tx, invitation.id, now=now)
    return open_admin_session(tx, scope=None, person_id=None, proof=SessionProof.COOKIE, locale=locale, now=now)


def enter_by_launch(tx: Session, session: CurrentSession, *, now: datetime) -> OpenedSession:
    """Open the console of the place that they launched from to somebody whose launch said that they administer it.

    Raises:
        NotAllowed: a launch that did not, or a later one of the same person that did not any more.
    """
    deployment_id = tx.get_one(Context, session.context_id).deployment_id
    if not session.is_administrator or not administers_now(tx, session.person_id, deployment_id):
        raise NotAllowed("not-an-administrator")
    person = tx.get_one(Person, session.person_id)
    launch = tx.get_one(LaunchSession, session.id)
    return open_admin_session(
        tx,
        scope=OneDeployment(deployment_id, person.registration_id),
        person_id=person.id,
        proof=SessionProof(launch.proof),
        locale=session.locale,
        now=now,
    )


def approve(tx: Session, scope: OneDeployment | None, deployment_id: uuid.UUID, *, now: datetime) -> None:
    """Let launches of this deployment in, and keep what was promised there while it was closed.

    Raises:
        NotFound: no such deployment, or not the one of this administrator.
        NotAllowed: an administrator of one deployment; only who runs the service decides.
    """
    let_in(tx, _deployment(tx, scope, deployment_id), now=now)


def hold(tx: Session, scope: OneDeployment | None, deployment_id: uuid.UUID) -> None:
    """Let launches of this deployment in no more, and send nothing there; what it brought stays.

    Raises:
        NotFound: no such deployment, or not the one of this administrator.
        NotAllowed: an administrator of one deployment. Closing it would close their own way in, and opening it again
            would undo what who runs the service decided. To stop, they switch the tool off in their platform.
    """
    _deployment(tx, scope, deployment_id).state = DeploymentState.HELD


def try_again(tx: Session, scope: OneDeployment | None, message_id: uuid.UUID | None, *, now: datetime) -> int:
    """Have one promise tried again now, or all that were given up; returns how many.

    Raises:
        NotFound: no such promise, or not of this administrator's deployment.
    """
    is_met = OutboxMessage.last_error.not_in(("", CLOSED))
    query = (
        select(OutboxMessage.id, OutboxMessage.state)
        .where(seen_by(scope).promises, or_(OutboxMessage.state == MessageState.DEAD, is_met))
        .order_by(OutboxMessage.coalesce_key)
    )
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


def invite(tx: Session, scope: OneDeployment | None, *, note: str, days: int = DAYS, now: datetime) -> NewInvitation:
    """Make an address to register a platform with. Only for the whole service: another school is not theirs to let in.

    Raises:
        NotAllowed: an administrator of one deployment.
        InputInvalid: not 1 to 60 days.
    """
    if scope is not None:
        raise NotAllowed("one-deployment-only")
    return make_invitation(tx, InvitationPurpose.REGISTER, note=note, days=days, now=now)


def withdraw(tx: Session, scope: OneDeployment | None, invitation_id: uuid.UUID) -> None:
    """Take an invitation back that nobody used.

    Raises:
        NotAllowed: an administrator of one deployment.
    """
    if scope is not None:
        raise NotAllowed("one-deployment-only")
    withdraw_invitation(tx, invitation_id)


def _deployment(tx: Session, scope: OneDeployment | None, deployment_id: uuid.UUID) -> Deployment:
    query = select(Deployment).where(seen_by(scope).deployments, Deployment.id == deployment_id)
    deployment = tx.execute(query.with_for_update()).scalar_one_or_none()
    if deployment is None:
        raise NotFound("deployment")
    if scope is not None:
        raise NotAllowed("one-deployment-only")
    return deployment
