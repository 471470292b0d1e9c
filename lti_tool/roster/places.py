"""Keeping what a launch tells about where and who: course, link, column, person, membership."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from config.database import Base
from config.ids import new_id
from config.upsert import insert_unless_present
from lti_tool.lti.claims import LaunchClaims
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.models import Context, LineItem, Membership, Person, Registration, ResourceLink

_Row = TypeVar("_Row", bound=Base)


def keep_registration_name(tx: Session, known: Registration, claims: LaunchClaims) -> None:
    """Learn how the platform calls itself; writes only when that changed."""
    if claims.platform is None:
        return
    name = (claims.platform.name or known.name)[:200]
    family = (claims.platform.product_family_code or known.product_family)[:60]
    if (name, family) != (known.name, known.product_family):
        registration = tx.get_one(Registration, known.id)
        registration.name, registration.product_family = name, family


def _find_or_insert(
    tx: Session, query: Select[_Row], model: type[_Row], values: Mapping[str, Any], key: tuple[str, ...]
) -> _Row:
    """Return the row; two launches that bring it at once make one."""
    row = tx.execute(query).scalar_one_or_none()
    if row is not None:
        return row
    insert_unless_present(tx, model, {"id": new_id(), **values}, key=key)
    return tx.execute(query).scalar_one()


def keep_context(tx: Session, deployment_id: uuid.UUID, claims: LaunchClaims, *, now: datetime) -> uuid.UUID:
    """Return the course of this launch; a launch without one gets a course of its own per resource link."""
    link = claims.resource_link
    if claims.context is not None:
        external_id, title = f"context:{claims.context.id}", claims.context.title or claims.context.label or ""
    else:
        external_id = f"resource-link:{link.id if link else ''}"
        title = (link.title if link else "") or ""
    title = title[:300]
    context = _find_or_insert(
        tx,
        select(Context).where(Context.deployment_id == deployment_id, Context.external_context_id == external_id),
        Context,
        {"deployment_id": deployment_id, "external_context_id": external_id, "title": title, "created_at": now},
        ("deployment_id", "external_context_id"),
    )
    if title:
        context.title = title
    return context.id


def keep_resource_link(tx: Session, context_id: uuid.UUID, claims: LaunchClaims, *, now: datetime) -> uuid.UUID:
    """Return the placement that was launched."""
    link = claims.resource_link
    external_id = link.id if link else ""
    title = ((link.title if link else "") or "")[:300]
    row = _find_or_insert(
        tx,
        select(ResourceLink).where(
            ResourceLink.context_id == context_id, ResourceLink.external_resource_link_id == external_id
        ),
        ResourceLink,
        {"context_id": context_id, "external_resource_link_id": external_id, "title": title, "created_at": now},
        ("context_id", "external_resource_link_id"),
    )
    row.title = title
    return row.id


def keep_line_item(
    tx: Session, context_id: uuid.UUID, resource_link_id: uuid.UUID, claims: LaunchClaims, *, now: datetime
) -> uuid.UUID | None:
    """Return the gradebook column that this link has, or None when the platform gave it none."""
    if claims.ags is None or not claims.ags.lineitem:
        return None
    url, scopes = claims.ags.lineitem, list(claims.ags.scopes)
    row = _find_or_insert(
        tx,
        select(LineItem).where(LineItem.context_id == context_id, LineItem.url == url),
        LineItem,
        {
            "context_id": context_id,
            "resource_link_id": resource_link_id,
            "url": url,
            "scopes": scopes,
            "seen_at": now,
        },
        ("context_id", "url"),
    )
    if row.scopes != scopes:
        row.scopes = scopes
    row.seen_at = now
    return row.id


def keep_person(tx: Session, registration_id: uuid.UUID, claims: LaunchClaims, *, locale: str, now: datetime) -> Person:
    """Return the person, with the names of this launch; what a launch does not carry is forgotten.

    A platform that stops sending names has decided that we should not have them.
    """
    name = claims.name or " ".join(part for part in (claims.given_name, claims.family_name) if part)
    told = {
        "name": name[:300],
        "given_name": (claims.given_name or "")[:200],
        "email": (claims.email or "")[:320],
        "launch_locale": locale,
    }
    person = _find_or_insert(
        tx,
        select(Person).where(Person.registration_id == registration_id, Person.subject == claims.subject),
        Person,
        {"registration_id": registration_id, "subject": claims.subject, "locale": "", "created_at": now, **told},
        ("registration_id", "subject"),
    )
    for field, value in told.items():
        setattr(person, field, value)
    return person


def keep_membership(
    tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, role: PrincipalRole, *, now: datetime
) -> Membership:
    """Keep that this person is in this course, with the role of this launch."""
    membership = _find_or_insert(
        tx,
        select(Membership).where(Membership.context_id == context_id, Membership.person_id == person_id),
        Membership,
        {"context_id": context_id, "person_id": person_id, "role": role, "welcomed_at": None, "launched_at": now},
        ("context_id", "person_id"),
    )
    membership.role = role
    membership.launched_at = now
    return membership
