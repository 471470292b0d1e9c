"""What a learner's pages show: the list, the points, the badge, and what can be done next."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.achievement import AchievementTexts, achievement_texts
from badges.award import AwardView, list_awards
from badges.models import AwardState
from gamification.engine.goal import percent_to_goal
from gamification.engine.task_state import TaskState
from gamification.progress import TaskStanding, standing
from lti_tool.course.membership import presentation_of
from lti_tool.roster.models import Context, Presentation

MOST_STEPS = 3
"""How many next steps a learner sees at once: more would be a list to choose from, and that is the route."""


@dataclass(frozen=True)
class LearnerPage:
    """Everything a learner's page says. `goal_points` is 0 and `tasks` empty where nothing was published yet.

    `points` are those of required tasks; extras are in `bonus_points`. `badge_name` and `badge_criteria` are what can
    be earned now, empty in a course without a badge; what the learner holds is in `awards`, in the texts it was awarded
    with. `percent` is progress to the goal, the only percentage; `points_to_go` is 0 from the goal on.
    """

    course_title: str
    presentation: Presentation
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
    lost: tuple[AwardView, ...] = ()
    """What somebody who teaches took back. As long as it is, nothing here says that the badge can be earned."""

    @property
    def tasks_done(self) -> int:
        """How many tasks are done."""
        return sum(1 for task in self.tasks if task.done_at is not None)

    @property
    def required_done(self) -> int:
        """How many of the tasks that count for the goal are done."""
        return sum(1 for task in self.required if task.done_at is not None)

    @property
    def required(self) -> tuple[TaskStanding, ...]:
        """The tasks that count for the goal."""
        return tuple(task for task in self.tasks if not task.is_bonus)

    @property
    def extras(self) -> tuple[TaskStanding, ...]:
        """The tasks that nobody has to do."""
        return tuple(task for task in self.tasks if task.is_bonus)

    @property
    def waiting(self) -> tuple[TaskStanding, ...]:
        """The tasks whose work somebody looks at."""
        return tuple(task for task in self.tasks if task.state is TaskState.WAITING)

    @property
    def next_steps(self) -> tuple[TaskStanding, ...]:
        """What the learner can do now, at most three: begun work first, then the teacher's order, extras last."""
        can_be_done = [task for task in self.tasks if task.can_be_done]
        first = sorted(can_be_done, key=lambda task: (task.is_bonus, task.state is TaskState.TO_DO))
        return tuple(first[:MOST_STEPS])

    @property
    def comes_first(self) -> TaskStanding | None:
        """The task that opens the locked ones; None where nothing is locked."""
        if not any(task.is_locked for task in self.tasks):
            return None
        return next((task for task in self.required if task.state is TaskState.TO_DO and not task.is_locked), None)

    @property
    def holds_or_earned_badge(self) -> bool:
        """Whether there is a badge to show: one that is held, or one whose making follows from the goal."""
        return bool(self.awards) or (self.goal_reached and bool(self.badge_name))

    @property
    def shows_points(self) -> bool:
        """Whether the learner wants to see points, the road and the badge, and not the list alone."""
        return self.presentation is Presentation.EVERYTHING

    @property
    def has_left(self) -> bool:
        """Whether the learner chose not to take part. What they do still counts."""
        return self.presentation is Presentation.LEFT


def course_title(tx: Session, context_id: uuid.UUID) -> str:
    """Return what the platform calls the course; may be empty."""
    title: str = tx.execute(select(Context.title).where(Context.id == context_id)).scalar_one()
    return title


def learner_page(
    tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, *, hides_numbers: bool = False
) -> LearnerPage:
    """Return what this learner's pages show; `hides_numbers` where the platform wants no quantitative data shown."""
    where = standing(tx, context_id, person_id)
    title = course_title(tx, context_id)
    presentation = presentation_of(tx, context_id, person_id)
    if hides_numbers and presentation is Presentation.EVERYTHING:
        presentation = Presentation.TASKS_ONLY
    awards = tuple(list_awards(tx, context_id, person_id))
    lost = tuple(list_awards(tx, context_id, person_id, states=[AwardState.REVOKED]))
    if where is None:
        return LearnerPage(title, presentation, (), 0, 0, 0, 0, 0, 0, False, "", "", awards, lost)
    can_earn = where.achievement if not lost else None
    badge = achievement_texts(tx, can_earn.version_id) if can_earn else AchievementTexts("", "")
    return LearnerPage(
        course_title=title,
        presentation=presentation,
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
        lost=lost,
    )
