"""Notices, good and bad, and asking for them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from config.errors import PlatformFailed
from lti_tool.lti.claims import CONTEXT, DEPLOYMENT_ID, NOTICE, ORIGIN_CONTEXTS, VERSION, ContextClaim
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from lti_tool.lti.notices import (
    ExpectedNotice,
    Notice,
    NoticeHandler,
    list_notice_handlers,
    register_notice_handler,
    verify_notice,
)
from tests.factories.launch import ABSENT, CLIENT_ID, ISSUER, NOW, Absent, platform_keys
from tests.factories.service_platform import ServicePlatform
from tests.unit.lti_tool.launching_platform import Platform

ISSUED = int(NOW.timestamp())
TOLD = {"id": "notice-1", "timestamp": "2026-11-22T11:58:00Z", "type": "LtiContextCopyNotice"}


def payload(**changes: Any) -> dict[str, Any]:
    """Return a notice as Canvas writes one; `notice` changes members of the notice claim."""
    names = {"notice": NOTICE, "context": CONTEXT, "origin_contexts": ORIGIN_CONTEXTS, "version": VERSION}
    told: dict[str, Any] = {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "azp": CLIENT_ID,
        "iat": ISSUED,
        "exp": ISSUED + 3_600,
        "nonce": "2d220edf",
        VERSION: "1.3.0",
        DEPLOYMENT_ID: "106:8865",
        NOTICE: TOLD,
        CONTEXT: {"id": "new", "label": "zzz", "title": "Kopie", "type": []},
        ORIGIN_CONTEXTS: ["old"],
    }
    for name, value in changes.items():
        long_name = {**names, "deployment_id": DEPLOYMENT_ID}.get(name, name)
        told[long_name] = {**TOLD, **value} if name == "notice" and isinstance(value, dict) else value
    return {name: value for name, value in told.items() if not isinstance(value, Absent)}


def verify(platform: Platform, token: str) -> Notice:
    expected = ExpectedNotice(ISSUER, CLIENT_ID, platform.expected.jwks_url)
    return verify_notice(token, expected=expected, keys=platform.key_sets, now=platform.clock.now())


def refused(platform: Platform, token: str) -> LaunchRefused:
    with pytest.raises(LaunchRefused) as caught:
        verify(platform, token)
    return caught.value


def refusal(platform: Platform, headers: dict[str, Any] | None = None, /, **changes: Any) -> LaunchRefusal:
    return refused(platform, platform.keys.sign(payload(**changes), headers)).reason


def test_notice_of_a_copy_says_which_course_came_from_which(platform: Platform) -> None:
    assert verify(platform, platform.keys.sign(payload())) == Notice(
        id="notice-1",
        type="LtiContextCopyNotice",
        timestamp=datetime(2026, 11, 22, 11, 58, tzinfo=UTC),
        deployment_id="106:8865",
        nonce="2d220edf",
        context=ContextClaim("new", "zzz", "Kopie"),
        origin_contexts=("old",),
    )


def test_notice_of_a_copy_need_not_say_where_it_came_from(platform: Platform) -> None:
    assert verify(platform, platform.keys.sign(payload(origin_contexts=ABSENT))).origin_contexts == ()


def test_notice_that_says_hello_needs_no_course(platform: Platform) -> None:
    hello = payload(notice={"type": "LtiHelloWorldNotice"}, context=ABSENT, origin_contexts=ABSENT, version=ABSENT)

    found = verify(platform, platform.keys.sign(hello))

    assert (found.type, found.context) == ("LtiHelloWorldNotice", None)


def test_notice_may_have_waited_for_most_of_an_hour(platform: Platform) -> None:
    platform.clock.advance(seconds=3_500)

    assert verify(platform, platform.keys.sign(payload())).id == "notice-1"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://other.example"}, LaunchRefusal.ISSUER),
        ({"iss": ABSENT}, LaunchRefusal.MISSING_CLAIM),
        ({"aud": "other"}, LaunchRefusal.AUDIENCE),
        ({"azp": "other"}, LaunchRefusal.AUDIENCE),
        ({"aud": [CLIENT_ID, "other"], "azp": ABSENT}, LaunchRefusal.AUDIENCE),
        ({"exp": ISSUED - 60}, LaunchRefusal.EXPIRED),
        ({"exp": ABSENT}, LaunchRefusal.MISSING_CLAIM),
        ({"iat": ABSENT}, LaunchRefusal.MISSING_CLAIM),
        ({"iat": ISSUED + 61}, LaunchRefusal.NOT_YET_VALID),
        ({"iat": ISSUED - 3_601}, LaunchRefusal.TOO_OLD),
        ({"version": "1.1"}, LaunchRefusal.WRONG_VERSION),
        ({"nonce": ABSENT}, LaunchRefusal.MISSING_CLAIM),
        ({"deployment_id": ABSENT}, LaunchRefusal.MISSING_CLAIM),
        ({"deployment_id": 5}, LaunchRefusal.BAD_CLAIM),
        ({"notice": ABSENT}, LaunchRefusal.MISSING_CLAIM),
        ({"notice": "LtiContextCopyNotice"}, LaunchRefusal.BAD_CLAIM),
        ({"notice": {"id": ""}}, LaunchRefusal.MISSING_CLAIM),
        ({"notice": {"id": "a\0"}}, LaunchRefusal.BAD_CLAIM),
        ({"notice": {"type": None}}, LaunchRefusal.MISSING_CLAIM),
        ({"notice": {"timestamp": None}}, LaunchRefusal.MISSING_CLAIM),
        ({"notice": {"timestamp": "yesterday"}}, LaunchRefusal.BAD_CLAIM),
        ({"notice": {"timestamp": 5}}, LaunchRefusal.BAD_CLAIM),
        ({"context": ABSENT}, LaunchRefusal.MISSING_CLAIM),
        ({"context": {"title": "no id"}}, LaunchRefusal.BAD_CLAIM),
        ({"origin_contexts": "old"}, LaunchRefusal.BAD_CLAIM),
        ({"origin_contexts": [{"id": "old"}]}, LaunchRefusal.BAD_CLAIM),
    ],
    ids=str,
)
def test_notice_is_refused_when_a_claim_is_missing_or_odd(
    platform: Platform, changes: dict[str, Any], reason: LaunchRefusal
) -> None:
    assert refusal(platform, **changes) is reason


@pytest.mark.parametrize(
    ("notice_type", "detail"),
    [("LtiAssetProcessorSubmissionNotice", "LtiAssetProcessorSubmissionNotice"), ("<script>", "unknown")],
)
def test_notice_of_another_type_is_refused_by_name(platform: Platform, notice_type: str, detail: str) -> None:
    problem = refused(platform, platform.keys.sign(payload(notice={"type": notice_type})))

    assert (problem.reason, problem.detail) == (LaunchRefusal.UNSUPPORTED_NOTICE, detail)


def test_notice_is_refused_when_another_key_signed_it(platform: Platform) -> None:
    token = platform_keys("second").sign(payload(), {"kid": platform.keys.key_id})

    assert refused(platform, token).reason is LaunchRefusal.SIGNATURE


def test_notice_is_refused_when_its_key_is_unknown_or_not_named(platform: Platform) -> None:
    assert refusal(platform, {"kid": "other"}) is LaunchRefusal.KEY_UNKNOWN
    assert refusal(platform, {"kid": ABSENT}) is LaunchRefusal.NO_KEY_ID


@pytest.mark.parametrize("token", ["", "a.b.c", '{"notices": []}', "x" * 100_001])
def test_notice_is_refused_when_it_is_no_token(platform: Platform, token: str) -> None:
    assert refused(platform, token).reason in {LaunchRefusal.NOT_A_TOKEN, LaunchRefusal.TOKEN_TOO_LARGE}


# Asking for notices


@pytest.mark.parametrize("handler", ["https://mijlpaal.example/lti/notices", ""])
def test_notices_of_a_type_are_asked_for(services: ServicePlatform, handler: str) -> None:
    services.answers_json({"notice_type": "LtiContextCopyNotice", "handler": handler})

    register_notice_handler(
        services.platform_http, services.endpoint, services.url("/handlers/1"), "LtiContextCopyNotice", handler
    )

    (call,) = services.calls
    assert (call.method, call.target, call.headers["content-type"]) == ("PUT", "/handlers/1", "application/json")
    assert json.loads(call.body) == {"notice_type": "LtiContextCopyNotice", "handler": handler}
    assert services.scopes == ["noticehandlers"]


def test_notices_that_may_not_be_asked_for_say_so(services: ServicePlatform) -> None:
    services.answers_json({"errors": ["domain"]}, 422)

    with pytest.raises(PlatformFailed) as caught:
        register_notice_handler(services.platform_http, services.endpoint, services.url("/h"), "x", "https://x.example")

    assert (caught.value.code, caught.value.status) == ("notice-handler-failed", 422)


def test_notice_handlers_are_listed(services: ServicePlatform) -> None:
    services.answers_json(
        {
            "client_id": 10000000000267,
            "deployment_id": "106:8865",
            "notice_handlers": [
                {"notice_type": "LtiHelloWorldNotice", "handler": ""},
                {"notice_type": "LtiContextCopyNotice", "handler": "https://mijlpaal.example/n", "max_batch_size": 5},
                {"handler": "no type"},
                "odd",
            ],
        }
    )

    found = list_notice_handlers(services.platform_http, services.endpoint, services.url("/handlers/1"))

    assert found == [
        NoticeHandler("LtiHelloWorldNotice", ""),
        NoticeHandler("LtiContextCopyNotice", "https://mijlpaal.example/n"),
    ]
    assert services.calls[0].method == "GET"


@pytest.mark.parametrize("body", [[], {}, {"notice_handlers": None}], ids=str)
def test_notice_handlers_fail_when_the_answer_is_no_list(services: ServicePlatform, body: object) -> None:
    services.answers_json(body)

    with pytest.raises(PlatformFailed, match="bad-notice-handlers"):
        list_notice_handlers(services.platform_http, services.endpoint, services.url("/handlers/1"))
