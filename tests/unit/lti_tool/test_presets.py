"""The ready-made sets: each can be published as it is, in words that its readers understand."""

from __future__ import annotations

import re

import pytest

from badges.kinds import BadgeType
from badges.models import CRITERIA_LENGTH, DESCRIPTION_LENGTH, NAME_LENGTH
from config.ids import new_id
from gamification.engine.rule_set import AchievementRef, Confirmation, TaskRule, check_rules
from gamification.models import INSTRUCTIONS_LENGTH
from lti_tool.presets import Preset, PresetWords, find_preset, ready_made_sets
from lti_tool.words import LOCALES
from tests.architecture.translations_complete import FORBIDDEN, MOST_WORDS, SENTENCE_END

LONGEST_TITLE = 60
MARKS = re.compile(r"^(?:\d+\.|-)\s+|[*_]", re.M)
WORDED = [(preset, locale) for preset in ready_made_sets() for locale in LOCALES]


def sentences_of(text: str) -> list[str]:
    """Return the sentences as somebody reads them; a line is never part of the one before."""
    lines = MARKS.sub("", text).splitlines()
    return [sentence for line in lines for sentence in SENTENCE_END.split(line) if sentence.strip()]


def texts_of(words: PresetWords) -> list[str]:
    tasks = [text for task in words.tasks for text in (task.title, task.instructions)]
    return [words.title, words.purpose, words.badge_name, words.badge_criteria, words.badge_description, *tasks]


def test_sets_when_listed_are_three_in_their_order() -> None:
    assert [preset.key for preset in ready_made_sets()] == ["a_good_start", "working_safely", "going_digital"]


@pytest.mark.parametrize("preset", ready_made_sets(), ids=lambda preset: preset.key)
def test_set_when_published_as_it_is_would_be_accepted(preset: Preset) -> None:
    tasks = preset.in_language("nl").tasks

    check_rules(
        [TaskRule(new_id(), task.points, is_bonus=task.is_bonus, confirmation=task.confirmation) for task in tasks],
        preset.goal_points,
        AchievementRef(new_id(), new_id(), needs_confirmation=preset.badge_type.needs_confirmation),
    )

    assert 4 <= len(tasks) <= 6
    assert any(task.confirmation is Confirmation.REVIEWER for task in tasks)
    # The badge says that all of it was done, so nobody gets it who left a required task out.
    assert preset.goal_points == preset.total_points


@pytest.mark.parametrize("preset", ready_made_sets(), ids=lambda preset: preset.key)
def test_set_when_in_another_language_counts_the_same(preset: Preset) -> None:
    counted = {
        tuple((task.points, task.is_bonus, task.confirmation) for task in preset.words[locale].tasks)
        for locale in LOCALES
    }

    assert len(counted) == 1
    assert len({preset.words[locale].title for locale in LOCALES}) == len(LOCALES)


@pytest.mark.parametrize(("preset", "locale"), WORDED, ids=lambda value: getattr(value, "key", value))
def test_words_when_read_are_short_and_plain(preset: Preset, locale: str) -> None:
    words = preset.in_language(locale)

    for task in words.tasks:
        assert 0 < len(task.title) <= LONGEST_TITLE
        assert 0 < len(task.instructions) <= INSTRUCTIONS_LENGTH
    assert 0 < len(words.badge_name) <= NAME_LENGTH
    assert 0 < len(words.badge_criteria) <= CRITERIA_LENGTH
    assert 0 < len(words.badge_description) <= DESCRIPTION_LENGTH
    for text in texts_of(words):
        assert not FORBIDDEN.search(text), text
        assert [sentence for sentence in sentences_of(text) if len(sentence.split()) > MOST_WORDS] == []


def test_badges_when_of_the_sets_differ_in_picture_and_say_what_is_true() -> None:
    assert [preset.badge_type for preset in ready_made_sets()] == [
        BadgeType.ONBOARDING,
        BadgeType.SKILL,
        BadgeType.SKILL,
    ]
    assert len({preset.design for preset in ready_made_sets()}) == 3


def test_sentences_when_in_a_list_are_counted_one_by_one() -> None:
    assert sentences_of("1. Een **twee**.\n2. Drie: vier\n\nVijf! Zes") == ["Een twee", "Drie", "vier", "Vijf", "Zes"]


def test_sets_when_mixed_have_a_bonus_and_several_reviews() -> None:
    safe = find_preset("working_safely")

    assert safe is not None
    assert (safe.task_count, safe.bonus_points) == (6, 10)
    reviewed = [task for task in safe.in_language("en").tasks if task.confirmation is Confirmation.REVIEWER]
    assert len(reviewed) == 2


@pytest.mark.parametrize("key", ["", "empty", "../a_good_start", "__init__"])
def test_set_when_unknown_is_none(key: str) -> None:
    assert find_preset(key) is None
