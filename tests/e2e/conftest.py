"""A real browser, and the demo's two processes. Where the browser is missing the tier says so in one line."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lti_tool.cli.demo import CANVAS, MOODLE, Demo, running_demo
from tests.factories.ports import free_port

CHROMIUM = shutil.which("chromium")
REQUIRE_ALL = os.environ.get("MIJLPAAL_REQUIRE_ALL") == "1"
PICTURES = os.environ.get("MIJLPAAL_PICTURES", "")
WIDTHS = (360, 768, 1280)
WITHOUT_COOKIES = (sys.executable, "-m", "tests.e2e.serve_without_cookies")

try:
    from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

    from tests.e2e import ladder

    expect.set_options(timeout=15_000)  # a machine with other work to do is slow, not broken
except ImportError:
    sync_playwright = None  # type: ignore[assignment]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = "chromium" if CHROMIUM is None else "playwright (make e2e)" if sync_playwright is None else ""
    if not missing:
        return
    if REQUIRE_ALL:
        raise pytest.UsageError(f"browser tests need {missing}")
    for item in items:
        if "tests/e2e" in str(item.path):
            item.add_marker(pytest.mark.skip(reason=f"browser tests need {missing}"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; as root it needs --no-sandbox, and it must not look for updates."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                # As on a phone: a frame of another site stays in the process of its page. In a process of its own, on a
                # machine with other work to do, Playwright now and then misses that the frame has gone to another page.
                "--disable-site-isolation-trials",
            ],
        )
        yield launched
        launched.close()


@pytest.fixture
def demo() -> Iterator[Demo]:
    """The demo as `make demo` starts it."""
    with running_demo(free_port(in_a_row=2)) as both:
        yield both


@pytest.fixture
def cookieless_demo() -> Iterator[Demo]:
    """The demo for a browser that keeps no cookies in frames."""
    with running_demo(free_port(in_a_row=2), tool_command=WITHOUT_COOKIES) as both:
        yield both


@pytest.fixture
def start() -> Iterator[ladder.Start]:
    """Start a demo whose LMS says that a window keeps values, and whose tool gets cookies in frames or none."""
    with ExitStack() as at_the_end:

        def begin(
            storage: str = ladder.FORWARDING, *, silent: bool = False, cookies: bool = False, platform: str = MOODLE
        ) -> Demo:
            lms = [sys.executable, "-m", "tests.e2e.serve_lms_with_storage", "--storage", storage]
            running = running_demo(
                free_port(in_a_row=2),
                tool_command=() if cookies else WITHOUT_COOKIES,
                # Canvas keeps values by itself.
                lms_command=() if platform == CANVAS else [*lms, *(["--silent"] if silent else [])],
                platform=platform,
            )
            return at_the_end.enter_context(running)

        yield begin


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = ladder.new_browser(browser)
    yield context
    context.close()


def picture(page: Page, name: str) -> None:
    """Take a picture at each width when MIJLPAAL_PICTURES names a folder: all of a page, also of one in a frame."""
    if not PICTURES:
        return
    size = page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for frame in page.frames[1:]:
            element = frame.frame_element()
            element.evaluate("frame => { frame.style.height = '' }")
            height = frame.evaluate("document.body.scrollHeight")
            element.evaluate("(frame, height) => { frame.style.height = `${height}px` }", height)
        # What lies in a frame is painted in sight only.
        page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
        page.wait_for_timeout(300)  # until the new size has been painted
        page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}.png"))
    for frame in page.frames[1:]:
        frame.frame_element().evaluate("frame => { frame.style.height = '' }")
    if size:
        page.set_viewport_size(size)
