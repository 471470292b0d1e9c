"""What a learner should hold: the one function that decides.

Live evaluation, replay and preview differ only in what they do with the difference between this and the ledger.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from gamification.engine.activity import Activity, in_order
from gamification.engine.rule_set import AchievementRef, RuleSet
from gamification.engine.task_state import task_facts

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
class Desired:
    """Everything a learner should hold in one course."""

    points: tuple[EarnedPoints, ...]
    achievements: tuple[GrantedAchievement, ...]
    goal_reached: bool

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
    held = {found.held_by.id: task_id for task_id, found in facts.items() if found.held_by is not None}
    causes = in_order(found.held_by for found in facts.values() if found.held_by is not None)
    points: list[EarnedPoints] = []
    total = 0
    reached_by: uuid.UUID | None = None
    for cause in causes:
        rule = rules.rule_for(held[cause.id])
        if rule is None:
            continue
        lineage = BONUS_RULE if rule.is_bonus else TASK_RULE
        points.append(EarnedPoints(effect_key(lineage, rule.task_id), lineage, rule.points, cause.id))
        if rule.is_bonus:
            continue
        total += rule.points
        if reached_by is None and total >= rules.goal_points:
            reached_by = cause.id
    achievements: tuple[GrantedAchievement, ...] = ()
    if reached_by is not None and rules.achievement is not None:
        achievements = (GrantedAchievement(rules.achievement, reached_by),)
    return Desired(tuple(points), achievements, reached_by is not None)
