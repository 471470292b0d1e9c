"""Login initiation and launch: from a platform's request to a launch session.

https://www.imsglobal.org/spec/security/v1p0/#openid_connect_launch_flow
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from config.ids import new_secret
from lti_tool.arriving import arrive
from lti_tool.first_page import Launched
from lti_tool.login import BrowserProof, Login, Rung, issue_login, peek_login, read_hints, read_login, seal_hints
from lti_tool.lti.claims import LaunchClaims
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.launch import ExpectedLaunch, verify_launch
from lti_tool.lti.login import LoginInitiation, authorization_request_url
from lti_tool.lti.platform_storage import PlatformStorage, storage_of
from lti_tool.roster.models import DeploymentState, Registration
from lti_tool.roster.registrations import find_deployment, find_registration, note_waiting_deployment
from lti_tool.roster.session_models import SessionProof
from lti_tool.roster.used_logins import registration_of_unused_login, use_login
from lti_tool.tool import Tool

LAUNCH_PATH = "/lti/launch"
"""The one redirect URI: fixed, never taken from a request."""


@dataclass(frozen=True)
class LoginBegun:
    """A login, and where the browser goes when its cookie has come back. `hints` begin it again elsewhere."""

    state: str
    hints: str
    platform_url: str


@dataclass(frozen=True)
class LoginInStorage:
    """A login whose proof the platform keeps: `value` goes there before the browser goes to `platform_url`."""

    storage: PlatformStorage
    value: str
    platform_url: str


@dataclass(frozen=True)
class LaunchToProve:
    """A launch whose proof the platform keeps, and the platform that asks for it."""

    storage: PlatformStorage
    registration: Registration


def begin_login(tool: Tool, initiation: LoginInitiation, *, browser: str) -> LoginBegun:
    """Issue state and nonce for this browser. Writes nothing: anybody can ask for a login.

    Raises:
        LaunchRefused: the platform is not registered, or the target is not ours.
    """
    if not is_own_address(tool, initiation.target_link_uri):
        raise LaunchRefused(LaunchRefusal.TARGET_MISMATCH, "target_link_uri of the login")
    with tool.db.reading() as tx:
        registration = find_registration(tx, initiation.issuer, initiation.client_id, initiation.deployment_id)
    if registration is None:
        raise LaunchRefused(LaunchRefusal.UNREGISTERED_PLATFORM)
    return _begun(tool, registration, initiation, browser=browser)


def continue_login(tool: Tool, state: str, hints: str, *, browser: str | None) -> LoginBegun:
    """Go on once the browser has shown that it keeps our cookie.

    Raises:
        LaunchRefused: `other_browser` when the cookie did not come back.
    """
    now = tool.clock.now()
    login = read_login(tool.sealer, state, browser=BrowserProof(cookie=browser), now=now)
    registration_id, initiation = read_hints(tool.sealer, hints, now=now)
    if registration_id != login.registration_id:
        raise LaunchRefused(LaunchRefusal.STATE_UNKNOWN)
    with tool.db.reading() as tx:
        registration = _get_registration(tx, registration_id)
    return LoginBegun(state, hints, _platform_url(tool, registration, initiation, login))


def begin_login_in_window(tool: Tool, hints: str, *, browser: str) -> LoginBegun:
    """Begin the same login again in a window of its own, where cookies are kept.

    State and nonce are new and bound to that window: whoever began the first login cannot finish this one. The
    platform's storage was tried before, and is not tried again.
    """
    registration_id, initiation = read_hints(tool.sealer, hints, now=tool.clock.now())
    with tool.db.reading() as tx:
        registration = _get_registration(tx, registration_id)
    return _begun(tool, registration, replace(initiation, storage_target=None), browser=browser)


def begin_login_in_storage(tool: Tool, hints: str) -> LoginInStorage | None:
    """Begin the same login again with a proof that the platform keeps; None where it keeps none for us.

    State, nonce and value are new: the value stands in the page that is being answered and nowhere else, so whoever
    began the first login, or has seen an address of it, does not know what this browser will show.
    """
    now = tool.clock.now()
    registration_id, initiation = read_hints(tool.sealer, hints, now=now)
    if initiation.storage_target is None:
        return None
    with tool.db.reading() as tx:
        registration = _get_registration(tx, registration_id)
    value = new_secret()
    login = issue_login(tool.sealer, registration.id, initiation, rung=Rung.STORAGE, secret=value, now=now)
    storage = storage_of(login.storage_target, registration.auth_login_url, login.state)
    if storage is None:
        return None
    return LoginInStorage(storage, value, _platform_url(tool, registration, initiation, login))


def launch_to_prove(tool: Tool, state: str) -> LaunchToProve | None:
    """Return where the proof of a launch is to be fetched; None for one that a cookie proves, or nothing does.

    Raises:
        LaunchRefused: a state that is not ours, or an expired one.
    """
    login = peek_login(tool.sealer, state, now=tool.clock.now())
    if login.rung is not Rung.STORAGE:
        return None
    with tool.db.reading() as tx:
        registration = _get_registration(tx, login.registration_id)
    storage = storage_of(login.storage_target, registration.auth_login_url, state)
    return LaunchToProve(storage, registration) if storage else None


def platform_of_login(tool: Tool, hints: str) -> Registration:
    """Return which platform a login came from; says nothing about who."""
    registration_id, _initiation = read_hints(tool.sealer, hints, now=tool.clock.now())
    with tool.db.reading() as tx:
        return _get_registration(tx, registration_id)


def complete_launch(tool: Tool, id_token: str, state: str, *, browser: BrowserProof) -> Launched:
    """Verify a launch and open its session.

    The token is verified outside any transaction (it may fetch the platform's keys); then one transaction uses the
    attempt up, keeps what the launch told, and opens the session.

    Raises:
        LaunchRefused: with the reason; nothing was kept, except an unknown deployment for the administrator.
    """
    login = read_login(tool.sealer, state, browser=browser, now=tool.clock.now())
    with tool.db.reading() as tx:
        registration = registration_of_unused_login(tx, login.registration_id, state)
    claims = verify_launch(
        id_token,
        expected=ExpectedLaunch(
            issuer=registration.issuer,
            client_id=registration.client_id,
            nonce=login.nonce,
            jwks_url=registration.jwks_url,
            tool_url=tool.settings.public_url,
            target_link_uri=login.target_link_uri,
            leeway_seconds=registration.leeway_seconds,
        ),
        keys=tool.key_sets,
        now=tool.clock.now(),
    )
    try:
        return _let_in(tool, registration, login, claims)
    except LaunchRefused as refused:
        refused.signed_deployment_id = claims.deployment_id
        raise


def _let_in(tool: Tool, registration: Registration, login: Login, claims: LaunchClaims) -> Launched:
    if login.external_deployment_id and login.external_deployment_id != claims.deployment_id:
        raise LaunchRefused(LaunchRefusal.DEPLOYMENT_MISSING, "deployment of the login differs")
    now = tool.clock.now()
    with tool.db.transaction() as tx:
        use_login(tx, login.state, expires_at=login.expires_at)
        deployment = find_deployment(tx, registration.id, claims.deployment_id)
        if deployment is not None and deployment.state == DeploymentState.ACTIVE:
            # Who proved the login without a cookie keeps none: the session's address is its proof.
            proof = SessionProof.COOKIE if login.rung is Rung.COOKIE else SessionProof.ADDRESS
            return arrive(tx, tool, registration, deployment, claims, proof=proof, now=now)
        if deployment is None:
            note_waiting_deployment(tx, registration.id, claims.deployment_id, now=now)
    is_held = deployment is not None and deployment.state == DeploymentState.HELD
    raise LaunchRefused(LaunchRefusal.DEPLOYMENT_HELD if is_held else LaunchRefusal.DEPLOYMENT_WAITING)


def is_own_address(tool: Tool, url: str) -> bool:
    """Say whether an address lies under this service's own origin."""
    return url == tool.settings.public_url or url.startswith(tool.settings.public_url + "/")


def _get_registration(tx: Session, registration_id: uuid.UUID) -> Registration:
    registration = tx.get(Registration, registration_id)
    if registration is None:
        raise LaunchRefused(LaunchRefusal.UNREGISTERED_PLATFORM)
    return registration


def _begun(tool: Tool, registration: Registration, initiation: LoginInitiation, *, browser: str) -> LoginBegun:
    now = tool.clock.now()
    login = issue_login(tool.sealer, registration.id, initiation, rung=Rung.COOKIE, secret=browser, now=now)
    hints = seal_hints(tool.sealer, registration.id, initiation, now=now)
    return LoginBegun(login.state, hints, _platform_url(tool, registration, initiation, login))


def _platform_url(tool: Tool, registration: Registration, initiation: LoginInitiation, login: Login) -> str:
    return authorization_request_url(
        registration.auth_login_url,
        login=initiation,
        client_id=registration.client_id,
        redirect_uri=tool.url(LAUNCH_PATH),
        state=login.state,
        nonce=login.nonce,
    )
