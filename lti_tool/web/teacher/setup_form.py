"""The teacher's form: lines of tasks, the goal, the badge. What was typed is never lost, whatever it was.

Lines are added, removed and moved by ordinary submit buttons. The guided start is the same form shown in steps.
"""

# WTForms has no annotations.
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from wtforms import Field, FieldList, Form, FormField, StringField

from badges.achievement import AchievementProblem
from badges.models import CRITERIA_LENGTH, NAME_LENGTH
from config.typed_text import is_blank, one_line, several_lines
from gamification.engine.rule_set import MOST_POINTS, MOST_TASKS, TaskOrder
from gamification.errors import RuleProblem
from gamification.models import INSTRUCTIONS_LENGTH, TITLE_LENGTH
from gamification.publish import TaskDraft
from lti_tool.course.set_up import CourseSetup, TaskSetup
from lti_tool.roster.gradebook_models import Columns
from lti_tool.web.teacher.fields import NumberField, OneOf
from lti_tool.web.teacher.setup_problems import FormProblem, PlacedProblem, sentence_for
from lti_tool.web.teacher.task_lines import (
    LINE_BUTTONS,
    Line,
    TaskForm,
    adopt_same_tasks,
    changed_lines,
    is_same,
    known_fields,
    line_number,
    line_of,
)

BLANK_LINES = 3
"""How many empty lines a teacher sees the first time."""
TEXT_FIELDS = ("badge_name", "badge_criteria", "preset", "filled_from")
OTHER_FIELDS = frozenset({*TEXT_FIELDS, "goal_points", "order", "seen_number", "step", "columns"})


class SetupForm(Form):
    """Tasks, goal and badge of a course. `step`, `preset`, `filled_from` and `columns` are of the guided start."""

    tasks = FieldList(FormField(TaskForm))
    goal_points = NumberField()
    order = OneOf(TaskOrder)
    badge_name = StringField(filters=[one_line])
    badge_criteria = StringField(filters=[several_lines])
    seen_number = NumberField()
    step = NumberField()
    preset = StringField(filters=[one_line])
    filled_from = StringField(filters=[one_line])
    columns = StringField(filters=[one_line])

    def __init__(self, formdata: Mapping[str, str] | None = None, **values: Any) -> None:
        super().__init__(known_fields(formdata, OTHER_FIELDS) if formdata is not None else None, **values)
        if self.seen_number.data is None:
            self.seen_number.data = -1
        self.problems: list[PlacedProblem] = []
        self.is_conflict = False
        self.is_changed = False

    @property
    def chosen_columns(self) -> Columns | None:
        """Which gradebook columns were chosen, None where nothing was asked."""
        return next((columns for columns in Columns if columns == self.columns.data), None)

    def change_lines(self, formdata: Mapping[str, str]) -> bool:
        """Add, remove or move a line, or only count again, when one of those buttons was used; says whether one was."""
        wanted = next((name for name in LINE_BUTTONS if name in formdata), None)
        if wanted is None and "count" not in formdata:
            return False
        self.is_changed = True
        lines = [form.typed() for form in self.line_forms()]
        if wanted == "add" and len(lines) >= MOST_TASKS:
            self._say_of_list(RuleProblem.TOO_MANY_TASKS)
        elif wanted is not None:
            self.put_lines(changed_lines(lines, wanted, formdata[wanted]))
        if self.step.data is None:
            self.look_at_goal()
        return True

    def put_lines(self, lines: Sequence[Mapping[str, object]]) -> None:
        """Let the form have these lines and no others."""
        self.tasks.process(None, lines)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check everything at once, so that all problems can be told together."""
        super().validate(extra_validators)
        self._check_lines()
        self._check_goal()
        self._check_badge()
        return not self.problems

    def check_tasks(self) -> bool:
        """Check only the tasks, when the rest is still to come."""
        super().validate()
        self._check_lines()
        return not self.problems

    def look_at_goal(self) -> None:
        """Say at once, before anything is published, that the goal is above what can be earned."""
        goal = self.goal_points.data
        if goal is not None and goal > self.total > 0:
            self._say(self.goal_points, RuleProblem.GOAL_ABOVE_TOTAL)

    def ask_to_choose(self) -> None:
        """Say that the first step of the guided start was left open."""
        self._say(self.preset, FormProblem.NOTHING_CHOSEN)

    def drafts(self) -> list[TaskDraft]:
        """Return the tasks as they are to be published; only after `validate`."""
        return [form.draft for form in self._drafted()]

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
            part = {"is_bonus": "kind"}.get(where[-1], where[-1])
            self._say(getattr(form, part, form.title), problem)
        else:
            self._say_of_list(problem)

    def is_published(self, setup: CourseSetup) -> bool:
        """Say whether what was typed is what holds: sent twice, or a colleague had the same idea. After `validate`."""
        drafts = self.drafts()
        return (
            len(drafts) == len(setup.tasks)
            and all(is_same(draft, task) for draft, task in zip(drafts, setup.tasks, strict=True))
            and (self.goal_points.data, self.order.data, self.badge_name.data or "", self.badge_criteria.data or "")
            == (setup.goal_points, setup.order, setup.badge_name, setup.badge_criteria)
        )

    def show_conflict(self, setup: CourseSetup) -> None:
        """Say that somebody else published; the page shows theirs beside what was typed here."""
        self.is_conflict = True
        self.step.process_data(None)
        adopt_same_tasks(self._drafted(), setup)

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
            fixed = task if task and task.is_finished_by_someone else None
            lines.append(Line(index, form, "" if is_gone else form.task_id.data or "", fixed))
        return lines

    def to_be_closed(self, setup: CourseSetup) -> list[TaskSetup]:
        """Return the tasks that somebody did something with and that are no longer on the form."""
        kept = {form.known_id for form in self.line_forms()}
        return [task for task in setup.tasks if task.is_finished_by_someone and task.task_id not in kept]

    def seen_now(self, setup: CourseSetup) -> int:
        """Return the version that the page shows: after a conflict that is the newer one, which stands on it too."""
        return setup.version_number if self.is_conflict else int(self.seen_number.data)

    @property
    def total(self) -> int:
        """What the required tasks on the form are worth together, as far as the numbers can be read."""
        return self._worth(is_bonus=False)

    @property
    def bonus(self) -> int:
        """What the extra tasks on the form are worth together."""
        return self._worth(is_bonus=True)

    def _worth(self, *, is_bonus: bool) -> int:
        numbers = [form.points.data for form in self._drafted() if form.is_bonus == is_bonus]
        return sum(number for number in numbers if number is not None and 0 < number <= MOST_POINTS)

    def _drafted(self) -> list[TaskForm]:
        return [form for form in self.line_forms() if not form.is_empty]

    def _check_lines(self) -> None:
        self.problems = []
        drafted = self._drafted()
        if not drafted:
            self._say_of_list(RuleProblem.NO_TASKS)
        elif len(drafted) > MOST_TASKS:
            self._say_of_list(RuleProblem.TOO_MANY_TASKS)
        seen: set[object] = set()
        for form in drafted:
            self._check_line(form, seen)
        if not self.problems and all(form.is_bonus for form in drafted):
            self._say_of_list(RuleProblem.NO_REQUIRED_TASKS)

    def _check_line(self, form: TaskForm, seen: set[object]) -> None:
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
        if len(form.instructions.data or "") > INSTRUCTIONS_LENGTH:
            self._say(form.instructions, RuleProblem.INSTRUCTIONS_TOO_LONG)

    def _check_goal(self) -> None:
        goal = self.goal_points.data
        if not self.goal_points.typed:
            self._say(self.goal_points, FormProblem.GOAL_MISSING)
        elif goal is None:
            self._say(self.goal_points, FormProblem.GOAL_NOT_A_NUMBER)
        elif goal <= 0:
            self._say(self.goal_points, RuleProblem.GOAL_NOT_POSITIVE)
        elif not self.problems:
            self.look_at_goal()

    def _check_badge(self) -> None:
        """Both texts empty is a course without a badge; then nothing that cannot be seen is kept either."""
        name, criteria = self.badge_name, self.badge_criteria
        if is_blank(name.data or "") and is_blank(criteria.data or ""):
            name.data = criteria.data = ""
            return
        self._check_text(name, NAME_LENGTH, AchievementProblem.NAME_MISSING, AchievementProblem.NAME_TOO_LONG)
        self._check_text(
            criteria, CRITERIA_LENGTH, AchievementProblem.CRITERIA_MISSING, AchievementProblem.CRITERIA_TOO_LONG
        )

    def _check_text(self, field: Field, longest: int, missing: StrEnum, too_long: StrEnum) -> None:
        text = field.data or ""
        if is_blank(text):
            self._say(field, missing)
        elif len(text) > longest:
            self._say(field, too_long)

    def _say(self, field: Field, problem: StrEnum) -> None:
        sentence = sentence_for(problem, total=self.total)
        field.errors = (*field.errors, sentence)
        self.problems.append(PlacedProblem(field.id, sentence, line_number(field.name)))

    def _say_of_list(self, problem: StrEnum) -> None:
        self.problems.append(PlacedProblem("tasks", sentence_for(problem, total=self.total)))


def form_of(setup: CourseSetup) -> SetupForm:
    """Return the form over what is published: as the first step of the guided start where that is nothing yet."""
    is_new = setup.version_number == 0
    return SetupForm(
        data={
            "tasks": [line_of(task) for task in setup.tasks] or [{} for _ in range(BLANK_LINES)],
            "goal_points": setup.goal_points or None,
            "order": setup.order,
            "badge_name": setup.badge_name,
            "badge_criteria": setup.badge_criteria,
            "seen_number": setup.version_number,
            "step": 1 if is_new else None,
            "columns": Columns.ONE if is_new else "",
        }
    )
