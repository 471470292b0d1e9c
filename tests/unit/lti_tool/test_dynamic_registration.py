"""What a platform may say of itself, what we ask of it in its own way, and what of its answer is believed."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from lti_tool.lti.canvas_json import canvas_configuration as canvas_json
from lti_tool.lti.custom_parameters import tool_parameters
from lti_tool.lti.dynamic_registration import (
    TOOL_CONFIGURATION,
    PersonalData,
    Registered,
    compose_registration,
    read_registration_answer,
    scopes_to_ask,
)
from lti_tool.lti.platform_configuration import PLATFORM_CONFIGURATION, PlatformConfiguration, read_configuration
from lti_tool.lti.registration_problems import RegistrationFailed
from tests.factories.registering_lms import canvas_configuration, moodle_configuration

TOOL_URL = "https://mijlpaal.example:8443"
SCHOOL = "https://school.example"


def read(document: dict[str, Any], url: str, *, allow_loopback: bool = False) -> PlatformConfiguration:
    return read_configuration(json.dumps(document).encode(), url, allow_loopback=allow_loopback)


def moodle(**changes: Any) -> PlatformConfiguration:
    document = {**moodle_configuration(SCHOOL), **changes}
    return read(document, f"{SCHOOL}/moodle/mod/lti/openid-configuration.php?x=1")


def hosted_canvas(
    url: str = "https://canvas.instructure.com/api/lti/security/openid-configuration", **changes: Any
) -> PlatformConfiguration:
    document = canvas_configuration("https://zee.instructure.com") | {
        "issuer": "https://canvas.instructure.com",
        "authorization_endpoint": "https://sso.canvaslms.com/api/lti/authorize_redirect",
        "jwks_uri": "https://sso.canvaslms.com/api/lti/security/jwks",
        **changes,
    }
    return read(document, url)


def refusal(call: Any) -> str:
    with pytest.raises(RegistrationFailed) as refused:
        call()
    return refused.value.code


def test_moodle_when_read_is_known_with_what_it_can_fill_in() -> None:
    configuration = moodle()

    assert configuration.family.product_family_code == "moodle"
    assert configuration.url == f"{SCHOOL}/moodle/mod/lti/openid-configuration.php"
    assert configuration.is_below_issuer
    assert configuration.token_audience == ""
    assert tool_parameters(configuration.variables) == {
        "context_history": "$Context.id.history",
        "time_zone": "$Person.address.timezone",
        "group_ids": "$Moodle.Person.userGroupIds",
    }


def test_neighbour_on_the_same_host_when_read_is_not_below_the_issuer() -> None:
    document = moodle_configuration(SCHOOL)

    assert not read(document, f"{SCHOOL}/moodle2/mod/lti/openid-configuration.php").is_below_issuer


@pytest.mark.parametrize(
    "changes",
    [
        {"token_endpoint": "https://canvas.school.example/login/oauth2/token"},
        {"registration_endpoint": "https://zee.beta.instructure.com/api/lti/registrations"},
        {"url": "https://sso.canvaslms.com/api/lti/security/openid-configuration"},
        {"url": "https://zee.instructure.com/api/lti/security/openid-configuration"},
    ],
)
def test_hosted_canvas_when_it_spreads_over_its_own_hosts_is_read(changes: dict[str, str]) -> None:
    configuration = hosted_canvas(**changes)

    assert configuration.hosted_issuer is not None
    assert configuration.account_name == "School aan Zee"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"url": "https://instructure.com.thief.example/openid"}, "issuer-elsewhere"),
        ({"url": "https://thiefinstructure.com/openid"}, "issuer-elsewhere"),
        ({"token_endpoint": "https://notinstructure.com/token"}, "endpoint-elsewhere"),
        ({"jwks_uri": "https://sso.canvaslms.com.thief.example/jwks"}, "endpoint-elsewhere"),
        ({"jwks_uri": "https://canvas.school.example/jwks"}, "endpoint-elsewhere"),
        ({"authorization_endpoint": "https://canvas.school.example/login"}, "endpoint-elsewhere"),
        ({PLATFORM_CONFIGURATION: {"product_family_code": "moodle"}}, "endpoint-elsewhere"),
    ],
)
def test_hosted_canvas_when_a_host_only_looks_like_its_own_is_refused(changes: dict[str, Any], problem: str) -> None:
    assert refusal(lambda: hosted_canvas(**changes)) == problem


def test_family_when_it_is_not_hosted_may_not_name_a_server_of_its_own() -> None:
    stolen = {"authorization_server": "thief.example", "token_endpoint": "https://thief.example/token"}

    assert refusal(lambda: moodle(**stolen)) == "endpoint-elsewhere"


def test_token_audience_when_it_is_another_platforms_is_left_aside() -> None:
    own, foreign = f"{SCHOOL}/tokens", "https://other-school.example/token.php"

    assert moodle(authorization_server=own).token_audience == own
    assert moodle(authorization_server=foreign).token_audience == ""


def test_http_when_development_is_off_is_refused_everywhere() -> None:
    document = moodle_configuration("http://localhost:8700")
    url = "http://localhost:8700/moodle/mod/lti/openid-configuration.php"

    assert refusal(lambda: read(document, url)) == "address-refused"
    assert read(document, url, allow_loopback=True).issuer == "http://localhost:8700/moodle"


def test_lists_when_they_hold_anything_but_names_lose_it() -> None:
    configuration = moodle(scopes_supported=["a", 7, None, "", "a", "\x00", "x" * 300], claims_supported="name")

    assert configuration.scopes_supported == ("a",)
    assert configuration.claims_supported == ()


def test_registration_when_composed_for_moodle_is_what_it_takes() -> None:
    configuration = moodle()

    sent = compose_registration(configuration.family, configuration, TOOL_URL, PersonalData.NAMES)

    tool = sent[TOOL_CONFIGURATION]
    assert sent["redirect_uris"] == [f"{TOOL_URL}/lti/launch"]
    assert tool["domain"] == urlsplit(tool["target_link_uri"]).netloc == "mijlpaal.example:8443"
    assert [message["type"] for message in tool["messages"]] == ["LtiResourceLinkRequest", "LtiDeepLinkingRequest"]
    assert all("placements" not in message for message in tool["messages"])
    assert not [name for name in tool if "canvas" in name]
    assert "noticehandlers" not in sent["scope"]
    assert sent["scope"].count(" ") == 4


def test_registration_when_composed_for_canvas_names_each_place_once_and_only_text_as_values() -> None:
    configuration = hosted_canvas(**{PLATFORM_CONFIGURATION: {"product_family_code": "canvas"}}, scopes_supported=[])

    sent = compose_registration(configuration.family, configuration, TOOL_URL, PersonalData.NOTHING)

    tool = sent[TOOL_CONFIGURATION]
    places = [place.rpartition("/")[2] for message in tool["messages"] for place in message["placements"]]
    assert sorted(places) == [
        "account_navigation",
        "assignment_edit",
        "assignment_selection",
        "course_navigation",
        "course_settings_sub_navigation",
        "editor_button",
        "homework_submission",
        "link_selection",
        "module_index_menu_modal",
        "user_navigation",
    ]
    assert tool["claims"] == ["iss", "sub"]
    assert tool["https://canvas.instructure.com/lti/privacy_level"] == "anonymous"
    assert tool["custom_parameters"]["group_ids"] == "$Canvas.group.contextIds"
    assert {type(value) for value in tool["custom_parameters"].values()} == {str}


def test_registration_when_the_product_is_unknown_asks_the_least_that_works() -> None:
    platform = {"product_family_code": "new", "messages_supported": ["LtiResourceLinkRequest"]}
    configuration = moodle(**{PLATFORM_CONFIGURATION: platform})

    tool = compose_registration(configuration.family, configuration, TOOL_URL, PersonalData.NAMES)[TOOL_CONFIGURATION]

    assert [message["type"] for message in tool["messages"]] == ["LtiResourceLinkRequest"]
    assert tool["custom_parameters"] == {}


def test_scopes_when_the_platform_lists_them_are_none_that_it_does_not_know() -> None:
    listed = ["openid", "https://purl.imsglobal.org/spec/lti-ags/scope/score"]

    assert scopes_to_ask(listed) == ("https://purl.imsglobal.org/spec/lti-ags/scope/score",)
    assert len(scopes_to_ask([])) == 5


@pytest.mark.parametrize(
    ("answer", "registered"),
    [
        ({"client_id": "c", TOOL_CONFIGURATION: {"deployment_id": "3"}}, Registered("c", "3")),
        ({"client_id": "c", TOOL_CONFIGURATION: {"deployment_id": 3}}, Registered("c", "3")),
        ({"client_id": "c", TOOL_CONFIGURATION: []}, Registered("c")),
        ({"client_id": "c", TOOL_CONFIGURATION: {"deployment_id": True}}, Registered("c")),
        ({"client_id": "c", TOOL_CONFIGURATION: {"deployment_id": "x" * 300}}, Registered("c")),
    ],
)
def test_answer_when_read_gives_two_names_and_nothing_else(answer: dict[str, Any], registered: Registered) -> None:
    assert read_registration_answer(json.dumps(answer).encode()) == registered


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"client_id": 7}', b'{"client_id": "\\u0000"}', b"{"])
def test_answer_when_it_names_no_client_is_refused(body: bytes) -> None:
    assert refusal(lambda: read_registration_answer(body)) == "answer-unreadable"


def test_canvas_json_when_read_says_the_same_in_its_own_words() -> None:
    document = canvas_json(TOOL_URL)

    (extension,) = document["extensions"]
    places = {place["placement"]: place for place in extension["settings"]["placements"]}
    assert places["course_navigation"]["default"] == "disabled"
    assert places["course_settings_sub_navigation"]["visibility"] == "admins"
    assert places["link_selection"]["message_type"] == "LtiDeepLinkingRequest"
    assert "https://" not in "".join(name for place in places.values() for name in place)
    assert document["custom_fields"]["context_history"] == "$Context.id.history"
    assert document["oidc_initiation_url"] == f"{TOOL_URL}/lti/login"
