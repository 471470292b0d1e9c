"""Reading where a learner, or a whole course, stands. Never writes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gamification.engine.rule_set import AchievementRef, RuleSet
from gamification.models import ActivityRow, Balance, RuleSetPointer, RuleSetVersion, Task


@dataclass(frozen=True)
class CurrentRules:
    """The version that holds now."""

    version_id: uuid.UUID
    number: int
    rules: RuleSet


@dataclass(frozen=True)
class TaskStanding:
    """A task as one learner sees it. `done_at` is when the learner finished it, None while it is to do."""

    task_id: uuid.UUID
    title: str
    points: int
    done_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """Where one learner stands in one course. `total_points` is what this learner can earn in all.

    `total_differs` says that others can earn another total; `achievement` is what waits at the goal now, also for
    somebody who holds it with earlier texts.
    """

    tasks: tuple[TaskStanding, ...]
    points: int
    goal_points: int
    total_points: int
    total_differs: bool
    goal_reached: bool
    achievement: AchievementRef | None


def current_rules(tx: Session, context_id: uuid.UUID) -> CurrentRules | None:
    """Return the rules that hold now, or None where nothing was published."""
    row = tx.execute(
        select(RuleSetVersion.id, RuleSetVersion.number, RuleSetVersion.content)
        .join(RuleSetPointer, RuleSetPointer.version_id == RuleSetVersion.id)
        .where(RuleSetPointer.context_id == context_id)
    ).one_or_none()
    return CurrentRules(row.id, row.number, RuleSet.from_json(row.content)) if row else None


def has_rules(tx: Session, context_id: uuid.UUID) -> bool:
    """Say whether anything was published in the course."""
    query = select(RuleSetPointer.version_id).where(RuleSetPointer.context_id == context_id)
    return tx.execute(query).scalar_one_or_none() is not None


def task_titles(tx: Session, context_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Return the title of each task of the course."""
    return {row.id: row.title for row in tx.execute(select(Task.id, Task.title).where(Task.context_id == context_id))}


def finished_tasks(tx: Session, context_id: uuid.UUID) -> set[uuid.UUID]:
    """Return the tasks that at least one person has finished."""
    rows = tx.execute(select(ActivityRow.task_id).where(ActivityRow.context_id == context_id).distinct())
    return set(rows.scalars())


def standing(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> Standing | None:
    """Return where the learner stands, or None where nothing was published.

    A closed task is shown only to those who finished it, and counts in their total.
    """
    current = current_rules(tx, context_id)
    if current is None:
        return None
    done: dict[uuid.UUID, datetime] = {}
    for row in tx.execute(
        select(ActivityRow.task_id, ActivityRow.occurred_at).where(
            ActivityRow.context_id == context_id, ActivityRow.person_id == person_id
        )
    ):
        done[row.task_id] = min(row.occurred_at, done.get(row.task_id, row.occurred_at))
    titles = task_titles(tx, context_id)
    tasks = tuple(
        TaskStanding(rule.task_id, titles[rule.task_id], rule.points, done.get(rule.task_id))
        for rule in current.rules.tasks
        if not rule.closed or rule.task_id in done
    )
    balance = tx.get(Balance, (context_id, person_id))
    return Standing(
        tasks=tasks,
        points=balance.points if balance else 0,
        goal_points=current.rules.goal_points,
        total_points=sum(task.points for task in tasks),
        total_differs=current.rules.has_closed_tasks,
        goal_reached=balance.goal_reached if balance else False,
        achievement=current.rules.achievement,
    )


@dataclass(frozen=True)
class Tally:
    """What a course overview says of one learner."""

    points: int
    goal_reached: bool
    tasks_done: int


def tallies(tx: Session, context_id: uuid.UUID) -> dict[uuid.UUID, Tally]:
    """Return the tally of each person who has a balance in the course."""
    done = {
        row.person_id: row.tasks
        for row in tx.execute(
            select(ActivityRow.person_id, func.count(ActivityRow.task_id.distinct()).label("tasks"))
            .where(ActivityRow.context_id == context_id)
            .group_by(ActivityRow.person_id)
        )
    }
    return {
        row.person_id: Tally(row.points, row.goal_reached, done.get(row.person_id, 0))
        for row in tx.execute(
            select(Balance.person_id, Balance.points, Balance.goal_reached).where(Balance.context_id == context_id)
        )
    }


def people_with_balance(tx: Session, context_id: uuid.UUID) -> list[uuid.UUID]:
    """Return everybody who has a balance in the course, in the order in which batches lock them."""
    return list(
        tx.execute(
            select(Balance.person_id).where(Balance.context_id == context_id).order_by(Balance.person_id)
        ).scalars()
    )
