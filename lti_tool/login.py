"""The state of a login: issued here, carried by the browser, bound to everything that must not change on the way.

A state names registration, deployment, target and what will prove the browser, holds the nonce, and expires; it is
sealed, so nothing has to be kept until a launch with it has been verified. The hints of the platform travel beside it,
only as far as our own next page.
https://www.imsglobal.org/spec/security/v1p0/#openid_connect_launch_flow
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from config.ids import digest, new_secret
from config.secrets import Sealer
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.login import LoginInitiation

LIFETIME = timedelta(minutes=10)
_STATE = "login-state"
_HINTS = "login-hints"


class Rung(StrEnum):
    """What proves that a launch comes to the browser in which its login began: fixed when the state is issued."""

    COOKIE = "cookie"
    STORAGE = "storage"
    """A value that the platform keeps in this browser, for our pages alone."""


@dataclass(frozen=True)
class BrowserProof:
    """What a browser shows with its launch; None for what it does not."""

    cookie: str | None = None
    stored: str | None = None

    def shown_for(self, rung: Rung) -> str | None:
        """Return the one thing that counts on this rung."""
        return self.cookie if rung is Rung.COOKIE else self.stored


@dataclass(frozen=True)
class Login:
    """A login that waits for its launch."""

    state: str
    nonce: str
    registration_id: uuid.UUID
    external_deployment_id: str
    target_link_uri: str
    expires_at: datetime
    rung: Rung
    storage_target: str
    """Where the platform keeps the proof; empty on the rung of cookies."""


def issue_login(
    sealer: Sealer, registration_id: uuid.UUID, initiation: LoginInitiation, *, rung: Rung, secret: str, now: datetime
) -> Login:
    """Issue state and nonce, bound to what the browser will prove itself with: the cookie's value or the stored one."""
    content = {
        "r": str(registration_id),
        "n": new_secret(),
        "d": initiation.deployment_id or "",
        "t": initiation.target_link_uri,
        "b": digest(secret),
        "k": rung.value,
        "s": (initiation.storage_target or "") if rung is Rung.STORAGE else "",
        "x": int((now + LIFETIME).timestamp()),
    }
    return _login(sealer.seal_document(_STATE, content), content)


def read_login(sealer: Sealer, state: str, *, browser: BrowserProof, now: datetime) -> Login:
    """Return the login that this state belongs to, for this browser. Whether it was used, the roster knows.

    Raises:
        LaunchRefused: a state that is not ours, an expired one, or that of another browser. A state that a cookie
            proves is not proved by a stored value, nor the other way round.
    """
    content = _open_state(sealer, state, now=now)
    login = _login(state, content)
    shown = browser.shown_for(login.rung)
    if shown is None or digest(shown) != content["b"]:
        raise LaunchRefused(LaunchRefusal.OTHER_BROWSER, login.rung)
    return login


def peek_login(sealer: Sealer, state: str, *, now: datetime) -> Login:
    """Return the login that this state belongs to, whoever sends it: says where the proof is, and proves nothing.

    Raises:
        LaunchRefused: a state that is not ours, or an expired one.
    """
    return _login(state, _open_state(sealer, state, now=now))


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
            "s": initiation.storage_target,
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
        storage_target=content.get("s"),
    )
    return uuid.UUID(content["r"]), initiation


def _open_state(sealer: Sealer, state: str, *, now: datetime) -> dict[str, Any]:
    content = sealer.open_document(_STATE, state)
    if content is None:
        raise LaunchRefused(LaunchRefusal.STATE_UNKNOWN)
    if datetime.fromtimestamp(content["x"], UTC) <= now:
        raise LaunchRefused(LaunchRefusal.STATE_EXPIRED)
    return content


def _login(state: str, content: Mapping[str, Any]) -> Login:
    return Login(
        state=state,
        nonce=content["n"],
        registration_id=uuid.UUID(content["r"]),
        external_deployment_id=content["d"],
        target_link_uri=content["t"],
        expires_at=datetime.fromtimestamp(content["x"], UTC),
        rung=Rung(content.get("k", Rung.COOKIE)),
        storage_target=content.get("s", ""),
    )
