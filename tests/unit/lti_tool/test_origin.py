"""Whether an address is of a platform."""

from __future__ import annotations

import pytest

from lti_tool.lti.origin import is_of_platform, safe_origin, written_origin

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


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://Canvas.School.example:443/api/lti/courses/1", "https://canvas.school.example"),
        ("https://lms.example:8443/x?y=1", "https://lms.example:8443"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]"),
        ("https://*.example/", ""),
        ("https://*", ""),
        ("https://lms.example;script-src/", ""),
        ("https://lms.example,https/", ""),
        ("https://'self'/", ""),
        ("https://school.example@evil.example/", ""),
        ("https://sch\u00f6l.example/", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_origin_when_written_in_a_header_says_one_place_or_nothing(url: str, written: str) -> None:
    assert written_origin(url) == safe_origin(url, allow_loopback=False) == written


@pytest.mark.parametrize(
    ("url", "in_development"),
    [
        ("http://localhost:8700/as/mila", "http://localhost:8700"),
        ("http://127.0.0.1:8700/", "http://127.0.0.1:8700"),
        ("http://school.example/", ""),
        ("http://localhost.evil.example/", ""),
    ],
)
def test_origin_when_not_https_is_safe_on_this_machine_in_development_only(url: str, in_development: str) -> None:
    assert safe_origin(url, allow_loopback=True) == in_development
    assert safe_origin(url, allow_loopback=False) == ""
