"""What a score says, of the whole course or of one task: the numbers and the sentences, without sending them.

docs/decisions/0005-scores.md
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from badges.achievement import achievement_texts
from badges.award import list_awards
from badges.models import AwardState
from gamification.engine.task_state import NOTHING_DONE, TaskFacts, TaskState
from gamification.progress import Standing, facts_of, standing
from gamification.rules import current_rules
from lti_tool.lti.ags import ActivityProgress
from lti_tool.words import badge_comment, score_comment, task_comment


@dataclass(frozen=True)
class Earned:
    """A score before it has an addressee. `since` is the moment of what it tells; `maximum` is never 0."""

    given: float
    maximum: float
    activity_progress: ActivityProgress
    comment: str
    since: datetime | None = None


def course_score(
    tx: Session,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    locale: str,
    badge_address: Callable[[uuid.UUID], str],
) -> Earned | None:
    """Return where the learner stands in the whole course; None where nothing was published.

    `badge_address` gives the public address of an award.

    Points of extras are in neither number. The total is never 0: rules without a required task are refused.
    """
    where = standing(tx, context_id, person_id)
    if where is None:
        return None
    known = list_awards(tx, context_id, person_id, states=[AwardState.ACTIVE, AwardState.REVOKED])
    awards = [award for award in known if award.is_held]
    badge_name = ""
    if awards:
        badge_name = awards[-1].name
    elif where.achievement and not known:  # one that was taken back is not earned by points again
        badge_name = achievement_texts(tx, where.achievement.version_id).name
    is_there = where.goal_reached or bool(awards)
    given, maximum = _points_to_send(where)
    return Earned(
        given,
        maximum,
        ActivityProgress.COMPLETED if is_there else ActivityProgress.IN_PROGRESS,
        score_comment(
            locale,
            points=where.points,
            goal_points=where.goal_points,
            total_points=where.total_points,
            goal_reached=is_there,
            badge_name=badge_name,
            badge_address=badge_address(awards[-1].award_id) if awards else "",
        ),
        max((task.state_at for task in where.tasks if task.state_at is not None), default=None),
    )


def task_score(
    tx: Session, context_id: uuid.UUID, person_id: uuid.UUID, task_id: uuid.UUID, locale: str
) -> Earned | None:
    """Return what the learner has of one required task: all its points or none.

    None as long as there is nothing to tell: an empty cell says *not done yet*, and a nought would count as a grade.
    Once the task was done it is told that it was taken back, or that the platform says it is not done any more.
    """
    current = current_rules(tx, context_id)
    rule = current.rules.rule_for(task_id) if current else None
    if current is None or rule is None or rule.is_bonus:
        return None
    found = facts_of(tx, context_id, person_id, current.rules).get(task_id, NOTHING_DONE)
    if found.last is None or not (found.held_by or found.was_taken_back or found.was_undone):
        return None
    given = rule.points if found.held_by else 0
    return Earned(
        given,
        rule.points,
        _progress_of(found),
        task_comment(locale, found.state, points=rule.points, was_undone=found.was_undone),
        found.last.occurred_at,
    )


def badge_score(
    tx: Session,
    context_id: uuid.UUID,
    person_id: uuid.UUID,
    locale: str,
    badge_address: Callable[[uuid.UUID], str],
) -> Earned | None:
    """Return 1 for who holds the badge, 0 for whom it was taken back from; None for who never had it.

    An empty cell and a nought are the same to a restriction of the platform, but not to a learner who looks at grades.
    """
    known = list_awards(tx, context_id, person_id, states=[AwardState.ACTIVE, AwardState.REVOKED])
    if not known:
        return None
    newest = known[-1]
    return Earned(
        1 if newest.is_held else 0,
        1,
        ActivityProgress.COMPLETED if newest.is_held else ActivityProgress.IN_PROGRESS,
        badge_comment(
            locale,
            badge_name=newest.name,
            is_held=newest.is_held,
            badge_address=badge_address(newest.award_id) if newest.is_held else "",
        ),
        newest.awarded_at,
    )


def _progress_of(facts: TaskFacts) -> ActivityProgress:
    if facts.held_by is not None:
        return ActivityProgress.COMPLETED
    return ActivityProgress.SUBMITTED if facts.state is TaskState.WAITING else ActivityProgress.IN_PROGRESS


def _points_to_send(where: Standing) -> tuple[float, float]:
    """Return points out of the total, or percent of it where others in the same column have another total."""
    if where.total_differs:
        return round(100 * where.points / where.total_points, 2), 100
    return where.points, where.total_points
