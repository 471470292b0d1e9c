"""A platform whose gradebook has columns of ours, with cells that somebody can type in; and a course of it.

`typed_stays` says what a score does to a grade that somebody typed: on Moodle that stays, elsewhere it goes.
https://www.imsglobal.org/spec/lti-ags/v2p0
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from sqlalchemy import select

from gamification.models import ActivityRow, Balance
from gamification.publish import TaskDraft
from lti_tool.columns import make_columns, promise_columns
from lti_tool.finding_columns import find_columns
from lti_tool.jobs.worker import drain
from lti_tool.lti.ags import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READONLY, SCOPE_RESULT_READONLY, SCOPE_SCORE
from lti_tool.lti.roles import PrincipalRole
from lti_tool.reading_grades import choose_grades_by_hand, read_grades
from lti_tool.roster.gradebook import CourseColumn, choose_columns, course_columns
from lti_tool.roster.gradebook_models import Columns
from lti_tool.roster.item_models import ContentItem, ItemKind
from lti_tool.roster.models import Context, LineItem, Membership, Person, Registration
from lti_tool.tool import Tool
from tests.factories.local_server import Answer, LocalServer, Received
from tests.factories.lti_rows import make_content_item
from tests.factories.promises import take_promises
from tests.factories.rows import make_context, make_membership, make_person, registration_of
from tests.factories.tool import advance, finish_as_learner, make_tool, publish_as_teacher

EVERYTHING = [SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READONLY, SCOPE_RESULT_READONLY, SCOPE_SCORE]


@dataclass
class Cell:
    """What our score says and what somebody typed, as fractions."""

    score: float | None = None
    typed: float | None = None

    @property
    def shown(self) -> float | None:
        return self.score if self.typed is None else self.typed


@dataclass
class ColumnPlatform:
    """The columns by their number, and the cells of each. `refuse` answers a call of this method and path."""

    url: str = ""
    typed_stays: bool = True
    columns: dict[int, dict[str, Any]] = field(default_factory=dict)
    cells: dict[tuple[int, str], Cell] = field(default_factory=dict)
    refuse: dict[tuple[str, str], Answer] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)
    on_list: Callable[[], None] = lambda: None
    on_results: Callable[[], None] = lambda: None
    _numbers: int = 0

    def add(self, **column: Any) -> int:
        self._numbers += 1
        self.columns[self._numbers] = {"id": self.address(self._numbers), "scoreMaximum": 10, "label": "x"} | column
        return self._numbers

    def address(self, number: int) -> str:
        return f"{self.url}/lineitems/{number}/lineitem?type_id=3"

    def cell(self, number: int, subject: str) -> Cell:
        return self.cells.setdefault((number, subject), Cell())

    def answer(self, received: Received) -> Answer:
        if received.path == "/token":
            return _json({"access_token": "t", "token_type": "Bearer", "expires_in": 3600})
        assert "type_id=3" in received.query, "the query of an address is part of it"
        self.calls.append((received.method, received.path))
        if (received.method, received.path) in self.refuse:
            return self.refuse[received.method, received.path]
        if received.path == "/lineitems":
            if received.method == "POST":
                return _json(self.columns[self.add(**json.loads(received.body))], 201)
            listed = list(self.columns.values())
            self.on_list()
            return _json(listed)
        number = int(received.path.split("/")[2])
        if number not in self.columns:
            return Answer(404, b"[]")
        return self._answer_for(number, received)

    def _answer_for(self, number: int, received: Received) -> Answer:
        if received.path.endswith("/scores"):
            score = json.loads(received.body)
            self.scores.append({**score, "column": number})
            cell = self.cell(number, score["userId"])
            cell.score = score["scoreGiven"] / score["scoreMaximum"]
            if not self.typed_stays:
                cell.typed = None
            return Answer()
        if received.path.endswith("/results"):
            wanted = parse_qs(received.query).get("user_id")
            self.on_results()
            return _json(
                [
                    {"userId": subject, "resultMaximum": 50}
                    | ({} if cell.shown is None else {"resultScore": round(cell.shown * 50, 5)})
                    for (column, subject), cell in self.cells.items()
                    if column == number and wanted in (None, [subject])
                ]
            )
        if received.method == "PUT":
            self.columns[number] = json.loads(received.body)
        if received.method == "DELETE":
            del self.columns[number]
            return Answer(204)
        return _json(self.columns[number])


def _json(value: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode())


@dataclass
class ColumnSchool:
    """A course with two required tasks of 10 and 20 points and a badge at 20; the learners Anna and Bo."""

    tool: Tool
    platform: ColumnPlatform
    context: Context
    registration: Registration
    teacher: Person
    anna: Person
    bo: Person
    task_ids: list[uuid.UUID] = field(default_factory=list)
    version: int = 0

    def publish(self, *tasks: tuple[str, int], name: str = "Veilig") -> None:
        """Publish these tasks; those that are there already are the first ones."""
        drafts = [
            TaskDraft(self.task_ids[index] if index < len(self.task_ids) else None, title, points)
            for index, (title, points) in enumerate(tasks)
        ]
        published = publish_as_teacher(
            self.tool, self.context, self.teacher.id, drafts, goal_points=20, seen_number=self.version, name=name
        )
        self.version = published.number
        self.task_ids = [rule.task_id for rule in published.rules.tasks if not rule.closed]

    def place(self, number: int) -> ContentItem:
        """Place a task by deep linking: an item without a link yet."""
        with self.tool.db.transaction() as tx:
            item = make_content_item(tx, tx.get_one(Context, self.context.id), kind=ItemKind.TASK)
            item.task_id = self.task_ids[number - 1]
            return item

    def place_with_column(self, number: int, **column: Any) -> int:
        """Place a task by deep linking, and let the platform make its link and column; returns the column's number."""
        item = self.place(number)
        told = {"resourceId": str(item.id), "resourceLinkId": f"link-{number}", "label": f"Task {number}"}
        made = self.platform.add(**told | column)
        self.find()
        return made

    def choose(self, columns: Columns) -> None:
        with self.tool.db.transaction() as tx:
            choose_columns(tx, self.context.id, columns, by_person_id=self.teacher.id, now=self.tool.clock.now())
            promise_columns(tx, self.context.id, now=self.tool.clock.now())

    def want_grades(self, percent: int | None = 60) -> None:
        with self.tool.db.transaction() as tx:
            choose_grades_by_hand(
                tx, self.context.id, percent, role=PrincipalRole.INSTRUCTOR, now=self.tool.clock.now()
            )

    def find(self) -> None:
        advance(self.tool, 60)
        find_columns(self.tool, self.context.id)

    def make(self) -> None:
        advance(self.tool, 60)
        make_columns(self.tool, self.context.id)

    def read(self) -> None:
        advance(self.tool, 60)
        read_grades(self.tool, self.context.id)

    def work(self) -> None:
        """Let the worker keep what was promised."""
        advance(self.tool, 5)
        while drain(self.tool):
            advance(self.tool, 5)

    def forget_promises(self) -> None:
        with self.tool.db.transaction() as tx:
            take_promises(tx)

    def finish(self, who: Person, number: int) -> None:
        advance(self.tool, 1)
        finish_as_learner(self.tool, self.context, who.id, self.task_ids[number - 1])

    def points(self) -> dict[str, int]:
        """Return the points of everybody who has any, by what the platform calls them."""
        with self.tool.db.reading() as tx:
            rows = tx.execute(
                select(Person.subject, Balance.points)
                .join(Balance, Balance.person_id == Person.id)
                .where(Balance.context_id == self.context.id, Balance.points != 0)
            )
            return {row.subject: row.points for row in rows}

    def told(self) -> list[tuple[str, str]]:
        """Return what the platform said of whom, in the order of the moments."""
        with self.tool.db.reading() as tx:
            rows = tx.execute(
                select(Person.subject, ActivityRow.verb)
                .join(Person, Person.id == ActivityRow.person_id)
                .where(ActivityRow.source == "platform_grade")
                .order_by(ActivityRow.occurred_at, Person.subject)
            )
            return [(row.subject, row.verb) for row in rows]

    def columns(self) -> list[CourseColumn]:
        with self.tool.db.reading() as tx:
            return course_columns(tx, self.context.id)

    def rows(self) -> dict[str, LineItem]:
        """Return what we know of columns, by their address."""
        with self.tool.db.reading() as tx:
            rows = tx.execute(select(LineItem).where(LineItem.context_id == self.context.id)).scalars()
            return {row.url: row for row in rows}

    def row(self, number: int) -> LineItem:
        return self.rows()[self.platform.address(number)]

    def course(self) -> Context:
        with self.tool.db.reading() as tx:
            return tx.get_one(Context, self.context.id)

    def membership(self, who: Person, **values: Any) -> None:
        with self.tool.db.transaction() as tx:
            row = tx.execute(select(Membership).where(Membership.person_id == who.id)).scalar_one()
            for name, value in values.items():
                setattr(row, name, value)


@contextmanager
def open_column_school(database_url: str) -> Iterator[ColumnSchool]:
    """Yield the course, published; nobody opened anything, and no column is there yet."""
    platform = ColumnPlatform()
    with LocalServer(platform.answer) as server:
        platform.url = server.url
        tool = make_tool(database_url)
        with tool.db.transaction() as tx:
            context = make_context(tx)
            context.line_items_url, context.grade_scopes = f"{server.url}/lineitems?type_id=3", EVERYTHING
            registration = registration_of(tx, context)
            registration.auth_token_url = f"{server.url}/token"
            teacher, anna, bo = (
                make_person(tx, registration, subject=name, name=name.title()) for name in ("joost", "anna", "bo")
            )
            make_membership(tx, context, teacher, role="instructor")
            for learner in (anna, bo):
                make_membership(tx, context, learner)
        school = ColumnSchool(tool, platform, context, registration, teacher, anna, bo)
        school.publish(("Lezen", 10), ("Helm", 20))
        school.forget_promises()
        try:
            yield school
        finally:
            tool.db.dispose()
