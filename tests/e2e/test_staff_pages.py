"""What those who teach, run the platform, or register it see in a real browser: nothing too wide, nothing for axe."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame, expect

from lti_tool.cli.demo import Demo, running_demo
from tests.e2e import acts
from tests.e2e.course import Course, look
from tests.e2e.test_placing import AS_MOODLE, CHOOSING, place
from tests.factories.ports import free_port

WIDTHS = (320, 360, 768, 1280)


@pytest.fixture
def moodle() -> Iterator[Demo]:
    with running_demo(free_port(in_a_row=2), lms_command=AS_MOODLE) as both:
        yield both


@pytest.fixture
def course(browser: Browser, moodle: Demo) -> Iterator[Course]:
    opened = Course(browser, moodle, scripts=True, name="staff")
    yield opened
    opened.close()


def follow(view: Frame, address: str) -> None:
    """Follow the link in the navigation that leads there."""
    acts.open_menu(view)
    with view.page.expect_event("framenavigated"):
        view.locator(f"nav a[href$='{address}']").first.click()
    view.locator("main h1").wait_for()


def test_pages_about_the_course_when_looked_at_are_fit_for_everybody(course: Course) -> None:
    page, choice = course.open_place(course.new_browser(), f"mila/{CHOOSING}")
    acts.turn_page(choice, choice.locator("button[name=add][value=native]"))
    choice.locator("input[name='tasks-0-title']").fill("Toets in de cursus")
    choice.locator("input[name='tasks-0-points']").fill("20")
    look(page, choice, "choose-gates", course=course, widths=WIDTHS)
    place(course, page, choice)
    page, teacher = course.open("mila")

    look(page, teacher, "participants-of-the-roster", course=course, widths=WIDTHS)
    for address in ("/gates", "/gradebook", "/setup"):
        follow(teacher, address)
        look(page, teacher, address.strip("/"), course=course, widths=WIDTHS)


def test_console_when_opened_by_who_runs_the_platform_is_fit_for_everybody(course: Course) -> None:
    page, view = course.open("noor")
    with page.expect_event("framenavigated"):
        view.locator("form[action$='/console'] button").click()
    view.locator("main h1").wait_for()
    look(page, view, "console", course=course, widths=WIDTHS)
    with page.expect_event("framenavigated"):
        view.locator("a[href*='/check/']").first.click()
    view.get_by_role("heading", name=re.compile("Zelfcontrole")).wait_for()
    look(page, view, "self-check", course=course, widths=WIDTHS)


@pytest.mark.parametrize("path", ["/lti/register", "/lti/register/privacy", "/lti/register/not-an-invitation"])
def test_pages_about_registering_when_looked_at_are_fit_for_everybody(course: Course, path: str) -> None:
    page = course.new_browser()
    page.goto(f"{course.demo.tool_url}{path}")

    look(page, page.main_frame, path.strip("/").replace("/", "-"), course=course, widths=WIDTHS)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_navigation_when_narrow_is_one_line_that_a_key_opens_and_when_wide_lies_open(
    browser: Browser, moodle: Demo, scripts: bool
) -> None:
    course = Course(browser, moodle, scripts=scripts, name="menu")
    page, teacher = course.open("mila")
    menu, link = teacher.locator("nav summary"), teacher.locator("nav a[href$='/gradebook']")
    page.set_viewport_size({"width": 360, "height": 800})

    expect(link).to_be_hidden()
    box = teacher.locator("header").bounding_box()
    assert box is not None
    assert box["height"] < 2.5 * 48
    menu.focus()
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    page.keyboard.press("Tab")
    assert teacher.evaluate("document.activeElement.matches('nav li:first-child a')")

    with page.expect_event("framenavigated"):
        link.press("Enter")
    expect(teacher.locator("main h1")).to_have_text("Cijferlijst")
    expect(menu).to_contain_text("Cijferlijst")
    expect(link).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(menu).to_be_hidden()
    expect(link).to_be_visible()
    course.close()
