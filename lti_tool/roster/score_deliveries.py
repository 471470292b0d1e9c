"""What became of the scores that a platform accepted: the newest of each person in each column."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config.upsert import insert_into
from lti_tool.roster.gradebook_models import DeliveryState, ScoreDelivery
from lti_tool.roster.models import LineItem


def keep_delivery(
    tx: Session,
    line_item_id: uuid.UUID,
    person_id: uuid.UUID,
    state: DeliveryState,
    *,
    score: tuple[float, float],
    result: tuple[float | None, float | None],
    sent_at: datetime,
) -> None:
    """Keep what became of the newest score that the platform accepted for this person in this column."""
    values = {
        "line_item_id": line_item_id,
        "person_id": person_id,
        "state": state,
        "score_given": score[0],
        "score_maximum": score[1],
        "result_score": result[0],
        "result_maximum": result[1],
        "sent_at": sent_at,
    }
    statement = insert_into(tx, ScoreDelivery, values)
    tx.execute(statement.on_conflict_do_update(index_elements=["line_item_id", "person_id"], set_=values))


def find_delivery(tx: Session, line_item_id: uuid.UUID, person_id: uuid.UUID) -> ScoreDelivery | None:
    """Return what became of the newest accepted score, None where none was accepted yet."""
    return tx.get(ScoreDelivery, (line_item_id, person_id))


def deliveries_of(tx: Session, context_id: uuid.UUID) -> dict[tuple[uuid.UUID, uuid.UUID], ScoreDelivery]:
    """Return the newest accepted score of each column and person of the course."""
    rows = tx.execute(
        select(ScoreDelivery)
        .join(LineItem, LineItem.id == ScoreDelivery.line_item_id)
        .where(LineItem.context_id == context_id)
    ).scalars()
    return {(row.line_item_id, row.person_id): row for row in rows}


def deliveries_in(
    tx: Session, line_item_id: uuid.UUID, person_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, ScoreDelivery]:
    """Return the newest accepted score of each of these people in one column."""
    rows = tx.execute(
        select(ScoreDelivery).where(ScoreDelivery.line_item_id == line_item_id, ScoreDelivery.person_id.in_(person_ids))
    ).scalars()
    return {row.person_id: row for row in rows}


def forget_deliveries(tx: Session, line_item_id: uuid.UUID) -> None:
    """Forget what was delivered: the column has another address, so it is another column."""
    tx.execute(delete(ScoreDelivery).where(ScoreDelivery.line_item_id == line_item_id))
