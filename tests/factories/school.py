"""A school with one course and one gradebook column, on a platform that speaks the score and results services.

Like Moodle it refuses a second score within a second.
https://www.imsglobal.org/spec/lti-ags/v2p0/#score-publish-service
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from badges.models import Award
from config.ids import new_id
from gamification.engine.activity import Verb
from gamification.publish import TaskDraft
from lti_tool.course.evaluation import evaluate_course
from lti_tool.lti.ags import SCOPE_RESULT_READONLY, SCOPE_SCORE
from lti_tool.lti.roles import PrincipalRole
from lti_tool.publishing import publish_score
from lti_tool.reviewing import award_by_hand, take_back
from lti_tool.roster.gradebook_models import ScoreDelivery
from lti_tool.roster.models import Context, LineItem, Person, Registration, ResourceLink
from lti_tool.tool import Tool
from tests.factories.gradebook_rows import make_link_setting
from tests.factories.local_server import Answer, LocalServer, Received
from tests.factories.rows import (
    make_context,
    make_line_item,
    make_membership,
    make_person,
    make_resource_link,
    registration_of,
)
from tests.factories.tool import advance, finish_as_learner, make_tool, publish_as_teacher


@dataclass
class Gradebook:
    """A platform's token, score and results service.

    `refuse_with` answers every score with that status. Results show the newest score out of 100, or what stands in
    `by_hand`; `results` is another answer to whoever asks for them.
    """

    refuse_with: int = 0
    by_hand: dict[str, Any] | None = None
    results: Answer | None = None
    on_score: Callable[[], None] = lambda: None
    asked_for_results: list[str] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, received: Received) -> Answer:
        if received.path == "/token":
            token = {"access_token": "t", "token_type": "Bearer", "expires_in": 3600}
            return Answer(body=json.dumps(token).encode(), headers={"Content-Type": "application/json"})
        if received.method == "GET":
            assert received.path == "/columns/1/results"
            assert received.headers["accept"] == "application/vnd.ims.lis.v2.resultcontainer+json"
            self.asked_for_results.append(received.query)
            return self.results or Answer(body=json.dumps([self._shown()]).encode())
        assert (received.method, received.path) == ("POST", "/columns/1/scores")
        self.on_score()
        assert received.headers["content-type"] == "application/vnd.ims.lis.v1.score+json"
        assert received.headers["authorization"] == "Bearer t"
        score = json.loads(received.body)
        seconds = [self._second(earlier) for earlier in self.scores if earlier["userId"] == score["userId"]]
        status = self.refuse_with or (409 if self._second(score) <= max(seconds, default=0) else 200)
        (self.scores if status == 200 else self.refused).append(score)
        return Answer(status, b"[]")

    def _shown(self) -> dict[str, Any]:
        score = self.scores[-1]
        # Five places, as gradebooks keep.
        shown = {"resultScore": round(100 * score["scoreGiven"] / score["scoreMaximum"], 5), "resultMaximum": 100}
        return {"id": "x", "userId": score["userId"], **(shown if self.by_hand is None else self.by_hand)}

    @staticmethod
    def _second(score: dict[str, Any]) -> int:
        return int(datetime.fromisoformat(score["timestamp"]).timestamp())


@dataclass
class School:
    """A course with tasks of 10, 20 and 30 points, a goal of 30, and a column in the gradebook."""

    tool: Tool
    gradebook: Gradebook
    context: Context
    registration: Registration
    teacher: Person
    learner: Person
    line_item: LineItem
    task_ids: list[uuid.UUID] = field(default_factory=list)

    def publish(self, points: dict[int, int], *, goal_points: int, seen_number: int, name: str = "Veilig") -> None:
        """Publish tasks by number with their points; without a name the course has no badge."""
        drafts = [
            TaskDraft(self.task_ids[number - 1] if self.task_ids else None, f"Task {number}", worth)
            for number, worth in points.items()
        ]
        published = publish_as_teacher(
            self.tool,
            self.context,
            self.teacher.id,
            drafts,
            goal_points=goal_points,
            seen_number=seen_number,
            name=name,
            criteria="Je deed mee." if name else "",
        )
        self.task_ids = self.task_ids or [rule.task_id for rule in published.rules.tasks]
        evaluate_course(self.tool, self.context.id)

    def allow_reading(self) -> None:
        with self.tool.db.transaction() as tx:
            tx.get_one(LineItem, self.line_item.id).scopes = [SCOPE_SCORE, SCOPE_RESULT_READONLY]

    def stand_for(self, number: int) -> None:
        """Let the column be that of one task."""
        with self.tool.db.transaction() as tx:
            link = tx.get_one(ResourceLink, self.line_item.resource_link_id)
            make_link_setting(tx, link).task_id = self.task_ids[number - 1]

    def by_staff(self, number: int, verb: Verb) -> None:
        advance(self.tool, 1)
        with self.tool.db.transaction() as tx:
            act = take_back if verb is Verb.WITHDRAWN else award_by_hand
            act(
                tx,
                context_id=self.context.id,
                person_id=self.learner.id,
                task_id=self.task_ids[number - 1],
                actor_id=self.teacher.id,
                role=PrincipalRole.INSTRUCTOR,
                reason="We bespraken het.",
                request_id=new_id(),
                now=self.tool.clock.now(),
            )

    def badge_address(self) -> str:
        """Return the public address of the learner's badge."""
        with self.tool.db.reading() as tx:
            award_id = tx.execute(select(Award.id).where(Award.person_id == self.learner.id)).scalar_one()
        return f"{self.tool.settings.public_url}/badges/{award_id}"

    def delivery(self) -> ScoreDelivery:
        with self.tool.db.reading() as tx:
            return tx.get_one(ScoreDelivery, (self.line_item.id, self.learner.id))

    def finish(self, *numbers: int, who: Person | None = None) -> None:
        finish_as_learner(
            self.tool, self.context, (who or self.learner).id, *(self.task_ids[number - 1] for number in numbers)
        )

    def send(self, who: Person | None = None) -> dict[str, Any]:
        """Send the score and return what the platform was told."""
        self.try_to_send(who)
        return self.gradebook.scores[-1]

    def try_to_send(self, who: Person | None = None) -> None:
        """Let the worker do its work, whether or not there is anything to send."""
        advance(self.tool, 5)
        publish_score(self.tool, self.line_item.id, (who or self.learner).id)


@contextmanager
def open_school(database_url: str, *, public_url: str = "http://localhost:8700") -> Iterator[School]:
    """Yield a school whose tasks are published, with a teacher and one learner."""
    gradebook = Gradebook()
    with LocalServer(gradebook.answer) as server:
        tool = make_tool(database_url, public_url=public_url)
        with tool.db.transaction() as tx:
            context = make_context(tx)
            registration = registration_of(tx, context)
            registration.auth_token_url = f"{server.url}/token"
            line_item = make_line_item(tx, make_resource_link(tx, context), url=f"{server.url}/columns/1?type_id=3")
            teacher, learner = (make_person(tx, registration, name=name) for name in ("Joost", "Anna"))
            make_membership(tx, context, learner)
            make_membership(tx, context, teacher, role="instructor")
        made = School(tool, gradebook, context, registration, teacher, learner, line_item)
        made.publish({1: 10, 2: 20, 3: 30}, goal_points=30, seen_number=0)
        try:
            yield made
        finally:
            tool.db.dispose()
