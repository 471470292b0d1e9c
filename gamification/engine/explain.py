"""Why a learner has these points, and what is missing: the explanation as data, without words or names.

Built from the ledger's entries as they are, each with the version of the rules that made it, and not from what the
rules would say now. Where those two differ, `gamification.reconcile` says so.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gamification.engine.activity import Verb
from gamification.engine.rule_set import RuleSet, TaskRule
from gamification.engine.task_state import TaskFacts, TaskState


class Missing(StrEnum):
    """Why a task gives no points now. A closed vocabulary: every page has a sentence for every member."""

    NOT_DONE = "not-done"
    NOT_DONE_IN_PLATFORM = "not-done-in-platform"
    """Not done, and it is done in the platform."""
    WAITS_FOR_REVIEW = "waits-for-review"
    PRACTISE = "practise"
    """A reviewer asked for a little more practice."""
    TAKEN_BACK = "taken-back"
    TAKEN_BACK_IN_PLATFORM = "taken-back-in-platform"
    """Taken back, and done in the platform: only somebody who teaches can give it again."""
    OPEN_AGAIN = "open-again"
    """The platform said that it is not done any more."""
    NOT_COUNTED_YET = "not-counted-yet"
    """Done, and the points follow: the learner was not brought to the newest rules yet."""
    EARLIER_TASK_FIRST = "earlier-task-first"
    CLOSED = "closed"
    """Nobody can do it any more."""


@dataclass(frozen=True)
class FactExplanation:
    """Something that happened with a task. `actor_id` is who decided it, where that was not the learner.

    `hand_in_id` is the work that was sent or judged; `remark_id` the words that went with a decision; `is_graded` says
    of what the platform told that it looked at a grade.
    """

    activity_id: uuid.UUID
    verb: Verb
    occurred_at: datetime
    source: str
    actor_id: uuid.UUID | None
    hand_in_id: uuid.UUID | None
    remark_id: uuid.UUID | None
    is_graded: bool = False


@dataclass(frozen=True)
class EntryExplanation:
    """A movement of points, with the version of the rules that made it.

    `fact` is what caused it; None when a new version of the rules did.
    """

    points: int
    step: int
    kind: str
    created_at: datetime
    version_number: int
    published_at: datetime
    fact: FactExplanation | None


@dataclass(frozen=True)
class TaskExplanation:
    """One task: what it gives by the rules of now, what the ledger says, what happened, and what is missing.

    `missing` is empty while the entries give points.
    """

    task_id: uuid.UUID
    title: str
    points: int
    is_bonus: bool
    state: TaskState
    entries: tuple[EntryExplanation, ...]
    facts: tuple[FactExplanation, ...]
    missing: tuple[Missing, ...]

    @property
    def points_now(self) -> int:
        """What the entries of this task sum to."""
        return sum(entry.points for entry in self.entries)


@dataclass(frozen=True)
class GoalExplanation:
    """How far the points of required tasks are from the goal.

    `achievement_version_id` is the badge at the goal now, None without one, and does not say that the learner holds it;
    `open_task_ids` are the required tasks that can still bring points, in the teacher's order; `is_enough` says whether
    all of them together reach the goal.
    """

    points: int
    goal_points: int
    missing_points: int
    is_reached: bool
    achievement_version_id: uuid.UUID | None
    open_task_ids: tuple[uuid.UUID, ...]
    is_enough: bool


@dataclass(frozen=True)
class LearnerExplanation:
    """Everything about one learner in one course, by the version of the rules that holds now.

    `tasks` are the open ones in the teacher's order, then those that only this learner still has to do with.
    """

    version_number: int
    published_at: datetime
    tasks: tuple[TaskExplanation, ...]
    goal: GoalExplanation


_BY_STATE = {
    TaskState.TO_DO: Missing.NOT_DONE,
    TaskState.WAITING: Missing.WAITS_FOR_REVIEW,
    TaskState.PRACTISE: Missing.PRACTISE,
    TaskState.TAKEN_BACK: Missing.TAKEN_BACK,
    TaskState.DONE: Missing.NOT_COUNTED_YET,
}
_IN_PLATFORM = {
    TaskState.TO_DO: Missing.NOT_DONE_IN_PLATFORM,
    TaskState.TAKEN_BACK: Missing.TAKEN_BACK_IN_PLATFORM,
}


def what_is_missing(rule: TaskRule, facts: TaskFacts, points_now: int, *, is_locked: bool) -> tuple[Missing, ...]:
    """Return why the task gives no points now, what happened first; nothing where it gives some.

    Being closed stops nobody whose work waits for a reviewer, or whose points are on their way.
    """
    if points_now > 0:
        return ()
    missing = [_by_state(rule, facts)]
    if is_locked:
        missing.append(Missing.EARLIER_TASK_FIRST)
    if rule.closed and _needs_the_learner(facts.state):
        missing.append(Missing.CLOSED)
    return tuple(missing)


def _by_state(rule: TaskRule, facts: TaskFacts) -> Missing:
    if facts.state is TaskState.TO_DO and facts.was_undone:
        return Missing.OPEN_AGAIN
    if rule.confirmation.is_by_platform:
        return _IN_PLATFORM.get(facts.state, _BY_STATE[facts.state])
    return _BY_STATE[facts.state]


def explain_goal(rules: RuleSet, points: int, tasks: Iterable[TaskExplanation]) -> GoalExplanation:
    """Return how far these points of required tasks are from the goal, and which tasks can still bring some."""
    can_bring = [task for task in tasks if not task.is_bonus and task.missing and Missing.CLOSED not in task.missing]
    missing_points = max(0, rules.goal_points - points)
    return GoalExplanation(
        points=points,
        goal_points=rules.goal_points,
        missing_points=missing_points,
        is_reached=points >= rules.goal_points,
        achievement_version_id=rules.achievement.version_id if rules.achievement else None,
        open_task_ids=tuple(task.task_id for task in can_bring),
        is_enough=sum(task.points for task in can_bring) >= missing_points,
    )


def rules_to_explain(rules: RuleSet, touched: Iterable[uuid.UUID], bonus: Sequence[uuid.UUID]) -> list[TaskRule]:
    """Return the rules of the tasks that concern this learner, in order.

    Every open task, and the closed ones that the learner has to do with (`touched`: something happened or an entry
    exists). A task that these rules do not know any more is closed and worth nothing; `bonus` names the extras.
    """
    asked = list(dict.fromkeys(touched))
    known = [rule for rule in rules.tasks if not rule.closed or rule.task_id in asked]
    unknown = [task_id for task_id in asked if rules.rule_for(task_id) is None]
    return known + [TaskRule(task_id, 0, closed=True, is_bonus=task_id in bonus) for task_id in unknown]


def _needs_the_learner(state: TaskState) -> bool:
    return state in {TaskState.TO_DO, TaskState.PRACTISE, TaskState.TAKEN_BACK}
