"""Learners of a course as those who teach see them, a line each: points, tasks, what waits, who is stuck."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from badges.award import holders
from gamification.engine.rule_set import RuleSet
from gamification.engine.task_state import TaskFacts, task_facts
from gamification.hand_ins import waiting_counts
from gamification.overview import sent_back_often
from gamification.progress import tallies
from gamification.rules import current_rules
from lti_tool.course.attention import SENT_BACK_TIMES, Stuck, quiet, sent_back
from lti_tool.roster.models import Membership, Person, Presentation


@dataclass(frozen=True)
class ParticipantLine:
    """One learner. `facts` are by task; `waiting` is how many tasks wait for a reviewer.

    `has_opened` is False for somebody whom only the roster names; `left_at` is since when it does not any more.
    """

    person_id: uuid.UUID
    name: str
    points: int
    bonus_points: int
    goal_reached: bool
    has_badge: bool
    last_at: datetime | None
    tasks_done: int
    facts: dict[uuid.UUID, TaskFacts]
    waiting: int
    stuck: tuple[Stuck, ...]
    has_opened: bool
    left_at: datetime | None

    @property
    def has_begun(self) -> bool:
        """Whether anything happened with this learner yet."""
        return bool(self.facts) or self.last_at is not None


@dataclass(frozen=True)
class CourseNow:
    """What is read of a course before anybody of it."""

    context_id: uuid.UUID
    rules: RuleSet
    waiting: dict[uuid.UUID, int]
    sent_back: dict[uuid.UUID, list[Stuck]]
    with_badge: set[uuid.UUID]
    now: datetime


def course_now(tx: Session, context_id: uuid.UUID, *, now: datetime) -> CourseNow:
    """Read what is asked of the course once, however many lines follow."""
    current = current_rules(tx, context_id)
    rules = current.rules if current else RuleSet((), 0, None)
    often = sent_back_often(tx, context_id, times=SENT_BACK_TIMES)
    found = {person_id: sent_back(task_facts(done, rules), rules, now=now) for person_id, done in often.items()}
    return CourseNow(
        context_id=context_id,
        rules=rules,
        waiting=waiting_counts(tx, context_id),
        sent_back={person_id: stuck for person_id, stuck in found.items() if stuck},
        with_badge=holders(tx, context_id),
        now=now,
    )


def participant_lines(tx: Session, course: CourseNow, person_ids: list[uuid.UUID]) -> Iterator[ParticipantLine]:
    """Yield the line of each of these learners, in this order."""
    counts = tallies(tx, course.context_id, person_ids, course.rules)
    people = {
        row.id: row
        for row in tx.execute(
            select(
                Person.id,
                Person.name,
                func.coalesce(Membership.launched_at, Membership.listed_at).label("since"),
                Membership.launched_at,
                Membership.left_at,
                Membership.presentation,
            )
            .join(Membership, Membership.person_id == Person.id)
            .where(Membership.context_id == course.context_id, Person.id.in_(person_ids))
        )
    }
    for person_id in person_ids:
        tally, person = counts[person_id], people[person_id]
        idle = quiet(
            launched_at=person.since,
            last_at=tally.last_at,
            goal_reached=tally.goal_reached,
            takes_part=person.presentation != Presentation.LEFT and person.left_at is None,
            now=course.now,
        )
        yield ParticipantLine(
            person_id=person_id,
            name=person.name,
            points=tally.points,
            bonus_points=tally.bonus_points,
            goal_reached=tally.goal_reached,
            has_badge=person_id in course.with_badge,
            last_at=tally.last_at,
            tasks_done=tally.tasks_done,
            facts=tally.facts,
            waiting=course.waiting.get(person_id, 0),
            stuck=() if person.left_at else (*([idle] if idle else []), *course.sent_back.get(person_id, ())),
            has_opened=person.launched_at is not None,
            left_at=person.left_at,
        )
