"""The teacher's form: lines of tasks, the goal, the badge. What was typed is never lost, whatever it was.

Lines are added, removed and moved by ordinary submit buttons. The guided start is the same form shown in steps.
"""

# WTForms has no annotations.
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from wtforms import FieldList, FormField, StringField

from config.typed_text import one_line
from gamification.engine.rule_set import MOST_POINTS, MOST_TASKS, Confirmation, TaskOrder
from gamification.errors import RuleProblem
from gamification.models import INSTRUCTIONS_LENGTH, TITLE_LENGTH
from gamification.publish import TaskDraft
from lti_tool.course.set_up import CourseSetup, TaskSetup
from lti_tool.roster.gradebook_models import Columns
from lti_tool.web.teacher.badge_fields import DETAIL_FIELDS, BadgeFields, badge_on_setup
from lti_tool.web.teacher.fields import NumberField, OneOf
from lti_tool.web.teacher.setup_problems import FormProblem, skill_sentence
from lti_tool.web.teacher.task_lines import (
    LINE_BUTTONS,
    Line,
    TaskForm,
    adopt_same_tasks,
    changed_lines,
    is_same,
    known_fields,
    line_of,
)

_BADGE_PATHS = {
    "badge.name": "badge_name",
    "badge.criteria": "badge_criteria",
    "badge.description": "badge_description",
    "badge.alt_text": "badge_alt",
    "badge.type": "badge_type",
}
BLANK_LINES = 3
"""How many empty lines a teacher sees the first time."""
BADGE_FIELDS = ("badge_name", "badge_criteria", "badge_entitled", *DETAIL_FIELDS)
OTHER_FIELDS = frozenset(
    {*BADGE_FIELDS, "preset", "filled_from", "goal_points", "order", "seen_number", "step", "columns"}
)


class SetupForm(BadgeFields):
    """Tasks, goal and badge of a course. `step`, `preset`, `filled_from` and `columns` are of the guided start."""

    tasks = FieldList(FormField(TaskForm))
    goal_points = NumberField()
    order = OneOf(TaskOrder)
    seen_number = NumberField()
    step = NumberField()
    preset = StringField(filters=[one_line])
    filled_from = StringField(filters=[one_line])
    columns = StringField(filters=[one_line])

    def __init__(self, formdata: Mapping[str, str] | None = None, **values: Any) -> None:
        super().__init__(known_fields(formdata, OTHER_FIELDS) if formdata is not None else None, **values)
        if self.seen_number.data is None:
            self.seen_number.data = -1
        self.problems = []
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
            self.say_of_list(RuleProblem.TOO_MANY_TASKS)
        elif wanted is not None:
            self.put_lines(changed_lines(lines, wanted, formdata[wanted]))
        if self.step.data is None:
            self.look_at_goal()
        return True

    def change_badge(self, formdata: Mapping[str, str]) -> bool:
        """Change or only show the badge, when one of those buttons was used; says whether one was."""
        if not super().change_badge(formdata):
            return False
        self.is_changed = True
        return True

    def put_lines(self, lines: Sequence[Mapping[str, object]]) -> None:
        """Let the form have these lines and no others."""
        self.tasks.process(None, lines)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check everything at once, so that all problems can be told together."""
        super().validate(extra_validators)
        self._check_lines()
        self._check_goal()
        self.check_badge()
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
            self.say(self.goal_points, RuleProblem.GOAL_ABOVE_TOTAL)

    def ask_to_choose(self) -> None:
        """Say that the first step of the guided start was left open."""
        self.say(self.preset, FormProblem.NOTHING_CHOSEN)

    def drafts(self) -> list[TaskDraft]:
        """Return the tasks as they are to be published; only after `validate`."""
        return [form.draft for form in self._drafted()]

    def show_problem(self, path: str, problem: StrEnum, setup: CourseSetup) -> None:
        """Put a problem that was found while publishing over `setup` at its field."""
        drafted = self._drafted()
        where = path.split(".")
        if problem == RuleProblem.SKILL_NEEDS_CONFIRMATION:
            self._refuse_skill(setup)
        elif where[0] == "badge":
            self.say(getattr(self, _BADGE_PATHS.get(path, ""), self.badge_name), problem)
        elif path == "goal":
            self.say(self.goal_points, problem)
        elif len(where) > 1 and where[1].isdecimal() and int(where[1]) < len(drafted):
            form = drafted[int(where[1])]
            part = {"is_bonus": "kind", "stays_when_undone": "stays"}.get(where[-1], where[-1])
            self.say(getattr(form, part, form.title), problem)
        else:
            self.say_of_list(problem)

    def _refuse_skill(self, setup: CourseSetup) -> None:
        """Say at the type what helps, with the number that counts: closed tasks give points too."""
        kept = {form.known_id for form in self.line_forms()}
        counting = [(form.draft.points, form.draft.confirmation) for form in self._drafted() if not form.is_bonus]
        gone = [(task.points, task.confirmation) for task in self.to_be_closed(setup) if not task.is_bonus]
        gone += [
            (rule.points, rule.confirmation) for rule in setup.closed if not (rule.is_bonus or rule.task_id in kept)
        ]
        own_word = sum(points for points, confirmation in counting + gone if confirmation.is_own_word)
        self.needs_confirmation = True
        self.say_in_words(
            self.badge_type,
            skill_sentence(
                own_word=own_word,
                total=self.total,
                is_any_confirmed=any(not confirmation.is_own_word for _points, confirmation in counting),
                can_tick_in_platform=any(
                    confirmation is Confirmation.PLATFORM for _points, confirmation in counting + gone
                ),
            ),
        )

    def is_published(self, setup: CourseSetup) -> bool:
        """Say whether what was typed is what holds: sent twice, or a colleague had the same idea. After `validate`."""
        drafts = self.drafts()
        return (
            len(drafts) == len(setup.tasks)
            and all(is_same(draft, task) for draft, task in zip(drafts, setup.tasks, strict=True))
            and (self.goal_points.data, self.order.data) == (setup.goal_points, setup.order)
            and self.is_same_badge(setup)
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
            self.say_of_list(RuleProblem.NO_TASKS)
        elif len(drafted) > MOST_TASKS:
            self.say_of_list(RuleProblem.TOO_MANY_TASKS)
        seen: set[object] = set()
        for form in drafted:
            self._check_line(form, seen)
        if not self.problems and all(form.is_bonus for form in drafted):
            self.say_of_list(RuleProblem.NO_REQUIRED_TASKS)

    def _check_line(self, form: TaskForm, seen: set[object]) -> None:
        task_id = form.known_id
        if form.task_id.data and (task_id is None or task_id in seen):
            self.say(form.title, RuleProblem.UNKNOWN_TASK)
        elif task_id is not None:
            seen.add(task_id)
        self.check_text(form.title, TITLE_LENGTH, RuleProblem.TITLE_MISSING, RuleProblem.TITLE_TOO_LONG)
        points = form.points.data
        if not form.points.typed:
            self.say(form.points, FormProblem.POINTS_MISSING)
        elif points is None:
            self.say(form.points, FormProblem.POINTS_NOT_A_NUMBER)
        elif points <= 0:
            self.say(form.points, RuleProblem.POINTS_NOT_POSITIVE)
        elif points > MOST_POINTS:
            self.say(form.points, RuleProblem.POINTS_TOO_HIGH)
        if len(form.instructions.data or "") > INSTRUCTIONS_LENGTH:
            self.say(form.instructions, RuleProblem.INSTRUCTIONS_TOO_LONG)

    def _check_goal(self) -> None:
        goal = self.goal_points.data
        if not self.goal_points.typed:
            self.say(self.goal_points, FormProblem.GOAL_MISSING)
        elif goal is None:
            self.say(self.goal_points, FormProblem.GOAL_NOT_A_NUMBER)
        elif goal <= 0:
            self.say(self.goal_points, RuleProblem.GOAL_NOT_POSITIVE)
        elif not self.problems:
            self.look_at_goal()


def posted_form(formdata: Mapping[str, str], setup: CourseSetup, locale: str) -> SetupForm:
    """Return the form as it was sent, over what is published."""
    form = SetupForm(formdata, data=badge_on_setup(setup, locale))
    form.settle_alt(setup.badge_details, locale)
    return form


def form_of(setup: CourseSetup, locale: str) -> SetupForm:
    """Return the form over what is published: as the first step of the guided start where that is nothing yet."""
    is_new = setup.version_number == 0
    form = SetupForm(
        data={
            "tasks": [line_of(task) for task in setup.tasks] or [{} for _ in range(BLANK_LINES)],
            "goal_points": setup.goal_points or None,
            "order": setup.order,
            "badge_name": setup.badge_name,
            "badge_criteria": setup.badge_criteria,
            "seen_number": setup.version_number,
            "step": 1 if is_new else None,
            "columns": Columns.ONE if is_new else "",
            **badge_on_setup(setup, locale),
        }
    )
    form.settle_alt(setup.badge_details, locale)
    return form
