"""The form in which a learner sends work. What was typed stays in it, whatever it was."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import pgettext

from config.ids import new_id
from config.typed_text import one_line, several_lines
from gamification.hand_ins import HandInInvalid, HandInProblem
from gamification.models import HAND_IN_LENGTH


@dataclass(frozen=True)
class WorkForm:
    """Text and link as they were typed. `hand_in_id` is made when the form is drawn: sending it twice is one work.

    `problem_field` is `text` or `link`, with the sentence that stands there; both empty where there is none.
    """

    hand_in_id: uuid.UUID
    text: str = ""
    link: str = ""
    problem_field: str = ""
    problem: str = ""

    @property
    def is_written(self) -> bool:
        """Whether anything was typed."""
        return bool(self.text or self.link)


def new_form() -> WorkForm:
    """Return an empty form."""
    return WorkForm(new_id())


def read_form(sent: Mapping[str, str]) -> WorkForm:
    """Return the form as it was sent; an id that is none is replaced."""
    try:
        hand_in_id = uuid.UUID(sent.get("hand_in_id", ""))
    except ValueError:
        hand_in_id = new_id()
    return WorkForm(hand_in_id, several_lines(sent.get("text")), one_line(sent.get("link")))


def form_again(form: WorkForm, invalid: HandInInvalid | None = None) -> WorkForm:
    """Return the form to be drawn again, with what was typed and what to do about it.

    Its id is a new one: the old one may be somebody's by now.
    """
    field, problem = (invalid.path, _sentence(invalid.problem)) if invalid else ("", "")
    return WorkForm(new_id(), form.text, form.link, field, problem)


def _sentence(problem: HandInProblem) -> str:
    if problem is HandInProblem.EMPTY:
        return pgettext("learner", "Write what you did, or give a link.")
    if problem is HandInProblem.TEXT_TOO_LONG:
        return pgettext("learner", "Make it shorter: %(num)s characters at most.", num=HAND_IN_LENGTH)
    return pgettext("learner", "A link begins with https://. Copy it from your browser.")
