"""Launch sessions: what a person may do after one launch, proved by a cookie or by the address itself.

The first request decides. If the cookie arrived with it, only the cookie counts from then on, and a copied address is
worth nothing. If the browser keeps no cookies in frames, the address is a capability of two hours; the next launch of
the same person in the same place ends it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from config.errors import ToolError
from config.ids import digest, new_id, new_secret
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.models import LaunchSession, SessionProof

COOKIE_LIFETIME = timedelta(hours=8)
ADDRESS_LIFETIME = timedelta(hours=2)


class SessionEnd(StrEnum):
    """Why a session does not open a page."""

    UNKNOWN = "session-unknown"
    EXPIRED = "session-expired"
    OTHER_BROWSER = "session-other-browser"


class SessionRefused(ToolError):
    """The address does not open a page (any more)."""

    def __init__(self, end: SessionEnd) -> None:
        super().__init__(end)
        self.end = end


@dataclass(frozen=True)
class OpenedSession:
    """A new session; `address` and `cookie` go to the browser and are kept here as digests only."""

    id: uuid.UUID
    address: str
    cookie: str
    lifetime: timedelta


@dataclass(frozen=True)
class CurrentSession:
    """Who looks, where, as what: what every page under /s/ knows."""

    id: uuid.UUID
    address: str
    person_id: uuid.UUID
    context_id: uuid.UUID
    resource_link_id: uuid.UUID
    role: PrincipalRole
    locale: str


def open_session(
    tx: Session,
    *,
    person_id: uuid.UUID,
    context_id: uuid.UUID,
    resource_link_id: uuid.UUID,
    role: PrincipalRole,
    locale: str,
    now: datetime,
) -> OpenedSession:
    """Begin a session after a launch; ends this person's earlier address-proved sessions of the same link."""
    tx.execute(
        update(LaunchSession)
        .where(
            LaunchSession.person_id == person_id,
            LaunchSession.resource_link_id == resource_link_id,
            LaunchSession.proof != SessionProof.COOKIE,
            LaunchSession.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    address, cookie = new_secret(), new_secret()
    row = LaunchSession(
        id=new_id(),
        address_digest=digest(address),
        cookie_digest=digest(cookie),
        proof=SessionProof.UNDECIDED,
        person_id=person_id,
        context_id=context_id,
        resource_link_id=resource_link_id,
        role=role,
        locale=locale,
        created_at=now,
        expires_at=now + ADDRESS_LIFETIME,
    )
    tx.add(row)
    tx.flush()
    return OpenedSession(row.id, address, cookie, COOKIE_LIFETIME)


def find_session_row(tx: Session, address: str) -> LaunchSession | None:
    """Return the row behind an address, whatever its state."""
    return tx.execute(select(LaunchSession).where(LaunchSession.address_digest == digest(address))).scalar_one_or_none()


def check_session(row: LaunchSession | None, address: str, *, cookie: str | None, now: datetime) -> CurrentSession:
    """Return the session if this request proves it.

    Raises:
        SessionRefused: unknown, ended or expired, or without the cookie that this session is bound to.
    """
    if row is None:
        raise SessionRefused(SessionEnd.UNKNOWN)
    if row.ended_at is not None or row.expires_at <= now:
        raise SessionRefused(SessionEnd.EXPIRED)
    if row.proof == SessionProof.COOKIE and not _is_cookie_of(row, cookie):
        raise SessionRefused(SessionEnd.OTHER_BROWSER)
    return CurrentSession(
        row.id, address, row.person_id, row.context_id, row.resource_link_id, PrincipalRole(row.role), row.locale
    )


def decide_proof(tx: Session, row_id: uuid.UUID, *, cookie: str | None) -> SessionProof:
    """Settle, once, what proves this session from now on: the first request decides, and later ones follow."""
    row = tx.execute(select(LaunchSession).where(LaunchSession.id == row_id).with_for_update()).scalar_one()
    if row.proof == SessionProof.UNDECIDED:
        if _is_cookie_of(row, cookie):
            row.proof = SessionProof.COOKIE
            row.expires_at = row.created_at + COOKIE_LIFETIME
        else:
            row.proof = SessionProof.ADDRESS
            row.expires_at = row.created_at + ADDRESS_LIFETIME
    return SessionProof(row.proof)


def forget_old_sessions(tx: Session, *, now: datetime) -> int:
    """Delete sessions that ended or expired more than a day ago; returns how many."""
    limit = now - timedelta(days=1)
    result = tx.execute(delete(LaunchSession).where(LaunchSession.expires_at < limit))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _is_cookie_of(row: LaunchSession, cookie: str | None) -> bool:
    return cookie is not None and digest(cookie) == row.cookie_digest
