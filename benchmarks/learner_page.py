"""The pages of one learner in a course of ten thousand, and the teacher's overview of all of them.

The whole web application in this process: session, queries, template, headers; nothing is cached between requests.
Each request is another learner's.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from benchmarks.places import BenchCourse, fresh_databases, make_bench_course
from config.settings import load_settings
from gamification.record import NewActivity
from lti_tool.app import create_app
from lti_tool.lti.roles import PrincipalRole
from lti_tool.progress import record_activities
from lti_tool.roster.launch_sessions import OpenedSession, open_session
from lti_tool.roster.session_models import SessionProof
from lti_tool.sources.own_tasks import task_completed
from lti_tool.tool import Tool
from lti_tool.web.current import EXTENSION
from lti_tool.web.sessions import cookie_name
from tests.factories.launch import TOOL_URL
from tests.factories.rows import NOW

LEARNERS = 10_000
TASKS_DONE = 6
"""Activities of each learner."""
BATCH = 500
REQUESTS = 200
WARM_UP = 20
OVERVIEWS = 5
PAGES = ("today", "route")
AIM_MS = 30


def run() -> Iterator[dict[str, Any]]:
    """Yield one line for each database and page."""
    with fresh_databases() as urls:
        for name, url in urls.items():
            app = create_app(
                load_settings(
                    secret_key="s" * 40, public_url=TOOL_URL, database_url=url, allow_loopback=True, worker="separate"
                )
            )
            tool: Tool = app.extensions[EXTENSION]
            with tool.db.transaction() as tx:
                course = make_bench_course(tx, learners=LEARNERS)
            began = time.perf_counter()
            _fill(tool, course)
            seconds = time.perf_counter() - began
            yield {
                "database": name,
                "filled": LEARNERS * TASKS_DONE,
                "activities_per_s": round(LEARNERS * TASKS_DONE / seconds),
            }
            chosen = random.Random(1).sample(course.learner_ids, REQUESTS + WARM_UP)
            learners = _open(tool, course, chosen, PrincipalRole("learner"))
            for page in PAGES:
                times = _times(app, learners, page)[WARM_UP:]
                yield {"database": name, "page": page, "requests": len(times), **_spread(times), **_aim(times)}
            teachers = _open(tool, course, [course.teacher_id] * (OVERVIEWS + 1), PrincipalRole("instructor"))
            # Just after an import a database has no statistics yet: the plan must not be a disaster then.
            first = _times(app, teachers[:1], "participants")
            yield {"database": name, "page": "participants, before ANALYZE", "ms": round(first[0], 1)}
            with tool.db.transaction() as tx:
                tx.execute(text("ANALYZE"))
            times = _times(app, teachers[1:], "participants")
            yield {"database": name, "page": "participants", "requests": len(times), **_spread(times)}
            tool.db.dispose()


def _fill(tool: Tool, course: BenchCourse) -> None:
    """Let every learner do some tasks, as an import of many would."""
    chance = random.Random(1)
    facts: list[NewActivity] = [
        task_completed(
            context_id=course.context_id,
            person_id=person_id,
            task_id=task_id,
            occurred_at=NOW + timedelta(minutes=number),
        )
        for person_id in course.learner_ids
        for number, task_id in enumerate(chance.sample(course.task_ids, TASKS_DONE))
    ]
    for start in range(0, len(facts), BATCH):
        with tool.db.transaction() as tx:
            record_activities(tx, facts[start : start + BATCH], now=NOW)


def _open(tool: Tool, course: BenchCourse, people: Sequence[Any], role: PrincipalRole) -> list[OpenedSession]:
    with tool.db.transaction() as tx:
        return [
            open_session(
                tx,
                person_id=person_id,
                context_id=course.context_id,
                resource_link_id=course.resource_link_id,
                role=role,
                proof=SessionProof.COOKIE,
                locale="nl",
                now=tool.clock.now(),
            )
            for person_id in people
        ]


def _times(app: Flask, sessions: Sequence[OpenedSession], page: str) -> list[float]:
    times = []
    for session in sessions:
        get = _visitor(app.test_client(), session, page)
        began = time.perf_counter()
        status = get()
        times.append((time.perf_counter() - began) * 1000)
        if status != 200:
            raise RuntimeError(f"{page} answers {status}")
    return times


def _visitor(client: FlaskClient, session: OpenedSession, page: str) -> Callable[[], int]:
    host = urlsplit(TOOL_URL).hostname or ""
    client.set_cookie(cookie_name(session.id), session.cookie, domain=host, secure=True)
    return lambda: client.get(f"/s/{session.address}/{page}", base_url=TOOL_URL).status_code


def _spread(times: Sequence[float]) -> dict[str, float]:
    return {"p50_ms": round(median(times), 1), "p95_ms": round(quantiles(times, n=20)[-1], 1)}


def _aim(times: Sequence[float]) -> dict[str, Any]:
    return {"aim": f"p50 at most {AIM_MS} ms", "aim_met": median(times) <= AIM_MS}
