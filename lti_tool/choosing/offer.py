"""What can be placed: what the course has, what is placed already, and what this platform takes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.achievement import achievement_texts
from gamification.engine.rule_set import TaskRule
from gamification.progress import task_texts
from gamification.rules import current_rules
from lti_tool.lti.claims import DeepLinkingClaim
from lti_tool.platforms.families import family_of
from lti_tool.roster.deep_linking_requests import get_request
from lti_tool.roster.endpoints import registration_of_context
from lti_tool.roster.item_models import ContentItem, DeepLinkingRequest, ItemKind
from lti_tool.roster.models import ResourceLink


@dataclass(frozen=True)
class Placeable:
    """A task of the course that is open, and how many links it has."""

    rule: TaskRule
    title: str
    links: int


@dataclass(frozen=True)
class Offer:
    """What the page offers. `edited` is the item of the link that is edited, as far as it was recognised."""

    accepts: DeepLinkingClaim
    placement: str
    version_number: int
    goal_points: int
    total_points: int
    tasks: tuple[Placeable, ...]
    badge_name: str
    """Empty where the course has no badge."""
    has_gates: bool
    """Whether links can stand at assignments of this platform (its roster tells who may open a link)."""
    edited: ContentItem | None = None

    @property
    def can_make_columns(self) -> bool:
        """Whether asking for a column can help; most platforms do not say."""
        return self.accepts.accepts_line_item is not False

    @property
    def takes_links(self) -> bool:
        """Whether the platform takes links that launch us."""
        return "ltiResourceLink" in self.accepts.accept_types


def offer_of(tx: Session, context_id: uuid.UUID, session_id: uuid.UUID) -> Offer:
    """Return what this session can place.

    Raises:
        NotFound: the session is not for picking.
    """
    request = get_request(tx, session_id)
    registration = registration_of_context(tx, context_id)
    current = current_rules(tx, context_id)
    texts = task_texts(tx, context_id)
    links = _links_by_task(tx, context_id)
    tasks = tuple(
        Placeable(rule, texts[rule.task_id].title, links.get(rule.task_id, 0))
        for rule in (current.rules.tasks if current else ())
        if not rule.closed
    )
    achievement = current.rules.achievement if current else None
    return Offer(
        accepts=accepted(request),
        placement=request.placement,
        version_number=current.number if current else 0,
        goal_points=current.rules.goal_points if current else 0,
        total_points=current.rules.total_points if current else 0,
        tasks=tasks,
        badge_name=achievement_texts(tx, achievement.version_id).name if achievement else "",
        has_gates=family_of(registration.product_family).roster_tells_who_may_open,
        edited=_edited(tx, context_id, request.title),
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


def _edited(tx: Session, context_id: uuid.UUID, title: str) -> ContentItem | None:
    """Return the one item that is called so: an LMS tells the name of what it edits, and not our id.

    Of several with one name none is meant for sure: then something new is placed.
    """
    if not title:
        return None
    found = (
        tx.execute(
            select(ContentItem)
            .outerjoin(ResourceLink, ResourceLink.content_item_id == ContentItem.id)
            .where(
                ContentItem.context_id == context_id,
                ContentItem.removed_at.is_(None),
                (ContentItem.title == title) | (ResourceLink.title == title),
            )
            .distinct()
            .limit(2)
        )
        .scalars()
        .all()
    )
    return found[0] if len(found) == 1 and ItemKind(found[0].kind) is not ItemKind.STAFF_GATE else None
