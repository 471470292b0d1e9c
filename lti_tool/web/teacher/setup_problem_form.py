"""A form that keeps what is wrong with it: at the field, and in one list for the top of the page."""

# WTForms has no annotations.
# mypy: allow-untyped-calls

from __future__ import annotations

from enum import StrEnum

from wtforms import Field, Form

from config.typed_text import is_blank
from lti_tool.web.teacher.setup_problems import PlacedProblem, sentence_for
from lti_tool.web.teacher.task_lines import line_number


class ProblemForm(Form):
    """A form with `problems`, in the order in which they were found."""

    problems: list[PlacedProblem]

    @property
    def total(self) -> int:
        """What the required tasks are worth together: sentences name it."""
        raise NotImplementedError

    def say(self, field: Field, problem: StrEnum) -> None:
        """Put a problem at its field."""
        self.say_in_words(field, sentence_for(problem, total=self.total))

    def say_in_words(self, field: Field, sentence: str) -> None:
        """Put a sentence at its field."""
        field.errors = (*field.errors, sentence)
        self.problems.append(PlacedProblem(field.id, sentence, line_number(field.name)))

    def say_of_list(self, problem: StrEnum) -> None:
        """Put a problem at the list of tasks."""
        self.problems.append(PlacedProblem("tasks", sentence_for(problem, total=self.total)))

    def check_text(self, field: Field, longest: int, missing: StrEnum | None, too_long: StrEnum) -> None:
        """Say that a text is missing, unless it may be (`missing` None), or too long."""
        text = field.data or ""
        if is_blank(text):
            if missing is not None:
                self.say(field, missing)
        elif len(text) > longest:
            self.say(field, too_long)
