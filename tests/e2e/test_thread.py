"""The thread in a real browser, as a school sees it: a teacher and two learners, in frames, cookies kept or dropped."""

from __future__ import annotations

import json
from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from lti_tool.cli.demo import Demo
from tests.e2e import acts
from tests.e2e.conftest import picture

TASKS = [("Lees de veiligheidsregels", 20), ("Doe de quiz over de helm", 25), ("Ruim je werkplek op", 15)]
GOAL = 45
BADGE = "Veilig werken"

Open = Callable[[BrowserContext, Demo, str], tuple[Page, Frame | Page]]


def open_in_frame(context: BrowserContext, demo: Demo, person: str) -> tuple[Page, Frame | Page]:
    page = context.new_page()
    page.goto(f"{demo.lms_url}/as/{person}/course")
    return page, tool_frame(page, demo)


def tool_frame(page: Page, demo: Demo) -> Frame:
    """Wait until the frame has left the LMS, whose own pages send themselves on, and shows a page of the tool."""
    for _ in range(100):
        for frame in page.frames:
            if frame.url.startswith(demo.tool_url):
                frame.locator("main h1").wait_for()
                return frame
        page.wait_for_timeout(100)
    raise AssertionError([frame.url for frame in page.frames])


def open_in_own_window(context: BrowserContext, demo: Demo, person: str) -> tuple[Page, Frame | Page]:
    """Use the button that a browser without cookies in frames is offered."""
    page, frame = open_in_frame(context, demo, person)
    expect(frame.locator("h1")).to_contain_text("nieuw venster")
    with context.expect_page() as opened:
        frame.locator("form[target=_blank] button").click()
    window = opened.value
    window.locator("main h1").wait_for()
    return window, window


def check_axe(page: Page, name: str) -> None:
    """Check the page and, by itself, each frame in it: from one site axe does not reach into another's."""
    problems = [
        f"{name}: {violation['id']} {[node['target'] for node in violation['nodes']]}"
        for frame in page.frames
        for violation in Axe().run(frame).response["violations"]
    ]
    assert problems == []


def teacher_publishes(view: Frame | Page, page: Page) -> None:
    check_axe(page, "set-up")
    picture(page, "teacher-setup")
    acts.publish(view, tasks=[acts.PlannedTask(title, points) for title, points in TASKS], goal=GOAL, badge=BADGE)


def learner_begins(view: Frame | Page, page: Page, name: str) -> None:
    expect(view.locator("h1")).to_be_visible()
    check_axe(page, f"{name} welcome")
    picture(page, f"{name}-welcome")
    acts.turn_page(view, view.locator("form[action$='/welcome'] button"))
    expect(view.get_by_text("Nog te doen").first).to_be_visible()


def finish(view: Frame | Page, title: str) -> None:
    acts.finish(view, acts.PlannedTask(title, 0))


def play(browser: Browser, demo: Demo, open_tool: Open, name: str) -> None:
    def of_their_own() -> BrowserContext:
        """Return a browser for one person: pages behind others lose clicks on a busy machine."""
        return browser.new_context(
            viewport={"width": 768, "height": 800}, locale="nl-NL", reduced_motion="reduce", accept_downloads=True
        )

    contexts = [of_their_own() for _ in range(4)]
    context = contexts[0]
    teacher_page, teacher = open_tool(contexts[1], demo, "mila")
    teacher_publishes(teacher, teacher_page)
    zoe_page, zoe = open_tool(contexts[2], demo, "zoe")
    learner_begins(zoe, zoe_page, f"{name}-zoe")
    ahmed_page, ahmed = open_tool(contexts[3], demo, "ahmed")
    learner_begins(ahmed, ahmed_page, f"{name}-ahmed")
    picture(zoe_page, f"{name}-route-new")

    finish(zoe, TASKS[0][0])
    expect(zoe.locator("main")).to_contain_text("Je hebt 20 punten.")
    expect(zoe.locator("main")).to_contain_text("Nog 25 punten")
    check_axe(zoe_page, "route, one done")
    picture(zoe_page, f"{name}-route-one-done")
    finish(ahmed, TASKS[2][0])
    expect(ahmed.locator("main")).to_contain_text("Je hebt 15 punten.")
    finish(zoe, TASKS[1][0])
    expect(zoe.locator("main")).to_contain_text(BADGE)
    expect(zoe.locator("main h1")).to_have_text("Gelukt!")
    keep = zoe.get_by_role("link", name="Bewaar mijn badge")
    expect(keep).to_be_visible(timeout=20_000)
    check_axe(zoe_page, "goal reached")
    picture(zoe_page, f"{name}-celebration")

    acts.turn_page(zoe, keep)
    check_axe(zoe_page, "badge")
    picture(zoe_page, f"{name}-badge")
    with zoe_page.expect_download() as download:
        zoe.locator("a[href$='/credential.json']").click()
    credential = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert credential["name"] == BADGE
    expect(ahmed.locator("main")).not_to_contain_text("Je hebt de badge")

    gradebook = context.new_page()
    for _ in range(60):
        gradebook.goto(f"{demo.lms_url}/gradebook.json")
        scores = {
            learner["key"]: result.get("resultScore")
            for learner in json.loads(gradebook.locator("body").inner_text())["learners"]
            for result in learner["results"]
        }
        if scores == {"zoe": 75, "ahmed": 25}:
            break
        gradebook.wait_for_timeout(300)
    assert scores == {"zoe": 75, "ahmed": 25}
    gradebook.goto(f"{demo.lms_url}/gradebook")
    check_axe(gradebook, "gradebook")
    picture(gradebook, f"{name}-gradebook")
    check_axe(teacher_page, "saved set-up")
    acts.go(teacher, "participants")
    expect(teacher.locator("main")).to_contain_text("Ahmed El Idrissi")
    check_axe(teacher_page, "participants")
    picture(teacher_page, f"{name}-participants")
    for one in contexts:
        one.close()


def test_thread_when_cookies_are_kept_is_played_in_frames(browser: Browser, demo: Demo) -> None:
    play(browser, demo, open_in_frame, "frames")


def test_thread_when_cookies_are_dropped_in_frames_is_played_in_windows_of_its_own(
    browser: Browser, cookieless_demo: Demo
) -> None:
    play(browser, cookieless_demo, open_in_own_window, "windows")


def test_learner_page_when_narrow_without_scripts_and_zoomed_works(browser: Browser, demo: Demo) -> None:
    staff = browser.new_context(locale="nl-NL", reduced_motion="reduce")
    page, view = open_in_frame(staff, demo, "mila")
    teacher_publishes(view, page)
    context = browser.new_context(
        viewport={"width": 320, "height": 600}, java_script_enabled=False, locale="nl-NL", reduced_motion="reduce"
    )
    phone = context.new_page()
    phone.goto(f"{demo.lms_url}/as/layla/course")
    for _ in range(3):
        frame = phone.frames[-1]
        continue_button = frame.locator("form[method=post] button").first
        if frame.url.startswith(demo.tool_url) and "/s/" in frame.url:
            break
        continue_button.click()
        phone.wait_for_timeout(700)
    frame = phone.frames[-1]
    frame.locator("form[action$='/welcome'] button").click()
    frame.locator("form[action$='/done'] button").first.click()
    expect(frame.locator("#status")).to_be_visible()
    assert frame.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True
    staff.close()
    context.close()


def test_keyboard_when_used_alone_reaches_the_first_task(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(viewport={"width": 768, "height": 800}, locale="nl-NL", reduced_motion="reduce")
    page, view = open_in_frame(context, demo, "mila")
    teacher_publishes(view, page)
    learner_page, learner = open_in_frame(context, demo, "fatma")
    learner_begins(learner, learner_page, "keyboard-fatma")
    button = learner.get_by_role("button", name="Dit heb ik gedaan").first

    for _ in range(40):
        learner_page.keyboard.press("Tab")
        if button.evaluate("element => element === document.activeElement"):
            break
    outline = button.evaluate("element => getComputedStyle(element).outlineStyle")
    learner_page.keyboard.press("Enter")

    assert outline != "none"
    expect(learner.locator("#status")).to_be_visible()
    context.close()
