"""A score on its way through the outbox: what waits, what is given up, what is one message and what is two."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from config.clock import SettableClock
from config.http import HttpClient
from config.outbox import MessageState
from gamification.publish import TaskDraft
from lti_tool.jobs.worker import drain
from lti_tool.lti.access_tokens import AccessTokens
from lti_tool.lti.platform_http import PlatformHttp
from lti_tool.messages import MessageType
from lti_tool.progress import promise_scores
from lti_tool.tool import USER_AGENT, Tool
from tests.factories.local_server import Answer, LocalServer, Received
from tests.factories.rows import NOW, make_membership, make_person
from tests.factories.school import School, open_school
from tests.factories.tool import finish_as_learner, make_tool, publish_as_teacher
from tests.factories.worker import TOKEN, is_score, messages, promise_score, states

DONE, WAITING, DEAD = MessageState.DONE, MessageState.WAITING, MessageState.DEAD
OK = Answer(200)


class Platform:
    """Answers each score with the next of these answers, and with the last one from then on."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.tokens = 0
        self.scores: list[Received] = []

    def __call__(self, received: Received) -> Answer:
        if not is_score(received):
            self.tokens += 1
            return TOKEN
        self.scores.append(received)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [
        (Answer(200), DONE, ""),
        (Answer(201), DONE, ""),
        (Answer(204), DONE, ""),
        (Answer(400, b"[]"), DEAD, "score-failed 400"),
        (Answer(422), DEAD, "score-failed 422"),
        (Answer(401), WAITING, "score-failed 401"),
        (Answer(403), WAITING, "score-failed 403"),
        (Answer(403, b"403 Forbidden (Rate Limit Exceeded)"), WAITING, "score-failed throttled"),
        (Answer(409, b"[]"), WAITING, "timestamp-not-newer 409"),
        (Answer(412), WAITING, "score-failed 412"),
        (Answer(429), WAITING, "score-failed 429"),
        (Answer(500), WAITING, "score-failed 500"),
        (Answer(502), WAITING, "score-failed 502"),
        (Answer(503), WAITING, "score-failed 503"),
        (Answer(302, headers={"Location": "/login"}), WAITING, "redirect-refused 302"),
        (Answer(200, b"\n<!DOCTYPE html><title>Onderhoud</title>"), WAITING, "bad-score-answer 200"),
        (Answer(200, b"<html><form action='/login'></form></html>"), WAITING, "bad-score-answer 200"),
        (Answer(200, b"[]", headers={"Content-Type": "text/html"}), DONE, ""),
    ],
)
def test_score_when_answered_is_done_or_waits_or_is_given_up(
    tool: Tool, answer: Answer, state: MessageState, error: str
) -> None:
    with promised_to(Platform(answer), tool):
        drain(tool)

    [message] = messages(tool.db)
    assert (message.state, message.last_error) == (state, error)


def test_score_when_the_token_was_dropped_goes_with_a_new_one_at_once_and_only_once(tool: Tool) -> None:
    platform = Platform(Answer(401), OK)
    with promised_to(platform, tool):
        drain(tool)
    assert (states(tool.db), platform.tokens, len(platform.scores)) == ([(DONE, 1)], 2, 2)


def test_score_when_no_token_helps_is_asked_with_one_new_token_a_try(tool: Tool) -> None:
    platform = Platform(Answer(401))
    with promised_to(platform, tool):
        drain(tool)
    assert (states(tool.db), platform.tokens, len(platform.scores)) == ([(WAITING, 1)], 2, 2)


@pytest.mark.parametrize("status", [429, 503, 403])
@pytest.mark.parametrize(
    "written",
    [lambda: "600", lambda: format_datetime(NOW + timedelta(seconds=600), usegmt=True)],
    ids=["seconds", "date"],
)
def test_score_when_the_platform_says_when_to_come_back_is_not_sent_before(
    tool: Tool, clock: SettableClock, status: int, written: Callable[[], str]
) -> None:
    platform = Platform(Answer(status, headers={"Retry-After": written()}), OK)
    with promised_to(platform, tool):
        drain(tool)
        clock.advance(seconds=599)
        assert drain(tool) == 0
        clock.advance(seconds=1)
        assert drain(tool) == 1

    assert states(tool.db) == [(DONE, 2)]


def test_score_when_the_platform_says_nothing_at_all_waits(tool: Tool, clock: SettableClock) -> None:
    impatient = _with_http(tool, HttpClient(user_agent=USER_AGENT, allow_loopback=True, read_timeout_seconds=0.2))
    silent = threading.Event()

    def platform(received: Received) -> Answer:
        if is_score(received):
            silent.wait(5)
        return TOKEN

    with promised_to(platform, tool):
        drain(impatient)
        silent.set()

    [message] = messages(tool.db)
    assert (message.state, message.last_error) == (WAITING, "timeout")
    assert message.due_at > clock.now()


def test_score_when_nobody_is_at_home_waits(tool: Tool) -> None:
    with promised_to(Platform(OK), tool):
        pass

    drain(tool)

    [message] = messages(tool.db)
    assert (message.state, message.last_error) == (WAITING, "unreachable")


def test_score_when_sent_says_who_sends_it(tool: Tool) -> None:
    platform = Platform(OK)
    with promised_to(platform, tool) as server:
        drain(tool)

    assert {received.headers["user-agent"] for received in server.received} == {USER_AGENT}
    assert len(server.received) == 2


@pytest.mark.parametrize("hours", [1, 24, 72])
def test_score_when_the_platform_was_down_for_long_arrives_by_itself(
    tool: Tool, clock: SettableClock, hours: int
) -> None:
    """Nobody presses a button: from the end of the maintenance to the score it takes one pause at most."""
    down_until = NOW + timedelta(hours=hours)
    tried_at = []

    def platform(received: Received) -> Answer:
        if not is_score(received):
            return TOKEN
        tried_at.append(clock.now())
        return Answer(503) if clock.now() < down_until else OK

    with promised_to(platform, tool):
        while states(tool.db)[0][0] is WAITING and clock.now() < down_until + timedelta(days=2):
            drain(tool)
            [message] = messages(tool.db)
            clock.at = max(clock.at, message.due_at)

    assert states(tool.db)[0][0] is DONE
    assert tried_at[-1] - down_until <= timedelta(hours=7.3)
    pauses = [later - earlier for earlier, later in pairwise(tried_at)]
    assert max(pauses) <= timedelta(hours=7.3)


# One message or two


def test_activities_when_the_worker_sleeps_are_one_message_a_column(database_url: str) -> None:
    with open_school(database_url) as school:
        _publish_many(school, 20)
        _drain_all(school)
        finish_as_learner(school.tool, school.context, school.learner.id, *school.task_ids)

        waiting = [one for one in messages(school.tool.db) if one.state == WAITING]
        assert [one.type for one in waiting if one.type == MessageType.PUBLISH_SCORE] == [MessageType.PUBLISH_SCORE]
        _drain_all(school)

        [score] = school.gradebook.scores
        assert (score["scoreGiven"], score["scoreMaximum"]) == (100, 100)


def test_activity_when_the_score_is_in_hand_is_a_second_message_with_the_newer_state(database_url: str) -> None:
    with open_school(database_url) as school:
        _publish_many(school, 2)
        _drain_all(school)
        finish_as_learner(school.tool, school.context, school.learner.id, school.task_ids[0])
        begun = iter([True])

        def finish_another() -> None:
            if next(begun, False):
                finish_as_learner(school.tool, school.context, school.learner.id, school.task_ids[1])

        school.gradebook.on_score = finish_another
        _drain_all(school)

        assert [score["scoreGiven"] for score in school.gradebook.scores] == [50, 100]


def test_scores_of_one_platform_when_many_wait_are_sent_one_at_a_time(database_url: str) -> None:
    with open_school(database_url) as school:
        with school.tool.db.transaction() as tx:
            people = []
            for number in range(6):
                person = make_person(tx, school.registration, name=f"Learner {number}")
                make_membership(tx, school.context, person)
                people.append(person.id)
            promise_scores(tx, school.context.id, people, now=school.tool.clock.now())
        at_once, most = 0, 0
        lock = threading.Lock()

        def count() -> None:
            nonlocal at_once, most
            with lock:
                at_once += 1
                most = max(most, at_once)
            threading.Event().wait(0.05)
            with lock:
                at_once -= 1

        school.gradebook.on_score = count

        deadline = time.monotonic() + 30

        def work() -> None:
            # A worker that finds the lane taken finds nothing: it looks again, as the real one does.
            while len(school.gradebook.scores) < 6 and time.monotonic() < deadline:
                if not drain(school.tool, limit=1):
                    threading.Event().wait(0.01)

        workers = [threading.Thread(target=work) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        assert most == 1
        assert len(school.gradebook.scores) == 6


def _publish_many(school: School, count: int) -> None:
    """Publish tasks that are worth 100 together; the ones from before were never begun."""
    drafts = [TaskDraft(None, f"Task {number}", 100 // count) for number in range(count)]
    published = publish_as_teacher(
        school.tool, school.context, school.teacher.id, drafts, goal_points=100 // count, seen_number=1
    )
    school.task_ids = [rule.task_id for rule in published.rules.tasks if not rule.closed]


def _drain_all(school: School) -> None:
    assert isinstance(school.tool.clock, SettableClock)
    for _ in range(10):
        school.tool.clock.advance(seconds=5)
        drain(school.tool)


def _with_http(tool: Tool, http: HttpClient) -> Tool:
    return replace(tool, platform_http=PlatformHttp(http, AccessTokens(http, tool.clock), tool.clock))


def promised_to(platform: Callable[[Received], Answer], tool: Tool) -> LocalServer:
    """Return the platform's server, with a score promised to it."""
    server = LocalServer(platform)
    with tool.db.transaction() as tx:
        promise_score(tx, server.url)
    return server


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def tool(sqlite_url: str, clock: SettableClock) -> Iterator[Tool]:
    made = make_tool(sqlite_url, clock)
    yield made
    made.db.dispose()
