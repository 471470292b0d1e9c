"""Making the gradebook columns of tasks, where the teacher asked for one per task and the platform lets us.

https://www.imsglobal.org/spec/lti-ags/v2p0/#creating-a-new-line-item
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.achievement import newest_name
from config import outbox
from config.errors import PlatformFailed
from config.ids import new_id
from config.upsert import insert_unless_present
from gamification.progress import people_with_balance, task_texts
from gamification.rules import current_rules
from lti_tool.lti.ags import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READONLY, LineItem, create_line_item, list_line_items
from lti_tool.lti.origin import same_origin
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.messages import MessageType
from lti_tool.progress import platform_lane, promise_scores
from lti_tool.roster.endpoints import endpoint_of, registration_of_context
from lti_tool.roster.gradebook import chosen_columns, keep_made_column, tasks_with_column
from lti_tool.roster.gradebook_models import Columns
from lti_tool.roster.models import LONGEST_ADDRESS, Context
from lti_tool.roster.models import LineItem as LineItemRow
from lti_tool.tool import Tool

NOT_MADE = ""
"""The address of a column that the teacher wants and the platform does not have yet."""
BADGE_TAG = "mijlpaal-badge"
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


def want_badge_column(tx: Session, context_id: uuid.UUID, achievement_id: uuid.UUID, *, now: datetime) -> None:
    """Keep that the teacher wants a column for the badge, and promise to make it."""
    values = {
        "id": new_id(),
        "context_id": context_id,
        "achievement_id": achievement_id,
        "url": NOT_MADE,
        "scopes": [],
        "seen_at": now,
    }
    insert_unless_present(tx, LineItemRow, values, key=("achievement_id",))
    promise_columns(tx, context_id, now=now)


def badge_column_to_make(tx: Session, context_id: uuid.UUID) -> LineItemRow | None:
    """Return the column of the badge that is wanted and not made yet, where the platform lets us."""
    if not can_make_columns(tx.get_one(Context, context_id)):
        return None
    return tx.execute(
        select(LineItemRow).where(
            LineItemRow.context_id == context_id,
            LineItemRow.achievement_id.is_not(None),
            LineItemRow.url == NOT_MADE,
        )
    ).scalar_one_or_none()


def promise_columns(tx: Session, context_id: uuid.UUID, *, now: datetime) -> None:
    """Promise to make the columns that are missing; nothing where none are, or none were asked for or are allowed."""
    if not missing_columns(tx, context_id) and badge_column_to_make(tx, context_id) is None:
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
        badge = badge_column_to_make(tx, context_id)
        if not missing and badge is None:
            return
        badge_name = newest_name(tx, badge.achievement_id) if badge and badge.achievement_id else ""
        context = tx.get_one(Context, context_id)
        endpoint = endpoint_of(tx, tool.box, registration_of_context(tx, context_id), now=now)
    url, scopes = context.line_items_url, context.grade_scopes or []
    reading = SCOPE_LINE_ITEM_READONLY if SCOPE_LINE_ITEM_READONLY in scopes else SCOPE_LINE_ITEM
    there: dict[str | None, LineItem] = {
        item.resource_id: item for item in list_line_items(tool.platform_http, endpoint, url, scope=reading)
    }
    if badge is not None:
        _make_badge_column(tool, endpoint, badge, badge_name, url, there, scopes)
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
        _require_ours(made, url)
        with tool.db.transaction() as tx:
            line_item_id = keep_made_column(
                tx, context_id, column.task_id, url=made.url, scopes=scopes, now=tool.clock.now()
            )
            if line_item_id is not None:
                promise_scores(
                    tx, context_id, people_with_balance(tx, context_id), now=tool.clock.now(), only=line_item_id
                )


def _make_badge_column(
    tool: Tool,
    endpoint: PlatformEndpoint,
    wanted: LineItemRow,
    badge_name: str,
    url: str,
    there: Mapping[str | None, LineItem],
    scopes: Sequence[str],
) -> None:
    made = there.get(str(wanted.achievement_id)) or create_line_item(
        tool.platform_http,
        endpoint,
        url,
        label=badge_name[:_LONGEST_LABEL],
        score_maximum=1,
        resource_id=str(wanted.achievement_id),
        tag=BADGE_TAG,
    )
    _require_ours(made, url)
    with tool.db.transaction() as tx:
        row = tx.get(LineItemRow, wanted.id, with_for_update=True)
        if row is not None and row.url == NOT_MADE:
            row.url, row.scopes, row.label, row.score_maximum = made.url, list(scopes), made.label[:300], 1
            tx.flush()
            people = people_with_balance(tx, row.context_id)
            promise_scores(tx, row.context_id, people, now=tool.clock.now(), only=row.id)


def _require_ours(made: LineItem, url: str) -> None:
    if not same_origin(made.url, url) or len(made.url) > LONGEST_ADDRESS:
        raise PlatformFailed("foreign-line-item", retryable=False)
