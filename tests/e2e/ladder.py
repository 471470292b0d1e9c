"""How the tests of launches open the demo in a browser: courses in frames, the window of the last rung."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, Frame, Page

from lti_tool.cli.demo import Demo

FORWARDING = "post_message_forwarding"
PATIENCE = 4_000
"""Milliseconds that platform_storage.js waits for an answer."""

Start = Callable[..., Demo]
"""See the fixture `start`."""


def new_browser(browser: Browser, *, scripts: bool = True) -> BrowserContext:
    return browser.new_context(
        viewport={"width": 768, "height": 800},
        locale="nl-NL",
        reduced_motion="reduce",
        accept_downloads=True,
        java_script_enabled=scripts,
    )


def open_course(context: BrowserContext, demo: Demo, person: str) -> Page:
    page = context.new_page()
    page.goto(f"{demo.lms_url}/as/{person}/course")
    return page


def frame_at(page: Page, address: str) -> Frame:
    """Wait until a frame shows an address that begins like this, and is loaded."""
    for _ in range(200):
        for frame in page.frames[1:]:
            if frame.url.startswith(address):
                frame.locator("main h1").first.wait_for(state="attached")
                frame.wait_for_load_state()
                return frame
        page.wait_for_timeout(100)
    raise AssertionError([frame.url for frame in page.frames])


def open_in_frame(context: BrowserContext, demo: Demo, person: str) -> tuple[Page, Frame]:
    page = open_course(context, demo, person)
    return page, frame_at(page, f"{demo.tool_url}/s/")


def press_for_window(context: BrowserContext, frame: Frame) -> Page:
    """Press the button of the last rung; its window ends in the tool."""
    with context.expect_page() as opened:
        frame.get_by_role("button", name="Open Mijlpaal").click()
    window = opened.value
    window.wait_for_url("**/s/*/**")
    return window


def opens_elsewhere(browser: Browser, address: str) -> bool:
    """Say whether a copied address opens in another browser: only when the address itself is the proof."""
    stranger = new_browser(browser)
    answer = stranger.new_page().goto(address)
    stranger.close()
    assert answer is not None
    return answer.status == 200


def cookie_names(context: BrowserContext) -> set[str]:
    return {re.sub(r"(?<=-s-).*", "", str(cookie["name"])) for cookie in context.cookies()}
