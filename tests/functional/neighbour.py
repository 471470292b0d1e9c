"""Another school on the same registration, in which everything happened that a console can show."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.models import Award
from config import outbox
from config.outbox import MessageState, OutboxMessage
from lti_tool.messages import MessageType
from lti_tool.progress import platform_lane
from lti_tool.roster.models import Context, Deployment, DeploymentState, LineItem, Registration
from lti_tool.roster.platform_models import NoticeHandler, RefusedLaunch
from tests.factories.badge_rows import make_award
from tests.factories.launch import INSTRUCTOR
from tests.factories.lti_rows import make_gate
from tests.factories.rows import (
    added,
    make_activity,
    make_deployment,
    make_line_item,
    make_person,
    make_resource_link,
    make_task,
)
from tests.functional.classroom import words_in
from tests.functional.conftest import Launched, Site
from tests.functional.test_admin import ADMINISTRATOR

THEIRS = "school-b"
"""The other school's deployment, as the platform calls it."""
ROLES = [INSTRUCTOR, ADMINISTRATOR]


@dataclass(frozen=True)
class Neighbour:
    """What the other school has here: the ids of all of it, and the words that must not be read."""

    ids: frozenset[uuid.UUID]
    message_ids: frozenset[uuid.UUID]
    words: tuple[str, ...]
    numbers: tuple[str, ...]
    """Of launches that were refused there: one that said where it came from, one that did not."""


def in_their_school(site: Site, *, roles: list[str] | None = None, sub: str = "admin-b") -> Launched:
    return site.launch(
        roles=roles or ROLES,
        sub=sub,
        deployment_id=THEIRS,
        context={"id": "course-b", "title": "Course of B"},
        resource_link={"id": "link-b", "title": "Link of B"},
        tool_platform={"guid": "b", "name": "The School of B", "product_family_code": "moodle"},
    )


def open_neighbour(site: Site) -> Neighbour:
    """Let another school in on the same registration, and let everything happen there that a console can show."""
    with site.tool.db.transaction() as tx:
        registration = tx.execute(select(Registration)).scalar_one()
        deployment = make_deployment(tx, registration)
        deployment.external_deployment_id = THEIRS
    in_their_school(site)
    numbers = (refused_number(site, THEIRS), refused_number(site, None))
    with site.tool.db.transaction() as tx:
        return _fill(tx, site, deployment.id, numbers)


def _fill(tx: Session, site: Site, deployment_id: uuid.UUID, numbers: tuple[str, str]) -> Neighbour:
    course = tx.execute(select(Context).where(Context.deployment_id == deployment_id)).scalar_one()
    course.roster_problem = "members-failed 403"
    column = make_line_item(tx, make_resource_link(tx, course))
    column.gone_at = site.clock.now()
    gate = make_gate(tx, course)
    gate.problem = "everybody-passes"
    award = _award_in(tx, course)
    added(
        tx,
        NoticeHandler(
            deployment_id=deployment_id, notice_type="LtiHelloWorldNotice", service_url="https://b.example", problem="x"
        ),
    )
    registration_id = tx.get_one(Deployment, deployment_id).registration_id
    waiting = make_deployment(tx, tx.get_one(Registration, registration_id), state=DeploymentState.WAITING)
    messages = _promise_of_each_kind(tx, registration_id, deployment_id, course, column, award, site)
    refusals = tx.execute(select(RefusedLaunch.id)).scalars().all()
    return Neighbour(
        frozenset(
            {deployment_id, waiting.id, course.id, column.id, gate.content_item_id, award.id, *messages, *refusals}
        ),
        frozenset(messages),
        (THEIRS, "of B", waiting.external_deployment_id),
        numbers,
    )


def _award_in(tx: Session, course: Context) -> Award:
    registration = tx.get_one(Registration, tx.get_one(Deployment, course.deployment_id).registration_id)
    return make_award(tx, activity=make_activity(tx, make_task(tx, course), make_person(tx, registration)))


def _promise_of_each_kind(
    tx: Session,
    registration_id: uuid.UUID,
    deployment_id: uuid.UUID,
    course: Context,
    column: LineItem,
    award: Award,
    site: Site,
) -> list[uuid.UUID]:
    """Promise something by each id that a promise can have, given up; returns their ids."""
    before = set(tx.execute(select(OutboxMessage.id)).scalars())
    for type, ids in (
        (MessageType.READ_ROSTER, {"context_id": course.id}),
        (MessageType.EVALUATE_COURSE, {"context_id": course.id}),
        (MessageType.PUBLISH_SCORE, {"line_item_id": column.id, "person_id": award.person_id}),
        (MessageType.ISSUE_CREDENTIAL, {"award_id": award.id}),
        (MessageType.ASK_FOR_NOTICES, {"deployment_id": deployment_id}),
        (MessageType.COPY_COURSE, {"origin_id": course.id, "context_id": course.id}),
    ):
        key = f"{course.id}:{type}"
        outbox.put(tx, type, ids, now=site.clock.now(), coalesce_key=key, lane=platform_lane(registration_id))
    made = [row for row in tx.execute(select(OutboxMessage)).scalars() if row.id not in before]
    for row in made:
        row.state, row.last_error = MessageState.DEAD, "line-item-failed 422"
    return [row.id for row in made]


def refused_number(site: Site, deployment: str | None) -> str:
    """Let a login of this registration be refused; returns the number on the page."""
    client = site.client()
    asked = site.begin(client, lti_deployment_id=deployment)
    return number_in(site.send(site.client(), "x", asked["state"]).get_data(as_text=True))


def number_in(page: str) -> str:
    """Return the number of the refusal that a page shows."""
    number = re.search(r"\b[A-Z0-9]{6}\b", words_in(page))
    assert number, words_in(page)
    return number[0]
