"""LTI Advantage on a real Moodle, with the tool as dynamic registration left it: what a teacher places by deep linking,
the course's own assignments, a class known before anybody opens us, a grade typed by hand, and a course that is copied.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.e2e import acts
from tests.e2e.conftest import picture
from tests.moodle.conftest import (
    MOODLE_URL,
    RunningTool,
    add_activity,
    grade_by_hand,
    log_in,
    make_course,
    open_tool,
    serving,
)
from tests.moodle.placing import (
    NewTask,
    activities,
    add_assignment,
    add_page,
    begin_to_choose,
    choose_content,
    edit_activity,
    keep_for_staff,
    pick,
    place,
    restrict_to_complete,
    restrict_to_grade,
    save_activity,
    write_tasks,
)
from tests.moodle.registering import register_dynamically
from tests.moodle.site import complete, copy_course, enrol_many

PAGE, BADGE = "Mijlpaal", "Veilig werken"
STAFF_LINK = "Mijlpaal: only for staff"
CLASS_SIZE = 20
HANDBOOK = NewTask("Handboek gelezen", 20, is_native=True)
FILM = NewTask("Film gezien", 15, is_native=True)
REPORT = NewTask("Verslag goed genoeg", 25, is_native=True, confirmation="platform-grade")
NATIVE = {HANDBOOK.title: "Lees het handboek", FILM.title: "Bekijk de film", REPORT.title: "Schrijf een verslag"}
TIDY = NewTask("Ruim je werkplek op", 15, confirmation="reviewer")
HELP = NewTask("Help een collega", 10)


@dataclass
class Place:
    """A course in Moodle, its teacher, and its activities by name."""

    course: str
    teacher: Page
    activities: dict[str, str]

    def open(self, tool: RunningTool, name: str = PAGE) -> Frame:
        """Open a link of ours as the teacher."""
        return open_tool(self.teacher, tool, self.activities[name])


@pytest.fixture(scope="module")
def tool(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTool]:
    """The tool, registered by an address that was pasted."""
    with serving(tmp_path_factory.mktemp("tool")) as served:
        name = f"Mijlpaal {served.url.rpartition(':')[2]}"
        yield RunningTool(served.url, name, register_dynamically(browser, served, name).type_id)


@pytest.fixture(scope="module")
def placed(browser: Browser, tool: RunningTool) -> Iterator[Place]:
    """A course with a badge, in which a teacher placed five things at once; nobody opened any of them."""
    course = make_course(browser, {"t1": "Teacher", "s1": "Student", "s2": "Student"})
    page = log_in(browser, "t1").new_page()
    first = add_activity(page, tool, name="Begin hier", course=course)
    acts.publish(open_tool(page, tool, first), tasks=[acts.RULES], goal=20, badge=BADGE)
    view = begin_to_choose(page, tool, course)
    pick(view, "The participant's page", acts.RULES.title, "The badge")
    write_tasks(view, [TIDY, HELP])
    picture(page, "moodle-deep-linking")
    place(page, view)
    yield Place(course, page, activities(page, course))
    page.context.close()


@pytest.fixture(scope="module")
def native(browser: Browser, tool: RunningTool) -> Iterator[Place]:
    """A course with three assignments of its own and a link for each, placed before we knew the course.

    The link of the film is not restricted yet.
    """
    course = make_course(
        browser,
        {"t1": "Teacher", "a1": "Non-editing teacher", "s1": "Student", "s2": "Student", "s3": "Student"},
    )
    enrol_many(browser, course, CLASS_SIZE - 3)
    page = log_in(browser, "t1").new_page()
    add_page(page, course, NATIVE[HANDBOOK.title])
    add_page(page, course, NATIVE[FILM.title])
    add_assignment(page, course, NATIVE[REPORT.title])
    view = begin_to_choose(page, tool, course)
    pick(view, "The participant's page")
    write_tasks(view, [HANDBOOK, FILM, REPORT], goal=45)
    picture(page, "moodle-gates-choose")
    place(page, view)
    found = activities(page, course)
    restrict_to_complete(page, found[HANDBOOK.title], NATIVE[HANDBOOK.title])
    restrict_to_grade(page, found[REPORT.title], NATIVE[REPORT.title], 55)
    keep_for_staff(page, found[STAFF_LINK])
    yield Place(course, page, found)
    page.context.close()


def test_deep_linking_when_five_things_are_placed_makes_five_links_with_columns_that_open_what_they_say(
    browser: Browser, tool: RunningTool, placed: Place
) -> None:
    page = placed.teacher
    made = {PAGE: 100, acts.RULES.title: 20, BADGE: 1, TIDY.title: 15}
    assert {*made, HELP.title} <= set(placed.activities)
    assert columns(page, placed.course, list(made)) == made
    learner = log_in(browser, "s1").new_page()
    view = open_tool(learner, tool, placed.activities[TIDY.title])
    acts.begin_on(view)
    expect(view.locator("main h1")).to_contain_text(TIDY.title)
    learner.context.close()


def columns(page: Page, course: str, names: list[str]) -> dict[str, float]:
    """Return the columns of Moodle's gradebook with these names, each with its highest grade."""
    page.goto(f"{MOODLE_URL}/grade/edit/tree/index.php?id={course}")
    found = {}
    for name in names:
        row = page.locator("tr.item", has=page.get_by_text(name, exact=True)).first
        found[name] = float(row.locator("td.column-range").inner_text().replace(",", "."))
    return found


def test_deep_linking_when_a_link_is_opened_again_changes_its_task(tool: RunningTool, placed: Place) -> None:
    page = placed.teacher
    assert columns(page, placed.course, [HELP.title]) == {HELP.title: 10}
    edit_activity(page, placed.activities[HELP.title])
    view = choose_content(page, tool)
    expect(view.locator("main")).to_contain_text(HELP.title)
    view.locator("[name=tasks-0-points]").fill("30")
    picture(page, "moodle-deep-linking-edit")
    view.locator("main button[name=place]:not([tabindex='-1'])").click()
    page.locator(".modal.show").wait_for(state="detached")
    assert page.input_value("#id_grade_modgrade_point") == "30"
    save_activity(page)
    assert columns(page, placed.course, [HELP.title]) == {HELP.title: 30}
    teacher = placed.open(tool)
    acts.go(teacher, "setup")
    points = {
        teacher.locator(f"[name=tasks-{index}-title]").input_value(): teacher.locator(
            f"[name=tasks-{index}-points]"
        ).input_value()
        for index in range(3)
    }
    assert points == {acts.RULES.title: "20", TIDY.title: "15", HELP.title: "30"}


def test_grade_typed_in_the_grader_report_when_the_teacher_wants_that_finishes_the_task(
    tool: RunningTool, placed: Place
) -> None:
    teacher = placed.open(tool)
    # Nobody opened that link: its column is found by the id that travelled with it.
    soon(teacher, "gradebook", lambda: teacher.locator("main").inner_text(), acts.RULES.title)
    teacher.locator("[name=counts]").check()
    teacher.locator("[name=percent]").fill("50")
    acts.turn_page(teacher, teacher.locator("form:has([name=percent]) button:not([tabindex='-1'])").last)
    picture(placed.teacher, "moodle-grades-by-hand")
    grade_by_hand(placed.teacher, acts.RULES.title, "Bram", "16", course=placed.course)

    teacher = placed.open(tool)
    acts.go(teacher, "gradebook")
    acts.turn_page(teacher, teacher.locator("form:has([name=percent]) button:not([tabindex='-1'])").last)
    bram = soon(teacher, "participants", lambda: person(teacher, "Bram"), "20")
    assert "20" in bram


def test_class_when_nobody_opened_the_tool_yet_is_known_without_the_assistant(tool: RunningTool, native: Place) -> None:
    teacher = native.open(tool)
    text = soon(teacher, "participants", lambda: teacher.locator("main").inner_text(), f"{CLASS_SIZE} participants")
    picture(native.teacher, "moodle-roster")
    assert "Nobody has opened Mijlpaal yet" in text
    assert "Arjen" not in text  # non-editing teacher: a participant by Moodle's list


def person(view: Frame, name: str) -> str:
    """Return the line of a participant."""
    return view.locator("tr", has_text=name).first.inner_text()


def soon(view: Frame, where: str, look: Callable[[], str], wanted: str) -> str:
    """Open a page again and again until it says this; returns what was looked at."""
    text = ""
    for _ in range(60):
        acts.go(view, where)
        text = look()
        if wanted in text:
            return text
        view.wait_for_timeout(1_000)
    raise AssertionError(text)


def gate(view: Frame, task: NewTask) -> str:
    """Return what the page about the course's assignments says of one."""
    return view.locator(".gate", has=view.get_by_role("heading", name=task.title)).inner_text()


def ask(view: Frame) -> float:
    """Let the tool look at once, and wait until it has; returns how many seconds that took."""
    acts.go(view, "gates")
    begun = time.monotonic()
    acts.turn_page(view, view.locator("form[action*='/gates/ask'] button"))
    for _ in range(120):
        acts.go(view, "gates")
        if "is looking at the moment" not in view.locator("main").inner_text():
            return time.monotonic() - begun
        view.wait_for_timeout(500)
    raise AssertionError(view.locator("main").inner_text())


def test_assignments_of_the_course_when_completed_in_moodle_give_points_and_the_badge(
    browser: Browser, tool: RunningTool, native: Place
) -> None:
    teacher = native.open(tool)
    acts.go(teacher, "setup")
    teacher.locator("[name=badge_name]").fill(BADGE)
    teacher.locator("[name=badge_criteria]").fill(acts.CRITERIA)
    acts.press(teacher, "[name=publish]")
    soon(teacher, "gates", lambda: gate(teacher, FILM), "Everybody can open this link")
    assert "0 of 20" in gate(teacher, HANDBOOK)
    picture(native.teacher, "moodle-gate-forgotten")
    restrict_to_complete(native.teacher, native.activities[FILM.title], NATIVE[FILM.title])

    zoe, bram = log_in(browser, "s1").new_page(), log_in(browser, "s2").new_page()
    complete(zoe, native.activities[NATIVE[HANDBOOK.title]])
    complete(zoe, native.activities[NATIVE[FILM.title]])
    complete(bram, native.activities[NATIVE[HANDBOOK.title]])
    grade_by_hand(native.teacher, NATIVE[REPORT.title], "Zoë", "70", course=native.course)
    grade_by_hand(native.teacher, NATIVE[REPORT.title], "Bram", "40", course=native.course)

    teacher = native.open(tool)
    print(f"three gates and the one for staff asked in {ask(teacher):.1f} s")
    assert "2 of 20" in gate(teacher, HANDBOOK)
    assert "1 of 20" in gate(teacher, FILM)
    assert "1 of 20" in gate(teacher, REPORT)
    picture(native.teacher, "moodle-gates")
    acts.go(teacher, "participants")
    assert re.search(r"\b60\b", person(teacher, "Zoë"))
    assert re.search(r"\b20\b", person(teacher, "Bram"))
    learner = open_tool(zoe, tool, native.activities[PAGE])
    acts.begin(learner)
    expect(learner.locator("main")).to_contain_text(BADGE)
    picture(zoe, "moodle-gates-learner")

    complete(zoe, native.activities[NATIVE[HANDBOOK.title]], undo=True)
    ask(teacher)
    acts.go(teacher, "participants")
    assert re.search(r"\b40\b", person(teacher, "Zoë"))
    learner = open_tool(zoe, tool, native.activities[PAGE])
    acts.open_badge(learner, BADGE)
    for page in (zoe, bram):
        page.context.close()


def test_course_when_copied_by_moodle_begins_with_its_tasks_gates_and_links(
    browser: Browser, tool: RunningTool, native: Place
) -> None:
    native.open(tool)  # so that there are tasks to copy
    course = copy_course(browser, native.course, ("Teacher", "Student"))
    page = log_in(browser, "t1").new_page()
    copied = activities(page, course)
    assert set(copied) == set(native.activities)

    teacher = open_tool(page, tool, copied[HANDBOOK.title])  # the link of a gate, before any other
    expect(teacher.locator("main h1")).not_to_contain_text(re.compile("Begin|Start"))
    acts.go(teacher, "participants")
    picture(page, "moodle-copied")
    acts.go(teacher, "gates")
    for task in (HANDBOOK, FILM, REPORT):
        expect(teacher.locator("main")).to_contain_text(task.title)
    bram = log_in(browser, "s2").new_page()
    complete(bram, copied[NATIVE[HANDBOOK.title]])
    soon(teacher, "gates", lambda: gate(teacher, REPORT), "of 20")
    ask(teacher)
    assert "1 of 20" in gate(teacher, HANDBOOK)
    assert "0 of 20" in gate(teacher, REPORT)
    acts.go(teacher, "participants")
    assert re.search(r"\b20\b", person(teacher, "Bram"))
    learner = open_tool(bram, tool, copied[PAGE])
    acts.begin(learner)
    acts.go(learner, "route")
    expect(learner.locator("main")).to_contain_text(HANDBOOK.title)
    for one in (page, bram):
        one.context.close()
