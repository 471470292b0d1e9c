"""A whole course over HTTP: the tool registers itself in the demo LMS, and what comes of it stands in the gradebook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from badges.openbadges.verify import verify
from lti_tool.cli.demo import running_demo
from lti_tool.demo_platform.browser_page import Page
from tests.factories.ports import free_port
from tests.integration.demo_school import OWN_CANVAS, PROMPT_TOOL, DemoSchool, Task, until

NAMES = ("Zoë Yılmaz", "Ahmed El Idrissi", "Fatma Kaya")
ASSISTANT = "Sam Jansen"
TAKEN = 204
BUSY = "De leeromgeving heeft het druk en vroeg om te wachten"
HISTORY = ("Context.id.history", "Canvas.course.previousContextIds")
HIDES = "com.instructure.Assignment.restrict_quantitative_data"
NATIVE = ("Essay", "Toets", "Forum")
LIFT, TIDY = Task("Veilig tillen", 20), Task("Werkplek opruimen", 20)


@dataclass
class Registered:
    """A school whose LMS registered the tool, and what the pages said meanwhile."""

    school: DemoSchool
    checks_before: dict[str, str]
    asked: str
    left_to_do: str
    refused: str = ""
    """What the console said about the first launch, before the deployment was approved."""


def _register(school: DemoSchool) -> Registered:
    # The demo introduces the two to each other; here they have not met.
    school.run("platform", "remove", "--yes", _registration_id(school))
    school.enter_console()
    asks, done = school.register()
    return Registered(school, school.checks(), asks.words, done.words)


def _moodle(school: DemoSchool) -> Registered:
    registered = _register(school)
    school.pull("activate", tool=school.tool_id)
    return registered


@pytest.fixture(scope="module")
def at_moodle() -> Iterator[Registered]:
    with running_demo(free_port(in_a_row=2), tool_command=PROMPT_TOOL) as demo:
        yield _moodle(DemoSchool(demo))


@pytest.fixture
def moodle(at_moodle: Registered) -> DemoSchool:
    return at_moodle.school


def _registration_id(school: DemoSchool) -> str:
    found = re.search(r"^  id (\S+)", school.run("platform", "list"), re.MULTILINE)
    assert found
    return found[1]


def _canvas(school: DemoSchool) -> Registered:
    registered = _register(school)
    course = school.add_course("Eerste keer")
    refused = school.launch("mila", at_place(school, course, "course_navigation"), 403)
    registered.refused = reason_of(school, refused)
    decide(school, "/approve")
    return registered


@pytest.fixture(scope="module")
def at_canvas() -> Iterator[Registered]:
    with running_demo(free_port(in_a_row=2), tool_command=PROMPT_TOOL, lms_command=OWN_CANVAS) as demo:
        yield _canvas(DemoSchool(demo))


@pytest.fixture
def canvas(at_canvas: Registered) -> DemoSchool:
    return at_canvas.school


def choosing(school: DemoSchool, course: str) -> str:
    return f"/courses/{course}/deep-linking?tool={school.tool_id}"


def test_moodle_registers_the_tool_and_the_console_says_what_is_still_missing(at_moodle: Registered) -> None:
    school = at_moodle.school
    course = school.add_course("Registratie")

    assert "Moodle" in at_moodle.asked
    assert list(at_moodle.checks_before.values())[:2] == ["missing", "good"]
    assert "context_history=$Context.id.history" in school.tool()["custom"]

    school.place(course, [LIFT], picks=["course"], goal=20, path=choosing(school, course))
    school.launch_activity("mila", course, "Mijlpaal")

    checks = until(lambda: found if "missing" not in (found := school.checks()).values() else None)
    assert list(checks.values()).count("good") == 7


def test_moodle_assignments_give_points_and_a_badge_to_learners_who_never_opened_the_tool(moodle: DemoSchool) -> None:
    course = moodle.add_course("Veiligheid")
    essay, test, _forum = (moodle.pull("assignment", title=title, course=course, maximum=100)["id"] for title in NATIVE)
    native = [
        Task("Essay", 10, "platform", native=True),
        Task("Toets", 20, "platform-grade", native=True),
        Task("Forum", 5, "platform", native=True),
    ]
    placed = moodle.place(course, [LIFT, TIDY, *native], picks=["course"], goal=30, path=choosing(moodle, course))
    links = {title: one["resourceLinkId"] for title, one in moodle.activities(course).items()}
    (for_staff,) = set(placed) - {"Mijlpaal", LIFT.title, TIDY.title, *NATIVE}
    assert {label: one["scoreMaximum"] for label, one in moodle.columns(course).items()} == {
        "Mijlpaal": 100,
        LIFT.title: 20,
        TIDY.title: 20,
        "Essay": 10,
        "Toets": 20,
        "Forum": 5,
        for_staff: 1,
    }
    moodle.pull("restrict", activity=links["Essay"], assignment=essay, visibility="stealth")
    moodle.pull("restrict", activity=links["Toets"], assignment=test, least_percent=55, visibility="stealth")
    moodle.pull("restrict", activity=links[for_staff], over=1, visibility="hidden")

    mila = moodle.launch_activity("mila", course, "Mijlpaal")
    moodle.give_badge(mila, "Veilig werken")
    moodle.place(course, picks=["badge"], path=choosing(moodle, course))
    assert moodle.columns(course)["Veilig werken"]["scoreMaximum"] == 1
    moodle.look_for_columns(mila)

    # Everybody is known before anybody but the teacher was here, and the assistant is nobody's learner.
    def is_known() -> bool:
        words = moodle.follow("mila", mila, "participants").words
        return all(name in words for name in NAMES) and ASSISTANT not in words

    moodle.ask_gates(mila)
    until(is_known, lambda: moodle.follow("mila", mila, "participants").words)
    assert moodle.cells(course, "Mijlpaal") == {}  # an empty cell, not a nought, for who did nothing

    # Who finishes an assignment of the LMS gets its points there.
    moodle.pull("complete", assignment=essay, person=["zoe", "ahmed"])
    moodle.pull("grade", assignment=test, person="zoe", score=80)
    moodle.pull("grade", assignment=test, person="fatma", score=54)
    moodle.ask_gates(mila)
    moodle.until_cells(course, "Essay", {"zoe": 10, "ahmed": 10})
    moodle.until_cells(course, "Toets", {"zoe": 20})
    moodle.until_cells(course, "Veilig werken", {"zoe": 1})
    assert moodle.cells(course, "Forum") == {}
    gates = moodle.follow("mila", mila, "gates").words
    assert "Iedereen kan deze link ineens openen" in gates, gates

    # The first visit of the learner: the badge is there, signed.
    zoe = moodle.launch_activity("zoe", course, "Veilig werken")
    document = (
        moodle.browser("zoe")
        .follow(zoe, next(link for link in zoe.links if link.url.endswith("/credential.json")))
        .body
    )
    assert verify(document).achievement_name == "Veilig werken"

    # What is undone there is undone here; a badge stays.
    moodle.pull("complete", assignment=essay, person="zoe", done=0)
    moodle.ask_gates(mila)
    moodle.until_cells(course, "Essay", {"zoe": 0, "ahmed": 10})
    assert moodle.cells(course, "Veilig werken") == {"zoe": 1}
    assert moodle.cells(course, "Toets") == {"zoe": 20}


def test_moodle_grade_typed_by_hand_finishes_a_task_and_stays(moodle: DemoSchool) -> None:
    course = moodle.add_course("Met de hand")
    moodle.place(course, [LIFT, TIDY], picks=["course"], goal=40, path=choosing(moodle, course))
    mila = moodle.launch_activity("mila", course, "Mijlpaal")
    moodle.look_for_columns(mila)
    until(lambda: all(name in moodle.follow("mila", mila, "participants").words for name in NAMES))
    column = moodle.columns(course)[LIFT.title]["id"]
    moodle.pull("override", person="fatma", item=column, score=12)
    moodle.pull("override", person="ahmed", item=column, score=5)

    moodle.count_typed_grades(mila, 55)

    moodle.until_cells(course, "Mijlpaal", {"fatma": 50})
    assert moodle.cells(course, LIFT.title) == {"fatma": 12, "ahmed": 5}


def test_moodle_column_that_the_teacher_deletes_is_shown_as_gone_and_made_again(moodle: DemoSchool) -> None:
    course = moodle.add_course("Kolommen")
    moodle.place(course, [LIFT], picks=["course"], goal=20, path=choosing(moodle, course))
    mila = moodle.launch_activity("mila", course, "Mijlpaal")
    moodle.give_badge(mila, "Tiller")
    moodle.do_task("zoe", moodle.launch_activity("zoe", course, LIFT.title))
    gradebook = moodle.follow("mila", mila, "gradebook")
    moodle.press("mila", gradebook, gradebook.find_form(action="/gradebook/badge"))
    moodle.until_cells(course, "Tiller", {"zoe": 1})

    moodle.pull("delete-column", item=moodle.columns(course)["Tiller"]["id"])
    moodle.look_for_columns(mila)

    def make_again() -> tuple[str, ...]:
        page = moodle.follow("mila", mila, "gradebook")
        form = next((form for form in page.forms if re.search(r"/columns/[^/]+/again", form.action)), None)
        return () if form is None else (moodle.press("mila", page, form).words,)

    until(make_again)
    moodle.until_cells(course, "Tiller", {"zoe": 1})
    assert len(moodle.columns(course)) == 3


def test_moodle_copied_course_goes_on_by_what_its_first_launch_says(moodle: DemoSchool) -> None:
    course = moodle.add_course("Om te kopiëren")
    essay = moodle.pull("assignment", title="Essay", course=course)["id"]
    tasks = [LIFT, Task("Essay", 10, "platform", native=True)]
    moodle.place(course, tasks, picks=["course"], goal=30, path=choosing(moodle, course))
    moodle.pull("restrict", activity=moodle.activities(course)["Essay"]["resourceLinkId"], assignment=essay)
    staff = next(title for title in moodle.activities(course) if title not in {"Mijlpaal", "Essay", LIFT.title})
    moodle.pull("restrict", activity=moodle.activities(course)[staff]["resourceLinkId"], over=1, visibility="hidden")
    moodle.do_task("ahmed", moodle.launch_activity("ahmed", course, LIFT.title))
    moodle.until_cells(course, LIFT.title, {"ahmed": 20})

    copy = moodle.pull("copy-course", course=course, title="Kopie")["id"]
    zoe = moodle.launch_activity("zoe", copy, LIFT.title)
    moodle.do_task("zoe", zoe)

    moodle.until_cells(copy, LIFT.title, {"zoe": 20})
    assert moodle.cells(course, LIFT.title) == {"ahmed": 20}
    # The gate of the copy asks about the copied assignment.
    moodle.pull("complete", assignment=moodle.activities(copy)["Essay"]["restriction"]["assignment_id"], person="layla")
    mila = moodle.launch_activity("mila", copy, "Mijlpaal")
    moodle.ask_gates(mila)
    moodle.until_cells(copy, "Essay", {"layla": 10})
    assert moodle.cells(course, "Essay") == {}
    assert len(moodle.columns(copy)) == len(moodle.columns(course))


def at_place(school: DemoSchool, course: str, place: str) -> str:
    return f"/courses/{course}/places/{place}?tool={school.tool_id}"


def placed_course(canvas: DemoSchool, title: str, *, count: int = 0) -> tuple[str, Page]:
    """Return a course with a link to it and two of tasks, and the teacher's page when all learners are known."""
    course = canvas.add_course(title)
    if count:
        canvas.pull("people", course=course, count=count)
    place = at_place(canvas, course, "module_index_menu_modal")
    canvas.place(course, [LIFT, TIDY], picks=["course"], goal=40, path=place)
    # The roster is known by then: a column that comes later is filled all the same.
    page = canvas.launch("mila", place)
    until(lambda: all(name in canvas.follow("mila", page, "participants").words for name in NAMES))
    mila = canvas.launch_activity("mila", course, "Mijlpaal")
    canvas.look_for_columns(mila)
    until(lambda: LIFT.title in canvas.follow("mila", mila, "gradebook").words)
    return course, mila


def learners_of(school: DemoSchool, course: str) -> list[str]:
    """Return the learners of a course; not the one as whom a teacher of Canvas tries things."""
    return [one["key"] for one in school.gradebook(course)["learners"] if one["key"] != "test-student"]


def decide(school: DemoSchool, action: str) -> None:
    """Approve or hold the deployment of our tool in the console."""
    console = school.console()
    text = school.tool()["deployment_id"]
    form = next(form for form in console.forms if form.action.endswith(action) and text in form.buttons[0].text)
    done = school.browser("console").submit(console, form)
    assert done.status == 200, done.words


def reason_of(school: DemoSchool, refused: Page) -> str:
    """Return what the console says about the number on the page of somebody who was refused."""
    number = re.search(r'class="reference-number"[^>]*>([^<]+)<', refused.text)
    assert number, refused.words
    return school.console(number[1]).words.partition(number[1])[2]


def test_canvas_deployment_is_let_in_when_the_console_says_so(at_canvas: Registered) -> None:
    school = at_canvas.school
    assert "Canvas" in at_canvas.asked
    assert list(at_canvas.checks_before.values())[:2] == ["missing", "good"]
    assert "wacht op goedkeuring" in at_canvas.refused

    course, _mila = placed_course(school, "Toelating")
    checks = until(lambda: found if set((found := school.checks()).values()) == {"good"} else None, school.checks)
    assert len(checks) == 8

    link = school.activities(course)["Mijlpaal"]["resourceLinkId"]
    decide(school, "/hold")
    try:
        refused = school.launch("zoe", f"/activities/{link}", 403)
        assert "Deze plek is gesloten" in reason_of(school, refused)
    finally:
        decide(school, "/approve")
    school.launch("zoe", f"/activities/{link}")


def test_canvas_scores_arrive_all_and_once_although_calls_are_throttled(canvas: DemoSchool) -> None:
    course, mila = placed_course(canvas, "Druk", count=20)
    crowd = [key for key in learners_of(canvas, course) if key.startswith("learner")]
    assert len(crowd) == 20
    column = canvas.columns(course)[LIFT.title]["id"]
    for key in crowd:
        canvas.pull("override", person=key, item=column, score=20)
    canvas.pull("throttle", capacity=20, leak=0, cost=1, advance=1)

    try:
        canvas.count_typed_grades(mila, 55)
        until(lambda: BUSY in canvas.console().words, lambda: canvas.console().words)
        canvas.pull("throttle", capacity=20, leak=8)
        canvas.until_cells(course, "Mijlpaal", dict.fromkeys(crowd, 50))
    finally:
        canvas.pull("throttle", capacity=600, leak=10, cost=1, advance=50)

    results = [result for learner in canvas.gradebook(course)["learners"] for result in learner["results"]]
    assert {result["attempts"] for result in results if result["label"] == "Mijlpaal"} <= {0, 1}


def test_canvas_course_that_is_copied_has_its_tasks_before_anybody_opens_it(canvas: DemoSchool) -> None:
    course, _mila = placed_course(canvas, "Om te kopiëren")
    until(lambda: any(notice["status"] == TAKEN for notice in canvas.read("/control/notices")))
    # Launches of the copy do not say where it came from: only the notice does.
    for name in HISTORY:
        canvas.pull("variable", name=name, value="")

    try:
        copy = canvas.pull("copy-course", course=course, title="Kopie")["id"]
        assert canvas.read("/control/notices")[-1]["status"] == TAKEN
        zoe = until(lambda: to_task(canvas, "zoe", copy))
        canvas.do_task("zoe", zoe)
        canvas.until_cells(copy, LIFT.title, {"zoe": 20})

        assert canvas.pull("replay-notice")["status"] == TAKEN
        mila = canvas.launch_activity("mila", copy, "Mijlpaal")
        setup = canvas.follow("mila", mila, "setup")
    finally:
        for name in HISTORY:
            canvas.pull("variable", name=name)

    titles = [
        field.value for form in setup.forms for field in form.fields if re.fullmatch(r"tasks-\d+-title", field.name)
    ]
    assert titles == [LIFT.title, TIDY.title]
    assert canvas.cells(copy, LIFT.title) == {"zoe": 20}
    assert canvas.cells(course, LIFT.title) == {}


def to_task(canvas: DemoSchool, who: str, course: str) -> Page | None:
    """Open the link of a task; None while there is no such task yet."""
    page = canvas.launch_activity(who, course, LIFT.title)
    return page if any("/done" in form.action for form in page.forms) else None


def test_canvas_numbers_are_hidden_where_the_school_says_so(canvas: DemoSchool) -> None:
    course, _mila = placed_course(canvas, "Zonder cijfers")
    assert re.search(r"20\spunten", canvas.launch_activity("zoe", course, LIFT.title).words)

    canvas.pull("variable", name=HIDES, value="true")
    try:
        page = canvas.launch_activity("ahmed", course, LIFT.title)
        done = canvas.do_task("ahmed", page)
        today = canvas.follow("ahmed", done, "today")
    finally:
        canvas.pull("variable", name=HIDES)

    for seen in (page, done, today):
        assert not re.search(r"\d+\spunten", seen.words), seen.words
    canvas.until_cells(course, LIFT.title, {"ahmed": 20})


def test_canvas_review_from_the_gradebook_opens_the_learner(canvas: DemoSchool) -> None:
    course, _mila = placed_course(canvas, "Nakijken")
    item = canvas.columns(course)[LIFT.title]["id"].split("/")[-2]

    page = canvas.launch("mila", f"/review/{item}/zoe")

    assert "Zoë Yılmaz" in page.words
    assert "/participants/" in page.url
