"""The lines of tasks on the teacher's form: reading them from a request, and adding, removing and moving them.

Nothing from the request is trusted: field names are read by a strict pattern.
"""

# WTForms has no annotations.
# mypy: allow-untyped-calls

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, StringField

from config.errors import InputInvalid
from config.typed_text import is_blank, one_line, several_lines
from gamification.engine.rule_set import MOST_TASKS, Confirmation
from gamification.publish import TaskDraft
from lti_tool.course.set_up import CourseSetup, TaskSetup
from lti_tool.web.teacher.fields import NumberField, OneOf

MOST_LINES = MOST_TASKS + 50
LINE_BUTTONS = ("add", "remove", "up", "down")
PARTS = ("task_id", "title", "points", "instructions", "kind", "confirmation", "stays")
_LINE_FIELD = re.compile(rf"tasks-([0-9]{{1,6}})-({'|'.join(PARTS)})")


class Kind(StrEnum):
    """Whether a task counts for the goal."""

    REQUIRED = "required"
    BONUS = "bonus"


class TaskForm(Form):
    """One line: a task with its points, what to do, and how it counts."""

    task_id = StringField(filters=[one_line])
    title = StringField(filters=[one_line])
    points = NumberField()
    instructions = StringField(filters=[several_lines])
    kind = OneOf(Kind)
    confirmation = OneOf(Confirmation)
    stays = BooleanField()

    @property
    def is_empty(self) -> bool:
        """Say whether this is a new line that nobody wrote on."""
        texts = (self.title.data or "", self.instructions.data or "")
        return not self.task_id.data and not self.points.typed and all(is_blank(text) for text in texts)

    @property
    def known_id(self) -> uuid.UUID | None:
        """The id of the task, None for a new one or for what is no id."""
        try:
            return uuid.UUID(self.task_id.data)
        except ValueError:
            return None

    @property
    def is_bonus(self) -> bool:
        """Whether the task stands outside goal and total."""
        return bool(self.kind.data is Kind.BONUS)

    @property
    def stays_when_undone(self) -> bool:
        """Whether points stay when the platform takes its word back; ticked at any other task it means nothing."""
        return bool(self.stays.data) and bool(self.confirmation.data.is_by_platform)

    @property
    def draft(self) -> TaskDraft:
        """The task as it would be published; only where the points are a number."""
        return TaskDraft(
            self.known_id,
            self.title.data,
            self.points.data,
            self.instructions.data or "",
            self.is_bonus,
            self.confirmation.data,
            self.stays_when_undone,
        )

    def typed(self) -> dict[str, object]:
        """Return what stands on the line, whatever it is, to put it on another."""
        return {
            "task_id": self.task_id.data,
            "title": self.title.data,
            "points": self.points.typed,
            "instructions": self.instructions.data,
            "kind": self.kind.data,
            "confirmation": self.confirmation.data,
            "stays": self.stays.data,
        }


@dataclass(frozen=True)
class Line:
    """A task as the page draws it. Where somebody did anything with it, `fixed` holds what cannot be changed."""

    index: int
    form: TaskForm
    task_id: str
    fixed: TaskSetup | None

    @property
    def is_bonus(self) -> bool:
        """Whether the page shows the task as extra."""
        return self.fixed.is_bonus if self.fixed else self.form.is_bonus

    @property
    def confirmation(self) -> Confirmation:
        """How the page says that the task is finished."""
        return self.fixed.confirmation if self.fixed else Confirmation(self.form.confirmation.data)

    @property
    def stays(self) -> bool:
        """Whether the page shows that points stay. What was promised stays promised."""
        return bool(self.form.stays.data) or bool(self.fixed and self.fixed.stays_when_undone)

    @property
    def points(self) -> str:
        """What stands in the field of the points."""
        return str(self.fixed.points) if self.fixed else self.form.points.typed

    @property
    def has_open_problem(self) -> bool:
        """Whether something is wrong in the part that is closed until somebody opens it."""
        folded = (self.form.instructions, self.form.kind, self.form.confirmation, self.form.stays)
        return any(field.errors for field in folded)

    @property
    def has_problem(self) -> bool:
        """Whether anything on the line is wrong."""
        return bool(self.has_open_problem or self.form.title.errors or self.form.points.errors)


def line_of(task: TaskSetup) -> dict[str, object]:
    """Return a published task as it stands on a line."""
    return {
        "task_id": str(task.task_id),
        "title": task.title,
        "points": task.points,
        "instructions": task.instructions,
        "kind": Kind.BONUS if task.is_bonus else Kind.REQUIRED,
        "confirmation": task.confirmation,
        "stays": task.stays_when_undone,
    }


def is_same(draft: TaskDraft, task: TaskSetup) -> bool:
    """Say whether publishing this line would leave this task as it is; a new line may mean it."""
    return draft.task_id in {None, task.task_id} and (
        draft.title,
        draft.points,
        draft.instructions,
        draft.is_bonus,
        draft.confirmation,
        draft.stays_when_undone,
    ) == (task.title, task.points, task.instructions, task.is_bonus, task.confirmation, task.stays_when_undone)


def adopt_same_tasks(forms: Sequence[TaskForm], setup: CourseSetup) -> None:
    """Let each line that names no published task mean the one that counts the same, where there is one left.

    So publishing what was typed does not make a colleague's tasks a second time.
    """
    published = {task.task_id for task in setup.tasks}
    named = {form.known_id for form in forms}
    unnamed = [task for task in setup.tasks if task.task_id not in named]
    for form in forms:
        if form.known_id in published:
            continue
        wanted = (form.title.data, form.points.data, form.is_bonus, form.confirmation.data, form.stays_when_undone)
        same = (
            task
            for task in unnamed
            if (task.title, task.points, task.is_bonus, task.confirmation, task.stays_when_undone) == wanted
        )
        if task := next(same, None):
            unnamed.remove(task)
            form.task_id.data = str(task.task_id)


def changed_lines(lines: Sequence[dict[str, object]], button: str, place: str) -> list[dict[str, object]]:
    """Return the lines after one of the buttons of `LINE_BUTTONS`; a place that is none of them changes nothing."""
    changed = list(lines)
    index = int(place) if re.fullmatch(r"[0-9]{1,6}", place) and int(place) < len(lines) else None
    if button == "add":
        changed.append({})
    elif index is not None and button == "remove":
        del changed[index]
    elif index is not None:
        other = index - 1 if button == "up" else index + 1
        if 0 <= other < len(changed):
            changed[index], changed[other] = changed[other], changed[index]
    return changed


def line_number(field_name: str) -> int:
    """Return on which line the field stands, counting from one; 0 outside the tasks."""
    line = _LINE_FIELD.fullmatch(field_name)
    return int(line[1]) + 1 if line else 0


def known_fields(formdata: Mapping[str, str], others: frozenset[str]) -> MultiDict[str, str]:
    """Return only these fields and those of lines, the lines numbered from nought in the order of their numbers.

    Raises:
        InputInvalid: more lines than any page of ours has.
    """
    lines: dict[int, dict[str, str]] = {}
    fields: MultiDict[str, str] = MultiDict()
    for name, value in formdata.items():
        line = _LINE_FIELD.fullmatch(name)
        if line:
            lines.setdefault(int(line[1]), {})[line[2]] = value
        elif name in others:
            fields[name] = value
    if len(lines) > MOST_LINES:
        raise InputInvalid("too-many-lines", field="tasks")
    for index, number in enumerate(sorted(lines)):
        for part in PARTS:
            fields[f"tasks-{index}-{part}"] = lines[number].get(part, "")
    return fields
