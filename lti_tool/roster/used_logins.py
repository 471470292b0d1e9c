"""Which logins have had their launch: a state counts once.

Nothing is written before a launch has been verified, so nobody can fill the table without a platform's signature.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.forgetting import delete_some
from config.ids import digest
from config.upsert import insert_unless_present
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.roster.models import UsedLogin


def is_used(tx: Session, state: str) -> bool:
    """Say whether a launch with this state has come."""
    query = select(UsedLogin.expires_at).where(UsedLogin.state_digest == digest(state))
    return tx.execute(query).scalar_one_or_none() is not None


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
