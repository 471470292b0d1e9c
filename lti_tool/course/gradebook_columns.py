"""What those who teach decide about one column: have it made, made again, left as it is, or taken out."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from config.errors import InputInvalid, NotAllowed, NotFound
from gamification.rules import current_rules
from lti_tool.columns import (
    can_make_columns,
    promise_columns,
    promise_removal,
    removable_columns,
    want_badge_column,
)
from lti_tool.lti.roles import PrincipalRole, may_edit
from lti_tool.roster.gradebook import course_columns
from lti_tool.roster.kept_columns import forget_gone_column, set_silent
from lti_tool.roster.models import Context


def ask_badge_column(tx: Session, context_id: uuid.UUID, *, role: PrincipalRole, now: datetime) -> None:
    """Have a column made for the badge of the course; one that there is stays.

    Raises:
        NotAllowed: somebody who may not edit this course.
        NotFound: the course has no badge, or its platform lets us make no columns.
    """
    require_editor(role)
    current = current_rules(tx, context_id)
    achievement = current.rules.achievement if current else None
    if achievement is None or not can_make_columns(tx.get_one(Context, context_id)):
        raise NotFound("badge")
    if not any(column.achievement_id is not None for column in course_columns(tx, context_id)):
        want_badge_column(tx, context_id, achievement.achievement_id, now=now)


def make_again(
    tx: Session, context_id: uuid.UUID, line_item_id: uuid.UUID, *, role: PrincipalRole, now: datetime
) -> None:
    """Have a column that is gone made again, of the task or the badge that it was for, and filled.

    Raises:
        NotAllowed: somebody who may not edit this course.
        NotFound: no such column in this course, or one that is still there.
    """
    require_editor(role)
    forgotten = forget_gone_column(tx, context_id, line_item_id)
    tx.flush()
    if forgotten.achievement_id is not None:
        want_badge_column(tx, context_id, forgotten.achievement_id, now=now)
    promise_columns(tx, context_id, now=now)


def leave_gone(tx: Session, context_id: uuid.UUID, line_item_id: uuid.UUID, *, role: PrincipalRole) -> None:
    """Keep that a column that is gone is fine so: nobody is asked about it again, and it is not made again by itself.

    Raises:
        NotAllowed: somebody who may not edit this course.
        NotFound: no such column in this course.
    """
    require_editor(role)
    set_silent(tx, context_id, line_item_id, True)


def remove(
    tx: Session,
    context_id: uuid.UUID,
    line_item_id: uuid.UUID,
    *,
    is_sure: bool,
    role: PrincipalRole,
    now: datetime,
) -> None:
    """Have a column that we made taken out of the gradebook, with its grades.

    Raises:
        NotAllowed: somebody who may not edit this course.
        NotFound: no such column in this course, or one that is not to be removed.
        InputInvalid: nobody said that the grades may go.
    """
    require_editor(role)
    if line_item_id not in removable_columns(tx, context_id):
        raise NotFound("line-item")
    if not is_sure:
        raise InputInvalid("not-sure", field="sure")
    promise_removal(tx, context_id, line_item_id, now=now)


def look_again(tx: Session, context_id: uuid.UUID, *, role: PrincipalRole, now: datetime) -> None:
    """Have somebody look now which of our columns the platform has.

    Raises:
        NotAllowed: somebody who may not edit this course.
    """
    require_editor(role)
    tx.get_one(Context, context_id).columns_due_at = now


def require_editor(role: PrincipalRole) -> None:
    """Insist that this role decides about the gradebook.

    Raises:
        NotAllowed: it may not edit this course.
    """
    if not may_edit(role):
        raise NotAllowed("may-not-edit")
