"""The worker on real databases against a real platform server: how work ends, is kept, shared, stopped and pruned."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import event, func, select, text, update

from config import outbox, outbox_claiming, outbox_finishing
from config.clock import Clock, SettableClock, SystemClock
from config.errors import NotFound, PlatformFailed, ToolError
from config.ids import new_id
from config.outbox import MessageState, OutboxMessage
from gamification.models import Balance
from gamification.record import record_activity
from lti_tool.jobs.embedded import EmbeddedWorker
from lti_tool.jobs.pruning import FORGOTTEN, ROWS_AT_ONCE, prune
from lti_tool.jobs.settling import LONGEST_PAUSE, MOST_ATTEMPTS, is_final, pause_after
from lti_tool.jobs.worker import LEASE_SECONDS, drain, run
from lti_tool.messages import MessageType
from lti_tool.roster.session_models import LaunchSession
from lti_tool.tool import Tool
from tests.factories.course import completion, make_course, make_learner
from tests.factories.local_server import Answer, LocalServer, Received
from tests.factories.rows import NOW, make_launch_session, make_message
from tests.factories.tool import make_tool
from tests.factories.worker import TOKEN, is_score, messages, promise_score, states

DONE, WAITING, CLAIMED, DEAD = MessageState.DONE, MessageState.WAITING, MessageState.CLAIMED, MessageState.DEAD
LEASE = timedelta(seconds=LEASE_SECONDS)

MakeTool = Callable[[Clock], Tool]


# How a failure is settled


def _failed(code: str, status: int | None = None) -> PlatformFailed:
    return PlatformFailed(code, retryable=False, status=status)


@pytest.mark.parametrize(
    ("error", "final"),
    [
        (_failed("score-failed", 400), True),
        (_failed("score-failed", 422), True),
        (_failed("line-item-failed", 400), True),
        (_failed("line-item-failed", 403), False),
        (_failed("address-refused"), True),
        (_failed("scheme-refused"), True),
        (NotFound("award"), True),
        (_failed("score-failed", 401), False),
        (_failed("score-failed", 403), False),
        (_failed("score-failed", 404), False),
        (_failed("score-failed", 503), False),
        (_failed("access-token-failed", 400), False),
        (_failed("access-token-failed", 401), False),
        (_failed("bad-access-token"), False),
        (_failed("bad-json", 200), False),
        (_failed("redirect-refused", 302), False),
        (_failed("too-large", 200), False),
        (_failed("tls"), False),
        (_failed("timeout"), False),
        (ToolError("key-changed"), False),
        (KeyError("surprise"), False),
    ],
)
def test_is_final_when_asked_gives_up_only_what_no_time_will_mend(error: Exception, final: bool) -> None:
    assert is_final(error, 1) is final
    assert is_final(error, MOST_ATTEMPTS - 1) is final
    assert is_final(error, MOST_ATTEMPTS)


def test_is_final_when_only_an_administrator_can_mend_it_never_gives_up() -> None:
    assert not is_final(ToolError("key-locked"), 100 * MOST_ATTEMPTS)


def test_pause_after_when_attempts_grow_doubles_up_to_six_hours_with_a_fifth_of_jitter() -> None:
    for attempts in range(1, MOST_ATTEMPTS + 1):
        expected = min(timedelta(seconds=2**attempts), LONGEST_PAUSE)
        pauses = [pause_after(attempts) for _ in range(50)]

        assert min(pauses) >= expected * 0.8
        assert max(pauses) <= expected * 1.2
        assert len(set(pauses)) > 1


def test_pause_after_when_the_platform_asked_for_rest_is_never_shorter() -> None:
    assert pause_after(1, 300.0) == timedelta(seconds=300)
    assert pause_after(1, 86_400.0) == timedelta(days=1)
    assert pause_after(10, 1.0) >= timedelta(seconds=2**10 * 0.8)


@pytest.mark.parametrize(
    ("path", "answer", "state", "error"),
    [
        ("/token", Answer(body=b"<html>onderhoud</html>"), WAITING, "bad-json 200"),
        ("/token", Answer(302, headers={"Location": "/onderhoud"}), WAITING, "redirect-refused 302"),
        ("/token", Answer(400, b'{"error":"invalid_client"}'), WAITING, "access-token-failed 400"),
        ("/item/scores", Answer(403), WAITING, "score-failed 403"),
        ("/item/scores", Answer(503), WAITING, "score-failed 503"),
        ("/item/scores", Answer(400), DEAD, "score-failed 400"),
        ("/item/scores", Answer(422), DEAD, "score-failed 422"),
        ("/item/scores", Answer(204), DONE, ""),
    ],
)
def test_score_when_the_platform_answers_oddly_is_sent_later_and_given_up_only_when_refused(
    sqlite_url: str, path: str, answer: Answer, state: MessageState, error: str
) -> None:
    clock = SettableClock(NOW)
    tool = make_tool(sqlite_url, clock)
    is_well = False

    def platform(received: Received) -> Answer:
        if received.path == path and not is_well:
            return answer
        return Answer() if is_score(received) else TOKEN

    with LocalServer(platform) as server:
        with tool.db.transaction() as tx:
            promise_score(tx, server.url)
        assert drain(tool) == 1
        [message] = messages(tool.db)
        assert (message.state, message.attempts, message.last_error) == (state, 1, error)

        is_well = True
        clock.advance(seconds=3)
        drain(tool)

    assert states(tool.db) == [(state, 1) if state == DEAD else (DONE, 1 if state == DONE else 2)]
    tool.db.dispose()


def test_score_when_the_key_is_locked_or_the_connection_is_not_tls_waits(sqlite_url: str) -> None:
    clock = SettableClock(NOW)
    tool = make_tool(sqlite_url, clock)
    stranger = make_tool(sqlite_url, clock, secret="t" * 40)
    with LocalServer(lambda _received: TOKEN) as server:
        with tool.db.transaction() as tx:
            promise_score(tx, server.url.replace("http:", "https:"))
        for teller, error in ((stranger, "key-locked"), (tool, "tls")):
            drain(teller)
            clock.advance(seconds=3)
            [message] = messages(tool.db)
            assert (message.state, message.last_error) == (WAITING, error)

    tool.db.dispose()
    stranger.db.dispose()


def test_score_when_the_platform_asks_for_rest_is_not_sent_before(make: MakeTool) -> None:
    clock = SettableClock(NOW)
    tool = make(clock)
    with LocalServer(lambda got: Answer(429, headers={"Retry-After": "600"}) if is_score(got) else TOKEN) as server:
        with tool.db.transaction() as tx:
            promise_score(tx, server.url)
        drain(tool)
        clock.advance(seconds=599)
        assert drain(tool) == 0
        clock.advance(seconds=1)
        assert drain(tool) == 1

    assert [got.path for got in server.received].count("/item/scores") == 2


def test_score_when_it_failed_as_often_as_may_be_is_given_up(make: MakeTool) -> None:
    clock = SettableClock(NOW)
    tool = make(clock)
    with LocalServer(lambda got: Answer(503) if is_score(got) else TOKEN) as server:
        with tool.db.transaction() as tx:
            promise_score(tx, server.url)
            tx.execute(update(OutboxMessage).values(attempts=MOST_ATTEMPTS - 2))
        drain(tool)
        assert states(tool.db) == [(WAITING, MOST_ATTEMPTS - 1)]
        clock.advance(hours=8)
        drain(tool)

    assert states(tool.db) == [(DEAD, MOST_ATTEMPTS)]


# Lanes


def test_message_without_a_lane_when_platforms_have_much_to_do_is_taken_at_once(make: MakeTool) -> None:
    db = make(SettableClock(NOW)).db
    with db.transaction() as tx:
        for number in range(60):
            for lane in range(12):
                outbox.put(tx, "score", {}, now=NOW + timedelta(seconds=number), lane=f"platform:{lane}")
        outbox.put(tx, "badge", {}, now=NOW + timedelta(minutes=5))

    claimed = outbox_claiming.claim(db, now=NOW + timedelta(hours=1), limit=5)

    assert [one.type for one in claimed] == ["badge", *["score"] * 4]


def test_lane_when_another_has_sixty_waiting_is_taken_beside_it(make: MakeTool) -> None:
    db = make(SettableClock(NOW)).db
    with db.transaction() as tx:
        for _ in range(60):
            outbox.put(tx, "a", {}, now=NOW, lane="platform:a")
        outbox.put(tx, "b", {}, now=NOW + timedelta(minutes=5), lane="platform:b")

    claimed = outbox_claiming.claim(db, now=NOW + timedelta(hours=1), limit=2)

    assert [one.type for one in claimed] == ["a", "b"]


def test_message_without_a_lane_when_thousands_like_it_wait_leaves_room_for_a_score(make: MakeTool) -> None:
    db = make(SettableClock(NOW)).db
    with db.transaction() as tx:
        for _ in range(50):
            outbox.put(tx, "badge", {}, now=NOW)
        outbox.put(tx, "score", {}, now=NOW + timedelta(minutes=5), lane="platform:a")

    claimed = outbox_claiming.claim(db, now=NOW + timedelta(hours=1), limit=5)

    assert sorted(one.type for one in claimed) == ["badge"] * 4 + ["score"]


# Leases


class CreepingClock:
    """Takes a while for everything: each look at it is some seconds later."""

    def __init__(self, step_seconds: float) -> None:
        self._ticks = count()
        self._step_seconds = step_seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=next(self._ticks) * self._step_seconds)


def test_course_when_its_evaluation_outlasts_the_lease_is_kept_and_done_once(make: MakeTool) -> None:
    clock = CreepingClock(7)
    tool = make(clock)
    _promise_evaluation(tool, learners=15)
    taken: list[str] = []
    # Another worker looks after each person's commit.
    tool.db.wake = lambda: taken.extend(one.type for one in outbox_claiming.claim(tool.db, now=clock.now(), limit=50))

    drain(tool, limit=1)

    assert clock.now() > NOW + 2 * LEASE
    assert taken
    assert MessageType.EVALUATE_COURSE not in taken
    assert states(tool.db)[0] == (DONE, 1)


def test_course_when_another_worker_took_it_is_left_alone(make: MakeTool, caplog: pytest.LogCaptureFixture) -> None:
    clock = SettableClock(NOW)
    tool = make(clock)
    _promise_evaluation(tool, learners=3)

    def look_away() -> None:
        clock.advance(seconds=LEASE_SECONDS + 1)
        outbox_claiming.claim(tool.db, now=clock.now())

    tool.db.wake = look_away

    with caplog.at_level(logging.INFO, "mijlpaal.worker"):
        drain(tool, limit=1)

    assert states(tool.db)[0] == (CLAIMED, 2)
    assert len(_scores_promised(tool)) == 1
    assert [record.message for record in caplog.records] == ["lease lost"]


def test_course_when_the_worker_is_told_to_stop_goes_back_uncounted(make: MakeTool) -> None:
    tool = make(SettableClock(NOW))
    _promise_evaluation(tool, learners=3)
    stop = threading.Event()
    tool.db.wake = stop.set

    drain(tool, limit=1, stop=stop)

    message = messages(tool.db)[0]
    assert (message.state, message.attempts, message.lease_until) == (WAITING, 0, None)
    assert len(_scores_promised(tool)) == 1


def test_score_when_the_lease_was_lost_meanwhile_is_not_settled(
    make: MakeTool, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SettableClock(NOW)
    tool = make(clock)
    answers = iter([Answer(), Answer(503), Answer(400)])

    def platform(received: Received) -> Answer:
        if not is_score(received):
            return TOKEN
        clock.advance(seconds=LEASE_SECONDS + 1)
        outbox_claiming.claim(tool.db, now=clock.now())
        return next(answers)

    with LocalServer(platform) as server:
        for attempts in (2, 4, 6):
            with tool.db.transaction() as tx:
                tx.execute(text("DELETE FROM outbox_message WHERE state = 'done'"))
                if attempts == 2:
                    promise_score(tx, server.url)
            with caplog.at_level(logging.INFO, "mijlpaal.worker"):
                drain(tool)
            assert states(tool.db) == [(CLAIMED, attempts)]
            clock.advance(seconds=LEASE_SECONDS + 1)

    assert [record.message for record in caplog.records] == ["lease lost"] * 3


def test_rest_of_a_batch_when_the_first_took_long_goes_back_uncounted(make: MakeTool) -> None:
    clock = SettableClock(NOW)
    tool = make(clock)

    def platform(received: Received) -> Answer:
        if is_score(received):
            clock.advance(seconds=LEASE_SECONDS * 0.6)
        return Answer() if is_score(received) else TOKEN

    with LocalServer(platform) as server:
        with tool.db.transaction() as tx:
            for _ in range(3):
                promise_score(tx, server.url)
        assert drain(tool) == 1

    assert states(tool.db) == [(DONE, 1), (WAITING, 0), (WAITING, 0)]


def test_renew_when_the_lease_holds_moves_its_end_and_when_it_is_lost_says_so(make: MakeTool) -> None:
    db = make(SettableClock(NOW)).db
    for lane in ("", "platform:a"):
        with db.transaction() as tx:
            tx.execute(text("DELETE FROM outbox_message"))
            outbox.put(tx, "a", {}, now=NOW, lane=lane)
        [claimed] = outbox_claiming.claim(db, now=NOW)

        renewed = outbox_claiming.renew(db, claimed, now=NOW + LEASE / 2, lease_seconds=60)
        assert renewed is not None
        assert renewed.lease_until == NOW + LEASE * 1.5
        assert outbox_claiming.claim(db, now=NOW + LEASE * 1.4) == []
        # Nobody took it; in a lane another message may be in hand by now.
        assert (outbox_claiming.renew(db, renewed, now=NOW + LEASE * 2, lease_seconds=60) is None) == bool(lane)

        assert len(outbox_claiming.claim(db, now=NOW + LEASE * 4)) == 1
        assert outbox_claiming.renew(db, claimed, now=NOW + LEASE * 4, lease_seconds=60) is None


def test_release_when_the_same_was_promised_again_leaves_one_message_in_its_place(make: MakeTool) -> None:
    db = make(SettableClock(NOW)).db
    with db.transaction() as tx:
        outbox.put(tx, "a", {}, now=NOW, coalesce_key="k")
    [claimed] = outbox_claiming.claim(db, now=NOW)
    with db.transaction() as tx:
        outbox.put(tx, "a", {}, now=NOW + LEASE, coalesce_key="k")

    assert outbox_finishing.release(db, claimed, now=NOW + LEASE)
    assert not outbox_finishing.release(db, claimed, now=NOW + LEASE)

    assert states(db) == [(DONE, 1), (WAITING, 0)]
    assert messages(db)[1].due_at == NOW


# Stopping


def test_embedded_worker_when_stopped_finishes_what_it_has_in_hand_and_gives_the_rest_back(make: MakeTool) -> None:
    tool = make(SystemClock())
    in_hand, go_on = threading.Event(), threading.Event()

    def platform(received: Received) -> Answer:
        if is_score(received):
            in_hand.set()
            go_on.wait(30)
        return Answer() if is_score(received) else TOKEN

    with LocalServer(platform) as server, ThreadPoolExecutor(1) as pool:
        with tool.db.transaction() as tx:
            for _ in range(3):
                promise_score(tx, server.url)
        worker = EmbeddedWorker(tool)
        worker.start()
        assert in_hand.wait(30)
        stopping = pool.submit(worker.stop)
        assert not stopping.done()
        go_on.set()
        stopping.result(timeout=10)

    assert states(tool.db) == [(DONE, 1), (WAITING, 0), (WAITING, 0)]
    assert not any(thread.name == "outbox" for thread in threading.enumerate())


def test_embedded_worker_when_messages_are_put_handles_them_without_waiting_for_its_next_look(make: MakeTool) -> None:
    tool = make(SystemClock())
    arrived = threading.Semaphore(0)

    def platform(received: Received) -> Answer:
        if is_score(received):
            arrived.release()
        return Answer() if is_score(received) else TOKEN

    worker = EmbeddedWorker(tool)
    worker.start()
    with LocalServer(platform) as server:
        began_at = SystemClock().now()
        for _ in range(6):
            with tool.db.transaction() as tx:
                promise_score(tx, server.url)
            assert arrived.acquire(timeout=10)
        took = SystemClock().now() - began_at
        worker.stop()

    assert states(tool.db) == [(DONE, 1)] * 6
    assert took < timedelta(seconds=4)  # six looks, a second apart, take longer


# Pruning


def test_prune_when_much_is_old_forgets_it_a_thousand_at_a_time_and_keeps_the_rest(make: MakeTool) -> None:
    clock = SettableClock(NOW + timedelta(days=31))
    tool = make(clock)
    with tool.db.transaction() as tx:
        kept = [
            make_message(tx, state=DONE),
            make_message(tx, state=DEAD),
            make_message(tx, state=WAITING),
        ]
        kept[0].finished_at = NOW + timedelta(days=2)
        kept[1].finished_at = NOW
        tx.flush()
        kept_ids = {message.id for message in kept}
        old = {"type": "t", "ids": {}, "lane": "", "state": DONE, "attempts": 1, "last_error": ""}
        moments = {"created_at": NOW, "due_at": NOW, "finished_at": NOW}
        rows = [{**old, **moments, "id": new_id(), "coalesce_key": str(new_id())} for _ in range(2 * ROWS_AT_ONCE + 5)]
        tx.execute(OutboxMessage.__table__.insert(), rows)  # type: ignore[attr-defined]
        make_launch_session(tx)
    commits = []
    event.listen(tool.db.engine, "commit", lambda _connection: commits.append(True))

    prune(tool)

    assert {message.id for message in messages(tool.db)} == kept_ids
    assert len(commits) == len(FORGOTTEN) + 2
    with tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(LaunchSession)).scalar_one() == 0


def test_run_when_pruning_fails_still_keeps_promises(make: MakeTool, caplog: pytest.LogCaptureFixture) -> None:
    tool = make(SettableClock(NOW))
    with tool.db.transaction() as tx:
        tx.execute(text("DROP TABLE refused_launch"))
        outbox.put(tx, MessageType.EVALUATE_COURSE, {"context_id": new_id()}, now=NOW)

    _run_until(tool, lambda: states(tool.db) == [(DONE, 1)])

    assert "worker could not prune" in [record.message for record in caplog.records]


def test_run_when_there_is_always_work_still_prunes_each_minute(make: MakeTool) -> None:
    clock = SettableClock(NOW)
    tool = make(clock)
    old_ids: list[uuid.UUID] = []
    handled_at: list[datetime] = []
    seen_pruned_at: list[datetime] = []

    def platform(received: Received) -> Answer:
        if not is_score(received):
            return TOKEN
        handled_at.append(clock.now())
        clock.advance(seconds=10)
        with tool.db.transaction() as tx:
            if len(handled_at) == 1:
                old = make_message(tx, state=DONE)
                old.due_at = old.finished_at = NOW - timedelta(days=40)
                old_ids.append(old.id)
            elif tx.get(OutboxMessage, old_ids[0]) is None:
                seen_pruned_at.append(clock.now())
            [message] = tx.execute(select(OutboxMessage).where(OutboxMessage.state == CLAIMED)).scalars().all()
            outbox.put(tx, message.type, message.ids, now=clock.now(), coalesce_key="again", lane=message.lane)
        return Answer()

    with LocalServer(platform) as server:
        with tool.db.transaction() as tx:
            promise_score(tx, server.url)
        _run_until(tool, lambda: bool(seen_pruned_at))

    assert seen_pruned_at[0] - NOW < timedelta(minutes=2)
    assert len(handled_at) >= 6


def _promise_evaluation(tool: Tool, *, learners: int) -> None:
    with tool.db.transaction() as tx:
        course = make_course(tx)
        for _ in range(learners):
            record_activity(tx, completion(course.id, make_learner(tx, course), course.task_ids[0]), now=NOW)
        assert tx.execute(select(func.count()).select_from(Balance)).scalar_one() == learners
        outbox.put(tx, MessageType.EVALUATE_COURSE, {"context_id": course.id}, now=NOW - timedelta(minutes=1))


def _scores_promised(tool: Tool) -> list[OutboxMessage]:
    return [message for message in messages(tool.db) if message.type == MessageType.PUBLISH_SCORE]


def _run_until(tool: Tool, is_so: Callable[[], bool]) -> None:
    stop, wake = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, tool, stop=stop, wake=wake)
        deadline = SystemClock().now() + timedelta(seconds=20)
        try:
            while not is_so():
                assert SystemClock().now() < deadline
                stop.wait(0.05)
        finally:
            stop.set()
            wake.set()
        running.result(timeout=20)


@pytest.fixture
def make(database_url: str) -> Iterator[MakeTool]:
    """Make the tool on this database with a clock."""
    made: list[Tool] = []

    def make_with(clock: Clock) -> Tool:
        made.append(make_tool(database_url, clock))
        return made[-1]

    yield make_with
    for tool in made:
        tool.db.dispose()
