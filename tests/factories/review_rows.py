"""Rows of hand-ins, reviews and remarks: each make_x() adds one, and its parents where none are given."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from config.ids import new_id
from gamification.engine.activity import Verb
from gamification.models import ActivityRow, HandIn, Remark, Review, Task
from lti_tool.roster.models import Context, Person
from tests.factories.rows import NOW, added, make_activity, make_person, make_task, registration_of


def make_hand_in(
    tx: Session,
    task: Task | None = None,
    person: Person | None = None,
    *,
    text: str = "This is my work.",
    handed_in_at: datetime = NOW,
) -> HandIn:
    task = task or make_task(tx)
    person = person or make_person(tx, registration_of(tx, tx.get_one(Context, task.context_id)))
    return added(
        tx,
        HandIn(
            id=new_id(),
            context_id=task.context_id,
            person_id=person.id,
            task_id=task.id,
            text=text,
            link="",
            handed_in_at=handed_in_at,
        ),
    )


def make_review(tx: Session, hand_in: HandIn | None = None, activity: ActivityRow | None = None) -> Review:
    hand_in = hand_in or make_hand_in(tx)
    task, learner = tx.get_one(Task, hand_in.task_id), tx.get_one(Person, hand_in.person_id)
    activity = activity or make_activity(tx, task, learner)
    reviewer = make_person(tx, registration_of(tx, tx.get_one(Context, task.context_id)), name="Joost Bakker")
    return added(
        tx,
        Review(
            hand_in_id=hand_in.id,
            activity_id=activity.id,
            outcome=Verb.APPROVED,
            reviewer_id=reviewer.id,
            reviewed_at=NOW,
        ),
    )


def make_remark(tx: Session, activity: ActivityRow | None = None, *, text: str = "Well done.") -> Remark:
    activity = activity or make_activity(tx)
    author = make_person(tx, registration_of(tx, tx.get_one(Context, activity.context_id)), name="Joost Bakker")
    return added(
        tx,
        Remark(
            id=new_id(),
            context_id=activity.context_id,
            person_id=activity.person_id,
            author_id=author.id,
            task_id=activity.task_id,
            activity_id=activity.id,
            praise="",
            text=text,
            created_at=NOW,
        ),
    )
