"""What can be placed: what the course has, what is placed already, and what this platform takes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.achievement import achievement_texts
from config.errors import NotFound
from gamification.engine.rule_set import TaskRule
from gamification.progress import finished_tasks, task_texts
from gamification.rules import current_rules
from lti_tool.choosing.purposes import Purpose, purpose_of
from lti_tool.choosing.recognising import edited_item
from lti_tool.lti.claims import DeepLinkingClaim
from lti_tool.platforms.families import family_of
from lti_tool.roster.deep_linking_requests import get_request
from lti_tool.roster.endpoints import registration_of_context
from lti_tool.roster.item_models import ContentItem, DeepLinkingRequest, ItemKind
from lti_tool.roster.models import LineItem, ResourceLink


@dataclass(frozen=True)
class Placeable:
    """A task of the course that is open, and how many links it has."""

    rule: TaskRule
    title: str
    links: int
    instructions: str = ""
    is_finished_by_someone: bool = False
    """Then its points and its kind stand."""


@dataclass(frozen=True)
class Edited:
    """The link that is edited, as far as it was recognised. `task` is None where it has none that is open."""

    item_id: uuid.UUID
    kind: ItemKind
    title: str
    task: Placeable | None
    has_column: bool | None
    """None as long as nothing is known of its link."""


@dataclass(frozen=True)
class Offer:
    """What the page offers."""

    accepts: DeepLinkingClaim
    purpose: Purpose
    version_number: int
    goal_points: int
    total_points: int
    tasks: tuple[Placeable, ...]
    badge_name: str
    """Empty where the course has no badge."""
    has_gates: bool
    """Whether links can stand at assignments of this platform (its roster tells who may open a link)."""
    edited: Edited | None = None

    @property
    def can_make_columns(self) -> bool:
        """Whether asking for a column can help; most platforms do not say."""
        return self.accepts.accepts_line_item is not False and self.purpose is Purpose.COURSE

    @property
    def takes_links(self) -> bool:
        """Whether the platform takes links that launch us."""
        return "ltiResourceLink" in self.accepts.accept_types

    @property
    def takes_one(self) -> bool:
        """Whether one thing can be chosen at a time: also when a link is edited, which stays one link."""
        return self.edited is not None or not self.accepts.accepts_multiple


def offer_of(tx: Session, context_id: uuid.UUID, session_id: uuid.UUID) -> Offer:
    """Return what this session can place.

    Raises:
        NotFound: the session is not for placing.
    """
    request = get_request(tx, session_id)
    registration = registration_of_context(tx, context_id)
    purpose = purpose_of(registration, request)
    if purpose is Purpose.HAND_IN:
        raise NotFound("deep-linking")
    current = current_rules(tx, context_id)
    texts = task_texts(tx, context_id)
    links = _links_by_task(tx, context_id)
    finished = finished_tasks(tx, context_id)
    tasks = tuple(
        Placeable(
            rule,
            texts[rule.task_id].title,
            links.get(rule.task_id, 0),
            texts[rule.task_id].instructions,
            rule.task_id in finished,
        )
        for rule in (current.rules.tasks if current else ())
        if not rule.closed
    )
    achievement = current.rules.achievement if current else None
    tells_who = family_of(registration.product_family).roster_tells_who_may_open
    item = edited_item(tx, context_id, request.title, request.text)
    return Offer(
        accepts=accepted(request),
        purpose=purpose,
        version_number=current.number if current else 0,
        goal_points=current.rules.goal_points if current else 0,
        total_points=current.rules.total_points if current else 0,
        tasks=tasks,
        badge_name=achievement_texts(tx, achievement.version_id).name if achievement else "",
        has_gates=tells_who and purpose is Purpose.COURSE,
        edited=_edited(tx, item, tasks) if item is not None else None,
    )


def accepted(request: DeepLinkingRequest) -> DeepLinkingClaim:
    """Return what the platform takes, as it said when the session began."""
    return DeepLinkingClaim(
        return_url=request.return_url,
        accept_types=tuple(request.accept_types),
        accept_targets=tuple(request.accept_targets),
        accepts_multiple=request.accepts_multiple,
        accepts_line_item=request.accepts_line_item,
        title=request.title or None,
        text=request.text or None,
        data=request.data,
    )


def _links_by_task(tx: Session, context_id: uuid.UUID) -> dict[uuid.UUID, int]:
    counts: dict[uuid.UUID, int] = {}
    for task_id in tx.execute(
        select(ContentItem.task_id).where(
            ContentItem.context_id == context_id, ContentItem.task_id.is_not(None), ContentItem.removed_at.is_(None)
        )
    ).scalars():
        if task_id is not None:
            counts[task_id] = counts.get(task_id, 0) + 1
    return counts


def _edited(tx: Session, item: ContentItem, tasks: tuple[Placeable, ...]) -> Edited:
    links = tx.execute(
        select(LineItem.id)
        .select_from(ResourceLink)
        .outerjoin(LineItem, (LineItem.resource_link_id == ResourceLink.id) & LineItem.gone_at.is_(None))
        .where(ResourceLink.content_item_id == item.id)
    )
    columns = [column is not None for column in links.scalars()]
    task = next((task for task in tasks if task.rule.task_id == item.task_id), None)
    return Edited(item.id, ItemKind(item.kind), item.title, task, any(columns) if columns else None)
