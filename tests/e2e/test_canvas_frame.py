"""The page around the tool gives its frame the height that the tool asks for, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from lti_tool.cli.demo import CANVAS, Demo, running_demo
from tests.factories.ports import free_port

ASK = "(message) => parent.postMessage(message, '*')"


@pytest.fixture(scope="module")
def canvas() -> Iterator[Demo]:
    with running_demo(free_port(in_a_row=2), platform=CANVAS) as both:
        yield both


@pytest.fixture
def course(browser: Browser, canvas: Demo) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 768, "height": 800})
    page.goto(f"{canvas.lms_url}/as/mila/course")
    for _ in range(200):
        if frame_has_the_height_of_its_page(page, canvas.tool_url):
            break
        page.wait_for_timeout(100)
    else:
        raise AssertionError([frame.url for frame in page.frames])
    yield page
    page.close()


def frame_has_the_height_of_its_page(page: Page, tool_url: str) -> bool:
    """Say whether the tool is there, and what it asks by itself was done: from then on it asks nothing."""
    frame = next((frame for frame in page.frames if frame.url.startswith(f"{tool_url}/s/")), None)
    if frame is None:
        return False
    frame.wait_for_load_state()
    wanted = frame.evaluate("`${Math.ceil(document.body.getBoundingClientRect().height)}px`")
    return bool(frame.frame_element().evaluate("(frame) => frame.style.height") == wanted)


def ask(page: Page, message: object, tool_url: str) -> None:
    frame = next(frame for frame in page.frames if frame.url.startswith(f"{tool_url}/s/"))
    frame.evaluate(ASK, message)


def test_frame_grows_when_the_tool_asks_as_canvas_wants_it(course, canvas):
    ask(course, {"subject": "lti.frameResize", "height": 1234}, canvas.tool_url)

    expect(course.locator("iframe").first).to_have_css("height", "1234px")


@pytest.mark.parametrize(
    "message",
    [
        '{"subject": "lti.frameResize", "height": 1234}',
        {"subject": "lti.frameResize", "height": -5},
        {"subject": "lti.frameResize", "height": "tall"},
        {"subject": "lti.other", "height": 1234},
        None,
    ],
)
def test_frame_keeps_its_height_when_asked_otherwise(course, canvas, message):
    before = course.locator("iframe").first.evaluate("(frame) => frame.style.height")
    ask(course, message, canvas.tool_url)
    course.wait_for_timeout(200)

    assert course.locator("iframe").first.evaluate("(frame) => frame.style.height") == before
