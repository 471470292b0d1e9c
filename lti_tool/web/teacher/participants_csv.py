"""The participants as a table for a spreadsheet: no formula in it is ever run, and no e-mail address is in it."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain

from flask import Response, make_response
from flask_babel import gettext

from gamification.engine.task_state import NOTHING_DONE, TaskFacts
from gamification.ledger_export import LedgerRow, ledger_rows
from lti_tool.course.names import names_in_course
from lti_tool.course.participant_lines import ParticipantLine
from lti_tool.course.participants import everybody_by_name
from lti_tool.course.set_up import CourseSetup, TaskSetup, course_setup
from lti_tool.roster.platform_of_course import platform_of_course
from lti_tool.web.current import launch_session, tool
from lti_tool.web.teacher.participant_words import cause_word, state_word

# What makes a spreadsheet read a cell as a formula, in half and in full width.
_BEGINS_FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"
_BEGINS_CELL = "\t\r\n"


def export() -> Response:
    """Download everybody: what each task gave, the sums, the goal, the badge, and when they last did something."""
    session = launch_session()
    with tool().db.reading() as tx:
        setup = course_setup(tx, session.context_id)
        people = everybody_by_name(tx, session.context_id, now=tool().clock.now())
        body = write_csv(chain([_header(setup)], (_row(setup, line) for line in people)))
    name = gettext("participants") + f"-{tool().clock.now():%Y-%m-%d}.csv"
    return csv_response(body, name)


def ledger() -> Response:
    """Download every movement of points with its cause, oldest first."""
    session = launch_session()
    with tool().db.reading() as tx:
        names = names_in_course(tx, session.context_id)
        platform_name = platform_of_course(tx, session.context_id).name
        rows = (_ledger_row(row, names, platform_name) for row in ledger_rows(tx, session.context_id))
        body = write_csv(chain([_ledger_header()], rows))
    return csv_response(body, gettext("points-ledger") + f"-{tool().clock.now():%Y-%m-%d}.csv")


def write_csv(rows: Iterable[Sequence[object]]) -> str:
    """Return the rows as Dutch spreadsheets read them: semicolons, CRLF, a byte-order mark in front."""
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
    return out.getvalue()


def safe_cell(value: object) -> object:
    """Return what a spreadsheet takes as text: what would begin a formula gets an apostrophe in front."""
    if not isinstance(value, str) or not value:
        return value
    seen = next((character for character in value if character.isprintable() and not character.isspace()), "")
    return f"'{value}" if value[0] in _BEGINS_CELL or (seen and seen in _BEGINS_FORMULA) else value


def csv_response(body: str, name: str) -> Response:
    """Return the file to keep; `name` is plain ASCII."""
    response = make_response(body.encode())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _header(setup: CourseSetup) -> list[str]:
    of_tasks = [
        title
        for task in setup.tasks
        for title in (
            gettext("%(task)s: state", task=task.title),
            gettext("%(task)s: points", task=task.title),
        )
    ]
    return [
        gettext("Name"),
        *of_tasks,
        gettext("Points"),
        gettext("Extra points"),
        gettext("Points in all"),
        gettext("Goal reached"),
        gettext("Badge"),
        gettext("Last activity"),
        gettext("In the course"),
    ]


def _row(setup: CourseSetup, line: ParticipantLine) -> list[object]:
    return [
        line.name,
        *(cell for task in setup.tasks for cell in _task_cells(task, line.facts.get(task.task_id, NOTHING_DONE))),
        line.points,
        line.bonus_points,
        line.points + line.bonus_points,
        _yes_or_no(line.goal_reached),
        _yes_or_no(line.has_badge),
        line.last_at.date().isoformat() if line.last_at else "",
        _yes_or_no(line.left_at is None),
    ]


def _ledger_header() -> list[str]:
    return [
        gettext("Moment (UTC)"),
        gettext("Name"),
        gettext("Participant (key)"),
        gettext("Task"),
        gettext("Points"),
        gettext("Cause"),
        gettext("When that happened (UTC)"),
        gettext("Version of the tasks"),
        gettext("Effect (key)"),
        gettext("Step"),
    ]


def _ledger_row(row: LedgerRow, names: dict[uuid.UUID, str], platform_name: str) -> list[object]:
    return [
        _moment(row.created_at),
        names.get(row.person_id, ""),
        str(row.person_id),
        row.task_title,
        row.points,
        cause_word(row.verb, is_graded=row.is_graded, platform_name=platform_name),
        _moment(row.occurred_at) if row.occurred_at else "",
        row.version_number,
        row.effect_key,
        row.step,
    ]


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _task_cells(task: TaskSetup, facts: TaskFacts) -> tuple[str, int]:
    return state_word(facts.state, was_undone=facts.was_undone), task.points if facts.held_by else 0


def _yes_or_no(value: bool) -> str:
    return gettext("yes") if value else gettext("no")
