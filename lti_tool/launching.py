"""Login initiation and launch: from a platform's request to a launch session.

https://www.imsglobal.org/spec/security/v1p0/#openid_connect_launch_flow
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from gamification.progress import is_behind
from gamification.rules import has_rules
from lti_tool.link_settings import is_open, keep_link_setting
from lti_tool.login import Login, issue_login, read_hints, read_login, seal_hints
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.launch import ExpectedLaunch, verify_launch
from lti_tool.lti.login import LoginInitiation, authorization_request_url
from lti_tool.lti.roles import PrincipalRole, may_edit, may_review, principal_role
from lti_tool.progress import promise_evaluation
from lti_tool.roster import places
from lti_tool.roster.launch_sessions import OpenedSession, open_session
from lti_tool.roster.models import DeploymentState, Registration, SessionProof
from lti_tool.roster.registrations import find_deployment, find_registration, note_waiting_deployment
from lti_tool.roster.used_logins import registration_of_unused_login, use_login
from lti_tool.tool import Tool
from lti_tool.words import language_of

LAUNCH_PATH = "/lti/launch"
"""The one redirect URI: fixed, never taken from a request."""


@dataclass(frozen=True)
class LoginBegun:
    """A login, and where the browser goes when its cookie has come back. `hints` begin it again elsewhere."""

    state: str
    hints: str
    platform_url: str


class FirstPage(StrEnum):
    """Where a launch comes out."""

    SETUP = "setup"
    PARTICIPANTS = "participants"
    WELCOME = "welcome"
    TODAY = "today"
    TASK = "task"
    """Of a learner who opened the link of one task."""


@dataclass(frozen=True)
class Launched:
    """An open session and the page it begins on; `task_id` is set where that is the page of a task."""

    session: OpenedSession
    first_page: FirstPage
    task_id: uuid.UUID | None = None


def first_page(tx: Session, context_id: uuid.UUID, role: PrincipalRole, *, is_welcomed: bool) -> FirstPage:
    """Return the first page for a role: an empty course begins with its set-up, a new learner with the welcome."""
    if may_edit(role):
        return FirstPage.PARTICIPANTS if has_rules(tx, context_id) else FirstPage.SETUP
    if may_review(role):
        return FirstPage.PARTICIPANTS
    return FirstPage.TODAY if is_welcomed else FirstPage.WELCOME


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
    login = read_login(tool.sealer, state, browser=browser, now=now)
    registration_id, initiation = read_hints(tool.sealer, hints, now=now)
    if registration_id != login.registration_id:
        raise LaunchRefused(LaunchRefusal.STATE_UNKNOWN)
    with tool.db.reading() as tx:
        registration = _get_registration(tx, registration_id)
    return LoginBegun(state, hints, _platform_url(tool, registration, initiation, login))


def begin_login_in_window(tool: Tool, hints: str, *, browser: str) -> LoginBegun:
    """Begin the same login again in a window of its own, where cookies are kept.

    State and nonce are new and bound to that window: whoever began the first login cannot finish this one.
    """
    registration_id, initiation = read_hints(tool.sealer, hints, now=tool.clock.now())
    with tool.db.reading() as tx:
        registration = _get_registration(tx, registration_id)
    return _begun(tool, registration, initiation, browser=browser)


def platform_of_login(tool: Tool, hints: str) -> Registration:
    """Return which platform a login came from; says nothing about who."""
    registration_id, _initiation = read_hints(tool.sealer, hints, now=tool.clock.now())
    with tool.db.reading() as tx:
        return _get_registration(tx, registration_id)


def complete_launch(tool: Tool, id_token: str, state: str, *, browser: str | None) -> Launched:
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
    if login.external_deployment_id and login.external_deployment_id != claims.deployment_id:
        raise LaunchRefused(LaunchRefusal.DEPLOYMENT_MISSING, "deployment of the login differs")
    now = tool.clock.now()
    with tool.db.transaction() as tx:
        use_login(tx, state, expires_at=login.expires_at)
        deployment = find_deployment(tx, registration.id, claims.deployment_id)
        if deployment is not None and deployment.state == DeploymentState.ACTIVE:
            places.keep_registration_name(tx, registration, claims)
            role = principal_role(claims.role_uris)
            place = places.keep_place(tx, deployment.id, claims, now=now)
            context_id, link_id = place.context_id, place.link_id
            has_new_column = places.keep_line_item(tx, context_id, link_id, claims, now=now)
            person, membership, earns_again = places.keep_member(
                tx, registration.id, context_id, claims, role=role, locale=language_of(claims.locale or ""), now=now
            )
            task_id = keep_link_setting(
                tx,
                place.setting,
                claims,
                context_id=context_id,
                link_id=link_id,
                person_id=person.id,
                now=now,
            )
            if has_new_column or (earns_again and is_behind(tx, context_id, person.id)):
                # What was earned before the column was there belongs in it too; and who did not learn here for a while
                # was passed over when the rules changed. Promised after the rules were locked, in the order in which a
                # teacher publishes: so nobody waits in a circle.
                promise_evaluation(tx, context_id, now=now)
            opened = open_session(
                tx,
                person_id=person.id,
                context_id=context_id,
                resource_link_id=link_id,
                role=role,
                proof=SessionProof.COOKIE,
                locale=person.locale or person.launch_locale,
                now=now,
            )
            is_welcomed = membership.welcomed_at is not None
            page = first_page(tx, context_id, role, is_welcomed=is_welcomed)
            if page is FirstPage.TODAY and task_id is not None and is_open(tx, context_id, task_id):
                return Launched(opened, FirstPage.TASK, task_id)
            return Launched(opened, page)
        if deployment is None:
            note_waiting_deployment(tx, registration.id, claims.deployment_id, now=now)
    raise LaunchRefused(LaunchRefusal.DEPLOYMENT_WAITING)


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
    login = issue_login(tool.sealer, registration.id, initiation, browser=browser, now=now)
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
