"""The ledger of a course as rows to take away: every movement of points with its cause, and opaque ids only."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gamification.engine.activity import Verb
from gamification.engine.desired import BONUS_RULE, TASK_RULE, effect_key
from gamification.models import ActivityRow, LedgerEntry, RuleSetVersion
from gamification.progress import is_graded, task_titles
from gamification.rules import current_rules

_AT_ONCE = 500


@dataclass(frozen=True)
class LedgerRow:
    """A movement of points. `verb`, `source` and `occurred_at` are None where a change of rules caused it.

    `is_graded` says of what the platform told that it looked at a grade.
    """

    person_id: uuid.UUID
    task_title: str
    effect_key: str
    step: int
    kind: str
    points: int
    version_number: int
    verb: Verb | None
    source: str | None
    occurred_at: datetime | None
    created_at: datetime
    is_graded: bool = False


def ledger_rows(tx: Session, context_id: uuid.UUID) -> Iterator[LedgerRow]:
    """Yield every entry of the course, oldest first; reads on while the caller goes on."""
    titles = {
        effect_key(lineage, task_id): title
        for task_id, title in task_titles(tx, context_id).items()
        for lineage in (TASK_RULE, BONUS_RULE)
    }
    current = current_rules(tx, context_id)
    rows = tx.execute(
        select(
            LedgerEntry.person_id,
            LedgerEntry.effect_key,
            LedgerEntry.step,
            LedgerEntry.kind,
            LedgerEntry.points,
            LedgerEntry.created_at,
            RuleSetVersion.number,
            ActivityRow.verb,
            ActivityRow.source,
            ActivityRow.task_id,
            ActivityRow.occurred_at,
        )
        .join(RuleSetVersion, RuleSetVersion.id == LedgerEntry.rule_set_version_id)
        .outerjoin(ActivityRow, ActivityRow.id == LedgerEntry.activity_id)
        .where(LedgerEntry.context_id == context_id)
        .order_by(LedgerEntry.created_at, LedgerEntry.person_id, LedgerEntry.effect_key, LedgerEntry.step)
        .execution_options(yield_per=_AT_ONCE)
    )
    for row in rows:
        yield LedgerRow(
            person_id=row.person_id,
            task_title=titles.get(row.effect_key, ""),
            effect_key=row.effect_key,
            step=row.step,
            kind=row.kind,
            points=row.points,
            version_number=row.number,
            verb=Verb(row.verb) if row.verb else None,
            source=row.source,
            occurred_at=row.occurred_at,
            created_at=row.created_at,
            is_graded=is_graded(row.source, current.rules.rule_for(row.task_id) if current and row.task_id else None),
        )
