"""Making the columns that are missing, and telling the platform what those that are there should be called by now."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from config.errors import PlatformFailed
from gamification.progress import people_with_balance
from lti_tool.columns.wanting import (
    BADGE_TAG,
    TAG,
    MissingBadgeColumn,
    MissingColumn,
    StaleColumn,
    badge_column_to_make,
    missing_columns,
    stale_columns,
)
from lti_tool.lti.ags import (
    LINE_ITEM_GONE,
    SCOPE_LINE_ITEM,
    SCOPE_LINE_ITEM_READONLY,
    LineItem,
    create_line_item,
    list_line_items,
    update_line_item,
)
from lti_tool.lti.origin import same_origin
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.progress import promise_scores
from lti_tool.roster.endpoints import endpoint_of, registration_of_context
from lti_tool.roster.gradebook import NOT_MADE
from lti_tool.roster.kept_columns import keep_made_column, mark_gone
from lti_tool.roster.models import LONGEST_ADDRESS, Context
from lti_tool.roster.models import LineItem as LineItemRow
from lti_tool.roster.services import next_night
from lti_tool.tool import Tool


@dataclass(frozen=True)
class _Book:
    """Where the columns of a course are, and which there were when we looked."""

    context_id: uuid.UUID
    endpoint: PlatformEndpoint
    url: str
    scopes: tuple[str, ...]

    @property
    def reading(self) -> str:
        return SCOPE_LINE_ITEM_READONLY if SCOPE_LINE_ITEM_READONLY in self.scopes else SCOPE_LINE_ITEM


def make_columns(tool: Tool, context_id: uuid.UUID, keep_lease: Callable[[], None] = lambda: None) -> None:
    """Make the columns that are missing, promise everybody's scores to each, and mend what is stale; one call each.

    What the platform has is looked at first: whoever made a column and was cut off before keeping it finds it again.
    A column that came about beside its link (the link was made with the id of its task) is taken too.

    Raises:
        PlatformFailed: what was made until then is kept.
    """
    with tool.db.reading() as tx:
        missing = missing_columns(tx, context_id)
        badge = badge_column_to_make(tx, context_id)
        stale = stale_columns(tx, context_id)
        if not (missing or badge or stale):
            return
        context = tx.get_one(Context, context_id)
        endpoint = endpoint_of(tx, tool.box, registration_of_context(tx, context_id), now=tool.clock.now())
        book = _Book(context_id, endpoint, context.line_items_url, tuple(context.grade_scopes or ()))
    if missing or badge:
        listed = list_line_items(tool.platform_http, endpoint, book.url, scope=book.reading)
        there = {item.resource_id: item for item in listed}
        if badge is not None:
            _make_for_badge(tool, book, badge, there.get(str(badge.achievement_id)))
        for column in missing:
            keep_lease()
            _make_for_task(tool, book, column, there.get(str(column.task_id)))
    _mend(tool, book, stale, keep_lease)


def _make_for_task(tool: Tool, book: _Book, column: MissingColumn, known: LineItem | None) -> None:
    made = known or create_line_item(
        tool.platform_http,
        book.endpoint,
        book.url,
        label=column.label,
        score_maximum=column.points,
        resource_id=str(column.task_id),
        tag=TAG,
    )
    _require_ours(made, book.url)
    with tool.db.transaction() as tx:
        line_item_id = keep_made_column(
            tx,
            book.context_id,
            column.task_id,
            url=made.url,
            # What was found again was called so before: mended the next time somebody looks.
            label=known.label if known else column.label,
            score_maximum=(known.score_maximum if known else None) or column.points,
            scopes=book.scopes,
            now=tool.clock.now(),
        )
        if line_item_id is not None:
            _fill(tool, tx, book.context_id, line_item_id)


def _make_for_badge(tool: Tool, book: _Book, wanted: MissingBadgeColumn, known: LineItem | None) -> None:
    made = known or create_line_item(
        tool.platform_http,
        book.endpoint,
        book.url,
        label=wanted.label,
        score_maximum=1,
        resource_id=str(wanted.achievement_id),
        tag=BADGE_TAG,
    )
    _require_ours(made, book.url)
    with tool.db.transaction() as tx:
        row = tx.get(LineItemRow, wanted.line_item_id, with_for_update=True)
        if row is not None and row.url == NOT_MADE:
            row.url, row.scopes, row.seen_at = made.url, list(book.scopes), tool.clock.now()
            row.label, row.score_maximum = (known.label if known else wanted.label), 1
            tx.flush()
            _fill(tool, tx, book.context_id, row.id)


def _fill(tool: Tool, tx: Session, context_id: uuid.UUID, line_item_id: uuid.UUID) -> None:
    """Promise everybody's score to a new column, and look every night whether it is still there."""
    now = tool.clock.now()
    context = tx.get_one(Context, context_id)
    if context.columns_due_at is None:
        context.columns_due_at = next_night(context_id, now=now)
    promise_scores(tx, context_id, people_with_balance(tx, context_id), now=now, only=line_item_id)


def _mend(tool: Tool, book: _Book, stale: list[StaleColumn], keep_lease: Callable[[], None]) -> None:
    """Tell what columns are called and worth; one that is refused does not hold up the others.

    Raises:
        PlatformFailed: the first of what went wrong, after all were tried.
    """
    problem: PlatformFailed | None = None
    for column in stale:
        keep_lease()
        try:
            update_line_item(
                tool.platform_http,
                book.endpoint,
                column.url,
                label=column.label,
                score_maximum=column.score_maximum,
                scope=book.reading,
            )
        except PlatformFailed as failed:
            if failed.code != LINE_ITEM_GONE:
                problem = problem or failed
                if failed.retryable:
                    break
                continue
            with tool.db.transaction() as tx:
                mark_gone(tx, column.line_item_id, column.url, now=tool.clock.now())
            continue
        with tool.db.transaction() as tx:
            row = tx.get(LineItemRow, column.line_item_id, with_for_update=True)
            if row is not None and row.url == column.url:
                row.label, row.score_maximum = column.label, column.score_maximum
    if problem is not None:
        raise problem


def _require_ours(made: LineItem, url: str) -> None:
    if not same_origin(made.url, url) or len(made.url) > LONGEST_ADDRESS:
        raise PlatformFailed("foreign-line-item", retryable=False)
