"""Keeping what was placed: an item for each link, with the gate that it may be."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from badges.achievement import achievement_texts
from config.errors import NotFound
from config.ids import new_id
from gamification.engine.rule_set import RuleSet
from gamification.progress import task_texts
from gamification.publish import TaskDraft
from lti_tool.choosing.tasks import PublishedTasks
from lti_tool.roster.item_models import ContentItem, Gate, GateCondition, GatePass, ItemKind
from lti_tool.roster.launch_sessions import CurrentSession
from lti_tool.roster.models import Context
from lti_tool.words import staff_gate_title

_FOR_A_TASK = {ItemKind.TASK, ItemKind.GATE}


@dataclass(frozen=True)
class Pick:
    """One thing to place. A task, or a gate at an assignment, is one of the course (`task_id`), or has a `draft`.

    A draft with the id of a task changes that task.
    """

    kind: ItemKind
    task_id: uuid.UUID | None = None
    draft: TaskDraft | None = None
    condition: GateCondition = GateCondition.COMPLETED
    wants_column: bool = True
    item_id: uuid.UUID | None = None
    """The item that is edited, where it is one."""


def keep_item(
    tx: Session,
    session: CurrentSession,
    pick: Pick,
    task_id: uuid.UUID | None,
    published: PublishedTasks,
    *,
    now: datetime,
) -> ContentItem:
    """Keep what one pick places, as the item that is edited where it still stands for the same.

    Raises:
        NotFound: something that this course does not have.
    """
    rules = published.rules
    rule = rules.rule_for(task_id) if task_id else None
    if pick.kind in _FOR_A_TASK and (rule is None or rule.closed):
        raise NotFound("task")
    achievement = rules.achievement if pick.kind is ItemKind.BADGE else None
    if pick.kind is ItemKind.BADGE and achievement is None:
        raise NotFound("badge")
    item = _edited_item(tx, session.context_id, pick, task_id)
    title = _title_of(tx, session, pick.kind, task_id, rules)
    if item is None:
        item = ContentItem(id=new_id(), context_id=session.context_id, created_by=session.person_id, created_at=now)
        item.title = title
        tx.add(item)
    elif task_id is None or published.texts_before[task_id].title != title:
        # What the link itself is called stays, unless the task is called otherwise from now on.
        item.title = title if task_id is not None else item.title or title
    item.kind, item.task_id = pick.kind, task_id
    item.achievement_id = achievement.achievement_id if achievement else None
    tx.flush()
    _keep_gate(tx, item, pick, now=now)
    return item


def staff_gate_needed(
    tx: Session, session: CurrentSession, items: Sequence[ContentItem], *, now: datetime
) -> ContentItem | None:
    """Return a new staff gate where gates are placed and the course has none: platforms list staff as learners."""
    if not any(item.kind == ItemKind.GATE for item in items):
        return None
    known = tx.execute(
        select(ContentItem.id).where(
            ContentItem.context_id == session.context_id,
            ContentItem.kind == ItemKind.STAFF_GATE,
            ContentItem.removed_at.is_(None),
        )
    ).first()
    if known is not None:
        return None
    item = ContentItem(
        id=new_id(),
        context_id=session.context_id,
        kind=ItemKind.STAFF_GATE,
        title=staff_gate_title(session.locale),
        created_by=session.person_id,
        created_at=now,
    )
    tx.add(item)
    tx.flush()
    tx.add(Gate(content_item_id=item.id, condition=GateCondition.COMPLETED))
    return item


def _keep_gate(tx: Session, item: ContentItem, pick: Pick, *, now: datetime) -> None:
    gate = tx.get(Gate, item.id)
    if pick.kind is ItemKind.GATE:
        if gate is None:
            tx.add(Gate(content_item_id=item.id, condition=pick.condition))
        else:
            gate.condition = pick.condition
        tx.get_one(Context, item.context_id).gates_due_at = now
    elif gate is not None:
        # Nobody's task was finished by it, or the way in which it is finished would stand.
        tx.execute(delete(GatePass).where(GatePass.content_item_id == item.id))
        tx.delete(gate)
        tx.flush()


def _edited_item(tx: Session, context_id: uuid.UUID, pick: Pick, task_id: uuid.UUID | None) -> ContentItem | None:
    """Return the item that is edited. One that stood for something else is not changed into this: others link to it.

    The link of a task follows the way in which that task is finished, so it can become a gate.

    Raises:
        NotFound: no such item in this course.
    """
    if pick.item_id is None:
        return None
    item = tx.get(ContentItem, pick.item_id)
    if item is None or item.context_id != context_id or item.removed_at is not None:
        raise NotFound("content-item")
    is_same_kind = item.kind == pick.kind or {item.kind, pick.kind} <= _FOR_A_TASK
    return item if is_same_kind and item.task_id == task_id else None


def _title_of(tx: Session, session: CurrentSession, kind: ItemKind, task_id: uuid.UUID | None, rules: RuleSet) -> str:
    if task_id is not None:
        return task_texts(tx, session.context_id)[task_id].title
    if kind is ItemKind.BADGE and rules.achievement is not None:
        return achievement_texts(tx, rules.achievement.version_id).name
    return "Mijlpaal"
