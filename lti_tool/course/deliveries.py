"""What became of each learner's score in each gradebook column: in the outbox, and at the platform."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.errors import NotAllowed, NotFound
from config.outbox import MessageState, hurry, revive
from config.outbox_reading import OpenMessage, open_messages
from lti_tool.lti.roles import PrincipalRole, may_earn, may_edit
from lti_tool.messages import MessageType
from lti_tool.roster.gradebook import score_columns
from lti_tool.roster.gradebook_models import DeliveryState, ScoreDelivery
from lti_tool.roster.models import Membership, Person
from lti_tool.roster.score_deliveries import deliveries_of

LEARNERS_A_PAGE = 50
_ASKED_FOR_REST = (" 429", " throttled")
"""How the last error ends where the platform said when to come back: asking earlier makes it worse."""


class DeliveryStatus(StrEnum):
    """Where a score is."""

    DELIVERED = "delivered"
    KEPT = "kept"
    UNCHECKED = "unchecked"
    WAITING = "waiting"
    REFUSED = "refused"


@dataclass(frozen=True)
class Delivery:
    """The score of one learner in one column.

    `sent` is the newest accepted score with its maximum, `shown` what the gradebook showed then, `at` when. For what
    waits or was refused: `since` when, `next_try`, and `why` as the worker named it, empty before the first try.
    """

    line_item_id: uuid.UUID
    status: DeliveryStatus
    sent: tuple[float, float] | None = None
    shown: tuple[float, float] | None = None
    at: datetime | None = None
    since: datetime | None = None
    next_try: datetime | None = None
    why: str = ""
    message_id: uuid.UUID | None = None

    @property
    def is_problem(self) -> bool:
        """Whether somebody should look at it."""
        return self.status in {DeliveryStatus.REFUSED, DeliveryStatus.KEPT} or bool(self.why)

    @property
    def can_try_again(self) -> bool:
        """Whether a teacher can have it tried now."""
        return bool(self.why) and not self.why.endswith(_ASKED_FOR_REST)


@dataclass(frozen=True)
class LearnerDeliveries:
    """The scores of one learner, in the order of the columns; a column without anything to tell is left out.

    `has_left` says that they are not in the course any more: nothing is sent, so nothing waits or was refused.
    """

    person_id: uuid.UUID
    name: str
    deliveries: tuple[Delivery, ...]
    has_left: bool = False


@dataclass(frozen=True)
class DeliveryPage:
    """One page of learners. `problems` and `can_try_again` count scores of the whole course."""

    learners: tuple[LearnerDeliveries, ...]
    page: int
    pages: int
    total: int
    problems: int
    can_try_again: int


def delivery_page(tx: Session, context_id: uuid.UUID, *, page: int = 1, problems_only: bool = False) -> DeliveryPage:
    """Return a page of the learners by name, or of those with a problem; the last one where there are not so many."""
    everybody = _deliveries(tx, context_id)
    scores = [delivery for learner in everybody for delivery in learner.deliveries]
    listed = [one for one in everybody if not problems_only or any(found.is_problem for found in one.deliveries)]
    pages = max(1, -(-len(listed) // LEARNERS_A_PAGE))
    page = min(max(page, 1), pages)
    return DeliveryPage(
        learners=tuple(listed[(page - 1) * LEARNERS_A_PAGE : page * LEARNERS_A_PAGE]),
        page=page,
        pages=pages,
        total=len(everybody),
        problems=sum(1 for delivery in scores if delivery.is_problem),
        can_try_again=sum(1 for delivery in scores if delivery.can_try_again),
    )


def try_again(
    tx: Session,
    context_id: uuid.UUID,
    *,
    role: PrincipalRole,
    now: datetime,
    line_item_id: uuid.UUID | None = None,
    person_id: uuid.UUID | None = None,
) -> int:
    """Have the score of one learner in one column tried again now, or all that can be; returns how many.

    Raises:
        NotAllowed: somebody who may not edit this course.
        NotFound: no such column or learner in this course.
    """
    if not may_edit(role):
        raise NotAllowed("may-not-edit")
    everybody = _deliveries(tx, context_id)
    if line_item_id is not None:
        if line_item_id not in {column.line_item_id for column in score_columns(tx, context_id)}:
            raise NotFound("line-item")
        everybody = [learner for learner in everybody if learner.person_id == person_id]
        if not everybody:
            raise NotFound("person")

    # In the order of their keys, in which whoever promises scores locks them: so nobody waits in a circle.
    wanted = sorted(
        (f"{delivery.line_item_id}:{learner.person_id}", delivery.status, delivery.message_id)
        for learner in everybody
        for delivery in learner.deliveries
        if delivery.message_id is not None and delivery.can_try_again and line_item_id in (None, delivery.line_item_id)
    )
    tried = 0
    for status, messages in groupby(wanted, key=lambda one: one[1]):
        again = revive if status is DeliveryStatus.REFUSED else hurry
        tried += again(tx, [message_id for _key, _status, message_id in messages], now=now)
    return tried


def _deliveries(tx: Session, context_id: uuid.UUID) -> list[LearnerDeliveries]:
    columns = [column.line_item_id for column in score_columns(tx, context_id)]
    accepted = deliveries_of(tx, context_id)
    still_open = open_messages(tx, MessageType.PUBLISH_SCORE, [f"{line_item_id}:" for line_item_id in columns])
    people = tx.execute(
        select(Person.id, Person.name, Membership.role, Membership.left_at)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.context_id == context_id)
        .order_by(Person.name, Person.id)
    )
    return [
        LearnerDeliveries(
            person.id,
            person.name,
            tuple(_of_learner(person.id, columns, accepted, still_open if person.left_at is None else {})),
            has_left=person.left_at is not None,
        )
        for person in people
        if may_earn(PrincipalRole(person.role))
    ]


def _of_learner(
    person_id: uuid.UUID,
    columns: list[uuid.UUID],
    accepted: Mapping[tuple[uuid.UUID, uuid.UUID], ScoreDelivery],
    still_open: Mapping[str, OpenMessage],
) -> list[Delivery]:
    found = []
    for line_item_id in columns:
        known = accepted.get((line_item_id, person_id))
        message = still_open.get(f"{line_item_id}:{person_id}")
        if known is not None or message is not None:
            found.append(_delivery(line_item_id, known, message))
    return found


def _delivery(line_item_id: uuid.UUID, known: ScoreDelivery | None, message: OpenMessage | None) -> Delivery:
    sent, shown, at = None, None, None
    status = DeliveryStatus.WAITING
    if known is not None:
        status = DeliveryStatus(DeliveryState(known.state).value)
        sent, at = (known.score_given, known.score_maximum), known.sent_at
        if known.result_score is not None and known.result_maximum is not None:
            shown = known.result_score, known.result_maximum
    if message is None:
        return Delivery(line_item_id, status, sent, shown, at)
    return Delivery(
        line_item_id=line_item_id,
        status=DeliveryStatus.REFUSED if message.state is MessageState.DEAD else DeliveryStatus.WAITING,
        sent=sent,
        shown=shown,
        at=at,
        since=message.created_at,
        next_try=message.due_at,
        why=message.last_error,
        message_id=message.id,
    )
