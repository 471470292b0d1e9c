"""A thousand scores to a platform that throttles: how long until all are there, and that none is lost or doubled.

After every hundred scores the platform has had enough for three seconds, and refuses everything with 403 or 429,
however fast or slow we are: so every run meets the wall nine times. What counts beside the time is how often we ran
into it: a caller that gives the whole school a rest does so a few times, one that tries each message hundreds of times.
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
AIM = 3
"""Refused calls for each rest, at most: our pauses are two seconds, then four."""


@dataclass
class Throttling:
    """The platform. Odd refusals are 403 as in the manual of Canvas, even ones 429."""

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
            if self.taken.total() % BURST == 0:
                self.rests_until = time.monotonic() + REST
        return Answer()


def run() -> Iterator[dict[str, Any]]:
    """Yield one line for each database."""
    with fresh_databases() as urls:
        for name, url in urls.items():
            yield {"database": name, **_measure(url)}


def _measure(url: str) -> dict[str, Any]:
    platform = Throttling()
    tool = make_tool(url, SystemClock())
    with LocalServer(platform.answer) as server:
        with tool.db.transaction() as tx:
            course = make_bench_course(tx, learners=SCORES)
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
        worker = threading.Thread(target=run_worker, args=(tool,), kwargs={"stop": stop, "wake": threading.Event()})
        began = time.monotonic()
        worker.start()
        while len(platform.taken) < SCORES and time.monotonic() - began < LONGEST:
            time.sleep(0.05)
        took = time.monotonic() - began
        stop.set()
        worker.join()
    line = _line(tool, course.learner_ids, platform, took)
    tool.db.dispose()
    return line


def _line(tool: Any, learner_ids: tuple[uuid.UUID, ...], platform: Throttling, took: float) -> dict[str, Any]:
    message = OutboxMessage
    with tool.db.reading() as tx:
        tries = tx.execute(select(func.sum(message.attempts)).where(message.type == "publish_score")).scalar_one()
        states = dict(
            tx.execute(
                select(message.state, func.count()).where(message.type == "publish_score").group_by(message.state)
            ).all()
        )
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
