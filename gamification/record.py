"""Recording an activity: the fact, what it earns, and the balance, in the caller's transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.ids import new_id
from config.upsert import insert_unless_present
from gamification.engine.activity import Activity, Verb
from gamification.engine.desired import Desired, desired
from gamification.models import (
    ActivityRow,
    ActivitySource,
    Balance,
    LedgerEntry,
    LedgerKind,
    RuleSetPointer,
)
from gamification.progress import CurrentRules, current_rules


@dataclass(frozen=True)
class NewActivity:
    """A fact as a source tells it. `external_id` is the source's own key: the same fact told twice counts once."""

    context_id: uuid.UUID
    person_id: uuid.UUID
    source: ActivitySource
    external_id: str
    verb: Verb
    task_id: uuid.UUID
    occurred_at: datetime


@dataclass(frozen=True)
class Recorded:
    """What recording led to. `is_new` is False when the fact was known already."""

    activity_id: uuid.UUID
    is_new: bool
    desired: Desired
    points: int
    points_changed: bool
    version_id: uuid.UUID | None


def record_activity(tx: Session, activity: NewActivity, *, now: datetime) -> Recorded:
    """Write the fact and the difference it makes.

    Evaluates also when the fact was known: telling it again changes nothing, because only the difference is written.
    """
    activity_id = insert_unless_present(
        tx,
        ActivityRow,
        {
            "id": new_id(),
            "context_id": activity.context_id,
            "person_id": activity.person_id,
            "source": activity.source,
            "external_id": activity.external_id,
            "verb": activity.verb,
            "task_id": activity.task_id,
            "occurred_at": activity.occurred_at,
            "received_at": now,
        },
        key=("source", "external_id"),
    )
    is_new = activity_id is not None
    if activity_id is None:
        activity_id = tx.execute(
            select(ActivityRow.id).where(
                ActivityRow.source == activity.source, ActivityRow.external_id == activity.external_id
            )
        ).scalar_one()
    evaluated = evaluate(tx, activity.context_id, activity.person_id, now=now)
    return Recorded(
        activity_id, is_new, evaluated.desired, evaluated.points, evaluated.points_changed, evaluated.version_id
    )


@dataclass(frozen=True)
class Evaluated:
    """The outcome of comparing what should be with what is."""

    desired: Desired
    points: int
    points_changed: bool
    version_id: uuid.UUID | None


def evaluate(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> Evaluated:
    """Bring one learner's ledger and balance to what the rules say now.

    Locks the learner's balance first (making it when missing: a missing row locks nothing, and a learner's first two
    activities would not see each other), then holds the published version still.
    """
    balance = _lock_balance(tx, context_id, person_id, now=now)
    held = hold_rules(tx, context_id)
    if held is None:
        return Evaluated(Desired((), (), False), balance.points, False, None)
    version_id, rules = held.version_id, held.rules
    activities = tuple(
        Activity(row.id, Verb(row.verb), row.task_id, row.occurred_at)
        for row in tx.execute(
            select(ActivityRow.id, ActivityRow.verb, ActivityRow.task_id, ActivityRow.occurred_at).where(
                ActivityRow.context_id == context_id, ActivityRow.person_id == person_id
            )
        )
    )
    wanted = desired(activities, rules)
    changed = _write_difference(tx, context_id, person_id, wanted, version_id, now=now)
    if changed or balance.goal_reached != wanted.goal_reached:
        balance.points += changed
        balance.goal_reached = wanted.goal_reached
        balance.updated_at = now
        tx.flush()
    return Evaluated(wanted, balance.points, changed != 0, version_id)


def hold_rules(tx: Session, context_id: uuid.UUID) -> CurrentRules | None:
    """Return the rules and keep anybody from publishing others until the transaction ends; None without any.

    Many may hold them at once, before or after they lock a balance: only publishing takes the pointer for itself, and
    it takes no balance, so nobody waits in a circle.
    """
    tx.execute(
        select(RuleSetPointer.version_id).where(RuleSetPointer.context_id == context_id).with_for_update(read=True)
    )
    return current_rules(tx, context_id)


def _write_difference(
    tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, wanted: Desired, version_id: uuid.UUID, *, now: datetime
) -> int:
    held: dict[str, tuple[int, int, str]] = {}
    for entry in tx.execute(
        select(LedgerEntry.effect_key, LedgerEntry.points, LedgerEntry.rule_lineage).where(
            LedgerEntry.context_id == context_id, LedgerEntry.person_id == person_id
        )
    ):
        points, steps, _lineage = held.get(entry.effect_key, (0, 0, ""))
        held[entry.effect_key] = (points + entry.points, steps + 1, entry.rule_lineage)
    should = {effect.effect_key: effect for effect in wanted.points}
    change = 0
    for key in [*should, *(key for key in held if key not in should)]:
        effect = should.get(key)
        present, steps, lineage = held.get(key, (0, 0, ""))
        difference = (effect.points if effect else 0) - present
        if difference == 0:
            continue
        change += difference
        tx.add(
            LedgerEntry(
                id=new_id(),
                context_id=context_id,
                person_id=person_id,
                effect_key=key,
                step=steps,
                rule_lineage=effect.rule_lineage if effect else lineage,
                kind=LedgerKind.EARN if difference > 0 else LedgerKind.REVERSE,
                points=difference,
                rule_set_version_id=version_id,
                activity_id=effect.activity_id if effect else None,
                created_at=now,
            )
        )
    return change


def _lock_balance(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, *, now: datetime) -> Balance:
    insert_unless_present(
        tx,
        Balance,
        {
            "context_id": context_id,
            "person_id": person_id,
            "points": 0,
            "goal_reached": False,
            "updated_at": now,
        },
        key=("context_id", "person_id"),
    )
    return tx.execute(
        select(Balance)
        .where(Balance.context_id == context_id, Balance.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
