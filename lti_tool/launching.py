"""Login initiation and launch: from a platform's request to a launch session.

https://www.imsglobal.org/spec/security/v1p0/#openid_connect_launch_flow
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from gamification.progress import has_rules
from lti_tool.lti.claims import LaunchClaims
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.launch import ExpectedLaunch, verify_launch
from lti_tool.lti.login import LoginInitiation, authorization_request_url
from lti_tool.lti.roles import PrincipalRole, may_edit, may_review, principal_role
from lti_tool.roster import places
from lti_tool.roster.launch_sessions import OpenedSession, open_session
from lti_tool.roster.login_attempts import (
    Attempt,
    add_attempt,
    find_registration_of_state,
    get_attempt,
    renew_attempt,
    use_attempt,
)
from lti_tool.roster.models import DeploymentState, Registration
from lti_tool.roster.registrations import find_deployment, find_registration, note_waiting_deployment
from lti_tool.tool import Tool

LAUNCH_PATH = "/lti/launch"
"""The one redirect URI: fixed, never taken from a request."""
LOCALES = ("nl", "en")


@dataclass(frozen=True)
class LoginBegun:
    """A login attempt and where the browser goes when its cookie has come back."""

    state: str
    platform_url: str
    registration: Registration


class FirstPage(StrEnum):
    """Where a launch comes out."""

    SETUP = "setup"
    PARTICIPANTS = "participants"
    WELCOME = "welcome"
    ROUTE = "route"


@dataclass(frozen=True)
class Launched:
    """An open session and the page it begins on."""

    session: OpenedSession
    first_page: FirstPage


def first_page(tx: Session, context_id: uuid.UUID, role: PrincipalRole, *, is_welcomed: bool) -> FirstPage:
    """Return the first page for a role: an empty course begins with its set-up, a new learner with the welcome."""
    if may_edit(role):
        return FirstPage.PARTICIPANTS if has_rules(tx, context_id) else FirstPage.SETUP
    if may_review(role):
        return FirstPage.PARTICIPANTS
    return FirstPage.ROUTE if is_welcomed else FirstPage.WELCOME


def begin_login(tool: Tool, login: LoginInitiation, *, browser: str) -> LoginBegun:
    """Issue state and nonce for this browser.

    Raises:
        LaunchRefused: the platform is not registered, or the target is not ours.
    """
    if not is_own_address(tool, login.target_link_uri):
        raise LaunchRefused(LaunchRefusal.target_mismatch, "target_link_uri of the login")
    with tool.db.transaction() as tx:
        registration = find_registration(tx, login.issuer, login.client_id)
        if registration is None:
            raise LaunchRefused(LaunchRefusal.unregistered_platform)
        attempt = add_attempt(tx, registration, login, browser=browser, now=tool.clock.now())
        return _begun(tool, attempt)


def continue_login(tool: Tool, state: str, *, browser: str | None) -> LoginBegun:
    """Go on once the browser has shown that it keeps our cookie.

    Raises:
        LaunchRefused: `other_browser` when the cookie did not come back.
    """
    with tool.db.reading() as tx:
        attempt = get_attempt(tx, state, browser=browser, now=tool.clock.now())
        return _begun(tool, attempt)


def platform_of_login(tool: Tool, state: str) -> Registration | None:
    """Return which platform a login that has not been used came from; says nothing about who."""
    with tool.db.reading() as tx:
        return find_registration_of_state(tx, state, now=tool.clock.now())


def begin_login_in_window(tool: Tool, state: str, *, browser: str) -> LoginBegun:
    """Begin the same login again in a window of its own, where cookies are kept."""
    with tool.db.transaction() as tx:
        attempt = renew_attempt(tx, state, browser=browser, now=tool.clock.now())
        return _begun(tool, attempt)


def complete_launch(tool: Tool, id_token: str, state: str, *, browser: str | None) -> Launched:
    """Verify a launch and open its session.

    The token is verified outside any transaction (it may fetch the platform's keys); then one transaction uses the
    attempt up, keeps what the launch told, and opens the session.

    Raises:
        LaunchRefused: with the reason; nothing was kept, except an unknown deployment for the administrator.
    """
    with tool.db.reading() as tx:
        attempt = get_attempt(tx, state, browser=browser, now=tool.clock.now())
    registration = attempt.registration
    claims = verify_launch(
        id_token,
        expected=ExpectedLaunch(
            issuer=registration.issuer,
            client_id=registration.client_id,
            nonce=attempt.nonce,
            jwks_url=registration.jwks_url,
            tool_url=tool.settings.public_url,
            target_link_uri=attempt.login.target_link_uri,
            leeway_seconds=registration.leeway_seconds,
        ),
        keys=tool.key_sets,
        now=tool.clock.now(),
    )
    if attempt.external_deployment_id and attempt.external_deployment_id != claims.deployment_id:
        raise LaunchRefused(LaunchRefusal.deployment_missing, "deployment of the login differs")
    now = tool.clock.now()
    with tool.db.transaction() as tx:
        use_attempt(tx, attempt.id, now=now)
        deployment = find_deployment(tx, registration.id, claims.deployment_id)
        if deployment is not None and deployment.state == DeploymentState.ACTIVE:
            places.keep_registration_name(tx, registration, claims)
            role = principal_role(claims.role_uris)
            context_id, link_id = places.keep_place(tx, deployment.id, claims, now=now)
            places.keep_line_item(tx, context_id, link_id, claims, now=now)
            person, membership = places.keep_member(
                tx, registration.id, context_id, claims, role=role, locale=launch_locale(claims), now=now
            )
            opened = open_session(
                tx,
                person_id=person.id,
                context_id=context_id,
                resource_link_id=link_id,
                role=role,
                locale=person.locale or person.launch_locale,
                now=now,
            )
            is_welcomed = membership.welcomed_at is not None
            return Launched(opened, first_page(tx, context_id, role, is_welcomed=is_welcomed))
        if deployment is None:
            note_waiting_deployment(tx, registration.id, claims.deployment_id, now=now)
    raise LaunchRefused(LaunchRefusal.deployment_waiting)


def launch_locale(claims: LaunchClaims) -> str:
    """Return the language of the pages for this launch: the platform's where we have it, else Dutch."""
    language = (claims.locale or "").replace("_", "-").split("-")[0].lower()
    return language if language in LOCALES else LOCALES[0]


def is_own_address(tool: Tool, url: str) -> bool:
    """Say whether an address lies under this service's own origin."""
    return url == tool.settings.public_url or url.startswith(tool.settings.public_url + "/")


def _begun(tool: Tool, attempt: Attempt) -> LoginBegun:
    registration = attempt.registration
    return LoginBegun(
        attempt.state,
        authorization_request_url(
            registration.auth_login_url,
            login=attempt.login,
            client_id=registration.client_id,
            redirect_uri=tool.url(LAUNCH_PATH),
            state=attempt.state,
            nonce=attempt.nonce,
        ),
        registration,
    )
