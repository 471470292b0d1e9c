"""Which cookies the browser takes and sends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lti_tool.demo_platform.browser_cookies import CookieJar, Navigation

WINDOW = Navigation("127.0.0.1", "/a/b", "GET", None, "127.0.0.1", in_frame=False)
FRAME = Navigation("127.0.0.1", "/a/b", "GET", "localhost", "localhost", in_frame=True)


@pytest.fixture
def jar(clock):
    return CookieJar(clock)


def sent(jar, line, by=WINDOW, to=WINDOW):
    jar.keep([line], by)
    return jar.header(to)


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ("a=1", "a=1"),
        ("a=1; Secure; HttpOnly; Path=/", "a=1"),
        ("__Host-a=1; Secure; Path=/", "__Host-a=1"),
        ("__Host-a=1; Path=/", ""),
        ("__Host-a=1; Secure", ""),
        ("__Host-a=1; Secure; Path=/; Domain=127.0.0.1", ""),
        ("__Secure-a=1", ""),
        ("a=1; SameSite=None", ""),
        ("a=1; Partitioned", ""),
        ("a=1; Domain=example.org", ""),
        ("a", ""),
        ("=1", ""),
        ("a=1; Path=/a", "a=1"),
        ("a=1; Path=/a/b", "a=1"),
        ("a=1; Path=/a/bb", ""),
        ("a=1; Path=/b", ""),
        ("a=1; Max-Age=0", ""),
        ("a=1; Max-Age=60", "a=1"),
        ("a=1; Max-Age=soon", "a=1"),
        ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", ""),
        ("a=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT", "a=1"),
        ("a=1; Expires=Fri, 01 Jan 2100 00:00:00 -0000", "a=1"),
    ],
)
def test_cookie_is_sent_back_when_a_browser_would(jar, line, header):
    assert sent(jar, line) == header


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ("a=1", ""),
        ("a=1; Secure; SameSite=None", ""),
        ("a=1; Secure; SameSite=None; Partitioned", "a=1"),
        ("a=1; Secure; Partitioned", ""),
    ],
)
def test_frame_keeps_only_partitioned_cookies_when_of_another_site(jar, line, header):
    assert sent(jar, line, by=FRAME, to=FRAME) == header


def test_frame_keeps_nothing_when_the_browser_says_so(clock):
    jar = CookieJar(clock, keeps_frame_cookies=False)

    assert sent(jar, "a=1; Secure; SameSite=None; Partitioned", by=FRAME, to=FRAME) == ""


def test_cookie_of_a_window_is_not_sent_when_the_tool_is_framed(jar):
    assert sent(jar, "a=1; Secure; SameSite=None", by=WINDOW, to=FRAME) == ""
    assert jar.header(WINDOW) == "a=1"


def test_partitions_do_not_meet_when_one_tool_is_framed_and_in_a_window(jar):
    line = "a=1; Secure; SameSite=None; Partitioned"

    assert sent(jar, line, by=FRAME, to=WINDOW) == ""
    assert sent(jar, line, by=WINDOW, to=FRAME) == "a=1"


@pytest.mark.parametrize(
    ("line", "get", "post"),
    [
        ("a=1; SameSite=Strict", "", ""),
        ("a=1; SameSite=Lax", "a=1", ""),
        ("a=1", "a=1", ""),
        ("a=1; SameSite=None; Secure", "a=1", "a=1"),
    ],
)
def test_same_site_counts_when_another_site_starts_it(jar, line, get, post):
    from_elsewhere = replace(WINDOW, from_host="localhost")

    assert sent(jar, line, to=from_elsewhere) == get
    assert jar.header(replace(from_elsewhere, method="POST")) == post


def test_longest_path_comes_first_when_two_cookies_have_one_name(jar):
    jar.keep(["a=1; Path=/", "a=2; Path=/a/b"], WINDOW)

    assert jar.header(WINDOW) == "a=2; a=1"


def test_cookie_is_gone_when_its_time_is_over(jar, clock):
    jar.keep(["a=1; Max-Age=60"], WINDOW)
    clock.advance(seconds=60)

    assert jar.header(WINDOW) == ""


def test_cookie_is_not_sent_when_the_host_is_another(jar):
    jar.keep(["a=1; Path=/"], WINDOW)

    assert jar.header(replace(WINDOW, host="localhost", top_host="localhost")) == ""
