"""What an administrator of Moodle does for the school: many people at once, and a copy of a course."""

from __future__ import annotations

import os
import secrets
import shlex
import subprocess
import time

from playwright.sync_api import Browser, Page

from tests.e2e.conftest import picture
from tests.moodle.conftest import MOODLE_URL, log_in, settled

CRON = os.environ.get("MOODLE_CRON", "")
"""A command that does what waits in Moodle, where its cron does not run by itself."""
PATIENCE_SECONDS = 300


def short_name(page: Page, course: str) -> str:
    """Return the short name of a course."""
    page.goto(f"{MOODLE_URL}/course/edit.php?id={course}")
    return page.input_value("#id_shortname")


def enrol_many(browser: Browser, course: str, count: int) -> list[str]:
    """Upload so many learners as a file, and enrol them in the course; returns their names."""
    page = log_in(browser, "admin").new_page()
    names = [f"Leerling{number:02d} van Oost" for number in range(1, count + 1)]
    password, course_name = f"Aa1-{secrets.token_urlsafe(12)}", short_name(page, course)
    lines = ["username,password,firstname,lastname,email,course1,role1"]
    for number, name in enumerate(names, 1):
        first, _, last = name.partition(" ")
        lines.append(f"oost{number:02d},{password},{first},{last},oost{number:02d}@example.org,{course_name},student")
    page.goto(f"{MOODLE_URL}/admin/tool/uploaduser/index.php")
    settled(page)
    page.locator("input[name=userfilechoose]").click()
    dialog = page.locator(".filepicker")
    dialog.get_by_text("Upload a file", exact=True).click()
    dialog.locator("input[name=repo_upload_file]").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    )
    dialog.locator(".fp-upload-btn").click()
    page.locator(".filepicker-filename a").wait_for()
    page.click("#id_submitbutton")
    page.select_option("#id_uutype", "2")  # who is there already is only enrolled
    page.click("#id_submitbutton")
    page.get_by_text("Users created").wait_for()
    page.context.close()
    return names


def copy_course(browser: Browser, course: str, roles: tuple[str, ...]) -> str:
    """Copy a course with Moodle's own "Copy course", and the people in these roles without their work.

    Returns the id of the copy.
    """
    page = log_in(browser, "admin").new_page()
    name = f"Kopie {secrets.token_hex(3)}"
    page.goto(f"{MOODLE_URL}/backup/copy.php?id={course}")
    settled(page)
    page.fill("#id_fullname", name)
    page.fill("#id_shortname", name)
    for role in roles:
        page.get_by_label(role, exact=True).check()
    picture(page, "moodle-copy-course")
    page.click("#id_submitreturn")
    page.wait_for_load_state()
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if CRON:
            subprocess.run(shlex.split(CRON), check=True, capture_output=True, timeout=PATIENCE_SECONDS)
        page.goto(f"{MOODLE_URL}/course/search.php?search={name.replace(' ', '+')}")
        found = page.locator("a[href*='/course/view.php?id=']", has_text=name)
        if found.count():
            address = found.first.get_attribute("href") or ""
            page.context.close()
            return address.rpartition("id=")[2]
        page.wait_for_timeout(2_000)
    raise AssertionError("the course was not copied: does Moodle's cron run? (MOODLE_CRON)")


def complete(page: Page, activity: str, *, undo: bool = False) -> None:
    """Mark a page as done as a learner does, or take that back."""
    page.goto(f"{MOODLE_URL}/mod/page/view.php?id={activity}")
    settled(page)
    before, after = ("manual:undo", "manual:mark-done") if undo else ("manual:mark-done", "manual:undo")
    page.locator(f"[data-action=toggle-manual-completion][data-toggletype='{before}']").first.click()
    page.locator(f"[data-action=toggle-manual-completion][data-toggletype='{after}']").first.wait_for()
