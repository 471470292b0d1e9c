"""Work that learners send for a task, and what waits for somebody to look at it."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from config.errors import Conflict, NotFound, ToolError
from config.typed_text import is_blank
from config.upsert import insert_unless_present
from gamification.engine.activity import Verb
from gamification.engine.task_state import NOTHING_DONE, TaskState, task_facts
from gamification.evaluate import activities_of
from gamification.models import HAND_IN_LENGTH, LINK_LENGTH, ActivityRow, HandIn, Review
from gamification.rules import current_rules

_BY_HAND = (Verb.AWARDED, Verb.WITHDRAWN)


class HandInProblem(StrEnum):
    """Why work cannot be taken in."""

    EMPTY = "hand-in-empty"
    TEXT_TOO_LONG = "hand-in-text-too-long"
    LINK_NOT_A_LINK = "hand-in-link-not-a-link"


class HandInInvalid(ToolError):
    """Work that cannot be taken in; `path` is `text` or `link`."""

    def __init__(self, path: str, problem: HandInProblem) -> None:
        super().__init__(problem, path)
        self.path = path
        self.problem = problem


@dataclass(frozen=True)
class HandInView:
    """Work as its reader sees it. `outcome` is None while nobody looked at it."""

    hand_in_id: uuid.UUID
    person_id: uuid.UUID
    task_id: uuid.UUID
    text: str
    link: str
    handed_in_at: datetime
    outcome: Verb | None
    review_activity_id: uuid.UUID | None
    reviewer_id: uuid.UUID | None
    reviewed_at: datetime | None


def hand_in_key(hand_in_id: uuid.UUID) -> str:
    """Return the key of the activity that says this work was sent: sending one form twice is one fact."""
    return f"hand-in:{hand_in_id}"


def check_work(text: str, link: str) -> tuple[str, str]:
    """Return text and link as they are kept.

    Raises:
        HandInInvalid: nothing in it, too long, or a link that is no http address.
    """
    text, link = text.strip(), link.strip()
    if is_blank(text + link):
        raise HandInInvalid("text", HandInProblem.EMPTY)
    if len(text) > HAND_IN_LENGTH:
        raise HandInInvalid("text", HandInProblem.TEXT_TOO_LONG)
    if link and (not link.lower().startswith(("https://", "http://")) or len(link) > LINK_LENGTH or " " in link):
        raise HandInInvalid("link", HandInProblem.LINK_NOT_A_LINK)
    return text, link


def keep_hand_in(
    tx: Session,
    hand_in_id: uuid.UUID,
    *,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    task_id: uuid.UUID,
    text: str,
    link: str,
    now: datetime,
) -> bool:
    """Keep the work; False when this form was sent before.

    Raises:
        Conflict: the id belongs to other work: of somebody else, for another task, or with other words, from a
            browser that went back to a form that it had sent.
    """
    kept = insert_unless_present(
        tx,
        HandIn,
        {
            "id": hand_in_id,
            "context_id": context_id,
            "person_id": person_id,
            "task_id": task_id,
            "text": text,
            "link": link,
            "handed_in_at": now,
        },
        key=("id",),
    )
    if kept is not None:
        return True
    row = tx.get_one(HandIn, hand_in_id)
    if (row.person_id, row.task_id, row.text, row.link) != (person_id, task_id, text, link):
        raise Conflict("hand-in-of-another")
    return False


def keep_review(
    tx: Session,
    hand_in_id: uuid.UUID,
    *,
    activity_id: uuid.UUID,
    outcome: Verb,
    reviewer_id: uuid.UUID,
    now: datetime,
) -> None:
    """Keep how the work was judged; the caller's activity, unique for the hand-in, decided who was first."""
    tx.add(
        Review(
            hand_in_id=hand_in_id,
            activity_id=activity_id,
            outcome=outcome,
            reviewer_id=reviewer_id,
            reviewed_at=now,
        )
    )
    tx.flush()


def get_hand_in(tx: Session, context_id: uuid.UUID, hand_in_id: uuid.UUID) -> HandInView:
    """Return one hand-in of this course.

    Raises:
        NotFound: none in this course.
    """
    found = _views(tx, HandIn.id == hand_in_id, HandIn.context_id == context_id)
    if not found:
        raise NotFound("hand-in")
    return found[0]


def hand_ins_of(
    tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, task_id: uuid.UUID | None = None
) -> list[HandInView]:
    """Return what this learner handed in, for one task or for all, oldest first."""
    conditions = [HandIn.context_id == context_id, HandIn.person_id == person_id]
    if task_id is not None:
        conditions.append(HandIn.task_id == task_id)
    return _views(tx, *conditions)


def was_decided_by_hand(tx: Session, work: HandInView) -> bool:
    """Say whether somebody gave or took back the task's points after this work was sent: it waits no more then."""
    decided = select(ActivityRow.id).where(
        ActivityRow.person_id == work.person_id,
        ActivityRow.task_id == work.task_id,
        ActivityRow.verb.in_(_BY_HAND),
        ActivityRow.occurred_at >= work.handed_in_at,
    )
    return tx.execute(decided.limit(1)).first() is not None


def waiting_hand_ins(tx: Session, context_id: uuid.UUID, *, limit: int = 200) -> list[HandInView]:
    """Return the work that waits for a reviewer, longest waiting first: of each learner and task only the newest.

    Work for a task that the learner got in another way meanwhile does not wait any more.
    """
    settled = _settled_by_platform(tx, context_id)
    found = _views(tx, *_waits(context_id), limit=limit + len(settled))
    return [work for work in found if (work.person_id, work.task_id) not in settled][:limit]


def waiting_counts(tx: Session, context_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Return for how many tasks the work of each learner waits for a reviewer; who waits for nothing is left out."""
    rows = tx.execute(
        select(HandIn.person_id, func.count().label("waiting"))
        .outerjoin(Review, Review.hand_in_id == HandIn.id)
        .where(*_waits(context_id))
        .group_by(HandIn.person_id)
    )
    settled = Counter(person_id for person_id, _task_id in _settled_by_platform(tx, context_id))
    counts = {row.person_id: row.waiting - settled[row.person_id] for row in rows}
    return {person_id: waiting for person_id, waiting in counts.items() if waiting}


def _settled_by_platform(tx: Session, context_id: uuid.UUID) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Return the learners and tasks whose work would wait, but that the platform says are done.

    Whether its word counts and still stands, the rules say: only of these few it is worth asking them.
    """
    told = select(ActivityRow.id).where(
        ActivityRow.context_id == HandIn.context_id,
        ActivityRow.person_id == HandIn.person_id,
        ActivityRow.task_id == HandIn.task_id,
        ActivityRow.verb == Verb.PASSED,
    )
    pairs = tx.execute(
        select(HandIn.person_id, HandIn.task_id)
        .outerjoin(Review, Review.hand_in_id == HandIn.id)
        .where(*_waits(context_id), told.exists())
    ).all()
    current = current_rules(tx, context_id) if pairs else None
    if current is None:
        return set()
    done = activities_of(tx, context_id, {pair.person_id for pair in pairs})
    facts = {person_id: task_facts(activities, current.rules) for person_id, activities in done.items()}
    return {
        (pair.person_id, pair.task_id)
        for pair in pairs
        if facts[pair.person_id].get(pair.task_id, NOTHING_DONE).state is TaskState.DONE
    }


def _waits(context_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    newer = aliased(HandIn)
    given = aliased(ActivityRow)
    return (
        HandIn.context_id == context_id,
        Review.hand_in_id.is_(None),
        ~select(newer.id)
        .where(
            newer.person_id == HandIn.person_id,
            newer.task_id == HandIn.task_id,
            or_(
                newer.handed_in_at > HandIn.handed_in_at,
                and_(newer.handed_in_at == HandIn.handed_in_at, newer.id > HandIn.id),
            ),
        )
        .exists(),
        ~select(given.id)
        .where(
            given.context_id == HandIn.context_id,
            given.person_id == HandIn.person_id,
            given.task_id == HandIn.task_id,
            given.verb.in_(_BY_HAND),
            given.occurred_at >= HandIn.handed_in_at,
        )
        .exists(),
    )


def _views(tx: Session, *conditions: object, limit: int | None = None) -> list[HandInView]:
    query = (
        select(HandIn, Review)
        .outerjoin(Review, Review.hand_in_id == HandIn.id)
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(HandIn.handed_in_at, HandIn.id)
    )
    if limit is not None:
        query = query.limit(limit)
    return [
        HandInView(
            hand_in_id=hand_in.id,
            person_id=hand_in.person_id,
            task_id=hand_in.task_id,
            text=hand_in.text,
            link=hand_in.link,
            handed_in_at=hand_in.handed_in_at,
            outcome=Verb(review.outcome) if review else None,
            review_activity_id=review.activity_id if review else None,
            reviewer_id=review.reviewer_id if review else None,
            reviewed_at=review.reviewed_at if review else None,
        )
        for hand_in, review in tx.execute(query)
    ]
