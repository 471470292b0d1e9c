"""The form on which a teacher picks what to place in the course: what there is already, and new tasks.

Where the link of a task is edited its one line is that task. What was typed is never lost. Lines are added and removed
by ordinary submit buttons.
"""

# WTForms has no annotations.
# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from flask_babel import gettext, ngettext
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, FormField

from gamification.engine.rule_set import MOST_POINTS, MOST_TASKS, Confirmation
from gamification.errors import RuleProblem
from gamification.models import INSTRUCTIONS_LENGTH, TITLE_LENGTH
from gamification.publish import TaskDraft
from lti_tool.choosing import Edited, Offer, Pick, Placeable
from lti_tool.roster.item_models import GateCondition, ItemKind
from lti_tool.web.teacher.fields import NumberField
from lti_tool.web.teacher.setup_problem_form import ProblemForm
from lti_tool.web.teacher.setup_problems import FormProblem, PlacedProblem, sentence_for
from lti_tool.web.teacher.task_lines import Kind, TaskForm, changed_lines, known_fields

COURSE, BADGE, NEW = "course", "badge", "new"
OTHER_FIELDS = frozenset({"goal_points", "seen_number"})
NATIVE_LINES = 3
"""How many lines come at once for assignments of the course: it has several, and empty lines are passed over."""
_FIELDS = {"is_bonus": "kind", "stays_when_undone": "stays"}
"""Parts of a rule whose field has another name."""


class Added(StrEnum):
    """Which kind of line a button adds."""

    OWN = "own"
    NATIVE = "native"


class ChoosingForm(ProblemForm):
    """What is ticked among what there is, and lines of new tasks, or of the one that is edited."""

    tasks = FieldList(FormField(TaskForm))
    goal_points = NumberField()
    seen_number = NumberField()

    def __init__(self, offer: Offer, formdata: MultiDict[str, str] | None = None, **values: Any) -> None:
        super().__init__(known_fields(formdata, OTHER_FIELDS) if formdata is not None else None, **values)
        self.offer = offer
        self.problems: list[PlacedProblem] = []
        self.picked = formdata.getlist("pick") if formdata is not None else _first_picks(offer)
        self.with_columns = _has_column(offer.edited) if formdata is None else "columns" in formdata
        self.is_changed = False
        self.is_conflict = False

    @property
    def edited_task(self) -> Placeable | None:
        """The task of the link that is edited, whose line this form has."""
        return self.offer.edited.task if self.offer.edited is not None else None

    @property
    def seen_now(self) -> int:
        """Which version the page shows: after a conflict the new one, so that placing again is a choice."""
        if self.is_conflict or self.seen_number.data is None:
            return self.offer.version_number
        return int(self.seen_number.data)

    @property
    def total(self) -> int:
        """What the required tasks of the course are worth together, as they would be."""
        new = [form.points.data for form in self.drafted() if not form.is_bonus]
        edited = self.edited_task
        before = edited.rule.points if edited is not None and not edited.rule.is_bonus else 0
        typed = sum(int(number) for number in new if number and 0 < number <= MOST_POINTS)
        return self.offer.total_points - before + typed

    def change_lines(self, formdata: Mapping[str, str]) -> bool:
        """Add or remove a line, when one of those buttons was used; says whether one was."""
        button = next((name for name in ("add", "remove") if name in formdata), None)
        if button is None or self.edited_task is not None:
            return False
        self.is_changed = True
        lines = [form.typed() for form in self.line_forms()]
        if button == "add":
            is_native = formdata["add"] == Added.NATIVE and self.offer.has_gates
            confirmation = Confirmation.PLATFORM if is_native else Confirmation.LEARNER
            count = NATIVE_LINES if is_native and not self.offer.takes_one else 1
            lines += [{"confirmation": confirmation} for _ in range(min(count, MOST_TASKS - len(lines)))]
        else:
            lines = changed_lines(lines, "remove", formdata["remove"])
        self.tasks.process(None, lines)
        return True

    def line_forms(self) -> list[TaskForm]:
        """Return the form of each line."""
        return [entry.form for entry in self.tasks.entries]

    def drafted(self) -> list[TaskForm]:
        """Return the lines that count: of the edited task while it is ticked, else those with something on them."""
        if self.edited_task is not None:
            return self.line_forms()[:1] if self._is_ticked(self.edited_task) else []
        return [form for form in self.line_forms() if not form.is_empty]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check everything at once, so that all problems can be told together."""
        super().validate(extra_validators)
        self.problems = []
        drafted = self.drafted()
        for form in drafted:
            self._check_line(form)
        new = [] if self.edited_task is not None else drafted
        if len(self.offer.tasks) + len(new) > MOST_TASKS:
            self.say_of_list(RuleProblem.TOO_MANY_TASKS)
        self._check_goal(new)
        count = len(self.ticked()) + len(new)
        if not self.problems and count == 0:
            self.say_of_picks(gettext("Choose at least one thing, or go back to your course."))
        if count > 1 and self.offer.takes_one:
            self.say_of_picks(gettext("Your learning platform takes one thing at a time. Choose one."))
        return not self.problems

    def picks(self) -> list[Pick]:
        """Return what is to be placed; only after `validate`."""
        edited = self.offer.edited
        found = [self._pick(kind, task, edited) for kind, task in self.ticked()]
        return found + ([] if self.edited_task is not None else [self._new(form) for form in self.drafted()])

    def ticked(self) -> list[tuple[ItemKind, Placeable | None]]:
        """Return what is ticked among what this course has, in the order of the page."""
        found: list[tuple[ItemKind, Placeable | None]] = [(ItemKind.COURSE, None)] if COURSE in self.picked else []
        for task in self.offer.tasks:
            if self._is_ticked(task):
                found.append((self._kind_of(task.rule.confirmation), task))
        if BADGE in self.picked and self.offer.badge_name:
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
        if drafted and self.edited_task is not None:
            index = 0
        if path == "goal" and not self.offer.version_number:
            self.say(self.goal_points, problem)
        elif path == "goal" and drafted:
            self.say_in_words(drafted[0].points, self._goal_sentence(problem))
        elif 0 <= index < len(drafted):
            found = getattr(drafted[index], _FIELDS.get(where[-1], where[-1]), None)
            self.say(found if isinstance(found, Field) else drafted[index].title, problem)
        else:
            self.say_of_list(problem)

    def _pick(self, kind: ItemKind, task: Placeable | None, edited: Edited | None) -> Pick:
        draft = self._changed_draft(task) if task is not None and task is self.edited_task else None
        confirmation = draft.confirmation if draft else task.rule.confirmation if task else Confirmation.LEARNER
        kind = self._kind_of(confirmation) if task is not None else kind
        return Pick(
            kind,
            task_id=task.rule.task_id if task else None,
            draft=draft,
            condition=_condition(confirmation),
            wants_column=self.with_columns or kind is ItemKind.GATE,
            item_id=edited.item_id if edited is not None else None,
        )

    def _changed_draft(self, task: Placeable) -> TaskDraft:
        """Return the edited task as it was typed; what stands, whatever came with the form."""
        form, rule = self.line_forms()[0], task.rule
        if not task.is_finished_by_someone:
            return replace(form.draft, task_id=rule.task_id)
        return TaskDraft(
            rule.task_id,
            form.title.data,
            rule.points,
            form.instructions.data or "",
            rule.is_bonus,
            rule.confirmation,
            rule.stays_when_undone or (bool(form.stays.data) and rule.confirmation.is_by_platform),
        )

    def _new(self, form: TaskForm) -> Pick:
        draft = replace(form.draft, task_id=None)
        kind = self._kind_of(draft.confirmation)
        return Pick(
            kind,
            draft=draft,
            condition=_condition(draft.confirmation),
            wants_column=self.with_columns or kind is ItemKind.GATE,
        )

    def _kind_of(self, confirmation: Confirmation) -> ItemKind:
        return ItemKind.GATE if confirmation.is_by_platform and self.offer.has_gates else ItemKind.TASK

    def _is_ticked(self, task: Placeable) -> bool:
        return str(task.rule.task_id) in self.picked

    def _goal_sentence(self, problem: StrEnum) -> str:
        if problem is RuleProblem.GOAL_ABOVE_TOTAL:
            return gettext(
                "The goal of this course is %(goal)s points, and the required tasks would be worth %(total)s together. "
                "Give this task more points, or lower the goal first: open Mijlpaal from your course.",
                goal=self.offer.goal_points,
                total=self.total,
            )
        return sentence_for(problem, total=self.total)

    def _check_line(self, form: TaskForm) -> None:
        self.check_text(form.title, TITLE_LENGTH, RuleProblem.TITLE_MISSING, RuleProblem.TITLE_TOO_LONG)
        points = form.points.data
        if self.edited_task is not None and self.edited_task.is_finished_by_someone:
            pass
        elif not form.points.typed:
            self.say(form.points, FormProblem.POINTS_MISSING)
        elif points is None:
            self.say(form.points, FormProblem.POINTS_NOT_A_NUMBER)
        elif points <= 0:
            self.say(form.points, RuleProblem.POINTS_NOT_POSITIVE)
        elif points > MOST_POINTS:
            self.say(form.points, RuleProblem.POINTS_TOO_HIGH)
        if len(form.instructions.data or "") > INSTRUCTIONS_LENGTH:
            self.say(form.instructions, RuleProblem.INSTRUCTIONS_TOO_LONG)

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
    lines: list[dict[str, object]] = [] if offer.version_number or offer.edited else [{}]
    if offer.edited is not None and offer.edited.task is not None:
        lines = [_line_of(offer.edited.task)]
    return ChoosingForm(offer, data={"tasks": lines, "seen_number": offer.version_number})


def links_sentence(count: int) -> str:
    """Say how many links of this task the course has."""
    return ngettext("Has %(num)s link in the course.", "Has %(num)s links in the course.", count)


def _line_of(task: Placeable) -> dict[str, object]:
    return {
        "task_id": str(task.rule.task_id),
        "title": task.title,
        "points": task.rule.points,
        "instructions": task.instructions,
        "kind": Kind.BONUS if task.rule.is_bonus else Kind.REQUIRED,
        "confirmation": task.rule.confirmation,
        "stays": task.rule.stays_when_undone,
    }


def _condition(confirmation: Confirmation) -> GateCondition:
    return GateCondition.GRADE if confirmation is Confirmation.PLATFORM_GRADE else GateCondition.COMPLETED


def _has_column(edited: Edited | None) -> bool:
    """Say whether a column is ticked: of what is new, and of what nobody opened yet, as it is by default."""
    return edited is None or edited.has_column is not False


def _first_picks(offer: Offer) -> list[str]:
    """Tick the item that is edited; where one new thing can be made, that; else nothing."""
    if offer.edited is None:
        return [NEW] if offer.takes_one and not offer.version_number else []
    if offer.edited.task is not None:
        return [str(offer.edited.task.rule.task_id)]
    if offer.edited.kind in {ItemKind.COURSE, ItemKind.BADGE}:
        return [BADGE if offer.edited.kind is ItemKind.BADGE else COURSE]
    return []
