"""What the custom parameters of a link mean, and what the rules would be with them."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamification.engine.rule_set import MOST_TASKS, AchievementRef, Confirmation, RuleSet, TaskOrder, TaskRule
from gamification.errors import RuleProblem
from lti_tool.link_settings.wanted import NO_RULES, Part, wanted
from lti_tool.lti.link_parameters import read_link_parameters

NAMES = ("mijlpaal_points", "mijlpaal_required", "mijlpaal_confirm", "mijlpaal_goal")
BOUND = uuid.UUID(int=1)
RULES = RuleSet((TaskRule(BOUND, 10), TaskRule(uuid.UUID(int=2), 20, is_bonus=True)), 10, None, order=TaskOrder.FIXED)


@pytest.mark.parametrize(
    ("typed", "points"),
    [("20", 20), (" 20 ", 20), ("1", 1), ("10000", 10_000), ("0020", 20), ("1 000", 1_000)],
)
def test_points_when_plain_digits_are_understood(typed: str, points: int) -> None:
    said = read_link_parameters({"mijlpaal_points": typed})

    assert (said.told, said.not_understood) == ({"points": points}, {})


@pytest.mark.parametrize(
    "typed",
    ["0", "10001", "-5", "+5", "2.5", "2,5", "twintig", "٢٠", "²", "1e3", "0x10", "9" * 5_000, "<b>20</b>", "🎯"],
)
def test_points_when_anything_else_are_kept_as_typed(typed: str) -> None:
    said = read_link_parameters({"mijlpaal_points": typed})

    assert (said.told, said.not_understood) == ({}, {"mijlpaal_points": typed[:100]})


@pytest.mark.parametrize("typed", ["ja", "JA", "yes", "Yes ", "true", "1"])
def test_required_when_yes_in_any_way_is_required(typed: str) -> None:
    assert read_link_parameters({"mijlpaal_required": typed}).told == {"is_required": True}


@pytest.mark.parametrize("typed", ["nee", "Nee", "no", "false", "0", " N O "])
def test_required_when_no_in_any_way_is_not(typed: str) -> None:
    assert read_link_parameters({"mijlpaal_required": typed}).told == {"is_required": False}


@pytest.mark.parametrize(
    ("typed", "confirmation"),
    [
        *((word, Confirmation.LEARNER) for word in ("zelf", "Self", "learner", "DEELNEMER")),
        *((word, Confirmation.REVIEWER) for word in ("review", "Nakijken", "begeleider", "reviewer", "teacher")),
        *((word, Confirmation.PLATFORM) for word in ("platform", "Leerplatform", "leeromgeving")),
        *((word, Confirmation.PLATFORM_GRADE) for word in ("platform-grade", "grade", "Cijfer")),
    ],
)
def test_confirmation_when_one_of_our_words_is_understood(typed: str, confirmation: Confirmation) -> None:
    assert read_link_parameters({"mijlpaal_confirm": typed}).told == {"confirmation": confirmation}


@pytest.mark.parametrize(("name", "typed"), [("mijlpaal_required", "misschien"), ("mijlpaal_confirm", "iedereen")])
def test_words_when_not_ours_are_kept_as_typed(name: str, typed: str) -> None:
    said = read_link_parameters({name: typed})

    assert (said.told, said.not_understood) == ({}, {name: typed})


def test_goal_when_higher_than_any_points_is_understood() -> None:
    assert read_link_parameters({"mijlpaal_goal": "250000"}).told == {"goal_points": 250_000}


@pytest.mark.parametrize("custom", [{}, {"mijlpaal_points": "  "}, {"other": "20"}, {"mijlpaal_pointsx": "20"}])
def test_parameters_when_ours_are_absent_or_empty_say_nothing(custom: dict[str, str]) -> None:
    assert read_link_parameters(custom).say_nothing


@given(st.dictionaries(st.sampled_from(NAMES), st.text() | st.from_regex(r"\A[0-9 ]*\Z")))
def test_reading_whatever_was_typed_never_fails_and_loses_nothing(custom: dict[str, str]) -> None:
    said = read_link_parameters(custom)

    given_names = {name for name, typed in custom.items() if typed.strip()}
    assert len(said.told) + len(said.not_understood) == len(given_names)
    assert set(said.not_understood) <= given_names
    assert all(0 < len(typed) <= 100 for typed in said.not_understood.values())
    assert 1 <= int(said.told.get("points", 1)) <= 10_000
    assert int(said.told.get("goal_points", 1)) >= 1
    assert json.loads(json.dumps(said.told)) == said.told


@pytest.mark.parametrize(
    ("told", "goal_points"),
    [({"points": 20}, 20), ({"points": 20, "goal_points": 15}, 15), ({"points": 20, "goal_points": 21}, 20)],
)
def test_first_task_when_wanted_brings_a_goal_that_can_be_reached(told: dict[str, int], goal_points: int) -> None:
    target = wanted(NO_RULES, told, None, Part.TASK)

    assert [(rule.points, rule.is_bonus, rule.confirmation) for rule in target.tasks] == [
        (20, False, Confirmation.LEARNER)
    ]
    assert (target.goal_points, target.problem) == (goal_points, None)


def test_first_task_when_extra_cannot_be_published() -> None:
    target = wanted(NO_RULES, {"points": 20, "is_required": False}, None, Part.TASK)

    assert target.problem is RuleProblem.NO_REQUIRED_TASKS


def test_next_task_when_wanted_comes_last_and_leaves_the_goal() -> None:
    told = {"points": 20, "is_required": False, "confirmation": "reviewer", "goal_points": 5}

    target = wanted(RULES, told, None, Part.TASK)

    assert target.tasks[:-1] == RULES.tasks
    last = target.tasks[-1]
    assert (last.points, last.is_bonus, last.confirmation) == (20, True, Confirmation.REVIEWER)
    assert target.goal_points == 10


def test_removed_task_when_wanted_again_is_opened_as_it_was() -> None:
    closed = TaskRule(BOUND, 7, closed=True, confirmation=Confirmation.REVIEWER)
    rules = RuleSet((TaskRule(uuid.UUID(int=2), 20), closed), 20, None)

    target = wanted(rules, {"points": 30}, BOUND, Part.TASK)

    assert target.tasks == (rules.tasks[0], TaskRule(BOUND, 7, confirmation=Confirmation.REVIEWER))


def test_task_when_the_course_is_full_has_no_room() -> None:
    full = RuleSet(tuple(TaskRule(uuid.UUID(int=number), 1) for number in range(MOST_TASKS)), 1, None)

    assert wanted(full, {"points": 1}, None, Part.TASK).problem is RuleProblem.TOO_MANY_TASKS


@pytest.mark.parametrize(
    ("part", "told", "changed"),
    [
        (Part.POINTS, {"points": 30}, TaskRule(BOUND, 30)),
        (Part.CONFIRMATION, {"confirmation": "reviewer"}, TaskRule(BOUND, 10, confirmation=Confirmation.REVIEWER)),
    ],
)
def test_value_when_wanted_changes_the_task_of_the_link_alone(
    part: Part, told: dict[str, int | str], changed: TaskRule
) -> None:
    target = wanted(RULES, told, BOUND, part)

    assert target.tasks == (changed, RULES.tasks[1])
    assert (target.goal_points, target.problem) == (10, None)


@pytest.mark.parametrize(
    ("part", "told", "problem"),
    [
        (Part.POINTS, {"points": 9}, RuleProblem.GOAL_ABOVE_TOTAL),
        (Part.REQUIRED, {"is_required": False}, RuleProblem.NO_REQUIRED_TASKS),
        (Part.GOAL, {"goal_points": 11}, RuleProblem.GOAL_ABOVE_TOTAL),
        (Part.GOAL, {"goal_points": 9}, None),
    ],
)
def test_value_when_it_cannot_work_has_a_problem(
    part: Part, told: dict[str, int | bool], problem: RuleProblem | None
) -> None:
    assert wanted(RULES, told, BOUND, part).problem is problem


SKILL = AchievementRef(uuid.UUID(int=8), uuid.UUID(int=9), needs_confirmation=True)
REVIEWED = TaskRule(BOUND, 20, confirmation=Confirmation.REVIEWER)
SKILL_RULES = RuleSet((TaskRule(uuid.UUID(int=2), 10), REVIEWED), 15, SKILL)


@pytest.mark.parametrize(
    ("part", "told", "task_id"),
    [
        (Part.CONFIRMATION, {"confirmation": "learner"}, BOUND),
        (Part.GOAL, {"goal_points": 10}, None),
        (Part.TASK, {"points": 5}, uuid.UUID(int=3)),
    ],
)
def test_value_when_it_lets_a_skill_badge_be_ticked_cannot_be_taken(
    part: Part, told: dict[str, int], task_id: uuid.UUID | None
) -> None:
    assert wanted(SKILL_RULES, told, task_id, part).problem is RuleProblem.SKILL_NEEDS_CONFIRMATION
    taking_part = replace(SKILL_RULES, achievement=replace(SKILL, needs_confirmation=False))
    assert wanted(taking_part, told, task_id, part).problem is None


def test_points_when_a_tick_is_worth_the_goal_cannot_be_taken_for_a_skill_badge() -> None:
    ticked = RuleSet((TaskRule(BOUND, 10), replace(REVIEWED, task_id=uuid.UUID(int=2))), 15, SKILL)

    assert wanted(ticked, {"points": 14}, BOUND, Part.POINTS).problem is None
    assert wanted(ticked, {"points": 15}, BOUND, Part.POINTS).problem is RuleProblem.SKILL_NEEDS_CONFIRMATION
