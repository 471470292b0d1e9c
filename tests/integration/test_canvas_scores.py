"""Scores to the Canvas profile of the demo platform: its extension, its moments, and its one bucket for a school."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config.clock import SettableClock
from config.outbox import MessageState
from gamification.publish import TaskDraft
from lti_tool.demo_platform.app import create_platform
from lti_tool.demo_platform.profile import CANVAS_PROFILE
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.jobs.worker import drain
from lti_tool.lti.ags import SCOPE_SCORE
from lti_tool.progress import promise_scores
from lti_tool.roster.models import Context, LineItem, Person, Registration
from lti_tool.roster.signing_keys import published_keys
from lti_tool.tool import Tool
from tests.factories.local_server import Answer, LocalServer, Received
from tests.factories.rows import (
    NOW,
    make_context,
    make_line_item,
    make_membership,
    make_person,
    make_resource_link,
    registration_of,
)
from tests.factories.tool import advance, finish_as_learner, make_tool, publish_as_teacher
from tests.factories.worker import messages

EXTENSION = "https://canvas.instructure.com/lti/submission"


@dataclass
class CanvasSchool:
    """A course on the demo platform as Canvas: a column, and four of its learners with points."""

    tool: Tool
    lms: FlaskClient
    server: LocalServer
    context: Context
    task_ids: list[uuid.UUID]
    learners: list[Person]
    line_item: LineItem

    def pull(self, lever: str, **values: Any) -> None:
        assert self.lms.post(f"/control/{lever}", data=values).status_code == 200

    def promise(self) -> None:
        with self.tool.db.transaction() as tx:
            ids = [learner.id for learner in self.learners]
            promise_scores(tx, self.line_item.context_id, ids, now=self.tool.clock.now())

    def work(self) -> int:
        """Do what is due now; returns how much that was."""
        done = 0
        while handled := drain(self.tool):
            done += handled
        return done

    @property
    def sent(self) -> list[Received]:
        return [received for received in self.server.received if received.path.endswith("/scores")]

    def grades(self) -> dict[str, float]:
        data = self.lms.get("/courses/2/gradebook.json", follow_redirects=True).json
        assert data is not None
        return {
            one["userId"]: result["resultScore"]
            for one in data["learners"]
            for result in one["results"]
            if "resultScore" in result
        }


@pytest.fixture
def school(database_url: str, tmp_path: Path) -> Iterator[CanvasSchool]:
    clock = SettableClock(NOW)
    lms: list[Flask] = []

    def answer(received: Received) -> Answer:
        response = (
            lms[0]
            .test_client()
            .open(received.target, method=received.method, headers=received.headers, data=received.body)
        )
        return Answer(response.status_code, response.data, dict(response.headers))

    with LocalServer(answer) as server:
        tool = make_tool(database_url, clock)
        settings = PlatformSettings(
            issuer_url=server.url,
            tool_url=tool.settings.public_url,
            database_path=tmp_path / "canvas.sqlite3",
            profile=CANVAS_PROFILE,
        )
        lms.append(create_platform(settings, clock, lambda _url: jwks_of(tool), lambda _url, _body: 200))
        client = lms[0].test_client()
        data = client.get("/courses/2/gradebook.json", follow_redirects=True).json
        assert data is not None
        column = data["lineItems"][0]["id"]
        with tool.db.transaction() as tx:
            context = make_context(tx)
            registration = registration_of(tx, context)
            registration.product_family, registration.client_id = "canvas", "demo-client"
            registration.auth_token_url = f"{server.url}/lti/token"
            teacher = make_person(tx, registration)
            make_membership(tx, context, teacher, role="instructor")
            line_item = make_line_item(tx, make_resource_link(tx, context), url=column)
            line_item.scopes = [SCOPE_SCORE]
            learners = [
                make_person(tx, registration, subject=one["userId"], name=one["name"])
                for one in data["learners"]
                if one["enrolled"]
            ][:4]
            for learner in learners:
                make_membership(tx, context, learner)
        drafts = [TaskDraft(None, "Lezen", 10), TaskDraft(None, "Helm", 30)]
        published = publish_as_teacher(tool, context, teacher.id, drafts, goal_points=40, seen_number=0)
        task_ids = [rule.task_id for rule in published.rules.tasks]
        made = CanvasSchool(tool, client, server, context, task_ids, learners, line_item)
        made.work()
        advance(tool, 60)
        for learner in learners:
            finish_as_learner(tool, context, learner.id, task_ids[0])
        yield made
        tool.db.dispose()


def jwks_of(tool: Tool) -> bytes:
    with tool.db.reading() as tx:
        return json.dumps({"keys": published_keys(tx, now=tool.clock.now())}).encode()


def body_of(received: Received) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(received.body)
    return body


def test_score_makes_no_attempt_and_leaves_a_grade_that_somebody_typed(school: CanvasSchool) -> None:
    school.work()

    extension = body_of(school.sent[0])[EXTENSION]
    assert extension == {"new_submission": False, "preserve_score": True, "prioritize_non_tool_grade": True}
    data = school.lms.get("/courses/2/gradebook.json", follow_redirects=True).json
    assert data is not None
    assert {result["attempts"] for one in data["learners"] for result in one["results"]} == {0}
    assert set(school.grades()) == {learner.subject for learner in school.learners}


def test_score_says_when_the_learner_did_it_and_the_same_however_often_it_is_sent(school: CanvasSchool) -> None:
    school.work()
    advance(school.tool, 3600)
    school.promise()
    school.work()

    of_one = [body_of(sent) for sent in school.sent if body_of(sent)["userId"] == school.learners[0].subject]

    assert len({score["timestamp"] for score in of_one}) == 2
    assert {score["submission"]["submittedAt"] for score in of_one} == {"2026-09-01T08:01:00.000+00:00"}


def test_score_says_another_moment_after_another_achievement(school: CanvasSchool) -> None:
    school.work()
    advance(school.tool, 3600)
    finish_as_learner(school.tool, school.context, school.learners[0].id, school.task_ids[1])
    school.work()

    moments = [body_of(sent)["submission"]["submittedAt"] for sent in school.sent]
    assert moments[-1] == "2026-09-01T09:01:00.000+00:00"


def test_score_for_another_platform_says_nothing_of_attempts(school: CanvasSchool) -> None:
    with school.tool.db.transaction() as tx:
        tx.execute(select(Registration)).scalar_one().product_family = "moodle"

    school.work()

    assert {frozenset(body_of(sent)) & {EXTENSION, "submission"} for sent in school.sent} == {frozenset()}


def test_bucket_when_it_is_full_gives_everything_of_the_school_a_rest(school: CanvasSchool) -> None:
    """Room for one score and for the token of the next, which is refused; the others do not even try."""
    school.pull("throttle", capacity=4, leak=0, cost=1, advance=1)

    school.work()

    assert len(school.sent) == 2, "one arrived, one was refused, two waited"
    waiting = [message for message in messages(school.tool.db) if message.state == MessageState.WAITING]
    assert len(waiting) == 3
    assert [message.last_error for message in waiting if message.last_error] == ["score-failed throttled"]
    assert {message.due_at for message in waiting} == {max(message.due_at for message in waiting)}
    assert sum(message.attempts for message in waiting) == 1

    school.pull("throttle", capacity=600, leak=10, cost=1, advance=50)
    advance(school.tool, 10)
    school.work()

    assert set(school.grades()) == {learner.subject for learner in school.learners}
    assert len(school.sent) == 5, "none was sent twice but the one that was refused"
    assert {message.state for message in messages(school.tool.db)} == {MessageState.DONE}


def test_calls_of_a_school_go_one_after_another(school: CanvasSchool) -> None:
    """Side by side their advances would not fit."""
    school.pull("throttle", capacity=60, leak=0, cost=1, advance=50)

    school.work()

    assert len(school.grades()) == 4
    assert len(school.sent) == 4
