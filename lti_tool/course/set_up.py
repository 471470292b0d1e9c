"""The teacher's set-up of a course: tasks, goal and badge as they hold, and publishing others."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.achievement import AchievementTexts, BadgeDetails, achievement_texts, describe_achievement
from config.errors import NotAllowed
from config.outbox import MessageState
from config.outbox_reading import open_messages
from gamification.engine.rule_set import AchievementRef, Confirmation, TaskOrder, TaskRule
from gamification.progress import evaluation_progress, finished_tasks, task_texts
from gamification.publish import Published, TaskDraft, lock_pointer, publish
from gamification.rules import CurrentRules, current_rules
from lti_tool.columns import promise_columns
from lti_tool.issuing import ensure_issuer
from lti_tool.lti.roles import PrincipalRole, may_edit
from lti_tool.messages import MessageType
from lti_tool.progress import promise_evaluation
from lti_tool.roster.gradebook import choose_columns
from lti_tool.roster.gradebook_models import Columns
from lti_tool.roster.models import Context
from lti_tool.tool import Tool


@dataclass(frozen=True)
class TaskSetup:
    """A task on the teacher's page. When somebody did anything with it, its points and kind stand."""

    task_id: uuid.UUID
    title: str
    instructions: str
    points: int
    is_bonus: bool
    confirmation: Confirmation
    is_finished_by_someone: bool
    stays_when_undone: bool = False


@dataclass(frozen=True)
class Updating:
    """How many participants the background has brought to the newest version; `has_stopped` when it gave up."""

    done: int
    people: int
    has_stopped: bool


@dataclass(frozen=True)
class CourseSetup:
    """The teacher's page: tasks, goal, badge. `version_number` is 0 before the first publication.

    The texts of the badge are empty in a course without one.
    """

    course_title: str
    version_number: int
    tasks: tuple[TaskSetup, ...]
    order: TaskOrder
    goal_points: int
    badge_name: str
    badge_criteria: str
    badge_details: BadgeDetails = BadgeDetails()
    closed: tuple[TaskRule, ...] = ()
    """Tasks that were taken out of the course; the points that somebody has for them still count for the goal."""
    updating: Updating | None = None
    """None where the background has nothing to do for this course."""

    @property
    def total_points(self) -> int:
        """What can be earned with required tasks."""
        return sum(task.points for task in self.tasks if not task.is_bonus)

    @property
    def bonus_points(self) -> int:
        """What can be earned with extra tasks, outside goal and total."""
        return sum(task.points for task in self.tasks if task.is_bonus)


def course_setup(tx: Session, context_id: uuid.UUID) -> CourseSetup:
    """Return what the teacher can change."""
    title = tx.execute(select(Context.title).where(Context.id == context_id)).scalar_one()
    current = current_rules(tx, context_id)
    if current is None:
        return CourseSetup(title, 0, (), TaskOrder.FREE, 0, "", "")
    badge = _badge(tx, current.rules.achievement)
    texts = task_texts(tx, context_id)
    finished = finished_tasks(tx, context_id)
    return CourseSetup(
        course_title=title,
        version_number=current.number,
        tasks=tuple(
            TaskSetup(
                rule.task_id,
                texts[rule.task_id].title,
                texts[rule.task_id].instructions,
                rule.points,
                rule.is_bonus,
                rule.confirmation,
                rule.task_id in finished,
                rule.stays_when_undone,
            )
            for rule in current.rules.tasks
            if not rule.closed
        ),
        order=current.rules.order,
        goal_points=current.rules.goal_points,
        badge_name=badge.name,
        badge_criteria=badge.criteria,
        badge_details=badge.details,
        closed=tuple(rule for rule in current.rules.tasks if rule.closed),
        updating=_updating(tx, current, context_id),
    )


def _updating(tx: Session, current: CurrentRules, context_id: uuid.UUID) -> Updating | None:
    """Return how far the background is, while it is at work.

    Balances alone do not tell: a version with other texts leaves them where they are, and who does not earn any more
    is never brought along.
    """
    promised = open_messages(tx, MessageType.EVALUATE_COURSE, [str(context_id)]).get(str(context_id))
    if promised is None:
        return None
    progress = evaluation_progress(tx, current, context_id)
    return Updating(progress.done, progress.people, promised.state is MessageState.DEAD) if progress.people else None


def _badge(tx: Session, achievement: AchievementRef | None) -> AchievementTexts:
    return achievement_texts(tx, achievement.version_id) if achievement else AchievementTexts("", "")


def publish_course(
    tx: Session,
    tool: Tool,
    *,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    role: PrincipalRole,
    tasks: Sequence[TaskDraft],
    goal_points: int,
    badge_name: str,
    badge_criteria: str,
    seen_number: int,
    now: datetime,
    order: TaskOrder = TaskOrder.FREE,
    columns: Columns | None = None,
    badge_details: BadgeDetails | None = None,
) -> Published:
    """Publish the teacher's tasks, goal and badge; everybody in the course is evaluated again in the background.

    Where only texts changed nobody's points do, so nobody is evaluated and no score is sent: a comment in the gradebook
    names the badge as it was called when the score was sent. Without a name and criteria the course has no badge; one
    that somebody holds stays theirs. Without `badge_details` those that were published stay. `columns` are the columns
    of the gradebook that were chosen with it, None where the teacher was not asked.

    Raises:
        NotAllowed: somebody who may not edit this course.
        RuleInvalid, AchievementInvalid: with the place of the first problem; nothing is kept.
        Conflict: another teacher published meanwhile.
    """
    if not may_edit(role):
        raise NotAllowed("may-not-edit")
    lock_pointer(tx, context_id)
    achievement = None
    if badge_name.strip() or badge_criteria.strip():
        described = describe_achievement(
            tx,
            context_id=context_id,
            issuer_profile_id=ensure_issuer(tx, tool, context_id, now=now),
            name=badge_name,
            criteria=badge_criteria,
            details=badge_details,
            now=now,
        )
        badge_type = achievement_texts(tx, described.version_id).details.badge_type
        achievement = AchievementRef(
            described.achievement_id, described.version_id, needs_confirmation=badge_type.needs_confirmation
        )
    published = publish(
        tx,
        context_id,
        by_person_id=person_id,
        tasks=tasks,
        goal_points=goal_points,
        achievement=achievement,
        order=order,
        seen_number=seen_number,
        now=now,
    )
    if columns is not None:
        choose_columns(tx, context_id, columns, by_person_id=person_id, now=now)
    if published.evaluation_needed:
        promise_evaluation(tx, context_id, now=now)
    elif published.is_new:
        promise_columns(tx, context_id, now=now)  # they are called like the tasks
    return published
