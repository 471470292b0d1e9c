"""What the activities of one learner say about one task: the fold that decides who holds its points.

Saying "I have done this" counts once, and not any more after somebody who teaches took the task back: from then on the
work is looked at. What a reviewer or a teacher decides later always counts.

What the platform says is kept apart from what people say: it counts for every task that nobody took back, and when the
platform takes its word back, that is all that goes. What people said meanwhile holds the points then, or says where the
learner is.
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
    state; `taken_back_by` stays until somebody who teaches gives the task again; `lapsed_by` is where the platform said
    that it is not done any more, until something gives the points again.
    """

    state: TaskState = TaskState.TO_DO
    held_by: Activity | None = None
    last: Activity | None = None
    taken_back_by: Activity | None = None
    hand_ins: int = 0
    not_yet: int = field(default=0)
    """How often in a row a reviewer asked for more practice."""
    lapsed_by: Activity | None = None

    @property
    def was_taken_back(self) -> bool:
        """Whether somebody took the task back and nobody gave it again."""
        return self.taken_back_by is not None

    def needs_review(self, rule: TaskRule) -> bool:
        """Say whether somebody must look at the work before it counts.

        There is no such work for a task that is done in the platform, not after it was taken back either: then somebody
        who teaches gives it by hand.
        """
        return not rule.confirmation.is_by_platform and (
            rule.confirmation is Confirmation.REVIEWER or self.was_taken_back
        )

    @property
    def was_undone(self) -> bool:
        """Whether the platform said that it is not done any more, and nothing gave the points since."""
        return self.lapsed_by is not None

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was ever done with it that counts as an attempt."""
        return self.state is TaskState.TO_DO and not self.was_undone


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
    facts = _Fold(rule)
    for activity in activities:
        facts.take(activity)
    return facts.result()


class _Fold:
    """The facts while they are gathered: what people said and decided, and beside it what the platform says."""

    def __init__(self, rule: TaskRule) -> None:
        self.rule = rule
        self.state = TaskState.TO_DO
        self.hand_ins = self.not_yet = 0
        self.by_people: Activity | None = None
        self.by_platform: Activity | None = None
        self.taken_back_by: Activity | None = None
        self.lapsed_by: Activity | None = None
        self.last: Activity | None = None

    def take(self, activity: Activity) -> None:
        """Go on with the next one, in the order of `in_order`."""
        was_held = self.held_by is not None
        if activity.verb in {Verb.PASSED, Verb.LAPSED}:
            has_changed = self._hear_platform(activity)
        else:
            has_changed = self._hear_people(activity)
        if self.held_by is not None:
            self.lapsed_by = None
        # Under the platform's word nobody sees what people say of the task: it changes nothing that is shown.
        if has_changed and not (was_held and self.held_by is not None):
            self.last = activity

    @property
    def held_by(self) -> Activity | None:
        """What gives the points: of people and platform who said it first, so that an explanation stays as it is."""
        if self.by_people is None or self.by_platform is None:
            return self.by_people or self.by_platform
        return in_order([self.by_people, self.by_platform])[0]

    def _hear_platform(self, activity: Activity) -> bool:
        if activity.verb is Verb.PASSED:
            if self.by_platform is not None or self.taken_back_by is not None:
                return False
            self.by_platform = activity
            return True
        if self.by_platform is None or self.rule.stays_when_undone:
            return False
        self.by_platform = None
        self.lapsed_by = activity
        return True

    def _hear_people(self, activity: Activity) -> bool:
        verb = activity.verb
        if verb is Verb.WITHDRAWN:
            self.state, self.taken_back_by = TaskState.TAKEN_BACK, activity
            self.by_people = self.by_platform = self.lapsed_by = None
            return True
        if verb is Verb.HANDED_IN:
            self.hand_ins += 1
        if self.by_people is not None:
            return False
        if verb in {Verb.APPROVED, Verb.AWARDED} or (
            verb is Verb.COMPLETED and self.rule.confirmation is Confirmation.LEARNER and self.taken_back_by is None
        ):
            self.state, self.by_people, self.taken_back_by, self.not_yet = TaskState.DONE, activity, None, 0
        elif verb is Verb.HANDED_IN:
            self.state = TaskState.WAITING
        elif verb is Verb.NOT_YET:
            self.state, self.not_yet = TaskState.PRACTISE, self.not_yet + 1
        else:
            return False
        return True

    def result(self) -> TaskFacts:
        """Return what was gathered."""
        held_by = self.held_by
        return TaskFacts(
            TaskState.DONE if held_by else self.state,
            held_by,
            self.last,
            self.taken_back_by,
            self.hand_ins,
            self.not_yet,
            self.lapsed_by,
        )


def locked_tasks(rules: RuleSet, facts: Mapping[uuid.UUID, TaskFacts]) -> frozenset[uuid.UUID]:
    """Return the tasks that this learner cannot do yet, where the teacher chose a fixed order.

    A required task opens when every required task before it was at least handed in once; extras are always open. What
    was open once never closes again for want of an earlier task. It says what can be done on our pages: the platform
    has an order of its own, and what it says is done counts for a locked task too.
    """
    if rules.order is TaskOrder.FREE:
        return frozenset()
    locked: set[uuid.UUID] = set()
    is_open = True
    for rule in rules.tasks:
        if rule.closed or rule.is_bonus:
            continue
        is_untouched = facts.get(rule.task_id, NOTHING_DONE).is_untouched
        if not is_open and is_untouched:
            locked.add(rule.task_id)
        is_open = is_open and not is_untouched
    return frozenset(locked)
