"""The columns that the platform has of us in a course, held against those that we know: found, renamed, removed.

A link that came from deep linking has its column before anybody opens it: the platform names it by our own id, and says
to which link it belongs. So a class is graded before anyone launches.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.ids import new_id
from config.upsert import insert_unless_present
from gamification.progress import people_with_balance
from lti_tool.link_settings import note_what_agrees, stand_for_task
from lti_tool.lti.ags import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READONLY, list_line_items
from lti_tool.lti.origin import same_origin
from lti_tool.lti.score import LineItem as Listed
from lti_tool.progress import promise_scores
from lti_tool.roster.endpoints import endpoint_of, registration_of_context
from lti_tool.roster.gradebook import NOT_MADE
from lti_tool.roster.item_models import ContentItem, Gate
from lti_tool.roster.models import LONGEST_ADDRESS, Context, LineItem, ResourceLink
from lti_tool.roster.score_deliveries import forget_deliveries
from lti_tool.roster.services import make_grades_due
from lti_tool.tool import Tool


def find_columns(tool: Tool, context_id: uuid.UUID) -> None:
    """Ask for our columns of the course, and keep what is new, otherwise called, or gone.

    Raises:
        PlatformFailed: nothing is changed.
    """
    asked_at = tool.clock.now()
    with tool.db.reading() as tx:
        context = tx.get_one(Context, context_id)
        url, scopes = context.line_items_url, context.grade_scopes or []
        reading = next((scope for scope in (SCOPE_LINE_ITEM_READONLY, SCOPE_LINE_ITEM) if scope in scopes), None)
        endpoint = endpoint_of(tx, tool.box, registration_of_context(tx, context_id), now=tool.clock.now())
    if not url or reading is None:
        return
    found = list_line_items(tool.platform_http, endpoint, url, scope=reading)
    listed = [one for one in found if same_origin(one.url, url) and len(one.url) <= LONGEST_ADDRESS]
    with tool.db.transaction() as tx:
        new = _keep(tx, context_id, listed, scopes, asked_at=asked_at, now=tool.clock.now())
        tx.flush()
        note_what_agrees(tx, context_id)
        if new:
            make_grades_due(tx, context_id, now=tool.clock.now())
        for line_item_id in new:
            people = people_with_balance(tx, context_id)
            promise_scores(tx, context_id, people, now=tool.clock.now(), only=line_item_id)


def _keep(
    tx: Session,
    context_id: uuid.UUID,
    listed: Sequence[Listed],
    scopes: Sequence[str],
    *,
    asked_at: datetime,
    now: datetime,
) -> list[uuid.UUID]:
    """Keep what is listed; returns the columns to which scores can go from now on."""
    items = {
        str(item.id): item
        for item in tx.execute(select(ContentItem).where(ContentItem.context_id == context_id)).scalars()
    }
    by_url = {one.url: one for one in listed}
    new = [
        line_item_id
        for one in listed
        if (item := _item_of(one, items)) is not None
        and (line_item_id := _keep_placed(tx, context_id, item, one, by_url, scopes, now=now)) is not None
    ]
    tx.flush()
    known = tx.execute(
        select(LineItem)
        .where(LineItem.context_id == context_id, LineItem.url != NOT_MADE)
        .order_by(LineItem.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for row in known.scalars():
        there = by_url.get(row.url)
        if there is not None:
            if row.gone_at is not None:
                row.gone_at = None
                new.append(row.id)
            # What we made is called what we told, whatever became of it there: see `columns.stale_columns`.
            if row.resource_link_id is not None:
                row.label, row.score_maximum = there.label[:300], there.score_maximum
        elif listed and row.gone_at is None and row.seen_at < asked_at:
            # Not where none is listed at all: that is a platform that does not show them rather than a teacher who
            # removed them all, and each column that is really gone says so when a score comes. Nor one that a launch
            # named while we asked.
            row.gone_at = now
    return new


def _item_of(listed: Listed, items: Mapping[str, ContentItem]) -> ContentItem | None:
    """Return what a column was placed for: itself, or what it is a copy of, for copied columns keep the first id."""
    if not listed.resource_id or not listed.resource_link_id:
        return None
    if listed.resource_id in items:
        return items[listed.resource_id]
    copies = (item for item in items.values() if str(item.copied_from_id) == listed.resource_id)
    return next(copies, None)


def _keep_placed(
    tx: Session,
    context_id: uuid.UUID,
    item: ContentItem,
    listed: Listed,
    by_url: Mapping[str, Listed],
    scopes: Sequence[str],
    *,
    now: datetime,
) -> uuid.UUID | None:
    """Keep the link and the column of an item; returns the column where it was not known, or is another one by now."""
    link_id = _link_of(tx, context_id, item, str(listed.resource_link_id), listed.label, now=now)
    gate = tx.get(Gate, item.id)
    if gate is not None and not gate.external_resource_link_id:
        gate.external_resource_link_id = str(listed.resource_link_id)
        tx.get_one(Context, context_id).gates_due_at = now
    values = {
        "id": new_id(),
        "context_id": context_id,
        "resource_link_id": link_id,
        "url": listed.url,
        "scopes": list(scopes),
        "seen_at": now,
    }
    line_item_id: uuid.UUID | None = insert_unless_present(tx, LineItem, values, key=("resource_link_id",))
    if line_item_id is not None:
        return line_item_id
    known = tx.execute(select(LineItem).where(LineItem.resource_link_id == link_id).with_for_update()).scalar_one()
    if known.url in by_url:  # a link can have several columns: the one that we know is as good as another
        return None
    forget_deliveries(tx, known.id)
    known.url, known.scopes, known.gone_at, known.seen_at = listed.url, list(scopes), None, now
    return known.id


def _link_of(
    tx: Session, context_id: uuid.UUID, item: ContentItem, external_id: str, title: str, *, now: datetime
) -> uuid.UUID:
    key = ("context_id", "external_resource_link_id")
    values = {
        "id": new_id(),
        "context_id": context_id,
        "external_resource_link_id": external_id[:255],
        "title": (title or item.title)[:300],
        "created_at": now,
    }
    insert_unless_present(tx, ResourceLink, values, key=key)
    link = tx.execute(
        select(ResourceLink).where(
            ResourceLink.context_id == context_id, ResourceLink.external_resource_link_id == external_id[:255]
        )
    ).scalar_one()
    if link.content_item_id is None:
        link.content_item_id = item.id
    if item.task_id is not None:
        stand_for_task(tx, context_id, link.id, item.task_id, now=now)
    return link.id
