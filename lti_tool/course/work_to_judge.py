"""Work that waits for a reviewer, and one piece of it with everything that came before."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gamification.engine.task_state import NOTHING_DONE, TaskState
from gamification.hand_ins import HandInView, get_hand_in, hand_ins_of, waiting_counts, waiting_hand_ins
from gamification.progress import facts_of, task_texts, task_titles
from gamification.remarks import RemarkView, remarks_for
from gamification.rules import current_rules
from lti_tool.course.names import names_of
from lti_tool.lti.roles import PrincipalRole, may_earn
from lti_tool.roster.models import Membership


@dataclass(frozen=True)
class WaitingWork:
    """Work on the list."""

    hand_in_id: uuid.UUID
    name: str
    task_title: str
    handed_in_at: datetime


@dataclass(frozen=True)
class Attempt:
    """Work with what was said of it; `reviewer` is a name, empty while nobody looked."""

    work: HandInView
    reviewer: str
    remark: RemarkView | None


@dataclass(frozen=True)
class WorkPage:
    """One piece of work for its reviewer. `earlier` is newest first; `newer_id` the work that replaced this one.

    `learns_here` is False for somebody who came back in another role: they have no page among the participants.
    """

    attempt: Attempt
    name: str
    learns_here: bool
    task_title: str
    instructions: str
    points: int
    earlier: tuple[Attempt, ...]
    newer_id: uuid.UUID | None
    state: TaskState

    @property
    def waits(self) -> bool:
        """Whether this work can be judged now."""
        return self.attempt.work.outcome is None and self.newer_id is None and self.state is TaskState.WAITING


def waiting_work(tx: Session, context_id: uuid.UUID) -> list[WaitingWork]:
    """Return what waits, longest waiting first; of a great many only the first."""
    found = waiting_hand_ins(tx, context_id)
    names = names_of(tx, (work.person_id for work in found))
    titles = task_titles(tx, context_id) if found else {}
    return [
        WaitingWork(work.hand_in_id, names.get(work.person_id, ""), titles.get(work.task_id, ""), work.handed_in_at)
        for work in found
    ]


def count_waiting(tx: Session, context_id: uuid.UUID) -> int:
    """Return how many pieces of work wait in the course."""
    return sum(waiting_counts(tx, context_id).values())


def next_to_judge(tx: Session, context_id: uuid.UUID) -> uuid.UUID | None:
    """Return the work that waits longest, None when nothing waits."""
    found = waiting_hand_ins(tx, context_id, limit=1)
    return found[0].hand_in_id if found else None


def work_page(tx: Session, context_id: uuid.UUID, hand_in_id: uuid.UUID) -> WorkPage:
    """Return one piece of work of this course.

    Raises:
        NotFound: no such work in this course.
    """
    work = get_hand_in(tx, context_id, hand_in_id)
    of_task = hand_ins_of(tx, context_id, work.person_id, work.task_id)
    remarks = {remark.activity_id: remark for remark in remarks_for(tx, context_id, work.person_id)}
    names = names_of(tx, {work.person_id, *(found.reviewer_id for found in of_task if found.reviewer_id)})
    role = tx.execute(
        select(Membership.role).where(Membership.context_id == context_id, Membership.person_id == work.person_id)
    ).scalar_one_or_none()
    current = current_rules(tx, context_id)
    rule = current.rules.rule_for(work.task_id) if current else None
    known = facts_of(tx, context_id, work.person_id, current.rules) if current else {}
    texts = task_texts(tx, context_id)[work.task_id]

    def attempt(found: HandInView) -> Attempt:
        remark = remarks.get(found.review_activity_id) if found.review_activity_id else None
        return Attempt(found, names.get(found.reviewer_id, "") if found.reviewer_id else "", remark)

    place = next(index for index, found in enumerate(of_task) if found.hand_in_id == hand_in_id)
    return WorkPage(
        attempt=attempt(work),
        name=names.get(work.person_id, ""),
        learns_here=role is not None and may_earn(PrincipalRole(role)),
        task_title=texts.title,
        instructions=texts.instructions,
        points=rule.points if rule else 0,
        earlier=tuple(attempt(found) for found in reversed(of_task[:place])),
        newer_id=of_task[-1].hand_in_id if place + 1 < len(of_task) else None,
        state=known.get(work.task_id, NOTHING_DONE).state,
    )
