"""Which logins have had their launch: a state counts once.

Nothing is written before a launch has been verified, so nobody can fill the table without a platform's signature.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.forgetting import delete_some
from config.ids import digest
from config.upsert import insert_unless_present
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.roster.models import Registration
from lti_tool.roster.session_models import UsedLogin


def registration_of_unused_login(tx: Session, registration_id: uuid.UUID, state: str) -> Registration:
    """Return the registration that a login names, as long as no launch with its state has come.

    Raises:
        LaunchRefused: the state was used before, or there is no such registration.
    """
    found = tx.execute(
        select(Registration, UsedLogin.state_digest)
        .outerjoin(UsedLogin, UsedLogin.state_digest == digest(state))
        .where(Registration.id == registration_id)
    ).one_or_none()
    if found is None:
        raise LaunchRefused(LaunchRefusal.UNREGISTERED_PLATFORM)
    if found.state_digest is not None:
        raise LaunchRefused(LaunchRefusal.STATE_USED)
    return found[0]


def use_login(tx: Session, state: str, *, expires_at: datetime) -> None:
    """Use the state up; of two launches with one state exactly one gets through.

    Raises:
        LaunchRefused: when it was used before.
    """
    values = {"state_digest": digest(state), "expires_at": expires_at}
    if insert_unless_present(tx, UsedLogin, values, key=("state_digest",)) is None:
        raise LaunchRefused(LaunchRefusal.STATE_USED)


def forget_old_logins(tx: Session, *, now: datetime, limit: int = 1000) -> int:
    """Delete up to `limit` states that have expired anyway; returns how many."""
    return delete_some(tx, UsedLogin.state_digest, UsedLogin.expires_at < now, limit=limit)
