"""What an administrator of Moodle does to register the tool by itself, and to bring it up to date."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Browser, Frame, Locator, Page, expect

from tests.e2e import acts
from tests.e2e.conftest import picture
from tests.moodle.conftest import MOODLE_URL, Served, log_in, settled

MANAGE_TOOLS = f"{MOODLE_URL}/mod/lti/toolconfigure.php"


@dataclass(frozen=True)
class ToolInMoodle:
    """The card of a tool: what Moodle says of it."""

    type_id: str
    client_id: str


def invitation(served: Served) -> str:
    """Make an address that registers one platform."""
    found = re.search(r"https?://\S+/lti/register/\S+", served.run("platform", "invite", "--note", "Moodle"))
    assert found
    return found.group(0)


def paste(page: Page, address: str) -> None:
    """Paste the address on Moodle's page, as the one field there asks."""
    page.goto(MANAGE_TOOLS)
    settled(page)
    page.fill("#tool-url", address)
    page.click("#tool-create-button")


def ours(page: Page, served: Served, where: str) -> Frame:
    """Wait for a page of ours in Moodle's frame whose address says this."""
    for _ in range(200):
        for frame in page.frames:
            if frame.url.startswith(served.url) and re.search(where, frame.url):
                frame.locator("main h1").wait_for()
                return frame
        page.wait_for_timeout(100)
    raise AssertionError([frame.url for frame in page.frames])


def agree(page: Page, served: Served, personal_data: str = "names") -> Frame:
    """Read our page, choose which personal data may flow, and go on; returns the page that says what is left."""
    review = ours(page, served, r"/lti/register/[^/]+\?")
    review.locator(f"[name=personal_data][value={personal_data}]").check()
    acts.turn_page(review, review.locator("form[method=post] button"))
    return ours(page, served, "/done")


def close(page: Page, done: Frame) -> None:
    """Close our page by its own button: Moodle shows its list of tools again."""
    done.locator("[data-close-registration]").click()
    expect(page.locator("#external-registration-container")).to_be_hidden()


def update(page: Page, type_id: str) -> None:
    """Say, where Moodle asks because it knows our address, that this tool is to be brought up to date."""
    frame = page.frame_locator("#external-registration-template-container iframe")
    button = frame.locator(f"button[data-href$='&type={type_id}']")
    button.wait_for()
    picture(page, "moodle-registration-update")
    button.click()


def card(page: Page, type_id: str) -> Locator:
    """Return the card of a tool."""
    return page.locator(f".tool-card[data-type-id='{type_id}']")


def newest_card(page: Page, served: Served) -> ToolInMoodle:
    """Return the tool with our address that came last."""
    cards = page.locator(".tool-card[data-type-id]", has=page.locator(f"img[src^='{served.url}']"))
    cards.first.wait_for()
    found = [
        ToolInMoodle(one.get_attribute("data-type-id") or "", one.get_attribute("data-clientid") or "")
        for one in cards.all()
    ]
    return max(found, key=lambda one: int(one.type_id))


def activate(page: Page, type_id: str) -> None:
    """Let the tool in."""
    settled(page)
    card(page, type_id).locator("a.activate").click()
    expect(card(page, type_id).locator("a.activate")).to_have_count(0)


def show_in_activity_chooser(page: Page, type_id: str, name: str = "") -> None:
    """Let teachers find the tool, under another name if wanted."""
    page.goto(MANAGE_TOOLS)
    card(page, type_id).locator("a.edit").click()
    page.locator("#id_lti_coursevisible").wait_for()
    if name:
        page.fill("#id_lti_typename", name)
    page.select_option("#id_lti_coursevisible", "2")
    picture(page, "moodle-registered-settings")
    page.click("#id_submitbutton")
    card(page, type_id).wait_for()


def register_dynamically(browser: Browser, served: Served, name: str) -> ToolInMoodle:
    """Do all of it: from an address that was pasted to a tool that teachers can choose."""
    page = log_in(browser, "admin").new_page()
    paste(page, invitation(served))
    close(page, agree(page, served))
    tool = newest_card(page, served)
    activate(page, tool.type_id)
    show_in_activity_chooser(page, tool.type_id, name)
    page.context.close()
    return tool
