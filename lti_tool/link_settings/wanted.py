"""What the rules would be if a value of the platform were taken over, and whether they could work. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from config.ids import new_id
from gamification.engine.rule_set import AchievementRef, Confirmation, RuleSet, TaskRule, check_rules
from gamification.errors import RuleInvalid, RuleProblem
from lti_tool.lti.link_parameters import Value

NO_RULES = RuleSet((), 0, None)
"""Stands for the rules of a course where nothing was published."""


class Part(StrEnum):
    """What the platform and this service can say different things about.

    The first four are names in `told`: custom parameters of the link. `MAXIMUM` and `TITLE` are read back from the
    column and the name of a link that was placed for a task; `TASK` is there for a task of which only the link is.
    """

    POINTS = "points"
    REQUIRED = "is_required"
    CONFIRMATION = "confirmation"
    GOAL = "goal_points"
    TASK = "task"
    """Whether the task is there at all; its value is the points that the platform gives it."""
    MAXIMUM = "maximum"
    """The maximum grade of the column: the points of the task."""
    TITLE = "title"
    """What the link is called: the title of the task."""


READ_BACK = (Part.MAXIMUM, Part.TITLE)


@dataclass(frozen=True)
class Wanted:
    """Tasks and a goal that could be published; a task of the link that is not there yet comes last.

    The badge stays what it is: a skill badge refuses what would let participants reach the goal by their own word.
    """

    tasks: tuple[TaskRule, ...]
    goal_points: int
    achievement: AchievementRef | None

    @property
    def problem(self) -> RuleProblem | None:
        """Why they cannot be published, None when they can."""
        try:
            check_rules(self.tasks, self.goal_points, self.achievement)
        except RuleInvalid as invalid:
            return invalid.problem
        return None


def told_of(told: Mapping[str, Value], part: Part) -> Value | None:
    """Return the platform's value of a part, None where it says nothing."""
    return told.get(Part.POINTS if part is Part.TASK else part)


def holds_of(rule: TaskRule, part: Part) -> Value:
    """Return what holds here for a task; its title is no part of the rules."""
    values: dict[Part, Value] = {
        Part.POINTS: rule.points,
        Part.MAXIMUM: rule.points,
        Part.REQUIRED: not rule.is_bonus,
        Part.CONFIRMATION: rule.confirmation,
    }
    return values[part]


def open_rule(rules: RuleSet, task_id: uuid.UUID | None) -> TaskRule | None:
    """Return the rule of a task that learners can do, None for every other task."""
    rule = rules.rule_for(task_id) if task_id is not None else None
    return rule if rule is not None and not rule.closed else None


def wanted(rules: RuleSet, told: Mapping[str, Value], task_id: uuid.UUID | None, part: Part) -> Wanted:
    """Return the rules with the platform's value of this part; `task_id` is the task that the link made, if any."""
    if part is Part.GOAL:
        return Wanted(rules.tasks, int(told[Part.GOAL]), rules.achievement)
    if part is Part.TASK:
        earlier = rules.rule_for(task_id) if task_id is not None else None
        again = replace(earlier, closed=False) if earlier else _new_rule(told)
        others = (rule for rule in rules.tasks if rule.task_id != again.task_id)
        return Wanted((*others, again), rules.goal_points or _first_goal(told), rules.achievement)
    return Wanted(
        tuple(_with_value(rule, part, told[part]) if rule.task_id == task_id else rule for rule in rules.tasks),
        rules.goal_points,
        rules.achievement,
    )


def _with_value(rule: TaskRule, part: Part, value: Value) -> TaskRule:
    if part is Part.TITLE:
        return rule
    if part in {Part.POINTS, Part.MAXIMUM}:
        return replace(rule, points=int(value))
    if part is Part.REQUIRED:
        return replace(rule, is_bonus=not value)
    return replace(rule, confirmation=Confirmation(str(value)))


def _new_rule(told: Mapping[str, Value]) -> TaskRule:
    return TaskRule(
        new_id(),
        int(told[Part.POINTS]),
        is_bonus=not told.get(Part.REQUIRED, True),
        confirmation=Confirmation(str(told.get(Part.CONFIRMATION, Confirmation.LEARNER))),
    )


def _first_goal(told: Mapping[str, Value]) -> int:
    """Return the goal of a course that begins with this task: the platform's if it can be reached, or all points."""
    points, goal = int(told[Part.POINTS]), int(told.get(Part.GOAL, told[Part.POINTS]))
    return goal if goal <= points else points
