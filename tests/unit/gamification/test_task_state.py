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

COMPLETED, HANDED_IN, PASSED, LAPSED, APPROVED, NOT_YET, AWARDED, WITHDRAWN = Verb
BY_LEARNER = RuleSet((TaskRule(TASKS[0], 10),), 10, None)
BY_REVIEWER = RuleSet((TaskRule(TASKS[0], 10, confirmation=Confirmation.REVIEWER),), 10, None)
BY_PLATFORM = RuleSet((TaskRule(TASKS[0], 10, confirmation=Confirmation.PLATFORM),), 10, None)
THAT_STAYS = RuleSet((replace(BY_PLATFORM.tasks[0], stays_when_undone=True),), 10, None)
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


@pytest.mark.parametrize(
    ("verbs", "state", "where_it_stays", "by_learner"),
    [
        pytest.param([PASSED], "done", "done", "done", id="passed"),
        pytest.param([LAPSED], "to-do", "to-do", "to-do", id="lapsed-without-a-pass"),
        pytest.param([PASSED, LAPSED], "to-do", "done", "to-do", id="lapsed"),
        pytest.param([PASSED, LAPSED, PASSED], "done", "done", "done", id="passed-again"),
        pytest.param([COMPLETED, PASSED, LAPSED], "to-do", "done", "done", id="own-word-stands-where-it-counts"),
        pytest.param([PASSED, COMPLETED, LAPSED], "to-do", "done", "done", id="own-word-said-later-stands-too"),
        pytest.param([PASSED, AWARDED, LAPSED], "done", "done", "done", id="given-by-hand-stands"),
        pytest.param([HANDED_IN, PASSED, LAPSED], "waiting", "done", "waiting", id="work-waits-on"),
        pytest.param([HANDED_IN, PASSED, APPROVED, LAPSED], "done", "done", "done", id="an-approval-stands"),
        pytest.param([HANDED_IN, PASSED, NOT_YET, LAPSED], "practise", "done", "practise", id="asked-to-practise"),
        pytest.param([PASSED, WITHDRAWN], "taken-back", "taken-back", "taken-back", id="taken-back"),
        pytest.param(
            [PASSED, WITHDRAWN, LAPSED, PASSED], "taken-back", "taken-back", "taken-back", id="not-by-platform"
        ),
        pytest.param([PASSED, WITHDRAWN, AWARDED, LAPSED], "done", "done", "done", id="given-again-by-hand"),
        pytest.param([WITHDRAWN, PASSED, AWARDED, WITHDRAWN], "taken-back", "taken-back", "taken-back", id="twice"),
    ],
)
def test_facts_when_the_platform_says_so_undo_what_it_gave_and_nothing_else(
    verbs: list[Verb], state: str, where_it_stays: str, by_learner: str
) -> None:
    history = one_after_another(*verbs)

    states = [task_facts(history, rules)[TASKS[0]].state for rules in (BY_PLATFORM, THAT_STAYS, BY_LEARNER)]

    assert states == [state, where_it_stays, by_learner]


def test_facts_when_the_platform_takes_its_word_back_name_that_until_something_gives_the_points() -> None:
    history = one_after_another(PASSED, LAPSED, HANDED_IN, PASSED, LAPSED, AWARDED)

    facts = [task_facts(history[:length], BY_PLATFORM)[TASKS[0]] for length in range(1, 7)]

    assert [found.lapsed_by for found in facts] == [None, history[1], history[1], None, history[4], None]
    assert [found.held_by for found in facts] == [history[0], None, None, history[3], None, history[5]]
    assert [found.last for found in facts] == history


def test_facts_when_people_and_platform_say_so_are_held_by_who_said_it_first() -> None:
    history = one_after_another(PASSED, AWARDED, LAPSED, PASSED)

    facts = [task_facts(history[:length], BY_PLATFORM)[TASKS[0]] for length in range(1, 5)]

    assert [found.held_by for found in facts] == [history[0], history[0], history[1], history[1]]
    assert [found.last for found in facts] == [history[0]] * 4
    assert [found.was_undone for found in facts] == [False] * 4


def test_facts_when_a_person_takes_back_what_the_platform_undid_are_taken_back_alone() -> None:
    found = task_facts(one_after_another(PASSED, LAPSED, WITHDRAWN), BY_PLATFORM)[TASKS[0]]

    assert (found.state, found.was_taken_back, found.was_undone) == (TaskState.TAKEN_BACK, True, False)


def test_facts_when_the_platform_says_both_at_one_moment_are_not_done() -> None:
    history = [did(PASSED, number=2), did(LAPSED, number=1)]

    assert task_facts(history, BY_PLATFORM)[TASKS[0]].state is TaskState.TO_DO


@given(flips=st.integers(1, 9), rules=st.sampled_from([BY_PLATFORM, BY_LEARNER, BY_REVIEWER]))
def test_facts_when_the_platform_changes_its_mind_follow_its_last_word(flips: int, rules: RuleSet) -> None:
    history = one_after_another(*[PASSED, LAPSED][:flips] * flips)[:flips]

    found = task_facts(history, rules)[TASKS[0]]

    assert found.held_by == (history[-1] if flips % 2 else None)
    assert found.lapsed_by == (None if flips % 2 else history[-1])


@pytest.mark.parametrize("confirmation", [Confirmation.PLATFORM, Confirmation.PLATFORM_GRADE])
def test_review_when_the_platform_finishes_a_task_is_never_needed(confirmation: Confirmation) -> None:
    rules = RuleSet((TaskRule(TASKS[0], 10, confirmation=confirmation),), 10, None)
    taken_back = task_facts(one_after_another(PASSED, WITHDRAWN), rules)[TASKS[0]]

    assert not NOTHING_DONE.needs_review(rules.tasks[0])
    assert not taken_back.needs_review(rules.tasks[0])
    assert task_facts(one_after_another(COMPLETED), rules)[TASKS[0]].state is TaskState.TO_DO


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
        assert [found.taken_back_by, found.lapsed_by, found.held_by].count(None) >= 2
        if found.held_by is None:
            continue
        after = of_task[of_task.index(found.held_by) :]
        before = of_task[: of_task.index(found.held_by)]
        assert WITHDRAWN not in {activity.verb for activity in after}
        if found.held_by.verb is COMPLETED:
            assert rule.confirmation is Confirmation.LEARNER
            assert _is_given_again_after_taking_back(before)
        elif found.held_by.verb is PASSED:
            assert rule.stays_when_undone or _later_word_of_platform(after) is PASSED
            assert _is_given_again_after_taking_back(before)
        else:
            assert found.held_by.verb in GIVEN_BY_STAFF


def _later_word_of_platform(activities: list[Activity]) -> Verb:
    """Return what the platform said last, before anything else can have given the points."""
    return [activity.verb for activity in activities if activity.verb in {PASSED, LAPSED}][-1]


def _is_given_again_after_taking_back(history: list[Activity]) -> bool:
    return all(
        bool(GIVEN_BY_STAFF & {later.verb for later in history[index:]})
        for index, activity in enumerate(history)
        if activity.verb is WITHDRAWN
    )


@given(history=histories, rules=rule_sets, verb=st.sampled_from([COMPLETED, HANDED_IN, NOT_YET, PASSED, LAPSED]))
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
    untouched = [
        task_id
        for task_id in in_turn
        if (found := facts.get(task_id, NOTHING_DONE)).state is TaskState.TO_DO and found.lapsed_by is None
    ]
    assert locked == (frozenset(untouched[1:]) if rules.order is TaskOrder.FIXED else frozenset())


@given(history=histories, rules=rule_sets, split=st.integers(0, 14))
def test_locked_tasks_when_more_happens_only_ever_open(history: list[Activity], rules: RuleSet, split: int) -> None:
    in_time = in_order(history)
    earlier = task_facts(in_time[:split], rules)

    assert locked_tasks(rules, task_facts(in_time, rules)) <= locked_tasks(rules, earlier)


def test_locked_tasks_when_the_platform_says_a_locked_one_is_done_and_then_not_stay_open() -> None:
    rules = _in_fixed_order()
    passed = one_after_another(PASSED, task_id=TASKS[3])
    lapsed = one_after_another(PASSED, LAPSED, task_id=TASKS[0])

    assert locked_tasks(rules, task_facts(passed, rules)) == {TASKS[1]}
    assert task_facts(passed, rules)[TASKS[3]].state is TaskState.DONE
    assert locked_tasks(rules, task_facts(lapsed, rules)) == {TASKS[3]}


def _in_fixed_order(*, order: TaskOrder = TaskOrder.FIXED) -> RuleSet:
    rules = [TaskRule(task_id, 10) for task_id in TASKS]
    rules[2] = replace(rules[2], is_bonus=True)
    rules[4] = replace(rules[4], closed=True)
    return RuleSet(tuple(rules), 10, None, order=order)
