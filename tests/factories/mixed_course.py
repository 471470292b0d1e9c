"""A course with a task of every kind, what can be told about it in a test, and what a learner holds in it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from badges.models import Award
from gamification.engine.activity import Verb
from gamification.engine.rule_set import AchievementRef, Confirmation, TaskOrder
from gamification.evaluate import evaluate
from gamification.models import ActivityRow, ActivitySource, Balance, LedgerEntry
from gamification.publish import Published, TaskDraft, publish
from gamification.record import NewActivity, record_activity
from lti_tool.roster.models import Context, Registration
from tests.factories.badge_rows import make_achievement, make_achievement_version
from tests.factories.course import completion
from tests.factories.rows import NOW, make_context, make_membership, make_person, registration_of

GOAL = 30
READ, WRITE, SHOW, EXTRA, SHOW_EXTRA, OLD = range(6)
"""Read and write are said to be done, show is looked at; of both kinds there is an extra; old is closed."""
DRAFTS = (
    TaskDraft(None, "Read", 10),
    TaskDraft(None, "Write", 20),
    TaskDraft(None, "Show", 40, confirmation=Confirmation.REVIEWER),
    TaskDraft(None, "Extra", 15, is_bonus=True),
    TaskDraft(None, "Show extra", 25, is_bonus=True, confirmation=Confirmation.REVIEWER),
    TaskDraft(None, "Old", 5),
)
WATCH, KEEP = range(6, 8)
"""Of a course that has these too: the platform finishes both, and what it gave for the second one stays."""
IN_PLATFORM = (
    TaskDraft(None, "Watch", 35, confirmation=Confirmation.PLATFORM),
    TaskDraft(None, "Keep", 45, confirmation=Confirmation.PLATFORM_GRADE, stays_when_undone=True),
)
POINTS = tuple(draft.points for draft in (*DRAFTS, *IN_PLATFORM))
SOURCES = {
    Verb.COMPLETED: ActivitySource.OWN_TASK,
    Verb.HANDED_IN: ActivitySource.OWN_TASK,
    Verb.PASSED: ActivitySource.GATE,
    Verb.LAPSED: ActivitySource.GATE,
    Verb.APPROVED: ActivitySource.REVIEW,
    Verb.NOT_YET: ActivitySource.REVIEW,
    Verb.AWARDED: ActivitySource.BY_HAND,
    Verb.WITHDRAWN: ActivitySource.BY_HAND,
}


@dataclass(frozen=True)
class MixedCourse:
    """The course, and who is in it. Its second version closed the last task."""

    context: Context
    registration: Registration
    teacher_id: uuid.UUID
    task_ids: tuple[uuid.UUID, ...]
    achievement: AchievementRef
    published: Published

    @property
    def id(self) -> uuid.UUID:
        return self.context.id

    def learner(self, tx: Session) -> uuid.UUID:
        person = make_person(tx, self.registration)
        make_membership(tx, self.context, person)
        return person.id

    def kept(self) -> list[TaskDraft]:
        """The open tasks as a teacher sends them again."""
        return [
            replace(draft, task_id=task_id)
            for number, (task_id, draft) in enumerate(zip(self.task_ids, (*DRAFTS, *IN_PLATFORM), strict=False))
            if number != OLD
        ]

    def publish(
        self,
        tx: Session,
        tasks: Sequence[TaskDraft],
        *,
        seen_number: int,
        goal_points: int = GOAL,
        order: TaskOrder = TaskOrder.FREE,
    ) -> Published:
        return publish(
            tx,
            self.id,
            by_person_id=self.teacher_id,
            tasks=tasks,
            goal_points=goal_points,
            achievement=self.achievement,
            seen_number=seen_number,
            now=NOW,
            order=order,
        )


def make_mixed_course(tx: Session, *, with_platform_tasks: bool = False) -> MixedCourse:
    context = make_context(tx)
    registration = registration_of(tx, context)
    teacher = make_person(tx, registration, name="Joost Bakker")
    make_membership(tx, context, teacher, role="instructor")
    version = make_achievement_version(tx, make_achievement(tx, context))
    achievement = AchievementRef(version.achievement_id, version.id)
    first = publish(
        tx,
        context.id,
        by_person_id=teacher.id,
        tasks=(*DRAFTS, *IN_PLATFORM) if with_platform_tasks else DRAFTS,
        goal_points=GOAL,
        achievement=achievement,
        seen_number=0,
        now=NOW,
    )
    task_ids = tuple(rule.task_id for rule in first.rules.tasks)
    course = MixedCourse(context, registration, teacher.id, task_ids, achievement, first)
    # Somebody did the last one, so that leaving it out closes it.
    earlier_learner = course.learner(tx)
    record_activity(tx, completion(context.id, earlier_learner, task_ids[OLD]), now=NOW)
    second = course.publish(tx, course.kept(), seen_number=1)
    evaluate(tx, context.id, earlier_learner, now=NOW)
    return MixedCourse(context, registration, teacher.id, task_ids, achievement, second)


@dataclass(frozen=True)
class Fact:
    """Something that happened with one of the tasks, so many minutes after the beginning."""

    verb: Verb
    task: int
    minute: int

    def told(self, course: MixedCourse, person_id: uuid.UUID, key: object) -> NewActivity:
        """Return it as a source tells it; under the same key it is the same fact."""
        by_staff = SOURCES[self.verb] in {ActivitySource.REVIEW, ActivitySource.BY_HAND}
        return NewActivity(
            context_id=course.id,
            person_id=person_id,
            source=SOURCES[self.verb],
            external_id=f"{person_id}:{key}",
            verb=self.verb,
            task_id=course.task_ids[self.task],
            occurred_at=NOW + timedelta(minutes=self.minute),
            actor_id=course.teacher_id if by_staff else None,
        )


@dataclass(frozen=True)
class Held:
    """What a learner holds; sums of nothing are left out."""

    sums: dict[str, int]
    points: int
    bonus_points: int
    goal_reached: bool


def held_by(tx: Session, course: MixedCourse, person_id: uuid.UUID) -> Held:
    rows = tx.execute(
        select(LedgerEntry.effect_key, func.sum(LedgerEntry.points))
        .where(LedgerEntry.context_id == course.id, LedgerEntry.person_id == person_id)
        .group_by(LedgerEntry.effect_key)
    )
    balance = tx.get(Balance, (course.id, person_id))
    return Held(
        sums={key: int(points) for key, points in rows if points},
        points=balance.points if balance else 0,
        bonus_points=balance.bonus_points if balance else 0,
        goal_reached=balance.goal_reached if balance else False,
    )


def awards_of(tx: Session, person_id: uuid.UUID) -> int:
    return tx.execute(select(func.count()).select_from(Award).where(Award.person_id == person_id)).scalar_one()


def activities_told(tx: Session, person_id: uuid.UUID) -> int:
    query = select(func.count()).select_from(ActivityRow).where(ActivityRow.person_id == person_id)
    return tx.execute(query).scalar_one()
