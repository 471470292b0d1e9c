"""What was placed in a course by deep linking, and finding it again when its link is opened, in a copied course too."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.lti.claims import LaunchClaims
from lti_tool.lti.custom_parameters import ITEM
from lti_tool.roster.gates import GateProblem
from lti_tool.roster.item_models import ContentItem, Gate, ItemKind
from lti_tool.roster.models import Context, Deployment, ResourceLink


@dataclass(frozen=True)
class PlacedItem:
    """An item of a course."""

    id: uuid.UUID
    kind: ItemKind
    task_id: uuid.UUID | None
    achievement_id: uuid.UUID | None
    is_new_to_link: bool = False
    """This launch is the first at which its link stands for it."""


def keep_item_of_link(
    tx: Session,
    registration_id: uuid.UUID,
    context_id: uuid.UUID,
    link_id: uuid.UUID,
    claims: LaunchClaims,
    *,
    now: datetime,
) -> PlacedItem | None:
    """Return what the opened link stands for, and keep that; None for a link that does not come from deep linking.

    The id in the link's custom parameters is what we returned once. Teachers can type there, so it counts only for an
    item of this course, or for the counterpart here of one in another course of the same platform.
    """
    named = _named(claims)
    if named is None:
        return None
    item = _item_here(tx, registration_id, context_id, named)
    if item is None:
        return None
    link = tx.get_one(ResourceLink, link_id)
    is_new = link.content_item_id != item.id
    if is_new:
        link.content_item_id = item.id
    if link.title and item.title != link.title:
        item.title = link.title
    if item.kind in {ItemKind.GATE, ItemKind.STAFF_GATE}:
        gate = tx.get(Gate, item.id)
        # A copy of the link in the same course has another restriction: it takes the place of one that is gone only.
        is_free = gate is not None and (not gate.external_resource_link_id or gate.problem == GateProblem.GONE)
        if gate is not None and is_free and gate.external_resource_link_id != link.external_resource_link_id:
            gate.external_resource_link_id = link.external_resource_link_id
            gate.problem, gate.failures = "", 0
            tx.get_one(Context, context_id).gates_due_at = now
    return replace(_placed(item), is_new_to_link=is_new)


def find_item(tx: Session, context_id: uuid.UUID, item_id: uuid.UUID) -> PlacedItem | None:
    """Return an item of this course."""
    item = tx.get(ContentItem, item_id)
    return _placed(item) if item is not None and item.context_id == context_id else None


def item_of_link(tx: Session, context_id: uuid.UUID, link_id: uuid.UUID | None) -> PlacedItem | None:
    """Return what a link of this course stands for."""
    if link_id is None:
        return None
    item = tx.execute(
        select(ContentItem)
        .join(ResourceLink, ResourceLink.content_item_id == ContentItem.id)
        .where(ResourceLink.id == link_id, ContentItem.context_id == context_id)
    ).scalar_one_or_none()
    return _placed(item) if item is not None else None


def _named(claims: LaunchClaims) -> uuid.UUID | None:
    """Return the id that the link carries: a parameter of it, or where a platform loses those, in its address."""
    asked = parse_qs(urlsplit(claims.target_link_uri).query).get("item", [""])[0]
    try:
        return uuid.UUID(claims.custom.get(ITEM, "") or asked)
    except ValueError:
        return None


def _item_here(
    tx: Session, registration_id: uuid.UUID, context_id: uuid.UUID, item_id: uuid.UUID
) -> ContentItem | None:
    """Return the item, or its counterpart in this course: `copied_from_id` names the first of all its copies."""
    item = tx.execute(
        select(ContentItem)
        .join(Context, Context.id == ContentItem.context_id)
        .join(Deployment, Deployment.id == Context.deployment_id)
        .where(ContentItem.id == item_id, Deployment.registration_id == registration_id)
    ).scalar_one_or_none()
    if item is None or item.context_id == context_id:
        return item
    return tx.execute(
        select(ContentItem).where(
            ContentItem.context_id == context_id, ContentItem.copied_from_id == (item.copied_from_id or item.id)
        )
    ).scalar_one_or_none()


def _placed(item: ContentItem) -> PlacedItem:
    return PlacedItem(item.id, ItemKind(item.kind), item.task_id, item.achievement_id)
