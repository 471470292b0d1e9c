"""Roster and gates with the demo platform, over HTTP: what Moodle does, and one that forgot what a gate is about."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.serving import make_server

from config.clock import SystemClock
from config.errors import PlatformFailed
from gamification.engine.rule_set import Confirmation
from gamification.models import Balance
from gamification.publish import TaskDraft
from lti_tool.asking_gates import ask_gates
from lti_tool.demo_platform.app import create_platform
from lti_tool.demo_platform.restrictions import DATE_OVER
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.lti.ags import SCOPE_LINE_ITEM_READONLY
from lti_tool.lti.roles import PrincipalRole
from lti_tool.reading_roster import read_roster
from lti_tool.roster.gates import GateProblem
from lti_tool.roster.item_models import ContentItem, Gate
from lti_tool.roster.models import Context, Membership, Person
from lti_tool.roster.signing_keys import published_keys
from lti_tool.tool import Tool
from tests.factories.lti_rows import make_gate
from tests.factories.ports import free_port
from tests.factories.rows import make_context, make_membership, make_person, registration_of
from tests.factories.tool import make_tool, publish_as_teacher

MILA, SAM, ZOE, AHMED = "3", "4", "5", "6"


@dataclass
class DemoCourse:
    """The course of the demo platform, with one assignment of its own and one task of ours."""

    tool: Tool
    platform: FlaskClient
    context: Context

    def pull(self, lever: str, **values: str) -> None:
        answer = self.platform.post(f"/control/{lever}", data=values)
        assert answer.status_code == 200, (lever, answer.text)

    def type(self, path: str, **values: str) -> None:
        """Fill in a form of the platform, as its teacher."""
        assert self.platform.post(path, data=values).status_code == 303

    def add_link(self, **values: str) -> str:
        self.type("/as/mila/activities/new", title="Poort", **values)
        book = self.platform.get("/courses/2/gradebook.json", follow_redirects=True).json
        assert book
        return str(book["activities"][-1]["resourceLinkId"])

    def place(self, link_id: str, *, is_staff: bool = False) -> Gate:
        with self.tool.db.transaction() as tx:
            context = tx.get_one(Context, self.context.id)
            gate = make_gate(tx, context, external_resource_link_id=link_id, is_staff=is_staff)
            if not is_staff:
                tx.get_one(ContentItem, gate.content_item_id).task_id = self.task_id
        return gate

    def ask(self) -> None:
        ask_gates(self.tool, self.context.id)

    def points(self) -> dict[str, int]:
        with self.tool.db.reading() as tx:
            rows = tx.execute(
                select(Person.subject, Balance.points)
                .join(Balance, Balance.person_id == Person.id)
                .where(Balance.points != 0)
            )
            return {row.subject: row.points for row in rows}

    def memberships(self) -> dict[str, Membership]:
        with self.tool.db.reading() as tx:
            rows = tx.execute(select(Person.subject, Membership).join(Membership, Membership.person_id == Person.id))
            return {row.subject: row.Membership for row in rows}

    def __post_init__(self) -> None:
        self.type("/as/mila/assignments/new", title="Essay")
        with self.tool.db.transaction() as tx:
            teacher = make_person(tx, registration_of(tx, self.context), subject=MILA)
            make_membership(tx, self.context, teacher, role="instructor")
        drafts = [TaskDraft(None, "Essay", 10, confirmation=Confirmation.PLATFORM)]
        published = publish_as_teacher(self.tool, self.context, teacher.id, drafts, goal_points=10, seen_number=0)
        self.task_id = published.rules.tasks[0].task_id


@pytest.fixture
def course(database_url: str, tmp_path: Path) -> Iterator[DemoCourse]:
    tool = make_tool(database_url, SystemClock())
    port = free_port()
    settings = PlatformSettings(f"http://localhost:{port}", "http://127.0.0.1:1", tmp_path / "platform.sqlite3")

    def our_keys(_url: str) -> bytes:
        with tool.db.reading() as tx:
            return json.dumps({"keys": published_keys(tx, now=tool.clock.now())}).encode()

    platform = create_platform(settings, SystemClock(), our_keys)
    server = make_server("localhost", port, platform, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    with tool.db.transaction() as tx:
        context = make_context(tx)
        services = f"{settings.issuer_url}/lti/services"
        context.memberships_url = f"{services}/CourseSection/2/bindings/1/memberships"
        context.line_items_url = f"{services}/2/lineitems?type_id=1"
        context.grade_scopes = [SCOPE_LINE_ITEM_READONLY]
        registration = registration_of(tx, context)
        registration.client_id, registration.auth_token_url = settings.client_id, settings.token_url
    try:
        yield DemoCourse(tool, platform.test_client(), context)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        tool.db.dispose()


def test_native_assignment_gives_points_to_who_completed_it_and_to_nobody_of_the_staff(course: DemoCourse) -> None:
    course.place(course.add_link(visibility="hidden", restricted_by=str(DATE_OVER)), is_staff=True)
    gate = course.place(course.add_link(restricted_by="1", visibility="stealth"))
    read_roster(course.tool, course.context.id)
    course.pull("complete", assignment="1", person="zoe")
    course.pull("complete", assignment="1", person="ahmed")

    course.ask()

    assert course.points() == {ZOE: 10, AHMED: 10}
    assert course.memberships()[SAM].role == PrincipalRole.TEACHING_ASSISTANT
    with course.tool.db.reading() as tx:
        kept = tx.get_one(Gate, gate.content_item_id)
    assert (kept.passed_count, kept.listed_count, kept.problem) == (2, 4, "")


def test_what_is_undone_there_is_undone_here_and_who_left_keeps_it(course: DemoCourse) -> None:
    course.place(course.add_link(visibility="hidden", restricted_by=str(DATE_OVER)), is_staff=True)
    course.place(course.add_link(restricted_by="1"))
    read_roster(course.tool, course.context.id)
    for who in ("zoe", "ahmed"):
        course.pull("complete", assignment="1", person=who)
    course.ask()

    course.pull("complete", assignment="1", person="zoe", done="0")
    course.pull("leave", person="ahmed")
    course.ask()

    assert course.points() == {AHMED: 10}
    read_roster(course.tool, course.context.id)
    assert course.memberships()[AHMED].left_at is not None


def test_link_whose_restriction_was_forgotten_gives_nobody_points(course: DemoCourse) -> None:
    course.place(course.add_link(visibility="hidden", restricted_by=str(DATE_OVER)), is_staff=True)
    gate = course.place(course.add_link())
    read_roster(course.tool, course.context.id)

    course.ask()

    assert course.points() == {}
    with course.tool.db.reading() as tx:
        assert tx.get_one(Gate, gate.content_item_id).problem == GateProblem.EVERYBODY_PASSES


@pytest.mark.parametrize("visibility", ["shown", "hidden"])
def test_gate_for_staff_that_has_no_restriction_is_not_believed(course: DemoCourse, visibility: str) -> None:
    gate = course.place(course.add_link(visibility=visibility), is_staff=True)
    course.place(course.add_link(restricted_by="1"))
    read_roster(course.tool, course.context.id)
    course.pull("complete", assignment="1", person="zoe")

    course.ask()

    with course.tool.db.reading() as tx:
        assert tx.get_one(Gate, gate.content_item_id).problem == GateProblem.LETS_LEARNERS_IN
    assert ZOE not in course.points()  # who never came may be the assistant, whom the roster calls a learner
    with course.tool.db.transaction() as tx:
        tx.execute(
            select(Membership).join(Person, Person.id == Membership.person_id).where(Person.subject == ZOE)
        ).scalar_one().launched_at = course.tool.clock.now()
    course.ask()
    assert course.points()[ZOE] == 10


def test_platform_that_is_down_for_a_while_loses_nothing(course: DemoCourse) -> None:
    course.place(course.add_link(visibility="hidden", restricted_by=str(DATE_OVER)), is_staff=True)
    course.place(course.add_link(restricted_by="1"))
    read_roster(course.tool, course.context.id)
    course.pull("complete", assignment="1", person="zoe")
    course.ask()

    course.pull("down")
    with pytest.raises(PlatformFailed):
        course.ask()

    assert course.points() == {ZOE: 10}
    course.pull("up")
    course.ask()
    assert course.points() == {ZOE: 10}
