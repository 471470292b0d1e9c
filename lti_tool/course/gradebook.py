"""The gradebook columns of a course as those who teach see and choose them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from config.errors import InputInvalid, NotAllowed
from config.outbox_reading import OpenMessage, open_messages
from gamification.progress import people_with_balance, task_titles
from lti_tool.columns import can_make_columns, columns_key, missing_columns
from lti_tool.lti.roles import PrincipalRole, may_edit
from lti_tool.messages import MessageType
from lti_tool.progress import promise_evaluation, promise_scores
from lti_tool.roster.gradebook import (
    choose_columns,
    chosen_columns,
    course_columns,
    links_without_column,
    set_silent,
)
from lti_tool.roster.gradebook_models import Columns
from lti_tool.roster.models import Context


@dataclass(frozen=True)
class ColumnView:
    """A column on the teacher's page: its name in the course, and the task that goes in, empty for the whole score."""

    line_item_id: uuid.UUID
    name: str
    task_title: str
    is_made: bool
    is_chosen: bool
    is_silent: bool
    takes_scores: bool

    @property
    def gets_scores(self) -> bool:
        """Whether scores go in now."""
        return self.is_chosen and self.takes_scores and not self.is_silent


@dataclass(frozen=True)
class GradebookSetup:
    """What the teacher chose, and what there is.

    `choice` is None where nobody was asked yet. `is_known` says that a launch has told what the platform allows;
    `missing` are the tasks whose column is still to be made, `making` the promise to do so while it is not kept.
    """

    course_title: str
    choice: Columns | None
    columns: tuple[ColumnView, ...]
    links_without_column: tuple[str, ...]
    is_known: bool
    can_make: bool
    missing: tuple[str, ...]
    making: OpenMessage | None

    @property
    def whole_scores(self) -> int:
        """How many columns get the score of the whole course: from two on a platform may count it twice."""
        return sum(1 for column in self.columns if column.gets_scores and not column.task_title)

    @property
    def has_task_links(self) -> bool:
        """Whether a task has a link, and so a column, of its own."""
        return any(column.task_title and not column.is_made for column in self.columns)


def gradebook_setup(tx: Session, context_id: uuid.UUID) -> GradebookSetup:
    """Return what the teacher can choose."""
    context = tx.get_one(Context, context_id)
    titles = task_titles(tx, context_id)
    making = open_messages(tx, MessageType.MAKE_COLUMNS, [columns_key(context_id)])
    columns = []
    for column in course_columns(tx, context_id):
        made_for = titles.get(column.made_for, "") if column.made_for else ""
        columns.append(
            ColumnView(
                line_item_id=column.line_item_id,
                name=column.link_title or made_for or context.title,
                task_title=titles.get(column.task_id, "") if column.task_id else "",
                is_made=column.is_made,
                is_chosen=column.is_chosen,
                is_silent=column.is_silent,
                takes_scores=column.takes_scores,
            )
        )
    return GradebookSetup(
        course_title=context.title,
        choice=chosen_columns(tx, context_id),
        columns=tuple(columns),
        links_without_column=tuple(title or context.title for title in links_without_column(tx, context_id)),
        is_known=context.grade_scopes is not None,
        can_make=can_make_columns(context),
        missing=tuple(column.title for column in missing_columns(tx, context_id)),
        making=next(iter(making.values()), None),
    )


def choose_gradebook(
    tx: Session,
    context_id: uuid.UUID,
    chosen: str,
    *,
    by_person_id: uuid.UUID,
    role: PrincipalRole,
    now: datetime,
) -> None:
    """Keep the choice; columns are made and everybody's scores are sent in the background.

    Raises:
        NotAllowed: somebody who may not edit this course.
        InputInvalid: not one of the choices.
    """
    _require_editor(role)
    if chosen not in set(Columns):
        raise InputInvalid("not-a-choice", field="columns")
    choose_columns(tx, context_id, Columns(chosen), by_person_id=by_person_id, now=now)
    promise_evaluation(tx, context_id, now=now)


def choose_silence(
    tx: Session,
    context_id: uuid.UUID,
    *,
    listed: Collection[uuid.UUID],
    wanted: Collection[uuid.UUID],
    role: PrincipalRole,
    now: datetime,
) -> None:
    """Keep which of the listed columns get scores; one that gets them again is brought up to date.

    Raises:
        NotAllowed: somebody who may not edit this course.
        NotFound: a column of another course.
    """
    _require_editor(role)
    for line_item_id in sorted(listed):
        is_changed = set_silent(tx, context_id, line_item_id, line_item_id not in wanted)
        if is_changed and line_item_id in wanted:
            tx.flush()
            promise_scores(tx, context_id, people_with_balance(tx, context_id), now=now, only=line_item_id)


def _require_editor(role: PrincipalRole) -> None:
    if not may_edit(role):
        raise NotAllowed("may-not-edit")
