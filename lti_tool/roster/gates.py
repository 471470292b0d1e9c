"""The gates of a course: which there are, what is known of each, and whom the platform lets through."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.errors import NotFound
from gamification.rules import current_rules
from lti_tool.roster.item_models import ContentItem, Gate, GateCondition, GatePass, ItemKind


class GateProblem(StrEnum):
    """What is wrong with a gate, as `Gate.problem`; the code of a failed call can stand there too.

    The last two are answers of the teacher to the ones above them: the next answer of the platform is believed.
    """

    LINK_UNKNOWN = "link-unknown"
    """Nobody opened it and the platform's line items do not name it: it cannot be asked about."""
    NO_TASK = "no-task"
    """It finishes no task."""
    EVERYBODY_PASSES = "everybody-passes"
    """All at once everybody: the restriction was probably forgotten."""
    NOBODY_PASSES = "nobody-passes"
    """All at once nobody, where there were: the link was probably hidden."""
    GONE = "gone"
    """The platform does not find the link."""
    LETS_LEARNERS_IN = "lets-learners-in"
    """A gate for staff that learners can open."""
    EVERYBODY_CONFIRMED = "everybody-confirmed"
    NOBODY_CONFIRMED = "nobody-confirmed"


CONFIRMED = {
    GateProblem.EVERYBODY_PASSES: GateProblem.EVERYBODY_CONFIRMED,
    GateProblem.NOBODY_PASSES: GateProblem.NOBODY_CONFIRMED,
}
"""What becomes of a doubt when the teacher says that it is so."""


@dataclass(frozen=True)
class PlacedGate:
    """A gate that is in use."""

    item_id: uuid.UUID
    copied_from_id: uuid.UUID | None
    task_id: uuid.UUID | None
    title: str
    is_staff: bool
    condition: GateCondition
    link_id: str
    placed_at: datetime
    asked_at: datetime | None
    passed_count: int
    listed_count: int
    problem: str
    failures: int


def gates_of(tx: Session, context_id: uuid.UUID) -> list[PlacedGate]:
    """Return the gates of the course that are in use, the oldest first.

    Those that were placed, or copied, at once come in the order of their tasks, which is that in which they are picked.
    """
    rows = tx.execute(
        select(ContentItem, Gate)
        .join(Gate, Gate.content_item_id == ContentItem.id)
        .where(ContentItem.context_id == context_id, ContentItem.removed_at.is_(None))
    ).all()
    current = current_rules(tx, context_id)
    tasks = [rule.task_id for rule in current.rules.tasks] if current else []
    places: dict[uuid.UUID | None, int] = {task_id: place for place, task_id in enumerate(tasks)}
    return [
        PlacedGate(
            item_id=item.id,
            copied_from_id=item.copied_from_id,
            task_id=item.task_id,
            title=item.title,
            is_staff=item.kind == ItemKind.STAFF_GATE,
            condition=GateCondition(gate.condition),
            link_id=gate.external_resource_link_id,
            placed_at=item.created_at,
            asked_at=gate.asked_at,
            passed_count=gate.passed_count,
            listed_count=gate.listed_count,
            problem=gate.problem,
            failures=gate.failures,
        )
        for item, gate in sorted(
            rows, key=lambda row: (row[0].created_at, places.get(row[0].task_id, len(places)), row[0].id)
        )
    ]


def staff_link(tx: Session, context_id: uuid.UUID) -> str | None:
    """Return the link of the gate for staff; empty where it is not known, None where the course has no such gate."""
    found = [gate.link_id for gate in gates_of(tx, context_id) if gate.is_staff]
    return next((link_id for link_id in found if link_id), "" if found else None)


def newest_change(tx: Session, gates: Sequence[PlacedGate]) -> datetime | None:
    """Return when somebody last passed, or stopped passing, one of these gates."""
    return tx.execute(
        select(GatePass.changed_at)
        .where(GatePass.content_item_id.in_([gate.item_id for gate in gates]))
        .order_by(GatePass.changed_at.desc())
        .limit(1)
    ).scalar_one_or_none()


def who_passes(tx: Session, item_id: uuid.UUID) -> set[uuid.UUID]:
    """Return whom the platform let through this gate when it was last believed."""
    return set(
        tx.execute(
            select(GatePass.person_id).where(GatePass.content_item_id == item_id, GatePass.passes.is_(True))
        ).scalars()
    )


def lock_gate(tx: Session, item_id: uuid.UUID) -> Gate | None:
    """Return a gate in use, and keep every other worker from what it says until the transaction ends."""
    return tx.execute(
        select(Gate)
        .join(ContentItem, ContentItem.id == Gate.content_item_id)
        .where(Gate.content_item_id == item_id, ContentItem.removed_at.is_(None))
        .with_for_update(of=Gate, key_share=True)
    ).scalar_one_or_none()


def find_gate(tx: Session, context_id: uuid.UUID, item_id: uuid.UUID) -> tuple[ContentItem, Gate]:
    """Return a gate of this course, in use or not.

    Raises:
        NotFound: no such gate in this course.
    """
    row = tx.execute(
        select(ContentItem, Gate)
        .join(Gate, Gate.content_item_id == ContentItem.id)
        .where(ContentItem.id == item_id, ContentItem.context_id == context_id)
    ).one_or_none()
    if row is None:
        raise NotFound("gate")
    return row.ContentItem, row.Gate
