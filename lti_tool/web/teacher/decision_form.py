"""A decision with a reason, as it was typed: about points of a task, or about a badge."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from flask import request

from config.errors import InputInvalid
from config.ids import new_id


@dataclass
class DecisionForm:
    """Something to decide. `name` stands in the ids of its fields; problems are (field, sentence).

    `task_id` is empty for a decision about a badge.
    """

    name: str
    task_id: str = ""
    reason: str = ""
    request_id: uuid.UUID = field(default_factory=new_id)
    problems: list[tuple[str, str]] = field(default_factory=list)
    conflict: str = ""

    def problem_of(self, part: str) -> str:
        """Return the sentence at a field of the form, empty for none."""
        return next((sentence for name, sentence in self.problems if name == part), "")

    @property
    def is_refused(self) -> bool:
        """Whether it was sent, and not kept."""
        return bool(self.problems or self.conflict)

    @property
    def status(self) -> int:
        """The status of the answer to a form that was not kept."""
        return 400 if self.problems else 409


def id_in(name: str) -> uuid.UUID:
    """Return the id in a field of the form that was sent.

    Raises:
        InputInvalid: it is none.
    """
    try:
        return uuid.UUID(request.form.get(name, ""))
    except ValueError as error:
        raise InputInvalid("no-id", field=name) from error
