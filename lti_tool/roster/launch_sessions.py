"""Launch sessions: what a person may do after one launch, proved by a cookie or by the address itself.

The launch decides which. A browser that proved itself by a cookie keeps cookies, so only the session's cookie counts
and a copied address is worth nothing. A browser that proved itself in another way gets an address that is a capability
of two hours; the next launch of the same person in the same place ends it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from config.errors import ToolError
from config.forgetting import delete_some
from config.ids import digest, new_id, new_secret
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.deployment_origins import origins_of_deployment
from lti_tool.roster.models import Context, Deployment, DeploymentState, Membership, Person, Registration
from lti_tool.roster.places import OUTSIDE_COURSES
from lti_tool.roster.session_models import LaunchSession, SessionProof

COOKIE_LIFETIME = timedelta(hours=8)
ADDRESS_LIFETIME = timedelta(hours=2)
MOST_SESSIONS_IN_A_BROWSER = 12
"""A launch session's cookie has some 90 bytes; servers refuse request headers beyond 8 kB."""


class SessionEnd(StrEnum):
    """Why a session does not open a page."""

    UNKNOWN = "session-unknown"
    EXPIRED = "session-expired"
    OTHER_BROWSER = "session-other-browser"
    HELD = "session-held"
    """Of a place that was closed; it opens again when that is."""


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
class Wishes:
    """How the person, or their platform, wants pages to be."""

    time_zone: str = ""
    """An IANA name, not looked up yet; empty where none was told."""
    has_high_contrast: bool = False
    hides_numbers: bool = False
    """No points: the platform restricts quantitative data."""


@dataclass(frozen=True)
class CurrentSession:
    """Who looks, where, as what: what every page under /s/ knows."""

    id: uuid.UUID
    address: str
    person_id: uuid.UUID
    context_id: uuid.UUID
    resource_link_id: uuid.UUID | None
    role: PrincipalRole
    locale: str
    wishes: Wishes = Wishes()
    is_administrator: bool = False
    for_person_id: uuid.UUID | None = None
    """Whose work a submission review is about."""
    is_in_course: bool = True
    """False for who came from a place of the platform that is in no course: they see what is theirs in all courses."""


def open_session(
    tx: Session,
    *,
    person_id: uuid.UUID,
    context_id: uuid.UUID,
    resource_link_id: uuid.UUID | None,
    role: PrincipalRole,
    proof: SessionProof,
    locale: str,
    now: datetime,
    wishes: Wishes = Wishes(),
    is_administrator: bool = False,
    for_person_id: uuid.UUID | None = None,
) -> OpenedSession:
    """Begin a session after a launch that was proved in this way.

    Ends this person's earlier address-proved sessions of the same link; of the same course, where one is for picking.
    """
    tx.execute(
        update(LaunchSession)
        .where(
            LaunchSession.person_id == person_id,
            LaunchSession.context_id == context_id,
            LaunchSession.resource_link_id == resource_link_id,
            LaunchSession.proof == SessionProof.ADDRESS,
            LaunchSession.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    address, cookie = new_secret(), new_secret()
    lifetime = COOKIE_LIFETIME if proof == SessionProof.COOKIE else ADDRESS_LIFETIME
    row = LaunchSession(
        id=new_id(),
        address_digest=digest(address),
        cookie_digest=digest(cookie),
        proof=proof,
        person_id=person_id,
        context_id=context_id,
        resource_link_id=resource_link_id,
        role=role,
        locale=locale,
        is_administrator=is_administrator,
        for_person_id=for_person_id,
        time_zone=wishes.time_zone,
        has_high_contrast=wishes.has_high_contrast,
        hides_numbers=wishes.hides_numbers,
        created_at=now,
        expires_at=now + lifetime,
    )
    tx.add(row)
    tx.flush()
    return OpenedSession(row.id, address, cookie, lifetime)


@dataclass(frozen=True)
class FoundSession:
    """The row behind an address, where it came from, and what that place and the person's role there are by now."""

    row: LaunchSession
    registration: Registration
    role_now: str
    external_context_id: str
    deployment_state: str
    origins: tuple[str, ...]
    """The hosts of the school, beside those of its platform, where schools have their own."""


def find_session(tx: Session, address: str) -> FoundSession | None:
    """Return what is known of an address, whatever its state."""
    found = tx.execute(
        select(LaunchSession, Registration, Membership.role, Context.external_context_id, Deployment)
        .join(Person, Person.id == LaunchSession.person_id)
        .join(Registration, Registration.id == Person.registration_id)
        .join(Context, Context.id == LaunchSession.context_id)
        .join(Deployment, Deployment.id == Context.deployment_id)
        .join(
            Membership,
            and_(Membership.person_id == Person.id, Membership.context_id == LaunchSession.context_id),
        )
        .where(LaunchSession.address_digest == digest(address))
    ).one_or_none()
    if found is None:
        return None
    row, registration, role_now, external_context_id, deployment = found
    origins = origins_of_deployment(tx, registration, deployment.id)
    return FoundSession(row, registration, role_now, external_context_id, deployment.state, origins)


def check_session(found: FoundSession | None, address: str, *, cookie: str | None, now: datetime) -> CurrentSession:
    """Return the session if this request proves it.

    Raises:
        SessionRefused: unknown, ended or expired; begun with a role that a later launch took away; without the
            cookie that it is bound to; or of a deployment that was closed meanwhile.
    """
    if found is None:
        raise SessionRefused(SessionEnd.UNKNOWN)
    row = found.row
    if row.ended_at is not None or row.expires_at <= now or row.role != found.role_now:
        raise SessionRefused(SessionEnd.EXPIRED)
    if row.proof == SessionProof.COOKIE and (cookie is None or digest(cookie) != row.cookie_digest):
        raise SessionRefused(SessionEnd.OTHER_BROWSER)
    if found.deployment_state != DeploymentState.ACTIVE:
        raise SessionRefused(SessionEnd.HELD)
    return CurrentSession(
        id=row.id,
        address=address,
        person_id=row.person_id,
        context_id=row.context_id,
        resource_link_id=row.resource_link_id,
        role=PrincipalRole(row.role),
        locale=row.locale,
        wishes=Wishes(row.time_zone, row.has_high_contrast, row.hides_numbers),
        is_administrator=row.is_administrator,
        for_person_id=row.for_person_id,
        is_in_course=found.external_context_id != OUTSIDE_COURSES,
    )


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


def forget_old_sessions(tx: Session, *, now: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` sessions that expired more than a day ago; returns how many."""
    return delete_some(tx, LaunchSession.id, LaunchSession.expires_at < now - timedelta(days=1), limit=limit)
