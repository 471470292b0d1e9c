"""What those who teach said to a learner, with the name of who said it and the task it is about."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gamification.engine.activity import Verb
from gamification.models import ActivityRow
from gamification.progress import TaskStanding, task_titles
from gamification.remarks import Praise, remarks_for
from lti_tool.roster.models import Person


@dataclass(frozen=True)
class WordsToLearner:
    """A compliment, a remark or a reason. `verb` is the decision it goes with, None for a compliment by itself.

    `author` is a first name where the platform sends one; empty where it sends no name. `is_new` says that the learner
    has not closed it yet.
    """

    remark_id: uuid.UUID
    author: str
    task_id: uuid.UUID | None
    task_title: str
    activity_id: uuid.UUID | None
    verb: Verb | None
    praise: Praise | None
    text: str
    said_at: datetime
    is_new: bool


def words_to(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> list[WordsToLearner]:
    """Return everything that was said to this learner in the course, oldest first."""
    remarks = remarks_for(tx, context_id, person_id)
    if not remarks:
        return []
    authors = first_names(tx, {remark.author_id for remark in remarks})
    titles = task_titles(tx, context_id)
    decisions = {remark.activity_id for remark in remarks if remark.activity_id}
    verbs = {
        row.id: Verb(row.verb)
        for row in tx.execute(select(ActivityRow.id, ActivityRow.verb).where(ActivityRow.id.in_(decisions)))
    }
    return [
        WordsToLearner(
            remark_id=remark.remark_id,
            author=authors.get(remark.author_id, ""),
            task_id=remark.task_id,
            task_title=titles.get(remark.task_id, "") if remark.task_id else "",
            activity_id=remark.activity_id,
            verb=verbs.get(remark.activity_id) if remark.activity_id else None,
            praise=remark.praise,
            text=remark.text,
            said_at=remark.created_at,
            is_new=remark.seen_at is None,
        )
        for remark in remarks
    ]


def first_names(tx: Session, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return what to call these people: the first name, else the whole name, else nothing."""
    rows = tx.execute(select(Person.id, Person.given_name, Person.name).where(Person.id.in_(list(person_ids))))
    return {row.id: row.given_name or row.name for row in rows}


def reason_for(task: TaskStanding, words: Iterable[WordsToLearner]) -> WordsToLearner | None:
    """Return what was said with the newest decision about the task; None where that came without words.

    Words are kept in the transaction and with the moment of their decision, so older ones belong to an older decision.
    """
    about = [said for said in words if said.task_id == task.task_id and said.verb is not None]
    newest = about[-1] if about else None
    return newest if newest and task.state_at and newest.said_at >= task.state_at else None
