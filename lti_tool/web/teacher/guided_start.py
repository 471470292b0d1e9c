"""The first set-up of a course, in three steps: what for, which tasks, what goal.

The steps are one form. What a step does not show travels along in hidden fields, so going back loses nothing, and a
ready-made set replaces only what nobody typed.
"""

# WTForms has no annotations.
# mypy: allow-untyped-calls

from __future__ import annotations

from enum import IntEnum

from badges.achievement import BadgeDetails
from gamification.publish import TaskDraft
from lti_tool.course.set_up import CourseSetup
from lti_tool.presets import Preset, find_preset
from lti_tool.web.teacher.badge_fields import badge_values, picture_values
from lti_tool.web.teacher.setup_form import BLANK_LINES, SetupForm
from lti_tool.web.teacher.task_lines import Kind, TaskForm
from lti_tool.words import language_of

EMPTY = "empty"
"""The choice to begin without a ready-made set."""


class Step(IntEnum):
    """A step of the guided start."""

    CHOOSE = 1
    TASKS = 2
    GOAL = 3


def step_of(form: SetupForm, setup: CourseSetup) -> Step | None:
    """Return which step the page shows; None for the whole set-up on one page, as after the first publication."""
    if setup.version_number != 0 or form.step.data is None:
        return None
    return next((step for step in Step if step == form.step.data), Step.CHOOSE)


def go_to(form: SetupForm, here: Step, wanted: str, locale: str) -> bool:
    """Show the step that was asked for. Going on stays where something is not ready yet, and says so."""
    target = next((step for step in Step if str(step.value) == wanted), here)
    if target > here:
        if here is Step.CHOOSE and not _fill(form, locale):
            form.ask_to_choose()
            return False
        if target is Step.GOAL and not form.check_tasks():
            form.step.process_data(Step.TASKS)
            return False
    form.step.process_data(target)
    if target is Step.GOAL:
        form.look_at_goal()
    return True


def show_where_the_problem_is(form: SetupForm) -> None:
    """Go back to the tasks when publishing found something wrong there."""
    if form.step.data is not None:
        in_tasks = any(problem.line or problem.field_id == "tasks" for problem in form.problems)
        form.step.process_data(Step.TASKS if in_tasks else Step.GOAL)


def _fill(form: SetupForm, locale: str) -> bool:
    """Put the chosen set on the form; what the teacher typed or changed stays, before the new tasks."""
    key = form.preset.data or ""
    chosen, earlier = find_preset(key), find_preset(form.filled_from.data or "")
    if chosen is None and key != EMPTY:
        return False
    if key == form.filled_from.data:
        return True
    kept = [line.typed() for line in form.line_forms() if not line.is_empty and not _is_from(line, earlier)]
    words = chosen.in_language(locale) if chosen else None
    lines = kept + [_line(task) for task in words.tasks] if words else kept
    form.put_lines(lines or [{} for _ in range(BLANK_LINES)])
    if form.goal_points.typed in {"", str(earlier.goal_points) if earlier else ""}:
        form.goal_points.process_data(chosen.goal_points if chosen else None)
    written = [earlier.words[language] for language in earlier.words] if earlier else []
    if form.badge_name.data in {"", None, *(one.badge_name for one in written)}:
        form.badge_name.process_data(words.badge_name if words else "")
    if form.badge_criteria.data in {"", None, *(one.badge_criteria for one in written)}:
        form.badge_criteria.process_data(words.badge_criteria if words else "")
    _fill_badge(form, chosen, earlier, locale)
    form.filled_from.process_data(key)
    return True


def _fill_badge(form: SetupForm, chosen: Preset | None, earlier: Preset | None, locale: str) -> None:
    """Put the details of the set's badge on the form, each unless the teacher made something else of it."""
    before, now = badge_values(earlier.badge(locale) if earlier else BadgeDetails()), BadgeDetails()
    if chosen:
        now = chosen.badge(locale)
    written = {"", *(words.badge_description for words in earlier.words.values())} if earlier else {""}
    if (form.badge_description.data or "") in written:
        form.badge_description.process_data(now.description)
    if chosen:
        form.badge_language.process_data(language_of(locale))
    if form.badge_type.data == before["badge_type"]:
        form.badge_type.process_data(now.badge_type)
    if picture_values(form.design).items() <= before.items():
        form.compose(now.design)
    form.settle_alt(BadgeDetails(), locale)


def _is_from(line: TaskForm, preset: Preset | None) -> bool:
    """Say whether the line stands as a set wrote it, in whichever language."""
    if preset is None or line.points.data is None:
        return False
    return any(line.draft in words.tasks for words in preset.words.values())


def _line(task: TaskDraft) -> dict[str, object]:
    return {
        "title": task.title,
        "points": task.points,
        "instructions": task.instructions,
        "kind": Kind.BONUS if task.is_bonus else Kind.REQUIRED,
        "confirmation": task.confirmation,
        "stays": task.stays_when_undone,
    }
