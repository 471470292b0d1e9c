"""Keeping what a launch tells about its link, and making the task of a link with points."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.upsert import insert_unless_present
from gamification.publish import lock_pointer
from gamification.rules import current_rules
from lti_tool.link_settings.reading_back import kept_of, note_what_agrees
from lti_tool.link_settings.taking import take_over, title_of_task
from lti_tool.link_settings.wanted import NO_RULES, READ_BACK, Part, holds_of, open_rule, told_of, wanted
from lti_tool.lti.claims import LaunchClaims
from lti_tool.lti.link_parameters import LinkParameters, Value, read_link_parameters
from lti_tool.roster.gradebook_models import LinkSetting
from lti_tool.roster.item_models import ItemKind
from lti_tool.roster.items import PlacedItem


def keep_link_setting(
    tx: Session,
    known: LinkSetting | None,
    claims: LaunchClaims,
    *,
    context_id: uuid.UUID,
    link_id: uuid.UUID,
    person_id: uuid.UUID,
    item: PlacedItem | None = None,
    now: datetime,
) -> uuid.UUID | None:
    """Keep what this launch tells, make the task where there should be one, and return the task of the link.

    `known` is the setting as it was read with the link, so a launch that tells nothing new neither asks nor writes.
    A link that was placed for a task (`item`) stands for that task from the beginning; one that was placed for
    something else stands for no task, whatever points it has, until the teacher says so.
    Whatever a parameter says, the launch goes on: a task that the course has no room for waits for the teacher.
    """
    said = read_link_parameters(claims.custom)
    is_for_task = item is None or item.kind in {ItemKind.TASK, ItemKind.GATE}
    placed = item.task_id if item is not None and is_for_task else None
    if placed is not None and (known is None or known.task_id != placed or (said.told and not known.told)):
        known = _lock_setting(tx, context_id, link_id, now=now)
        known.task_id, known.told = placed, dict(said.told)
        known.declined = kept_of(known.declined) | _as_it_was_placed(tx, context_id, placed, said.told)
        note_what_agrees(tx, context_id)
    if item is not None and item.is_new_to_link and not is_for_task and known is not None and known.task_id:
        # It stood for a task before: edited by deep linking, or one link of the platform for several things.
        known = _lock_setting(tx, context_id, link_id, now=now)
        known.task_id = None
    if known is None and said.say_nothing:
        return None
    may_make_task = is_for_task and Part.POINTS in said.told
    makes_task = may_make_task and not _is_settled(known) and _has_room(tx, context_id, said.told)
    if known is not None and not makes_task and not _is_news(known, said):
        return known.task_id
    if makes_task:
        lock_pointer(tx, context_id)
    row = _lock_setting(tx, context_id, link_id, now=now)
    if _is_news(row, said):
        row.told, row.not_understood, row.told_at = dict(said.told), said.not_understood, now
        # What the teacher decided was about the value of then.
        row.declined = {
            part: value
            for part, value in row.declined.items()
            if part in READ_BACK or told_of(said.told, Part(part)) == value
        }
        if placed is not None:  # edited by deep linking: what the link says now was chosen here
            row.declined = {**row.declined, **_as_it_was_placed(tx, context_id, placed, said.told)}
    # Asked again under the lock: another launch may have made it, or a colleague may have published.
    if makes_task and not _is_settled(row) and _has_room(tx, context_id, said.told):
        link_title = claims.resource_link.title if claims.resource_link else None
        title = title_of_task(link_title or "", claims.locale or "")
        row.task_id = take_over(tx, row, Part.TASK, title=title, person_id=person_id, now=now)
    return row.task_id


def stand_for_task(
    tx: Session, context_id: uuid.UUID, link_id: uuid.UUID, task_id: uuid.UUID, *, now: datetime
) -> None:
    """Let a link that nobody opened yet stand for the task that it was placed for."""
    row = _lock_setting(tx, context_id, link_id, now=now)
    if row.task_id is None:
        row.task_id = task_id


def open_task_of_link(tx: Session, context_id: uuid.UUID, link_id: uuid.UUID) -> uuid.UUID | None:
    """Return the task that this link made, if learners can do it now."""
    query = select(LinkSetting.task_id).where(
        LinkSetting.resource_link_id == link_id, LinkSetting.context_id == context_id
    )
    task_id = tx.execute(query).scalar_one_or_none()
    return task_id if task_id is not None and is_open(tx, context_id, task_id) else None


def is_open(tx: Session, context_id: uuid.UUID, task_id: uuid.UUID) -> bool:
    """Say whether learners can do this task now."""
    current = current_rules(tx, context_id)
    return current is not None and open_rule(current.rules, task_id) is not None


def _as_it_was_placed(
    tx: Session, context_id: uuid.UUID, task_id: uuid.UUID, told: dict[str, Value]
) -> dict[str, Value]:
    """Return the values that we gave the link ourselves: nobody is asked about them when the teacher changes them here.

    Another value there is somebody's choice, and is asked about.
    """
    current = current_rules(tx, context_id)
    rule = open_rule(current.rules, task_id) if current else None
    if rule is None:
        return {}
    parts = [Part(name) for name in told if name != Part.GOAL]
    return {part: told[part] for part in parts if holds_of(rule, part) == told[part]}


def _is_news(row: LinkSetting, said: LinkParameters) -> bool:
    return (row.told, row.not_understood) != (said.told, said.not_understood)


def _is_settled(row: LinkSetting | None) -> bool:
    """Say whether the link has made its task, or the teacher wants none."""
    return row is not None and (row.task_id is not None or Part.TASK in row.declined)


def _has_room(tx: Session, context_id: uuid.UUID, told: dict[str, Value]) -> bool:
    current = current_rules(tx, context_id)
    return wanted(current.rules if current else NO_RULES, told, None, Part.TASK).problem is None


def _lock_setting(tx: Session, context_id: uuid.UUID, link_id: uuid.UUID, *, now: datetime) -> LinkSetting:
    """Hold the setting of this link until the transaction ends; makes it where there is none."""
    empty = {"told": {}, "not_understood": {}, "declined": {}, "told_at": now}
    values = {"resource_link_id": link_id, "context_id": context_id, **empty}
    insert_unless_present(tx, LinkSetting, values, key=("resource_link_id",))
    return tx.execute(
        select(LinkSetting)
        .where(LinkSetting.resource_link_id == link_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
