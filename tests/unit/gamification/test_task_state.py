"""Where a learner is with a task: what each decision leads to, and that order and doubles make no difference."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamification.engine.activity import Activity, Verb, in_order
from gamification.engine.rule_set import Confirmation, RuleSet, TaskOrder, TaskRule
from gamification.engine.task_state import NOTHING_DONE, TaskFacts, TaskState, locked_tasks, task_facts
from tests.unit.gamification.histories import (
    START,
    TASKS,
    UNKNOWN_TASK,
    did,
    histories,
    one_after_another,
    rule_sets,
)

COMPLETED, HANDED_IN, APPROVED, NOT_YET, AWARDED, WITHDRAWN = Verb
BY_LEARNER = RuleSet((TaskRule(TASKS[0], 10),), 10, None)
BY_REVIEWER = RuleSet((TaskRule(TASKS[0], 10, confirmation=Confirmation.REVIEWER),), 10, None)
GIVEN_BY_STAFF = {APPROVED, AWARDED}


@pytest.mark.parametrize(
    ("verbs", "by_learner", "by_reviewer"),
    [
        pytest.param([COMPLETED], TaskState.DONE, TaskState.TO_DO, id="said-done"),
        pytest.param([HANDED_IN], TaskState.WAITING, TaskState.WAITING, id="handed-in"),
        pytest.param([HANDED_IN, COMPLETED], TaskState.DONE, TaskState.WAITING, id="said-done-while-it-waits"),
        pytest.param([HANDED_IN, NOT_YET], TaskState.PRACTISE, TaskState.PRACTISE, id="practise"),
        pytest.param([HANDED_IN, NOT_YET, HANDED_IN], TaskState.WAITING, TaskState.WAITING, id="handed-in-again"),
        pytest.param([HANDED_IN, NOT_YET, HANDED_IN, APPROVED], TaskState.DONE, TaskState.DONE, id="good-now"),
        pytest.param([APPROVED, NOT_YET, HANDED_IN], TaskState.DONE, TaskState.DONE, id="once-good-stays-good"),
        pytest.param([AWARDED], TaskState.DONE, TaskState.DONE, id="by-hand"),
        pytest.param([COMPLETED, WITHDRAWN], TaskState.TAKEN_BACK, TaskState.TAKEN_BACK, id="taken-back"),
        pytest.param([WITHDRAWN, COMPLETED], TaskState.TAKEN_BACK, TaskState.TAKEN_BACK, id="said-done-after-that"),
        pytest.param([WITHDRAWN, HANDED_IN], TaskState.WAITING, TaskState.WAITING, id="new-work-after-that"),
        pytest.param(
            [WITHDRAWN, HANDED_IN, COMPLETED], TaskState.WAITING, TaskState.WAITING, id="and-said-done-besides"
        ),
        pytest.param([WITHDRAWN, HANDED_IN, APPROVED], TaskState.DONE, TaskState.DONE, id="and-it-was-good"),
        pytest.param([WITHDRAWN, AWARDED], TaskState.DONE, TaskState.DONE, id="given-again-by-hand"),
        pytest.param([WITHDRAWN, AWARDED, WITHDRAWN], TaskState.TAKEN_BACK, TaskState.TAKEN_BACK, id="taken-twice"),
    ],
)
def test_facts_when_things_happened_say_where_the_learner_is(
    verbs: list[Verb], by_learner: TaskState, by_reviewer: TaskState
) -> None:
    history = one_after_another(*verbs)

    assert task_facts(history, BY_LEARNER)[TASKS[0]].state is by_learner
    assert task_facts(history, BY_REVIEWER)[TASKS[0]].state is by_reviewer


def test_facts_when_a_task_was_taken_back_name_what_took_it_until_it_is_given_again() -> None:
    history = one_after_another(COMPLETED, WITHDRAWN, HANDED_IN, NOT_YET, APPROVED)
    taken, waiting, practise, given = (task_facts(history[:length], BY_LEARNER)[TASKS[0]] for length in (2, 3, 4, 5))

    assert [facts.taken_back_by for facts in (taken, waiting, practise, given)] == [*[history[1]] * 3, None]
    assert [facts.last for facts in (taken, waiting, practise, given)] == history[1:]
    assert [facts.held_by for facts in (taken, waiting, practise, given)] == [None, None, None, history[4]]
    rule = BY_LEARNER.tasks[0]
    assert [facts.needs_review(rule) for facts in (taken, given)] == [True, False]
    assert NOTHING_DONE.needs_review(BY_REVIEWER.tasks[0])


def test_facts_when_a_reviewer_asked_for_practice_count_how_often_in_a_row() -> None:
    history = one_after_another(HANDED_IN, NOT_YET, HANDED_IN, NOT_YET, HANDED_IN, APPROVED, HANDED_IN)

    facts = [task_facts(history[:length], BY_REVIEWER)[TASKS[0]] for length in range(1, 8)]

    assert [found.not_yet for found in facts] == [0, 1, 1, 2, 2, 0, 0]
    assert [found.hand_ins for found in facts] == [1, 1, 2, 2, 3, 3, 4]


@pytest.mark.parametrize("verbs", [[AWARDED, WITHDRAWN], [WITHDRAWN, AWARDED], [APPROVED, WITHDRAWN, NOT_YET]])
def test_facts_when_everything_happened_at_one_moment_end_with_taking_back(verbs: list[Verb]) -> None:
    history = [did(verb, number=number) for number, verb in enumerate(verbs, 1)]

    assert task_facts(history, BY_LEARNER)[TASKS[0]].state is TaskState.TAKEN_BACK


@given(history=histories, rules=rule_sets, data=st.data())
def test_facts_when_told_in_another_order_are_the_same(
    history: list[Activity], rules: RuleSet, data: st.DataObject
) -> None:
    assert task_facts(data.draw(st.permutations(history)), rules) == task_facts(history, rules)


@given(history=histories, rules=rule_sets)
def test_facts_when_drawn_keep_to_what_they_say(history: list[Activity], rules: RuleSet) -> None:
    facts = task_facts(history, rules)

    known = {rule.task_id for rule in rules.tasks}
    assert set(facts) == {activity.task_id for activity in history} & known
    assert UNKNOWN_TASK not in facts
    for task_id, found in facts.items():
        of_task = [activity for activity in in_order(history) if activity.task_id == task_id]
        rule = rules.rule_for(task_id)
        assert rule is not None
        assert (found.held_by is not None) == (found.state is TaskState.DONE)
        assert found.hand_ins == sum(activity.verb is HANDED_IN for activity in of_task)
        assert found.taken_back_by is None or found.held_by is None
        if found.held_by is None:
            continue
        after = of_task[of_task.index(found.held_by) :]
        before = of_task[: of_task.index(found.held_by)]
        assert WITHDRAWN not in {activity.verb for activity in after}
        if found.held_by.verb is COMPLETED:
            assert rule.confirmation is Confirmation.LEARNER
            assert all(
                GIVEN_BY_STAFF & {later.verb for later in before[index:]}
                for index, activity in enumerate(before)
                if activity.verb is WITHDRAWN
            )
        else:
            assert found.held_by.verb in GIVEN_BY_STAFF


@given(history=histories, rules=rule_sets, verb=st.sampled_from([COMPLETED, HANDED_IN, NOT_YET]))
def test_facts_when_everything_was_taken_back_need_somebody_who_teaches_to_count_again(
    history: list[Activity], rules: RuleSet, verb: Verb
) -> None:
    later = [
        Activity(uuid.UUID(int=10**7 + index), what, task_id, START.replace(hour=9, minute=minute))
        for minute, what in enumerate((WITHDRAWN, verb, COMPLETED))
        for index, task_id in enumerate(TASKS, 10 * minute)
    ]

    facts = task_facts([*history, *later], rules)

    assert [found.held_by for found in facts.values()] == [None] * len(rules.tasks)
    assert all(found.was_taken_back for found in facts.values())


def test_locked_tasks_when_the_order_is_free_are_none() -> None:
    assert locked_tasks(_in_fixed_order(order=TaskOrder.FREE), {}) == frozenset()


@pytest.mark.parametrize(
    ("states", "locked"),
    [
        pytest.param({}, {1, 3}, id="nothing-done"),
        pytest.param({0: TaskState.DONE}, {3}, id="the-first-done"),
        pytest.param({0: TaskState.WAITING}, {3}, id="the-first-waits"),
        pytest.param({0: TaskState.PRACTISE}, {3}, id="the-first-is-practised"),
        pytest.param({0: TaskState.TAKEN_BACK}, {3}, id="the-first-was-taken-back"),
        pytest.param({2: TaskState.DONE, 4: TaskState.DONE}, {1, 3}, id="an-extra-and-a-closed-task-open-nothing"),
        pytest.param({1: TaskState.DONE}, {3}, id="done-before-the-order-was-fixed"),
        pytest.param({0: TaskState.DONE, 1: TaskState.DONE}, set(), id="all-before-the-last"),
    ],
)
def test_locked_tasks_when_the_order_is_fixed_wait_for_every_required_one_before(
    states: dict[int, TaskState], locked: set[int]
) -> None:
    facts = {TASKS[index]: TaskFacts(state) for index, state in states.items()}

    assert locked_tasks(_in_fixed_order(), facts) == {TASKS[index] for index in locked}


@given(history=histories, rules=rule_sets)
def test_locked_tasks_when_drawn_are_untouched_required_open_and_come_after_an_untouched_one(
    history: list[Activity], rules: RuleSet
) -> None:
    facts = task_facts(history, rules)

    locked = locked_tasks(rules, facts)

    in_turn = [rule.task_id for rule in rules.tasks if not rule.closed and not rule.is_bonus]
    untouched = [task_id for task_id in in_turn if facts.get(task_id, NOTHING_DONE).state is TaskState.TO_DO]
    assert locked == (frozenset(untouched[1:]) if rules.order is TaskOrder.FIXED else frozenset())


@given(history=histories, rules=rule_sets, split=st.integers(0, 14))
def test_locked_tasks_when_more_happens_only_ever_open(history: list[Activity], rules: RuleSet, split: int) -> None:
    in_time = in_order(history)
    earlier = task_facts(in_time[:split], rules)

    assert locked_tasks(rules, task_facts(in_time, rules)) <= locked_tasks(rules, earlier)


def _in_fixed_order(*, order: TaskOrder = TaskOrder.FIXED) -> RuleSet:
    rules = [TaskRule(task_id, 10) for task_id in TASKS]
    rules[2] = replace(rules[2], is_bonus=True)
    rules[4] = replace(rules[4], closed=True)
    return RuleSet(tuple(rules), 10, None, order=order)
