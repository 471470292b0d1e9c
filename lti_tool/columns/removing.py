"""Taking a column that we made out of the gradebook: only when a teacher says so, for its grades go with it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from config import outbox
from config.errors import NotFound
from lti_tool.columns.wanting import columns_of_tasks
from lti_tool.lti.ags import delete_line_item
from lti_tool.messages import MessageType
from lti_tool.progress import platform_lane
from lti_tool.roster.endpoints import endpoint_of, registration_of_context
from lti_tool.roster.gradebook import NOT_MADE, course_columns
from lti_tool.roster.kept_columns import forget_column
from lti_tool.roster.models import LineItem
from lti_tool.tool import Tool


def removable_columns(tx: Session, context_id: uuid.UUID) -> set[uuid.UUID]:
    """Return the columns that somebody can have removed: we made them, and would not make them again by ourselves."""
    wanted = columns_of_tasks(tx, context_id)
    return {
        column.line_item_id
        for column in course_columns(tx, context_id)
        if column.is_made
        and column.gone_at is None
        and (column.achievement_id is not None or not (column.is_chosen and column.made_for in wanted))
    }


def promise_removal(tx: Session, context_id: uuid.UUID, line_item_id: uuid.UUID, *, now: datetime) -> None:
    """Promise to take this column out of the gradebook; no score goes there any more. One not made yet just goes.

    Raises:
        NotFound: no such column in this course, or one that is not to be removed.
    """
    if line_item_id not in removable_columns(tx, context_id):
        raise NotFound("line-item")
    row = tx.get_one(LineItem, line_item_id, with_for_update=True)
    if row.url == NOT_MADE:
        forget_column(tx, line_item_id)
        return
    row.is_silent = True
    outbox.put(
        tx,
        MessageType.REMOVE_COLUMN,
        {"line_item_id": line_item_id},
        now=now,
        coalesce_key=str(line_item_id),
        lane=platform_lane(registration_of_context(tx, context_id).id),
    )


def remove_column(tool: Tool, line_item_id: uuid.UUID) -> None:
    """Take the column out of the gradebook, then forget it; one that is gone already is fine.

    Raises:
        PlatformFailed: it is still there.
    """
    with tool.db.reading() as tx:
        row = tx.get(LineItem, line_item_id)
        if row is None or not row.is_silent or row.resource_link_id is not None:
            return
        endpoint = endpoint_of(tx, tool.box, registration_of_context(tx, row.context_id), now=tool.clock.now())
    delete_line_item(tool.platform_http, endpoint, row.url)
    with tool.db.transaction() as tx:
        forget_column(tx, line_item_id)
