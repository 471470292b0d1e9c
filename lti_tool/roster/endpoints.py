"""A registration as the services of its platform know it: where tokens are, and the key that signs for us now."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.secrets import SecretBox
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.roster.models import Context, Deployment, Registration
from lti_tool.roster.signing_keys import current_signing_key


def registration_of_context(tx: Session, context_id: uuid.UUID) -> Registration:
    """Return the registration of the platform that a course is on."""
    return tx.execute(
        select(Registration)
        .join(Deployment, Deployment.registration_id == Registration.id)
        .join(Context, Context.deployment_id == Deployment.id)
        .where(Context.id == context_id)
    ).scalar_one()


def endpoint_of(tx: Session, box: SecretBox, registration: Registration, *, now: datetime) -> PlatformEndpoint:
    """Return what is needed to call this platform's services."""
    key = current_signing_key(tx, box, now=now)
    return PlatformEndpoint(
        auth_token_url=registration.auth_token_url,
        client_id=registration.client_id,
        key_id=key.key_id,
        private_key_pem=key.private_key_pem,
        audience=registration.token_audience or None,
    )
