"""Registrations and deployments: which platforms may launch, and where the tool is installed there."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from config.errors import InputInvalid
from config.ids import new_id
from config.upsert import insert_unless_present
from lti_tool.roster.models import Deployment, DeploymentState, Registration

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

    Deployments named here are active; those that were active before stay so.
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
        registration = Registration(id=new_id(), issuer=issuer, client_id=client_id, created_at=now)
        tx.add(registration)
    registration.auth_login_url = auth_login_url
    registration.auth_token_url = auth_token_url
    registration.jwks_url = jwks_url
    tx.flush()
    for external_id in deployments:
        deployment = find_deployment(tx, registration.id, external_id)
        if deployment is None:
            deployment = Deployment(
                id=new_id(), registration_id=registration.id, external_deployment_id=external_id, created_at=now
            )
            tx.add(deployment)
        deployment.state = DeploymentState.ACTIVE
    tx.flush()
    return registration, is_new


def find_deployment(tx: Session, registration_id: uuid.UUID, external_deployment_id: str) -> Deployment | None:
    """Return the deployment, active or waiting."""
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
    """Delete the deployments that wait, to make room for new ones; returns how many."""
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
