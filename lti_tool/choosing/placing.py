"""Placing what a teacher picked: tasks are published, items are kept, and the answer is signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from config.errors import Conflict, NotAllowed, NotFound
from gamification.progress import task_texts
from lti_tool.choosing.answering import Answer, sign_answer
from lti_tool.choosing.items import link_item
from lti_tool.choosing.keeping import Pick, keep_item, staff_gate_needed
from lti_tool.choosing.purposes import Purpose, purpose_of
from lti_tool.choosing.recognising import same_words
from lti_tool.choosing.tasks import PublishedTasks, publish_drafts
from lti_tool.columns import promise_columns
from lti_tool.lti.roles import may_edit
from lti_tool.roster.deep_linking_requests import use_request
from lti_tool.roster.endpoints import registration_of_context
from lti_tool.roster.gates import lock_gate
from lti_tool.roster.item_models import ContentItem, DeepLinkingRequest, ItemKind
from lti_tool.roster.launch_sessions import CurrentSession
from lti_tool.roster.models import Context
from lti_tool.roster.services import lock_context
from lti_tool.tool import Tool

UNTIL_LINKS_ARE_THERE = timedelta(seconds=45)
"""Platforms make the links when the teacher has looked at them and saved."""


def place(
    tx: Session,
    tool: Tool,
    session: CurrentSession,
    picks: Sequence[Pick],
    *,
    goal_points: int | None,
    seen_number: int | None = None,
    now: datetime,
) -> Answer:
    """Place what was picked, and sign the answer. Nothing picked is an answer too.

    New tasks are published behind those that there are, a changed one in its place; `goal_points` and `seen_number` as
    for `publish_drafts`.

    Raises:
        NotAllowed: somebody who may not edit this course.
        NotFound: the session is not for placing, or something that is not of this course.
        Conflict: `answered-before`; `published-meanwhile`.
        RuleInvalid: with the place of the first problem among the tasks of the course and then the new ones.
    """
    if not may_edit(session.role):
        raise NotAllowed("may-not-edit")
    request = use_request(tx, session.id, now=now)
    if request is None:
        raise Conflict("answered-before")
    registration = registration_of_context(tx, session.context_id)
    purpose = purpose_of(registration, request)
    if purpose is Purpose.HAND_IN:
        raise NotFound("deep-linking")
    _lock_course(tx, session, picks)
    drafts = [pick.draft for pick in picks if pick.draft is not None]
    published = publish_drafts(tx, session, drafts, goal_points=goal_points, seen_number=seen_number, now=now)
    task_ids = iter(published.task_ids)
    items = [
        keep_item(tx, session, pick, next(task_ids) if pick.draft else pick.task_id, published, now=now)
        for pick in picks
    ]
    columns = [pick.wants_column for pick in picks]
    is_edited = any(pick.item_id is not None for pick in picks)
    # Several links never take the place of one that is edited: with a second one that would be made anew.
    if request.accepts_multiple and not is_edited:
        staff_gate = staff_gate_needed(tx, session, items, now=now)
        if staff_gate is not None:
            items.append(staff_gate)
            columns.append(True)
    tx.flush()
    returned = [
        link_item(
            tool,
            registration,
            item,
            published.rules,
            text=_text_of(tx, session, request, item, published, is_edited=is_edited),
            with_column=with_column and purpose is Purpose.COURSE,
            is_framed=purpose is Purpose.COURSE,
        )
        for item, with_column in zip(items, columns, strict=True)
    ]
    promise_columns(tx, session.context_id, now=now)
    tx.get_one(Context, session.context_id).columns_due_at = now + UNTIL_LINKS_ARE_THERE
    return sign_answer(tx, tool, registration, session, request, returned, now=now)


def _lock_course(tx: Session, session: CurrentSession, picks: Sequence[Pick]) -> None:
    """Hold the course and the gates that are edited before the rules: launches, and who asks gates, keep this order."""
    lock_context(tx, session.context_id)
    for item_id in sorted(pick.item_id for pick in picks if pick.item_id is not None):
        lock_gate(tx, item_id)


def _text_of(
    tx: Session,
    session: CurrentSession,
    request: DeepLinkingRequest,
    item: ContentItem,
    published: PublishedTasks,
    *,
    is_edited: bool,
) -> str:
    """Return what the course says about a link: what to do; what a teacher wrote there themselves stays."""
    before = published.texts_before.get(item.task_id) if item.task_id else None
    theirs = request.text.strip() if is_edited else ""
    if theirs and same_words(theirs) != same_words(before.instructions if before else ""):
        return request.text
    if item.kind != ItemKind.TASK or item.task_id is None:
        return ""
    return task_texts(tx, session.context_id)[item.task_id].instructions
