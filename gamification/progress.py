"""Reading where a learner, or a whole course, stands. Never writes."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gamification.engine.activity import Verb
from gamification.engine.rule_set import AchievementRef, Confirmation, RuleSet, TaskRule
from gamification.engine.task_state import NOTHING_DONE, TaskFacts, TaskState, locked_tasks, task_facts
from gamification.evaluate import activities_of
from gamification.models import ActivityRow, ActivitySource, Balance, Task
from gamification.rules import CurrentRules, current_rules


@dataclass(frozen=True)
class TaskStanding:
    """A task as one learner sees it. `done_at` is when its points were earned, None while they are not.

    `state_at` is the moment of the newest thing that happened with it; `needs_review` says that somebody looks at the
    work before it counts; `is_locked` that another task comes first; `is_closed` that nobody can do it any more.
    `is_told_by_platform` says that its points are there because the platform says it is done; `was_undone` that the
    platform said later that it is not.
    """

    task_id: uuid.UUID
    title: str
    instructions: str
    points: int
    is_bonus: bool
    state: TaskState
    state_at: datetime | None
    done_at: datetime | None
    needs_review: bool
    is_locked: bool
    is_closed: bool
    confirmation: Confirmation = Confirmation.LEARNER
    is_told_by_platform: bool = False
    was_undone: bool = False

    @property
    def is_by_platform(self) -> bool:
        """Whether the learner does it in the platform, and not on a page of ours."""
        return self.confirmation.is_by_platform

    @property
    def can_be_done(self) -> bool:
        """Whether the learner can do something with it now, here or in the platform."""
        states = {TaskState.TO_DO, TaskState.PRACTISE}
        if not self.is_by_platform:  # there, what was taken back counts only when somebody who teaches gives it
            states.add(TaskState.TAKEN_BACK)
        return self.state in states and not (self.is_locked or self.is_closed)


@dataclass(frozen=True)
class Standing:
    """Where one learner stands in one course. `total_points` is what this learner can earn in all, extras not counted.

    `total_differs` says that others can earn another total; `achievement` is what waits at the goal now, also for
    somebody who holds it with earlier texts.
    """

    tasks: tuple[TaskStanding, ...]
    points: int
    bonus_points: int
    goal_points: int
    total_points: int
    total_differs: bool
    goal_reached: bool
    achievement: AchievementRef | None


def task_titles(tx: Session, context_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Return the title of each task of the course."""
    return {row.id: row.title for row in tx.execute(select(Task.id, Task.title).where(Task.context_id == context_id))}


@dataclass(frozen=True)
class TaskTexts:
    """What a task is called, and what to do, in Markdown."""

    title: str
    instructions: str


def task_texts(tx: Session, context_id: uuid.UUID) -> dict[uuid.UUID, TaskTexts]:
    """Return the texts of each task of the course."""
    rows = tx.execute(select(Task.id, Task.title, Task.instructions).where(Task.context_id == context_id))
    return {row.id: TaskTexts(row.title, row.instructions) for row in rows}


def finished_tasks(tx: Session, context_id: uuid.UUID) -> set[uuid.UUID]:
    """Return the tasks that anybody did anything with: their points and kind stand."""
    rows = tx.execute(select(ActivityRow.task_id).where(ActivityRow.context_id == context_id).distinct())
    return set(rows.scalars())


def is_graded(source: str | None, rule: TaskRule | None) -> bool:
    """Say whether the platform looked at a grade, in what this source told about a task with this rule."""
    return source == ActivitySource.PLATFORM_GRADE or (
        source == ActivitySource.GATE and rule is not None and rule.confirmation is Confirmation.PLATFORM_GRADE
    )


def facts_of(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, rules: RuleSet) -> dict[uuid.UUID, TaskFacts]:
    """Return where one learner is with each task that they touched and these rules know."""
    return task_facts(activities_of(tx, context_id, [person_id]).get(person_id, ()), rules)


def standing(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> Standing | None:
    """Return where the learner stands, or None where nothing was published.

    A closed task is shown only to those who finished it, and counts in their total; and to those whose work still waits
    for a reviewer: an approval counts all the same.
    """
    current = current_rules(tx, context_id)
    if current is None:
        return None
    facts = facts_of(tx, context_id, person_id, current.rules)
    locked = locked_tasks(current.rules, facts)
    shown = [rule for rule in current.rules.tasks if not rule.closed or _can_count(facts, rule.task_id)]
    texts = {
        row.id: row
        for row in tx.execute(
            select(Task.id, Task.title, Task.instructions).where(Task.id.in_([rule.task_id for rule in shown]))
        )
    }
    tasks = tuple(
        task_standing(
            rule,
            texts[rule.task_id].title,
            texts[rule.task_id].instructions,
            facts.get(rule.task_id, NOTHING_DONE),
            is_locked=rule.task_id in locked,
        )
        for rule in shown
    )
    balance = tx.get(Balance, (context_id, person_id), populate_existing=True)
    return Standing(
        tasks=tasks,
        points=balance.points if balance else 0,
        bonus_points=balance.bonus_points if balance else 0,
        goal_points=current.rules.goal_points,
        total_points=sum(
            task.points for task in tasks if not task.is_bonus and not (task.is_closed and not task.done_at)
        ),
        total_differs=current.rules.has_closed_tasks,
        goal_reached=balance.goal_reached if balance else False,
        achievement=current.rules.achievement,
    )


def _can_count(facts: dict[uuid.UUID, TaskFacts], task_id: uuid.UUID) -> bool:
    return facts.get(task_id, NOTHING_DONE).state in {TaskState.DONE, TaskState.WAITING}


def task_standing(rule: TaskRule, title: str, instructions: str, facts: TaskFacts, *, is_locked: bool) -> TaskStanding:
    """Return a task as the learner with these facts sees it."""
    return TaskStanding(
        task_id=rule.task_id,
        title=title,
        instructions=instructions,
        points=rule.points,
        is_bonus=rule.is_bonus,
        state=facts.state,
        state_at=facts.last.occurred_at if facts.last else None,
        done_at=facts.held_by.occurred_at if facts.held_by else None,
        needs_review=facts.needs_review(rule),
        is_locked=is_locked,
        is_closed=rule.closed,
        confirmation=rule.confirmation,
        is_told_by_platform=facts.held_by is not None and facts.held_by.verb is Verb.PASSED,
        was_undone=facts.was_undone,
    )


@dataclass(frozen=True)
class LearnerTally:
    """What a course overview says of one learner. `last_at` is when the learner, not staff, last did something."""

    points: int
    bonus_points: int
    goal_reached: bool
    facts: dict[uuid.UUID, TaskFacts]
    last_at: datetime | None

    @property
    def tasks_done(self) -> int:
        """How many tasks give points now."""
        return sum(1 for found in self.facts.values() if found.held_by is not None)


def tallies(
    tx: Session, context_id: uuid.UUID, person_ids: Collection[uuid.UUID], rules: RuleSet
) -> dict[uuid.UUID, LearnerTally]:
    """Return the tally of each of these people, in three queries however many there are."""
    activities = activities_of(tx, context_id, person_ids)
    balances = {
        row.person_id: row
        for row in tx.execute(
            select(Balance.person_id, Balance.points, Balance.bonus_points, Balance.goal_reached).where(
                Balance.context_id == context_id, Balance.person_id.in_(person_ids)
            )
        )
    }
    last_at = {
        row.person_id: row.last_at
        for row in tx.execute(
            select(ActivityRow.person_id, func.max(ActivityRow.occurred_at).label("last_at"))
            .where(
                ActivityRow.context_id == context_id,
                ActivityRow.person_id.in_(person_ids),
                ActivityRow.actor_id.is_(None),
                ActivityRow.verb != Verb.LAPSED,
            )
            .group_by(ActivityRow.person_id)
        )
    }
    found = {}
    for person_id in person_ids:
        balance = balances.get(person_id)
        found[person_id] = LearnerTally(
            points=balance.points if balance else 0,
            bonus_points=balance.bonus_points if balance else 0,
            goal_reached=balance.goal_reached if balance else False,
            facts=task_facts(activities.get(person_id, ()), rules),
            last_at=last_at.get(person_id),
        )
    return found


def is_behind(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """Say whether this person was last brought to an earlier version of the rules than the one that holds."""
    current = current_rules(tx, context_id)
    balance = tx.get(Balance, (context_id, person_id))
    return current is not None and balance is not None and balance.version_number < current.number


def people_with_balance(tx: Session, context_id: uuid.UUID) -> list[uuid.UUID]:
    """Return everybody who has a balance in the course, in the order in which batches lock them."""
    return list(
        tx.execute(
            select(Balance.person_id).where(Balance.context_id == context_id).order_by(Balance.person_id)
        ).scalars()
    )


@dataclass(frozen=True)
class EvaluationProgress:
    """How many learners have been brought to the newest rules, of how many."""

    done: int
    people: int


def evaluation_progress(tx: Session, current: CurrentRules, context_id: uuid.UUID) -> EvaluationProgress:
    """Return how far the background is with the newest version."""
    row = tx.execute(
        select(
            func.count().label("people"),
            func.count().filter(Balance.version_number >= current.number).label("done"),
        ).where(Balance.context_id == context_id)
    ).one()
    return EvaluationProgress(row.done, row.people)
