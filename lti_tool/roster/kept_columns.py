"""Gradebook columns that come and go: made by us, gone from the platform, silenced, forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config.errors import NotFound
from config.ids import new_id
from config.upsert import insert_unless_present
from lti_tool.roster.gradebook import CourseColumn, course_columns
from lti_tool.roster.gradebook_models import ScoreDelivery
from lti_tool.roster.item_models import GradeByHand
from lti_tool.roster.models import Context, LineItem

LOOKED_AGAIN_AFTER = timedelta(hours=1)
"""A platform that is being maintained can say of anything that it is not there."""


def mark_gone(tx: Session, line_item_id: uuid.UUID, url: str, *, now: datetime) -> None:
    """Keep that the platform does not have this column any more, unless it has another address by now.

    It is looked for once more a little later.
    """
    line_item = tx.get(LineItem, line_item_id, with_for_update=True)
    if line_item is not None and line_item.url == url and line_item.gone_at is None:
        line_item.gone_at = now
        context = tx.get_one(Context, line_item.context_id)
        later = now + LOOKED_AGAIN_AFTER
        context.columns_due_at = min(context.columns_due_at or later, later)


def forget_gone_column(tx: Session, context_id: uuid.UUID, line_item_id: uuid.UUID) -> CourseColumn:
    """Forget a column that is gone, so that it can be made again; returns what it was.

    Raises:
        NotFound: no such column in this course, or one that is still there.
    """
    found = next((one for one in course_columns(tx, context_id) if one.line_item_id == line_item_id), None)
    if found is None or found.gone_at is None:
        raise NotFound("line-item")
    forget_column(tx, line_item_id)
    return found


def forget_column(tx: Session, line_item_id: uuid.UUID) -> None:
    """Forget a column and what was delivered there. What it gave to learners stays theirs."""
    for model in (ScoreDelivery, GradeByHand):
        tx.execute(delete(model).where(model.line_item_id == line_item_id))
    tx.execute(delete(LineItem).where(LineItem.id == line_item_id))


def set_silent(tx: Session, context_id: uuid.UUID, line_item_id: uuid.UUID, is_silent: bool) -> bool:
    """Keep whether the teacher wants no scores in this column; says whether that changed.

    Raises:
        NotFound: no such column in this course.
    """
    line_item = tx.execute(
        select(LineItem).where(LineItem.id == line_item_id, LineItem.context_id == context_id)
    ).scalar_one_or_none()
    if line_item is None:
        raise NotFound("line-item")
    is_changed = line_item.is_silent != is_silent
    if is_changed:
        line_item.is_silent = is_silent
    return is_changed


def keep_made_column(
    tx: Session,
    context_id: uuid.UUID,
    task_id: uuid.UUID,
    *,
    url: str,
    label: str,
    score_maximum: float,
    scopes: Sequence[str],
    now: datetime,
) -> uuid.UUID | None:
    """Keep a column that we made for a task; returns its id, None when the task had one.

    `label` and `score_maximum` are what we told the platform: what somebody makes of that there is theirs.
    """
    values = {
        "id": new_id(),
        "context_id": context_id,
        "resource_link_id": None,
        "task_id": task_id,
        "url": url,
        "label": label,
        "score_maximum": score_maximum,
        "scopes": list(scopes),
        "seen_at": now,
    }
    line_item_id: uuid.UUID | None = insert_unless_present(
        tx, LineItem, values, key=("task_id",), where="resource_link_id IS NULL"
    )
    return line_item_id
