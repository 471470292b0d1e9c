"""A course as its people see it: the learner's list, the teacher's set-up and overview. Joins the rooms by ids."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.achievement import AchievementTexts, achievement_texts, describe_achievement
from badges.award import AwardView, holders, list_awards
from config import outbox
from config.errors import NotAllowed
from config.secrets import SecretBox
from gamification.engine.goal import percent_to_goal
from gamification.engine.rule_set import AchievementRef
from gamification.progress import (
    TaskStanding,
    current_rules,
    finished_tasks,
    people_with_balance,
    standing,
    tallies,
    task_titles,
)
from gamification.publish import Published, TaskDraft, lock_pointer, publish
from lti_tool.issuing import ensure_issuer
from lti_tool.lti.roles import PrincipalRole, may_earn, may_edit
from lti_tool.messages import MessageType
from lti_tool.progress import evaluate_again
from lti_tool.roster.models import Context, Membership, Person
from lti_tool.tool import Tool


@dataclass(frozen=True)
class LearnerPage:
    """Everything a learner's page says. `goal_points` is 0 and `tasks` empty where nothing was published yet.

    `badge_name` and `badge_criteria` are what can be earned now; what the learner holds is in `awards`, in the texts it
    was awarded with.
    `percent` is progress to the goal, the only percentage; `points_to_go` is 0 from the goal on.
    """

    course_title: str
    tasks: tuple[TaskStanding, ...]
    points: int
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
        return LearnerPage(title, (), 0, 0, 0, 0, 0, False, "", "", awards)
    badge = _badge(tx, where.achievement)
    return LearnerPage(
        course_title=title,
        tasks=where.tasks,
        points=where.points,
        goal_points=where.goal_points,
        total_points=where.total_points,
        percent=percent_to_goal(where.points, where.goal_points),
        points_to_go=max(0, where.goal_points - where.points),
        goal_reached=where.goal_reached,
        badge_name=badge.name,
        badge_criteria=badge.criteria,
        awards=awards,
    )


@dataclass(frozen=True)
class TaskSetup:
    """A task on the teacher's page. When somebody finished it, its points stand."""

    task_id: uuid.UUID
    title: str
    points: int
    is_finished_by_someone: bool


@dataclass(frozen=True)
class CourseSetup:
    """The teacher's page: tasks, goal, badge. `version_number` is 0 before the first publication."""

    course_title: str
    version_number: int
    tasks: tuple[TaskSetup, ...]
    goal_points: int
    badge_name: str
    badge_criteria: str


def course_setup(tx: Session, context_id: uuid.UUID) -> CourseSetup:
    """Return what the teacher can change."""
    title = tx.execute(select(Context.title).where(Context.id == context_id)).scalar_one()
    current = current_rules(tx, context_id)
    if current is None:
        return CourseSetup(title, 0, (), 0, "", "")
    badge = _badge(tx, current.rules.achievement)
    titles = task_titles(tx, context_id)
    finished = finished_tasks(tx, context_id)
    return CourseSetup(
        course_title=title,
        version_number=current.number,
        tasks=tuple(
            TaskSetup(rule.task_id, titles[rule.task_id], rule.points, rule.task_id in finished)
            for rule in current.rules.tasks
            if not rule.closed
        ),
        goal_points=current.rules.goal_points,
        badge_name=badge.name,
        badge_criteria=badge.criteria,
    )


def _badge(tx: Session, achievement: AchievementRef | None) -> AchievementTexts:
    return achievement_texts(tx, achievement.version_id) if achievement else AchievementTexts("", "")


def publish_course(
    tx: Session,
    box: SecretBox,
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
) -> Published:
    """Publish the teacher's tasks, goal and badge; everybody in the course is evaluated again in the background.

    Where only texts changed nobody's points do, so nobody is evaluated and no score is sent: a comment in the gradebook
    names the badge as it was called when the score was sent.

    Raises:
        NotAllowed: somebody who may not edit this course.
        RuleInvalid, AchievementInvalid: with the place of the first problem; nothing is kept.
        Conflict: another teacher published meanwhile.
    """
    if not may_edit(role):
        raise NotAllowed("may-not-edit")
    lock_pointer(tx, context_id)
    issuer_profile_id = ensure_issuer(tx, box, context_id, now=now)
    described = describe_achievement(
        tx,
        context_id=context_id,
        issuer_profile_id=issuer_profile_id,
        name=badge_name,
        criteria=badge_criteria,
        now=now,
    )
    published = publish(
        tx,
        context_id,
        by_person_id=person_id,
        tasks=tasks,
        goal_points=goal_points,
        achievement=AchievementRef(described.achievement_id, described.version_id),
        seen_number=seen_number,
        now=now,
    )
    if published.evaluation_needed:
        outbox.put(tx, MessageType.EVALUATE_COURSE, {"context_id": context_id}, now=now, coalesce_key=str(context_id))
    return published


def evaluate_course(tool: Tool, context_id: uuid.UUID, keep_lease: Callable[[], None] = lambda: None) -> None:
    """Bring the learners of the course to the newest rules, one transaction a person, so that nobody waits long.

    Each of them has their score promised to every column, so this fills a new column too. Who came back in a role that
    does not earn keeps what they have and gets nothing new. `keep_lease` is called before each person: the caller says
    there that it is still at work, or raises to stop; what was done until then stays.
    """
    with tool.db.reading() as tx:
        people = people_with_balance(tx, context_id)
        roles = tx.execute(select(Membership.person_id, Membership.role).where(Membership.context_id == context_id))
        not_earning = {row.person_id for row in roles if not may_earn(PrincipalRole(row.role))}
    for person_id in people:
        if person_id in not_earning:
            continue
        keep_lease()
        with tool.db.transaction() as tx:
            evaluate_again(tx, context_id, person_id, now=tool.clock.now())


@dataclass(frozen=True)
class ParticipantLine:
    """One learner on the teacher's overview."""

    person_id: uuid.UUID
    name: str
    points: int
    tasks_done: int
    goal_reached: bool
    has_badge: bool


def participants(tx: Session, context_id: uuid.UUID) -> list[ParticipantLine]:
    """Return the learners who have opened the course, by name. Teachers, observers and test students are left out."""
    counts = tallies(tx, context_id)
    with_badge = holders(tx, context_id)
    rows = tx.execute(
        select(Person.id, Person.name, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.context_id == context_id)
        .order_by(Person.name, Person.id)
    )
    lines = []
    for row in rows:
        if not may_earn(PrincipalRole(row.role)):
            continue
        tally = counts.get(row.id)
        lines.append(
            ParticipantLine(
                person_id=row.id,
                name=row.name,
                points=tally.points if tally else 0,
                tasks_done=tally.tasks_done if tally else 0,
                goal_reached=tally.goal_reached if tally else False,
                has_badge=row.id in with_badge,
            )
        )
    return lines


def is_welcomed(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """Say whether this person has read the welcome in this course."""
    return (
        tx.execute(
            select(Membership.welcomed_at).where(Membership.context_id == context_id, Membership.person_id == person_id)
        ).scalar_one_or_none()
        is not None
    )


def welcome(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> None:
    """Keep that this person has read the welcome."""
    membership = tx.execute(
        select(Membership).where(Membership.context_id == context_id, Membership.person_id == person_id)
    ).scalar_one()
    if membership.welcomed_at is None:
        membership.welcomed_at = now


def choose_locale(tx: Session, person_id: uuid.UUID, locale: str) -> None:
    """Keep the language that this person chose."""
    tx.get_one(Person, person_id).locale = locale
