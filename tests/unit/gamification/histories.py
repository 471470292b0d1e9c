"""What hypothesis draws for the engine: rules with extras, reviews and closed tasks, and what a learner did."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from gamification.engine.activity import Activity, Verb
from gamification.engine.rule_set import AchievementRef, Confirmation, RuleSet, TaskOrder, TaskRule

START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
TASKS = [uuid.UUID(int=number) for number in range(1, 6)]
UNKNOWN_TASK = uuid.UUID(int=99)
BADGE = AchievementRef(uuid.UUID(int=1000), uuid.UUID(int=1001))


def did(verb: Verb, *, task_id: uuid.UUID = TASKS[0], number: int = 1, minute: int = 0) -> Activity:
    return Activity(uuid.UUID(int=number), verb, task_id, START + timedelta(minutes=minute))


def one_after_another(*verbs: Verb, task_id: uuid.UUID = TASKS[0]) -> list[Activity]:
    return [did(verb, task_id=task_id, number=number, minute=number) for number, verb in enumerate(verbs, 1)]


histories = st.lists(
    st.builds(
        did,
        st.sampled_from(Verb),
        task_id=st.sampled_from([*TASKS, UNKNOWN_TASK]),
        number=st.integers(1, 10**6),
        minute=st.integers(0, 5),
    ),
    max_size=14,
    unique_by=lambda activity: activity.id,
)
task_rules = st.builds(
    TaskRule,
    st.sampled_from(TASKS),
    st.integers(1, 50),
    st.booleans(),
    st.booleans(),
    st.sampled_from(Confirmation),
    st.booleans(),
)
rule_sets = st.builds(
    RuleSet,
    st.lists(task_rules, max_size=5, unique_by=lambda rule: rule.task_id).map(tuple),
    st.integers(1, 150),
    st.sampled_from([BADGE, None]),
    st.just(""),
    st.sampled_from(TaskOrder),
)
