"""Which use case keeps which promise. Handlers read the present state and may run more than once.

One that can last longer than half a lease calls `keep` between its steps.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from lti_tool.asking_gates import ask_gates
from lti_tool.columns import make_columns, remove_column
from lti_tool.course.evaluation import evaluate_course
from lti_tool.finding_columns import find_columns
from lti_tool.issuing import issue_credential
from lti_tool.jobs.batch import KeepLease
from lti_tool.messages import MessageType
from lti_tool.noticing import ask_for_notices, copy_promised_course
from lti_tool.publishing import publish_score
from lti_tool.reading_grades import read_grades
from lti_tool.reading_roster import read_roster
from lti_tool.tool import Tool

Handler = Callable[[Tool, Mapping[str, str], KeepLease], None]


def _publish_score(tool: Tool, ids: Mapping[str, str], _keep: KeepLease) -> None:
    publish_score(tool, uuid.UUID(ids["line_item_id"]), uuid.UUID(ids["person_id"]))


def _issue_credential(tool: Tool, ids: Mapping[str, str], _keep: KeepLease) -> None:
    issue_credential(tool, uuid.UUID(ids["award_id"]))


def _evaluate_course(tool: Tool, ids: Mapping[str, str], keep: KeepLease) -> None:
    evaluate_course(tool, uuid.UUID(ids["context_id"]), keep_lease=keep)


def _make_columns(tool: Tool, ids: Mapping[str, str], keep: KeepLease) -> None:
    make_columns(tool, uuid.UUID(ids["context_id"]), keep_lease=keep)


def _remove_column(tool: Tool, ids: Mapping[str, str], _keep: KeepLease) -> None:
    remove_column(tool, uuid.UUID(ids["line_item_id"]))


def _ask_for_notices(tool: Tool, ids: Mapping[str, str], _keep: KeepLease) -> None:
    ask_for_notices(tool, uuid.UUID(ids["deployment_id"]))


def _copy_course(tool: Tool, ids: Mapping[str, str], _keep: KeepLease) -> None:
    copy_promised_course(tool, uuid.UUID(ids["origin_id"]), uuid.UUID(ids["context_id"]))


def _read_roster(tool: Tool, ids: Mapping[str, str], keep: KeepLease) -> None:
    read_roster(tool, uuid.UUID(ids["context_id"]), keep_lease=keep)


def _ask_gates(tool: Tool, ids: Mapping[str, str], keep: KeepLease) -> None:
    ask_gates(tool, uuid.UUID(ids["context_id"]), keep_lease=keep)


def _find_columns(tool: Tool, ids: Mapping[str, str], _keep: KeepLease) -> None:
    find_columns(tool, uuid.UUID(ids["context_id"]))


def _read_grades(tool: Tool, ids: Mapping[str, str], keep: KeepLease) -> None:
    read_grades(tool, uuid.UUID(ids["context_id"]), keep_lease=keep)


HANDLERS: Mapping[str, Handler] = {
    MessageType.PUBLISH_SCORE: _publish_score,
    MessageType.ISSUE_CREDENTIAL: _issue_credential,
    MessageType.EVALUATE_COURSE: _evaluate_course,
    MessageType.MAKE_COLUMNS: _make_columns,
    MessageType.REMOVE_COLUMN: _remove_column,
    MessageType.READ_ROSTER: _read_roster,
    MessageType.ASK_GATES: _ask_gates,
    MessageType.ASK_FOR_NOTICES: _ask_for_notices,
    MessageType.COPY_COURSE: _copy_course,
    MessageType.FIND_COLUMNS: _find_columns,
    MessageType.READ_GRADES: _read_grades,
}
