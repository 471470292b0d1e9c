"""The columns of tasks: made once each, found again after a crash, filled with what was earned before.

https://www.imsglobal.org/spec/lti-ags/v2p0/#line-item-service-scope-and-allowed-http-methods
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select

from config.errors import PlatformFailed
from config.outbox_reading import open_messages
from gamification.publish import TaskDraft
from lti_tool.columns import TAG, columns_key, make_columns, missing_columns, promise_columns
from lti_tool.course.evaluation import evaluate_course
from lti_tool.jobs.worker import drain
from lti_tool.lti.ags import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READONLY, SCOPE_RESULT_READONLY, SCOPE_SCORE
from lti_tool.messages import MessageType
from lti_tool.roster.gradebook import choose_columns, score_columns
from lti_tool.roster.gradebook_models import Columns
from lti_tool.roster.models import Context, LineItem, Person, Registration
from lti_tool.tool import Tool
from tests.factories.gradebook_rows import make_link_setting
from tests.factories.local_server import Answer, LocalServer, Received
from tests.factories.promises import promised, take_promises
from tests.factories.rows import (
    make_context,
    make_line_item,
    make_membership,
    make_person,
    make_resource_link,
    registration_of,
)
from tests.factories.tool import advance, finish_as_learner, make_tool, publish_as_teacher

SCOPES = [SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READONLY, SCOPE_RESULT_READONLY, SCOPE_SCORE]


@dataclass
class Book:
    """A platform's line item service. Every column it makes gets the next number."""

    url: str = ""
    refuse_with: int = 0
    columns: list[dict[str, Any]] = field(default_factory=list)
    scores: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    asked_for: list[str] = field(default_factory=list)
    on_made: Callable[[], None] = lambda: None
    fail_after: int = 1_000_000
    """How many columns it makes before it breaks down: it makes one more and does not say so."""

    def answer(self, received: Received) -> Answer:
        if received.path == "/token":
            self.asked_for.extend(parse_qs(received.body.decode())["scope"])
            return _json({"access_token": "t", "token_type": "Bearer", "expires_in": 3600})
        assert received.query == "type_id=3", "the query of an address is part of it"
        if received.path.endswith("/scores"):
            self.scores.append((received.path.split("/")[-3], json.loads(received.body)))
            return Answer()
        if received.path.endswith("/results"):
            return _json([])
        assert received.path == "/lineitems"
        if received.method == "GET":
            return _json(self.columns)
        if self.refuse_with:
            return Answer(self.refuse_with)
        assert received.headers["content-type"] == "application/vnd.ims.lis.v2.lineitem+json"
        made = {**json.loads(received.body), "id": f"{self.url}/lineitems/{len(self.columns) + 1}/lineitem?type_id=3"}
        self.columns.append(made)
        self.on_made()
        if len(self.columns) > self.fail_after:
            return Answer(502)
        return _json(made, 201)


def _json(value: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode())


@dataclass
class School:
    """A course with tasks of 10 and 20 points and an extra of 5; the teacher chose one column per task."""

    tool: Tool
    book: Book
    context: Context
    registration: Registration
    teacher: Person
    learner: Person
    task_ids: list[uuid.UUID]

    def choose(self, columns: Columns) -> None:
        with self.tool.db.transaction() as tx:
            choose_columns(tx, self.context.id, columns, by_person_id=self.teacher.id, now=self.tool.clock.now())

    def made(self) -> dict[uuid.UUID, LineItem]:
        with self.tool.db.reading() as tx:
            rows = tx.execute(select(LineItem).where(LineItem.resource_link_id.is_(None))).scalars()
            return {row.task_id: row for row in rows if row.task_id is not None}

    def work(self) -> None:
        advance(self.tool, 5)
        while drain(self.tool):
            advance(self.tool, 5)

    def allow(self, scopes: list[str], *, url: str | None = None) -> None:
        with self.tool.db.transaction() as tx:
            context = tx.get_one(Context, self.context.id)
            context.grade_scopes = scopes
            context.line_items_url = f"{self.book.url}/lineitems?type_id=3" if url is None else url


def test_columns_when_made_are_those_of_the_required_tasks(school: School) -> None:
    school.book.on_made = lambda: advance(school.tool, 1)
    make_columns(school.tool, school.context.id)

    assert [
        (made["label"], made["scoreMaximum"], made["resourceId"], made["tag"], "resourceLinkId" in made)
        for made in school.book.columns
    ] == [
        ("Lezen <b>&</b> doen", 10, str(school.task_ids[0]), TAG, False),
        ("Helm", 20, str(school.task_ids[1]), TAG, False),
    ]
    made = school.made()
    assert set(made) == set(school.task_ids[:2])
    assert [made[task_id].url for task_id in school.task_ids[:2]] == [column["id"] for column in school.book.columns]
    assert made[school.task_ids[0]].scopes == SCOPES
    with school.tool.db.reading() as tx:
        in_order = [column.task_id for column in score_columns(tx, school.context.id)]
    assert in_order == school.task_ids[:2]


def test_columns_when_made_are_filled_with_what_was_earned_before(school: School) -> None:
    finish_as_learner(school.tool, school.context, school.learner.id, school.task_ids[1])
    with school.tool.db.transaction() as tx:
        take_promises(tx)
        promise_columns(tx, school.context.id, now=school.tool.clock.now())

    school.work()

    [(column, score)] = school.book.scores
    assert column == "2"
    assert (score["userId"], score["scoreGiven"], score["scoreMaximum"]) == (school.learner.subject, 20, 20)


def test_columns_when_made_again_are_the_same(school: School) -> None:
    make_columns(school.tool, school.context.id)
    before = school.made()

    make_columns(school.tool, school.context.id)

    assert len(school.book.columns) == 2
    assert {task_id: row.id for task_id, row in school.made().items()} == {
        task_id: row.id for task_id, row in before.items()
    }


def test_column_when_the_answer_was_lost_is_found_again_and_not_made_twice(school: School) -> None:
    school.book.fail_after = 1
    with pytest.raises(PlatformFailed):
        make_columns(school.tool, school.context.id)
    assert len(school.book.columns) == 2
    assert set(school.made()) == {school.task_ids[0]}

    school.book.fail_after = 100
    make_columns(school.tool, school.context.id)

    assert len(school.book.columns) == 2
    assert set(school.made()) == set(school.task_ids[:2])


def test_column_when_the_link_of_the_task_has_one_is_not_made(school: School) -> None:
    with school.tool.db.transaction() as tx:
        link = make_resource_link(tx, school.context)
        make_link_setting(tx, link).task_id = school.task_ids[0]
        of_link = make_line_item(tx, link)

    make_columns(school.tool, school.context.id)

    assert [made["label"] for made in school.book.columns] == ["Helm"]
    with school.tool.db.reading() as tx:
        got = {(column.line_item_id, column.task_id) for column in score_columns(tx, school.context.id)}
    assert got == {
        (of_link.id, school.task_ids[0]),
        (school.made()[school.task_ids[1]].id, school.task_ids[1]),
    }


def test_column_when_the_link_of_the_task_comes_later_is_filled_no_more(school: School) -> None:
    make_columns(school.tool, school.context.id)
    with school.tool.db.transaction() as tx:
        link = make_resource_link(tx, school.context)
        make_link_setting(tx, link).task_id = school.task_ids[0]
        of_link = make_line_item(tx, link)

    with school.tool.db.reading() as tx:
        got = {column.line_item_id for column in score_columns(tx, school.context.id)}

    assert got == {of_link.id, school.made()[school.task_ids[1]].id}


@pytest.mark.parametrize(
    ("scopes", "url"),
    [
        ([SCOPE_SCORE, SCOPE_LINE_ITEM_READONLY], None),
        ([], None),
        (SCOPES, ""),
    ],
    ids=["score only", "nothing", "no address"],
)
def test_columns_when_the_platform_does_not_allow_them_are_not_asked_for(
    school: School, scopes: list[str], url: str | None
) -> None:
    school.allow(scopes, url=url)
    with school.tool.db.transaction() as tx:
        promise_columns(tx, school.context.id, now=school.tool.clock.now())
        assert MessageType.MAKE_COLUMNS not in [type for type, _ids in promised(tx)]

    make_columns(school.tool, school.context.id)

    assert (school.book.asked_for, school.made()) == ([], {})


def test_columns_when_the_platform_grants_no_scope_for_reading_are_listed_with_the_full_one(school: School) -> None:
    school.allow([SCOPE_LINE_ITEM, SCOPE_SCORE])

    make_columns(school.tool, school.context.id)

    assert school.book.asked_for == [SCOPE_LINE_ITEM]
    assert len(school.made()) == 2


@pytest.mark.parametrize("columns", [Columns.NONE, Columns.ONE])
def test_columns_when_the_teacher_wants_others_are_not_made(school: School, columns: Columns) -> None:
    school.choose(columns)

    make_columns(school.tool, school.context.id)

    assert school.book.columns == []


def test_columns_when_a_task_is_published_follow_by_themselves(school: School) -> None:
    make_columns(school.tool, school.context.id)
    drafts = [TaskDraft(school.task_ids[0], "Lezen", 10), TaskDraft(None, "Nieuw", 30)]
    publish_as_teacher(school.tool, school.context, school.teacher.id, drafts, goal_points=20, seen_number=1)

    school.work()

    assert [column["label"] for column in school.book.columns] == ["Lezen <b>&</b> doen", "Helm", "Nieuw"]
    with school.tool.db.reading() as tx:
        assert missing_columns(tx, school.context.id) == []


@pytest.mark.parametrize(("status", "state"), [(503, "waiting"), (403, "waiting"), (400, "dead"), (422, "dead")])
def test_columns_when_the_platform_answers_oddly_come_later_or_are_given_up(
    school: School, status: int, state: str
) -> None:
    school.book.refuse_with = status
    with school.tool.db.transaction() as tx:
        take_promises(tx)
        promise_columns(tx, school.context.id, now=school.tool.clock.now())

    drain(school.tool)

    with school.tool.db.reading() as tx:
        [made] = open_messages(tx, MessageType.MAKE_COLUMNS, [columns_key(school.context.id)]).values()
    assert (made.state, made.last_error) == (state, f"line-item-failed {status}")


def test_column_when_the_platform_names_another_place_is_not_trusted_with_our_token(school: School) -> None:
    school.book.columns = [
        {"id": "https://elsewhere.example/1", "label": "x", "scoreMaximum": 1, "resourceId": str(school.task_ids[0])}
    ]

    with pytest.raises(PlatformFailed, match="foreign-line-item"):
        make_columns(school.tool, school.context.id)

    assert school.made() == {}


def test_evaluation_when_columns_are_there_promises_none(school: School) -> None:
    make_columns(school.tool, school.context.id)
    with school.tool.db.transaction() as tx:
        take_promises(tx)

    evaluate_course(school.tool, school.context.id)

    with school.tool.db.reading() as tx:
        assert MessageType.MAKE_COLUMNS not in [type for type, _ids in promised(tx)]


@pytest.fixture
def school(database_url: str) -> Iterator[School]:
    book = Book()
    with LocalServer(book.answer) as server:
        book.url = server.url
        tool = make_tool(database_url)
        with tool.db.transaction() as tx:
            context = make_context(tx)
            registration = registration_of(tx, context)
            registration.auth_token_url = f"{server.url}/token"
            teacher, learner = (make_person(tx, registration, name=name) for name in ("Joost", "Anna"))
            make_membership(tx, context, teacher, role="instructor")
            make_membership(tx, context, learner)
        drafts = [
            TaskDraft(None, "Lezen <b>&</b> doen", 10),
            TaskDraft(None, "Helm", 20),
            TaskDraft(None, "Extra", 5, is_bonus=True),
        ]
        published = publish_as_teacher(tool, context, teacher.id, drafts, goal_points=20, seen_number=0)
        task_ids = [rule.task_id for rule in published.rules.tasks]
        made = School(tool, book, context, registration, teacher, learner, task_ids)
        made.allow(SCOPES)
        made.choose(Columns.PER_TASK)
        yield made
        tool.db.dispose()
