"""Recognising which of our links is edited: an LMS tells its name and its description, and not our id."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from html import unescape

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from gamification.models import Task
from lti_tool.roster.item_models import ContentItem, ItemKind
from lti_tool.roster.models import ResourceLink

_MOST = 20
"""Links with one name among which a description still tells which is meant."""


def edited_item(tx: Session, context_id: uuid.UUID, title: str, text: str) -> ContentItem | None:
    """Return the one item that is called so; of several the one that is described so.

    One that was renamed there and not opened since is found by its description. Where none is meant for sure, something
    new is placed.
    """
    if not title:
        return None
    called_so = _items(tx, context_id, (ContentItem.title == title) | (ResourceLink.title == title))
    if len(called_so) == 1:
        return called_so[0]
    described = same_words(text)
    if not described:
        return None
    among = called_so or _items(tx, context_id, Task.instructions != "")
    instructions = {
        task.id: same_words(task.instructions)
        for task in tx.execute(
            select(Task).where(Task.id.in_([item.task_id for item in among if item.task_id is not None]))
        ).scalars()
    }
    found = [item for item in among if item.task_id is not None and instructions[item.task_id] == described]
    return found[0] if len(found) == 1 else None


def same_words(text: str) -> str:
    """Return a text as its words alone: platforms add tags, entities and white space of their own."""
    return " ".join(unescape(re.sub(r"<[^<>]{0,500}>", " ", text)).split())


def _items(tx: Session, context_id: uuid.UUID, condition: ColumnElement[bool]) -> Sequence[ContentItem]:
    query = (
        select(ContentItem)
        .outerjoin(ResourceLink, ResourceLink.content_item_id == ContentItem.id)
        .outerjoin(Task, Task.id == ContentItem.task_id)
        .where(
            ContentItem.context_id == context_id,
            ContentItem.removed_at.is_(None),
            ContentItem.kind != ItemKind.STAFF_GATE,
            condition,
        )
        .distinct()
        .limit(_MOST)
    )
    return tx.execute(query).scalars().all()
