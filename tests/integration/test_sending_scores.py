"""What sending many scores costs: of the platform one connection, of the database no question asked twice."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

from sqlalchemy import event

from lti_tool.jobs.worker import drain, run
from lti_tool.progress import promise_scores
from lti_tool.roster.models import LineItem
from lti_tool.tool import Tool
from tests.factories.course import make_course, make_learner
from tests.factories.local_server import Answer, LocalServer, Received
from tests.factories.rows import NOW
from tests.factories.tool import make_tool
from tests.factories.worker import TOKEN, is_score


def platform(received: Received) -> Answer:
    return Answer() if is_score(received) else TOKEN


def promise_to(server: LocalServer, tool: Tool, *, learners: int) -> None:
    with tool.db.transaction() as tx:
        course = make_course(tx)
        course.registration.auth_token_url = f"{server.url}/token"
        tx.get_one(LineItem, course.line_item_id).url = f"{server.url}/item"
        promise_scores(tx, course.id, [make_learner(tx, course) for _ in range(learners)], now=NOW)


def test_scores_when_many_wait_for_one_platform_go_over_one_connection(sqlite_url: str) -> None:
    tool = make_tool(sqlite_url)
    with LocalServer(platform, keeps_connections=True) as server:
        promise_to(server, tool, learners=4)
        stop, until = threading.Event(), time.monotonic() + 20
        worker = threading.Thread(target=run, args=(tool,), kwargs={"stop": stop, "wake": threading.Event()})
        worker.start()
        while sum(map(is_score, server.received)) < 4 and time.monotonic() < until:
            time.sleep(0.01)
        stop.set()
        worker.join()

    assert [is_score(received) for received in server.received] == [False, True, True, True, True]
    assert server.connections == 1
    tool.db.dispose()


def test_score_when_it_is_sent_asks_the_database_nothing_twice_in_one_transaction(database_url: str) -> None:
    tool = make_tool(database_url)
    asked: Counter[tuple[int, str, str]] = Counter()
    transactions = 0

    def begin(_connection: Any) -> None:
        nonlocal transactions
        transactions += 1

    def ask(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked[transactions, statement, repr(parameters)] += 1

    with LocalServer(platform) as server:
        promise_to(server, tool, learners=1)
        event.listen(tool.db.engine, "begin", begin)
        event.listen(tool.db.engine, "before_cursor_execute", ask)
        assert drain(tool) == 1

    assert sum(map(is_score, server.received)) == 1
    assert len(asked) > 10
    assert [statement for (_, statement, _), times in asked.items() if times > 1] == []
    tool.db.dispose()
