"""Rosters of any size, groups, and what a roster says of the members of one link."""

from __future__ import annotations

import json
import time

import pytest

from config.errors import PlatformFailed
from lti_tool.lti import groups, nrps
from lti_tool.lti.groups import Group
from lti_tool.lti.nrps import Member, Roster
from tests.factories.local_server import Answer, Received
from tests.factories.service_platform import ServicePlatform

MESSAGE_TYPE = "https://purl.imsglobal.org/spec/lti/claim/message_type"
CUSTOM = "https://purl.imsglobal.org/spec/lti/claim/custom"
CANVAS_USER_ID = "https://www.instructure.com/canvas_user_id"


def moodle_member(number: int) -> dict[str, object]:
    """A member as Moodle writes one of a link, with its outcome service beside it."""
    outcome = {"lis_result_sourcedid": json.dumps({"data": {"userid": str(number)}, "hash": "f" * 64}) * 2}
    return {
        "status": "Active",
        "roles": ["Learner"],
        "user_id": str(number),
        "lis_person_sourcedid": f"2026-{number:06}",
        "name": f"Leerling Nummer {number}",
        "given_name": "Leerling",
        "family_name": f"Nummer {number}",
        "email": f"leerling{number}@school.example",
        "message": [
            {
                MESSAGE_TYPE: "LtiResourceLinkRequest",
                "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome": outcome,
            }
        ],
    }


def test_ten_thousand_members_are_read_from_one_page(services: ServicePlatform) -> None:
    body = json.dumps({"id": "x", "members": [moodle_member(number) for number in range(10_000)]}).encode()
    services.answer = lambda _received: Answer(200, body)
    began = time.perf_counter()

    roster = nrps.read_roster(services.platform_http, services.endpoint, services.url("/m"), resource_link_id="7")

    assert time.perf_counter() - began < 5
    assert len(body) > 5_000_000
    assert len({member.user_id for member in roster.members}) == 10_000
    assert roster.members[-1] == Member(
        "9999",
        ("Learner",),
        "Active",
        "Leerling Nummer 9999",
        "Leerling",
        "Nummer 9999",
        "leerling9999@school.example",
    )


def test_ten_thousand_members_are_read_from_pages_of_fifty(services: ServicePlatform) -> None:
    def answer(received: Received) -> Answer:
        page = int(received.query.rpartition("=")[2] or 0)
        body = json.dumps({"members": [{"user_id": str(page * 50 + at), "roles": ["Learner"]} for at in range(50)]})
        following = {"Link": f'<{services.url(f"/m?page={page + 1}")}>; rel="next"'}
        return Answer(200, body.encode(), following if page < 200 else {})

    services.answer = answer

    members = nrps.list_members(services.platform_http, services.endpoint, services.url("/m"))

    assert len({member.user_id for member in members}) == 10_050


def test_roster_of_more_than_the_cap_is_refused(services: ServicePlatform) -> None:
    services.answer = lambda _received: Answer(200, b" " * 20_000_001)

    with pytest.raises(PlatformFailed, match="too-large"):
        nrps.read_roster(services.platform_http, services.endpoint, services.url("/m"))


@pytest.mark.parametrize(
    ("members", "is_empty"), [([], True), ([{"name": "no id"}], False)], ids=["nobody", "unreadable"]
)
def test_roster_says_whether_anybody_was_there(
    services: ServicePlatform, members: list[dict[str, str]], is_empty: bool
) -> None:
    services.answers_json({"members": members})

    found = nrps.read_roster(services.platform_http, services.endpoint, services.url("/m"))

    assert found == Roster([], is_empty=is_empty)


def test_members_of_a_link_bring_what_their_launch_would_say(services: ServicePlatform) -> None:
    said = {"locale": "nl", CANVAS_USER_ID: 17, CUSTOM: {"groups": "4,5", "number": 5, "none": "$Person.name.full"}}
    services.answers_json(
        {
            "members": [
                {"user_id": "5", "roles": ["Learner"], "message": [{MESSAGE_TYPE: "LtiResourceLinkRequest", **said}]},
                {"user_id": "6", "message": "odd"},
                {"user_id": "7", "message": [5]},
                {"user_id": "8", "message": [{CUSTOM: ["odd"], "locale": 5}]},
            ]
        }
    )

    first, *others = nrps.list_members(
        services.platform_http, services.endpoint, services.url("/m"), resource_link_id="7"
    )

    assert (first.locale, first.platform_user_id, first.custom) == ("nl", "17", {"groups": "4,5", "number": "5"})
    assert others == [Member("6", ()), Member("7", ()), Member("8", ())]


def test_members_are_asked_for_with_their_groups(services: ServicePlatform) -> None:
    enrolled = [{"group_id": "a"}, {"group_id": 7}, {"group_id": "a"}, {"group_id": None}, "odd"]
    services.answers_json({"members": [{"user_id": "5", "group_enrollments": enrolled}, {"user_id": "6"}]})

    roster = nrps.read_roster(services.platform_http, services.endpoint, services.url("/m?a=b"), with_groups=True)

    assert services.calls[0].query == "a=b&groups=true"
    assert [member.group_ids for member in roster.members] == [("a", "7"), ()]


def test_groups_are_listed_from_all_their_pages(services: ServicePlatform) -> None:
    def answer(received: Received) -> Answer:
        if received.query:
            return Answer(200, b'{"groups": [{"id": 7}, {"name": "no id"}, "odd"]}')
        first = {"id": "a", "name": "Groep\nA", "tag": "Klas", "set_id": 3}
        following = {"Link": f'<{services.url("/groups?page=2")}>; rel="next"'}
        return Answer(200, json.dumps({"groups": [first]}).encode(), following)

    services.answer = answer

    found = groups.list_groups(services.platform_http, services.endpoint, services.url("/groups"))

    assert found == [Group("a", "Groep A", "Klas", "3"), Group("7", "7")]
    assert services.calls[0].headers["accept"] == "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
    assert services.scopes == ["contextgroup.readonly"]


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"groups": {}}'])
def test_groups_fail_when_the_answer_is_no_list(services: ServicePlatform, body: bytes) -> None:
    services.answer = lambda _received: Answer(200, body)

    with pytest.raises(PlatformFailed, match="bad-groups"):
        groups.list_groups(services.platform_http, services.endpoint, services.url("/groups"))
