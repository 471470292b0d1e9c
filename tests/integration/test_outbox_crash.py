"""A worker that is killed at the worst moment loses nothing and doubles nothing: real processes, real SIGKILL."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from badges.models import Award
from config.clock import SystemClock
from config.database import Database
from config.outbox import MessageState, OutboxMessage, put
from config.settings import child_environment
from lti_tool.roster.models import Context
from tests.factories.badge_rows import make_achievement, make_achievement_version
from tests.factories.local_server import Answer, LocalServer, Received
from tests.factories.rows import make_activity, make_rule_set_version
from tests.factories.tool import SECRET, make_tool
from tests.factories.worker import TOKEN, is_score, promise_score, states

WORKER = "tests.integration.crashing_worker"
ROOT = Path(__file__).parents[2]

StartWorker = Callable[..., "subprocess.Popen[str]"]
StartCommand = Callable[[], "subprocess.Popen[bytes]"]
DONE, WAITING, CLAIMED = MessageState.DONE, MessageState.WAITING, MessageState.CLAIMED


class SlowPlatform:
    """Takes each score, and answers when told to."""

    def __init__(self) -> None:
        self.scores: list[Received] = []
        self.took_one = threading.Event()
        self.answers = threading.Event()

    def answer(self, received: Received) -> Answer:
        if not is_score(received):
            return TOKEN
        self.scores.append(received)
        self.took_one.set()
        self.answers.wait(60)
        return Answer()


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


def test_worker_when_told_to_stop_finishes_the_message_in_hand_and_gives_the_others_back(
    database: Database, database_url: str, start_command: StartCommand, platform: SlowPlatform, platform_url: str
) -> None:
    _promise_scores(database, database_url, platform_url, schools=4)
    worker = start_command()
    assert platform.took_one.wait(30)
    assert {state for state, _attempts in states(database)} == {CLAIMED}

    worker.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert worker.poll() is None
    platform.answers.set()

    assert worker.wait(5) == 0
    assert sorted(states(database)) == sorted([(DONE, 1), (WAITING, 0), (WAITING, 0), (WAITING, 0)])
    assert len(platform.scores) == 1


def test_worker_when_killed_in_the_middle_of_a_message_is_followed_by_one_that_ends_it(
    database: Database, database_url: str, start_command: StartCommand, platform: SlowPlatform, platform_url: str
) -> None:
    _promise_scores(database, database_url, platform_url, schools=1)
    first = start_command()
    assert platform.took_one.wait(30)

    first.kill()
    assert first.wait(10) == -signal.SIGKILL
    assert states(database) == [(CLAIMED, 1)]
    platform.answers.set()
    _let_the_lease_run_out(database)
    second = start_command()
    deadline = time.monotonic() + 30
    while states(database) != [(DONE, 2)]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    second.send_signal(signal.SIGTERM)

    assert second.wait(10) == 0
    assert len(platform.scores) == 2
    told = [json.loads(score.body) | {"timestamp": ""} for score in platform.scores]
    assert told[0] == told[1]


def _promise_scores(database: Database, database_url: str, platform_url: str, *, schools: int) -> None:
    make_tool(database_url, SystemClock()).db.dispose()
    with database.transaction() as tx:
        for _ in range(schools):
            promise_score(tx, platform_url)


def _let_the_lease_run_out(database: Database) -> None:
    """Let the minute pass without waiting for it."""
    with database.transaction() as tx:
        message = tx.execute(select(OutboxMessage)).scalar_one()
        assert message.lease_until is not None
        message.lease_until -= timedelta(minutes=1)


def _promise_an_award(database: Database) -> None:
    with database.transaction() as tx:
        activity = make_activity(tx)
        context = tx.get_one(Context, activity.context_id)
        version = make_achievement_version(tx, make_achievement(tx, context))
        ids = {
            "achievement": version.achievement_id,
            "achievement_version": version.id,
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


@pytest.fixture
def platform() -> SlowPlatform:
    return SlowPlatform()


@pytest.fixture
def platform_url(platform: SlowPlatform) -> Iterator[str]:
    with LocalServer(platform.answer) as server:
        yield server.url
        platform.answers.set()


@pytest.fixture
def start_command(database_url: str) -> Iterator[StartCommand]:
    """Start `mijlpaal worker` itself."""
    started: list[subprocess.Popen[bytes]] = []
    settings = {"SECRET_KEY": SECRET, "DATABASE_URL": database_url, "WORKER": "separate", "ALLOW_LOOPBACK": "true"}

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", "from lti_tool.cli import main; main()", "worker"],
            env=child_environment(settings),
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
