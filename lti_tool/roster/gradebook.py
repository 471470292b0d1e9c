"""Which gradebook columns get which score: the teacher's choice over the columns there are."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, Uuid, bindparam, case, func, select, type_coerce
from sqlalchemy.orm import Session

from config.upsert import insert_into
from lti_tool.lti.ags import SCOPE_RESULT_READONLY, SCOPE_SCORE
from lti_tool.roster.gradebook_models import Columns, GradebookChoice, LinkSetting
from lti_tool.roster.item_models import ContentItem
from lti_tool.roster.models import LineItem, ResourceLink

NOT_MADE = ""
"""The address of a column that the teacher wants and the platform does not have yet."""

# Built once and on tables instead of classes: every activity asks which columns there are.
_ITEM = cast(Table, LineItem.__table__)
_LINK = cast(Table, ResourceLink.__table__)
_SETTING = cast(Table, LinkSetting.__table__)
_CHOICE = cast(Table, GradebookChoice.__table__)
_PLACED = cast(Table, ContentItem.__table__)
_IS_MADE = _ITEM.c.resource_link_id.is_(None)
_COLUMNS = (
    select(
        _ITEM.c.id,
        _ITEM.c.resource_link_id,
        # Named: a foreign key has no type as long as its table is unknown, and then ids come back as text on SQLite.
        type_coerce(_ITEM.c.task_id, Uuid()).label("made_for"),
        _ITEM.c.scopes,
        _ITEM.c.is_silent,
        _ITEM.c.gone_at,
        _ITEM.c.url,
        type_coerce(func.coalesce(_ITEM.c.achievement_id, _PLACED.c.achievement_id), Uuid()).label("badge"),
        type_coerce(_SETTING.c.task_id, Uuid()).label("link_task"),
        _LINK.c.title,
        _LINK.c.content_item_id.label("placed"),
        _CHOICE.c["columns"].label("choice"),
    )
    .select_from(_ITEM)
    .outerjoin(_SETTING, _SETTING.c.resource_link_id == _ITEM.c.resource_link_id)
    .outerjoin(_LINK, _LINK.c.id == _ITEM.c.resource_link_id)
    .outerjoin(_PLACED, _PLACED.c.id == _LINK.c.content_item_id)
    .outerjoin(_CHOICE, _CHOICE.c.context_id == _ITEM.c.context_id)
    .where(_ITEM.c.context_id == bindparam("context", type_=Uuid()))
    .order_by(_IS_MADE, _LINK.c.created_at, case((_IS_MADE, _ITEM.c.seen_at)), _ITEM.c.id)
)


@dataclass(frozen=True)
class ScoreColumn:
    """A column that gets scores: of one task, of the badge, or of the whole course where neither id is there."""

    line_item_id: uuid.UUID
    task_id: uuid.UUID | None
    achievement_id: uuid.UUID | None = None


@dataclass(frozen=True)
class CourseColumn:
    """A column of the gradebook that is ours, and what becomes of it.

    `made_for` is the task that it, or its link, was made for. Where the teacher's choice takes it in (`is_chosen`),
    `task_id` is the task whose score goes in, None for that of the whole course. `takes_scores` is what the platform
    allows, `is_silent` what the teacher switched off. `achievement_id` is the badge that it is for. `gone_at` says
    since when the platform does not have it any more; `is_wanted` that somebody asked for it and it is not there yet.
    """

    line_item_id: uuid.UUID
    link_title: str
    is_made: bool
    made_for: uuid.UUID | None
    task_id: uuid.UUID | None
    is_chosen: bool
    is_silent: bool
    takes_scores: bool
    achievement_id: uuid.UUID | None = None
    gone_at: datetime | None = None
    is_wanted: bool = False
    was_placed: bool = False
    """It came with a link of deep linking."""
    can_be_read: bool = False

    @property
    def gets_scores(self) -> bool:
        """Whether scores go in now."""
        return self.is_chosen and self.takes_scores and not self.is_silent and self.gone_at is None


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
    """Return the columns of the course that get scores now, and which."""
    return [
        ScoreColumn(column.line_item_id, column.task_id, column.achievement_id)
        for column in course_columns(tx, context_id)
        if column.gets_scores
    ]


def course_columns(tx: Session, context_id: uuid.UUID) -> list[CourseColumn]:
    """Return every column of the course that we know: those of links by age, then those that we made, in that order.

    A link that was made for a task stands for that task, every other link for the course. As long as nobody chose,
    each column gets what its link stands for. *One* means the links that stand for the course (where there are none:
    the oldest link); *per task* means the links of tasks, and the columns that we made for the other tasks. Whatever
    was chosen, a column that somebody asked for the badge gets the badge.
    """
    every = tx.execute(_COLUMNS, {"context": context_id}).all()
    choice = Columns(every[0].choice) if every and every[0].choice else None
    rows = [row for row in every if row.badge is None]
    on_links = [row for row in rows if row.resource_link_id is not None]
    of_course = [row.id for row in on_links if row.link_task is None]
    has_link = {row.link_task for row in on_links if row.link_task is not None}
    if choice is Columns.NONE:
        chosen = {}
    elif choice is Columns.ONE:
        chosen = dict.fromkeys(of_course or [row.id for row in on_links[:1]])
    elif choice is Columns.PER_TASK:
        chosen = {row.id: row.link_task or row.made_for for row in rows if _stands_for_task(row, has_link)}
    else:
        chosen = {row.id: row.link_task for row in on_links}
    return [
        CourseColumn(
            line_item_id=row.id,
            link_title=row.title or "",
            is_made=row.resource_link_id is None,
            made_for=row.made_for or row.link_task,
            task_id=chosen.get(row.id),
            is_chosen=row.id in chosen or row.badge is not None,
            is_silent=row.is_silent,
            takes_scores=SCOPE_SCORE in row.scopes and row.url != NOT_MADE,
            achievement_id=row.badge,
            gone_at=row.gone_at,
            is_wanted=row.url == NOT_MADE,
            was_placed=row.placed is not None,
            can_be_read=SCOPE_RESULT_READONLY in row.scopes and row.gone_at is None,
        )
        for row in every
    ]


def _stands_for_task(row: Any, has_link: set[uuid.UUID]) -> bool:
    if row.resource_link_id is not None:
        return row.link_task is not None
    return row.made_for not in has_link


def links_without_column(tx: Session, context_id: uuid.UUID) -> list[str]:
    """Return the titles of the links of the course whose launches named no column, oldest first."""
    return list(
        tx.execute(
            select(ResourceLink.title)
            .outerjoin(LineItem, LineItem.resource_link_id == ResourceLink.id)
            .where(ResourceLink.context_id == context_id, LineItem.id.is_(None))
            .order_by(ResourceLink.created_at, ResourceLink.id)
        ).scalars()
    )


def tasks_with_column(tx: Session, context_id: uuid.UUID) -> set[uuid.UUID]:
    """Return the tasks that have a column of their own: one that we made, or that of their link.

    One that somebody removed from the gradebook counts: it is not made again unless somebody asks.
    """
    return {column.made_for for column in course_columns(tx, context_id) if column.made_for is not None}
