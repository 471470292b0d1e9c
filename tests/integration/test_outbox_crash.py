"""A worker that is killed at the worst moment loses nothing and doubles nothing: real processes, real SIGKILL."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from badges.models import Award
from config.clock import SystemClock
from config.database import Database
from config.outbox import MessageState, OutboxMessage, put
from lti_tool.roster.models import Context
from tests.factories.badge_rows import make_achievement
from tests.factories.rows import make_activity, make_rule_set_version

WORKER = "tests.integration.crashing_worker"
ROOT = Path(__file__).parents[2]

StartWorker = Callable[..., "subprocess.Popen[str]"]


@pytest.mark.parametrize("place", ["claimed", "awarded"])
def test_message_when_its_worker_is_killed_is_handled_by_the_next_with_one_effect(
    database: Database, start_worker: StartWorker, place: str
) -> None:
    _promise_an_award(database)
    first = start_worker(lease_seconds=1, stop_at=place)
    assert _read_until(first, place)

    first.send_signal(signal.SIGKILL)
    assert first.wait(10) == -signal.SIGKILL
    state_after_the_crash = _message(database).state
    second = start_worker(lease_seconds=30, stop_at="nowhere")
    output, _ = second.communicate(timeout=30)

    assert state_after_the_crash == MessageState.CLAIMED
    assert output.split() == ["claimed", "awarded", "finished"]
    message = _message(database)
    assert (message.state, message.attempts) == (MessageState.DONE, 2)
    with database.reading() as tx:
        assert tx.execute(select(func.count()).select_from(Award)).scalar_one() == 1


def _promise_an_award(database: Database) -> None:
    with database.transaction() as tx:
        activity = make_activity(tx)
        context = tx.get_one(Context, activity.context_id)
        ids = {
            "achievement": make_achievement(tx, context).id,
            "person": activity.person_id,
            "activity": activity.id,
            "rule_set_version": make_rule_set_version(tx, context).id,
        }
        put(tx, "award", ids, now=SystemClock().now())


def _message(database: Database) -> OutboxMessage:
    with database.reading() as tx:
        return tx.execute(select(OutboxMessage)).scalar_one()


def _read_until(process: subprocess.Popen[str], line: str) -> bool:
    assert process.stdout is not None
    return any(read.strip() == line for read in process.stdout)


@pytest.fixture
def start_worker(database_url: str) -> Iterator[StartWorker]:
    started: list[subprocess.Popen[str]] = []

    def start(*, lease_seconds: float, stop_at: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", WORKER, database_url, str(lease_seconds), stop_at],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
