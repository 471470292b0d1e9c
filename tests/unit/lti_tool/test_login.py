"""Login initiation in, authorization request out."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.login import LoginInitiation, authorization_request_url, parse_login_initiation

PARAMS = {
    "iss": "https://lms.example/moodle",
    "login_hint": "5",
    "target_link_uri": "https://mijlpaal.example/lti/launch",
    "lti_message_hint": '{"launchid":"ltilaunch_2&3"}',
    "client_id": "client-1",
    "lti_deployment_id": "1",
}


def test_login_is_read_when_all_is_told() -> None:
    assert parse_login_initiation(PARAMS) == LoginInitiation(
        issuer="https://lms.example/moodle",
        login_hint="5",
        target_link_uri="https://mijlpaal.example/lti/launch",
        client_id="client-1",
        deployment_id="1",
        lti_message_hint='{"launchid":"ltilaunch_2&3"}',
    )


def test_login_is_read_when_only_the_required_is_told() -> None:
    required = {name: PARAMS[name] for name in ("iss", "login_hint", "target_link_uri")}

    login = parse_login_initiation({**required, "client_id": "", "deployment_id": "7"})

    assert (login.client_id, login.lti_message_hint, login.deployment_id) == (None, None, "7")


@pytest.mark.parametrize("name", ["iss", "login_hint", "target_link_uri"])
@pytest.mark.parametrize("change", ["absent", "empty"])
def test_login_is_refused_when_a_parameter_is_missing(name: str, change: str) -> None:
    params = {key: value for key, value in PARAMS.items() if key != name}
    if change == "empty":
        params[name] = ""

    with pytest.raises(LaunchRefused) as caught:
        parse_login_initiation(params)

    assert (caught.value.reason, caught.value.detail) == (LaunchRefusal.MISSING_PARAMETER, name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iss", "x" * 256),
        ("iss", "https://lms.example\0"),
        ("login_hint", "5\r\nSet-Cookie: a=b"),
        ("login_hint", "x" * 4_001),
        ("lti_message_hint", "\ud800"),
        ("client_id", "a\nb"),
        ("target_link_uri", "javascript:alert(1)"),
        ("target_link_uri", "//mijlpaal.example"),
    ],
)
def test_login_is_refused_when_a_parameter_is_odd(name: str, value: str) -> None:
    with pytest.raises(LaunchRefused) as caught:
        parse_login_initiation({**PARAMS, name: value})

    assert (caught.value.reason, caught.value.detail) == (LaunchRefusal.BAD_PARAMETER, name)


def request_for(auth_login_url: str, **changes: str) -> str:
    return authorization_request_url(
        auth_login_url,
        login=parse_login_initiation({**PARAMS, **changes}),
        client_id="client-1",
        redirect_uri="https://mijlpaal.example/lti/launch",
        state="the state",
        nonce="the nonce",
    )


def test_request_has_exactly_the_parameters_of_the_specification() -> None:
    url = request_for("https://lms.example/mod/lti/auth.php")

    assert url.startswith("https://lms.example/mod/lti/auth.php?")
    assert dict(parse_qsl(urlsplit(url).query)) == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "client-1",
        "redirect_uri": "https://mijlpaal.example/lti/launch",
        "login_hint": "5",
        "state": "the state",
        "nonce": "the nonce",
        "lti_message_hint": '{"launchid":"ltilaunch_2&3"}',
    }


def test_request_has_no_message_hint_when_none_was_sent() -> None:
    assert "lti_message_hint" not in request_for("https://lms.example/auth", lti_message_hint="")


def test_request_keeps_the_query_of_the_platform_but_not_our_names_in_it() -> None:
    url = request_for("https://lms.example/auth?tenant=a%20b&state=theirs&nonce=theirs&re%64irect_uri=x#part")

    pairs = parse_qsl(urlsplit(url).query)
    assert pairs[0] == ("tenant", "a b")
    assert [value for name, value in pairs if name in {"state", "nonce"}] == ["the state", "the nonce"]
    assert [value for name, value in pairs if name == "redirect_uri"] == ["https://mijlpaal.example/lti/launch"]
    assert "#" not in url
