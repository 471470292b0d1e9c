"""What a learner should hold: the one function that decides.

Live evaluation, replay and preview differ only in what they do with the difference between this and the ledger.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from gamification.engine.activity import Activity, Verb, in_order
from gamification.engine.rule_set import AchievementRef, RuleSet

TASK_RULE = "task"
"""Lineage of the rule: a finished task gives its points. Publishing a new version keeps the lineage."""


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
class Desired:
    """Everything a learner should hold in one course."""

    points: tuple[EarnedPoints, ...]
    achievements: tuple[GrantedAchievement, ...]
    goal_reached: bool

    @property
    def total(self) -> int:
        """The sum of the points."""
        return sum(effect.points for effect in self.points)


def effect_key(rule_lineage: str, scope: object) -> str:
    """Return the key under which an effect exists once: lineage and scope."""
    return f"{rule_lineage}:{scope}"


def desired(activities: tuple[Activity, ...], rules: RuleSet) -> Desired:
    """Return what these activities should have led to under these rules.

    The order and number of the activities given makes no difference: they are taken by moment and id, and a task
    counts once. The activity that lifts the sum to the goal is the one that caused the badge.
    """
    points: dict[str, EarnedPoints] = {}
    total = 0
    reached_by: uuid.UUID | None = None
    for activity in in_order(activities):
        rule = rules.rule_for(activity.task_id)
        if activity.verb != Verb.COMPLETED or rule is None:
            continue
        key = effect_key(TASK_RULE, activity.task_id)
        if key in points:
            continue
        points[key] = EarnedPoints(key, TASK_RULE, rule.points, activity.id)
        total += rule.points
        if reached_by is None and total >= rules.goal_points:
            reached_by = activity.id
    achievements: tuple[GrantedAchievement, ...] = ()
    if reached_by is not None and rules.achievement is not None:
        achievements = (GrantedAchievement(rules.achievement, reached_by),)
    return Desired(tuple(points.values()), achievements, reached_by is not None)
