"""The form in which a stranger says that something is wrong with a badge. What was typed stays in it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask_babel import pgettext

from badges.models import CONTACT_LENGTH, REPORT_LENGTH
from badges.reports import ReportInvalid, ReportProblem
from config.ids import new_id
from config.typed_text import one_line, several_lines

TRAP = "website"
"""A field that people do not see and leave empty; machines fill in whatever looks like this."""


@dataclass(frozen=True)
class ReportForm:
    """What was typed. `report_id` is made when the form is drawn: sending it twice is one report.

    `problem_field` is `text` or `contact`, with the sentence that stands there; both empty where there is none.
    """

    report_id: uuid.UUID
    text: str = ""
    contact: str = ""
    is_trapped: bool = False
    problem_field: str = ""
    problem: str = ""


def new_form() -> ReportForm:
    """Return an empty form."""
    return ReportForm(new_id())


def read_form(sent: Mapping[str, str]) -> ReportForm:
    """Return the form as it was sent; an id that is none is replaced."""
    try:
        report_id = uuid.UUID(sent.get("report_id", ""))
    except ValueError:
        report_id = new_id()
    return ReportForm(
        report_id,
        several_lines(sent.get("text")),
        one_line(sent.get("contact")),
        is_trapped=bool(sent.get(TRAP, "").strip()),
    )


def form_again(form: ReportForm, invalid: ReportInvalid | None = None) -> ReportForm:
    """Return the form to be drawn again, with what was typed and what to do about it."""
    if invalid is None:
        return form
    return replace(form, problem_field=invalid.path, problem=_sentence(invalid.problem))


def _sentence(problem: ReportProblem) -> str:
    if problem is ReportProblem.TEXT_MISSING:
        return pgettext("public", "Write what you think is not right.")
    if problem is ReportProblem.TEXT_TOO_LONG:
        return pgettext("public", "Make your text shorter: %(num)s characters at most.", num=REPORT_LENGTH)
    return pgettext("public", "Make this shorter: %(num)s characters at most.", num=CONTACT_LENGTH)
