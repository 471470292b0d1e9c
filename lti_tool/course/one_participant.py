"""One learner as those who teach see them: where they stand, and everything that happened, newest first."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from badges.achievement import AchievementTexts, achievement_texts
from badges.models import Decision
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
from lti_tool.course.badges_of_course import BadgeLine, badge_of_person
from lti_tool.course.names import names_of
from lti_tool.lti.roles import PrincipalRole, may_earn
from lti_tool.roster.models import Membership, Person, Presentation
from lti_tool.roster.platform_of_course import platform_of_course


class Kind(StrEnum):
    """What an entry of the timeline is about: the verbs of activities, and what gives no points."""

    COMPLETED = Verb.COMPLETED
    HANDED_IN = Verb.HANDED_IN
    PASSED = Verb.PASSED
    LAPSED = Verb.LAPSED
    APPROVED = Verb.APPROVED
    NOT_YET = Verb.NOT_YET
    AWARDED = Verb.AWARDED
    WITHDRAWN = Verb.WITHDRAWN
    PRAISED = "praised"
    BADGE = "badge"
    BADGE_GIVEN = "badge-given"
    BADGE_TAKEN_BACK = "badge-taken-back"
    BADGE_GIVEN_AGAIN = "badge-given-again"


@dataclass(frozen=True)
class Happened:
    """An entry of the timeline. `who` is the name of somebody who teaches, empty where the learner acted.

    `title` is of the task, or of the badge; `work` is what was handed in; `text` and `praise` are words of `who`;
    `is_graded` says of what the platform told that it looked at a grade.
    """

    at: datetime
    kind: Kind
    title: str = ""
    who: str = ""
    text: str = ""
    praise: Praise | None = None
    work: HandInView | None = None
    is_graded: bool = False


@dataclass(frozen=True)
class TaskOfLearner:
    """A task with the work that waits for it and why it gives these points."""

    standing: TaskStanding
    explained: TaskExplanation | None
    waiting_id: uuid.UUID | None


@dataclass(frozen=True)
class OneParticipant:
    """The page of one learner. `standing` is None where nothing was published.

    `badge` is what they hold or held; `badge_to_give` is that of the course now, None where it has none.
    """

    person_id: uuid.UUID
    name: str
    standing: Standing | None
    tasks: tuple[TaskOfLearner, ...]
    badge: BadgeLine | None
    badge_to_give: AchievementTexts | None
    stuck: tuple[Stuck, ...]
    happened: tuple[Happened, ...]
    platform_name: str = ""
    """The product's ("Moodle"), empty for one that people do not know by name."""

    @property
    def can_get_badge(self) -> bool:
        """Whether a badge can be given by hand: that of the course, or once more the one that was taken back."""
        return not self.badge.is_held if self.badge else self.badge_to_give is not None

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
        select(
            Person.name,
            Membership.role,
            func.coalesce(Membership.launched_at, Membership.listed_at).label("launched_at"),
            Membership.presentation,
        )
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
    badge = badge_of_person(tx, context_id, person_id)
    return OneParticipant(
        person_id=person_id,
        name=member.name,
        standing=where,
        tasks=tuple(
            TaskOfLearner(task, explained.get(task.task_id), _waiting_id(task, newest.get(task.task_id)))
            for task in (where.tasks if where else ())
        ),
        badge=badge,
        badge_to_give=_badge_of_course(tx, context_id),
        stuck=_stuck(tx, context_id, person_id, member.launched_at, member.presentation, now=now),
        happened=_timeline(tx, context_id, explanation, work, remarks_for(tx, context_id, person_id), badge),
        platform_name=platform_of_course(tx, context_id).name,
    )


def _waiting_id(task: TaskStanding, newest: HandInView | None) -> uuid.UUID | None:
    if task.state is not TaskState.WAITING or newest is None or newest.outcome is not None:
        return None
    return newest.hand_in_id


def _badge_of_course(tx: Session, context_id: uuid.UUID) -> AchievementTexts | None:
    current = current_rules(tx, context_id)
    achievement = current.rules.achievement if current else None
    return achievement_texts(tx, achievement.version_id) if achievement else None


def _stuck(
    tx: Session,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    launched_at: datetime | None,
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
    badge: BadgeLine | None,
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
                is_graded=fact.is_graded,
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
    happened += _about_badge(badge) if badge else []
    return tuple(sorted(happened, key=lambda entry: (entry.at, list(Kind).index(entry.kind)), reverse=True))


def _about_badge(badge: BadgeLine) -> list[Happened]:
    """Return that the goal brought it, where it did, and every decision about it."""
    earned = [] if badge.by_hand else [Happened(at=badge.awarded_at, kind=Kind.BADGE, title=badge.badge_name)]
    decided = [
        Happened(
            at=one.decided_at,
            kind=_kind_of(one.decision, is_again=one.is_again),
            title=badge.badge_name,
            who=one.who,
            text=one.reason,
        )
        for one in badge.decisions
    ]
    return [*earned, *decided]


def _kind_of(decision: Decision, *, is_again: bool) -> Kind:
    if decision is Decision.TAKEN_BACK:
        return Kind.BADGE_TAKEN_BACK
    return Kind.BADGE_GIVEN_AGAIN if is_again else Kind.BADGE_GIVEN
