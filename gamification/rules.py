"""The rules that hold in a course: read, held still while somebody is evaluated, and compiled once a version."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import cast

from sqlalchemy import Table, Uuid, bindparam, select
from sqlalchemy.orm import Session

from gamification.engine.rule_set import RuleSet
from gamification.models import RuleSetPointer, RuleSetVersion

_MOST_COMPILED = 512
_POINTER = cast(Table, RuleSetPointer.__table__).c
# Built once: every activity passes here. (A foreign key gets its type only when its table is known: named here.)
_POINTER_FOR_SHARING = (
    select(_POINTER.version_id)
    .where(_POINTER.context_id == bindparam("context", type_=Uuid()))
    .with_for_update(read=True)
)


@dataclass(frozen=True)
class CurrentRules:
    """The version that holds now."""

    version_id: uuid.UUID
    number: int
    rules: RuleSet
    published_at: datetime


_compiled: OrderedDict[uuid.UUID, CurrentRules] = OrderedDict()
_lock = Lock()


def hold_rules(tx: Session, context_id: uuid.UUID) -> CurrentRules | None:
    """Return the rules and keep anybody from publishing others until the transaction ends; None without any.

    Many may hold them at once, before or after they lock a balance: only publishing takes the pointer for itself, and
    it takes no balance, so nobody waits in a circle.
    """
    version_id = tx.execute(_POINTER_FOR_SHARING, {"context": context_id}).scalar_one_or_none()
    return get_version(tx, version_id) if version_id else None


def current_rules(tx: Session, context_id: uuid.UUID) -> CurrentRules | None:
    """Return the rules that hold now, or None where nothing was published."""
    pointer = select(RuleSetPointer.version_id).where(RuleSetPointer.context_id == context_id)
    version_id = tx.execute(pointer).scalar_one_or_none()
    return get_version(tx, version_id) if version_id else None


def has_rules(tx: Session, context_id: uuid.UUID) -> bool:
    """Say whether anything was published in the course."""
    query = select(RuleSetPointer.version_id).where(RuleSetPointer.context_id == context_id)
    return tx.execute(query).scalar_one_or_none() is not None


def get_version(tx: Session, version_id: uuid.UUID) -> CurrentRules:
    """Return one version. A version never changes, so it is read and compiled once in the life of this process."""
    with _lock:
        if version_id in _compiled:
            _compiled.move_to_end(version_id)
            return _compiled[version_id]
    row = tx.execute(
        select(RuleSetVersion.number, RuleSetVersion.content, RuleSetVersion.published_at).where(
            RuleSetVersion.id == version_id
        )
    ).one()
    found = CurrentRules(version_id, row.number, RuleSet.from_json(row.content), row.published_at)
    with _lock:
        _compiled[version_id] = found
        while len(_compiled) > _MOST_COMPILED:
            _compiled.popitem(last=False)
    return found
