"""A course whose rules were really published, with a gradebook column and people who can finish its tasks."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gamification.engine.activity import Verb
from gamification.engine.rule_set import AchievementRef
from gamification.models import ActivitySource
from gamification.publish import Published, TaskDraft, publish
from gamification.record import NewActivity
from lti_tool.roster.models import Context, Registration
from tests.factories.badge_rows import make_achievement, make_achievement_version
from tests.factories.rows import (
    NOW,
    make_context,
    make_line_item,
    make_membership,
    make_person,
    make_resource_link,
    registration_of,
    unique,
)


@dataclass(frozen=True)
class Course:
    """A course with published rules. `task_ids` are in the order of the points it was made with."""

    context: Context
    registration: Registration
    teacher_id: uuid.UUID
    task_ids: tuple[uuid.UUID, ...]
    achievement: AchievementRef
    line_item_id: uuid.UUID
    published: Published

    @property
    def id(self) -> uuid.UUID:
        return self.context.id


def make_course(tx: Session, points: Sequence[int] = (10, 20, 30), *, goal_points: int = 30) -> Course:
    context = make_context(tx)
    registration = registration_of(tx, context)
    teacher = make_person(tx, registration, name="Joost Bakker")
    make_membership(tx, context, teacher, role="instructor")
    line_item = make_line_item(tx, make_resource_link(tx, context))
    version = make_achievement_version(tx, make_achievement(tx, context))
    achievement = AchievementRef(version.achievement_id, version.id)
    published = publish(
        tx,
        context.id,
        by_person_id=teacher.id,
        tasks=[TaskDraft(None, f"Task {index}", points_of) for index, points_of in enumerate(points, 1)],
        goal_points=goal_points,
        achievement=achievement,
        seen_number=0,
        now=NOW,
    )
    task_ids = tuple(rule.task_id for rule in published.rules.tasks)
    return Course(context, registration, teacher.id, task_ids, achievement, line_item.id, published)


def make_learner(tx: Session, course: Course) -> uuid.UUID:
    person = make_person(tx, course.registration)
    make_membership(tx, course.context, person)
    return person.id


def completion(
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    task_id: uuid.UUID,
    *,
    occurred_at: datetime = NOW,
    external_id: str = "",
) -> NewActivity:
    return NewActivity(
        context_id=context_id,
        person_id=person_id,
        source=ActivitySource.OWN_TASK,
        external_id=external_id or unique("completion"),
        verb=Verb.COMPLETED,
        task_id=task_id,
        occurred_at=occurred_at,
    )
