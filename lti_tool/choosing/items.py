"""How an item of a course looks to the platform: title, settings that travel with the link, column, picture."""

from __future__ import annotations

from gamification.engine.rule_set import Confirmation, RuleSet
from lti_tool.lti.content_items import ItemColumn, Picture, ResourceLinkItem
from lti_tool.lti.custom_parameters import ITEM
from lti_tool.lti.dynamic_registration import ICON_PATH, LAUNCH_PATH
from lti_tool.lti.link_parameters import CONFIRM, GOAL, POINTS, REQUIRED
from lti_tool.platforms.families import family_of
from lti_tool.roster.item_models import ContentItem, ItemKind
from lti_tool.roster.models import Registration
from lti_tool.tool import Tool

COLUMN_TAG = "mijlpaal-item"
"""The tag of every column that comes with a link of ours; its resource id is the item's."""
COURSE_MAXIMUM = 100
"""Of the column of the whole course: gradebooks scale what is sent to it."""


def link_item(
    tool: Tool,
    registration: Registration,
    item: ContentItem,
    rules: RuleSet,
    *,
    text: str = "",
    with_column: bool,
    is_framed: bool = True,
) -> ResourceLinkItem:
    """Return the link of an item, with its settings among the custom parameters.

    `text` is what the course says about it. `is_framed`: shown inside a page of the platform, where it can be; in a
    text that would put the whole page among the words.

    A platform that opens links by their address gets one that names the item; where that would bind the link to any
    tool of our host instead of to us, it gets none.
    """
    kind = ItemKind(item.kind)
    family = family_of(registration.product_family)
    url = tool.url(f"{LAUNCH_PATH}?item={item.id}") if family.links_have_address else None
    return ResourceLinkItem(
        title=item.title,
        text=text or None,
        url=url,
        icon=Picture(tool.url(ICON_PATH), 64, 64),
        custom={ITEM: str(item.id)} | _settings(item, kind, rules),
        line_item=_column(tool, item, kind, rules) if with_column else None,
        iframe={} if is_framed else None,
    )


def _settings(item: ContentItem, kind: ItemKind, rules: RuleSet) -> dict[str, str]:
    rule = rules.rule_for(item.task_id) if item.task_id else None
    if kind is ItemKind.TASK and rule is not None:
        told = {POINTS: str(rule.points), REQUIRED: "no" if rule.is_bonus else "yes"}
        words = {Confirmation.LEARNER: "learner", Confirmation.REVIEWER: "reviewer"}
        return told | ({CONFIRM: words[rule.confirmation]} if rule.confirmation in words else {})
    if kind is ItemKind.COURSE and rules.goal_points:
        return {GOAL: str(rules.goal_points)}
    return {}


def _column(tool: Tool, item: ContentItem, kind: ItemKind, rules: RuleSet) -> ItemColumn:
    rule = rules.rule_for(item.task_id) if item.task_id else None
    maximum = {ItemKind.COURSE: COURSE_MAXIMUM, ItemKind.BADGE: 1}.get(kind, rule.points if rule else 1)
    return ItemColumn(
        maximum,
        label=item.title or None,
        resource_id=str(item.id),
        tag=COLUMN_TAG,
        # From a grade to what the learner did here; an assignment of the platform has its work there.
        submission_review_url=tool.url(LAUNCH_PATH) if kind in {ItemKind.TASK, ItemKind.COURSE} else None,
    )
