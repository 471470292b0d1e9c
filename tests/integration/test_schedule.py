"""What is done because time has passed: promised once, for the courses that it is time for."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from config.outbox import MessageState, OutboxMessage
from lti_tool.jobs.schedule import COURSES_AT_ONCE, promise_due
from lti_tool.jobs.worker import drain, run
from lti_tool.lti.claims import RESOURCE_LINK_REQUEST, LaunchClaims
from lti_tool.messages import MessageType
from lti_tool.roster.item_models import Gate
from lti_tool.roster.models import Context, Deployment, DeploymentState
from lti_tool.roster.services import GATES_REST, keep_services
from tests.factories.roster_platform import RosterSchool, open_roster_school
from tests.factories.rows import NOW, make_context

LAUNCH = LaunchClaims(
    issuer="https://platform.example",
    client_id="client",
    deployment_id="1",
    subject="anna",
    message_type=RESOURCE_LINK_REQUEST,
    target_link_uri="https://tool.example/",
    role_uris=(),
)


@pytest.fixture
def school(database_url: str) -> Iterator[RosterSchool]:
    with open_roster_school(database_url) as opened:
        yield opened


def make_due(school: RosterSchool, **values: datetime | None) -> None:
    with school.tool.db.transaction() as tx:
        tx.execute(update(Context).where(Context.id == school.context.id).values(values))


def promised(school: RosterSchool) -> list[str]:
    with school.tool.db.reading() as tx:
        return list(
            tx.execute(
                select(OutboxMessage.type)
                .where(OutboxMessage.state == MessageState.WAITING)
                .order_by(OutboxMessage.type)
            ).scalars()
        )


def test_what_is_due_is_promised_once(school: RosterSchool) -> None:
    make_due(school, roster_due_at=NOW, gates_due_at=NOW - timedelta(days=3))

    promise_due(school.tool)
    promise_due(school.tool)

    assert promised(school) == [MessageType.ASK_GATES, MessageType.READ_ROSTER]
    course = school.course()
    for due_at in (course.roster_due_at, course.gates_due_at):
        assert due_at is not None
        assert timedelta(hours=23) <= due_at - NOW <= timedelta(hours=25)


def test_what_is_due_together_is_done_in_the_order_in_which_one_builds_on_the_other(
    school: RosterSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = itertools.count(1)
    monkeypatch.setattr(school.tool.clock, "now", lambda: NOW + timedelta(microseconds=next(moments)))
    make_due(school, roster_due_at=NOW, gates_due_at=NOW, columns_due_at=NOW, results_due_at=NOW)

    promise_due(school.tool)

    with school.tool.db.reading() as tx:
        in_order = tx.execute(select(OutboxMessage.type).order_by(OutboxMessage.due_at)).scalars()
        assert list(in_order) == [
            MessageType.READ_ROSTER,
            MessageType.ASK_GATES,
            MessageType.FIND_COLUMNS,
            MessageType.READ_GRADES,
        ]
        assert len(set(tx.execute(select(OutboxMessage.due_at)).scalars())) == 4


@pytest.mark.parametrize("due_at", [None, NOW + timedelta(seconds=1)])
def test_what_is_not_due_is_not_promised(school: RosterSchool, due_at: datetime | None) -> None:
    make_due(school, roster_due_at=due_at, gates_due_at=due_at)

    promise_due(school.tool)

    assert promised(school) == []


def test_deployment_that_is_not_let_in_is_not_asked(school: RosterSchool) -> None:
    make_due(school, roster_due_at=NOW)
    with school.tool.db.transaction() as tx:
        tx.get_one(Deployment, school.context.deployment_id).state = DeploymentState.WAITING

    promise_due(school.tool)

    assert promised(school) == []


def test_more_courses_than_are_taken_at_once_are_all_promised(school: RosterSchool) -> None:
    with school.tool.db.transaction() as tx:
        deployment = tx.get_one(Deployment, school.context.deployment_id)
        for _ in range(COURSES_AT_ONCE + 5):
            make_context(tx, deployment).roster_due_at = NOW

    promise_due(school.tool)

    assert promised(school) == [MessageType.READ_ROSTER] * (COURSES_AT_ONCE + 5)


def test_two_workers_at_once_promise_each_course_once(school: RosterSchool) -> None:
    with school.tool.db.transaction() as tx:
        deployment = tx.get_one(Deployment, school.context.deployment_id)
        for _ in range(20):
            make_context(tx, deployment).roster_due_at = NOW

    workers = [threading.Thread(target=promise_due, args=(school.tool,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert promised(school) == [MessageType.READ_ROSTER] * 20


def test_worker_reads_the_roster_and_asks_the_gates_by_itself(school: RosterSchool) -> None:
    school.enrol("anna", "bo", "cas")
    school.publish()
    school.place_gate(1, passing={"anna"})
    make_due(school, roster_due_at=NOW)
    stop, wake = threading.Event(), threading.Event()
    worker = threading.Thread(target=run, args=(school.tool,), kwargs={"stop": stop, "wake": wake})
    school.platform.on_ask = lambda _link: stop.set()

    worker.start()
    worker.join(30)

    assert school.platform.asked
    assert not worker.is_alive()
    school.platform.on_ask = lambda _link: None
    for _ in range(3):
        promise_due(school.tool)
        while drain(school.tool):
            pass
    assert school.points().get("anna") == 10


class TestLaunches:
    """A launch has the gates asked soon, and not again and again."""

    def after_launch(self, school: RosterSchool, *, asked_ago: timedelta, due_in: timedelta) -> datetime | None:
        item = school.place_gate(1) if school.task_ids else None
        make_due(school, gates_due_at=NOW + due_in)
        with school.tool.db.transaction() as tx:
            if item is not None:
                tx.get_one(Gate, item).asked_at = NOW - asked_ago
            keep_services(tx, school.context.id, LAUNCH, now=NOW)
        return school.course().gates_due_at

    def test_launch_has_them_asked_at_once(self, school: RosterSchool) -> None:
        school.publish()

        assert self.after_launch(school, asked_ago=timedelta(minutes=9), due_in=timedelta(hours=1)) == NOW

    def test_launch_right_after_they_were_asked_waits_a_moment(self, school: RosterSchool) -> None:
        school.publish()

        due_at = self.after_launch(school, asked_ago=timedelta(seconds=10), due_in=timedelta(hours=1))

        assert due_at == NOW + GATES_REST - timedelta(seconds=10)

    def test_launch_never_makes_them_wait_longer(self, school: RosterSchool) -> None:
        school.publish()

        due_at = self.after_launch(school, asked_ago=timedelta(seconds=1), due_in=timedelta(seconds=5))

        assert due_at == NOW + timedelta(seconds=5)
