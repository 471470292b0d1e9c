"""A whole course on a real Moodle: reviews, the gradebook, a grade by hand, and settings made in Moodle itself."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Frame, Page, expect

from tests.e2e import acts
from tests.e2e.conftest import picture
from tests.moodle.conftest import (
    COURSE,
    MOODLE_URL,
    RunningTool,
    add_activity,
    grade_by_hand,
    log_in,
    make_course,
    open_tool,
    set_custom_parameters,
)

HAND_GRADE = "66"
DELIVERED = re.compile("Aangekomen|Delivered")


def read_gradebook(page: Page, activity_name: str, wanted: str) -> str:
    """Return what the user report shows for this activity, as soon as the grade is there."""
    text = ""
    for _ in range(60):
        page.goto(f"{MOODLE_URL}/grade/report/user/index.php?id={COURSE}")
        row = page.locator("tr", has_text=activity_name).first
        text = row.inner_text() if row.count() else ""
        if re.search(wanted, text):
            return text
        page.wait_for_timeout(500)
    raise AssertionError(text)


def go_to_gradebook(frame: Frame) -> None:
    """Open the tool's own page about the gradebook, fresh."""
    acts.go(frame, "gradebook")


def test_course_when_played_on_a_real_moodle_ends_in_its_gradebook_and_respects_it(
    browser: Browser, tool: RunningTool
) -> None:
    teacher_page = log_in(browser, "t1").new_page()
    activity = add_activity(teacher_page, tool)
    teacher = open_tool(teacher_page, tool, activity)
    picture(teacher_page, "moodle-course-guided-start")
    acts.publish(teacher)

    zoe_page = log_in(browser, "s1").new_page()
    zoe = open_tool(zoe_page, tool, activity)
    acts.begin(zoe)
    acts.finish(zoe, acts.RULES)
    acts.finish(zoe, acts.HELP)
    acts.hand_in(zoe, acts.TIDY, "Mijn werkplek is leeg.\nKijk maar.", "https://example.org/foto")
    bram_page = log_in(browser, "s2").new_page()
    bram = open_tool(bram_page, tool, activity)
    acts.begin(bram)
    acts.hand_in(bram, acts.TIDY, "Klaar!")

    assistant_page = log_in(browser, "a1").new_page()
    assistant = open_tool(assistant_page, tool, activity)
    acts.review(assistant, "Zoë", "approved", praise="well-done")
    acts.review(assistant, "Bram", "not-yet", remark="Veeg ook de vloer.")
    acts.give(assistant, "Bram", acts.RULES, "Ik zag het op de werkvloer.")
    picture(assistant_page, "moodle-course-participant")

    acts.go(zoe, "today")
    expect(zoe.locator("main")).to_contain_text(re.compile("Goed gedaan|Well done"))
    expect(zoe.locator("main")).to_contain_text("35")
    picture(zoe_page, "moodle-course-today")
    acts.go(bram, "today")
    expect(bram.locator("main")).to_contain_text("Veeg ook de vloer.")

    text = read_gradebook(zoe_page, tool.name, r"\b58[.,]33\b")
    assert "35" in text
    assert "60" in text
    assert "45" in text

    go_to_gradebook(teacher)
    expect(teacher.locator("#deliveries tr", has_text="Zoë")).to_contain_text(
        re.compile("Afgeleverd|Delivered|Bezorgd")
    )
    grade_by_hand(teacher_page, tool.name, "Bram", HAND_GRADE)
    bram = open_tool(bram_page, tool, activity)
    acts.finish(bram, acts.QUIZ)
    teacher = open_tool(teacher_page, tool, activity)
    for _ in range(30):
        go_to_gradebook(teacher)
        if HAND_GRADE in teacher.locator("#deliveries tr", has_text="Bram").inner_text():
            break
        teacher_page.wait_for_timeout(500)
    expect(teacher.locator("#deliveries tr", has_text="Bram")).to_contain_text(re.compile("met de hand|by hand"))
    picture(teacher_page, "moodle-course-gradebook")
    assert re.search(r"\b66[.,]00\b", read_gradebook(bram_page, tool.name, r"\b66[.,]00\b"))


def test_custom_parameters_when_typed_in_moodle_make_the_task_and_are_asked_about(
    browser: Browser, tool: RunningTool
) -> None:
    name = f"{tool.name} knoop"
    course = make_course(browser, {"t1": "Teacher", "s3": "Student"})
    teacher_page = log_in(browser, "t1").new_page()
    activity = add_activity(
        teacher_page,
        tool,
        name=name,
        custom="mijlpaal_points=20\nmijlpaal_required=yes\nmijlpaal_confirm=review",
        course=course,
    )
    learner_page = log_in(browser, "s3").new_page()
    learner = open_tool(learner_page, tool, activity)
    welcome = learner.locator("form[action$='/welcome'] button")
    if welcome.count():
        welcome.click()
    expect(learner.locator("main h1")).to_contain_text(name)
    expect(learner.locator("main")).to_contain_text("20")
    expect(learner.locator("[name=hand_in_id]")).to_have_count(1)
    picture(learner_page, "moodle-custom-task")

    set_custom_parameters(teacher_page, activity, "mijlpaal_points=25\nmijlpaal_confirm=misschien")
    teacher = open_tool(teacher_page, tool, activity)
    acts.go(teacher, "setup")
    section = teacher.locator("#lms")
    expect(section).to_contain_text(re.compile(r"In Moodle staat? .*25|Moodle says 25"))
    expect(section).to_contain_text("misschien")
    picture(teacher_page, "moodle-custom-question")
    acts.turn_page(teacher, section.locator("form.lms-question button[value=take]").first)
    expect(teacher.locator("#lms [role=status]")).to_be_visible()
    learner = open_tool(learner_page, tool, activity)
    expect(learner.locator("main")).to_contain_text("25")
