"""What became of a score that the platform accepted: read back, kept by hand, or not to be checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from config.errors import PlatformFailed
from lti_tool.publishing import SLOW, publish_score
from lti_tool.roster.gradebook_models import DeliveryState
from lti_tool.roster.models import LineItem
from tests.factories.local_server import Answer
from tests.factories.school import School, open_school
from tests.factories.tool import advance

DELIVERED, KEPT, UNCHECKED = DeliveryState.DELIVERED, DeliveryState.KEPT, DeliveryState.UNCHECKED


def test_delivery_when_the_gradebook_shows_the_score_is_delivered(school: School) -> None:
    school.allow_reading()
    school.finish(2)

    score = school.send()

    delivery = school.delivery()
    assert (delivery.state, delivery.score_given, delivery.score_maximum) == (DELIVERED, 20, 60)
    assert (delivery.result_score, delivery.result_maximum) == (33.33333, 100)
    assert delivery.sent_at.isoformat(timespec="milliseconds") == score["timestamp"]
    assert school.gradebook.asked_for_results == [f"type_id=3&user_id={school.learner.subject}"]


@pytest.mark.parametrize(
    ("shown", "state"),
    [
        ({"resultScore": 33.43, "resultMaximum": 100}, DELIVERED),
        ({"resultScore": 33.44, "resultMaximum": 100}, KEPT),
        ({"resultScore": 33.24, "resultMaximum": 100}, DELIVERED),
        ({"resultScore": 33.23, "resultMaximum": 100}, KEPT),
        ({"resultScore": 0.3333}, DELIVERED),
        ({"resultScore": 20, "resultMaximum": 60}, DELIVERED),
        ({"resultScore": 85, "resultMaximum": 100}, KEPT),
        ({"resultScore": 0, "resultMaximum": 100}, KEPT),
        ({"resultMaximum": 100}, KEPT),
        ({"resultScore": 33.33, "resultMaximum": 100, "userId": "somebody-else"}, KEPT),
    ],
)
def test_delivery_when_read_back_is_compared_as_a_fraction(
    school: School, shown: dict[str, Any], state: DeliveryState
) -> None:
    school.allow_reading()
    school.finish(2)
    school.gradebook.by_hand = shown

    school.send()

    assert school.delivery().state == state


def test_delivery_when_the_cell_is_empty_keeps_what_was_sent_and_no_result(school: School) -> None:
    school.allow_reading()
    school.finish(2)
    school.gradebook.results = Answer(body=b"[]")

    school.send()

    delivery = school.delivery()
    assert (delivery.state, delivery.score_given, delivery.result_score) == (KEPT, 20, None)


def test_delivery_when_the_platform_grants_no_reading_is_unchecked_and_nothing_is_asked(school: School) -> None:
    school.finish(2)

    school.send()

    assert school.delivery().state == UNCHECKED
    assert school.gradebook.asked_for_results == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer(403),
        Answer(500),
        Answer(401),
        Answer(200, b"<html>onderhoud</html>"),
        Answer(200, b'{"results": []}'),
        Answer(302, headers={"Location": "https://elsewhere.example/"}),
    ],
    ids=["403", "500", "401", "html", "object", "redirect"],
)
def test_delivery_when_it_cannot_be_read_is_unchecked_and_the_score_goes_once(school: School, answer: Answer) -> None:
    school.allow_reading()
    school.finish(2)
    school.gradebook.results = answer

    school.send()

    assert school.delivery().state == UNCHECKED
    assert len(school.gradebook.scores) == 1


def test_delivery_when_the_platform_was_slow_is_not_read_back(school: School) -> None:
    school.allow_reading()
    school.finish(2)
    school.gradebook.on_score = lambda: advance(school.tool, SLOW.total_seconds() + 1)

    school.send()

    assert school.delivery().state == UNCHECKED
    assert school.gradebook.asked_for_results == []


def test_delivery_when_a_later_score_goes_is_that_of_the_later_one(school: School) -> None:
    school.allow_reading()
    school.finish(2)
    school.gradebook.by_hand = {"resultScore": 85, "resultMaximum": 100}
    school.send()
    assert school.delivery().state == KEPT

    school.gradebook.by_hand = None
    school.finish(1)
    school.send()

    delivery = school.delivery()
    assert (delivery.state, delivery.score_given, delivery.result_score) == (DELIVERED, 30, 50)


def test_task_score_when_somebody_graded_by_hand_is_sent_again_the_next_time(school: School) -> None:
    school.allow_reading()
    school.stand_for(2)
    school.finish(2)
    school.gradebook.by_hand = {"resultScore": 10, "resultMaximum": 100}
    school.send()

    school.try_to_send()

    assert len(school.gradebook.scores) == 2


def test_task_score_when_the_column_got_another_address_meanwhile_is_sent_there_too(school: School) -> None:
    school.stand_for(2)
    school.finish(2)

    def move() -> None:
        with school.tool.db.transaction() as tx:
            column = tx.get_one(LineItem, school.line_item.id)
            column.url = column.url.replace("type_id=3", "type_id=4")

    school.gradebook.on_score = move
    school.send()
    school.gradebook.on_score = lambda: None

    school.try_to_send()

    assert len(school.gradebook.scores) == 2
    assert school.delivery().score_given == 20


def test_delivery_when_the_score_is_refused_leaves_the_one_before(school: School) -> None:
    school.allow_reading()
    school.finish(2)
    school.send()
    sent_at = school.delivery().sent_at
    school.gradebook.refuse_with = 400
    school.finish(1)
    advance(school.tool, 5)

    with pytest.raises(PlatformFailed, match="score-failed"):
        publish_score(school.tool, school.line_item.id, school.learner.id)

    assert school.delivery().sent_at == sent_at


@pytest.fixture
def school(database_url: str) -> Iterator[School]:
    with open_school(database_url) as made:
        yield made
