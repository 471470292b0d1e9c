"""The difference between what a learner should hold and what the ledger says: all that is ever written to it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from gamification.engine.desired import Desired


@dataclass(frozen=True)
class HeldPoints:
    """What the entries of one effect key sum to, and how many there are."""

    points: int
    entries: int
    rule_lineage: str


@dataclass(frozen=True)
class Movement:
    """An entry to write. `activity_id` is what gave the points or took them back, None when a change of rules did."""

    effect_key: str
    step: int
    rule_lineage: str
    points: int
    activity_id: uuid.UUID | None


_NONE = HeldPoints(0, 0, "")


def difference(held: Mapping[str, HeldPoints], wanted: Desired) -> list[Movement]:
    """Return the entries that bring the sum of every effect key to what it should be; none where it is so already."""
    should = {effect.effect_key: effect for effect in wanted.points}
    taken_back = {effect.effect_key: effect.activity_id for effect in wanted.taken_back}
    movements = []
    for key in [*should, *(key for key in held if key not in should)]:
        effect, present = should.get(key), held.get(key, _NONE)
        change = (effect.points if effect else 0) - present.points
        if change:
            lineage = effect.rule_lineage if effect else present.rule_lineage
            cause = effect.activity_id if effect else taken_back.get(key)
            movements.append(Movement(key, present.entries, lineage, change, cause))
    return movements
