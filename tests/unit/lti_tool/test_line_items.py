"""Columns that are read, changed and taken away, and what is said of one that is gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from config.errors import PlatformFailed
from lti_tool.lti import ags
from lti_tool.lti.ags import LineItem, Result, Score
from tests.factories.launch import NOW
from tests.factories.local_server import Answer, Received
from tests.factories.service_platform import ServicePlatform

MEDIA = "application/vnd.ims.lis.v2.lineitem+json"
TARGET = "/lineitems/5/lineitem?type_id=1"
THERE = {
    "id": "https://lms.example/lineitems/5/lineitem?type_id=1",
    "label": "Veilig werken",
    "scoreMaximum": 10,
    "resourceId": "r",
    "tag": "task",
    "resourceLinkId": "3",
    "startDateTime": "2026-11-22T12:00:00Z",
    "https://lms.example/own": {"kept": True},
}
AS_READ = LineItem(str(THERE["id"]), "Veilig werken", 10.0, "r", "task", "3")


def column(services: ServicePlatform, put: Answer | None = None) -> str:
    """Serve the column at its address, and answer a PUT with what was put unless told otherwise."""

    def answer(received: Received) -> Answer:
        if received.method == "PUT":
            return put or Answer(200, received.body)
        return Answer(200, json.dumps(THERE).encode())

    services.answer = answer
    return services.url(TARGET)


def update(services: ServicePlatform, url: str, **changes: Any) -> LineItem:
    return ags.update_line_item(services.platform_http, services.endpoint, url, **changes)


def test_line_item_is_read_at_its_address(services: ServicePlatform) -> None:
    found = ags.get_line_item(services.platform_http, services.endpoint, column(services))

    assert found == AS_READ
    assert (services.calls[0].method, services.calls[0].target) == ("GET", TARGET)
    assert services.calls[0].headers["accept"] == MEDIA
    assert services.scopes == ["lineitem.readonly"]


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"label": "no address"}', b"5"])
def test_line_item_fails_when_the_answer_is_none(services: ServicePlatform, body: bytes) -> None:
    services.answer = lambda _received: Answer(200, body)

    with pytest.raises(PlatformFailed, match="bad-line-item"):
        ags.get_line_item(services.platform_http, services.endpoint, services.url(TARGET))


def test_line_item_keeps_all_that_is_not_changed(services: ServicePlatform) -> None:
    changed = update(services, column(services), label="Nieuw", score_maximum=20)

    call = services.calls[1]
    assert (call.method, call.target) == ("PUT", TARGET)
    assert (call.headers["content-type"], call.headers["accept"]) == (MEDIA, MEDIA)
    assert json.loads(call.body) == {**THERE, "label": "Nieuw", "scoreMaximum": 20}
    assert changed == LineItem(AS_READ.url, "Nieuw", 20.0, "r", "task", "3")
    assert services.scopes == ["lineitem.readonly", "lineitem"]


def test_line_item_is_left_alone_when_it_is_like_that_already(services: ServicePlatform) -> None:
    assert update(services, column(services), label="Veilig werken", score_maximum=10.0, tag="task") == AS_READ

    assert [call.method for call in services.calls] == ["GET"]


def test_line_item_is_changed_when_the_platform_answers_nothing(services: ServicePlatform) -> None:
    assert update(services, column(services, Answer(200)), resource_id="other").resource_id == "other"


def test_line_item_takes_members_of_the_platform(services: ServicePlatform) -> None:
    update(services, column(services), extension={"https://lms.example/own": {"kept": False}})

    assert json.loads(services.calls[1].body)["https://lms.example/own"] == {"kept": False}


def test_line_item_is_created_with_members_of_the_platform(services: ServicePlatform) -> None:
    services.answers_json(THERE, 201)

    ags.create_line_item(
        services.platform_http,
        services.endpoint,
        services.url("/lineitems"),
        label="Veilig werken",
        score_maximum=10,
        extension={"https://canvas.instructure.com/lti/submission_type": {"type": "none"}},
    )

    assert json.loads(services.calls[0].body) == {
        "label": "Veilig werken",
        "scoreMaximum": 10,
        "https://canvas.instructure.com/lti/submission_type": {"type": "none"},
    }


@pytest.mark.parametrize("status", [200, 204, 404, 410])
def test_line_item_that_is_gone_is_deleted(services: ServicePlatform, status: int) -> None:
    services.answer = lambda _received: Answer(status)

    ags.delete_line_item(services.platform_http, services.endpoint, services.url(TARGET))

    assert (services.calls[0].method, services.calls[0].target) == ("DELETE", TARGET)
    assert services.scopes == ["lineitem"]


@pytest.mark.parametrize("status", [401, 403, 500])
def test_line_item_that_may_not_be_deleted_says_so(services: ServicePlatform, status: int) -> None:
    services.answer = lambda _received: Answer(status)

    with pytest.raises(PlatformFailed) as caught:
        ags.delete_line_item(services.platform_http, services.endpoint, services.url(TARGET))

    assert (caught.value.code, caught.value.status) == ("line-item-failed", status)


CALLS: dict[str, Callable[[ServicePlatform, str], object]] = {
    "get": lambda services, url: ags.get_line_item(services.platform_http, services.endpoint, url),
    "update": lambda services, url: update(services, url, label="x"),
    "score": lambda services, url: ags.put_score(services.platform_http, services.endpoint, url, Score("5", NOW)),
    "results": lambda services, url: ags.list_results(services.platform_http, services.endpoint, url),
}


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("call", CALLS)
def test_line_item_that_is_gone_is_called_so(services: ServicePlatform, call: str, status: int) -> None:
    services.answer = lambda _received: Answer(status)

    with pytest.raises(PlatformFailed) as caught:
        CALLS[call](services, services.url(TARGET))

    assert (caught.value.code, caught.value.status, caught.value.retryable) == (ags.LINE_ITEM_GONE, status, False)


def test_line_item_that_goes_between_reading_and_writing_is_called_so(services: ServicePlatform) -> None:
    with pytest.raises(PlatformFailed) as caught:
        update(services, column(services, Answer(404)), label="x")

    assert caught.value.code == ags.LINE_ITEM_GONE


def test_line_item_is_not_called_gone_when_the_token_address_is(services: ServicePlatform) -> None:
    elsewhere = services.without_tokens()

    with pytest.raises(PlatformFailed) as caught:
        ags.get_line_item(services.platform_http, elsewhere, column(services))

    assert (caught.value.code, caught.value.status) == ("access-token-failed", 404)


def test_results_are_read_from_all_their_pages(services: ServicePlatform) -> None:
    def answer(received: Received) -> Answer:
        page = [
            {"userId": received.query[-1], "resultScore": 5, "scoringUserId": "3", "timestamp": "2026-11-22T12:00Z"}
        ]
        following = {"Link": f'<{services.url("/item/results?page=b")}>; rel="next"'}
        return Answer(200, json.dumps(page).encode(), {} if "page" in received.query else following)

    services.answer = answer

    results = ags.list_results(services.platform_http, services.endpoint, services.url("/item?x=a"))

    told = {"scored_by": "3", "timestamp": "2026-11-22T12:00Z"}
    assert results == [Result("a", 5.0, None, **told), Result("b", 5.0, None, **told)]
