"""Invitations: addresses that open one thing once, for an administrator. Of their secret only a digest is kept."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from config.errors import InputInvalid, ToolError
from config.forgetting import delete_some
from config.ids import digest, new_id, new_secret
from config.typed_text import one_line
from lti_tool.roster.models import Registration
from lti_tool.roster.platform_models import AttemptState, Invitation, InvitationPurpose, RegistrationAttempt

DAYS = 7
MOST_DAYS = 60
MOST_ATTEMPTS = 20
"""Of one invitation: who opens it again and again does not fill the table."""
_KEPT_AFTER_END = timedelta(days=30)
_LONGEST_NOTE = 200


class InvitationRefused(ToolError):
    """An address that opens nothing. The code is `unknown`, `used` or `expired`."""


@dataclass(frozen=True)
class NewInvitation:
    """An invitation with its secret, which nobody can see again."""

    id: uuid.UUID
    secret: str = field(repr=False)
    expires_at: datetime


def make_invitation(
    tx: Session, purpose: InvitationPurpose, *, note: str = "", days: int = DAYS, now: datetime
) -> NewInvitation:
    """Make an invitation that can be used for so many days; `note` says whom it is for.

    Raises:
        InputInvalid: a number of days that is not 1 to 60.
    """
    if not 1 <= days <= MOST_DAYS:
        raise InputInvalid("days", field="days", detail=f"1 to {MOST_DAYS}")
    secret = new_secret()
    row = Invitation(
        id=new_id(),
        purpose=purpose,
        secret_digest=digest(secret),
        note=one_line(note)[:_LONGEST_NOTE],
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    tx.add(row)
    tx.flush()
    return NewInvitation(row.id, secret, row.expires_at)


def find_invitation(tx: Session, secret: str, purpose: InvitationPurpose, *, now: datetime) -> Invitation:
    """Return the invitation that this secret opens now.

    Raises:
        InvitationRefused: `unknown` (also one for another purpose), `used` or `expired`.
    """
    row = tx.execute(
        select(Invitation).where(Invitation.secret_digest == digest(secret), Invitation.purpose == purpose)
    ).scalar_one_or_none()
    if row is None:
        raise InvitationRefused("unknown")
    if row.used_at is not None:
        raise InvitationRefused("used")
    if row.expires_at <= now:
        raise InvitationRefused("expired")
    return row


def use_invitation(tx: Session, invitation_id: uuid.UUID, *, now: datetime) -> None:
    """Use it up; of two that come at once exactly one gets through.

    Raises:
        InvitationRefused: `used`, when it was used or its time was over.
    """
    used = tx.execute(
        update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.used_at.is_(None), Invitation.expires_at > now)
        .values(used_at=now)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if used is None:
        raise InvitationRefused("used")


def list_invitations(tx: Session, purpose: InvitationPurpose, *, now: datetime) -> list[Invitation]:
    """Return those that can still be used, the newest first."""
    return list(
        tx.execute(
            select(Invitation)
            .where(Invitation.purpose == purpose, Invitation.used_at.is_(None), Invitation.expires_at > now)
            .order_by(Invitation.created_at.desc())
        ).scalars()
    )


def withdraw_invitation(tx: Session, invitation_id: uuid.UUID) -> None:
    """Take an invitation back that was not used; one that was is left alone."""
    tx.execute(delete(Invitation).where(Invitation.id == invitation_id, Invitation.used_at.is_(None)))


def begin_attempt(tx: Session, invitation_id: uuid.UUID, *, reference: str, now: datetime) -> uuid.UUID:
    """Keep that somebody began a registration; the oldest ones of the invitation that came to nothing make room."""
    nothing = (
        tx.execute(
            select(RegistrationAttempt.id)
            .where(
                RegistrationAttempt.invitation_id == invitation_id,
                RegistrationAttempt.state.in_((AttemptState.BEGUN, AttemptState.FAILED)),
                RegistrationAttempt.client_id == "",
            )
            .order_by(RegistrationAttempt.begun_at.desc())
            .offset(MOST_ATTEMPTS - 1)
        )
        .scalars()
        .all()
    )
    if nothing:
        tx.execute(delete(RegistrationAttempt).where(RegistrationAttempt.id.in_(nothing)))
    attempt = RegistrationAttempt(
        id=new_id(), invitation_id=invitation_id, reference=reference, state=AttemptState.BEGUN, begun_at=now
    )
    tx.add(attempt)
    tx.flush()
    return attempt.id


def fail_attempt(
    tx: Session, attempt_id: uuid.UUID, *, problem: str, reference: str, client_id: str = "", now: datetime
) -> None:
    """Keep why it stopped, with the number that the person sees now."""
    attempt = tx.get(RegistrationAttempt, attempt_id)
    if attempt is None or attempt.state == AttemptState.DONE:
        return
    attempt.state, attempt.problem, attempt.reference, attempt.ended_at = AttemptState.FAILED, problem, reference, now
    attempt.client_id = client_id or attempt.client_id


def send_attempt(tx: Session, attempt_id: uuid.UUID) -> bool:
    """Mark that the platform is being asked; False when it was asked before, so that it is asked once."""
    marked = tx.execute(
        update(RegistrationAttempt)
        .where(RegistrationAttempt.id == attempt_id, RegistrationAttempt.state == AttemptState.BEGUN)
        .values(state=AttemptState.SENT)
        .returning(RegistrationAttempt.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    return marked is not None


def finish_attempt(
    tx: Session, attempt_id: uuid.UUID, registration: Registration, *, reference: str, now: datetime
) -> None:
    """Keep that it came to a registration."""
    attempt = tx.get_one(RegistrationAttempt, attempt_id)
    attempt.state, attempt.problem, attempt.ended_at = AttemptState.DONE, "", now
    attempt.client_id, attempt.registration_id, attempt.reference = registration.client_id, registration.id, reference


def list_attempts(tx: Session, *, limit: int = 50) -> list[RegistrationAttempt]:
    """Return the newest attempts."""
    return list(
        tx.execute(select(RegistrationAttempt).order_by(RegistrationAttempt.begun_at.desc()).limit(limit)).scalars()
    )


def forget_old_invitations(tx: Session, *, now: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` invitations, with their attempts, whose time was over a month ago; returns how many."""
    return delete_some(tx, Invitation.id, Invitation.expires_at < now - _KEPT_AFTER_END, limit=limit)
