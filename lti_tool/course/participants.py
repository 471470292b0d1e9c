"""The learners of a course as those who teach see them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.award import holders
from gamification.engine.rule_set import RuleSet
from gamification.progress import tallies
from gamification.rules import current_rules
from lti_tool.lti.roles import PrincipalRole, may_earn
from lti_tool.roster.models import Membership, Person


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
    with_badge = holders(tx, context_id)
    rows = tx.execute(
        select(Person.id, Person.name, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.context_id == context_id)
        .order_by(Person.name, Person.id)
    )
    names = {row.id: row.name for row in rows if may_earn(PrincipalRole(row.role))}
    current = current_rules(tx, context_id)
    counts = tallies(tx, context_id, names, current.rules if current else RuleSet((), 0, None))
    return [
        ParticipantLine(
            person_id=person_id,
            name=name,
            points=counts[person_id].points,
            tasks_done=counts[person_id].tasks_done,
            goal_reached=counts[person_id].goal_reached,
            has_badge=person_id in with_badge,
        )
        for person_id, name in names.items()
    ]
