"""What a platform says of a learner, yes or no, and how often that changed: of gates, and of grades typed by hand."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.upsert import insert_many
from lti_tool.roster.item_models import GatePass, GradeByHand
from lti_tool.roster.models import Person

_JUST_LATER = timedelta(microseconds=1)


@dataclass(frozen=True)
class Flip:
    """That the platform says yes of somebody now, or not any more; `number` counts the changes of this learner."""

    person_id: uuid.UUID
    passes: bool
    number: int
    changed_at: datetime


def keep_flips(
    tx: Session,
    model: type[GatePass] | type[GradeByHand],
    teller: Mapping[str, uuid.UUID],
    wanted: Mapping[uuid.UUID, bool],
    *,
    now: datetime,
) -> list[Flip]:
    """Keep what the platform says now; returns what is different from before.

    `teller` is the column of what tells it, with its id; whoever calls has locked that. Somebody who was erased
    meanwhile is left out: their rows are held first, in the order of their ids, so that who erases a person and who
    keeps this never wait for each other in a circle.
    """
    [(column, teller_id)] = teller.items()
    table = model.__table__
    people = tx.execute(
        select(Person.id)
        .where(Person.id.in_(list(wanted)), Person.erased_at.is_(None))
        .order_by(Person.id)
        .with_for_update(read=True, key_share=True)
    ).scalars()
    known = {
        row.person_id: row
        for row in tx.execute(
            select(table.c.person_id, table.c.passes, table.c.number, table.c.changed_at).where(
                table.c[column] == teller_id, table.c.person_id.in_(list(wanted))
            )
        )
    }
    flips = []
    for person_id in people:
        row, passes = known.get(person_id), wanted[person_id]
        if row is None and passes:
            flips.append(Flip(person_id, True, 1, now))
        elif row is not None and row.passes != passes:
            flips.append(Flip(person_id, passes, row.number + 1, max(now, row.changed_at + _JUST_LATER)))
    rows = [
        {
            column: teller_id,
            "person_id": flip.person_id,
            "passes": flip.passes,
            "number": flip.number,
            "changed_at": flip.changed_at,
        }
        for flip in flips
    ]
    insert_many(tx, model, rows, key=(column, "person_id"), update=("passes", "number", "changed_at"))
    return flips
