"""A course that the platform copied: its tasks, goal, badge, links and gates get their counterparts in the copy.

Learners, points and awards stay where they were earned. A platform says so in a notice, or names the courses that a
course came from in each launch. What somebody set up in the copy is never overwritten.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.achievement import achievement_texts, describe_achievement
from badges.models import Achievement
from config.ids import new_id
from gamification.engine.rule_set import AchievementRef
from gamification.models import RuleSetVersion
from gamification.progress import task_texts
from gamification.publish import TaskDraft, lock_pointer, publish
from gamification.rules import CurrentRules, current_rules, has_rules
from lti_tool.issuing import ensure_issuer
from lti_tool.lti.claims import LaunchClaims
from lti_tool.lti.custom_parameters import CONTEXT_HISTORY, PREVIOUS_CONTEXTS, tool_parameters
from lti_tool.platforms.families import family_of
from lti_tool.roster.gradebook import choose_columns, chosen_columns
from lti_tool.roster.item_models import ContentItem, Gate
from lti_tool.roster.models import Context, Registration
from lti_tool.roster.services import lock_context
from lti_tool.tool import Tool

MOST_EARLIER_COURSES = 50
"""How many of the courses that a course came from are looked at, the nearest first."""


def copy_where_it_came_from(
    tx: Session, tool: Tool, registration: Registration, context_id: uuid.UUID, claims: LaunchClaims, *, now: datetime
) -> bool:
    """Take over from the nearest course that this launch says this one came from; says whether anything was.

    For every launch: where the platform names no such course nothing is asked of the database. Believed only where we
    asked the platform for it ourselves, when it registered: else a teacher could type the number of another's course.
    """
    named = earlier_courses(claims)
    if not named or not registration.configuration_url:
        return False
    context = tx.get_one(Context, context_id)
    if context.copied_at is not None or has_rules(tx, context_id):
        return False
    for external_id in named:
        origin = find_course(tx, context.deployment_id, external_id)
        if origin is not None and origin.id != context_id and copy_course(tx, tool, origin.id, context_id, now=now):
            return True
    return False


def earlier_courses(claims: LaunchClaims) -> list[str]:
    """Return the platform's ids of the courses that this one came from, the nearest first.

    A parameter that we do not ask of this product was typed by a teacher: it could name the course of another.
    """
    family = family_of(claims.platform.product_family_code if claims.platform else None)
    has_own_name = PREVIOUS_CONTEXTS in tool_parameters(family.registration.variables)
    found: dict[str, None] = {}
    for parameter in (CONTEXT_HISTORY, PREVIOUS_CONTEXTS) if has_own_name else (CONTEXT_HISTORY,):
        for name in claims.custom.get(parameter, "").split(","):
            if name.strip():
                found[name.strip()] = None
    if claims.context is not None:
        found.pop(claims.context.id, None)
    return list(found)[:MOST_EARLIER_COURSES]


def find_course(tx: Session, deployment_id: uuid.UUID, external_id: str) -> Context | None:
    """Return a course of this deployment by the platform's id. Schools that share a client id are kept apart."""
    return tx.execute(
        select(Context).where(
            Context.deployment_id == deployment_id, Context.external_context_id == f"context:{external_id}"
        )
    ).scalar_one_or_none()


def copy_course(tx: Session, tool: Tool, origin_id: uuid.UUID, context_id: uuid.UUID, *, now: datetime) -> bool:
    """Take over tasks, goal, badge, columns, items and gates of another course; says whether there was anything.

    Nothing happens where this course has rules already, or the other has none.
    """
    lock_context(tx, context_id)
    lock_pointer(tx, context_id)
    if has_rules(tx, context_id):
        return False
    origin = current_rules(tx, origin_id)
    if origin is None:
        return False
    tasks = _copy_rules(tx, tool, origin, origin_id, context_id, now=now)
    achievement_id = tx.execute(select(Achievement.id).where(Achievement.context_id == context_id)).scalar_one_or_none()
    _copy_items(tx, origin_id, context_id, tasks, achievement_id, now=now)
    context, before = tx.get_one(Context, context_id), tx.get_one(Context, origin_id)
    context.copied_from_id, context.copied_at = origin_id, now
    context.columns_due_at = now  # the copied links have columns already
    context.results_percent = before.results_percent
    if context.results_percent is not None:
        context.results_due_at = now
    columns = chosen_columns(tx, origin_id)
    if columns is not None and chosen_columns(tx, context_id) is None:
        choose_columns(tx, context_id, columns, by_person_id=_publisher(tx, origin), now=now)
    return True


def told_origin(tx: Session, context_id: uuid.UUID) -> str | None:
    """Return the title of the course that this one was copied from, until a teacher has seen that; else None."""
    context = tx.get_one(Context, context_id)
    if context.copied_from_id is None or context.copy_seen_at is not None:
        return None
    return tx.get_one(Context, context.copied_from_id).title


def see_copy(tx: Session, context_id: uuid.UUID, *, now: datetime) -> None:
    """Keep that a teacher has seen it."""
    context = tx.get_one(Context, context_id)
    if context.copied_from_id is not None and context.copy_seen_at is None:
        context.copy_seen_at = now


def _copy_rules(
    tx: Session, tool: Tool, origin: CurrentRules, origin_id: uuid.UUID, context_id: uuid.UUID, *, now: datetime
) -> dict[uuid.UUID, uuid.UUID]:
    """Publish the open tasks, the goal and the badge; returns the new task of each old one."""
    # The goal can be reached without the closed ones: otherwise it could not have been published.
    rules = replace(origin.rules, tasks=tuple(rule for rule in origin.rules.tasks if not rule.closed))
    texts = task_texts(tx, origin_id)
    drafts = [
        TaskDraft(
            None,
            texts[rule.task_id].title,
            rule.points,
            texts[rule.task_id].instructions,
            rule.is_bonus,
            rule.confirmation,
            rule.stays_when_undone,
        )
        for rule in rules.tasks
    ]
    published = publish(
        tx,
        context_id,
        by_person_id=_publisher(tx, origin),
        tasks=drafts,
        goal_points=rules.goal_points,
        achievement=_copy_badge(tx, tool, rules.achievement, context_id, now=now),
        order=rules.order,
        seen_number=0,
        now=now,
    )
    return {old.task_id: new.task_id for old, new in zip(rules.tasks, published.rules.tasks, strict=True)}


def _copy_badge(
    tx: Session, tool: Tool, achievement: AchievementRef | None, context_id: uuid.UUID, *, now: datetime
) -> AchievementRef | None:
    """Describe the badge of the other course here; not by the other's issuer, which may be another school's still."""
    if achievement is None:
        return None
    texts = achievement_texts(tx, achievement.version_id)
    described = describe_achievement(
        tx,
        context_id=context_id,
        issuer_profile_id=ensure_issuer(tx, tool, context_id, now=now),
        name=texts.name,
        criteria=texts.criteria,
        details=texts.details,
        now=now,
    )
    return AchievementRef(described.achievement_id, described.version_id, achievement.needs_confirmation)


def _copy_items(
    tx: Session,
    origin_id: uuid.UUID,
    context_id: uuid.UUID,
    tasks: Mapping[uuid.UUID, uuid.UUID],
    achievement_id: uuid.UUID | None,
    *,
    now: datetime,
) -> None:
    """Give each item its counterpart: the copied links still carry the ids of the first ones."""
    rows = tx.execute(
        select(ContentItem, Gate)
        .outerjoin(Gate, Gate.content_item_id == ContentItem.id)
        .where(ContentItem.context_id == origin_id, ContentItem.removed_at.is_(None))
        .order_by(ContentItem.created_at, ContentItem.id)
    ).all()
    for item, gate in rows:
        if item.task_id is not None and item.task_id not in tasks:
            continue  # of a task that is closed
        copy = ContentItem(
            id=new_id(),
            context_id=context_id,
            kind=item.kind,
            task_id=tasks[item.task_id] if item.task_id else None,
            achievement_id=achievement_id if item.achievement_id else None,
            title=item.title,
            created_by=None,
            created_at=now,
            copied_from_id=item.copied_from_id or item.id,
        )
        tx.add(copy)
        tx.flush()
        if gate is not None:
            tx.add(Gate(content_item_id=copy.id, condition=gate.condition))
            tx.get_one(Context, context_id).gates_due_at = now


def _publisher(tx: Session, origin: CurrentRules) -> uuid.UUID:
    """Return who published the rules that are taken over: they are theirs, whoever made the copy."""
    return tx.get_one(RuleSetVersion, origin.version_id).published_by
