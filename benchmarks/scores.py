"""A thousand scores to a platform that throttles: how long until all are there, and that none is lost or doubled.

After every hundred scores the platform has had enough for three seconds, and refuses everything with 403 or 429,
however fast or slow we are: so every run meets the wall nine times. What counts beside the time is how often we ran
into it: a caller that gives the whole school a rest does so a few times, one that tries each message hundreds of times.

The same to a platform that never rests and answers at once: what a score costs ourselves.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, update

from benchmarks.places import fresh_databases, make_bench_course
from config.clock import SystemClock
from config.outbox import MessageState, OutboxMessage
from lti_tool.jobs.worker import run as run_worker
from lti_tool.lti.ags import SCOPE_SCORE
from lti_tool.progress import promise_scores
from lti_tool.roster.models import Context, LineItem
from lti_tool.tool import Tool
from tests.factories.local_server import Answer, LocalServer, Received
from tests.factories.rows import registration_of
from tests.factories.tool import make_tool

SCORES = 1_000
BURST = 100
"""Scores that the platform takes before it wants a rest."""
REST = 3.0
"""Seconds."""
WALLS = SCORES // BURST - 1
LONGEST = 900.0
AT_ONCE = 300
"""Scores to the platform that never rests."""
AIM = 3
"""Refused calls for each rest, at most: our pauses are two seconds, then four."""


@dataclass
class Throttling:
    """The platform. Odd refusals are 403 as in the manual of Canvas, even ones 429. One that `rests` not takes all."""

    rests: bool = True
    rests_until: float = 0.0
    refused: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, received: Received) -> Answer:
        """Take a score, unless at rest; tokens are free."""
        if received.path == "/token":
            return Answer(body=b'{"access_token": "t", "token_type": "Bearer", "expires_in": 3600}')
        with self.lock:
            if time.monotonic() < self.rests_until:
                self.refused += 1
                status = 403 if self.refused % 2 else 429
                return Answer(status, b"403 Forbidden (Rate Limit Exceeded)", {"X-Rate-Limit-Remaining": "0.0"})
            self.taken[json.loads(received.body)["userId"]] += 1
            if self.rests and self.taken.total() % BURST == 0:
                self.rests_until = time.monotonic() + REST
        return Answer()


def run() -> Iterator[dict[str, Any]]:
    """Yield two lines for each database: of a platform that throttles, and of one that answers at once."""
    with fresh_databases() as urls:
        for name, url in urls.items():
            tool = make_tool(url, SystemClock())
            at_once, throttling = Throttling(rests=False), Throttling()
            learner_ids, took, cpu = _send(tool, at_once, AT_ONCE)
            yield {"database": name, "platform": "answers at once", **_costs(learner_ids, at_once, took, cpu)}
            learner_ids, took, _cpu = _send(tool, throttling, SCORES)
            yield {"database": name, "platform": "throttles", **_line(tool, learner_ids, throttling, took)}
            tool.db.dispose()


def _send(tool: Tool, platform: Throttling, count: int) -> tuple[tuple[uuid.UUID, ...], float, float]:
    """Promise a score for so many learners and have a worker send them; returns them, the seconds, and those of CPU."""
    with LocalServer(platform.answer, keeps_connections=True) as server:
        with tool.db.transaction() as tx:
            course = make_bench_course(tx, learners=count)
            registration = registration_of(tx, tx.get_one(Context, course.context_id))
            registration.auth_token_url, registration.product_family = f"{server.url}/token", "canvas"
            tx.execute(
                update(LineItem)
                .where(LineItem.context_id == course.context_id)
                .values(url=f"{server.url}/column", scopes=[SCOPE_SCORE])
            )
        with tool.db.transaction() as tx:
            promise_scores(tx, course.context_id, course.learner_ids, now=tool.clock.now())
        stop = threading.Event()
        used: list[float] = []

        def work() -> None:
            run_worker(tool, stop=stop, wake=threading.Event())
            used.append(time.thread_time())

        worker = threading.Thread(target=work)
        began = time.monotonic()
        worker.start()
        while len(platform.taken) < count and time.monotonic() - began < LONGEST:
            time.sleep(0.05)
        took = time.monotonic() - began
        stop.set()
        worker.join()
    return course.learner_ids, took, used[0]


def _costs(learner_ids: tuple[uuid.UUID, ...], platform: Throttling, took: float, cpu: float) -> dict[str, Any]:
    return {
        "scores": len(learner_ids),
        "ms_per_score": round(1000 * took / len(learner_ids), 1),
        "cpu_ms_per_score": round(1000 * cpu / len(learner_ids), 1),
        "correct": len(platform.taken) == platform.taken.total() == len(learner_ids),
    }


def _line(tool: Tool, learner_ids: tuple[uuid.UUID, ...], platform: Throttling, took: float) -> dict[str, Any]:
    message = OutboxMessage
    with tool.db.reading() as tx:
        about = (message.type == "publish_score", message.ids["person_id"].as_string().in_(map(str, learner_ids)))
        tries = tx.execute(select(func.sum(message.attempts)).where(*about)).scalar_one()
        states = dict(tx.execute(select(message.state, func.count()).where(*about).group_by(message.state)).all())
    doubled = sum(count - 1 for count in platform.taken.values())
    lost = len(learner_ids) - len(platform.taken)
    return {
        "scores": SCORES,
        "seconds": round(took, 2),
        "scores_per_s": round(SCORES / took, 1),
        "rests": WALLS,
        "rests_s": WALLS * REST,
        "retries": int(tries) - SCORES,
        "throttled_answers": platform.refused,
        "lost": lost,
        "doubled": doubled,
        "correct": not lost
        and not doubled
        and platform.refused >= WALLS
        and states == {str(MessageState.DONE): SCORES},
        "aim": f"throttled_answers at most {AIM} for each rest",
        "aim_met": platform.refused <= AIM * WALLS,
    }
