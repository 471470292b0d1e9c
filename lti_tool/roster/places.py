"""Keeping what a launch tells about where and who: course, link, column, person, membership."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.ids import new_id
from config.upsert import insert_unless_present
from lti_tool.lti.claims import LaunchClaims
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.models import Context, LineItem, Membership, Person, Registration, ResourceLink


def keep_registration_name(registration: Registration, claims: LaunchClaims) -> None:
    """Learn how the platform calls itself."""
    if claims.platform is None:
        return
    registration.name = (claims.platform.name or registration.name)[:200]
    registration.product_family = (claims.platform.product_family_code or registration.product_family)[:60]


def keep_context(tx: Session, deployment_id: uuid.UUID, claims: LaunchClaims, *, now: datetime) -> uuid.UUID:
    """Return the course of this launch; a launch without one gets a course of its own per resource link."""
    link = claims.resource_link
    if claims.context is not None:
        external_id, title = f"context:{claims.context.id}", claims.context.title or claims.context.label or ""
    else:
        external_id = f"resource-link:{link.id if link else ''}"
        title = (link.title if link else "") or ""
    insert_unless_present(
        tx,
        Context,
        {
            "id": new_id(),
            "deployment_id": deployment_id,
            "external_context_id": external_id,
            "title": title[:300],
            "created_at": now,
        },
        key=("deployment_id", "external_context_id"),
    )
    context = tx.execute(
        select(Context).where(Context.deployment_id == deployment_id, Context.external_context_id == external_id)
    ).scalar_one()
    if title and context.title != title[:300]:
        context.title = title[:300]
    return context.id


def keep_resource_link(tx: Session, context_id: uuid.UUID, claims: LaunchClaims, *, now: datetime) -> uuid.UUID:
    """Return the placement that was launched."""
    link = claims.resource_link
    external_id = link.id if link else ""
    title = ((link.title if link else "") or "")[:300]
    insert_unless_present(
        tx,
        ResourceLink,
        {
            "id": new_id(),
            "context_id": context_id,
            "external_resource_link_id": external_id,
            "title": title,
            "created_at": now,
        },
        key=("context_id", "external_resource_link_id"),
    )
    row = tx.execute(
        select(ResourceLink).where(
            ResourceLink.context_id == context_id, ResourceLink.external_resource_link_id == external_id
        )
    ).scalar_one()
    if row.title != title:
        row.title = title
    return row.id


def keep_line_item(
    tx: Session, context_id: uuid.UUID, resource_link_id: uuid.UUID, claims: LaunchClaims, *, now: datetime
) -> uuid.UUID | None:
    """Return the gradebook column that this link has, or None when the platform gave it none."""
    if claims.ags is None or not claims.ags.lineitem:
        return None
    url = claims.ags.lineitem
    insert_unless_present(
        tx,
        LineItem,
        {
            "id": new_id(),
            "context_id": context_id,
            "resource_link_id": resource_link_id,
            "url": url,
            "scopes": list(claims.ags.scopes),
            "seen_at": now,
        },
        key=("context_id", "url"),
    )
    row = tx.execute(select(LineItem).where(LineItem.context_id == context_id, LineItem.url == url)).scalar_one()
    if row.scopes != list(claims.ags.scopes):
        row.scopes = list(claims.ags.scopes)
    row.seen_at = now
    return row.id


def keep_person(tx: Session, registration_id: uuid.UUID, claims: LaunchClaims, *, locale: str, now: datetime) -> Person:
    """Return the person, with the names of this launch; what a launch does not carry is forgotten.

    A platform that stops sending names has decided that we should not have them.
    """
    name = claims.name or " ".join(part for part in (claims.given_name, claims.family_name) if part)
    values = {
        "name": name[:300],
        "given_name": (claims.given_name or "")[:200],
        "email": (claims.email or "")[:320],
        "launch_locale": locale,
    }
    insert_unless_present(
        tx,
        Person,
        {
            "id": new_id(),
            "registration_id": registration_id,
            "subject": claims.subject,
            "locale": "",
            "created_at": now,
            **values,
        },
        key=("registration_id", "subject"),
    )
    person = tx.execute(
        select(Person).where(Person.registration_id == registration_id, Person.subject == claims.subject)
    ).scalar_one()
    for field, value in values.items():
        if getattr(person, field) != value:
            setattr(person, field, value)
    return person


def keep_membership(
    tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, role: PrincipalRole, *, now: datetime
) -> None:
    """Keep that this person is in this course, with the role of this launch."""
    insert_unless_present(
        tx,
        Membership,
        {
            "id": new_id(),
            "context_id": context_id,
            "person_id": person_id,
            "role": role,
            "welcomed_at": None,
            "launched_at": now,
        },
        key=("context_id", "person_id"),
    )
    membership = tx.execute(
        select(Membership).where(Membership.context_id == context_id, Membership.person_id == person_id)
    ).scalar_one()
    membership.role = role
    membership.launched_at = now
