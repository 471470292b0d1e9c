"""The state of a login: issued here, carried by the browser, bound to everything that must not change on the way.

A state names registration, deployment, target and the browser's cookie, holds the nonce, and expires; it is sealed, so
nothing has to be kept until a launch with it has been verified. The hints of the platform travel beside it, only as
far as our own next page.
https://www.imsglobal.org/spec/security/v1p0/#openid_connect_launch_flow
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from config.ids import digest, new_secret
from config.secrets import Sealer
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.login import LoginInitiation

LIFETIME = timedelta(minutes=10)
_STATE = "login-state"
_HINTS = "login-hints"


@dataclass(frozen=True)
class Login:
    """A login that waits for its launch."""

    state: str
    nonce: str
    registration_id: uuid.UUID
    external_deployment_id: str
    target_link_uri: str
    expires_at: datetime


def issue_login(
    sealer: Sealer, registration_id: uuid.UUID, initiation: LoginInitiation, *, browser: str, now: datetime
) -> Login:
    """Issue state and nonce, bound to the value of the browser's cookie."""
    nonce, expires_at = new_secret(), (now + LIFETIME).replace(microsecond=0)
    state = sealer.seal_document(
        _STATE,
        {
            "r": str(registration_id),
            "n": nonce,
            "d": initiation.deployment_id or "",
            "t": initiation.target_link_uri,
            "b": digest(browser),
            "x": int(expires_at.timestamp()),
        },
    )
    return Login(state, nonce, registration_id, initiation.deployment_id or "", initiation.target_link_uri, expires_at)


def read_login(sealer: Sealer, state: str, *, browser: str | None, now: datetime) -> Login:
    """Return the login that this state belongs to, for this browser. Whether it was used, the roster knows.

    Raises:
        LaunchRefused: a state that is not ours, an expired one, or that of another browser (`browser` is the value of
            its cookie; None when it sent none).
    """
    content = sealer.open_document(_STATE, state)
    if content is None:
        raise LaunchRefused(LaunchRefusal.STATE_UNKNOWN)
    expires_at = datetime.fromtimestamp(content["x"], UTC)
    if expires_at <= now:
        raise LaunchRefused(LaunchRefusal.STATE_EXPIRED)
    if browser is None or digest(browser) != content["b"]:
        raise LaunchRefused(LaunchRefusal.OTHER_BROWSER)
    return Login(state, content["n"], uuid.UUID(content["r"]), content["d"], content["t"], expires_at)


def seal_hints(sealer: Sealer, registration_id: uuid.UUID, initiation: LoginInitiation, *, now: datetime) -> str:
    """Return what the platform told, for our own next page: it may begin the same login again in another window."""
    return sealer.seal_document(
        _HINTS,
        {
            "r": str(registration_id),
            "i": initiation.issuer,
            "c": initiation.client_id,
            "d": initiation.deployment_id,
            "t": initiation.target_link_uri,
            "l": initiation.login_hint,
            "m": initiation.lti_message_hint,
            "x": int((now + LIFETIME).timestamp()),
        },
    )


def read_hints(sealer: Sealer, hints: str, *, now: datetime) -> tuple[uuid.UUID, LoginInitiation]:
    """Return the registration and what the platform told.

    Raises:
        LaunchRefused: hints that are not ours, or expired.
    """
    content = sealer.open_document(_HINTS, hints)
    if content is None:
        raise LaunchRefused(LaunchRefusal.STATE_UNKNOWN)
    if datetime.fromtimestamp(content["x"], UTC) <= now:
        raise LaunchRefused(LaunchRefusal.STATE_EXPIRED)
    initiation = LoginInitiation(
        issuer=content["i"],
        login_hint=content["l"],
        target_link_uri=content["t"],
        client_id=content["c"],
        deployment_id=content["d"],
        lti_message_hint=content["m"],
    )
    return uuid.UUID(content["r"]), initiation
