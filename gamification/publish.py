"""Publishing a course's tasks and goal as a new, immutable version of its rules."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.errors import Conflict
from config.ids import new_id
from config.upsert import insert_unless_present
from gamification.engine.rule_set import (
    AchievementRef,
    Confirmation,
    RuleSet,
    TaskOrder,
    TaskRule,
    check_rules,
    texts_digest,
)
from gamification.errors import RuleInvalid, RuleProblem
from gamification.models import INSTRUCTIONS_LENGTH, TITLE_LENGTH, RuleSetPointer, RuleSetVersion, Task
from gamification.progress import finished_tasks


@dataclass(frozen=True)
class TaskDraft:
    """A task as the teacher wants it; `task_id` is None for a new one."""

    task_id: uuid.UUID | None
    title: str
    points: int
    instructions: str = ""
    is_bonus: bool = False
    confirmation: Confirmation = Confirmation.LEARNER
    stays_when_undone: bool = False
    """Means something only where the platform finishes the task; see `TaskRule`."""


@dataclass(frozen=True)
class Published:
    """The version that holds now. `is_new` is False when neither the rules nor a text had changed.

    `evaluation_needed` says whether somebody may hold something else under it; a change of texts alone never does that.
    """

    version_id: uuid.UUID
    number: int
    rules: RuleSet
    is_new: bool
    evaluation_needed: bool


def publish(
    tx: Session,
    context_id: uuid.UUID,
    *,
    by_person_id: uuid.UUID,
    tasks: Sequence[TaskDraft],
    goal_points: int,
    achievement: AchievementRef | None,
    seen_number: int,
    now: datetime,
    order: TaskOrder = TaskOrder.FREE,
) -> Published:
    """Make these tasks and this goal the rules of the course.

    A task that somebody did anything with keeps its points and its kind, and when it is left out it is closed, not
    deleted: what was earned with it stays. `seen_number` is the version the teacher had on screen (0 for none). Other
    texts are a new version too, so that two teachers who change texts at once do not overwrite each other unseen.

    Raises:
        RuleInvalid: with the place of the first problem; nothing was changed.
        Conflict: somebody else published since the teacher opened the page.
    """
    pointer = lock_pointer(tx, context_id)
    current = tx.get(RuleSetVersion, pointer.version_id) if pointer.version_id else None
    if (current.number if current else 0) != seen_number:
        raise Conflict("published-meanwhile")
    before = RuleSet.from_json(current.content) if current else RuleSet((), 0, None)
    finished = finished_tasks(tx, context_id)
    _check_texts(tasks)

    rules: list[TaskRule] = []
    for index, draft in enumerate(tasks):
        if draft.task_id is None:
            rules.append(_rule(new_id(), draft))
            continue
        earlier = before.rule_for(draft.task_id)
        if earlier is None or any(rule.task_id == draft.task_id for rule in rules):
            # Named twice, a task would count twice for the total and once for the learner: an unreachable goal.
            raise RuleInvalid(f"tasks.{index}", RuleProblem.UNKNOWN_TASK)
        rule = _rule(draft.task_id, draft)
        if draft.task_id in finished and (problem := _changed(earlier, rule)):
            raise RuleInvalid(f"tasks.{index}.{problem}", RuleProblem.FINISHED_TASK_CHANGED)
        rules.append(rule)
    kept = {rule.task_id for rule in rules}
    closed = [
        replace(rule, closed=True) for rule in before.tasks if rule.task_id not in kept and rule.task_id in finished
    ]
    check_rules((*rules, *closed), goal_points, achievement)

    texts = [(draft.title.strip(), draft.instructions.strip()) for draft in tasks]
    for rule, draft, (title, instructions) in zip(rules, tasks, texts, strict=True):
        if draft.task_id is None:
            tx.add(Task(id=rule.task_id, context_id=context_id, title=title, instructions=instructions, created_at=now))
        else:
            task = tx.get_one(Task, rule.task_id)
            task.title, task.instructions = title, instructions
    wanted = RuleSet((*rules, *closed), goal_points, achievement, texts_digest(texts), order)
    if current is not None and wanted == before:
        return Published(current.id, current.number, before, is_new=False, evaluation_needed=False)
    tx.flush()
    version = RuleSetVersion(
        id=new_id(),
        context_id=context_id,
        number=seen_number + 1,
        content=wanted.to_json(),
        published_by=by_person_id,
        published_at=now,
    )
    tx.add(version)
    tx.flush()
    pointer.version_id = version.id
    tx.flush()
    return Published(version.id, version.number, wanted, is_new=True, evaluation_needed=not wanted.counts_as(before))


def lock_pointer(tx: Session, context_id: uuid.UUID) -> RuleSetPointer:
    """Hold the course's rules still until the transaction ends; makes the pointer where there is none."""
    insert_unless_present(tx, RuleSetPointer, {"context_id": context_id, "version_id": None}, key=("context_id",))
    return tx.execute(
        select(RuleSetPointer)
        .where(RuleSetPointer.context_id == context_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def _rule(task_id: uuid.UUID, draft: TaskDraft) -> TaskRule:
    return TaskRule(
        task_id,
        draft.points,
        is_bonus=draft.is_bonus,
        confirmation=draft.confirmation,
        stays_when_undone=draft.stays_when_undone and draft.confirmation.is_by_platform,
    )


def _changed(earlier: TaskRule, rule: TaskRule) -> str:
    """Return which part of a rule that must stay differs; empty where none does.

    That points stay when the platform takes its word back can still be promised, for that only adds points; but not
    be broken.
    """
    fields = ["points", "is_bonus", "confirmation"]
    if earlier.stays_when_undone:
        fields.append("stays_when_undone")
    return next((field for field in fields if getattr(earlier, field) != getattr(rule, field)), "")


def _check_texts(tasks: Sequence[TaskDraft]) -> None:
    for index, draft in enumerate(tasks):
        if not draft.title.strip():
            raise RuleInvalid(f"tasks.{index}.title", RuleProblem.TITLE_MISSING)
        if len(draft.title.strip()) > TITLE_LENGTH:
            raise RuleInvalid(f"tasks.{index}.title", RuleProblem.TITLE_TOO_LONG)
        if len(draft.instructions.strip()) > INSTRUCTIONS_LENGTH:
            raise RuleInvalid(f"tasks.{index}.instructions", RuleProblem.INSTRUCTIONS_TOO_LONG)
