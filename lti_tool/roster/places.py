"""Keeping what a launch tells about where and who: course, link, column, person, membership."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from config.database import Base
from config.ids import new_id
from config.upsert import insert_unless_present
from lti_tool.lti.ags import SCOPE_SCORE
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


def _insert_and_find(
    tx: Session, query: Select[_Row], model: type[_Row], values: Mapping[str, Any], key: tuple[str, ...]
) -> _Row:
    """Return the row after making it; two launches that bring it at once make one."""
    insert_unless_present(tx, model, {"id": new_id(), **values}, key=key)
    return tx.execute(query).scalar_one()


def keep_place(
    tx: Session, deployment_id: uuid.UUID, claims: LaunchClaims, *, now: datetime
) -> tuple[uuid.UUID, uuid.UUID]:
    """Return the course and the placement of this launch.

    A launch that names no course gets a course of its own per resource link.
    """
    link = claims.resource_link
    link_id, link_title = (link.id, (link.title or "")[:300]) if link else ("", "")
    if claims.context is not None:
        external_id, title = f"context:{claims.context.id}", claims.context.title or claims.context.label or ""
    else:
        external_id, title = f"resource-link:{link_id}", link_title
    title = title[:300]
    find_context = select(Context).where(
        Context.deployment_id == deployment_id, Context.external_context_id == external_id
    )
    known = tx.execute(
        find_context.add_columns(ResourceLink).outerjoin(
            ResourceLink,
            and_(ResourceLink.context_id == Context.id, ResourceLink.external_resource_link_id == link_id),
        )
    ).one_or_none()
    context, placement = known or (None, None)
    if context is None:
        context = _insert_and_find(
            tx,
            find_context,
            Context,
            {"deployment_id": deployment_id, "external_context_id": external_id, "title": title, "created_at": now},
            ("deployment_id", "external_context_id"),
        )
    if placement is None:
        placement = _insert_and_find(
            tx,
            select(ResourceLink).where(
                ResourceLink.context_id == context.id, ResourceLink.external_resource_link_id == link_id
            ),
            ResourceLink,
            {
                "context_id": context.id,
                "external_resource_link_id": link_id,
                "title": link_title,
                "created_at": now,
            },
            ("context_id", "external_resource_link_id"),
        )
    if title:
        context.title = title
    placement.title = link_title
    return context.id, placement.id


def keep_line_item(
    tx: Session, context_id: uuid.UUID, resource_link_id: uuid.UUID, claims: LaunchClaims, *, now: datetime
) -> bool:
    """Keep the gradebook column of this link; True when scores can go to a place where they could not before.

    A launch without a column leaves what is known: not every launch of a link carries it.
    """
    if claims.ags is None or not claims.ags.lineitem:
        return False
    url, scopes = claims.ags.lineitem, list(claims.ags.scopes)
    query = select(LineItem).where(LineItem.resource_link_id == resource_link_id)
    row = tx.execute(query).scalar_one_or_none()
    is_new_place = SCOPE_SCORE in scopes and (row is None or row.url != url or SCOPE_SCORE not in row.scopes)
    if row is None:
        row = _insert_and_find(
            tx,
            query,
            LineItem,
            {
                "context_id": context_id,
                "resource_link_id": resource_link_id,
                "url": url,
                "scopes": scopes,
                "seen_at": now,
            },
            ("resource_link_id",),
        )
    if row.scopes != scopes:
        row.scopes = scopes
    row.url = url
    row.seen_at = now
    return is_new_place


def keep_member(
    tx: Session,
    registration_id: uuid.UUID,
    context_id: uuid.UUID,
    claims: LaunchClaims,
    *,
    role: PrincipalRole,
    locale: str,
    now: datetime,
) -> tuple[Person, Membership]:
    """Return the person, with the names of this launch, and their membership, with the role of this launch.

    What a launch does not carry is forgotten: a platform that stops sending names has decided that we should not
    have them.
    """
    name = claims.name or " ".join(part for part in (claims.given_name, claims.family_name) if part)
    told = {
        "name": name[:300],
        "given_name": (claims.given_name or "")[:200],
        "email": (claims.email or "")[:320],
        "launch_locale": locale,
    }
    find_person = select(Person).where(Person.registration_id == registration_id, Person.subject == claims.subject)
    known = tx.execute(
        find_person.add_columns(Membership).outerjoin(
            Membership, and_(Membership.person_id == Person.id, Membership.context_id == context_id)
        )
    ).one_or_none()
    person, membership = known or (None, None)
    if person is None:
        person = _insert_and_find(
            tx,
            find_person,
            Person,
            {"registration_id": registration_id, "subject": claims.subject, "locale": "", "created_at": now, **told},
            ("registration_id", "subject"),
        )
    if membership is None:
        membership = _insert_and_find(
            tx,
            select(Membership).where(Membership.context_id == context_id, Membership.person_id == person.id),
            Membership,
            {
                "context_id": context_id,
                "person_id": person.id,
                "role": role,
                "welcomed_at": None,
                "launched_at": now,
            },
            ("context_id", "person_id"),
        )
    for field, value in told.items():
        setattr(person, field, value)
    membership.role = role
    membership.launched_at = now
    return person, membership
