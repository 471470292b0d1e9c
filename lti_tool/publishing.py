"""Telling the gradebook where a learner stands: the state at the moment of sending, in one score.

https://www.imsglobal.org/spec/lti-ags/v2p0/#score-service
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy.orm import Session

from config.errors import PlatformFailed
from lti_tool.lti.ags import (
    LINE_ITEM_GONE,
    SCOPE_LINE_ITEM,
    SCOPE_LINE_ITEM_READONLY,
    SCOPE_RESULT_READONLY,
    Score,
    get_line_item,
    list_results,
    put_score,
)
from lti_tool.lti.platform_endpoint import PlatformEndpoint
from lti_tool.lti.score import is_what_was_sent
from lti_tool.platforms.families import family_of
from lti_tool.roster.endpoints import endpoint_of
from lti_tool.roster.gradebook import score_columns
from lti_tool.roster.gradebook_models import DeliveryState
from lti_tool.roster.kept_columns import mark_gone
from lti_tool.roster.members import may_be_graded
from lti_tool.roster.models import LineItem, Person, Registration
from lti_tool.roster.score_deliveries import find_delivery, keep_delivery
from lti_tool.scores import Earned, badge_score, course_score, task_score
from lti_tool.tool import Tool

SLOW = timedelta(seconds=20)
"""A platform that took longer to accept a score is not read back: the worker's lease would run out meanwhile."""
_TIMESTAMP_NOT_NEWER = 409
_Shown = tuple[DeliveryState, tuple[float | None, float | None]]
_UNREAD: _Shown = (DeliveryState.UNCHECKED, (None, None))


def publish_score(tool: Tool, line_item_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Send this learner's score to this column, read back what the gradebook made of it, and keep that.

    Nothing is sent where the column gets no scores any more (another choice, switched off, not allowed), where there is
    nothing to tell, or to somebody who does not learn here now. What is sent, and why: docs/decisions/0005-scores.md.

    Raises:
        PlatformFailed: the score was not accepted; `retryable` says whether later helps.
    """
    now = tool.clock.now()
    with tool.db.reading() as tx:
        line_item, person = tx.get(LineItem, line_item_id), tx.get(Person, person_id)
        if line_item is None or person is None:
            return
        earned = _score_to_send(tool, tx, line_item, person)
        if earned is None:
            return
        registration = tx.get_one(Registration, person.registration_id)
        endpoint = endpoint_of(tx, tool.box, registration, now=now)
    family = family_of(registration.product_family)
    score = Score(
        user_id=person.subject,
        timestamp=now,
        activity_progress=earned.activity_progress,
        score_given=earned.given,
        score_maximum=earned.maximum,
        comment=earned.comment,
        extension=family.score_extension,
        submitted_at=earned.since if family.counts_attempts else None,
    )
    try:
        put_score(tool.platform_http, endpoint, line_item.url, score)
    except PlatformFailed as failed:
        if failed.code == LINE_ITEM_GONE:
            if _is_there(tool, endpoint, line_item):  # it is something else that was not found: the learner, say
                raise PlatformFailed("score-failed", retryable=True, status=failed.status) from failed
            # Not an error of the score: the teacher sees that the column is gone, and can have it made again.
            with tool.db.transaction() as tx:
                mark_gone(tx, line_item_id, line_item.url, now=tool.clock.now())
            return
        if failed.status != _TIMESTAMP_NOT_NEWER:
            raise
        # Moodle compares whole seconds: a second score within the second is refused, and is newer a moment later.
        raise PlatformFailed("timestamp-not-newer", retryable=True, status=failed.status) from failed
    is_slow = tool.clock.now() - now > SLOW
    state, shown = _UNREAD if is_slow else _read_back(tool, endpoint, line_item, person.subject, earned)
    with tool.db.transaction() as tx:
        # A launch may have named another address meanwhile: nothing was delivered there.
        present = tx.get(LineItem, line_item_id, with_for_update={"read": True})
        if present is not None and present.url == line_item.url:
            keep_delivery(
                tx, line_item_id, person_id, state, score=(earned.given, earned.maximum), result=shown, sent_at=now
            )


def _is_there(tool: Tool, endpoint: PlatformEndpoint, line_item: LineItem) -> bool:
    """Ask for the column itself, where the platform lets us: 404 can be said of many things."""
    scopes = (SCOPE_LINE_ITEM_READONLY, SCOPE_LINE_ITEM)
    scope = next((scope for scope in scopes if scope in line_item.scopes), None)
    if scope is None:
        return False
    try:
        get_line_item(tool.platform_http, endpoint, line_item.url, scope=scope)
    except PlatformFailed as failed:
        return failed.code != LINE_ITEM_GONE
    return True


def _score_to_send(tool: Tool, tx: Session, line_item: LineItem, person: Person) -> Earned | None:
    earned: Earned | None = None
    line_item_id, person_id = line_item.id, person.id
    if person.erased_at is not None:
        return None
    columns = [column for column in score_columns(tx, line_item.context_id) if column.line_item_id == line_item_id]
    if not columns or not may_be_graded(tx, line_item.context_id, person_id):
        return None
    locale, task_id = person.locale or person.launch_locale, columns[0].task_id
    achievement_id = columns[0].achievement_id
    if achievement_id is None and task_id is None:
        return course_score(tx, line_item.context_id, person_id, locale, tool.badge_url)
    if achievement_id is not None:
        earned = badge_score(tx, line_item.context_id, person_id, locale, tool.badge_url)
    elif task_id is not None:
        earned = task_score(tx, line_item.context_id, person_id, task_id, locale)
    if earned is None:
        return None
    known = find_delivery(tx, line_item_id, person_id)
    # Everything that a learner does promises a score to every column; that of another task has told this already.
    has_told = (
        known is not None
        and known.state != DeliveryState.KEPT
        and (earned.since is None or known.sent_at >= earned.since)
        and (known.score_given, known.score_maximum) == (earned.given, earned.maximum)
    )
    return None if has_told else earned


def _read_back(tool: Tool, endpoint: PlatformEndpoint, line_item: LineItem, subject: str, earned: Earned) -> _Shown:
    """Return what became of an accepted score. That it cannot be read says nothing against it: it is not sent again."""
    if SCOPE_RESULT_READONLY not in line_item.scopes:
        return _UNREAD
    try:
        results = list_results(tool.platform_http, endpoint, line_item.url, subject)
    except PlatformFailed:
        return _UNREAD
    result = next((found for found in results if found.user_id == subject), None)
    if result is None or result.fraction is None:
        return DeliveryState.KEPT, (None, None)
    is_ours = is_what_was_sent(result.fraction, earned.given, earned.maximum)
    return DeliveryState.DELIVERED if is_ours else DeliveryState.KEPT, (result.score, result.out_of)
