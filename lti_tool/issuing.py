"""Signing the badge of an award: joins the roster (who) and badges (what)."""

from __future__ import annotations

import uuid
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.issue import prepare, sign_award, store
from badges.issuer import ensure_issuer_profile
from config.secrets import SecretBox
from lti_tool.roster.models import Context, Deployment, Person, Registration
from lti_tool.tool import Tool


def ensure_issuer(tx: Session, box: SecretBox, context_id: uuid.UUID, *, now: datetime) -> uuid.UUID:
    """Return the issuer of the platform that this course is on, named as the platform calls itself."""
    registration = tx.execute(
        select(Registration)
        .join(Deployment, Deployment.registration_id == Registration.id)
        .join(Context, Context.deployment_id == Deployment.id)
        .where(Context.id == context_id)
    ).scalar_one()
    name = registration.name or urlsplit(registration.issuer).hostname or registration.issuer
    return ensure_issuer_profile(tx, box, registration.id, name=name, now=now)


def issue_credential(tool: Tool, award_id: uuid.UUID) -> None:
    """Sign the badge of this award, once. Signing happens outside any transaction.

    Raises:
        ToolError: `key-locked` when no configured secret opens the issuer's key; nothing is lost, it waits.
    """
    now = tool.clock.now()
    with tool.db.transaction() as tx:
        to_issue = prepare(tx, award_id)
        if to_issue is None:
            return
        person = tx.execute(select(Person.email, Person.subject).where(Person.id == to_issue.person_id)).one()
    credential_id, document = sign_award(to_issue, tool.box, email=person.email, subject=person.subject, now=now)
    with tool.db.transaction() as tx:
        store(tx, to_issue, credential_id, document, now=now)
