"""Who is stuck: the boundaries, and what does not count."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from gamification.engine.activity import Activity, Verb
from gamification.engine.rule_set import Confirmation, RuleSet, TaskRule
from gamification.engine.task_state import task_facts
from lti_tool.course.attention import Stuck, StuckReason, quiet, sent_back

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TASK, OTHER, CLOSED = uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=3)
RULES = RuleSet(
    (
        TaskRule(TASK, 10, confirmation=Confirmation.REVIEWER),
        TaskRule(OTHER, 10, confirmation=Confirmation.REVIEWER),
        TaskRule(CLOSED, 10, closed=True, confirmation=Confirmation.REVIEWER),
    ),
    10,
    None,
)


@pytest.mark.parametrize(
    ("launched", "last", "days"),
    [
        (timedelta(days=7), None, 7),
        (timedelta(days=6, hours=23), None, None),
        (timedelta(days=7) - timedelta(microseconds=1), None, None),
        (timedelta(days=9, hours=23), None, 9),
        (timedelta(days=30), timedelta(days=6, hours=23), None),
        (timedelta(days=30), timedelta(days=7), 7),
        (timedelta(hours=1), timedelta(days=8), 8),
        (timedelta(0), None, None),
    ],
)
def test_quiet_counts_from_what_was_done_last_else_from_the_launch(
    launched: timedelta, last: timedelta | None, days: int | None
) -> None:
    last_at = NOW - last if last is not None else None

    found = quiet(launched_at=NOW - launched, last_at=last_at, goal_reached=False, takes_part=True, now=NOW)

    expected = None if days is None else Stuck(StuckReason.QUIET, last_at or NOW - launched, days)
    assert found == expected


@pytest.mark.parametrize(("goal_reached", "takes_part"), [(True, True), (False, False), (True, False)])
def test_quiet_is_nobody_at_the_goal_or_who_does_not_take_part(goal_reached: bool, takes_part: bool) -> None:
    assert (
        quiet(
            launched_at=NOW - timedelta(days=90),
            last_at=None,
            goal_reached=goal_reached,
            takes_part=takes_part,
            now=NOW,
        )
        is None
    )


def did(*verbs: Verb, task: uuid.UUID = TASK, days_ago: int = 0) -> list[Activity]:
    """Return these activities in this order, the last of them so many days and one hour ago."""
    last = NOW - timedelta(days=days_ago, hours=1)
    return [
        Activity(uuid.uuid4(), verb, task, last - timedelta(minutes=len(verbs) - 1 - index))
        for index, verb in enumerate(verbs)
    ]


SENT, BACK, GOOD, GIVEN, TAKEN = Verb.HANDED_IN, Verb.NOT_YET, Verb.APPROVED, Verb.AWARDED, Verb.WITHDRAWN


@pytest.mark.parametrize(
    ("verbs", "times"),
    [
        ((SENT, BACK), 0),
        ((SENT, BACK, SENT, BACK), 2),
        ((SENT, BACK, SENT, BACK, SENT, BACK), 3),
        ((SENT, BACK, SENT, BACK, SENT), 0),
        ((SENT, BACK, SENT, GOOD), 0),
        ((SENT, BACK, SENT, BACK, GIVEN), 0),
        ((SENT, BACK, GIVEN, TAKEN, SENT, BACK), 0),
        ((SENT, BACK, SENT, BACK, GIVEN, TAKEN), 0),
    ],
)
def test_sent_back_needs_two_answers_in_a_row_and_nothing_newer(verbs: tuple[Verb, ...], times: int) -> None:
    activities = did(*verbs, days_ago=3)

    found = sent_back(task_facts(activities, RULES), RULES, now=NOW)

    since = activities[-1].occurred_at
    assert found == ([Stuck(StuckReason.SENT_BACK, since, 3, TASK, times)] if times else [])


def test_sent_back_on_several_tasks_is_told_longest_first_without_closed_ones() -> None:
    twice = (SENT, BACK, SENT, BACK)
    activities = [
        *did(*twice, task=TASK, days_ago=1),
        *did(*twice, task=OTHER, days_ago=5),
        *did(*twice, task=CLOSED, days_ago=9),
    ]

    found = sent_back(task_facts(activities, RULES), RULES, now=NOW)

    assert [(stuck.task_id, stuck.days) for stuck in found] == [(OTHER, 5), (TASK, 1)]


def test_sent_back_once_on_each_of_two_tasks_is_not_stuck() -> None:
    activities = [*did(SENT, BACK, task=TASK), *did(SENT, BACK, task=OTHER)]

    assert sent_back(task_facts(activities, RULES), RULES, now=NOW) == []
