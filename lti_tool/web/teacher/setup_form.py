"""The teacher's form: lines of tasks, the goal, the badge. What was typed is never lost, whatever it was.

Lines are added, removed and moved by ordinary submit buttons. Nothing from the request is trusted: field names are
read by a strict pattern, invisible control characters are taken out, and numbers are read from plain digits only.
"""

# WTForms has no annotations.
# mypy: allow-untyped-calls

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, Form, FormField, StringField
from wtforms.widgets import TextInput

from badges.achievement import AchievementProblem
from badges.models import CRITERIA_LENGTH, NAME_LENGTH
from config.errors import InputInvalid
from gamification.engine.rule_set import MOST_POINTS, MOST_TASKS
from gamification.errors import RuleProblem
from gamification.models import TITLE_LENGTH
from gamification.publish import TaskDraft
from lti_tool.course.set_up import CourseSetup
from lti_tool.web.teacher.setup_problems import FormProblem, sentence_for

BLANK_LINES = 3
"""How many empty lines a teacher sees the first time."""
MOST_LINES = MOST_TASKS + 50
_LINE_FIELD = re.compile(r"tasks-([0-9]{1,6})-(task_id|title|points)")
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")
_LONGEST_NUMBER = 12
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_GAPS = re.compile(r"[\s\x00-\x1f\x7f]+")


def one_line(value: str | None) -> str:
    """Return the text on one line, without control characters."""
    return _GAPS.sub(" ", value or "").strip()


def several_lines(value: str | None) -> str:
    """Return the text with plain line ends, without control characters."""
    return _CONTROL.sub("", (value or "").replace("\r\n", "\n").replace("\r", "\n")).strip()


def is_blank(text: str) -> bool:
    """Say whether nothing in the text can be seen."""
    return not any(character.isprintable() and not character.isspace() for character in text)


class NumberField(Field):
    """A whole number. `typed` is what stands in the field; `data` is None while that is no number."""

    widget = TextInput()
    typed: str = ""
    data: Any

    def process_data(self, value: object) -> None:
        """Take a number, or text that somebody typed earlier."""
        self._read("" if value is None else str(value))

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed."""
        if valuelist:
            self._read(str(valuelist[0]))

    def _read(self, text: str) -> None:
        self.typed = one_line(text)
        digits = self.typed.replace(" ", "").replace("\u00a0", "")
        self.data = int(digits[:_LONGEST_NUMBER]) if _WHOLE_NUMBER.fullmatch(digits) else None


class TaskForm(Form):
    """One line: a task with its points."""

    task_id = StringField(filters=[one_line])
    title = StringField(filters=[one_line])
    points = NumberField()

    @property
    def is_empty(self) -> bool:
        """Say whether this is a new line that nobody wrote on."""
        return not self.task_id.data and is_blank(self.title.data or "") and not self.points.typed

    @property
    def known_id(self) -> uuid.UUID | None:
        """The id of the task, None for a new one or for what is no id."""
        try:
            return uuid.UUID(self.task_id.data)
        except ValueError:
            return None


@dataclass(frozen=True)
class Line:
    """A task as the page draws it. Where somebody finished the task, its points are shown and cannot be changed."""

    index: int
    form: TaskForm
    task_id: str
    fixed_points: int | None


@dataclass(frozen=True)
class PlacedProblem:
    """A sentence and the field that it is about; `line` counts from one, 0 outside the tasks."""

    field_id: str
    sentence: str
    line: int = 0


class SetupForm(Form):
    """Tasks, goal and badge of a course."""

    tasks = FieldList(FormField(TaskForm))
    goal_points = NumberField()
    badge_name = StringField(filters=[one_line])
    badge_criteria = StringField(filters=[several_lines])
    seen_number = NumberField()

    def __init__(self, formdata: Mapping[str, str] | None = None, **values: Any) -> None:
        super().__init__(_known_fields(formdata) if formdata is not None else None, **values)
        if self.seen_number.data is None:
            self.seen_number.data = -1
        self.problems: list[PlacedProblem] = []
        self.is_conflict = False
        self.is_changed = False

    def change_lines(self, formdata: Mapping[str, str]) -> bool:
        """Add, remove or move a line when one of those buttons was used; says whether one was."""
        wanted = next((name for name in ("add", "remove", "up", "down") if name in formdata), None)
        if wanted is None:
            return False
        self.is_changed = True
        lines = [
            {"task_id": form.task_id.data, "title": form.title.data, "points": form.points.typed}
            for form in self.line_forms()
        ]
        index = _index_of(formdata[wanted], len(lines))
        if wanted == "add" and len(lines) < MOST_TASKS:
            lines.append({})
        elif wanted == "add":
            self._say_of_list(RuleProblem.TOO_MANY_TASKS)
        elif index is not None and wanted == "remove":
            del lines[index]
        elif index is not None:
            other = index - 1 if wanted == "up" else index + 1
            if 0 <= other < len(lines):
                lines[index], lines[other] = lines[other], lines[index]
        self.tasks.process(None, lines)
        return True

    def validate(self, extra_validators: Any = None) -> bool:
        """Check everything at once, so that all problems can be told together."""
        super().validate(extra_validators)
        self.problems = []
        drafted = self._drafted()
        if not drafted:
            self._say_of_list(RuleProblem.NO_TASKS)
        elif len(drafted) > MOST_TASKS:
            self._say_of_list(RuleProblem.TOO_MANY_TASKS)
        seen: set[uuid.UUID] = set()
        for form in drafted:
            self._check_line(form, seen)
        self._check_goal()
        self._check_text(
            self.badge_name, NAME_LENGTH, AchievementProblem.NAME_MISSING, AchievementProblem.NAME_TOO_LONG
        )
        self._check_text(
            self.badge_criteria,
            CRITERIA_LENGTH,
            AchievementProblem.CRITERIA_MISSING,
            AchievementProblem.CRITERIA_TOO_LONG,
        )
        return not self.problems

    def drafts(self) -> list[TaskDraft]:
        """Return the tasks as they are to be published; only after `validate`."""
        return [TaskDraft(form.known_id, form.title.data, form.points.data) for form in self._drafted()]

    def show_problem(self, path: str, problem: StrEnum) -> None:
        """Put a problem that was found while publishing at its field."""
        drafted = self._drafted()
        where = path.split(".")
        if path == "badge.name":
            self._say(self.badge_name, problem)
        elif path == "badge.criteria":
            self._say(self.badge_criteria, problem)
        elif path == "goal":
            self._say(self.goal_points, problem)
        elif len(where) > 1 and where[1].isdecimal() and int(where[1]) < len(drafted):
            form = drafted[int(where[1])]
            self._say(form.points if where[-1] == "points" else form.title, problem)
        else:
            self._say_of_list(problem)

    def is_published(self, setup: CourseSetup) -> bool:
        """Say whether what was typed is what holds: sent twice, or a colleague had the same idea. After `validate`."""
        drafts = self.drafts()
        return (
            len(drafts) == len(setup.tasks)
            and all(
                (draft.title, draft.points) == (task.title, task.points) and draft.task_id in {None, task.task_id}
                for draft, task in zip(drafts, setup.tasks, strict=True)
            )
            and (self.goal_points.data, self.badge_name.data, self.badge_criteria.data)
            == (setup.goal_points, setup.badge_name, setup.badge_criteria)
        )

    def show_conflict(self, setup: CourseSetup) -> None:
        """Say that somebody else published; the page shows theirs beside what was typed here.

        A line that names no task of theirs is taken to mean the one with the same title and points, where there is
        one left, so that publishing what was typed does not make their tasks a second time.
        """
        self.is_conflict = True
        drafted = self._drafted()
        published = {task.task_id for task in setup.tasks}
        named = {form.known_id for form in drafted}
        unnamed = [task for task in setup.tasks if task.task_id not in named]
        for form in drafted:
            if form.known_id in published:
                continue
            same = (task for task in unnamed if (task.title, task.points) == (form.title.data, form.points.data))
            if task := next(same, None):
                unnamed.remove(task)
                form.task_id.data = str(task.task_id)

    def line_forms(self) -> list[TaskForm]:
        """Return the form of each line."""
        return [entry.form for entry in self.tasks.entries]

    def lines(self, setup: CourseSetup) -> list[Line]:
        """Return the lines as the page draws them, over what is published now."""
        published = {task.task_id: task for task in setup.tasks}
        lines = []
        for index, form in enumerate(self.line_forms()):
            task = published.get(form.known_id) if form.known_id else None
            is_gone = self.is_conflict and task is None
            fixed = task.points if task and task.is_finished_by_someone else None
            lines.append(Line(index, form, "" if is_gone else form.task_id.data or "", fixed))
        return lines

    def seen_now(self, setup: CourseSetup) -> int:
        """Return the version that the page shows: after a conflict that is the newer one, which stands on it too."""
        return setup.version_number if self.is_conflict else int(self.seen_number.data)

    @property
    def total(self) -> int:
        """What the tasks on the form are worth together, as far as the numbers can be read."""
        return sum(
            form.points.data
            for form in self._drafted()
            if form.points.data is not None and 0 < form.points.data <= MOST_POINTS
        )

    def _drafted(self) -> list[TaskForm]:
        return [form for form in self.line_forms() if not form.is_empty]

    def _check_line(self, form: TaskForm, seen: set[uuid.UUID]) -> None:
        task_id = form.known_id
        if form.task_id.data and (task_id is None or task_id in seen):
            self._say(form.title, RuleProblem.UNKNOWN_TASK)
        elif task_id is not None:
            seen.add(task_id)
        self._check_text(form.title, TITLE_LENGTH, RuleProblem.TITLE_MISSING, RuleProblem.TITLE_TOO_LONG)
        points = form.points.data
        if not form.points.typed:
            self._say(form.points, FormProblem.POINTS_MISSING)
        elif points is None:
            self._say(form.points, FormProblem.POINTS_NOT_A_NUMBER)
        elif points <= 0:
            self._say(form.points, RuleProblem.POINTS_NOT_POSITIVE)
        elif points > MOST_POINTS:
            self._say(form.points, RuleProblem.POINTS_TOO_HIGH)

    def _check_goal(self) -> None:
        goal = self.goal_points.data
        if not self.goal_points.typed:
            self._say(self.goal_points, FormProblem.GOAL_MISSING)
        elif goal is None:
            self._say(self.goal_points, FormProblem.GOAL_NOT_A_NUMBER)
        elif goal <= 0:
            self._say(self.goal_points, RuleProblem.GOAL_NOT_POSITIVE)
        elif goal > self.total and not self.problems:
            self._say(self.goal_points, RuleProblem.GOAL_ABOVE_TOTAL)

    def _check_text(self, field: Field, longest: int, missing: StrEnum, too_long: StrEnum) -> None:
        text = field.data or ""
        if is_blank(text):
            self._say(field, missing)
        elif len(text) > longest:
            self._say(field, too_long)

    def _say(self, field: Field, problem: StrEnum) -> None:
        sentence = sentence_for(problem, total=self.total)
        field.errors = (*field.errors, sentence)
        line = _LINE_FIELD.fullmatch(field.name)
        self.problems.append(PlacedProblem(field.id, sentence, int(line[1]) + 1 if line else 0))

    def _say_of_list(self, problem: StrEnum) -> None:
        self.problems.append(PlacedProblem("tasks", sentence_for(problem, total=self.total)))


def form_of(setup: CourseSetup) -> SetupForm:
    """Return the form over what is published, with empty lines where that is nothing yet."""
    tasks: list[dict[str, object]] = [
        {"task_id": str(task.task_id), "title": task.title, "points": task.points} for task in setup.tasks
    ]
    return SetupForm(
        data={
            "tasks": tasks or [{} for _ in range(BLANK_LINES)],
            "goal_points": setup.goal_points or None,
            "badge_name": setup.badge_name,
            "badge_criteria": setup.badge_criteria,
            "seen_number": setup.version_number,
        }
    )


def _known_fields(formdata: Mapping[str, str]) -> MultiDict[str, str]:
    """Return only the fields of this form, the lines numbered from nought in the order of their numbers."""
    lines: dict[int, dict[str, str]] = {}
    fields: MultiDict[str, str] = MultiDict()
    for name, value in formdata.items():
        line = _LINE_FIELD.fullmatch(name)
        if line:
            lines.setdefault(int(line[1]), {})[line[2]] = value
        elif name in {"goal_points", "badge_name", "badge_criteria", "seen_number"}:
            fields[name] = value
    if len(lines) > MOST_LINES:
        raise InputInvalid("too-many-lines", field="tasks")
    for index, number in enumerate(sorted(lines)):
        for part in ("task_id", "title", "points"):
            fields[f"tasks-{index}-{part}"] = lines[number].get(part, "")
    return fields


def _index_of(text: str, length: int) -> int | None:
    if re.fullmatch(r"[0-9]{1,6}", text) and int(text) < length:
        return int(text)
    return None
