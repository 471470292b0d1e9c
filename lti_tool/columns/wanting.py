"""Which columns there should be: those that are missing, and those that are called or worth otherwise by now."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.achievement import newest_name
from config import outbox
from config.ids import new_id
from config.upsert import insert_unless_present
from gamification.progress import task_texts
from gamification.rules import current_rules
from lti_tool.lti.ags import SCOPE_LINE_ITEM
from lti_tool.messages import MessageType
from lti_tool.progress import platform_lane
from lti_tool.roster.endpoints import registration_of_context
from lti_tool.roster.gradebook import NOT_MADE, chosen_columns, course_columns, tasks_with_column
from lti_tool.roster.gradebook_models import Columns
from lti_tool.roster.models import Context, LineItem

BADGE_TAG = "mijlpaal-badge"
TAG = "mijlpaal-task"
"""The tag of every column of a task that we make."""
_LONGEST_LABEL = 200
"""Characters; what gradebooks take."""


@dataclass(frozen=True)
class MissingColumn:
    """A required task that has no column of its own yet."""

    task_id: uuid.UUID
    title: str
    points: int

    @property
    def label(self) -> str:
        """What the column is called."""
        return self.title[:_LONGEST_LABEL]


@dataclass(frozen=True)
class MissingBadgeColumn:
    """The column of a badge, which somebody asked for."""

    line_item_id: uuid.UUID
    achievement_id: uuid.UUID
    label: str


@dataclass(frozen=True)
class StaleColumn:
    """A column that we made, with what it should be called and out of how many points it should be."""

    line_item_id: uuid.UUID
    url: str
    label: str
    score_maximum: float


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
    insert_unless_present(tx, LineItem, values, key=("achievement_id",))
    promise_columns(tx, context_id, now=now)


def promise_columns(tx: Session, context_id: uuid.UUID, *, now: datetime) -> None:
    """Promise to make what is missing and mend what is stale; nothing where nothing is, or where it is not allowed."""
    context = tx.get(Context, context_id)
    if context is None or not can_make_columns(context):
        return
    if not (missing_columns(tx, context_id) or badge_column_to_make(tx, context_id) or stale_columns(tx, context_id)):
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
    have_one = tasks_with_column(tx, context_id)
    return [column for task_id, column in columns_of_tasks(tx, context_id).items() if task_id not in have_one]


def badge_column_to_make(tx: Session, context_id: uuid.UUID) -> MissingBadgeColumn | None:
    """Return the column of the badge that is wanted and not made yet, where the platform lets us."""
    if not can_make_columns(tx.get_one(Context, context_id)):
        return None
    wanted = [
        (column.line_item_id, column.achievement_id)
        for column in course_columns(tx, context_id)
        if column.is_wanted and column.achievement_id is not None
    ]
    if not wanted:
        return None
    line_item_id, achievement_id = wanted[0]
    return MissingBadgeColumn(line_item_id, achievement_id, newest_name(tx, achievement_id)[:_LONGEST_LABEL])


def stale_columns(tx: Session, context_id: uuid.UUID) -> list[StaleColumn]:
    """Return the columns that we made whose task or badge has another name, or other points, than we told.

    What somebody changed there is left alone until it changes here; and so is the column of a task that is no required
    task of the course any more: it stands for what was.
    """
    if not can_make_columns(tx.get_one(Context, context_id)):
        return []
    of_tasks = columns_of_tasks(tx, context_id)
    made = tx.execute(
        select(LineItem)
        .where(
            LineItem.context_id == context_id,
            LineItem.resource_link_id.is_(None),
            LineItem.url != NOT_MADE,
            LineItem.gone_at.is_(None),
        )
        .order_by(LineItem.id)
    ).scalars()
    found = []
    for row in made:
        if row.achievement_id is not None:
            label, maximum = newest_name(tx, row.achievement_id)[:_LONGEST_LABEL], 1.0
        elif row.task_id in of_tasks:
            label, maximum = of_tasks[row.task_id].label, float(of_tasks[row.task_id].points)
        else:
            continue
        if label and (row.label, row.score_maximum) != (label, maximum):
            found.append(StaleColumn(row.id, row.url, label, maximum))
    return found


def columns_of_tasks(tx: Session, context_id: uuid.UUID) -> dict[uuid.UUID | None, MissingColumn]:
    """Return what the column of each required open task is, or would be."""
    current = current_rules(tx, context_id)
    if current is None:
        return {}
    texts = task_texts(tx, context_id)
    return {
        rule.task_id: MissingColumn(rule.task_id, texts[rule.task_id].title, rule.points)
        for rule in current.rules.tasks
        if not (rule.closed or rule.is_bonus)
    }
