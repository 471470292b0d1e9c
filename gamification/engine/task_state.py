"""What the activities of one learner say about one task: the fold that decides who holds its points.

Saying "I have done this" counts once, and not any more after somebody who teaches took the task back: from then on the
work is looked at. What a reviewer or a teacher decides later always counts.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gamification.engine.activity import Activity, Verb, in_order
from gamification.engine.rule_set import Confirmation, RuleSet, TaskOrder, TaskRule


class TaskState(StrEnum):
    """Where a learner is with a task."""

    TO_DO = "to-do"
    WAITING = "waiting"
    """Handed in; a reviewer looks at it."""
    PRACTISE = "practise"
    """A reviewer said: practise a little more."""
    TAKEN_BACK = "taken-back"
    DONE = "done"


@dataclass(frozen=True)
class TaskFacts:
    """Where a learner is with a task, and why.

    `held_by` is the activity that gave the points as they stand now; `last` is the newest activity that changed the
    state; `taken_back_by` stays until somebody who teaches gives the task again.
    """

    state: TaskState = TaskState.TO_DO
    held_by: Activity | None = None
    last: Activity | None = None
    taken_back_by: Activity | None = None
    hand_ins: int = 0
    not_yet: int = field(default=0)
    """How often in a row a reviewer asked for more practice."""

    @property
    def was_taken_back(self) -> bool:
        """Whether somebody took the task back and nobody gave it again."""
        return self.taken_back_by is not None

    def needs_review(self, rule: TaskRule) -> bool:
        """Say whether somebody must look at the work before it counts."""
        return rule.confirmation is Confirmation.REVIEWER or self.was_taken_back


NOTHING_DONE = TaskFacts()


def task_facts(activities: Iterable[Activity], rules: RuleSet) -> dict[uuid.UUID, TaskFacts]:
    """Return the facts of every task that these activities of one learner touch and these rules know."""
    by_task: dict[uuid.UUID, list[Activity]] = {}
    for activity in in_order(activities):
        by_task.setdefault(activity.task_id, []).append(activity)
    return {
        task_id: _fold(found, rule)
        for task_id, found in by_task.items()
        if (rule := rules.rule_for(task_id)) is not None
    }


def _fold(activities: list[Activity], rule: TaskRule) -> TaskFacts:
    state, hand_ins, not_yet = TaskState.TO_DO, 0, 0
    held_by: Activity | None = None
    last: Activity | None = None
    taken_back_by: Activity | None = None
    for activity in activities:
        verb = activity.verb
        if verb is Verb.WITHDRAWN:
            state, taken_back_by, held_by, last = TaskState.TAKEN_BACK, activity, None, activity
            continue
        if verb is Verb.HANDED_IN:
            hand_ins += 1
        if held_by is not None:
            continue
        if verb in {Verb.APPROVED, Verb.AWARDED} or (
            verb is Verb.COMPLETED and rule.confirmation is Confirmation.LEARNER and taken_back_by is None
        ):
            state, taken_back_by, held_by, last, not_yet = TaskState.DONE, None, activity, activity, 0
        elif verb is Verb.HANDED_IN:
            state, last = TaskState.WAITING, activity
        elif verb is Verb.NOT_YET:
            state, last, not_yet = TaskState.PRACTISE, activity, not_yet + 1
    return TaskFacts(state, held_by, last, taken_back_by, hand_ins, not_yet)


def locked_tasks(rules: RuleSet, facts: Mapping[uuid.UUID, TaskFacts]) -> frozenset[uuid.UUID]:
    """Return the tasks that this learner cannot do yet, where the teacher chose a fixed order.

    A required task opens when every required task before it was at least handed in once; extras are always open. What
    was open once never closes again for want of an earlier task.
    """
    if rules.order is TaskOrder.FREE:
        return frozenset()
    locked: set[uuid.UUID] = set()
    is_open = True
    for rule in rules.tasks:
        if rule.closed or rule.is_bonus:
            continue
        is_to_do = facts.get(rule.task_id, NOTHING_DONE).state is TaskState.TO_DO
        if not is_open and is_to_do:
            locked.add(rule.task_id)
        is_open = is_open and not is_to_do
    return frozenset(locked)
