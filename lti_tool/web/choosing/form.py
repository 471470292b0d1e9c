"""The form on which a teacher picks what to place in the course: what there is already, and new tasks.

What was typed is never lost. Lines are added and removed by ordinary submit buttons.
"""

# WTForms has no annotations.
# mypy: allow-untyped-calls

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from flask_babel import gettext, ngettext
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, FormField

from gamification.engine.rule_set import MOST_POINTS, MOST_TASKS, Confirmation
from gamification.errors import RuleProblem
from gamification.models import TITLE_LENGTH
from lti_tool.choosing import Offer, Pick
from lti_tool.roster.item_models import GateCondition, ItemKind
from lti_tool.web.teacher.fields import NumberField
from lti_tool.web.teacher.setup_problem_form import ProblemForm
from lti_tool.web.teacher.setup_problems import FormProblem, PlacedProblem
from lti_tool.web.teacher.task_lines import TaskForm, changed_lines, known_fields

COURSE, BADGE = "course", "badge"
OTHER_FIELDS = frozenset({"goal_points"})
BLANK_LINES = 1


class Added(StrEnum):
    """Which kind of line a button adds."""

    OWN = "own"
    NATIVE = "native"


class ChoosingForm(ProblemForm):
    """What is ticked among what there is, and lines of new tasks."""

    tasks = FieldList(FormField(TaskForm))
    goal_points = NumberField()

    def __init__(self, offer: Offer, formdata: MultiDict[str, str] | None = None, **values: Any) -> None:
        super().__init__(known_fields(formdata, OTHER_FIELDS) if formdata is not None else None, **values)
        self.offer = offer
        self.problems: list[PlacedProblem] = []
        self.picked = formdata.getlist("pick") if formdata is not None else _first_picks(offer)
        self.with_columns = formdata is None or "columns" in formdata
        self.is_changed = False

    @property
    def total(self) -> int:
        """What the required tasks of the course are worth together, the new ones too."""
        new = [form.points.data for form in self.drafted() if not form.is_bonus]
        return self.offer.total_points + sum(int(number) for number in new if number and 0 < number <= MOST_POINTS)

    def change_lines(self, formdata: Mapping[str, str]) -> bool:
        """Add or remove a line, when one of those buttons was used; says whether one was."""
        button = next((name for name in ("add", "remove") if name in formdata), None)
        if button is None:
            return False
        self.is_changed = True
        lines = [form.typed() for form in self.line_forms()]
        if button == "add":
            is_native = formdata["add"] == Added.NATIVE
            confirmation = Confirmation.PLATFORM if is_native else Confirmation.LEARNER
            if len(lines) < MOST_TASKS:
                lines.append({"confirmation": confirmation})
        else:
            lines = changed_lines(lines, "remove", formdata["remove"])
        self.tasks.process(None, lines)
        return True

    def line_forms(self) -> list[TaskForm]:
        """Return the form of each line."""
        return [entry.form for entry in self.tasks.entries]

    def drafted(self) -> list[TaskForm]:
        """Return the lines on which something was written."""
        return [form for form in self.line_forms() if not form.is_empty]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check everything at once, so that all problems can be told together."""
        super().validate(extra_validators)
        self.problems = []
        drafted = self.drafted()
        for form in drafted:
            self._check_line(form)
        if len(self.offer.tasks) + len(drafted) > MOST_TASKS:
            self.say_of_list(RuleProblem.TOO_MANY_TASKS)
        self._check_goal(drafted)
        count = len(self.ticked()) + len(drafted)
        if not self.problems and count == 0:
            self.say_of_picks(gettext("Choose at least one thing, or go back to your course."))
        if count > 1 and not self.offer.accepts.accepts_multiple:
            self.say_of_picks(gettext("Your learning platform takes one thing at a time. Choose one."))
        return not self.problems

    def picks(self) -> list[Pick]:
        """Return what is to be placed; only after `validate`."""
        edited = self.offer.edited
        found = [
            Pick(
                kind,
                task_id=task_id,
                condition=self._condition_of(task_id),
                wants_column=self.with_columns or kind is ItemKind.GATE,
                item_id=edited.id if edited is not None else None,
            )
            for kind, task_id in self.ticked()
        ]
        return found + [self._new(form) for form in self.drafted()]

    def ticked(self) -> list[tuple[ItemKind, uuid.UUID | None]]:
        """Return what is ticked among what this course has, in the order of the page."""
        picked = set(self.picked)
        found: list[tuple[ItemKind, uuid.UUID | None]] = [(ItemKind.COURSE, None)] if COURSE in picked else []
        for task in self.offer.tasks:
            if str(task.rule.task_id) in picked:
                at_gate = task.rule.confirmation.is_by_platform and self.offer.has_gates
                found.append((ItemKind.GATE if at_gate else ItemKind.TASK, task.rule.task_id))
        if BADGE in picked and self.offer.badge_name:
            found.append((ItemKind.BADGE, None))
        return found

    def say_of_picks(self, sentence: str) -> None:
        """Put a sentence at the list of what can be ticked."""
        self.problems.append(PlacedProblem("picks", sentence))

    def show_problem(self, path: str, problem: StrEnum) -> None:
        """Put a problem that was found while publishing at its line: new tasks come behind those that there are."""
        where = path.split(".")
        drafted = self.drafted()
        index = int(where[1]) - len(self.offer.tasks) if len(where) > 1 and where[1].isdecimal() else -1
        if 0 <= index < len(drafted):
            self.say(getattr(drafted[index], where[-1], drafted[index].title), problem)
        elif path == "goal":
            self.say(self.goal_points, problem)
        else:
            self.say_of_list(problem)

    def _new(self, form: TaskForm) -> Pick:
        draft = form.draft
        is_native = draft.confirmation.is_by_platform
        return Pick(
            ItemKind.GATE if is_native and self.offer.has_gates else ItemKind.TASK,
            draft=draft,
            condition=_condition(draft.confirmation),
            wants_column=self.with_columns or is_native,
        )

    def _condition_of(self, task_id: uuid.UUID | None) -> GateCondition:
        rule = next((task.rule for task in self.offer.tasks if task.rule.task_id == task_id), None)
        return _condition(rule.confirmation) if rule else GateCondition.COMPLETED

    def _check_line(self, form: TaskForm) -> None:
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

    def _check_goal(self, drafted: Sequence[TaskForm]) -> None:
        if self.offer.version_number or not drafted:
            return
        goal = self.goal_points.data
        if not self.problems and all(form.is_bonus for form in drafted):
            self.say_of_list(RuleProblem.NO_REQUIRED_TASKS)
        if not self.goal_points.typed:
            return
        if goal is None:
            self.say(self.goal_points, FormProblem.GOAL_NOT_A_NUMBER)
        elif goal <= 0:
            self.say(self.goal_points, RuleProblem.GOAL_NOT_POSITIVE)
        elif goal > self.total > 0:
            self.say(self.goal_points, RuleProblem.GOAL_ABOVE_TOTAL)


def form_of(offer: Offer) -> ChoosingForm:
    """Return the form as it is first shown: an empty course begins with a line to write on."""
    lines: list[dict[str, object]] = [] if offer.version_number or offer.edited else [{} for _ in range(BLANK_LINES)]
    return ChoosingForm(offer, data={"tasks": lines})


def links_sentence(count: int) -> str:
    """Say how many links of this task the course has."""
    return ngettext("Has %(num)s link in the course.", "Has %(num)s links in the course.", count)


def _condition(confirmation: Confirmation) -> GateCondition:
    return GateCondition.GRADE if confirmation is Confirmation.PLATFORM_GRADE else GateCondition.COMPLETED


def _first_picks(offer: Offer) -> list[str]:
    """Tick the item that is edited; else nothing is ticked."""
    if offer.edited is None:
        return []
    if offer.edited.task_id is not None:
        return [str(offer.edited.task_id)]
    return [BADGE if offer.edited.kind == ItemKind.BADGE else COURSE]
