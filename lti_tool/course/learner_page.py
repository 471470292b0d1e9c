"""What a learner's pages show."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.achievement import AchievementTexts, achievement_texts
from badges.award import AwardView, list_awards
from gamification.engine.goal import percent_to_goal
from gamification.progress import TaskStanding, standing
from lti_tool.roster.models import Context


@dataclass(frozen=True)
class LearnerPage:
    """Everything a learner's page says. `goal_points` is 0 and `tasks` empty where nothing was published yet.

    `points` are those of required tasks; extras are in `bonus_points`. `badge_name` and `badge_criteria` are what can
    be earned now, empty in a course without a badge; what the learner holds is in `awards`, in the texts it was awarded
    with. `percent` is progress to the goal, the only percentage; `points_to_go` is 0 from the goal on.
    """

    course_title: str
    tasks: tuple[TaskStanding, ...]
    points: int
    bonus_points: int
    goal_points: int
    total_points: int
    percent: int
    points_to_go: int
    goal_reached: bool
    badge_name: str
    badge_criteria: str
    awards: tuple[AwardView, ...]

    @property
    def tasks_done(self) -> int:
        """How many tasks are done."""
        return sum(1 for task in self.tasks if task.done_at is not None)


def learner_page(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> LearnerPage:
    """Return what this learner's page shows."""
    where = standing(tx, context_id, person_id)
    title = tx.execute(select(Context.title).where(Context.id == context_id)).scalar_one()
    awards = tuple(list_awards(tx, context_id, person_id))
    if where is None:
        return LearnerPage(title, (), 0, 0, 0, 0, 0, 0, False, "", "", awards)
    badge = achievement_texts(tx, where.achievement.version_id) if where.achievement else AchievementTexts("", "")
    return LearnerPage(
        course_title=title,
        tasks=where.tasks,
        points=where.points,
        bonus_points=where.bonus_points,
        goal_points=where.goal_points,
        total_points=where.total_points,
        percent=percent_to_goal(where.points, where.goal_points),
        points_to_go=max(0, where.goal_points - where.points),
        goal_reached=where.goal_reached,
        badge_name=badge.name,
        badge_criteria=badge.criteria,
        awards=awards,
    )
