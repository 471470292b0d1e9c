"""Promises of a deployment that was closed: nothing is sent there, nothing is lost or counted, and others go on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config.clock import SettableClock
from config.outbox import MessageState, OutboxMessage
from config.outbox_claiming import claim
from lti_tool.administering import approve, hold
from lti_tool.jobs.closed import PAUSE, DeploymentClosed, put_off, refuse_closed
from lti_tool.jobs.worker import drain
from lti_tool.messages import MessageType
from lti_tool.progress import promise_evaluation, promise_scores
from lti_tool.roster.models import Context, Deployment, LineItem, Person
from lti_tool.roster.promises import CLOSED
from lti_tool.roster.registrations import approve_deployment
from lti_tool.tool import Tool
from tests.factories.course import make_course, make_learner
from tests.factories.local_server import Answer, LocalServer, Received
from tests.factories.rows import NOW
from tests.factories.tool import make_tool
from tests.factories.worker import TOKEN, is_score, messages, promise_score, states


@pytest.fixture
def platform() -> Iterator[LocalServer]:
    def answer(received: Received) -> Answer:
        return TOKEN if received.path == "/token" else Answer(200)

    with LocalServer(answer) as server:
        yield server


def _drain(tool: Tool) -> None:
    while drain(tool):
        pass


def _deployment(tool: Tool) -> Deployment:
    with tool.db.reading() as tx:
        return tx.execute(select(Deployment)).scalars().one()


def _promise_and_close(tx: Session, platform: LocalServer) -> uuid.UUID:
    """Promise a score of a school and close its deployment, which is returned."""
    promise_score(tx, platform.url)
    deployment_id = tx.execute(select(Deployment.id)).scalar_one()
    hold(tx, None, deployment_id)
    return deployment_id


def test_score_when_its_deployment_is_closed_waits_untried_and_is_sent_when_it_opens(
    database_url: str, platform: LocalServer
) -> None:
    clock = SettableClock(NOW)
    tool = make_tool(database_url, clock)
    with tool.db.transaction() as tx:
        closed_id = _promise_and_close(tx, platform)

    for _time in range(40):  # more often than a message that fails is tried
        _drain(tool)
        clock.advance(seconds=PAUSE.total_seconds() + 1)
    _drain(tool)

    assert [received for received in platform.received if is_score(received)] == []
    assert states(tool.db) == [(MessageState.WAITING, 0)]
    assert messages(tool.db)[0].last_error == CLOSED
    with tool.db.transaction() as tx:
        approve(tx, None, closed_id, now=clock.now())
    _drain(tool)
    assert len([received for received in platform.received if is_score(received)]) == 1
    assert states(tool.db) == [(MessageState.DONE, 1)]
    tool.db.dispose()


def test_score_when_the_command_opens_its_deployment_again_is_sent_at_once(
    sqlite_url: str, platform: LocalServer
) -> None:
    clock = SettableClock(NOW)
    tool = make_tool(sqlite_url, clock)
    with tool.db.transaction() as tx:
        _promise_and_close(tx, platform)
    _drain(tool)
    deployment = _deployment(tool)

    with tool.db.transaction() as tx:
        approve_deployment(tx, deployment.registration_id, deployment.external_deployment_id, now=clock.now())
    _drain(tool)

    assert states(tool.db) == [(MessageState.DONE, 1)]
    tool.db.dispose()


def test_score_of_another_school_in_the_same_lane_when_one_is_closed_is_sent(
    database_url: str, platform: LocalServer
) -> None:
    clock = SettableClock(NOW)
    tool = make_tool(database_url, clock)
    with tool.db.transaction() as tx:
        registration_id = promise_score(tx, platform.url)
        hold(tx, None, tx.execute(select(Deployment.id)).scalar_one())
        other = make_course(tx)
        tx.get_one(LineItem, other.line_item_id).url = f"{platform.url}/item"
        learner_id = make_learner(tx, other)
        tx.get_one(Deployment, tx.get_one(Context, other.id).deployment_id).registration_id = registration_id
        tx.execute(update(Person).values(registration_id=registration_id))
        promise_scores(tx, other.id, [learner_id], now=NOW)

    _drain(tool)

    by_learner = {message.ids["person_id"]: message for message in messages(tool.db)}
    assert by_learner[str(learner_id)].state == MessageState.DONE
    [waits] = [message for learner, message in by_learner.items() if learner != str(learner_id)]
    assert (waits.state, waits.attempts) == (MessageState.WAITING, 0)
    assert len({message.lane for message in by_learner.values()}) == 1
    tool.db.dispose()


def test_scores_when_their_deployment_is_closed_are_put_off_together(database_url: str) -> None:
    """One by one each would come before a score of another school in the lane that they share."""
    tool = make_tool(database_url, SettableClock(NOW))
    with tool.db.transaction() as tx:
        course = make_course(tx)
        promise_scores(tx, course.id, [make_learner(tx, course) for _ in range(4)], now=NOW)
        hold(tx, None, course.context.deployment_id)

    [first, *_] = claim(tool.db, now=NOW, limit=1)
    with pytest.raises(DeploymentClosed) as closed:
        refuse_closed(tool, first)
    assert put_off(tool, first, closed.value)

    assert claim(tool.db, now=NOW) == []
    assert {(one.due_at, one.last_error, one.attempts) for one in messages(tool.db)} == {(NOW + PAUSE, CLOSED, 0)}
    tool.db.dispose()


def test_score_when_its_deployment_is_opened_while_a_worker_puts_it_off_is_sent(
    database_url: str, platform: LocalServer
) -> None:
    clock = SettableClock(NOW)
    tool = make_tool(database_url, clock)
    with tool.db.transaction() as tx:
        deployment_id = _promise_and_close(tx, platform)
    [first] = claim(tool.db, now=NOW)
    with pytest.raises(DeploymentClosed) as closed:
        refuse_closed(tool, first)

    with tool.db.transaction() as tx:
        approve(tx, None, deployment_id, now=NOW)
    assert put_off(tool, first, closed.value)
    _drain(tool)

    assert states(tool.db) == [(MessageState.DONE, 1)]
    tool.db.dispose()


def test_score_that_failed_before_its_deployment_was_closed_is_sent_at_once_when_it_opens(
    sqlite_url: str, platform: LocalServer
) -> None:
    clock = SettableClock(NOW)
    tool = make_tool(sqlite_url, clock)
    with tool.db.transaction() as tx:
        deployment_id = _promise_and_close(tx, platform)
        tx.execute(update(OutboxMessage).values(last_error="score-failed", attempts=1))
    _drain(tool)

    with tool.db.transaction() as tx:
        approve(tx, None, deployment_id, now=clock.now())
    _drain(tool)

    assert states(tool.db) == [(MessageState.DONE, 2)]
    tool.db.dispose()


def test_own_work_when_the_deployment_is_closed_goes_on(sqlite_url: str) -> None:
    tool = make_tool(sqlite_url, SettableClock(NOW))
    with tool.db.transaction() as tx:
        course = make_course(tx)
        hold(tx, None, tx.get_one(Context, course.id).deployment_id)
        promise_evaluation(tx, course.id, now=NOW)

    _drain(tool)

    done = {message.type: message.state for message in messages(tool.db)}
    assert done[MessageType.EVALUATE_COURSE] == MessageState.DONE
    tool.db.dispose()
