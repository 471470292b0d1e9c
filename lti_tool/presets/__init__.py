"""Ready-made sets of tasks to begin a course with. Each is one TOML file here, in every language of the service.

A set is only a beginning: what a teacher makes of it is theirs, and nothing remembers where it came from.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from badges.achievement import BadgeDetails
from badges.kinds import BadgeType
from badges.picture.design import Design
from gamification.engine.rule_set import Confirmation
from gamification.publish import TaskDraft
from lti_tool.words import LOCALES, language_of


@dataclass(frozen=True)
class PresetWords:
    """A set in one language. `tasks` are new ones, in their order."""

    title: str
    purpose: str
    tasks: tuple[TaskDraft, ...]
    badge_name: str
    badge_criteria: str
    badge_description: str


@dataclass(frozen=True)
class Preset:
    """A ready-made set: what it counts, and its words by language."""

    key: str
    place: int
    goal_points: int
    words: Mapping[str, PresetWords]
    badge_type: BadgeType
    design: Design
    """The picture of its badge."""

    def in_language(self, locale: str) -> PresetWords:
        """Return the words in the language of a locale."""
        return self.words[language_of(locale)]

    def badge(self, locale: str) -> BadgeDetails:
        """Return what its badge is beside its name and criteria; the words for the picture are the page's."""
        language = language_of(locale)
        return BadgeDetails(
            description=self.words[language].badge_description,
            badge_type=self.badge_type,
            picture=self.design.to_text(),
            language=language,
        )

    @property
    def task_count(self) -> int:
        """How many tasks there are, extras too."""
        return len(self._tasks)

    @property
    def total_points(self) -> int:
        """What the required tasks are worth together."""
        return sum(task.points for task in self._tasks if not task.is_bonus)

    @property
    def bonus_points(self) -> int:
        """What the extras are worth together."""
        return sum(task.points for task in self._tasks if task.is_bonus)

    @property
    def _tasks(self) -> tuple[TaskDraft, ...]:
        return self.words[LOCALES[0]].tasks


@lru_cache(maxsize=1)
def ready_made_sets() -> tuple[Preset, ...]:
    """Return every set, in the order in which the page shows them."""
    found = [
        _read(file.name.removesuffix(".toml"), tomllib.loads(file.read_text(encoding="utf-8")))
        for file in files(__name__).iterdir()
        if file.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=lambda preset: preset.place))


def find_preset(key: str) -> Preset | None:
    """Return the set with this key."""
    return next((preset for preset in ready_made_sets() if preset.key == key), None)


def _read(key: str, content: Mapping[str, Any]) -> Preset:
    words = {locale: _words(content, locale) for locale in LOCALES}
    return Preset(
        key,
        content["place"],
        content["goal_points"],
        words,
        BadgeType(content["badge_type"]),
        Design.from_text(content["picture"]),
    )


def _words(content: Mapping[str, Any], locale: str) -> PresetWords:
    said = content[locale]
    return PresetWords(
        title=said["title"],
        purpose=said["purpose"],
        tasks=tuple(_task(task, locale) for task in content["tasks"]),
        badge_name=said["badge_name"],
        badge_criteria=said["badge_criteria"].strip(),
        badge_description=said["badge_description"],
    )


def _task(task: Mapping[str, Any], locale: str) -> TaskDraft:
    said = task[locale]
    return TaskDraft(
        None,
        said["title"],
        task["points"],
        said["instructions"].strip(),
        task.get("is_bonus", False),
        Confirmation(task.get("confirmation", Confirmation.LEARNER)),
        task.get("stays_when_undone", False),
    )
