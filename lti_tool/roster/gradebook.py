"""Which gradebook columns get which score: what the teacher chose, over the columns that exist."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.upsert import insert_into
from lti_tool.lti.ags import SCOPE_SCORE
from lti_tool.roster.gradebook_models import Columns, GradebookChoice, LinkSetting
from lti_tool.roster.models import LineItem, ResourceLink


@dataclass(frozen=True)
class ScoreColumn:
    """A column that gets scores: of one task, or of the whole course where `task_id` is None."""

    line_item_id: uuid.UUID
    task_id: uuid.UUID | None


def chosen_columns(tx: Session, context_id: uuid.UUID) -> Columns | None:
    """Return what the teacher chose, None where nobody was asked yet."""
    chosen = tx.execute(
        select(GradebookChoice.columns).where(GradebookChoice.context_id == context_id)
    ).scalar_one_or_none()
    return Columns(chosen) if chosen else None


def choose_columns(
    tx: Session, context_id: uuid.UUID, columns: Columns, *, by_person_id: uuid.UUID, now: datetime
) -> None:
    """Keep what the teacher chose."""
    values = {"context_id": context_id, "columns": columns, "chosen_by": by_person_id, "chosen_at": now}
    statement = insert_into(tx, GradebookChoice, values)
    tx.execute(statement.on_conflict_do_update(index_elements=["context_id"], set_=values))


def score_columns(tx: Session, context_id: uuid.UUID) -> list[ScoreColumn]:
    """Return the columns of the course that get scores now, and which.

    A link that was made for a task stands for that task, every other link for the course. As long as nobody chose,
    each column gets what its link stands for. *One* means the links that stand for the course (where there are none:
    the oldest link); *per task* means the links of tasks, and the columns that we made for the other tasks.
    """
    rows = tx.execute(
        select(
            LineItem.id,
            LineItem.resource_link_id,
            LineItem.task_id.label("made_for"),
            LineItem.scopes,
            LineItem.is_silent,
            LinkSetting.task_id.label("link_task"),
        )
        .outerjoin(LinkSetting, LinkSetting.resource_link_id == LineItem.resource_link_id)
        .outerjoin(ResourceLink, ResourceLink.id == LineItem.resource_link_id)
        .where(LineItem.context_id == context_id)
        .order_by(ResourceLink.created_at, LineItem.id)
    ).all()
    choice = chosen_columns(tx, context_id) if rows else Columns.NONE
    if choice is Columns.NONE:
        return []
    on_links = [row for row in rows if row.resource_link_id is not None]
    for_course = [row for row in on_links if row.link_task is None]
    for_tasks = [row for row in on_links if row.link_task is not None]
    if choice is Columns.ONE:
        chosen = [(row, None) for row in for_course or on_links[:1]]
    elif choice is Columns.PER_TASK:
        has_link = {row.link_task for row in for_tasks}
        made = [row for row in rows if row.resource_link_id is None and row.made_for not in has_link]
        chosen = [(row, row.link_task) for row in for_tasks] + [(row, row.made_for) for row in made]
    else:
        chosen = [(row, row.link_task) for row in on_links]
    return [ScoreColumn(row.id, task_id) for row, task_id in chosen if SCOPE_SCORE in row.scopes and not row.is_silent]
