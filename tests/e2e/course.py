"""The demo's course in a real browser: everybody in it on a phone of their own, and what every page must be."""

from __future__ import annotations

from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Frame, Page

from lti_tool.cli.demo import Demo
from tests.e2e import acts
from tests.e2e.conftest import picture

PHONE = {"width": 360, "height": 800}


class Course:
    """The demo's course; each person has a browser of their own, as on their own phone."""

    def __init__(self, browser: Browser, demo: Demo, *, scripts: bool, name: str = "course") -> None:
        self._browser, self.demo, self.scripts, self.name = browser, demo, scripts, name
        self._contexts: list[BrowserContext] = []

    def open(self, person: str, activity: str = "1") -> tuple[Page, Frame]:
        """Open an activity as this person, and wait for the tool in its frame."""
        return self.open_in(self.new_browser(), person, activity)

    def new_browser(self) -> Page:
        """Return a page of somebody who was nowhere yet: no cookies, no session."""
        context = self._browser.new_context(
            viewport=PHONE, locale="nl-NL", reduced_motion="reduce", java_script_enabled=self.scripts
        )
        self._contexts.append(context)
        return context.new_page()

    def open_in(self, page: Page, person: str, activity: str = "1") -> tuple[Page, Frame]:
        """Open an activity in this page."""
        return self.open_place(page, f"{person}/activities/{activity}")

    def open_place(self, page: Page, where: str) -> tuple[Page, Frame]:
        """Open a page of the LMS that has the tool in a frame; `where` begins with the person who opens it."""
        page.goto(f"{self.demo.lms_url}/as/{where}")
        for _ in range(100):
            # Beside the frame of the tool some platforms have one that keeps values for tools.
            ours = [frame for frame in page.frames if frame.url.startswith(f"{self.demo.tool_url}/s/")]
            frame = ours[0] if ours else page.frames[-1]
            if ours:
                frame.locator("main h1").wait_for()
                # Until then its style sheets may be on their way, and what is measured is a page without them.
                frame.wait_for_load_state()
                return page, frame
            onward = frame.locator("form[method=post] button")
            if not self.scripts and onward.count():
                # One press, one page: a second press while the first is on its way would be a second launch.
                with page.expect_event("framenavigated"):
                    onward.first.click()
            page.wait_for_timeout(200)
        raise AssertionError([frame.url for frame in page.frames])

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def look(page: Page, view: acts.View, name: str, *, course: Course, widths: Sequence[int] = (360,)) -> None:
    """Nothing is wider than the window, at each width; with scripts also axe, and a picture at three widths."""
    view.wait_for_load_state()
    for width in widths:
        page.set_viewport_size({**PHONE, "width": width})
        assert view.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, width)
        if course.scripts:
            # The view itself: what runs in the page of the LMS does not reach into a frame of another site.
            violations = Axe().run(view).response["violations"]
            assert [f"{name}: {one['id']} {[node['target'] for node in one['nodes']]}" for one in violations] == []
    page.set_viewport_size(PHONE)
    if course.scripts:
        picture(page, f"{course.name}-{name}")
