"""Login attempts: state and nonce issued here, bound to a browser, used once, forgotten after ten minutes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from config.ids import digest, new_id, new_secret
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.login import LoginInitiation
from lti_tool.roster.models import LoginAttempt, Registration

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class Attempt:
    """A login attempt as the pages use it; `state` is what travels, the table keeps its digest."""

    id: uuid.UUID
    state: str
    nonce: str
    registration: Registration
    external_deployment_id: str
    login: LoginInitiation


def add_attempt(
    tx: Session, registration: Registration, login: LoginInitiation, *, browser: str, now: datetime
) -> Attempt:
    """Issue state and nonce for this login, bound to the browser's cookie value."""
    state = new_secret()
    row = LoginAttempt(
        id=new_id(),
        state_digest=digest(state),
        nonce=new_secret(),
        registration_id=registration.id,
        external_deployment_id=login.deployment_id or "",
        target_link_uri=login.target_link_uri,
        login_hint=login.login_hint,
        message_hint=login.lti_message_hint or "",
        browser_digest=digest(browser),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    tx.add(row)
    tx.flush()
    return _attempt(row, state, registration)


def get_attempt(tx: Session, state: str, *, browser: str | None, now: datetime) -> Attempt:
    """Return the attempt that this state belongs to, for this browser.

    Raises:
        LaunchRefused: unknown, used or expired state, or the state of another browser (`browser` is the value of
            its cookie; None when it sent none).
    """
    found = tx.execute(
        select(LoginAttempt, Registration)
        .join(Registration, Registration.id == LoginAttempt.registration_id)
        .where(LoginAttempt.state_digest == digest(state))
    ).one_or_none()
    if found is None:
        raise LaunchRefused(LaunchRefusal.state_unknown)
    row, registration = found
    if row.used_at is not None:
        raise LaunchRefused(LaunchRefusal.state_used)
    if row.expires_at <= now:
        raise LaunchRefused(LaunchRefusal.state_expired)
    if browser is None or digest(browser) != row.browser_digest:
        raise LaunchRefused(LaunchRefusal.other_browser)
    return _attempt(row, state, registration)


def renew_attempt(tx: Session, state: str, *, browser: str, now: datetime) -> Attempt:
    """Begin the same login again in another window: new state, new nonce, that window's cookie.

    Nothing secret is carried over: whoever began the first attempt cannot finish the second.

    Raises:
        LaunchRefused: unknown, used or expired state.
    """
    found = tx.execute(
        select(LoginAttempt, Registration)
        .join(Registration, Registration.id == LoginAttempt.registration_id)
        .where(LoginAttempt.state_digest == digest(state))
    ).one_or_none()
    if found is None:
        raise LaunchRefused(LaunchRefusal.state_unknown)
    row, registration = found
    if row.expires_at <= now:
        raise LaunchRefused(LaunchRefusal.state_expired)
    use_attempt(tx, row.id, now=now)
    return add_attempt(tx, registration, _attempt(row, state, registration).login, browser=browser, now=now)


def find_registration_of_state(tx: Session, state: str, *, now: datetime) -> Registration | None:
    """Return the platform that an open attempt belongs to."""
    return tx.execute(
        select(Registration)
        .join(LoginAttempt, LoginAttempt.registration_id == Registration.id)
        .where(
            LoginAttempt.state_digest == digest(state),
            LoginAttempt.used_at.is_(None),
            LoginAttempt.expires_at > now,
        )
    ).scalar_one_or_none()


def use_attempt(tx: Session, attempt_id: uuid.UUID, *, now: datetime) -> None:
    """Use the attempt up; of two launches with one state exactly one gets through.

    Raises:
        LaunchRefused: when it was used meanwhile.
    """
    used = tx.execute(
        update(LoginAttempt)
        .where(LoginAttempt.id == attempt_id, LoginAttempt.used_at.is_(None))
        .values(used_at=now)
        .returning(LoginAttempt.id)
    ).scalar_one_or_none()
    if used is None:
        raise LaunchRefused(LaunchRefusal.state_used)


def forget_old_attempts(tx: Session, *, now: datetime) -> int:
    """Delete attempts that can no longer be used by anybody; returns how many."""
    result = tx.execute(delete(LoginAttempt).where(LoginAttempt.expires_at < now - LIFETIME))
    return int(result.rowcount)  # type: ignore[attr-defined]


def _attempt(row: LoginAttempt, state: str, registration: Registration) -> Attempt:
    login = LoginInitiation(
        issuer=registration.issuer,
        login_hint=row.login_hint,
        target_link_uri=row.target_link_uri,
        client_id=registration.client_id,
        deployment_id=row.external_deployment_id or None,
        lti_message_hint=row.message_hint or None,
    )
    return Attempt(row.id, state, row.nonce, registration, row.external_deployment_id, login)
