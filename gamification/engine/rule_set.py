"""A rule-set version as the engine reads it, and the JSON it is kept as (schema 1).

Two rules exist: a finished task gives its points, and reaching the goal gives the badge.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gamification.errors import RuleInvalid, RuleProblem

SCHEMA = 1
MOST_TASKS = 100
MOST_POINTS = 10_000


@dataclass(frozen=True)
class TaskRule:
    """A task and what finishing it gives. A closed task takes no new activities; what it gave stays."""

    task_id: uuid.UUID
    points: int
    closed: bool = False


@dataclass(frozen=True)
class AchievementRef:
    """The achievement at the goal, and the version of its texts that is awarded."""

    achievement_id: uuid.UUID
    version_id: uuid.UUID


@dataclass(frozen=True)
class RuleSet:
    """One immutable version: the tasks in their order, the goal in points, and the achievement at the goal."""

    tasks: tuple[TaskRule, ...]
    goal_points: int
    achievement: AchievementRef | None
    texts: str = ""
    """`texts_digest` of the open tasks' titles: other titles are another version, and which ones it does not tell."""

    @property
    def total_points(self) -> int:
        """What can be earned with the open tasks: the total that a new learner sees."""
        return sum(task.points for task in self.tasks if not task.closed)

    @property
    def has_closed_tasks(self) -> bool:
        """Say whether what can be earned in all differs from one learner to the next."""
        return any(task.closed for task in self.tasks)

    def counts_as(self, other: RuleSet) -> bool:
        """Say whether everybody holds the same under the other rules: only texts or the order differ."""
        return (set(self.tasks), self.goal_points, self.achievement and self.achievement.achievement_id) == (
            set(other.tasks),
            other.goal_points,
            other.achievement and other.achievement.achievement_id,
        )

    def rule_for(self, task_id: uuid.UUID) -> TaskRule | None:
        """Return the rule of a task, or None when this version does not know it."""
        return next((task for task in self.tasks if task.task_id == task_id), None)

    def to_json(self) -> dict[str, Any]:
        """Return what is stored in the version."""
        return {
            "schema": SCHEMA,
            "tasks": [
                {"task_id": str(task.task_id), "points": task.points, "closed": task.closed} for task in self.tasks
            ],
            "goal_points": self.goal_points,
            "achievement_id": str(self.achievement.achievement_id) if self.achievement else None,
            "achievement_version_id": str(self.achievement.version_id) if self.achievement else None,
            "texts": self.texts,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> RuleSet:
        """Read what was stored; the content was checked before it was published."""
        if content["schema"] != SCHEMA:
            raise ValueError(f"rule-set schema {content['schema']} is newer than this release")
        achievement = None
        if content["achievement_id"]:
            achievement = AchievementRef(
                uuid.UUID(content["achievement_id"]), uuid.UUID(content["achievement_version_id"])
            )
        return cls(
            tasks=tuple(
                TaskRule(uuid.UUID(task["task_id"]), int(task["points"]), bool(task["closed"]))
                for task in content["tasks"]
            ),
            goal_points=int(content["goal_points"]),
            achievement=achievement,
            texts=content["texts"],
        )


def texts_digest(titles: Iterable[str]) -> str:
    """Return one value for these titles in this order: their SHA-256 in hex."""
    return hashlib.sha256(json.dumps(list(titles)).encode()).hexdigest()


def check_points(tasks: Sequence[tuple[int, bool]], goal_points: int) -> None:
    """Refuse a set of (points, closed) and a goal that cannot work.

    Raises:
        RuleInvalid: at the first problem, with its place.
    """
    open_points = [points for points, closed in tasks if not closed]
    if not open_points:
        raise RuleInvalid("tasks", RuleProblem.NO_TASKS)
    if len(open_points) > MOST_TASKS:
        raise RuleInvalid("tasks", RuleProblem.TOO_MANY_TASKS)
    for index, (points, _closed) in enumerate(tasks):
        if points <= 0:
            raise RuleInvalid(f"tasks.{index}.points", RuleProblem.POINTS_NOT_POSITIVE)
        if points > MOST_POINTS:
            raise RuleInvalid(f"tasks.{index}.points", RuleProblem.POINTS_TOO_HIGH)
    if goal_points <= 0:
        raise RuleInvalid("goal", RuleProblem.GOAL_NOT_POSITIVE)
    if goal_points > sum(open_points):
        raise RuleInvalid("goal", RuleProblem.GOAL_ABOVE_TOTAL)
