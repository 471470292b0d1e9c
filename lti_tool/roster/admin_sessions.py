"""Sessions of the admin console: of one registration, opened by a launch, or of the whole service, by an invitation."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config.forgetting import delete_some
from config.ids import digest, new_id, new_secret
from lti_tool.roster.launch_sessions import OpenedSession, SessionEnd, SessionRefused
from lti_tool.roster.models import LaunchSession, Registration, SessionProof
from lti_tool.roster.platform_models import AdminSession

LIFETIME = timedelta(hours=2)


@dataclass(frozen=True)
class CurrentAdmin:
    """Who administers what: one registration, or everything where `registration_id` is None."""

    id: uuid.UUID
    address: str
    registration_id: uuid.UUID | None
    locale: str


@dataclass(frozen=True)
class FoundAdmin:
    """A session as it is kept, the platform that may frame it, and whether the person still administers that."""

    row: AdminSession
    registration: Registration | None
    administers_now: bool = True


def open_admin_session(
    tx: Session,
    *,
    registration_id: uuid.UUID | None,
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
        registration_id=registration_id,
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
        select(AdminSession, Registration)
        .outerjoin(Registration, Registration.id == AdminSession.registration_id)
        .where(AdminSession.address_digest == digest(address))
    ).one_or_none()
    if found is None:
        return None
    person_id = found[0].person_id
    return FoundAdmin(found[0], found[1], person_id is None or administers_now(tx, person_id))


def administers_now(tx: Session, person_id: uuid.UUID) -> bool:
    """Say whether this person administers their platform, by their newest launch there: rights can be taken away."""
    newest = (
        select(LaunchSession.is_administrator)
        .where(LaunchSession.person_id == person_id)
        .order_by(LaunchSession.created_at.desc(), LaunchSession.is_administrator.desc())
        .limit(1)
    )
    return bool(tx.execute(newest).scalar_one_or_none())


def check_admin(found: FoundAdmin | None, address: str, *, cookie: str | None, now: datetime) -> CurrentAdmin:
    """Return the session if this request proves it.

    Raises:
        SessionRefused: unknown, ended or expired, of somebody whose later launch says that they administer nothing,
            or without the cookie that it is bound to.
    """
    if found is None:
        raise SessionRefused(SessionEnd.UNKNOWN)
    row = found.row
    if row.ended_at is not None or row.expires_at <= now or not found.administers_now:
        raise SessionRefused(SessionEnd.EXPIRED)
    if row.proof == SessionProof.COOKIE and (cookie is None or digest(cookie) != row.cookie_digest):
        raise SessionRefused(SessionEnd.OTHER_BROWSER)
    return CurrentAdmin(row.id, address, row.registration_id, row.locale)


def end_admin_session(tx: Session, session_id: uuid.UUID, *, now: datetime) -> None:
    """End a session at once."""
    tx.execute(update(AdminSession).where(AdminSession.id == session_id).values(ended_at=now))


def forget_old_admin_sessions(tx: Session, *, now: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` sessions that expired more than a day ago; returns how many."""
    return delete_some(tx, AdminSession.id, AdminSession.expires_at < now - timedelta(days=1), limit=limit)
