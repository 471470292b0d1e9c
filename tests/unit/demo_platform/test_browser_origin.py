"""What the browser tells about where a request comes from."""

from __future__ import annotations

import pytest

from lti_tool.demo_platform.browser_origin import distance, farthest, origin_header, referrer_header
from lti_tool.demo_platform.browser_page import read_page

HERE = "http://127.0.0.1:1"
ELSEWHERE = "http://localhost:2/x"


def page_with(policy):
    headers = {"referrer-policy": policy}
    return read_page(f"{HERE}/a?b=1#c", 200, headers, b"", top_host="127.0.0.1", in_frame=False)


@pytest.mark.parametrize(
    ("policy", "same", "other"),
    [
        ("", f"{HERE}/a?b=1", f"{HERE}/"),
        ("strict-origin-when-cross-origin", f"{HERE}/a?b=1", f"{HERE}/"),
        ("unknown, no-referrer", "", ""),
        ("no-referrer", "", ""),
        ("same-origin", f"{HERE}/a?b=1", ""),
        ("strict-origin", f"{HERE}/", f"{HERE}/"),
        ("unsafe-url", f"{HERE}/a?b=1", f"{HERE}/a?b=1"),
    ],
)
def test_referrer_follows_the_policy_when_a_page_has_one(policy, same, other):
    assert referrer_header(page_with(policy), f"{HERE}/x") == same
    assert referrer_header(page_with(policy), ELSEWHERE) == other


@pytest.mark.parametrize(
    ("policy", "same", "other"),
    [("", HERE, HERE), ("no-referrer", "null", "null"), ("same-origin", HERE, "null"), ("strict-origin", HERE, HERE)],
)
def test_origin_is_hidden_when_the_policy_hides_the_page(policy, same, other):
    assert origin_header(page_with(policy), f"{HERE}/x") == same
    assert origin_header(page_with(policy), ELSEWHERE) == other


def test_nothing_is_told_when_the_address_was_typed():
    assert referrer_header(None, HERE) == ""
    assert origin_header(None, HERE) == "null"


@pytest.mark.parametrize(
    ("url", "expected"),
    [(f"{HERE}/x", "same-origin"), ("http://127.0.0.1:2/", "same-site"), (ELSEWHERE, "cross-site")],
)
def test_ports_make_an_origin_but_not_a_site_when_compared(url, expected):
    assert distance(HERE, url) == expected
    assert farthest(expected, "same-site") in (expected, "same-site")
    assert farthest(expected, "cross-site") == "cross-site"
