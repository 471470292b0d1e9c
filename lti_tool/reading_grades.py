"""Grades that somebody typed in the platform's own gradebook, in the column of a task: they finish it, if wanted.

Scores of ours are not read as somebody's decision: what stands in a cell counts where it differs from what we sent,
and not while a score of ours is on its way there. Once it counted, it goes on counting as long as it is high enough,
whoever wrote it there last: so our own score, which follows from it, never takes it back.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.errors import InputInvalid, NotAllowed, PlatformFailed
from config.outbox import MessageState
from config.outbox_reading import open_messages
from gamification.models import ActivitySource
from gamification.record import NewActivity
from lti_tool.lti.ags import LINE_ITEM_GONE, SCOPE_RESULT_READONLY, Result, list_results
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.lti.roles import PrincipalRole, may_earn, may_edit
from lti_tool.lti.score import TOLERANCE, is_what_was_sent
from lti_tool.messages import MessageType
from lti_tool.progress import record_activities
from lti_tool.roster.endpoints import endpoint_of, registration_of_context
from lti_tool.roster.flips import Flip, keep_flips
from lti_tool.roster.gradebook import course_columns
from lti_tool.roster.gradebook_models import ScoreDelivery
from lti_tool.roster.item_models import GradeByHand
from lti_tool.roster.kept_columns import mark_gone
from lti_tool.roster.models import Context, LineItem, Membership, Person
from lti_tool.roster.score_deliveries import deliveries_in
from lti_tool.sources.platform_says import task_lapsed, task_passed
from lti_tool.tool import Tool

PAUSE = timedelta(minutes=30)
"""Between two readings of a course."""
LEAST_PERCENT, MOST_PERCENT = 1, 100
BATCH = 500
"""Learners in one transaction."""


@dataclass(frozen=True)
class _Column:
    line_item_id: uuid.UUID
    task_id: uuid.UUID
    url: str


def choose_grades_by_hand(
    tx: Session, context_id: uuid.UUID, percent: int | None, *, role: PrincipalRole, now: datetime
) -> None:
    """Keep from how many percent a typed grade finishes a task; None: typed grades do not count.

    With None, what such grades gave until now stays. Another percentage holds for grades that were typed before too.

    Raises:
        NotAllowed: somebody who may not edit this course.
        InputInvalid: not from 1 to 100.
    """
    if not may_edit(role):
        raise NotAllowed("may-not-edit")
    if percent is not None and not LEAST_PERCENT <= percent <= MOST_PERCENT:
        raise InputInvalid("not-a-percentage", field="percent")
    context = tx.get_one(Context, context_id)
    context.results_percent = percent
    context.results_due_at = now if percent is not None else None


def read_grades(tool: Tool, context_id: uuid.UUID, keep_lease: Callable[[], None] = lambda: None) -> None:
    """Read the cells of every task column of the course, one call each, and record what changed.

    A column that is not there any more is kept as gone: nobody loses points because somebody removed it.

    Raises:
        PlatformFailed: what was read until then is kept.
    """
    now = tool.clock.now()
    with tool.db.reading() as tx:
        context = tx.get_one(Context, context_id)
        percent = context.results_percent
        if percent is None:
            return
        columns = _task_columns(tx, context_id)
        endpoint = endpoint_of(tx, tool.box, registration_of_context(tx, context_id), now=now)
    for column in columns:
        keep_lease()
        results = _results(tool, endpoint, column)
        if results is not None:
            _record(tool, context_id, column, results, percent / 100, keep_lease)
    with tool.db.transaction() as tx:
        context = tx.get_one(Context, context_id, with_for_update={"key_share": True})
        now = tool.clock.now()
        # Due by now: somebody asked for it again while it was read.
        if context.results_due_at is not None and context.results_due_at > now:
            context.results_due_at = now + PAUSE


def _task_columns(tx: Session, context_id: uuid.UUID) -> list[_Column]:
    """Return the columns that stand for one task and may be read.

    Not one that the whole score goes to: what is typed there is about the course.
    """
    tasks = {
        column.line_item_id: column.made_for
        for column in course_columns(tx, context_id)
        if column.made_for is not None and column.gone_at is None and not (column.is_chosen and column.task_id is None)
    }
    rows = tx.execute(select(LineItem.id, LineItem.url, LineItem.scopes).where(LineItem.id.in_(tasks))).all()
    return [_Column(row.id, tasks[row.id], row.url) for row in rows if SCOPE_RESULT_READONLY in row.scopes]


def _results(tool: Tool, endpoint: PlatformEndpoint, column: _Column) -> list[Result] | None:
    try:
        return list_results(tool.platform_http, endpoint, column.url)
    except PlatformFailed as failed:
        if failed.code != LINE_ITEM_GONE:
            raise
    with tool.db.transaction() as tx:
        mark_gone(tx, column.line_item_id, column.url, now=tool.clock.now())
    return None


def _record(
    tool: Tool,
    context_id: uuid.UUID,
    column: _Column,
    results: Sequence[Result],
    least: float,
    keep_lease: Callable[[], None],
) -> None:
    """Keep what is different from before and record what follows, some learners at a time: nobody waits long."""
    cells = {result.user_id: result.fraction for result in results}
    with tool.db.reading() as tx:
        learners = sorted(_learners(tx, context_id).items(), key=lambda learner: learner[1])
    for start in range(0, len(learners), BATCH):
        keep_lease()
        some = {person_id: cells.get(subject) for subject, person_id in learners[start : start + BATCH]}
        with tool.db.transaction() as tx:
            line_item = tx.get(LineItem, column.line_item_id, with_for_update=True)
            if line_item is None or line_item.url != column.url:
                return
            now = tool.clock.now()
            flips = keep_flips(
                tx, GradeByHand, {"line_item_id": column.line_item_id}, _judge(tx, column, some, least), now=now
            )
            activities = [_activity(context_id, column, flip) for flip in flips]
            if activities:
                record_activities(tx, activities, now=now)


def _judge(
    tx: Session, column: _Column, cells: Mapping[uuid.UUID, float | None], least: float
) -> dict[uuid.UUID, bool]:
    """Say of whom a typed grade finishes the task now; nothing of those of whom there is nothing to say."""
    on_the_way = open_messages(tx, MessageType.PUBLISH_SCORE, [f"{column.line_item_id}:"])
    busy = {key.rpartition(":")[2] for key, message in on_the_way.items() if message.state is not MessageState.DEAD}
    sent = deliveries_in(tx, column.line_item_id, list(cells))
    passes = GradeByHand.passes.is_(True)
    before = set(
        tx.execute(
            select(GradeByHand.person_id).where(GradeByHand.line_item_id == column.line_item_id, passes)
        ).scalars()
    )
    wanted: dict[uuid.UUID, bool] = {}
    for person_id, fraction in cells.items():
        if str(person_id) in busy:
            continue
        is_enough = fraction is not None and fraction >= least - TOLERANCE
        if person_id in before or (is_enough and not _is_ours(fraction, sent.get(person_id))):
            wanted[person_id] = is_enough
    return wanted


def _activity(context_id: uuid.UUID, column: _Column, flip: Flip) -> NewActivity:
    tell = task_passed if flip.passes else task_lapsed
    return tell(
        source=ActivitySource.PLATFORM_GRADE,
        told_by=column.line_item_id,
        number=flip.number,
        context_id=context_id,
        person_id=flip.person_id,
        task_id=column.task_id,
        occurred_at=flip.changed_at,
    )


def _learners(tx: Session, context_id: uuid.UUID) -> Mapping[str, uuid.UUID]:
    """Return who earns in this course, by the platform's name for them."""
    rows = tx.execute(
        select(Person.subject, Person.id, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.context_id == context_id, Membership.left_at.is_(None))
    )
    return {row.subject: row.id for row in rows if may_earn(PrincipalRole(row.role))}


def _is_ours(fraction: float | None, sent: ScoreDelivery | None) -> bool:
    if fraction is None or sent is None:
        return False
    return is_what_was_sent(fraction, sent.score_given, sent.score_maximum)
