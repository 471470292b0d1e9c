"""The gradebook of a course as those who teach see it, and which columns get which score by their choice."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from badges.achievement import newest_name
from config.errors import InputInvalid
from config.outbox_reading import OpenMessage, open_messages
from gamification.engine.rule_set import RuleSet
from gamification.progress import people_with_balance, task_titles
from gamification.rules import current_rules
from lti_tool.columns import can_make_columns, columns_key, missing_columns, removable_columns, stale_columns
from lti_tool.course.gradebook_columns import require_editor
from lti_tool.lti.roles import PrincipalRole
from lti_tool.messages import MessageType
from lti_tool.progress import promise_evaluation, promise_scores
from lti_tool.roster.gradebook import CourseColumn, choose_columns, chosen_columns, course_columns, links_without_column
from lti_tool.roster.gradebook_models import Columns
from lti_tool.roster.kept_columns import set_silent
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
    is_of_badge: bool = False
    is_wanted: bool = False
    """It is asked for, and not there yet."""
    gone_at: datetime | None = None
    can_be_made_again: bool = False
    was_found: bool = False
    """It came with a link that was placed by deep linking."""
    has_no_task: bool = False
    """We made it for a task that is no required task of the course any more."""
    can_be_removed: bool = False
    removing: OpenMessage | None = None
    """The promise to take it out of the gradebook."""

    @property
    def gets_scores(self) -> bool:
        """Whether scores go in now."""
        return self.is_chosen and self.takes_scores and not self.is_silent and self.gone_at is None

    @property
    def can_be_switched(self) -> bool:
        """Whether somebody can switch its scores on and off."""
        return self.is_chosen and self.takes_scores and self.gone_at is None and self.removing is None


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
    badge_name: str = ""
    """The badge of the course that has no column; empty where there is none, or it has one."""
    grades_percent: int | None = None
    """From how many percent a grade typed in the platform finishes a task; None: they do not count."""
    readable_columns: int = 0
    """In how many columns of tasks we may read what stands there."""
    stale: int = 0
    """How many columns that we made are called or worth otherwise here by now."""

    @property
    def whole_scores(self) -> int:
        """How many columns get the score of the whole course: from two on a platform may count it twice."""
        return sum(
            1 for column in self.columns if column.gets_scores and not column.task_title and not column.is_of_badge
        )

    @property
    def gone(self) -> int:
        """How many columns somebody removed there, and nobody said yet what is to become of them."""
        return sum(1 for column in self.columns if column.gone_at is not None and not column.is_silent)

    @property
    def has_task_links(self) -> bool:
        """Whether a task has a link, and so a column, of its own."""
        return any(column.task_title and not column.is_made for column in self.columns)


def gradebook_setup(tx: Session, context_id: uuid.UUID) -> GradebookSetup:
    """Return what the teacher can choose."""
    context = tx.get_one(Context, context_id)
    making = open_messages(tx, MessageType.MAKE_COLUMNS, [columns_key(context_id)])
    known = course_columns(tx, context_id)
    choice = chosen_columns(tx, context_id)
    current = current_rules(tx, context_id)
    achievement = current.rules.achievement if current else None
    has_badge_column = any(column.achievement_id is not None for column in known)
    return GradebookSetup(
        course_title=context.title,
        choice=choice,
        columns=tuple(_columns(tx, context, known, current.rules if current else None, choice)),
        links_without_column=tuple(title or context.title for title in links_without_column(tx, context_id)),
        is_known=context.grade_scopes is not None,
        can_make=can_make_columns(context),
        missing=tuple(column.title for column in missing_columns(tx, context_id)),
        making=next(iter(making.values()), None),
        badge_name=newest_name(tx, achievement.achievement_id) if achievement and not has_badge_column else "",
        grades_percent=context.results_percent,
        readable_columns=sum(1 for column in known if column.made_for is not None and column.can_be_read),
        stale=len(stale_columns(tx, context_id)),
    )


def _columns(
    tx: Session, context: Context, known: Sequence[CourseColumn], rules: RuleSet | None, choice: Columns | None
) -> Iterator[ColumnView]:
    titles = task_titles(tx, context.id)
    required = {rule.task_id for rule in rules.tasks if not (rule.closed or rule.is_bonus)} if rules else set()
    removable = removable_columns(tx, context.id)
    ids = [str(column.line_item_id) for column in known]
    removing = open_messages(tx, MessageType.REMOVE_COLUMN, ids)
    for column in known:
        made_for = titles.get(column.made_for, "") if column.made_for else ""
        badge_name = newest_name(tx, column.achievement_id) if column.achievement_id else ""
        makes_tasks = choice is Columns.PER_TASK and column.made_for in required
        yield ColumnView(
            line_item_id=column.line_item_id,
            name=column.link_title or made_for or badge_name or context.title,
            task_title=titles.get(column.task_id, "") if column.task_id else "",
            is_made=column.is_made,
            is_chosen=column.is_chosen,
            is_silent=column.is_silent,
            takes_scores=column.takes_scores,
            is_of_badge=column.achievement_id is not None,
            is_wanted=column.is_wanted,
            gone_at=column.gone_at,
            can_be_made_again=can_make_columns(context)
            and column.gone_at is not None
            and (makes_tasks or column.achievement_id is not None),
            was_found=column.was_placed,
            has_no_task=column.is_made and column.made_for is not None and column.made_for not in required,
            can_be_removed=column.line_item_id in removable,
            removing=removing.get(str(column.line_item_id)) if column.is_silent else None,
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
    require_editor(role)
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
    require_editor(role)
    for line_item_id in sorted(listed):
        is_changed = set_silent(tx, context_id, line_item_id, line_item_id not in wanted)
        if is_changed and line_item_id in wanted:
            tx.flush()
            promise_scores(tx, context_id, people_with_balance(tx, context_id), now=now, only=line_item_id)
