"""A course whose rules were really published, with people who can finish its tasks."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from badges.award import award
from gamification.engine.activity import Verb
from gamification.models import ActivitySource
from gamification.publish import Published, TaskDraft, publish
from gamification.record import NewActivity, Recorded, record_activity
from lti_tool.roster.models import Context, Registration
from tests.factories.badge_rows import make_achievement
from tests.factories.rows import NOW, make_context, make_person, registration_of, unique


@dataclass(frozen=True)
class Course:
    """A course with published rules. `task_ids` are in the order of the points it was made with."""

    context: Context
    registration: Registration
    teacher_id: uuid.UUID
    task_ids: tuple[uuid.UUID, ...]
    achievement_id: uuid.UUID
    published: Published

    @property
    def id(self) -> uuid.UUID:
        return self.context.id


def make_course(tx: Session, points: Sequence[int] = (10, 20, 30), *, goal_points: int = 30) -> Course:
    context = make_context(tx)
    registration = registration_of(tx, context)
    teacher = make_person(tx, registration, name="Joost Bakker")
    achievement = make_achievement(tx, context)
    published = publish(
        tx,
        context.id,
        by_person_id=teacher.id,
        tasks=[TaskDraft(None, f"Task {index}", points_of) for index, points_of in enumerate(points, 1)],
        goal_points=goal_points,
        achievement_id=achievement.id,
        seen_number=0,
        now=NOW,
    )
    task_ids = tuple(rule.task_id for rule in published.rules.tasks)
    return Course(context, registration, teacher.id, task_ids, achievement.id, published)


def make_learner(tx: Session, course: Course) -> uuid.UUID:
    return make_person(tx, course.registration).id


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


def record_and_award(tx: Session, activity: NewActivity, *, now: datetime = NOW) -> tuple[Recorded, list[uuid.UUID]]:
    """Do what the service does with an activity; also returns the awards that are new."""
    recorded = record_activity(tx, activity, now=now)
    awards = []
    for granted in recorded.desired.achievements:
        assert recorded.version_id is not None
        award_id = award(
            tx,
            achievement_id=granted.achievement_id,
            person_id=activity.person_id,
            activity_id=granted.activity_id,
            rule_set_version_id=recorded.version_id,
            now=now,
        )
        if award_id is not None:
            awards.append(award_id)
    return recorded, awards
