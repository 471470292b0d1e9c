"""What a learner should hold: the one function that decides.

Live evaluation, replay and preview differ only in what they do with the difference between this and the ledger.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from gamification.engine.activity import Activity, in_order
from gamification.engine.rule_set import AchievementRef, RuleSet, TaskRule
from gamification.engine.task_state import NOTHING_DONE, task_facts

TASK_RULE = "task"
"""Lineage of the rule: a finished required task gives its points. Publishing a new version keeps the lineage."""
BONUS_RULE = "bonus"
"""Lineage of the rule: a finished extra gives points outside goal and total."""


@dataclass(frozen=True)
class EarnedPoints:
    """Points that one effect key should sum to, and the activity that caused them."""

    effect_key: str
    rule_lineage: str
    points: int
    activity_id: uuid.UUID


@dataclass(frozen=True)
class GrantedAchievement:
    """An achievement that should be held, and the activity that reached the goal."""

    achievement: AchievementRef
    activity_id: uuid.UUID


@dataclass(frozen=True)
class TakenBack:
    """An effect key that should sum to nothing because of this activity of somebody who teaches or of the platform."""

    effect_key: str
    activity_id: uuid.UUID


@dataclass(frozen=True)
class Desired:
    """Everything a learner should hold in one course, and what took away what is not held any more."""

    points: tuple[EarnedPoints, ...]
    achievements: tuple[GrantedAchievement, ...]
    goal_reached: bool
    taken_back: tuple[TakenBack, ...] = ()

    @property
    def total(self) -> int:
        """The sum of the points of required tasks: what counts for the goal and goes to the gradebook."""
        return sum(effect.points for effect in self.points if effect.rule_lineage == TASK_RULE)

    @property
    def bonus(self) -> int:
        """The sum of the points of extras."""
        return sum(effect.points for effect in self.points if effect.rule_lineage == BONUS_RULE)


NOTHING = Desired((), (), False)


def effect_key(rule_lineage: str, scope: object) -> str:
    """Return the key under which an effect exists once: lineage and scope."""
    return f"{rule_lineage}:{scope}"


def desired(activities: Iterable[Activity], rules: RuleSet) -> Desired:
    """Return what these activities of one learner should have led to under these rules.

    The order and number of the activities given makes no difference: they are taken by moment, and a task counts
    once. The activity that lifts the sum to the goal is the one that caused the badge.
    """
    facts = task_facts(activities, rules)
    causes: list[Activity] = []
    rule_of: dict[uuid.UUID, TaskRule] = {}
    taken_back: list[TakenBack] = []
    for rule in rules.tasks:
        found = facts.get(rule.task_id, NOTHING_DONE)
        if found.held_by is not None:
            causes.append(found.held_by)
            rule_of[found.held_by.id] = rule
        elif taken_by := found.taken_back_by or found.lapsed_by:
            taken_back.append(TakenBack(effect_key(_lineage(rule), rule.task_id), taken_by.id))
    points: list[EarnedPoints] = []
    total = 0
    reached_by: uuid.UUID | None = None
    for cause in in_order(causes):
        rule = rule_of[cause.id]
        lineage = _lineage(rule)
        points.append(EarnedPoints(effect_key(lineage, rule.task_id), lineage, rule.points, cause.id))
        if rule.is_bonus:
            continue
        total += rule.points
        if reached_by is None and total >= rules.goal_points:
            reached_by = cause.id
    achievements: tuple[GrantedAchievement, ...] = ()
    if reached_by is not None and rules.achievement is not None:
        achievements = (GrantedAchievement(rules.achievement, reached_by),)
    return Desired(tuple(points), achievements, reached_by is not None, tuple(taken_back))


def _lineage(rule: TaskRule) -> str:
    return BONUS_RULE if rule.is_bonus else TASK_RULE
