"""What is written to the ledger: only the difference, in steps that follow each other, with its cause."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gamification.engine.activity import Activity, Verb, in_order
from gamification.engine.desired import BONUS_RULE, NOTHING, TASK_RULE, Desired, desired
from gamification.engine.difference import HeldPoints, Movement, difference
from gamification.engine.rule_set import RuleSet, TaskRule
from tests.unit.gamification.histories import TASKS, histories, one_after_another, rule_sets

RULES = RuleSet((TaskRule(TASKS[0], 10), TaskRule(TASKS[1], 5, is_bonus=True)), 10, None)
KEY = f"task:{TASKS[0]}"


def test_difference_when_points_were_earned_and_taken_back_names_both_causes() -> None:
    done, withdrawn, awarded = history = one_after_another(Verb.COMPLETED, Verb.WITHDRAWN, Verb.AWARDED)

    held: dict[str, HeldPoints] = {}
    written = [
        movement
        for length in range(1, 4)
        for movement in _write(held, difference(held, desired(history[:length], RULES)))
    ]

    assert written == [
        Movement(KEY, 0, TASK_RULE, 10, done.id),
        Movement(KEY, 1, TASK_RULE, -10, withdrawn.id),
        Movement(KEY, 2, TASK_RULE, 10, awarded.id),
    ]


def test_difference_when_the_rules_give_a_task_no_points_any_more_names_no_activity() -> None:
    held = {KEY: HeldPoints(10, 3, TASK_RULE), f"bonus:{TASKS[1]}": HeldPoints(5, 1, BONUS_RULE)}

    assert difference(held, NOTHING) == [
        Movement(KEY, 3, TASK_RULE, -10, None),
        Movement(f"bonus:{TASKS[1]}", 1, BONUS_RULE, -5, None),
    ]


def test_difference_when_a_task_gives_more_than_before_is_what_is_missing() -> None:
    [done] = one_after_another(Verb.COMPLETED)

    assert difference({KEY: HeldPoints(4, 1, TASK_RULE)}, desired([done], RULES)) == [
        Movement(KEY, 1, TASK_RULE, 6, done.id)
    ]


@given(history=histories, rules=rule_sets, later=rule_sets)
def test_difference_when_written_leaves_nothing_to_write(
    history: list[Activity], rules: RuleSet, later: RuleSet
) -> None:
    held: dict[str, HeldPoints] = {}
    for wanted in (desired(history, rules), desired(history, later)):
        movements = _write(held, difference(held, wanted))

        assert 0 not in {movement.points for movement in movements}
        assert difference(held, wanted) == []
        assert _sums(held) == _points(wanted)


@given(history=histories, rules=rule_sets, data=st.data())
def test_difference_when_written_one_by_one_sums_to_the_same_as_at_once_in_any_order(
    history: list[Activity], rules: RuleSet, data: st.DataObject
) -> None:
    told = data.draw(st.permutations(history))
    one_by_one: dict[str, HeldPoints] = {}
    for length in range(1, len(told) + 1):
        _write(one_by_one, difference(one_by_one, desired(told[:length], rules)))
    at_once: dict[str, HeldPoints] = {}
    _write(at_once, difference(at_once, desired(history, rules)))

    assert _sums(one_by_one) == _sums(at_once)


@given(history=histories, rules=rule_sets)
def test_difference_when_things_happen_in_time_goes_up_and_down_in_turn(
    history: list[Activity], rules: RuleSet
) -> None:
    held: dict[str, HeldPoints] = {}
    signs: dict[str, list[bool]] = {}
    in_time = in_order(history)
    for length in range(1, len(in_time) + 1):
        for movement in _write(held, difference(held, desired(in_time[:length], rules))):
            of_key = signs.setdefault(movement.effect_key, [])
            assert movement.step == len(of_key)
            of_key.append(movement.points > 0)

    for of_key in signs.values():
        assert of_key == [step % 2 == 0 for step in range(len(of_key))]


def _write(held: dict[str, HeldPoints], movements: list[Movement]) -> list[Movement]:
    for movement in movements:
        before = held.get(movement.effect_key, HeldPoints(0, 0, movement.rule_lineage))
        assert (movement.step, movement.rule_lineage) == (before.entries, before.rule_lineage)
        held[movement.effect_key] = HeldPoints(
            before.points + movement.points, before.entries + 1, movement.rule_lineage
        )
    return movements


def _sums(held: dict[str, HeldPoints]) -> dict[str, int]:
    return {key: found.points for key, found in held.items() if found.points}


def _points(wanted: Desired) -> dict[str, int]:
    return {effect.effect_key: effect.points for effect in wanted.points}
