"""What login and launch say on Canvas, each behaviour seen on and off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.demo_platform.behaviours import CANVAS_ISSUER, DEPLOYMENT, LTI, CanvasBehaviour
from tests.unit.demo_platform.conftest import TOOL

CUSTOM = """user=$Canvas.user.id
course=$Canvas.course.id
state=$Canvas.enrollment.enrollmentState
role=$Canvas.membership.roles
contrast=$Canvas.user.prefersHighContrast
hidden=$com.instructure.Assignment.restrict_quantitative_data
groups=$com.instructure.Course.groupIds
mine=$Canvas.group.contextIds"""
KNOWN = {
    "user": "1005",
    "course": "1002",
    "state": "active",
    "role": "StudentEnrollment",
    "contrast": "false",
    "hidden": "false",
    "groups": "11,12",
    "mine": "11",
}


def set_custom(canvas, text):
    canvas.client.post("/as/mila/activities/1/settings", data={"title": "Mijlpaal", "custom": text})


def custom_of_launch(canvas, text, key="zoe"):
    set_custom(canvas, text)
    custom = canvas.launch(key)[f"{LTI}/custom"]
    return {name: value for name, value in custom.items() if name != "context_memberships_url"}


def life_of_a_message(canvas):
    claims = canvas.launch()
    return claims["exp"] - claims["iat"]


def login_fields(*names):
    return lambda canvas: tuple(canvas.begin_launch().get(name) for name in names)


def frames_beside_the_tool(canvas):
    return canvas.client.get("/as/zoe/course").text.count('name="post_message_forwarding"')


BEHAVIOURS = [
    CanvasBehaviour("id_token_seconds", 60, life_of_a_message, 3600, 60),
    CanvasBehaviour(
        "product_family_code",
        "mijlpaal-demo",
        lambda canvas: canvas.launch()[f"{LTI}/tool_platform"]["product_family_code"],
        "canvas",
        "mijlpaal-demo",
    ),
    CanvasBehaviour(
        "login_names_region",
        False,
        login_fields("canvas_region", "canvas_environment"),
        ("eu-west-1", "production"),
        (None, None),
    ),
    CanvasBehaviour(
        "login_names_deployment_twice",
        False,
        login_fields("deployment_id", "lti_deployment_id"),
        (DEPLOYMENT, DEPLOYMENT),
        (None, DEPLOYMENT),
    ),
    CanvasBehaviour(
        "canvas_variables",
        False,
        lambda canvas: custom_of_launch(canvas, CUSTOM),
        KNOWN,
        dict(line.split("=") for line in CUSTOM.splitlines()),
    ),
    CanvasBehaviour(
        "unresolved_variables_stay",
        False,
        lambda canvas: custom_of_launch(canvas, "a=$Canvas.assignment.id\nb=4"),
        {"a": "$Canvas.assignment.id", "b": "4"},
        {"b": "4"},
    ),
    CanvasBehaviour("storage_target", "", login_fields("lti_storage_target"), ("post_message_forwarding",), (None,)),
    CanvasBehaviour("storage_answers", False, frames_beside_the_tool, 1, 0),
]


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.name)
def test_launch_is_as_on_canvas_until_the_behaviour_is_switched_off(canvas, behaviour):
    behaviour.check(canvas)


def test_issuer_is_not_where_the_platform_stands_when_it_is_shared(canvas):
    login, claims = canvas.begin_launch(), canvas.launch()

    assert login["iss"] == claims["iss"] == CANVAS_ISSUER
    for settings in (canvas.settings, replace(canvas.settings, profile=canvas.settings.profile)):
        for url in (settings.authorization_url, settings.token_url, settings.jwks_url):
            assert url.startswith("http://localhost:8700/")
    memberships = claims["https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"]["context_memberships_url"]
    assert memberships.startswith("http://localhost:8700/")
    assert claims[f"{LTI}/launch_presentation"]["return_url"].startswith("http://localhost:8700/")


def test_platform_stands_at_its_issuer_when_nothing_else_is_said(settings):
    assert settings.platform_url == settings.issuer_url
    with pytest.raises(ValueError, match="not an http address"):
        replace(settings, platform_url="localhost")


def test_storage_is_named_in_login_and_launch_when_canvas_has_it(canvas):
    page = canvas.client.get("/lti/authorize", query_string=canvas.authorization_parameters())

    assert canvas.begin_launch()["lti_storage_target"] == "post_message_forwarding"
    assert 'name="lti_storage_target" value="post_message_forwarding"' in page.text


@pytest.mark.parametrize(
    ("key", "role"),
    [("mila", "TeacherEnrollment"), ("sam", "TaEnrollment"), ("olga", "ObserverEnrollment")],
)
def test_role_is_the_word_of_canvas_when_asked_for(canvas, key, role):
    assert custom_of_launch(canvas, "role=$Canvas.membership.roles", key) == {"role": role}


def test_history_names_the_courses_of_before_when_a_course_was_copied(canvas):
    text = "a=$Context.id.history\nb=$Canvas.course.previousContextIds\nc=$Canvas.course.previousCourseIds"
    assert custom_of_launch(canvas, text) == {"a": "", "b": "", "c": ""}

    canvas.client.post("/as/mila/courses/2/copy", data={"title": "Kopie"})
    copied = next(one["resourceLinkId"] for one in canvas.client.get("/courses/3/gradebook.json").json["activities"])
    custom = canvas.launch(place=int(copied))[f"{LTI}/custom"]
    assert (custom["a"], custom["b"], custom["c"]) == ("2", "2", "1002")


def test_time_zone_is_always_one_when_a_person_chose_none(canvas):
    assert custom_of_launch(canvas, "zone=$Person.address.timezone", "fatma") == {"zone": "Europe/Amsterdam"}


def test_variable_has_another_value_when_a_test_says_so(canvas):
    name = "Canvas.user.prefersHighContrast"
    canvas.client.post("/control/variable", data={"name": name, "value": "true"})
    assert custom_of_launch(canvas, f"contrast=${name}") == {"contrast": "true"}

    canvas.client.post("/control/variable", data={"name": name})
    assert custom_of_launch(canvas, f"contrast=${name}") == {"contrast": "false"}
    assert canvas.client.post("/control/variable").status_code == 400


def test_message_names_the_deployment_when_opened(canvas):
    claims = canvas.launch()

    assert claims[f"{LTI}/deployment_id"] == DEPLOYMENT
    assert claims[f"{LTI}/target_link_uri"] == f"{TOOL}/lti/launch"
