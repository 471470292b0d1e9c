"""What became of a placed link in the platform: its name, and the maximum grade of its column.

We gave both ourselves once. What is there and was ever the same as here is known (`LinkSetting.declined`): a teacher
who changes a task here is not asked about that.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from gamification.engine.rule_set import MOST_POINTS
from gamification.models import TITLE_LENGTH
from gamification.progress import task_texts
from gamification.rules import current_rules
from lti_tool.link_settings.wanted import NO_RULES, READ_BACK, Part, open_rule
from lti_tool.lti.link_parameters import Value
from lti_tool.roster.gradebook_models import LinkSetting
from lti_tool.roster.item_models import ContentItem, ItemKind
from lti_tool.roster.models import LineItem, ResourceLink


def read_back(tx: Session, context_id: uuid.UUID) -> dict[uuid.UUID, dict[str, Value]]:
    """Return what the platform says of each link that was placed for a task, by the link.

    A maximum that cannot be the points of a task (with a fraction, or too high) says nothing.
    """
    rows = tx.execute(
        select(ResourceLink.id, ResourceLink.title, LineItem.score_maximum)
        .join(ContentItem, ContentItem.id == ResourceLink.content_item_id)
        .outerjoin(LineItem, LineItem.resource_link_id == ResourceLink.id)
        .where(ResourceLink.context_id == context_id, ContentItem.kind == ItemKind.TASK)
    )
    found: dict[uuid.UUID, dict[str, Value]] = {}
    for link_id, title, maximum in rows:
        said: dict[str, Value] = {}
        if plain := plain_title(title):
            said[Part.TITLE] = plain
        if maximum is not None and float(maximum).is_integer() and 1 <= maximum <= MOST_POINTS:
            said[Part.MAXIMUM] = int(maximum)
        found[link_id] = said
    return found


def note_what_agrees(tx: Session, context_id: uuid.UUID) -> None:
    """Keep which of these values are the same here now: they are no news when the task changes here."""
    said = read_back(tx, context_id)
    if not said:
        return
    current = current_rules(tx, context_id)
    rules, texts = current.rules if current else NO_RULES, task_texts(tx, context_id)
    rows = tx.execute(
        select(LinkSetting)
        .where(LinkSetting.resource_link_id.in_(list(said)))
        .order_by(LinkSetting.resource_link_id)
        .with_for_update()
    )
    for row in rows.scalars():
        rule = open_rule(rules, row.task_id)
        if rule is None:
            continue
        here: dict[str, Value] = {Part.TITLE: plain_title(texts[rule.task_id].title), Part.MAXIMUM: rule.points}
        agreed = {part: value for part, value in said[row.resource_link_id].items() if here[part] == value}
        if any(row.declined.get(part) != value for part, value in agreed.items()):
            row.declined = {**row.declined, **agreed}


def kept_of(declined: Mapping[str, Value]) -> dict[str, Value]:
    """Return what was decided or agreed about these values: launches say nothing about them."""
    return {part: value for part, value in declined.items() if part in READ_BACK}


def plain_title(title: str) -> str:
    """Return a title as it can be compared: platforms cut and fold blanks."""
    return " ".join(title.split())[:TITLE_LENGTH].rstrip()
