"""What can be wrong with rules. Knows nothing of HTTP or languages: pages turn the problem into a sentence."""

from __future__ import annotations

from enum import StrEnum

from config.errors import ToolError


class RuleProblem(StrEnum):
    """Why a rule set cannot be published."""

    NO_TASKS = "no-tasks"
    TITLE_MISSING = "title-missing"
    TITLE_TOO_LONG = "title-too-long"
    INSTRUCTIONS_TOO_LONG = "instructions-too-long"
    NO_REQUIRED_TASKS = "no-required-tasks"
    POINTS_NOT_POSITIVE = "points-not-positive"
    POINTS_TOO_HIGH = "points-too-high"
    TOO_MANY_TASKS = "too-many-tasks"
    GOAL_NOT_POSITIVE = "goal-not-positive"
    GOAL_ABOVE_TOTAL = "goal-above-total"
    FINISHED_TASK_CHANGED = "finished-task-changed"
    UNKNOWN_TASK = "unknown-task"
    SKILL_NEEDS_CONFIRMATION = "skill-needs-confirmation"


class RuleInvalid(ToolError):
    """A rule set that cannot be published; `path` is where: `tasks.2.points`, `goal`."""

    def __init__(self, path: str, problem: RuleProblem) -> None:
        super().__init__(problem, path)
        self.path = path
        self.problem = problem
