"""Where a launch comes out: the page for a role, and that of the link that was opened."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from gamification.rules import has_rules
from lti_tool.link_settings import is_open
from lti_tool.lti.roles import PrincipalRole, may_edit, may_review
from lti_tool.roster.item_models import ItemKind
from lti_tool.roster.items import PlacedItem
from lti_tool.roster.launch_sessions import OpenedSession


class FirstPage(StrEnum):
    """Where a launch comes out."""

    SETUP = "setup"
    PARTICIPANTS = "participants"
    WELCOME = "welcome"
    TODAY = "today"
    TASK = "task"
    """Of a learner who opened the link of one task."""
    BADGE = "badge"
    """Of a link that stands for the badge: its claim page."""
    GATE = "gate"
    """Of a link that only stands at an assignment of the platform."""
    CHOOSE = "choose"
    """Of a teacher who picks what to place (deep linking)."""
    HAND_IN = "hand-in"
    """Of a learner who picks the badge that they hand in for an assignment (deep linking)."""
    HANDED_IN = "handed-in"
    """Of a badge that was handed in for an assignment."""
    REVIEW = "review"
    """Of somebody who looks at one learner's work from the gradebook."""
    BADGES = "badges"
    """Of who came from a place in no course: their badges of all courses."""
    ACCOUNT = "account"
    """Of who came from the place of the school as a whole."""


@dataclass(frozen=True)
class Launched:
    """An open session and the page it begins on; `values` are the ids in that page's address, by name."""

    session: OpenedSession
    first_page: FirstPage
    values: Mapping[str, Any] = field(default_factory=dict)


def first_page(tx: Session, context_id: uuid.UUID, role: PrincipalRole, *, is_welcomed: bool) -> FirstPage:
    """Return the first page for a role: an empty course begins with its set-up, a new learner with the welcome."""
    if may_edit(role):
        return FirstPage.PARTICIPANTS if has_rules(tx, context_id) else FirstPage.SETUP
    if may_review(role):
        return FirstPage.PARTICIPANTS
    return FirstPage.TODAY if is_welcomed else FirstPage.WELCOME


def page_of_link(
    tx: Session,
    context_id: uuid.UUID,
    opened: OpenedSession,
    page: FirstPage,
    item: PlacedItem | None,
    task_id: uuid.UUID | None,
) -> Launched:
    """Go where the link points; a new learner reads the welcome first, an empty course begins with its set-up."""
    if page in {FirstPage.WELCOME, FirstPage.SETUP}:
        return Launched(opened, page)
    if item is not None and item.kind is ItemKind.BADGE:
        return Launched(opened, FirstPage.BADGE, {"item_id": item.id})
    if item is not None and item.kind in {ItemKind.GATE, ItemKind.STAFF_GATE}:
        return Launched(opened, FirstPage.GATE)
    if page is FirstPage.TODAY and task_id is not None and is_open(tx, context_id, task_id):
        return Launched(opened, FirstPage.TASK, {"task_id": task_id})
    return Launched(opened, page)
