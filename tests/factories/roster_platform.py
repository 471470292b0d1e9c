"""A platform with a roster, links that only some may open, and line items; and a course of it that we know.

As Moodle it calls roles by short names, an assistant a learner, and lets staff open everything.
https://www.imsglobal.org/spec/lti-nrps/v2p0
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

from gamification.engine.rule_set import Confirmation
from gamification.models import ActivityRow, Balance
from gamification.publish import TaskDraft
from lti_tool.asking_gates import ask_gates
from lti_tool.lti.ags import SCOPE_LINE_ITEM_READONLY
from lti_tool.lti.roles import PrincipalRole
from lti_tool.reading_roster import read_roster
from lti_tool.roster.item_models import ContentItem, Gate
from lti_tool.roster.models import Context, Membership, Person, Registration
from lti_tool.tool import Tool
from tests.factories.local_server import Answer, LocalServer, Received
from tests.factories.lti_rows import make_gate
from tests.factories.rows import (
    make_context,
    make_line_item,
    make_membership,
    make_person,
    make_resource_link,
    registration_of,
)
from tests.factories.tool import advance, make_tool, publish_as_teacher

TEACHER, ASSISTANT = "teacher", "assistant"
MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


def member(user_id: str, *roles: str, **more: Any) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "roles": list(roles or ("Learner",)),
        "status": "Active",
        "name": user_id.title(),
    } | more


@dataclass
class RosterPlatform:
    """`opened_by` is who may open each link beside staff; `refuse` is the answer to a link, or to the roster ("")."""

    members: list[dict[str, Any]] = field(default_factory=list)
    opened_by: dict[str, set[str]] = field(default_factory=dict)
    refuse: dict[str, Answer] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    staff: set[str] = field(default_factory=lambda: {TEACHER, ASSISTANT})
    line_items: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    page_size: int = 0
    url: str = ""
    asked: list[str] = field(default_factory=list)
    on_ask: Callable[[str], None] = lambda _link: None

    def answer(self, received: Received) -> Answer:
        if received.path == "/token":
            return Answer(body=json.dumps({"access_token": "t", "token_type": "Bearer", "expires_in": 3600}).encode())
        if received.path == "/lineitems":
            return Answer(body=json.dumps(self.line_items).encode())
        if received.path == "/groups":
            return Answer(body=json.dumps({"groups": self.groups}).encode())
        assert received.headers["accept"] == MEMBERS_TYPE
        query = {name: values[0] for name, values in parse_qs(received.query).items()}
        link = query.get("rlid", "")
        self.asked.append(link)
        self.on_ask(link)
        if link in self.refuse:
            return self.refuse[link]
        if link and link not in self.opened_by:
            return Answer(404, b"no such link")
        allowed = self.staff | self.opened_by.get(link, set())
        shown = [one for one in self.members if not link or one["user_id"] in allowed]
        return self._page([] if link in self.hidden else shown, query)

    def _page(self, shown: list[dict[str, Any]], query: dict[str, str]) -> Answer:
        start, size = int(query.get("from", 0)), self.page_size or len(shown) or 1
        headers = {}
        if start + size < len(shown):
            rlid = f"&rlid={query['rlid']}" if "rlid" in query else ""
            headers["Link"] = f'<{self.url}/members?from={start + size}{rlid}>; rel="next"'
        return Answer(body=json.dumps({"id": "x", "members": shown[start : start + size]}).encode(), headers=headers)


@dataclass
class RosterSchool:
    """A course with tasks of 10 points each; its gates are called `gate-1`, `gate-2`, … in the platform."""

    tool: Tool
    platform: RosterPlatform
    context: Context
    registration: Registration
    teacher: Person
    task_ids: list[uuid.UUID] = field(default_factory=list)

    def enrol(self, *user_ids: str) -> None:
        self.platform.members += [member(user_id) for user_id in user_ids]

    def publish(self, *, tasks: int = 2, stays_when_undone: bool = False) -> None:
        drafts = [
            TaskDraft(
                None, f"Task {number}", 10, confirmation=Confirmation.PLATFORM, stays_when_undone=stays_when_undone
            )
            for number in range(1, tasks + 1)
        ]
        published = publish_as_teacher(
            self.tool, self.context, self.teacher.id, drafts, goal_points=10 * tasks, seen_number=0
        )
        self.task_ids = [rule.task_id for rule in published.rules.tasks]

    def place_gate(self, number: int, *, link_id: str | None = None, passing: set[str] | None = None) -> uuid.UUID:
        link_id = f"gate-{number}" if link_id is None else link_id
        self.platform.opened_by[f"gate-{number}"] = passing if passing is not None else set()
        with self.tool.db.transaction() as tx:
            context = tx.get_one(Context, self.context.id)
            gate = make_gate(tx, context, external_resource_link_id=link_id)
            tx.get_one(ContentItem, gate.content_item_id).task_id = self.task_ids[number - 1]
            context.gates_due_at = self.tool.clock.now()
        return gate.content_item_id

    def place_staff_gate(self, *, passing: set[str] | None = None) -> uuid.UUID:
        self.platform.opened_by["staff"] = passing or set()
        with self.tool.db.transaction() as tx:
            context = tx.get_one(Context, self.context.id)
            gate = make_gate(tx, context, external_resource_link_id="staff", is_staff=True)
        return gate.content_item_id

    def read(self) -> None:
        advance(self.tool, 60)
        read_roster(self.tool, self.context.id)

    def ask(self) -> None:
        advance(self.tool, 600)
        ask_gates(self.tool, self.context.id)

    def gate(self, item_id: uuid.UUID) -> Gate:
        with self.tool.db.reading() as tx:
            return tx.get_one(Gate, item_id)

    def course(self) -> Context:
        with self.tool.db.reading() as tx:
            return tx.get_one(Context, self.context.id)

    def points(self) -> dict[str, int]:
        """Return the points of everybody who has any, by what the platform calls them."""
        with self.tool.db.reading() as tx:
            rows = tx.execute(
                select(Person.subject, Balance.points)
                .join(Balance, Balance.person_id == Person.id)
                .where(Balance.context_id == self.context.id, Balance.points != 0)
            )
            return {row.subject: row.points for row in rows}

    def activities(self) -> list[tuple[str, str]]:
        """Return who did what, in the order of their moments."""
        with self.tool.db.reading() as tx:
            rows = tx.execute(
                select(Person.subject, ActivityRow.verb)
                .join(Person, Person.id == ActivityRow.person_id)
                .order_by(ActivityRow.occurred_at, Person.subject)
            )
            return [(row.subject, row.verb) for row in rows]

    def memberships(self) -> dict[str, Membership]:
        with self.tool.db.reading() as tx:
            rows = tx.execute(
                select(Person.subject, Membership)
                .join(Membership, Membership.person_id == Person.id)
                .where(Membership.context_id == self.context.id)
            )
            return {row.subject: row.Membership for row in rows}

    def person(self, subject: str) -> Person:
        with self.tool.db.reading() as tx:
            return tx.execute(select(Person).where(Person.subject == subject)).scalar_one()

    def launch(self, subject: str, role: PrincipalRole = PrincipalRole.LEARNER) -> uuid.UUID:
        """Let somebody have come by a launch in this role, just now."""
        with self.tool.db.transaction() as tx:
            person = tx.execute(select(Person).where(Person.subject == subject)).scalar_one_or_none()
            if person is None:
                person = make_person(tx, self.registration, subject=subject)
            membership = tx.execute(
                select(Membership).where(Membership.person_id == person.id, Membership.context_id == self.context.id)
            ).scalar_one_or_none()
            membership = membership or make_membership(tx, self.context, person)
            membership.role, membership.launched_at = role, self.tool.clock.now()
        return person.id


@contextmanager
def open_roster_school(database_url: str) -> Iterator[RosterSchool]:
    """Yield a course with a teacher and an assistant on a Moodle, and nobody else in it."""
    platform = RosterPlatform([member(TEACHER, "Instructor"), member(ASSISTANT)])
    with LocalServer(platform.answer) as server:
        platform.url = server.url
        tool = make_tool(database_url)
        with tool.db.transaction() as tx:
            context = make_context(tx)
            context.memberships_url = f"{server.url}/members"
            context.line_items_url = f"{server.url}/lineitems"
            context.grade_scopes = [SCOPE_LINE_ITEM_READONLY]
            registration = registration_of(tx, context)
            registration.auth_token_url = f"{server.url}/token"
            make_line_item(tx, make_resource_link(tx, context), url=f"{server.url}/columns/1")
            teacher = make_person(tx, registration, subject=TEACHER)
            make_membership(tx, context, teacher, role="instructor")
        try:
            yield RosterSchool(tool, platform, context, registration, teacher)
        finally:
            tool.db.dispose()
