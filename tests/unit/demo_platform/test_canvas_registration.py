"""Dynamic registration as Canvas takes it, each behaviour seen on and off."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from lti_tool.demo_platform.canvas_registration import PRIVACY_LEVEL, TOOL_CONFIGURATION
from tests.unit.demo_platform.behaviours import LTI, CanvasBehaviour
from tests.unit.demo_platform.conftest import form_fields

PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
NEW_TOOL = "http://127.0.0.1:8701"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"


def token(canvas):
    page = canvas.client.get(f"/as/noor/tools/register?address={NEW_TOOL}/lti/register/secret").text
    address = page.partition("<iframe")[2].partition('src="')[2].partition('"')[0].replace("&amp;", "&")
    return parse_qs(urlsplit(address).query)["registration_token"][0]


def configuration(canvas, **headers):
    return canvas.client.get("/lti/openid-configuration", headers=headers)


def body(*, tool=None, **changes):
    message = {"type": "LtiResourceLinkRequest", "placements": ["course_navigation"]}
    told = {
        "domain": "127.0.0.1:8701",
        "target_link_uri": f"{NEW_TOOL}/lti/launch",
        "messages": [message, {"type": "LtiDeepLinkingRequest", "placements": ["link_selection"]}],
        "claims": ["sub", "name", "email"],
        "custom_parameters": {"history": "$Context.id.history"},
        **(tool or {}),
    }
    all_of_it = {
        "application_type": "web",
        "grant_types": ["client_credentials", "implicit"],
        "response_types": ["id_token"],
        "initiate_login_uri": f"{NEW_TOOL}/lti/login",
        "redirect_uris": [f"{NEW_TOOL}/lti/launch"],
        "client_name": "Mijlpaal bij ons",
        "jwks_uri": f"{NEW_TOOL}/lti/jwks",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": SCORE,
        TOOL_CONFIGURATION: {name: value for name, value in told.items() if value is not None},
        **changes,
    }
    return {name: value for name, value in all_of_it.items() if value is not None}


def register(canvas, told=None, **changes):
    headers = {"Authorization": f"Bearer {token(canvas)}"}
    return canvas.client.post("/lti/openid-registration", json=told or body(**changes), headers=headers)


def privacy_of(canvas, **tool):
    answer = register(canvas, body(tool=tool))
    return set(answer.json[TOOL_CONFIGURATION]["claims"]) & {"name", "email"}


def placements_of(canvas, messages):
    answer = register(canvas, body(tool={"messages": messages}))
    return answer.status_code, [one.get("placements") for one in answer.json[TOOL_CONFIGURATION]["messages"]]


def names_after_the_overlay(canvas):
    canvas.client.post("/control/review-tool?tool=1&privacy=anonymous")
    return "name" in canvas.launch(), "email" in canvas.launch()


BEHAVIOURS = [
    CanvasBehaviour("configuration_needs_token", False, lambda canvas: configuration(canvas).status_code, 401, 200),
    CanvasBehaviour(
        "registration_wrong_status", 400, lambda canvas: register(canvas, client_name=None).status_code, 422, 400
    ),
    CanvasBehaviour(
        "registration_wants_text_values",
        False,
        lambda canvas: register(canvas, body(tool={"custom_parameters": {"points": 4}})).status_code,
        422,
        200,
    ),
    CanvasBehaviour(
        "registration_has_placements",
        False,
        lambda canvas: placements_of(canvas, [{"type": "LtiDeepLinkingRequest"}]),
        (200, [["link_selection"]]),
        (200, [None, None]),
    ),
    CanvasBehaviour(
        "registration_tells_deployment",
        True,
        lambda canvas: "deployment_id" in register(canvas).json[TOOL_CONFIGURATION],
        False,
        True,
    ),
    CanvasBehaviour("privacy_level_unless_asked", "public", privacy_of, set(), {"name", "email"}),
    CanvasBehaviour("anonymous_overlay_ignored", False, names_after_the_overlay, (True, True), (False, False)),
]


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.name)
def test_registration_is_as_on_canvas_until_the_behaviour_is_switched_off(canvas, behaviour):
    behaviour.check(canvas)


def test_configuration_says_what_canvas_says_when_the_token_is_shown(canvas):
    told = configuration(canvas, Authorization=f"Bearer {token(canvas)}").json

    about = told[PLATFORM]
    assert told["issuer"] == "https://canvas.instructure.com"
    assert told["token_endpoint"].startswith("http://localhost:8700/")
    assert told["authorization_server"] == "localhost:8700"
    assert about["product_family_code"] == "canvas"
    assert about["notice_types_supported"] == ["LtiHelloWorldNotice", "LtiContextCopyNotice"]
    placements = {one["type"]: one["placements"] for one in about["messages_supported"]}
    assert "course_navigation" in placements["LtiResourceLinkRequest"]
    assert "homework_submission" in placements["LtiDeepLinkingRequest"]
    assert about["https://canvas.instructure.com/lti/account_name"] == "Demo-school"
    assert about["https://canvas.instructure.com/lti/account_lti_guid"].endswith(":canvas-lms")
    assert "Canvas.user.id" in about["variables"]


@pytest.mark.parametrize(
    "name",
    [
        "application_type",
        "grant_types",
        "response_types",
        "initiate_login_uri",
        "redirect_uris",
        "client_name",
        "jwks_uri",
        "token_endpoint_auth_method",
        "scope",
        TOOL_CONFIGURATION,
    ],
)
def test_registration_names_what_is_missing_when_it_is(canvas, name):
    answer = register(canvas, **{name: None})

    assert answer.status_code == 422
    assert name in answer.json["errors"]


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"domain": None}, "domain"),
        ({"target_link_uri": None}, "target_link_uri"),
        ({"claims": None}, "claims"),
        ({"messages": []}, "messages"),
        ({"messages": [{"type": "LtiOther"}]}, "messages.0.type"),
        ({"messages": ["LtiResourceLinkRequest"]}, "messages.0.type"),
        ({"messages": [{"type": "LtiResourceLinkRequest", "placements": ["moon"]}]}, "messages.0.placements"),
        ({"messages": [{"type": "LtiResourceLinkRequest", "target_link_uri": 4}]}, "messages.0.target_link_uri"),
        (
            {"messages": [{"type": "LtiResourceLinkRequest", "custom_parameters": {"a": True}}]},
            "custom_parameters",
        ),
        ({"custom_parameters": []}, "custom_parameters"),
        ({PRIVACY_LEVEL: "secret"}, PRIVACY_LEVEL),
    ],
)
def test_registration_is_refused_when_the_tool_is_described_wrongly(canvas, told, error):
    answer = register(canvas, body(tool=told))

    assert answer.status_code == 422
    assert answer.json["errors"] == [error]


def test_registration_is_refused_when_it_is_no_object(canvas):
    answer = register(canvas, told=["tool"])

    assert (answer.status_code, json.loads(answer.text)["errors"]) == (422, ["the body is not an object"])


@pytest.mark.parametrize(
    ("level", "claims"), [("public", {"name", "email"}), ("name_only", {"name"}), ("email_only", {"email"})]
)
def test_people_are_told_about_when_the_privacy_level_says_so(canvas, level, claims):
    assert privacy_of(canvas, **{PRIVACY_LEVEL: level}) == claims


def test_deployment_has_the_shape_of_canvas_when_it_is_first_seen(canvas):
    client_id = register(canvas).json["client_id"]
    login = form_fields(canvas.client.get("/as/mila/courses/2/places/course_navigation/launch?tool=2"))

    assert login["client_id"] == client_id
    number, _, guid = login["deployment_id"].partition(":")
    assert number == "2"
    assert len(guid) == 40


class TestReview:
    def test_scopes_and_places_go_when_the_administrator_takes_them_away(self, canvas):
        answer = canvas.client.post(
            "/control/review-tool", data={"tool": "1", "scopes": SCORE, "placements": "user_navigation"}
        )

        assert answer.json["scopes"] == [SCORE]
        assert answer.json["placements"] == ["user_navigation"]
        endpoint = canvas.launch()["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
        assert endpoint["scope"] == [SCORE]
        assert canvas.client.get("/as/mila/courses/2/places/course_navigation/launch").status_code == 404
        assert canvas.client.get("/as/mila/courses/2/places/user_navigation/launch").status_code == 200

    def test_names_go_when_another_level_is_chosen(self, canvas):
        canvas.client.post("/control/review-tool?tool=1&privacy=email_only")
        claims = canvas.launch()

        assert "name" not in claims
        assert claims["email"] == "zoe@example.org"
        assert f"{LTI}/roles" in claims

    @pytest.mark.parametrize(("query", "status"), [("tool=9", 404), ("tool=1&privacy=secret", 400)])
    def test_review_is_refused_when_it_is_of_nothing(self, canvas, query, status):
        assert canvas.client.post(f"/control/review-tool?{query}").status_code == status
