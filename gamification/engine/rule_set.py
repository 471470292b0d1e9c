"""A rule-set version as the engine reads it, and the JSON it is kept as (schema 2; schema 1 is read too).

Two rules exist: a finished task gives its points, and reaching the goal with required tasks gives the badge.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from gamification.errors import RuleInvalid, RuleProblem

SCHEMA = 2
MOST_TASKS = 100
MOST_POINTS = 10_000


class Confirmation(StrEnum):
    """How a task is finished."""

    LEARNER = "learner"
    """The learner says so."""
    REVIEWER = "reviewer"
    """Somebody who teaches looks at what was handed in."""
    PLATFORM = "platform"
    """The platform says that it is complete. Learners may tick that themselves there."""
    PLATFORM_GRADE = "platform-grade"
    """The platform says that the grade is high enough."""

    @property
    def is_own_word(self) -> bool:
        """Whether learners alone can finish it, so that nobody and nothing confirmed it."""
        return self in {Confirmation.LEARNER, Confirmation.PLATFORM}

    @property
    def is_by_platform(self) -> bool:
        """Whether the task is done in the platform, and not on a page of ours."""
        return self in {Confirmation.PLATFORM, Confirmation.PLATFORM_GRADE}


class TaskOrder(StrEnum):
    """Whether tasks can be done in any order."""

    FREE = "free"
    FIXED = "fixed"


@dataclass(frozen=True)
class TaskRule:
    """A task and what finishing it gives. A closed task takes no new activities; what it gave stays.

    Points of a bonus task are outside goal and total. `stays_when_undone` is for tasks that the platform finishes: its
    points stay where the platform says later that it is not done any more.
    """

    task_id: uuid.UUID
    points: int
    closed: bool = False
    is_bonus: bool = False
    confirmation: Confirmation = Confirmation.LEARNER
    stays_when_undone: bool = False


@dataclass(frozen=True)
class AchievementRef:
    """The achievement at the goal, and the version of its texts that is awarded."""

    achievement_id: uuid.UUID
    version_id: uuid.UUID
    needs_confirmation: bool = False
    """Whether it says that somebody can do something: then what learners tick must not be enough for the goal."""


@dataclass(frozen=True)
class RuleSet:
    """One immutable version: the tasks in their order, the goal in points, and the achievement at the goal."""

    tasks: tuple[TaskRule, ...]
    goal_points: int
    achievement: AchievementRef | None
    texts: str = ""
    """`texts_digest` of what the open tasks say: other words are another version, and which ones it does not tell."""
    order: TaskOrder = TaskOrder.FREE

    @property
    def total_points(self) -> int:
        """What can be earned with the open required tasks: the total that a new learner sees."""
        return sum(task.points for task in self.tasks if not task.closed and not task.is_bonus)

    @property
    def has_closed_tasks(self) -> bool:
        """Say whether what can be earned in all differs from one learner to the next."""
        return any(task.closed and not task.is_bonus for task in self.tasks)

    def counts_as(self, other: RuleSet) -> bool:
        """Say whether everybody holds the same under the other rules: only texts or the order differ."""
        return (set(self.tasks), self.goal_points, self.achievement and self.achievement.achievement_id) == (
            set(other.tasks),
            other.goal_points,
            other.achievement and other.achievement.achievement_id,
        )

    def rule_for(self, task_id: uuid.UUID) -> TaskRule | None:
        """Return the rule of a task, or None when this version does not know it."""
        return self._by_task.get(task_id)

    @cached_property
    def _by_task(self) -> dict[uuid.UUID, TaskRule]:
        return {task.task_id: task for task in self.tasks}

    def to_json(self) -> dict[str, Any]:
        """Return what is stored in the version."""
        return {
            "schema": SCHEMA,
            "tasks": [
                {
                    "task_id": str(task.task_id),
                    "points": task.points,
                    "closed": task.closed,
                    "is_bonus": task.is_bonus,
                    "confirmation": task.confirmation,
                    # Only where it is so: every version without it, of whatever release, is as it was.
                    **({"stays_when_undone": True} if task.stays_when_undone else {}),
                }
                for task in self.tasks
            ],
            "goal_points": self.goal_points,
            "achievement_id": str(self.achievement.achievement_id) if self.achievement else None,
            "achievement_version_id": str(self.achievement.version_id) if self.achievement else None,
            "texts": self.texts,
            "order": self.order,
            **({"needs_confirmation": True} if self.achievement and self.achievement.needs_confirmation else {}),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> RuleSet:
        """Read what was stored; the content was checked before it was published."""
        if content["schema"] > SCHEMA:
            raise ValueError(f"rule-set schema {content['schema']} is newer than this release")
        achievement = None
        if content["achievement_id"]:
            achievement = AchievementRef(
                uuid.UUID(content["achievement_id"]),
                uuid.UUID(content["achievement_version_id"]),
                bool(content.get("needs_confirmation", False)),
            )
        return cls(
            tasks=tuple(
                TaskRule(
                    uuid.UUID(task["task_id"]),
                    int(task["points"]),
                    bool(task["closed"]),
                    bool(task.get("is_bonus", False)),
                    Confirmation(task.get("confirmation", Confirmation.LEARNER)),
                    bool(task.get("stays_when_undone", False)),
                )
                for task in content["tasks"]
            ),
            goal_points=int(content["goal_points"]),
            achievement=achievement,
            texts=content["texts"],
            order=TaskOrder(content.get("order", TaskOrder.FREE)),
        )


def texts_digest(texts: Iterable[tuple[str, str]]) -> str:
    """Return one value for these (title, instructions) in this order: their SHA-256 in hex."""
    return hashlib.sha256(json.dumps(list(texts)).encode()).hexdigest()


def points_by_own_word(tasks: Iterable[TaskRule]) -> int:
    """Return how many points for the goal learners can get by what they say themselves, closed tasks included.

    What the platform calls complete counts too: learners may tick it there.
    """
    return sum(task.points for task in tasks if not task.is_bonus and task.confirmation.is_own_word)


def check_rules(tasks: Sequence[TaskRule], goal_points: int, achievement: AchievementRef | None = None) -> None:
    """Refuse tasks, a goal and an achievement that cannot work together.

    Raises:
        RuleInvalid: at the first problem, with its place.
    """
    open_tasks = [task for task in tasks if not task.closed]
    if not open_tasks:
        raise RuleInvalid("tasks", RuleProblem.NO_TASKS)
    if len(open_tasks) > MOST_TASKS:
        raise RuleInvalid("tasks", RuleProblem.TOO_MANY_TASKS)
    for index, task in enumerate(tasks):
        if task.points <= 0:
            raise RuleInvalid(f"tasks.{index}.points", RuleProblem.POINTS_NOT_POSITIVE)
        if task.points > MOST_POINTS:
            raise RuleInvalid(f"tasks.{index}.points", RuleProblem.POINTS_TOO_HIGH)
    required = [task.points for task in open_tasks if not task.is_bonus]
    if not required:
        raise RuleInvalid("tasks", RuleProblem.NO_REQUIRED_TASKS)
    if goal_points <= 0:
        raise RuleInvalid("goal", RuleProblem.GOAL_NOT_POSITIVE)
    if goal_points > sum(required):
        raise RuleInvalid("goal", RuleProblem.GOAL_ABOVE_TOTAL)
    if achievement and achievement.needs_confirmation and goal_points <= points_by_own_word(tasks):
        raise RuleInvalid("badge.type", RuleProblem.SKILL_NEEDS_CONFIRMATION)
