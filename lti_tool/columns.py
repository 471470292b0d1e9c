"""Making the gradebook columns of tasks, where the teacher asked for one per task and the platform lets us.

https://www.imsglobal.org/spec/lti-ags/v2p0/#creating-a-new-line-item
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from config import outbox
from config.errors import PlatformFailed
from gamification.progress import people_with_balance, task_texts
from gamification.rules import current_rules
from lti_tool.lti.ags import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READONLY, LineItem, create_line_item, list_line_items
from lti_tool.lti.origin import same_origin
from lti_tool.messages import MessageType
from lti_tool.progress import platform_lane, promise_scores
from lti_tool.roster.endpoints import endpoint_of, registration_of_context
from lti_tool.roster.gradebook import chosen_columns, keep_made_column, tasks_with_column
from lti_tool.roster.gradebook_models import Columns
from lti_tool.roster.models import LONGEST_ADDRESS, Context
from lti_tool.tool import Tool

TAG = "mijlpaal-task"
"""The tag of every column that we make."""
_LONGEST_LABEL = 200
"""Characters; what gradebooks take."""


@dataclass(frozen=True)
class MissingColumn:
    """A required task that has no column of its own yet."""

    task_id: uuid.UUID
    title: str
    points: int


def can_make_columns(context: Context) -> bool:
    """Say whether the platform lets us make columns in this course, as its newest launch said."""
    return bool(context.line_items_url) and SCOPE_LINE_ITEM in (context.grade_scopes or ())


def columns_key(context_id: uuid.UUID) -> str:
    """Return the coalesce key of the promise to make the columns of a course."""
    return str(context_id)


def promise_columns(tx: Session, context_id: uuid.UUID, *, now: datetime) -> None:
    """Promise to make the columns that are missing; nothing where none are, or none were asked for or are allowed."""
    if not missing_columns(tx, context_id):
        return
    outbox.put(
        tx,
        MessageType.MAKE_COLUMNS,
        {"context_id": context_id},
        now=now,
        coalesce_key=columns_key(context_id),
        lane=platform_lane(registration_of_context(tx, context_id).id),
    )


def missing_columns(tx: Session, context_id: uuid.UUID) -> list[MissingColumn]:
    """Return the required open tasks without a column, where the teacher wants one per task and it can be made."""
    if chosen_columns(tx, context_id) is not Columns.PER_TASK or not can_make_columns(tx.get_one(Context, context_id)):
        return []
    current = current_rules(tx, context_id)
    if current is None:
        return []
    have_one = tasks_with_column(tx, context_id)
    texts = task_texts(tx, context_id)
    return [
        MissingColumn(rule.task_id, texts[rule.task_id].title, rule.points)
        for rule in current.rules.tasks
        if not (rule.closed or rule.is_bonus or rule.task_id in have_one)
    ]


def make_columns(tool: Tool, context_id: uuid.UUID, keep_lease: Callable[[], None] = lambda: None) -> None:
    """Make the columns that are missing, one call each, and promise everybody's scores to each of them.

    What the platform has is looked at first: whoever made a column and was cut off before keeping it finds it again.
    A column that came about beside its link (the link was made with the id of its task) is taken too.

    Raises:
        PlatformFailed: what was made until then is kept.
    """
    now = tool.clock.now()
    with tool.db.reading() as tx:
        missing = missing_columns(tx, context_id)
        if not missing:
            return
        context = tx.get_one(Context, context_id)
        endpoint = endpoint_of(tx, tool.box, registration_of_context(tx, context_id), now=now)
    url, scopes = context.line_items_url, context.grade_scopes or []
    reading = SCOPE_LINE_ITEM_READONLY if SCOPE_LINE_ITEM_READONLY in scopes else SCOPE_LINE_ITEM
    there: dict[str | None, LineItem] = {
        item.resource_id: item for item in list_line_items(tool.platform_http, endpoint, url, scope=reading)
    }
    for column in missing:
        keep_lease()
        made = there.get(str(column.task_id)) or create_line_item(
            tool.platform_http,
            endpoint,
            url,
            label=column.title[:_LONGEST_LABEL],
            score_maximum=column.points,
            resource_id=str(column.task_id),
            tag=TAG,
        )
        if not same_origin(made.url, url) or len(made.url) > LONGEST_ADDRESS:
            raise PlatformFailed("foreign-line-item", retryable=False)
        with tool.db.transaction() as tx:
            line_item_id = keep_made_column(
                tx, context_id, column.task_id, url=made.url, scopes=scopes, now=tool.clock.now()
            )
            if line_item_id is not None:
                promise_scores(
                    tx, context_id, people_with_balance(tx, context_id), now=tool.clock.now(), only=line_item_id
                )
