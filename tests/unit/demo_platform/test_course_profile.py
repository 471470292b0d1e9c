"""The behaviours of the profile around deep linking, registration and rosters, on and off, seen through HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lti_tool.demo_platform.profile import MOODLE_PROFILE
from lti_tool.demo_platform.restrictions import DATE_OVER
from tests.unit.demo_platform.classroom import DL, LTI, NRPS, TOOL_CONFIGURATION, Classroom, link

PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
READING = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"


def data_of_a_request(classroom):
    asked = classroom.asked()
    given_back = {f"{DL}/data": asked["data"]} if "data" in asked else {}
    token = classroom.answer([link()], **given_back)
    return "data" in asked, classroom.send_answer(asked["deep_link_return_url"], token).status_code


def wish_for_line_items(classroom):
    return classroom.asked().get("accept_lineitem")


def label_of_a_column(classroom):
    classroom.choose(link("Titel", lineItem={"label": "Kolom"}))
    return classroom.items()[1]["label"]


def who_opens_an_address_elsewhere(classroom):
    classroom.choose(link(url="http://elsewhere.example/x"))
    return classroom.client.get("/as/zoe/activities/2").status_code


def new_tool(classroom):
    tool = classroom.register().json
    return next(one for one in classroom.client.get("/control/tools").json if one["client_id"] == tool["client_id"])


def is_new_tool_active(classroom):
    return new_tool(classroom)["active"]


def is_new_tool_offered(classroom):
    classroom.pull("activate", tool=1)
    return new_tool(classroom)["in_chooser"]


def scopes_in_the_answer(classroom):
    return len(classroom.register(scope=READING).json["scope"].split())


def code_of_the_platform(classroom):
    return classroom.client.get("/lti/openid-configuration").json[PLATFORM_CONFIGURATION]["product_family_code"]


def code_in_a_launch(classroom):
    return classroom.visit.launch()[f"{LTI}/tool_platform"]["product_family_code"]


def roster_in_an_empty_course(classroom):
    course = classroom.pull("course", title="Leeg")["id"]
    return NRPS in classroom.launch_at(f"/as/mila/courses/{course}/deep-linking/launch?tool=1")


def staff_behind_a_gate(classroom):
    classroom.pull("assignment", title="Essay")
    restricted, over = classroom.add_activity(restricted_by="1"), classroom.add_activity(restricted_by=str(DATE_OVER))
    return classroom.who_may_open(restricted), classroom.who_may_open(over)


def everybody_behind_a_hidden_link(classroom):
    return classroom.who_may_open(classroom.add_activity(visibility="hidden"))


@dataclass(frozen=True)
class Behaviour:
    """A field of the profile, its other value, how it is seen, and what is seen with each of the two."""

    name: str
    off: Any
    observe: Callable[[Classroom], Any]
    as_moodle: Any
    otherwise: Any


BEHAVIOURS = [
    Behaviour("deep_linking_sends_data", True, data_of_a_request, (False, 200), (True, 200)),
    Behaviour("deep_linking_accepts_line_item", True, wish_for_line_items, None, True),
    Behaviour("deep_linked_label_ignored", False, label_of_a_column, "Titel", "Kolom"),
    Behaviour("deep_linked_address_unbinds", False, who_opens_an_address_elsewhere, 403, 200),
    Behaviour("registered_tool_waits", False, is_new_tool_active, False, True),
    Behaviour("registered_tool_in_chooser", True, is_new_tool_offered, False, True),
    Behaviour("registration_answer_overstates", False, scopes_in_the_answer, 4, 3),
    Behaviour("registered_family_code", "sakai", code_of_the_platform, "moodle", "sakai"),
    Behaviour("product_family_code", "sakai", code_in_a_launch, "mijlpaal-demo", "sakai"),
    Behaviour("roster_only_where_used", False, roster_in_an_empty_course, False, True),
    Behaviour("roster_of_link_lists_staff", False, staff_behind_a_gate, (["3", "4"], ["3", "4"]), ([], [])),
    Behaviour(
        "roster_of_hidden_link_lists_everybody",
        False,
        everybody_behind_a_hidden_link,
        ["3", "4", "5", "6", "7", "8"],
        ["3", "4"],
    ),
]


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.name)
def test_platform_is_as_moodle_when_nothing_is_said(classroom, behaviour):
    assert behaviour.observe(classroom) == behaviour.as_moodle


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.name)
def test_platform_is_seen_to_differ_when_the_behaviour_is_switched_off(classroom, settings, behaviour):
    classroom.visit.restart(replace(settings, profile=replace(MOODLE_PROFILE, **{behaviour.name: behaviour.off})))

    seen = behaviour.observe(classroom)

    assert seen == behaviour.otherwise
    assert seen != behaviour.as_moodle


def test_answer_overstates_what_a_launch_does_not(classroom):
    answered = classroom.register(scope=READING).json

    assert answered["scope"].endswith("scope/lineitem")
    assert answered[TOOL_CONFIGURATION]["deployment_id"] == "2"
    tools = classroom.client.get("/control/tools").json
    assert [scope.rpartition("/")[2] for scope in tools[1]["scopes"]] == [
        "lineitem.readonly",
        "result.readonly",
        "score",
    ]
