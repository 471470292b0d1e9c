"""A score from the ledger to the gradebook: what a platform is told, and what is made of its answer.

The platform is a server of the test that speaks the score service; like Moodle it refuses a second score within a
second. https://www.imsglobal.org/spec/lti-ags/v2p0/#score-publish-service
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from config.errors import PlatformFailed
from gamification.publish import TaskDraft
from lti_tool.course.evaluation import evaluate_course
from lti_tool.publishing import publish_score
from lti_tool.roster.models import Context, LineItem, Person, Registration
from lti_tool.tool import Tool
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

CANVAS_EXTENSION = "https://canvas.instructure.com/lti/submission"


@dataclass
class Gradebook:
    """A platform's token and score service. `refuse_with` answers every score with that status."""

    refuse_with: int = 0
    scores: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, received: Received) -> Answer:
        if received.path == "/token":
            token = {"access_token": "t", "token_type": "Bearer", "expires_in": 3600}
            return Answer(body=json.dumps(token).encode(), headers={"Content-Type": "application/json"})
        assert (received.method, received.path) == ("POST", "/columns/1/scores")
        assert received.headers["content-type"] == "application/vnd.ims.lis.v1.score+json"
        assert received.headers["authorization"] == "Bearer t"
        score = json.loads(received.body)
        seconds = [self._second(earlier) for earlier in self.scores if earlier["userId"] == score["userId"]]
        status = self.refuse_with or (409 if self._second(score) <= max(seconds, default=0) else 200)
        (self.scores if status == 200 else self.refused).append(score)
        return Answer(status, b"[]")

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
        """Publish tasks by number with their points; number 0 is one that does not exist yet."""
        drafts = [
            TaskDraft(self.task_ids[number - 1] if number and self.task_ids else None, f"Task {number}", worth)
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
        )
        self.task_ids = self.task_ids or [rule.task_id for rule in published.rules.tasks]
        evaluate_course(self.tool, self.context.id)

    def finish(self, *numbers: int, who: Person | None = None) -> None:
        finish_as_learner(
            self.tool, self.context, (who or self.learner).id, *(self.task_ids[number - 1] for number in numbers)
        )

    def send(self, who: Person | None = None) -> dict[str, Any]:
        """Send the score and return what the platform was told."""
        advance(self.tool, 5)
        publish_score(self.tool, self.line_item.id, (who or self.learner).id)
        return self.gradebook.scores[-1]


def test_score_when_below_the_goal_is_points_of_the_total_in_progress(school: School) -> None:
    school.finish(2)

    score = school.send()

    assert score == {
        "userId": school.learner.subject,
        "timestamp": "2026-09-01T08:00:05.000+00:00",
        "scoreGiven": 20,
        "scoreMaximum": 60,
        "activityProgress": "InProgress",
        "gradingProgress": "FullyGraded",
        "comment": "Je hebt 20 van de 30 punten voor de badge Veilig. In totaal kun je 60 punten halen.",
    }


def test_score_when_nothing_is_done_yet_is_nought_and_fully_graded(school: School) -> None:
    score = school.send()

    assert (score["scoreGiven"], score["scoreMaximum"], score["gradingProgress"]) == (0, 60, "FullyGraded")
    assert score["comment"].startswith("Je hebt 0 van de 30 punten")


def test_score_when_the_goal_is_reached_is_completed_and_names_the_badge(school: School) -> None:
    school.finish(1, 2)

    score = school.send()

    assert (score["scoreGiven"], score["scoreMaximum"]) == (30, 60)
    assert (score["activityProgress"], score["gradingProgress"]) == ("Completed", "FullyGraded")
    assert score["comment"] == "Je hebt 30 punten en de badge Veilig. In totaal kun je 60 punten halen."


def test_score_when_the_goal_was_raised_above_a_holder_stays_completed_with_the_badge(school: School) -> None:
    school.finish(1, 2)

    school.publish({1: 10, 2: 20, 3: 30}, goal_points=60, seen_number=1, name="Veiliger")
    score = school.send()

    assert (score["activityProgress"], score["gradingProgress"]) == ("Completed", "FullyGraded")
    assert score["comment"] == "Je hebt 30 punten en de badge Veilig. In totaal kun je 60 punten halen."


def test_score_when_a_task_was_closed_is_percent_of_what_each_can_earn(school: School) -> None:
    with school.tool.db.transaction() as tx:
        newcomer = make_person(tx, school.registration, name="Nieuw")
        make_membership(tx, school.context, newcomer)
    school.finish(1)
    school.publish({2: 20, 3: 30}, goal_points=30, seen_number=1)
    school.finish(2)
    school.finish(2, who=newcomer)

    mine, theirs = school.send(), school.send(newcomer)

    assert (mine["scoreGiven"], mine["scoreMaximum"]) == (50, 100)
    assert (theirs["scoreGiven"], theirs["scoreMaximum"]) == (40, 100)
    assert theirs["comment"] == "Je hebt 20 van de 30 punten voor de badge Veilig. In totaal kun je 50 punten halen."
    assert "In totaal kun je 60 punten halen." in mine["comment"]


def test_score_when_percent_does_not_come_out_even_has_two_decimals(school: School) -> None:
    school.finish(1)
    school.publish({2: 20}, goal_points=20, seen_number=1)

    assert school.send()["scoreGiven"] == 33.33
    school.finish(2)
    assert school.send()["scoreGiven"] == 100


def test_score_when_the_closed_task_is_back_is_points_again(school: School) -> None:
    school.finish(1)
    school.publish({2: 20, 3: 30}, goal_points=30, seen_number=1)
    school.publish({1: 10, 2: 20, 3: 30}, goal_points=30, seen_number=2)

    score = school.send()

    assert (score["scoreGiven"], score["scoreMaximum"]) == (10, 60)


def test_score_when_sent_again_repeats_the_comment_and_the_grading(school: School) -> None:
    school.finish(1)

    first, second = school.send(), school.send()

    assert first["comment"] == second["comment"]
    assert {score["gradingProgress"] for score in (first, second)} == {"FullyGraded"}


def test_score_when_the_person_chose_english_is_commented_in_english(school: School) -> None:
    with school.tool.db.transaction() as tx:
        tx.get_one(Person, school.learner.id).locale = "en"
    school.finish(1)

    assert school.send()["comment"] == "You have 10 of 30 points for the badge Veilig. In total you can get 60 points."


@pytest.mark.parametrize(("product_family", "is_there"), [("canvas", True), ("moodle", False), ("", False)])
def test_score_when_the_platform_is_canvas_carries_its_extension(
    school: School, product_family: str, is_there: bool
) -> None:
    with school.tool.db.transaction() as tx:
        tx.get_one(Registration, school.registration.id).product_family = product_family
    school.finish(1)

    score = school.send()

    assert (CANVAS_EXTENSION in score) is is_there
    if is_there:
        assert score[CANVAS_EXTENSION] == {
            "new_submission": False,
            "preserve_score": True,
            "prioritize_non_tool_grade": True,
        }


def test_score_when_it_is_not_newer_is_tried_later_and_then_taken_with_a_fresh_timestamp(school: School) -> None:
    school.finish(1)
    school.send()

    with pytest.raises(PlatformFailed) as caught:
        publish_score(school.tool, school.line_item.id, school.learner.id)
    assert (caught.value.code, caught.value.retryable, caught.value.status) == ("timestamp-not-newer", True, 409)

    school.finish(2)
    assert school.send()["scoreGiven"] == 30
    [refused], [first, second] = school.gradebook.refused, school.gradebook.scores
    assert first["timestamp"] == refused["timestamp"] < second["timestamp"]


@pytest.mark.parametrize(("status", "retryable"), [(400, False), (404, False), (503, True)])
def test_score_when_it_is_refused_says_whether_later_helps(school: School, status: int, retryable: bool) -> None:
    school.finish(1)
    school.gradebook.refuse_with = status

    with pytest.raises(PlatformFailed) as caught:
        publish_score(school.tool, school.line_item.id, school.learner.id)

    assert (caught.value.code, caught.value.retryable, caught.value.status) == ("score-failed", retryable, status)
    assert len(school.gradebook.refused) == 1


def test_score_when_the_column_takes_none_any_more_is_not_sent(school: School) -> None:
    school.finish(1)
    with school.tool.db.transaction() as tx:
        tx.get_one(LineItem, school.line_item.id).scopes = []

    publish_score(school.tool, school.line_item.id, school.learner.id)

    assert (school.gradebook.scores, school.gradebook.refused) == ([], [])


def test_score_when_nothing_is_published_is_not_sent(school: School) -> None:
    with school.tool.db.transaction() as tx:
        elsewhere = make_line_item(tx, make_resource_link(tx, make_context(tx)), url=school.line_item.url)

    publish_score(school.tool, elsewhere.id, school.learner.id)

    assert (school.gradebook.scores, school.gradebook.refused) == ([], [])


@pytest.fixture
def school(database_url: str) -> Iterator[School]:
    gradebook = Gradebook()
    with LocalServer(gradebook.answer) as server:
        tool = make_tool(database_url)
        with tool.db.transaction() as tx:
            context = make_context(tx)
            registration = registration_of(tx, context)
            registration.auth_token_url = f"{server.url}/token"
            line_item = make_line_item(tx, make_resource_link(tx, context), url=f"{server.url}/columns/1?type_id=3")
            teacher, learner = (make_person(tx, registration, name=name) for name in ("Joost", "Anna"))
            make_membership(tx, context, learner)
        made = School(tool, gradebook, context, registration, teacher, learner, line_item)
        made.publish({1: 10, 2: 20, 3: 30}, goal_points=30, seen_number=0)
        yield made
        tool.db.dispose()
