"""One task as its learner sees it: what to do, what was sent, and what was answered."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from config.errors import NotFound
from gamification.engine.activity import Verb
from gamification.engine.task_state import NOTHING_DONE
from gamification.hand_ins import HandInView, hand_ins_of
from gamification.progress import TaskStanding, facts_of, task_standing, task_texts
from gamification.rules import current_rules
from lti_tool.course.learner_page import LearnerPage, learner_page
from lti_tool.course.learner_words import WordsToLearner, first_names, words_to
from lti_tool.roster.platform_of_course import PlatformOfCourse, platform_of_course


@dataclass(frozen=True)
class EarlierWork:
    """Work that the learner sent. `outcome` is None while nobody looked at it; `is_newest` says that it is the last."""

    text: str
    link: str
    sent_at: datetime
    outcome: Verb | None
    reviewer: str
    words: WordsToLearner | None
    is_newest: bool

    @property
    def moment(self) -> datetime:
        """When it happened, among everything that happened."""
        return self.sent_at


@dataclass(frozen=True)
class Decision:
    """Points that were given or taken back by hand, with the reason."""

    words: WordsToLearner

    @property
    def moment(self) -> datetime:
        """When it happened, among everything that happened."""
        return self.words.said_at


@dataclass(frozen=True)
class LearnerTask:
    """A task's page. `history` is what happened with it, newest first; `platform` is where it is done, if there."""

    page: LearnerPage
    task: TaskStanding
    history: tuple[EarlierWork | Decision, ...]
    platform: PlatformOfCourse = PlatformOfCourse()


def learner_task(
    tx: Session,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    task_id: uuid.UUID,
    *,
    hides_numbers: bool = False,
) -> LearnerTask:
    """Return what this learner sees of the task, also when it was closed.

    Raises:
        NotFound: the course has no such task, or has it no more.
    """
    page = learner_page(tx, context_id, person_id, hides_numbers=hides_numbers)
    task = next((task for task in page.tasks if task.task_id == task_id), None)
    if task is None:
        task = _closed_task(tx, context_id, person_id, task_id)
    history = tuple(_history(tx, context_id, person_id, task_id))
    if not (task.is_by_platform or task.is_told_by_platform or task.was_undone):
        return LearnerTask(page, task, history)
    return LearnerTask(page, task, history, platform_of_course(tx, context_id))


def _closed_task(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, task_id: uuid.UUID) -> TaskStanding:
    """Return a task that is not on the learner's list any more, with what this learner did with it."""
    current = current_rules(tx, context_id)
    rule = current.rules.rule_for(task_id) if current else None
    if current is None or rule is None:
        raise NotFound("task")
    found = facts_of(tx, context_id, person_id, current.rules).get(task_id, NOTHING_DONE)
    texts = task_texts(tx, context_id)[task_id]
    return task_standing(rule, texts.title, texts.instructions, found, is_locked=False)


def _history(
    tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, task_id: uuid.UUID
) -> list[EarlierWork | Decision]:
    sent = hand_ins_of(tx, context_id, person_id, task_id)
    words = [said for said in words_to(tx, context_id, person_id) if said.task_id == task_id]
    reviewers = first_names(tx, {work.reviewer_id for work in sent if work.reviewer_id})
    answers = {said.activity_id: said for said in words if said.activity_id}
    history: list[EarlierWork | Decision] = [
        _earlier_work(work, reviewers, answers, is_newest=work is sent[-1]) for work in sent
    ]
    history += [Decision(said) for said in words if said.verb in {Verb.AWARDED, Verb.WITHDRAWN}]
    return sorted(history, key=lambda happened: happened.moment, reverse=True)


def _earlier_work(
    work: HandInView,
    reviewers: dict[uuid.UUID, str],
    answers: dict[uuid.UUID, WordsToLearner],
    *,
    is_newest: bool,
) -> EarlierWork:
    return EarlierWork(
        text=work.text,
        link=work.link,
        sent_at=work.handed_in_at,
        outcome=work.outcome,
        reviewer=reviewers.get(work.reviewer_id, "") if work.reviewer_id else "",
        words=answers.get(work.review_activity_id) if work.review_activity_id else None,
        is_newest=is_newest,
    )
