"""Publishing the tasks that are placed or edited with their links, by the rules of every publication."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from config.errors import Conflict
from gamification.engine.rule_set import RuleSet
from gamification.progress import TaskTexts, task_texts
from gamification.publish import TaskDraft, lock_pointer, publish
from gamification.rules import current_rules
from lti_tool.link_settings import NO_RULES
from lti_tool.progress import promise_evaluation
from lti_tool.roster.launch_sessions import CurrentSession


@dataclass(frozen=True)
class PublishedTasks:
    """The rules that hold now, the task of each draft in order, and the texts of the tasks as they were before."""

    rules: RuleSet
    task_ids: tuple[uuid.UUID, ...]
    texts_before: Mapping[uuid.UUID, TaskTexts]


def publish_drafts(
    tx: Session,
    session: CurrentSession,
    drafts: Sequence[TaskDraft],
    *,
    goal_points: int | None,
    seen_number: int | None,
    now: datetime,
) -> PublishedTasks:
    """Publish these tasks: one that the course has takes its place there, new ones come behind the others.

    `goal_points` is the goal of a course that has none yet; None: what its required tasks are worth together.
    `seen_number` is the version that the teacher saw who changes a task.

    Raises:
        Conflict: `published-meanwhile`, where a task is changed that may be another one by now.
        RuleInvalid: with the place of the first problem, among those that stay and then the new ones.
    """
    lock_pointer(tx, session.context_id)
    current = current_rules(tx, session.context_id)
    rules, number = (current.rules, current.number) if current else (NO_RULES, 0)
    texts = task_texts(tx, session.context_id)
    if not drafts:
        return PublishedTasks(rules, (), texts)
    changed = {draft.task_id: draft for draft in drafts if draft.task_id is not None}
    if changed and number != seen_number:
        raise Conflict("published-meanwhile")
    kept = [
        changed.get(rule.task_id)
        or TaskDraft(
            rule.task_id,
            texts[rule.task_id].title,
            rule.points,
            texts[rule.task_id].instructions,
            rule.is_bonus,
            rule.confirmation,
            rule.stays_when_undone,
        )
        for rule in rules.tasks
        if not rule.closed
    ]
    new = [draft for draft in drafts if draft.task_id is None]
    published = publish(
        tx,
        session.context_id,
        by_person_id=session.person_id,
        tasks=[*kept, *new],
        goal_points=rules.goal_points or goal_points or sum(draft.points for draft in new if not draft.is_bonus),
        achievement=rules.achievement,
        order=rules.order,
        seen_number=number,
        now=now,
    )
    if published.evaluation_needed:
        promise_evaluation(tx, session.context_id, now=now)
    # Published in the order in which they were handed over, the closed ones behind them.
    made = iter(published.rules.tasks[len(kept) : len(kept) + len(new)])
    return PublishedTasks(published.rules, tuple(draft.task_id or next(made).task_id for draft in drafts), texts)
