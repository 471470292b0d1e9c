"""Sessions of the admin console: of one deployment, opened by a launch, or of the whole service, by an invitation."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config.forgetting import delete_some
from config.ids import digest, new_id, new_secret
from lti_tool.roster.deployment_origins import origins_of_deployment
from lti_tool.roster.launch_sessions import OpenedSession, SessionEnd, SessionRefused
from lti_tool.roster.models import Context, Deployment, DeploymentState, Person, Registration
from lti_tool.roster.platform_models import AdminSession
from lti_tool.roster.session_models import LaunchSession, SessionProof

LIFETIME = timedelta(hours=2)


@dataclass(frozen=True)
class OneDeployment:
    """What somebody administers who came by a launch: the place where the tool is installed at their school.

    Other schools can have theirs under the same registration.
    """

    id: uuid.UUID
    registration_id: uuid.UUID


@dataclass(frozen=True)
class CurrentAdmin:
    """Who administers what: one deployment, or everything where `scope` is None."""

    id: uuid.UUID
    address: str
    scope: OneDeployment | None
    locale: str


@dataclass(frozen=True)
class FoundAdmin:
    """A session as it is kept, the platform that may frame it, and whether the person still administers that."""

    row: AdminSession
    registration: Registration | None
    deployment_state: str | None = None
    """None for the whole service."""
    administers_now: bool = True
    origins: tuple[str, ...] = ()
    """The hosts of the school, beside those of its platform, where schools have their own."""


def open_admin_session(
    tx: Session,
    *,
    scope: OneDeployment | None,
    person_id: uuid.UUID | None,
    proof: SessionProof,
    locale: str,
    now: datetime,
) -> OpenedSession:
    """Begin a session; ends the earlier ones of the same person that only an address proves."""
    if person_id is not None:
        tx.execute(
            update(AdminSession)
            .where(
                AdminSession.person_id == person_id,
                AdminSession.proof == SessionProof.ADDRESS,
                AdminSession.ended_at.is_(None),
            )
            .values(ended_at=now)
        )
    address, cookie = new_secret(), new_secret()
    row = AdminSession(
        id=new_id(),
        address_digest=digest(address),
        cookie_digest=digest(cookie),
        proof=proof,
        registration_id=scope.registration_id if scope else None,
        deployment_id=scope.id if scope else None,
        person_id=person_id,
        locale=locale,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    tx.add(row)
    tx.flush()
    return OpenedSession(row.id, address, cookie, LIFETIME)


def find_admin(tx: Session, address: str) -> FoundAdmin | None:
    """Return the session of an address, whether it still opens anything or not."""
    found = tx.execute(
        select(AdminSession, Registration, Deployment.state)
        .outerjoin(Registration, Registration.id == AdminSession.registration_id)
        .outerjoin(Deployment, Deployment.id == AdminSession.deployment_id)
        .where(AdminSession.address_digest == digest(address))
    ).one_or_none()
    if found is None:
        return None
    row, registration, state = found
    if row.person_id is None or row.deployment_id is None or registration is None:
        return FoundAdmin(row, registration)
    return FoundAdmin(
        row,
        registration,
        deployment_state=state,
        administers_now=administers_now(tx, row.person_id, row.deployment_id),
        origins=origins_of_deployment(tx, registration, row.deployment_id),
    )


def administers_now(tx: Session, person_id: uuid.UUID, deployment_id: uuid.UUID) -> bool:
    """Say whether this person administers this place, by their newest launch there: rights can be taken away.

    What they are at another school of the same registration says nothing about this one.
    """
    newest = (
        select(LaunchSession.is_administrator)
        .join(Context, Context.id == LaunchSession.context_id)
        .where(LaunchSession.person_id == person_id, Context.deployment_id == deployment_id)
        .order_by(LaunchSession.created_at.desc(), LaunchSession.is_administrator.desc())
        .limit(1)
    )
    return bool(tx.execute(newest).scalar_one_or_none())


def check_admin(found: FoundAdmin | None, address: str, *, cookie: str | None, now: datetime) -> CurrentAdmin:
    """Return the session if this request proves it.

    Raises:
        SessionRefused: unknown, ended or expired, of somebody whose later launch says that they administer nothing,
            without the cookie that it is bound to, or of a deployment that was closed.
    """
    if found is None:
        raise SessionRefused(SessionEnd.UNKNOWN)
    row = found.row
    if row.ended_at is not None or row.expires_at <= now or not found.administers_now:
        raise SessionRefused(SessionEnd.EXPIRED)
    if row.proof == SessionProof.COOKIE and (cookie is None or digest(cookie) != row.cookie_digest):
        raise SessionRefused(SessionEnd.OTHER_BROWSER)
    if found.deployment_state not in {None, DeploymentState.ACTIVE}:
        raise SessionRefused(SessionEnd.HELD)
    scope = None
    if row.registration_id is not None:
        if row.deployment_id is None:
            # The release before this one opened it: for a whole registration, which several schools can share.
            raise SessionRefused(SessionEnd.EXPIRED)
        scope = OneDeployment(row.deployment_id, row.registration_id)
    return CurrentAdmin(row.id, address, scope, row.locale)


def choose_admin_locale(tx: Session, session_id: uuid.UUID, locale: str) -> None:
    """Keep the language that this administrator chose; of who came by a launch, for later launches too."""
    row = tx.get_one(AdminSession, session_id)
    row.locale = locale
    if row.person_id is not None:
        tx.get_one(Person, row.person_id).locale = locale


def end_admin_session(tx: Session, session_id: uuid.UUID, *, now: datetime) -> None:
    """End a session at once."""
    tx.execute(update(AdminSession).where(AdminSession.id == session_id).values(ended_at=now))


def forget_old_admin_sessions(tx: Session, *, now: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` sessions that expired more than a day ago; returns how many."""
    return delete_some(tx, AdminSession.id, AdminSession.expires_at < now - timedelta(days=1), limit=limit)
