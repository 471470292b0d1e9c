"""The whole story on a real Moodle: from an empty course to a badge whose address stands in the gradebook.

Strangers open that address, and the verifiers of tests/interop accept what they download there.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from badges.openbadges.baking import extract
from badges.openbadges.verify import verify
from tests.e2e import acts
from tests.e2e.conftest import picture
from tests.interop.verifiers import DCC, DIDKIT, OPENBADGESLIB, SCHEMAS, Issued, ask_all, missing
from tests.moodle.conftest import MOODLE_URL, RunningTool, add_activity, log_in, make_course, open_tool

TIDY, RULES = acts.TIDY, acts.RULES
ROLES = {"t1": "Teacher", "a1": "Non-editing teacher", "s1": "Student"}
LEARNER = "Zoë"
BADGE = "Veilig werken"


def test_badge_when_played_from_an_empty_course_is_in_the_gradebook_and_verifiers_accept_it(
    browser: Browser, tool: RunningTool, tmp_path: Path
) -> None:
    course = make_course(browser, ROLES)
    teacher_page = log_in(browser, "t1").new_page()
    activity = add_activity(teacher_page, tool, course=course)
    teacher = open_tool(teacher_page, tool, activity)
    _without_menu(teacher_page)
    acts.publish(teacher, tasks=[RULES, TIDY], goal=30, badge=BADGE)
    teacher.locator("[name=badge_language][value=nl]").check()
    acts.describe_badge(teacher, type="skill", shape="shield", colour="sky", symbol="helmet", level="2")
    picture(teacher_page, "moodle-badge-design")

    learner_page = log_in(browser, "s1").new_page()
    learner = open_tool(learner_page, tool, activity)
    _without_menu(learner_page)
    acts.begin(learner)
    acts.finish(learner, RULES)
    acts.hand_in(learner, TIDY, "Mijn werkplek is leeg.")
    acts.review(teacher, LEARNER, "approved", remark="Alles lag op zijn plek. Goed gedaan!")

    acts.go(learner, "today")
    acts.open_celebration(learner)
    expect(learner.locator("main")).to_contain_text(BADGE)
    expect(learner.locator("main")).to_contain_text("Alles lag op zijn plek.")
    picture(learner_page, "moodle-badge-celebration")
    acts.open_badge(learner, BADGE)
    picture(learner_page, "moodle-badge")

    address = _address_in_gradebook(learner_page.context.new_page(), course, tool)
    stranger_context = browser.new_context(locale="nl-NL")
    stranger = stranger_context.new_page()
    stranger.goto(address)
    expect(stranger.locator("main")).to_contain_text("Dit bewijs is privé")
    expect(stranger.locator("body")).not_to_contain_text(BADGE)
    picture(stranger, "moodle-badge-private")

    assert acts.share(learner) == address
    stranger.goto(address)
    expect(stranger.locator("main")).to_contain_text(BADGE)
    expect(stranger.locator("main")).to_contain_text("Een begeleider keek naar het werk.")
    picture(stranger, "moodle-badge-shared")
    document = stranger.request.get(f"{address}/credential.json").body()
    baked = stranger.request.get(f"{address}/badge.png").body()
    verified = verify(document)
    assert (verified.achievement_name, verified.achievement_type) == (BADGE, "Competency")
    assert extract(baked) == document

    acts.open_person(teacher, LEARNER)
    acts.take_badge_back(teacher, "Dit werk was van iemand anders.")
    stranger.goto(address)
    expect(stranger.locator("main")).to_contain_text(re.compile("geldt niet meer"))
    for context in (teacher_page.context, learner_page.context, stranger_context):
        context.close()
    _accept(document, baked, tmp_path)


def _without_menu(page: Page) -> None:
    """Close Moodle's list of the course, which lies over a narrow page."""
    close = page.locator(".drawer-left.show [data-action=closedrawer]")
    if close.count() and close.first.is_visible():
        close.first.click()
        page.locator(".drawer-left.show").wait_for(state="detached")


def _address_in_gradebook(page: Page, course: str, tool: RunningTool) -> str:
    """Return the badge's address as the learner reads it in Moodle's own gradebook."""
    text = ""
    for _ in range(60):
        page.goto(f"{MOODLE_URL}/grade/report/user/index.php?id={course}")
        text = page.locator("body").inner_text()
        found = re.search(rf"{re.escape(tool.url)}/badges/[0-9a-f-]{{36}}", text)
        if found:
            picture(page, "moodle-badge-gradebook")
            return found.group(0)
        page.wait_for_timeout(500)
    raise AssertionError(text)


def _accept(document: bytes, baked: bytes, tmp_path: Path) -> None:
    """Ask the verifiers that were not written here, where they are installed."""
    if why := missing():
        pytest.skip(f"played to the end, but not judged by others: {why}")
    verdicts = ask_all({"moodle": Issued(document, {}, baked)}, tmp_path)
    assert {key for key, verdict in verdicts.items() if not verdict.accepted} == set()
    assert {verifier for _name, verifier in verdicts} == {DCC, DIDKIT, OPENBADGESLIB, *SCHEMAS}
