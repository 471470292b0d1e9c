"""Dynamic registration on a real Moodle: one address to paste, our page in Moodle's own, and bringing it up to date."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import picture
from tests.moodle.conftest import (
    MOODLE_URL,
    RunningTool,
    Served,
    add_activity,
    log_in,
    make_course,
    open_tool,
    serving,
    settled,
)
from tests.moodle.registering import (
    activate,
    agree,
    card,
    close,
    invitation,
    newest_card,
    ours,
    paste,
    show_in_activity_chooser,
    update,
)

SETTINGS = {
    "lti_toolurl": "{url}/lti/launch",
    "lti_initiatelogin": "{url}/lti/login",
    "lti_redirectionuris": "{url}/lti/launch",
    "lti_publickeyset": "{url}/lti/jwks",
    "ltiservice_gradesynchronization": "2",
    "ltiservice_memberships": "1",
    "lti_sendname": "1",
    "lti_sendemailaddr": "0",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The tool, that no platform knows yet."""
    with serving(tmp_path_factory.mktemp("tool")) as started:
        yield started


@pytest.fixture(scope="module")
def admin(browser: Browser) -> Iterator[Page]:
    """Moodle's administrator."""
    context = log_in(browser, "admin")
    yield context.new_page()
    context.close()


def test_registration_when_an_address_is_pasted_ends_in_a_tool_that_launches_and_can_be_brought_up_to_date(
    browser: Browser, served: Served, admin: Page
) -> None:
    address = invitation(served)
    paste(admin, address)
    review = ours(admin, served, r"/lti/register/[^/]+\?")
    expect(review.locator("main")).to_contain_text("Moodle")
    expect(review.locator("main")).to_contain_text(MOODLE_URL)
    picture(admin, "moodle-registration-review")
    done = agree(admin, served)
    picture(admin, "moodle-registration-done")
    close(admin, done)

    tool = newest_card(admin, served)
    expect(card(admin, tool.type_id)).to_contain_text(re.compile("Pending"))
    picture(admin, "moodle-registration-pending")
    activate(admin, tool.type_id)
    name = f"Mijlpaal {served.url.rpartition(':')[2]}"
    show_in_activity_chooser(admin, tool.type_id, name)
    assert settings_of(admin, tool.type_id) == {key: value.format(url=served.url) for key, value in SETTINGS.items()}
    assert "context_history=$Context.id.history" in admin.input_value("#id_lti_customparameters")

    course = make_course(browser, {"t1": "Teacher"})
    teacher = log_in(browser, "t1").new_page()
    assert offers_in_activity_chooser(teacher, course, name)
    activity = add_activity(teacher, RunningTool(served.url, name, tool.type_id), course=course)
    open_tool(teacher, RunningTool(served.url, name, tool.type_id), activity)

    paste(admin, address)  # works once
    update(admin, tool.type_id)
    closed = ours(admin, served, "/lti/register/")
    expect(closed.locator("main h1")).to_contain_text(re.compile("used already|al gebruikt"))

    paste(admin, invitation(served))
    update(admin, tool.type_id)
    again = ours(admin, served, r"/lti/register/[^/]+\?")
    expect(again.locator("[role=status]")).to_be_visible()
    close(admin, agree(admin, served, "names-and-email"))
    admin.goto(f"{MOODLE_URL}/mod/lti/toolconfigure.php")
    assert newest_card(admin, served) == tool
    assert settings_of(admin, tool.type_id)["lti_sendemailaddr"] == "1"
    assert admin.input_value("#id_lti_coursevisible") == "1"  # Moodle puts it back: docs/platforms/moodle.md says so
    assert served.run("platform", "list").count(f"client {tool.client_id}") == 1
    open_tool(teacher, RunningTool(served.url, name, tool.type_id), activity)
    teacher.context.close()


def settings_of(page: Page, type_id: str) -> dict[str, str]:
    """Return what stands in Moodle's form of the tool."""
    page.goto(f"{MOODLE_URL}/mod/lti/toolconfigure.php")
    card(page, type_id).locator("a.edit").click()
    page.locator("#id_lti_coursevisible").wait_for()
    return {name: page.input_value(f"[name={name}]:not([type=hidden])") for name in SETTINGS}


def offers_in_activity_chooser(page: Page, course: str, name: str) -> bool:
    """Say whether a teacher finds the tool among the activities."""
    page.goto(f"{MOODLE_URL}/course/view.php?id={course}")
    settled(page)
    with page.expect_navigation():
        page.locator("[name=setmode]").check()
    settled(page)
    page.locator("[data-action=open-chooser]", has_text="Add an activity").first.click()
    chooser = page.locator(".modal-dialog", has=page.locator("[data-region=chooser-container]"))
    option = chooser.locator("[data-region=chooser-option-container]", has_text=name).first
    option.wait_for()
    option.scroll_into_view_if_needed()
    picture(page, "moodle-activity-chooser")
    return option.is_visible()
