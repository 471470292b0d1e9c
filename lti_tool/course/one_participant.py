"""One learner as those who teach see them: where they stand, and everything that happened, newest first."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.award import AwardView, list_awards
from config.errors import NotFound
from gamification.engine.activity import Verb
from gamification.engine.explain import LearnerExplanation, TaskExplanation
from gamification.engine.task_state import TaskState
from gamification.explain import explain_learner
from gamification.hand_ins import HandInView, hand_ins_of
from gamification.progress import Standing, TaskStanding, standing, tallies, task_titles
from gamification.remarks import Praise, RemarkView, remarks_for
from gamification.rules import current_rules
from lti_tool.course.attention import Stuck, quiet, sent_back
from lti_tool.lti.roles import PrincipalRole, may_earn
from lti_tool.roster.models import Membership, Person, Presentation


class Kind(StrEnum):
    """What an entry of the timeline is about: the verbs of activities, and two things that give no points."""

    COMPLETED = Verb.COMPLETED
    HANDED_IN = Verb.HANDED_IN
    APPROVED = Verb.APPROVED
    NOT_YET = Verb.NOT_YET
    AWARDED = Verb.AWARDED
    WITHDRAWN = Verb.WITHDRAWN
    PRAISED = "praised"
    BADGE = "badge"


@dataclass(frozen=True)
class Happened:
    """An entry of the timeline. `who` is the name of somebody who teaches, empty where the learner acted.

    `title` is of the task, or of the badge; `work` is what was handed in; `text` and `praise` are words of `who`.
    """

    at: datetime
    kind: Kind
    title: str = ""
    who: str = ""
    text: str = ""
    praise: Praise | None = None
    work: HandInView | None = None


@dataclass(frozen=True)
class TaskOfLearner:
    """A task with the work that waits for it and why it gives these points."""

    standing: TaskStanding
    explained: TaskExplanation | None
    waiting_id: uuid.UUID | None


@dataclass(frozen=True)
class OneParticipant:
    """The page of one learner. `standing` is None where nothing was published."""

    person_id: uuid.UUID
    name: str
    standing: Standing | None
    tasks: tuple[TaskOfLearner, ...]
    awards: tuple[AwardView, ...]
    stuck: tuple[Stuck, ...]
    happened: tuple[Happened, ...]

    @property
    def to_give(self) -> list[TaskStanding]:
        """The tasks whose points can be given by hand."""
        return [task.standing for task in self.tasks if task.standing.done_at is None]

    @property
    def to_take_back(self) -> list[TaskStanding]:
        """The tasks whose points can be taken back."""
        return [task.standing for task in self.tasks if task.standing.done_at is not None]

    def title_of(self, task_id: uuid.UUID | None) -> str:
        """Return what a task is called, empty for one that is not on this page."""
        return next((task.standing.title for task in self.tasks if task.standing.task_id == task_id), "")


def one_participant(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> OneParticipant:
    """Return the page of a learner of this course.

    Raises:
        NotFound: nobody of that id learns here.
    """
    member = tx.execute(
        select(Person.name, Membership.role, Membership.launched_at, Membership.presentation)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.context_id == context_id, Membership.person_id == person_id)
    ).one_or_none()
    if member is None or not may_earn(PrincipalRole(member.role)):
        raise NotFound("learner")
    where = standing(tx, context_id, person_id)
    explanation = explain_learner(tx, context_id, person_id)
    explained = {task.task_id: task for task in explanation.tasks} if explanation else {}
    work = {found.hand_in_id: found for found in hand_ins_of(tx, context_id, person_id)}
    newest = {found.task_id: found for found in work.values()}
    awards = list_awards(tx, context_id, person_id)
    return OneParticipant(
        person_id=person_id,
        name=member.name,
        standing=where,
        tasks=tuple(
            TaskOfLearner(task, explained.get(task.task_id), _waiting_id(task, newest.get(task.task_id)))
            for task in (where.tasks if where else ())
        ),
        awards=tuple(awards),
        stuck=_stuck(tx, context_id, person_id, member.launched_at, member.presentation, now=now),
        happened=_timeline(tx, context_id, explanation, work, remarks_for(tx, context_id, person_id), awards),
    )


def names_of(tx: Session, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the name of each of these people."""
    rows = tx.execute(select(Person.id, Person.name).where(Person.id.in_(set(person_ids))))
    return {row.id: row.name for row in rows}


def _waiting_id(task: TaskStanding, newest: HandInView | None) -> uuid.UUID | None:
    if task.state is not TaskState.WAITING or newest is None or newest.outcome is not None:
        return None
    return newest.hand_in_id


def _stuck(
    tx: Session,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    launched_at: datetime,
    presentation: str,
    *,
    now: datetime,
) -> tuple[Stuck, ...]:
    current = current_rules(tx, context_id)
    if current is None:
        return ()
    tally = tallies(tx, context_id, [person_id], current.rules)[person_id]
    idle = quiet(
        launched_at=launched_at,
        last_at=tally.last_at,
        goal_reached=tally.goal_reached,
        takes_part=presentation != Presentation.LEFT,
        now=now,
    )
    return (*([idle] if idle else []), *sent_back(tally.facts, current.rules, now=now))


def _timeline(
    tx: Session,
    context_id: uuid.UUID,
    explanation: LearnerExplanation | None,
    work: dict[uuid.UUID, HandInView],
    remarks: list[RemarkView],
    awards: list[AwardView],
) -> tuple[Happened, ...]:
    titles = task_titles(tx, context_id)
    facts = [(task.task_id, fact) for task in (explanation.tasks if explanation else ()) for fact in task.facts]
    names = names_of(
        tx, {fact.actor_id for _task_id, fact in facts if fact.actor_id} | {remark.author_id for remark in remarks}
    )
    by_activity = {remark.activity_id: remark for remark in remarks if remark.activity_id}
    happened = []
    for task_id, fact in facts:
        remark = by_activity.get(fact.activity_id)
        happened.append(
            Happened(
                at=fact.occurred_at,
                kind=Kind(fact.verb),
                title=titles.get(task_id, ""),
                who=names.get(fact.actor_id, "") if fact.actor_id else "",
                text=remark.text if remark else "",
                praise=remark.praise if remark else None,
                work=work.get(fact.hand_in_id) if fact.hand_in_id and fact.verb is Verb.HANDED_IN else None,
            )
        )
    happened += [
        Happened(
            at=remark.created_at,
            kind=Kind.PRAISED,
            who=names.get(remark.author_id, ""),
            text=remark.text,
            praise=remark.praise,
        )
        for remark in remarks
        if remark.activity_id is None
    ]
    happened += [Happened(at=award.awarded_at, kind=Kind.BADGE, title=award.name) for award in awards]
    return tuple(sorted(happened, key=lambda entry: (entry.at, list(Kind).index(entry.kind)), reverse=True))
