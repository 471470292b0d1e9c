"""Which gradebook columns get which score, and what became of it: the teacher's choice over the columns there are."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, Uuid, bindparam, case, delete, func, select, type_coerce
from sqlalchemy.orm import Session

from config.errors import NotFound
from config.ids import new_id
from config.upsert import insert_into, insert_unless_present
from lti_tool.lti.ags import SCOPE_RESULT_READONLY, SCOPE_SCORE
from lti_tool.roster.gradebook_models import Columns, DeliveryState, GradebookChoice, LinkSetting, ScoreDelivery
from lti_tool.roster.item_models import ContentItem, GradeByHand
from lti_tool.roster.models import Context, LineItem, ResourceLink

NOT_MADE = ""
"""The address of a column that the teacher wants and the platform does not have yet."""
LOOKED_AGAIN_AFTER = timedelta(hours=1)
"""A platform that is being maintained can say of anything that it is not there."""

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


def keep_delivery(
    tx: Session,
    line_item_id: uuid.UUID,
    person_id: uuid.UUID,
    state: DeliveryState,
    *,
    score: tuple[float, float],
    result: tuple[float | None, float | None],
    sent_at: datetime,
) -> None:
    """Keep what became of the newest score that the platform accepted for this person in this column."""
    values = {
        "line_item_id": line_item_id,
        "person_id": person_id,
        "state": state,
        "score_given": score[0],
        "score_maximum": score[1],
        "result_score": result[0],
        "result_maximum": result[1],
        "sent_at": sent_at,
    }
    statement = insert_into(tx, ScoreDelivery, values)
    tx.execute(statement.on_conflict_do_update(index_elements=["line_item_id", "person_id"], set_=values))


def find_delivery(tx: Session, line_item_id: uuid.UUID, person_id: uuid.UUID) -> ScoreDelivery | None:
    """Return what became of the newest accepted score, None where none was accepted yet."""
    return tx.get(ScoreDelivery, (line_item_id, person_id))


def deliveries_of(tx: Session, context_id: uuid.UUID) -> dict[tuple[uuid.UUID, uuid.UUID], ScoreDelivery]:
    """Return the newest accepted score of each column and person of the course."""
    rows = tx.execute(
        select(ScoreDelivery)
        .join(LineItem, LineItem.id == ScoreDelivery.line_item_id)
        .where(LineItem.context_id == context_id)
    ).scalars()
    return {(row.line_item_id, row.person_id): row for row in rows}


def deliveries_in(
    tx: Session, line_item_id: uuid.UUID, person_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, ScoreDelivery]:
    """Return the newest accepted score of each of these people in one column."""
    rows = tx.execute(
        select(ScoreDelivery).where(ScoreDelivery.line_item_id == line_item_id, ScoreDelivery.person_id.in_(person_ids))
    ).scalars()
    return {row.person_id: row for row in rows}


def forget_deliveries(tx: Session, line_item_id: uuid.UUID) -> None:
    """Forget what was delivered: the column has another address, so it is another column."""
    tx.execute(delete(ScoreDelivery).where(ScoreDelivery.line_item_id == line_item_id))
