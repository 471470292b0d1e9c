"""Deep linking requests and submission reviews, and what any launch says of services beside grades and names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lti_tool.lti.claims import DeepLinkingClaim, GroupsClaim, NoticeServiceClaim
from lti_tool.lti.errors import LaunchRefusal, LaunchRefused
from tests.factories.launch import ABSENT, ISSUER, TARGET_LINK_URI, TOOL_URL, make_deep_linking_payload
from tests.unit.lti_tool.launching_platform import Platform

LINE_ITEM = "https://lms.example/lineitems/5"
REVIEW = {"message_type": "LtiSubmissionReviewRequest", "for_user": {"user_id": "7"}, "ags": {"lineitem": LINE_ITEM}}


def ask(platform: Platform, settings: dict[str, Any] | None = None, **changes: Any) -> DeepLinkingClaim:
    payload = make_deep_linking_payload(settings=settings, **changes)
    claims = platform.launch_token(platform.keys.sign(payload))
    assert claims.deep_linking is not None
    return claims.deep_linking


def refusal(platform: Platform, settings: dict[str, Any] | None = None, **changes: Any) -> LaunchRefusal:
    payload = make_deep_linking_payload(settings=settings, **changes)
    return platform.refusal_of_token(platform.keys.sign(payload))


# Deep linking


def test_deep_linking_request_is_read_as_it_was_asked(platform: Platform) -> None:
    asked = {
        "accept_types": ["link", "ltiResourceLink", "html"],
        "accept_multiple": "true",
        "accept_lineitem": True,
        "auto_create": True,
        "title": "Veilig\nwerken",
        "text": "Wat je doet",
        "data": " op\naque ",
    }

    found = ask(platform, asked)

    assert found == DeepLinkingClaim(
        return_url=f"{ISSUER}/mod/lti/contentitem_return.php?course=2&id=1&sesskey=abc",
        accept_types=("link", "ltiResourceLink", "html"),
        accept_targets=("frame", "iframe", "window"),
        accepts_multiple=True,
        accepts_line_item=True,
        auto_create=True,
        title="Veilig werken",
        text="Wat je doet",
        data=" op\naque ",
    )
    assert "aque" not in repr(found)


def test_deep_linking_request_that_says_little_is_read_with_care(platform: Platform) -> None:
    found = ask(platform, {"accept_multiple": ABSENT, "auto_create": ABSENT, "title": "", "data": None})

    assert (found.accepts_multiple, found.accepts_line_item, found.auto_create) == (False, None, False)
    assert (found.title, found.text, found.data) == (None, None, None)


def test_deep_linking_data_that_is_empty_was_sent(platform: Platform) -> None:
    assert ask(platform, {"data": ""}).data == ""


@pytest.mark.parametrize("target", [ABSENT, None, ""], ids=repr)
def test_deep_linking_request_without_a_target_means_that_of_the_login(platform: Platform, target: Any) -> None:
    platform.expected = replace(platform.expected, target_link_uri=f"{TOOL_URL}/lti/launch?from=login")
    payload = make_deep_linking_payload(target_link_uri=target)

    claims = platform.launch_token(platform.keys.sign(payload))

    assert claims.target_link_uri == f"{TOOL_URL}/lti/launch?from=login"


def test_deep_linking_request_for_another_place_is_refused(platform: Platform) -> None:
    assert refusal(platform, target_link_uri="https://other.example/") is LaunchRefusal.TARGET_MISMATCH


def test_deep_linking_request_never_names_a_resource_link(platform: Platform) -> None:
    payload = make_deep_linking_payload(resource_link={"id": "link-1"})

    assert platform.launch_token(platform.keys.sign(payload)).resource_link is None


@pytest.mark.parametrize(
    "settings",
    [
        {"deep_link_return_url": ABSENT},
        {"deep_link_return_url": ""},
        {"accept_types": ABSENT},
        {"accept_types": []},
        {"accept_types": [""]},
        {"accept_presentation_document_targets": ABSENT},
        {"accept_presentation_document_targets": []},
    ],
    ids=str,
)
def test_deep_linking_request_is_refused_when_a_setting_is_absent(platform: Platform, settings: dict[str, Any]) -> None:
    assert refusal(platform, settings) is LaunchRefusal.MISSING_CLAIM


@pytest.mark.parametrize("settings", [ABSENT, {}, [], None], ids=repr)
def test_deep_linking_request_is_refused_when_it_has_no_settings(platform: Platform, settings: Any) -> None:
    assert refusal(platform, deep_linking=settings) is LaunchRefusal.MISSING_CLAIM


@pytest.mark.parametrize(
    "settings",
    [
        {"deep_link_return_url": "javascript:alert(1)"},
        {"deep_link_return_url": "https://user@lms.example/return"},
        {"deep_link_return_url": "/return"},
        {"deep_link_return_url": 5},
        {"deep_link_return_url": "https://lms.example/" + "x" * 8_000},
        {"accept_types": "ltiResourceLink"},
        {"accept_types": [5]},
        {"accept_presentation_document_targets": {"iframe": True}},
        {"accept_multiple": "perhaps"},
        {"accept_multiple": 2},
        {"accept_lineitem": []},
        {"auto_create": {"a": 1}},
        {"data": {"a": 1}},
        {"data": "a\0b"},
        {"data": "\ud800"},
    ],
    ids=lambda settings: str(settings)[:60],
)
def test_deep_linking_request_is_refused_when_a_setting_has_the_wrong_form(
    platform: Platform, settings: dict[str, Any]
) -> None:
    assert refusal(platform, settings) is LaunchRefusal.BAD_CLAIM


@pytest.mark.parametrize("name", ["sub", "roles", "deployment_id", "version"])
def test_deep_linking_request_is_refused_when_a_claim_of_every_message_is_absent(platform: Platform, name: str) -> None:
    assert refusal(platform, **{name: ABSENT}) is LaunchRefusal.MISSING_CLAIM


def test_return_address_may_be_long_for_canvas_carries_a_token_in_it(platform: Platform) -> None:
    url = "https://school.instructure.com/deep_linking_response?data=" + "x" * 4_000

    assert ask(platform, {"deep_link_return_url": url}).return_url == url


# Submission review


def test_submission_review_says_whose_work_and_in_which_column(platform: Platform) -> None:
    claims = platform.launch(**REVIEW, resource_link=ABSENT)

    assert (claims.for_user, claims.resource_link) == ("7", None)
    assert claims.ags is not None
    assert claims.ags.lineitem == LINE_ITEM


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"for_user": ABSENT}, LaunchRefusal.MISSING_CLAIM),
        ({"for_user": {}}, LaunchRefusal.MISSING_CLAIM),
        ({"for_user": {"name": "Ana"}}, LaunchRefusal.MISSING_CLAIM),
        ({"for_user": {"user_id": ""}}, LaunchRefusal.MISSING_CLAIM),
        ({"for_user": {"user_id": 7}}, LaunchRefusal.BAD_CLAIM),
        ({"for_user": "user_id"}, LaunchRefusal.BAD_CLAIM),
        ({"for_user": 7}, LaunchRefusal.BAD_CLAIM),
        ({"ags": ABSENT}, LaunchRefusal.MISSING_CLAIM),
        ({"ags": {"lineitems": "https://lms.example/all"}}, LaunchRefusal.MISSING_CLAIM),
        ({"ags": {"lineitem": ""}}, LaunchRefusal.MISSING_CLAIM),
        ({"ags": {"lineitem": "javascript:x"}}, LaunchRefusal.BAD_CLAIM),
        ({"ags": "lineitem"}, LaunchRefusal.BAD_CLAIM),
        ({"target_link_uri": ABSENT}, LaunchRefusal.MISSING_CLAIM),
    ],
    ids=str,
)
def test_submission_review_is_refused_when_it_does_not_say_so(
    platform: Platform, changes: dict[str, Any], reason: LaunchRefusal
) -> None:
    assert platform.refusal(**{**REVIEW, **changes}) is reason


# What belongs to one message means nothing in another


def test_claims_of_other_messages_are_not_read_in_a_plain_launch(platform: Platform) -> None:
    claims = platform.launch(for_user={"user_id": "7"}, deep_linking={"deep_link_return_url": "https://lms.example/"})

    assert (claims.for_user, claims.deep_linking) == (None, None)


@pytest.mark.parametrize(
    "message_type", ["LtiStartProctoring", "LtiEndAssessment", "LtiDataPrivacyLaunchRequest", "LtiEulaRequest"]
)
def test_other_messages_are_refused_by_name(platform: Platform, message_type: str) -> None:
    with pytest.raises(LaunchRefused) as caught:
        platform.launch(message_type=message_type)

    assert (caught.value.reason, caught.value.detail) == (LaunchRefusal.UNSUPPORTED_MESSAGE, message_type)


# Services


def test_services_beside_grades_and_names_are_read(platform: Platform) -> None:
    claims = platform.launch(
        notice_service={
            "platform_notification_service_url": "https://lms.example/notice-handlers/1",
            "service_versions": ["1.0"],
            "scope": ["https://purl.imsglobal.org/spec/lti/scope/noticehandlers"],
            "notice_types_supported": ["LtiHelloWorldNotice", "LtiContextCopyNotice"],
        },
        groups={
            "context_groups_url": "https://lms.example/groups",
            "context_group_sets_url": "https://lms.example/sets",
            "scope": ["https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"],
            "service_versions": ["1.0"],
        },
        placement="course_navigation",
    )

    assert claims.notice_service == NoticeServiceClaim(
        "https://lms.example/notice-handlers/1",
        ("LtiHelloWorldNotice", "LtiContextCopyNotice"),
        ("https://purl.imsglobal.org/spec/lti/scope/noticehandlers",),
    )
    assert claims.groups == GroupsClaim(
        "https://lms.example/groups",
        "https://lms.example/sets",
        ("https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly",),
    )
    assert claims.placement == "course_navigation"


@pytest.mark.parametrize("value", [ABSENT, [], {}, {"service_versions": ["1.0"]}], ids=repr)
def test_services_are_absent_when_they_have_no_address(platform: Platform, value: Any) -> None:
    claims = platform.launch(notice_service=value, groups=value)

    assert (claims.notice_service, claims.groups, claims.placement) == (None, None, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"notice_service": {"platform_notification_service_url": "javascript:x"}},
        {"notice_service": {"platform_notification_service_url": "https://lms.example", "scope": "all"}},
        {"groups": {"context_groups_url": 5}},
        {"groups": {"context_groups_url": "https://lms.example", "context_group_sets_url": "sets"}},
        {"groups": "https://lms.example"},
    ],
    ids=str,
)
def test_launch_is_refused_when_a_service_has_the_wrong_form(platform: Platform, changes: dict[str, Any]) -> None:
    assert platform.refusal(**changes) is LaunchRefusal.BAD_CLAIM


def test_target_is_still_needed_in_a_plain_launch(platform: Platform) -> None:
    assert platform.refusal(target_link_uri=ABSENT) is LaunchRefusal.MISSING_CLAIM
    assert platform.launch().target_link_uri == TARGET_LINK_URI
