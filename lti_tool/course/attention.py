"""Who is stuck, why and since when. Pure: the same facts at the same moment always say the same."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gamification.engine.rule_set import RuleSet
from gamification.engine.task_state import TaskFacts, TaskState

QUIET_FOR = timedelta(days=7)
SENT_BACK_TIMES = 2


class StuckReason(StrEnum):
    """Why somebody is called stuck."""

    QUIET = "quiet"
    """Did nothing for a week, on the way to the goal."""
    SENT_BACK = "sent-back"
    """Was asked again and again to practise the same task, and sent nothing since."""


@dataclass(frozen=True)
class Stuck:
    """One reason. `days` are whole ones; `task_id` and `times` belong to `SENT_BACK`."""

    reason: StuckReason
    since: datetime
    days: int
    task_id: uuid.UUID | None = None
    times: int = 0


def quiet(
    *, launched_at: datetime | None, last_at: datetime | None, goal_reached: bool, takes_part: bool, now: datetime
) -> Stuck | None:
    """Say since when a learner did nothing; None below a week, at the goal, and for who chose not to take part.

    Counted from what they did last; for who did nothing yet from their newest launch, or where there was none from when
    the roster named them.
    """
    since = last_at or launched_at
    if since is None or goal_reached or not takes_part or now - since < QUIET_FOR:
        return None
    return Stuck(StuckReason.QUIET, since, (now - since).days)


def sent_back(facts: Mapping[uuid.UUID, TaskFacts], rules: RuleSet, *, now: datetime) -> list[Stuck]:
    """Return the open tasks on which a learner is stuck, longest first."""
    found = []
    for task_id, fact in facts.items():
        rule = rules.rule_for(task_id)
        if rule is None or rule.closed or fact.last is None:
            continue
        if fact.state is TaskState.PRACTISE and fact.not_yet >= SENT_BACK_TIMES:
            since = fact.last.occurred_at
            found.append(Stuck(StuckReason.SENT_BACK, since, (now - since).days, task_id, fact.not_yet))
    return sorted(found, key=lambda stuck: (stuck.since, str(stuck.task_id)))
