"""Whether an address is of a platform."""

from __future__ import annotations

import pytest

from lti_tool.lti.origin import is_of_platform

OURS = ["https://lms.example/moodle", "https://login.example:8443/auth"]
WILDCARDS = ["https://*.instructure.com"]


@pytest.mark.parametrize(
    "url",
    [
        "https://lms.example/mod/lti/contentitem_return.php?id=1",
        "https://LMS.example:443/",
        "https://login.example:8443/return",
        "https://school.instructure.com/deep_linking_response",
        "https://a.b.instructure.com/",
    ],
)
def test_address_of_the_platform_is_recognised(url: str) -> None:
    assert is_of_platform(url, OURS, WILDCARDS)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://lms.example.evil.example/",
        "https://evil.example/https://lms.example/",
        "https://lms.example@evil.example/",
        "https://lms.example:8443/",
        "http://lms.example/",
        "https://login.example/",
        "https://instructure.com/",
        "https://evilinstructure.com/",
        "https://school.instructure.com.evil.example/",
        "http://school.instructure.com/",
        "https://school.instructure.com:8443/",
        "javascript:alert(1)",
        "//lms.example/",
        "",
    ],
)
def test_address_of_somebody_else_is_not(url: str) -> None:
    assert not is_of_platform(url, OURS, WILDCARDS)


def test_address_is_of_no_platform_when_nothing_is_known() -> None:
    assert not is_of_platform("https://lms.example/", [])
