"""Keeping what a launch tells about where and who: course, link, column, person, membership."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from config.database import Base
from config.ids import new_id
from config.upsert import insert_unless_present
from lti_tool.lti.ags import SCOPE_LINE_ITEM, SCOPE_SCORE
from lti_tool.lti.claims import AgsClaim, ContextClaim, LaunchClaims
from lti_tool.lti.roles import PrincipalRole, may_earn
from lti_tool.roster.gradebook import chosen_columns
from lti_tool.roster.gradebook_models import Columns, LinkSetting
from lti_tool.roster.kept_names import kept_names
from lti_tool.roster.models import Context, Deployment, LineItem, Membership, Person, Registration, ResourceLink
from lti_tool.roster.score_deliveries import forget_deliveries

_Row = TypeVar("_Row", bound=Base)
OUTSIDE_COURSES = "outside-courses:"
"""Stands for the course of people who came from a place of their platform that is in none."""


@dataclass(frozen=True)
class Place:
    """Where a launch was: its course, its placement, and what we kept of that link's settings in the platform."""

    context_id: uuid.UUID
    link_id: uuid.UUID
    setting: LinkSetting | None


def keep_platform(tx: Session, known: Registration, deployment: Deployment, claims: LaunchClaims) -> Registration:
    """Learn which product the platform is and how it calls itself here; writes only what changed.

    Returns the registration as it is now. Schools can share one, so the name is that of the deployment.
    """
    if claims.platform is None:
        return known
    name = (claims.platform.name or deployment.name)[:200]
    if name != deployment.name:
        tx.get_one(Deployment, deployment.id).name = name
    family = (claims.platform.product_family_code or known.product_family)[:60]
    if family == known.product_family:
        return known
    registration = tx.get_one(Registration, known.id)
    registration.product_family = family
    return registration


def _insert_and_find(
    tx: Session, query: Select[_Row], model: type[_Row], values: Mapping[str, Any], key: tuple[str, ...]
) -> _Row:
    """Return the row after making it; two launches that bring it at once make one."""
    insert_unless_present(tx, model, {"id": new_id(), **values}, key=key)
    return tx.execute(query).scalar_one()


def keep_context(tx: Session, deployment_id: uuid.UUID, claim: ContextClaim, *, now: datetime) -> Context:
    """Return the course of a launch that opens no placement (deep linking)."""
    title = (claim.title or claim.label or "")[:300]
    context = _keep_context(tx, deployment_id, f"context:{claim.id}", title, now=now)
    if title:
        context.title = title
    return context


def keep_outside(tx: Session, deployment_id: uuid.UUID, *, now: datetime) -> Context:
    """Return what stands for a course where there is none: one for each deployment, without tasks, title or roster.

    So whoever comes from there has a session like everybody; `CurrentSession.is_in_course` tells it apart.
    """
    return _keep_context(tx, deployment_id, OUTSIDE_COURSES, "", now=now)


def _keep_context(tx: Session, deployment_id: uuid.UUID, external_id: str, title: str, *, now: datetime) -> Context:
    query = select(Context).where(Context.deployment_id == deployment_id, Context.external_context_id == external_id)
    context = tx.execute(query).scalar_one_or_none()
    if context is None:
        values = {"deployment_id": deployment_id, "external_context_id": external_id, "title": title, "created_at": now}
        context = _insert_and_find(tx, query, Context, values, ("deployment_id", "external_context_id"))
    return context


def keep_place(tx: Session, deployment_id: uuid.UUID, claims: LaunchClaims, *, now: datetime) -> Place:
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
        find_context.add_columns(ResourceLink, LinkSetting)
        .outerjoin(
            ResourceLink,
            and_(ResourceLink.context_id == Context.id, ResourceLink.external_resource_link_id == link_id),
        )
        .outerjoin(LinkSetting, LinkSetting.resource_link_id == ResourceLink.id)
    ).one_or_none()
    context, placement, setting = known or (None, None, None)
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
    return Place(context.id, placement.id, setting)


def keep_line_item(
    tx: Session, context_id: uuid.UUID, resource_link_id: uuid.UUID, claims: LaunchClaims, *, now: datetime
) -> bool:
    """Keep the gradebook column of this link; True when scores can go to a place where they could not before.

    Also when the columns that the teacher asked for can be made from now on.

    A launch without a column leaves what is known: not every launch of a link carries it.
    """
    if claims.ags is None:
        return False
    is_news = keep_grade_service(tx, context_id, claims.ags, now=now)
    if not claims.ags.lineitem:
        return is_news
    url, scopes = claims.ags.lineitem, list(claims.ags.scopes)
    query = select(LineItem).where(LineItem.resource_link_id == resource_link_id)
    row = tx.execute(query).scalar_one_or_none()
    is_new_place = SCOPE_SCORE in scopes and (
        row is None or row.url != url or row.gone_at is not None or SCOPE_SCORE not in row.scopes
    )
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
    if row.url != url:
        forget_deliveries(tx, row.id)
        row.url = url
    if row.scopes != scopes:
        row.scopes = scopes
    row.gone_at = None
    row.seen_at = now
    return is_new_place or is_news


def keep_grade_service(tx: Session, context_id: uuid.UUID, ags: AgsClaim, *, now: datetime) -> bool:
    """Keep where columns can be made and what the platform allows; True when the columns of tasks can be made now.

    The columns that we made follow: no launch names them. Where links were placed, their columns can be looked for now.
    """
    context = tx.get_one(Context, context_id)
    url, scopes = ags.lineitems or "", list(ags.scopes)
    if (context.line_items_url, context.grade_scopes) == (url, scopes):
        return False
    could_make = bool(context.line_items_url) and SCOPE_LINE_ITEM in (context.grade_scopes or ())
    context.line_items_url = url
    if url and context.columns_due_at is not None:
        context.columns_due_at = min(context.columns_due_at, now)
    if context.grade_scopes != scopes:
        context.grade_scopes = scopes
        for made in tx.execute(
            select(LineItem).where(LineItem.context_id == context_id, LineItem.resource_link_id.is_(None))
        ).scalars():
            made.scopes = scopes
    can_make = bool(url) and SCOPE_LINE_ITEM in scopes
    return can_make and not could_make and chosen_columns(tx, context_id) is Columns.PER_TASK


def keep_member(
    tx: Session,
    registration: Registration,
    context_id: uuid.UUID,
    claims: LaunchClaims,
    *,
    role: PrincipalRole,
    locale: str,
    now: datetime,
) -> tuple[Person, Membership, bool]:
    """Return the person, with the names of this launch, and their membership, with the role of this launch.

    The last says that they can earn here again, after a launch in a role that cannot or after they had left.

    What a launch does not carry is forgotten: a platform that stops sending names has decided that we should not
    have them.
    """
    names = kept_names(
        registration,
        name=claims.name,
        given_name=claims.given_name,
        family_name=claims.family_name,
        email=claims.email,
    )
    told = {**names, "launch_locale": locale}
    find_person = select(Person).where(Person.registration_id == registration.id, Person.subject == claims.subject)
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
            {"registration_id": registration.id, "subject": claims.subject, "locale": "", "created_at": now, **told},
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
    earned = may_earn(PrincipalRole(membership.role)) and membership.left_at is None
    earns_again = may_earn(role) and not earned
    membership.role = role
    membership.launched_at = now
    membership.left_at = None
    return person, membership, earns_again
