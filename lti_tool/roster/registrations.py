"""Registrations and deployments: which platforms may launch, and where the tool is installed there."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from config.errors import Conflict, InputInvalid, NotFound
from config.ids import new_id
from config.upsert import insert_unless_present
from lti_tool.lti.dynamic_registration import PersonalData, Registered
from lti_tool.lti.origin import same_origin
from lti_tool.lti.platform_configuration import PlatformConfiguration
from lti_tool.platforms.families import family_code_of_issuer
from lti_tool.roster.models import Context, Deployment, DeploymentState, Person, Registration
from lti_tool.roster.promises import resume_promises

MOST_WAITING_DEPLOYMENTS = 50
"""Per registration: a platform cannot fill the table by naming new deployments."""


def find_registration(
    tx: Session, issuer: str, client_id: str | None, external_deployment_id: str | None = None
) -> Registration | None:
    """Return the registration; without a client id only where issuer, and deployment if named, leave one."""
    query = select(Registration).where(Registration.issuer == issuer)
    if client_id is not None:
        return tx.execute(query.where(Registration.client_id == client_id)).scalar_one_or_none()
    found = tx.execute(query.limit(2)).scalars().all()
    if len(found) > 1 and external_deployment_id:
        named = query.join(Deployment, Deployment.registration_id == Registration.id).where(
            Deployment.external_deployment_id == external_deployment_id,
            Deployment.state == DeploymentState.ACTIVE,
        )
        found = tx.execute(named.limit(2)).scalars().all()
    return found[0] if len(found) == 1 else None


def add_registration(
    tx: Session,
    *,
    issuer: str,
    client_id: str,
    auth_login_url: str,
    auth_token_url: str,
    jwks_url: str,
    deployments: tuple[str, ...],
    now: datetime,
) -> tuple[Registration, bool]:
    """Register a platform, or bring an existing registration up to date; True when it is new.

    Deployments named here are active, but for one that was closed; those that were active before stay so.
    """
    for name, value in (("issuer", issuer), ("client-id", client_id)):
        if not value.strip():
            raise InputInvalid("empty", field=name)
    for name, url in (
        ("auth-login-url", auth_login_url),
        ("auth-token-url", auth_token_url),
        ("jwks-url", jwks_url),
    ):
        if not url.startswith(("https://", "http://")):
            raise InputInvalid("not-a-web-address", field=name)
    registration = find_registration(tx, issuer, client_id)
    is_new = registration is None
    if registration is None:
        registration = Registration(
            id=new_id(),
            issuer=issuer,
            client_id=client_id,
            product_family=family_code_of_issuer(issuer),
            created_at=now,
        )
        tx.add(registration)
    registration.auth_login_url = auth_login_url
    registration.auth_token_url = auth_token_url
    registration.jwks_url = jwks_url
    tx.flush()
    for external_id in deployments:
        _keep_deployment(tx, registration.id, external_id, now=now)
    return registration, is_new


def find_deployment(tx: Session, registration_id: uuid.UUID, external_deployment_id: str) -> Deployment | None:
    """Return the deployment, whether it is let in or not."""
    return tx.execute(
        select(Deployment).where(
            Deployment.registration_id == registration_id,
            Deployment.external_deployment_id == external_deployment_id,
        )
    ).scalar_one_or_none()


def note_waiting_deployment(
    tx: Session, registration_id: uuid.UUID, external_deployment_id: str, *, now: datetime
) -> None:
    """Keep an unknown deployment for the administrator to look at; it is not let in."""
    waiting = tx.execute(
        select(func.count())
        .select_from(Deployment)
        .where(Deployment.registration_id == registration_id, Deployment.state == DeploymentState.WAITING)
    ).scalar_one()
    if waiting >= MOST_WAITING_DEPLOYMENTS:
        return
    insert_unless_present(
        tx,
        Deployment,
        {
            "id": new_id(),
            "registration_id": registration_id,
            "external_deployment_id": external_deployment_id,
            "state": DeploymentState.WAITING,
            "created_at": now,
        },
        key=("registration_id", "external_deployment_id"),
    )


def forget_waiting_deployments(tx: Session) -> int:
    """Delete the deployments that nobody decided about, to make room for new ones; returns how many."""
    return len(
        tx.execute(
            delete(Deployment)
            .where(Deployment.state == DeploymentState.WAITING)
            .returning(Deployment.id)
            .execution_options(synchronize_session=False)
        ).all()
    )


def list_registrations(tx: Session) -> list[tuple[Registration, list[Deployment]]]:
    """Return every registration with its deployments, oldest first."""
    registrations = tx.execute(select(Registration).order_by(Registration.created_at)).scalars().all()
    deployments = tx.execute(select(Deployment).order_by(Deployment.created_at)).scalars().all()
    return [
        (registration, [row for row in deployments if row.registration_id == registration.id])
        for registration in registrations
    ]


def find_same_platform(tx: Session, configuration: PlatformConfiguration) -> Registration | None:
    """Return the registration of the platform that this is, the newest where there are several.

    Schools that share an issuer are told apart by where they hand out tokens, in a document of that issuer itself;
    where that is the issuer's own host they cannot be told apart, and none is found.
    """
    query = select(Registration).where(Registration.issuer == configuration.issuer)
    if configuration.hosted_issuer is not None:
        if same_origin(configuration.token_endpoint, configuration.issuer):
            return None
        query = query.where(Registration.auth_token_url == configuration.token_endpoint)
    return tx.execute(query.order_by(Registration.created_at.desc()).limit(1)).scalar_one_or_none()


def keep_registered(
    tx: Session,
    configuration: PlatformConfiguration,
    registered: Registered,
    *,
    personal_data: PersonalData,
    now: datetime,
) -> Registration:
    """Keep what dynamic registration came to; a platform that was registered before is brought up to date.

    Its people and courses stay: a platform that is asked again can call us by another name, and its one deployment too.
    """
    registration = find_registration(tx, configuration.issuer, registered.client_id)
    known = registration or find_same_platform(tx, configuration)
    if known is None:
        known = Registration(id=new_id(), issuer=configuration.issuer, created_at=now)
        tx.add(known)
    is_renamed = known.client_id is not None and known.client_id != registered.client_id
    known.client_id = registered.client_id
    known.auth_login_url = configuration.authorization_endpoint
    known.auth_token_url = configuration.token_endpoint
    known.jwks_url = configuration.jwks_uri
    known.token_audience = configuration.token_audience
    known.configuration_url = configuration.url
    known.account_name = configuration.account_name
    known.product_family = configuration.product_family_code or known.product_family or ""
    tx.flush()
    set_personal_data(tx, known, personal_data)
    if registered.deployment_id:
        _keep_deployment(tx, known.id, registered.deployment_id, moves_only_one=is_renamed, now=now)
    return known


def _keep_deployment(
    tx: Session, registration_id: uuid.UUID, external_id: str, *, moves_only_one: bool = False, now: datetime
) -> None:
    deployment = find_deployment(tx, registration_id, external_id)
    if deployment is None and moves_only_one:
        others = tx.execute(select(Deployment).where(Deployment.registration_id == registration_id)).scalars().all()
        if len(others) == 1:
            deployment = others[0]
            deployment.external_deployment_id = external_id
    if deployment is None:
        deployment = Deployment(
            id=new_id(), registration_id=registration_id, external_deployment_id=external_id, created_at=now
        )
        tx.add(deployment)
    if deployment.state != DeploymentState.HELD:  # only approving opens what was closed, and sends what waited
        deployment.state = DeploymentState.ACTIVE
    tx.flush()


def set_personal_data(tx: Session, registration: Registration, chosen: PersonalData) -> None:
    """Choose what is kept of this platform's people; what is there and was not chosen goes."""
    registration.keeps_names, registration.keeps_email = chosen.keeps_names, chosen.keeps_email
    tx.flush()
    forgotten = ({} if chosen.keeps_names else {"name": "", "given_name": ""}) | (
        {} if chosen.keeps_email else {"email": ""}
    )
    if forgotten:
        tx.execute(
            update(Person)
            .where(Person.registration_id == registration.id)
            .values(**forgotten)
            .execution_options(synchronize_session=False)
        )


def approve_deployment(
    tx: Session, registration_id: uuid.UUID, external_deployment_id: str, *, now: datetime
) -> Deployment:
    """Let launches of a deployment in, and keep what was promised there while it was closed.

    One that was never seen cannot be approved by mistake.

    Raises:
        NotFound: no such deployment has launched.
    """
    deployment = _lock_deployment(tx, registration_id, external_deployment_id)
    let_in(tx, deployment, now=now)
    return deployment


def let_in(tx: Session, deployment: Deployment, *, now: datetime) -> None:
    """Open a deployment whose row is locked: a worker that is about to put its promises off waits for this."""
    deployment.state = DeploymentState.ACTIVE
    resume_promises(tx, deployment.id, now=now)


def hold_deployment(tx: Session, registration_id: uuid.UUID, external_deployment_id: str) -> Deployment:
    """Let launches of a deployment in no more, and send nothing there; what it brought stays.

    Raises:
        NotFound: no such deployment.
    """
    deployment = _lock_deployment(tx, registration_id, external_deployment_id)
    deployment.state = DeploymentState.HELD
    return deployment


def _lock_deployment(tx: Session, registration_id: uuid.UUID, external_id: str) -> Deployment:
    deployment = find_deployment(tx, registration_id, external_id)
    if deployment is None:
        raise NotFound("deployment")
    tx.refresh(deployment, with_for_update=True)
    return deployment


def remove_registration(tx: Session, registration_id: uuid.UUID) -> Registration:
    """Delete a registration under which nobody has worked, with its deployments.

    Raises:
        NotFound: no such registration.
        Conflict: it has courses or people; hold its deployments instead.
    """
    registration = tx.get(Registration, registration_id)
    if registration is None:
        raise NotFound("registration")
    of_it = select(Deployment.id).where(Deployment.registration_id == registration_id)
    is_used = tx.execute(
        select(
            exists().where(Person.registration_id == registration_id) | exists().where(Context.deployment_id.in_(of_it))
        )
    ).scalar_one()
    if is_used:
        raise Conflict("registration-in-use", "it has courses or people")
    tx.execute(delete(Deployment).where(Deployment.registration_id == registration_id))
    tx.delete(registration)
    tx.flush()
    return registration
