"""Where a learner was at a moment, from what is never changed: the activities until then and the rules of then.

So what a badge says about its holder can be told again, whatever happened since; only the titles of tasks are those of
now, and a document that is signed again keeps those that it was signed with.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gamification.engine.activity import Activity, Verb
from gamification.engine.desired import desired
from gamification.engine.goal import percent_to_goal
from gamification.engine.task_state import task_facts
from gamification.models import ActivityRow
from gamification.progress import is_graded, task_titles
from gamification.rules import get_version


@dataclass(frozen=True)
class DoneTask:
    """A required task that was done.

    `verb` says how it counted: own word, work looked at, seen by who teaches, or told by the platform; then `is_graded`
    says whether it looked at a grade.
    """

    task_id: uuid.UUID
    activity_id: uuid.UUID
    title: str
    points: int
    verb: Verb
    done_at: datetime
    is_graded: bool = False


@dataclass(frozen=True)
class AsOf:
    """Points of required tasks, out of which total, and what was done for them in the order of the rules."""

    points: int
    goal_points: int
    total_points: int
    done: tuple[DoneTask, ...]

    @property
    def percent(self) -> int:
        """How much of the goal that is, at most 100."""
        return percent_to_goal(self.points, self.goal_points)


def as_of(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, version_id: uuid.UUID, at: datetime) -> AsOf:
    """Return where this learner was under that version, by what had arrived at that moment.

    Titles are those of now: they are kept for people to recognise a task, not as part of what it took.
    """
    rules = get_version(tx, version_id).rules
    rows = tx.execute(
        select(
            ActivityRow.id, ActivityRow.verb, ActivityRow.task_id, ActivityRow.occurred_at, ActivityRow.source
        ).where(ActivityRow.context_id == context_id, ActivityRow.person_id == person_id, ActivityRow.received_at <= at)
    ).all()
    activities = [Activity(row.id, Verb(row.verb), row.task_id, row.occurred_at) for row in rows]
    sources = {row.id: row.source for row in rows}
    facts, titles = task_facts(activities, rules), task_titles(tx, context_id)
    done, closed = [], 0
    for rule in rules.tasks:
        found = facts.get(rule.task_id)
        if rule.is_bonus or found is None or found.held_by is None:
            continue
        held_by = found.held_by
        closed += rule.points if rule.closed else 0
        done.append(
            DoneTask(
                rule.task_id,
                held_by.id,
                titles.get(rule.task_id, ""),
                rule.points,
                held_by.verb,
                held_by.occurred_at,
                is_graded(sources[held_by.id], rule),
            )
        )
    points = desired(activities, rules).total
    return AsOf(points, rules.goal_points, rules.total_points + closed, tuple(done))
