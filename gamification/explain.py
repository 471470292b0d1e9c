"""Reading why a learner has these points, and what is missing. Never writes, and resolves no names."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gamification.engine.activity import Activity, Verb, in_order
from gamification.engine.desired import BONUS_RULE, TASK_RULE, effect_key
from gamification.engine.explain import (
    EntryExplanation,
    FactExplanation,
    LearnerExplanation,
    TaskExplanation,
    explain_goal,
    rules_to_explain,
    what_is_missing,
)
from gamification.engine.rule_set import RuleSet
from gamification.engine.task_state import NOTHING_DONE, locked_tasks, task_facts
from gamification.hand_ins import hand_in_key
from gamification.models import ActivityRow, HandIn, LedgerEntry, Remark, Review, RuleSetVersion
from gamification.progress import is_graded, task_titles
from gamification.rules import current_rules


def explain_learner(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> LearnerExplanation | None:
    """Return why this learner has these points and what is missing, or None where nothing was published."""
    current = current_rules(tx, context_id)
    if current is None:
        return None
    titles = task_titles(tx, context_id)
    activities, explained = _facts(tx, context_id, person_id, current.rules)
    facts = task_facts(activities, current.rules)
    locked = locked_tasks(current.rules, facts)
    facts_of: dict[uuid.UUID, list[FactExplanation]] = {}
    for activity in in_order(activities):
        facts_of.setdefault(activity.task_id, []).append(explained[activity.id])
    entries, bonus, required_points = _entries(tx, context_id, person_id, titles, explained)
    tasks = []
    touched = [task_id for task_id in (*facts_of, *entries) if task_id in titles]
    for rule in rules_to_explain(current.rules, touched, bonus):
        of_task = tuple(entries.get(rule.task_id, ()))
        found = facts.get(rule.task_id, NOTHING_DONE)
        tasks.append(
            TaskExplanation(
                task_id=rule.task_id,
                title=titles[rule.task_id],
                points=rule.points,
                is_bonus=rule.is_bonus,
                state=found.state,
                entries=of_task,
                facts=tuple(facts_of.get(rule.task_id, ())),
                missing=what_is_missing(
                    rule, found, sum(entry.points for entry in of_task), is_locked=rule.task_id in locked
                ),
            )
        )
    return LearnerExplanation(
        version_number=current.number,
        published_at=current.published_at,
        tasks=tuple(tasks),
        goal=explain_goal(current.rules, required_points, tasks),
    )


def explanation_json(explanation: LearnerExplanation) -> dict[str, Any]:
    """Return the explanation as JSON holds it: ids as strings, moments in ISO 8601."""
    plain: dict[str, Any] = _plain(dataclasses.asdict(explanation))
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, uuid.UUID | str):
        return str(value)
    return value


def _facts(
    tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, rules: RuleSet
) -> tuple[list[Activity], dict[uuid.UUID, FactExplanation]]:
    """Return what happened, as the rules read it and as it is explained."""
    rows = tx.execute(
        select(
            ActivityRow.id,
            ActivityRow.verb,
            ActivityRow.task_id,
            ActivityRow.occurred_at,
            ActivityRow.source,
            ActivityRow.external_id,
            ActivityRow.actor_id,
        ).where(ActivityRow.context_id == context_id, ActivityRow.person_id == person_id)
    ).all()
    of_learner = (HandIn.context_id == context_id, HandIn.person_id == person_id)
    sent = {
        hand_in_key(hand_in_id): hand_in_id for hand_in_id in tx.execute(select(HandIn.id).where(*of_learner)).scalars()
    }
    judged = {
        row.activity_id: row.hand_in_id
        for row in tx.execute(
            select(Review.activity_id, Review.hand_in_id)
            .join(HandIn, HandIn.id == Review.hand_in_id)
            .where(*of_learner)
        )
    }
    remarks = {
        row.activity_id: row.id
        for row in tx.execute(
            select(Remark.activity_id, Remark.id).where(
                Remark.context_id == context_id, Remark.person_id == person_id, Remark.activity_id.is_not(None)
            )
        )
    }
    activities, explained = [], {}
    for row in rows:
        verb = Verb(row.verb)
        activities.append(Activity(row.id, verb, row.task_id, row.occurred_at))
        explained[row.id] = FactExplanation(
            activity_id=row.id,
            verb=verb,
            occurred_at=row.occurred_at,
            source=row.source,
            actor_id=row.actor_id,
            hand_in_id=sent.get(row.external_id) if verb is Verb.HANDED_IN else judged.get(row.id),
            remark_id=remarks.get(row.id),
            is_graded=is_graded(row.source, rules.rule_for(row.task_id)),
        )
    return activities, explained


def _entries(
    tx: Session,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    titles: Mapping[uuid.UUID, str],
    facts: Mapping[uuid.UUID, FactExplanation],
) -> tuple[dict[uuid.UUID, list[EntryExplanation]], list[uuid.UUID], int]:
    """Return the entries of each task as they were written, which tasks have extra points, and the required sum."""
    task_of = {
        effect_key(lineage, task_id): (task_id, lineage) for lineage in (TASK_RULE, BONUS_RULE) for task_id in titles
    }
    rows = tx.execute(
        select(LedgerEntry, RuleSetVersion.number, RuleSetVersion.published_at)
        .join(RuleSetVersion, RuleSetVersion.id == LedgerEntry.rule_set_version_id)
        .where(LedgerEntry.context_id == context_id, LedgerEntry.person_id == person_id)
        .order_by(LedgerEntry.created_at, LedgerEntry.effect_key, LedgerEntry.step)
    )
    found: dict[uuid.UUID, list[EntryExplanation]] = {}
    bonus: list[uuid.UUID] = []
    required_points = 0
    for entry, number, published_at in rows:
        if entry.effect_key not in task_of:
            continue  # of no task here: for `gamification.reconcile` to report
        task_id, lineage = task_of[entry.effect_key]
        if lineage == BONUS_RULE:
            bonus.append(task_id)
        else:
            required_points += entry.points
        found.setdefault(task_id, []).append(
            EntryExplanation(
                points=entry.points,
                step=entry.step,
                kind=entry.kind,
                created_at=entry.created_at,
                version_number=number,
                published_at=published_at,
                fact=facts.get(entry.activity_id) if entry.activity_id else None,
            )
        )
    return found, bonus, required_points
