"""Launch sessions: what a person may do after one launch, proved by a cookie or by the address itself.

The first request decides. If the cookie arrived with it, only the cookie counts from then on, and a copied address is
worth nothing. If the browser keeps no cookies in frames, the address is a capability of two hours; the next launch of
the same person in the same place ends it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from config.errors import ToolError
from config.ids import digest, new_id, new_secret
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.models import LaunchSession, Person, Registration, SessionProof

COOKIE_LIFETIME = timedelta(hours=8)
ADDRESS_LIFETIME = timedelta(hours=2)
MOST_SESSIONS_IN_A_BROWSER = 12
"""A launch session's cookie has some 90 bytes; servers refuse request headers beyond 8 kB."""


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


def find_session_row(tx: Session, address: str) -> tuple[LaunchSession, Registration] | None:
    """Return the row behind an address, whatever its state, and the platform it came from."""
    row = tx.execute(
        select(LaunchSession, Registration)
        .join(Person, Person.id == LaunchSession.person_id)
        .join(Registration, Registration.id == Person.registration_id)
        .where(LaunchSession.address_digest == digest(address))
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def check_session(row: LaunchSession | None, address: str, *, cookie: str | None, now: datetime) -> CurrentSession:
    """Return the session if this request proves it.

    Raises:
        SessionRefused: unknown, ended or expired, or without the cookie that this session is bound to.
    """
    if row is None:
        raise SessionRefused(SessionEnd.UNKNOWN)
    if row.ended_at is not None or row.expires_at <= now:
        raise SessionRefused(SessionEnd.EXPIRED)
    if row.proof == SessionProof.COOKIE and not is_cookie_of(row, cookie):
        raise SessionRefused(SessionEnd.OTHER_BROWSER)
    return CurrentSession(
        row.id, address, row.person_id, row.context_id, row.resource_link_id, PrincipalRole(row.role), row.locale
    )


def decide_proof(tx: Session, row: LaunchSession, *, cookie: str | None) -> SessionProof:
    """Settle, once, what proves this session from now on: the first request decides, and later ones follow."""
    if is_cookie_of(row, cookie):
        proof, lifetime = SessionProof.COOKIE, COOKIE_LIFETIME
    else:
        proof, lifetime = SessionProof.ADDRESS, ADDRESS_LIFETIME
    decided = tx.execute(
        update(LaunchSession)
        .where(LaunchSession.id == row.id, LaunchSession.proof == SessionProof.UNDECIDED)
        .values(proof=proof, expires_at=row.created_at + lifetime)
        .returning(LaunchSession.proof)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if decided is None:
        decided = tx.execute(select(LaunchSession.proof).where(LaunchSession.id == row.id)).scalar_one()
    return SessionProof(decided)


def sessions_to_drop(tx: Session, session_ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Return which of a browser's sessions it need not carry any more, so that its cookies fit in a request.

    The newest few stay, ended ones go, and unknown ones go.
    """
    if len(session_ids) < MOST_SESSIONS_IN_A_BROWSER:
        return []
    kept = set(
        tx.execute(
            select(LaunchSession.id)
            .where(LaunchSession.id.in_(session_ids), LaunchSession.ended_at.is_(None))
            .order_by(LaunchSession.created_at.desc())
            .limit(MOST_SESSIONS_IN_A_BROWSER - 1)
        ).scalars()
    )
    return [session_id for session_id in session_ids if session_id not in kept]


def forget_old_sessions(tx: Session, *, now: datetime) -> int:
    """Delete sessions that ended or expired more than a day ago; returns how many."""
    limit = now - timedelta(days=1)
    result = tx.execute(delete(LaunchSession).where(LaunchSession.expires_at < limit))
    return int(result.rowcount)  # type: ignore[attr-defined]


def is_cookie_of(row: LaunchSession, cookie: str | None) -> bool:
    """Say whether this is the session's own cookie."""
    return cookie is not None and digest(cookie) == row.cookie_digest
