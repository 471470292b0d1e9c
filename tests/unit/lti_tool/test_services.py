"""Gradebook and roster, against a platform on loopback that answers as Moodle and Canvas do."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from config.errors import PlatformFailed
from lti_tool.lti import ags, nrps
from lti_tool.lti.ags import ActivityProgress, GradingProgress, LineItem, Result, Score
from lti_tool.lti.nrps import Member
from lti_tool.lti.pages import MAX_PAGES, next_page_url
from tests.factories.launch import NOW
from tests.factories.local_server import Answer, Received
from tests.factories.service_platform import ServicePlatform

LINE_ITEM = "/mod/lti/services.php/2/lineitems/5/lineitem?type_id=1"


@pytest.fixture
def platform(services: ServicePlatform) -> ServicePlatform:
    return services


# Scores


def test_score_is_posted_below_the_path_of_the_line_item(platform: ServicePlatform) -> None:
    at = datetime(2026, 11, 22, 13, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=1)))
    score = Score("5", at, score_given=55, score_maximum=100.0, comment="Goed zo, Zoë")

    ags.put_score(platform.platform_http, platform.endpoint, platform.url(LINE_ITEM), score)

    (call,) = platform.calls
    assert (call.method, call.target) == ("POST", "/mod/lti/services.php/2/lineitems/5/lineitem/scores?type_id=1")
    assert call.headers["content-type"] == "application/vnd.ims.lis.v1.score+json"
    assert call.headers["authorization"] == "Bearer t"
    assert json.loads(call.body) == {
        "userId": "5",
        "timestamp": "2026-11-22T12:00:00.123+00:00",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": 55,
        "scoreMaximum": 100.0,
        "comment": "Goed zo, Zoë",
    }
    assert platform.scopes == ["score"]


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("/item", "/item/scores"),
        ("/item/", "/item/scores"),
        ("/item?a=b&c=d", "/item/scores?a=b&c=d"),
        ("/item%2F5?x=%20#part", "/item%2F5/scores?x=%20"),
    ],
)
def test_score_goes_into_the_path_whatever_the_address(platform: ServicePlatform, url: str, target: str) -> None:
    ags.put_score(platform.platform_http, platform.endpoint, platform.url(url), Score("5", NOW))

    assert platform.calls[0].target == target


def test_score_of_nought_is_sent_and_the_extension_with_it() -> None:
    score = Score("5", NOW, score_given=0, score_maximum=10, extension={"https://x.example/a": {"b": False}})

    body = json.loads(score.to_json())
    assert (body["scoreGiven"], body["https://x.example/a"]) == (0, {"b": False})


def test_progress_without_a_score_has_neither_number() -> None:
    score = Score("5", NOW, ActivityProgress.IN_PROGRESS, GradingProgress.PENDING)

    assert not {"scoreGiven", "scoreMaximum", "comment"} & set(json.loads(score.to_json()))


@pytest.mark.parametrize(
    "numbers",
    [(1, None), (None, 1), (float("nan"), 1), (1, float("inf")), (-1, 1), (1, 0), (0, -1)],
)
def test_score_cannot_be_made_when_its_numbers_are_odd(numbers: tuple[float | None, float | None]) -> None:
    with pytest.raises(ValueError, match="score"):
        Score("5", NOW, score_given=numbers[0], score_maximum=numbers[1])


def test_score_cannot_be_made_without_an_offset() -> None:
    with pytest.raises(ValueError, match="timestamp"):
        Score("5", NOW.replace(tzinfo=None))


@pytest.mark.parametrize(("status", "retryable"), [(400, False), (409, False), (503, True)])
def test_score_fails_with_the_status_of_the_platform(platform: ServicePlatform, status: int, retryable: bool) -> None:
    platform.answers_json([], status)

    with pytest.raises(PlatformFailed) as caught:
        ags.put_score(platform.platform_http, platform.endpoint, platform.url(LINE_ITEM), Score("5", NOW))

    assert (caught.value.code, caught.value.status, caught.value.retryable) == ("score-failed", status, retryable)


# Results and line items


def test_results_are_read(platform: ServicePlatform) -> None:
    platform.answers_json(
        [
            {"userId": "5", "resultScore": 70, "resultMaximum": 100, "comment": "Mooi", "id": "x"},
            {"userId": 6, "resultMaximum": 100},
            {"resultScore": 5},
            "odd",
        ]
    )

    results = ags.list_results(platform.platform_http, platform.endpoint, platform.url(LINE_ITEM))

    assert results == [Result("5", 70.0, 100.0, "Mooi"), Result("6", None, 100.0)]
    assert platform.calls[0].target == "/mod/lti/services.php/2/lineitems/5/lineitem/results?type_id=1"
    assert platform.calls[0].headers["accept"] == "application/vnd.ims.lis.v2.resultcontainer+json"
    assert platform.scopes == ["result.readonly"]


def test_results_are_of_one_person_when_asked_for(platform: ServicePlatform) -> None:
    ags.list_results(platform.platform_http, platform.endpoint, platform.url(LINE_ITEM), user_id="a b&c")

    assert platform.calls[0].query == "type_id=1&user_id=a%20b%26c"


def test_line_items_are_read_and_no_limit_is_sent(platform: ServicePlatform) -> None:
    platform.answers_json(
        [
            {"id": "https://lms.example/5", "label": "Mijlpalen", "scoreMaximum": 100, "resourceId": "r", "tag": "t"},
            {"label": "no address"},
        ]
    )

    found = ags.list_line_items(platform.platform_http, platform.endpoint, platform.url("/lineitems?type_id=1"))

    assert found == [LineItem("https://lms.example/5", "Mijlpalen", 100.0, "r", "t")]
    assert platform.calls[0].target == "/lineitems?type_id=1"
    assert platform.calls[0].headers["accept"] == "application/vnd.ims.lis.v2.lineitemcontainer+json"
    assert platform.scopes == ["lineitem.readonly"]


def test_line_items_are_narrowed_down_when_asked_for(platform: ServicePlatform) -> None:
    ags.list_line_items(
        platform.platform_http, platform.endpoint, platform.url("/lineitems?type_id=1"), resource_id="r", tag="t"
    )

    assert platform.calls[0].query == "type_id=1&resource_id=r&tag=t"


def test_line_items_fail_when_the_answer_is_no_list(platform: ServicePlatform) -> None:
    platform.answers_json({"items": []})

    with pytest.raises(PlatformFailed, match="bad-line-items"):
        ags.list_line_items(platform.platform_http, platform.endpoint, platform.url("/lineitems"))


def test_line_item_is_created(platform: ServicePlatform) -> None:
    platform.answers_json({"id": "https://lms.example/9", "label": "Mijlpaal", "scoreMaximum": 500}, 201)

    created = ags.create_line_item(
        platform.platform_http,
        platform.endpoint,
        platform.url("/lineitems?type_id=1"),
        label="Mijlpaal",
        score_maximum=500,
        resource_id="r",
        tag="t",
        resource_link_id="l",
    )

    call = platform.calls[0]
    assert created.url == "https://lms.example/9"
    assert (call.method, call.target) == ("POST", "/lineitems?type_id=1")
    assert call.headers["content-type"] == "application/vnd.ims.lis.v2.lineitem+json"
    assert json.loads(call.body) == {
        "label": "Mijlpaal",
        "scoreMaximum": 500,
        "resourceId": "r",
        "tag": "t",
        "resourceLinkId": "l",
    }
    assert platform.scopes == ["lineitem"]


def test_line_item_fails_when_the_answer_has_no_address(platform: ServicePlatform) -> None:
    platform.answers_json({"label": "Mijlpaal"}, 201)

    with pytest.raises(PlatformFailed, match="bad-line-item"):
        ags.create_line_item(
            platform.platform_http, platform.endpoint, platform.url("/lineitems"), label="M", score_maximum=1
        )


# Roster


def test_members_are_read_with_their_roles_as_written(platform: ServicePlatform) -> None:
    platform.answers_json(
        {
            "id": "x",
            "context": {"id": "2"},
            "members": [
                {"user_id": "5", "roles": ["Learner"], "status": "Active", "name": "An\0na", "email": "a@b.example"},
                {"user_id": 6, "roles": "Learner", "given_name": None},
                {"roles": ["Learner"]},
                {"user_id": True},
                "odd",
            ],
        }
    )

    members = nrps.list_members(platform.platform_http, platform.endpoint, platform.url("/members"))

    assert members == [Member("5", ("Learner",), "Active", "Anna", email="a@b.example"), Member("6", ())]
    assert platform.calls[0].headers["accept"] == nrps.MEDIA
    assert platform.scopes == ["contextmembership.readonly"]
    assert "Anna" not in repr(members)


def test_members_of_one_link_are_asked_for(platform: ServicePlatform) -> None:
    platform.answers_json({"members": []})

    nrps.list_members(platform.platform_http, platform.endpoint, platform.url("/members?a=b"), resource_link_id="7&8")

    assert platform.calls[0].query == "a=b&rlid=7%268"


def test_members_fail_when_the_answer_is_no_roster(platform: ServicePlatform) -> None:
    with pytest.raises(PlatformFailed, match="bad-members"):
        nrps.list_members(platform.platform_http, platform.endpoint, platform.url("/members"))


# Pages


def pages_of_members(next_of: Callable[[Received], str | None]) -> Callable[[Received], Answer]:
    def answer(received: Received) -> Answer:
        following = next_of(received)
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        return Answer(200, json.dumps({"members": [{"user_id": received.target}]}).encode(), headers)

    return answer


def test_pages_are_followed_with_their_case_kept(platform: ServicePlatform) -> None:
    second = platform.url("/members?page=bookmark:WyJAbCdEf")
    platform.answer = pages_of_members(lambda received: None if "page" in received.query else second)

    members = nrps.list_members(platform.platform_http, platform.endpoint, platform.url("/members"))

    assert [member.user_id for member in members] == ["/members", "/members?page=bookmark:WyJAbCdEf"]


@pytest.mark.parametrize("foreign", ["https://other.example/members", "http://localhost:1/", "//other.example/"])
def test_pages_of_another_place_are_not_followed(platform: ServicePlatform, foreign: str) -> None:
    platform.answer = pages_of_members(lambda received: foreign)

    with pytest.raises(PlatformFailed, match="foreign-page"):
        nrps.list_members(platform.platform_http, platform.endpoint, platform.url("/members"))

    assert len(platform.calls) == 1


def test_pages_in_a_circle_are_left(platform: ServicePlatform) -> None:
    platform.answer = pages_of_members(lambda received: platform.url("/members"))

    with pytest.raises(PlatformFailed, match="endless-pages"):
        nrps.list_members(platform.platform_http, platform.endpoint, platform.url("/members"))


def test_pages_without_end_are_left(platform: ServicePlatform) -> None:
    platform.answer = pages_of_members(lambda received: platform.url(f"/members?{len(platform.calls)}"))

    with pytest.raises(PlatformFailed, match="endless-pages"):
        nrps.list_members(platform.platform_http, platform.endpoint, platform.url("/members"))

    assert len(platform.calls) == MAX_PAGES


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('<https://l.example/A?p=2>; rel="next"', "https://l.example/A?p=2"),
        ("<https://l.example/2>;rel=next", "https://l.example/2"),
        ('<https://l.example/1>; rel="prev", <https://l.example/3>; title="x"; rel="next"', "https://l.example/3"),
        ('<https://l.example/2>; REL="Next"', "https://l.example/2"),
        ('<?page=2>; rel="next"', "https://l.example/list?page=2"),
        # Moodle's line items: UTF-8 read as Latin-1, as header values are.
        ("<https://l.example/2?a=1&amp;b=2>; rel=“next”".encode().decode("latin-1"), "https://l.example/2?a=1&b=2"),
        ('<https://l.example/next>; rel="last"', None),
        ('<https://l.example/2>; rel="nextish"', None),
        ("", None),
        ("next", None),
    ],
)
def test_next_page_is_found_in_the_header(header: str, expected: str | None) -> None:
    assert next_page_url(header, "https://l.example/list") == expected
