"""A whole course in a real browser, by everybody in it: with scripts and without, on a phone, in a frame."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from lti_tool.cli.demo import Demo
from tests.e2e import acts
from tests.e2e.course import Course, look

LONGEST_PAGE = 60_000


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def course(request: pytest.FixtureRequest, browser: Browser, demo: Demo) -> Iterator[Course]:
    opened = Course(browser, demo, scripts=request.param)
    yield opened
    opened.close()


def test_course_when_played_by_everybody_leads_from_set_up_to_gradebook(course: Course) -> None:
    page, teacher = course.open("mila")
    look(page, teacher, "1-choose", course=course)
    acts.publish(teacher)
    look(page, teacher, "1-published", course=course)

    zoe_page, zoe = course.open("zoe")
    look(zoe_page, zoe, "3-welcome", course=course)
    acts.begin(zoe)
    look(zoe_page, zoe, "3-today-new", course=course)
    acts.finish(zoe, acts.RULES)
    expect(zoe.locator("main")).to_contain_text("Je hebt 20 punten.")
    acts.finish(zoe, acts.HELP)
    expect(zoe.locator("main")).to_contain_text("10 extra punten")
    acts.open_task(zoe, acts.RULES)
    expect(zoe.locator("main strong", has_text="drie")).to_have_count(1)
    acts.hand_in(zoe, acts.TIDY, "Mijn werkplek is leeg. <b>Echt</b>\nمكان العمل نظيف", "https://example.org/foto")
    look(zoe_page, zoe, "3-handed-in", course=course)
    fatma_page, fatma = course.open("fatma")
    acts.begin(fatma)
    acts.hand_in(fatma, acts.TIDY, "Klaar!")

    sam_page, sam = course.open("sam")
    look(sam_page, sam, "4-participants", course=course)
    acts.go(sam, "reviews")
    look(sam_page, sam, "4-reviews", course=course)
    acts.review(sam, "Zoë", "approved", praise="well-done")
    acts.review(sam, "Fatma", "not-yet", remark="Veeg ook de vloer.")
    acts.give(sam, "Fatma", acts.QUIZ, "Ik zag het op de werkvloer.")
    look(sam_page, sam, "4-participant", course=course)
    acts.take_back(sam, "Fatma", acts.QUIZ, "Het was de quiz van een ander.")

    acts.go(zoe, "today")
    expect(zoe.locator("main")).to_contain_text("Goed gedaan!")
    expect(zoe.locator("main")).to_contain_text("35 punten")
    look(zoe_page, zoe, "3-today-praise", course=course)
    acts.go(fatma, "today")
    expect(fatma.locator("main")).to_contain_text("Het was de quiz van een ander.")
    look(fatma_page, fatma, "3-today-taken-back", course=course)
    acts.finish(zoe, acts.QUIZ)
    expect(zoe.locator("main")).to_contain_text(acts.BADGE)
    look(zoe_page, zoe, "3-goal-reached", course=course)
    acts.turn_page(zoe, zoe.locator("form[action$='/celebrate'] button"))
    look(zoe_page, zoe, "3-badges", course=course)
    acts.go(zoe, "route")
    acts.turn_page(zoe, zoe.get_by_role("link", name="Waarom?").first)
    expect(zoe.locator("main")).to_contain_text("20 punten")
    look(zoe_page, zoe, "3-why", course=course)
    acts.go(fatma, "route")
    look(fatma_page, fatma, "3-route-practise", course=course)
    acts.turn_page(fatma, fatma.get_by_role("link", name="Wat moet ik nog doen?").first)
    expect(fatma.locator("main")).to_contain_text("45")
    look(fatma_page, fatma, "3-what-is-left", course=course)

    acts.go(fatma, "settings")
    look(fatma_page, fatma, "3-settings", course=course)
    fatma.locator("[name=presentation][value=tasks-only]").check()
    acts.turn_page(fatma, fatma.locator("form:has([name=presentation]) button").first)
    expect(fatma.locator("main")).not_to_contain_text(re.compile(r"\d+ punt"))
    acts.go(sam, "participants")
    sam.locator("[name=q]").fill("zo")
    acts.turn_page(sam, sam.locator("form:has([name=q]) button").first)
    expect(sam.locator("main")).not_to_contain_text("Fatma")
    look(sam_page, sam, "4-filtered", course=course)

    for _ in range(40):
        acts.go(teacher, "gradebook")
        if teacher.locator("#deliveries .delivery-delivered").count() >= 1:
            break
        page.wait_for_timeout(500)
    expect(teacher.locator("#deliveries tr", has_text="Zoë")).to_contain_text("60 van 60")
    look(page, teacher, "5-gradebook", course=course)


def test_scores_when_graded_by_hand_refused_or_waiting_are_told_and_can_be_tried_again(
    browser: Browser, demo: Demo
) -> None:
    course = Course(browser, demo, scripts=True)
    page, teacher = course.open("mila")
    acts.publish(teacher)
    api = browser.new_context().request
    for person in ("zoe", "ahmed", "layla"):
        _page, learner = course.open(person)
        acts.begin(learner)
        if person == "zoe":
            api.post(f"{demo.lms_url}/control/override?person=zoe&score=66")
        if person == "ahmed":
            api.post(f"{demo.lms_url}/control/leave?person=ahmed")
        if person == "layla":
            wait_for_row(page, teacher, "Zoë", "met de hand")
            wait_for_row(page, teacher, "Ahmed", "Geweigerd")
            api.post(f"{demo.lms_url}/control/down?status=503")
        acts.finish(learner, acts.RULES)

    acts.go(teacher, "gradebook")
    expect(teacher.locator("#deliveries tr", has_text="Zoë")).to_contain_text("66 van 100")
    wait_for_row(page, teacher, "ليلى", "storing")
    look(page, teacher, "5-gradebook-problems", course=course)
    api.post(f"{demo.lms_url}/control/up")
    api.post(f"{demo.lms_url}/control/return?person=ahmed")
    again = teacher.locator("form[action*='/gradebook/again?'] button, form[action$='/gradebook/again'] button")
    acts.turn_page(teacher, again.first)
    wait_for_row(page, teacher, "Ahmed", "20 van 60")
    wait_for_row(page, teacher, "ليلى", "20 van 60")
    course.close()


def wait_for_row(page: Page, teacher: Frame, name: str, words: str) -> None:
    """Open the gradebook page again until the line of this learner says so."""
    row = teacher.locator("#deliveries tr", has_text=name)
    for _ in range(60):
        acts.go(teacher, "gradebook")
        if row.count() and words in row.inner_text():
            return
        page.wait_for_timeout(500)
    raise AssertionError(row.all_inner_texts())


def test_settings_when_typed_in_the_lms_make_a_task_and_the_teacher_decides(course: Course) -> None:
    lms, demo = course.demo.lms_url, course.demo
    page, teacher = course.open("mila")
    acts.publish(teacher)
    page.goto(f"{lms}/as/mila/activities/new")
    page.locator("[name=title]").fill("Bekijk de film")
    page.locator("[name=custom]").fill("mijlpaal_points=20\nmijlpaal_required=nee\nmijlpaal_goal=dertig")
    page.locator("form.stacked button").first.click()
    page.wait_for_url(re.compile("/as/mila/course"))
    zoe_page, zoe = course.open("zoe", "2")
    acts.begin_on(zoe)
    expect(zoe.locator("main h1")).to_contain_text("Bekijk de film")
    expect(zoe.locator("main")).to_contain_text("20 extra punten")
    look(zoe_page, zoe, "2-task-of-the-link", course=course)

    page.goto(f"{lms}/as/mila/activities/2/settings")
    page.locator("[name=custom]").fill("mijlpaal_points=15\nmijlpaal_required=nee")
    page.locator("form.stacked button").first.click()
    page.wait_for_url(re.compile("/as/mila/course"))
    page, teacher = course.open_in(page, "mila", "2")
    acts.go(teacher, "setup")
    expect(teacher.locator("#lms")).to_contain_text("15 punten")
    expect(teacher.locator("#lms")).to_contain_text("20")
    look(page, teacher, "2-question", course=course)
    acts.turn_page(teacher, teacher.locator("#lms button[value=keep]").first)
    expect(teacher.locator("#lms [role=status]")).to_be_visible()
    page, teacher = course.open_in(page, "mila", "2")
    acts.go(teacher, "setup")
    expect(teacher.locator("#lms form")).to_have_count(0)
    assert demo.tool_url in teacher.url


def test_exports_and_page_weight_when_downloaded_are_whole_and_light(browser: Browser, demo: Demo) -> None:
    course = Course(browser, demo, scripts=True)
    page, teacher = course.open("mila")
    acts.publish(teacher, preset="working_safely", tasks=())
    zoe_page, zoe = course.open("zoe")
    weights: dict[str, int] = {}
    zoe_page.on("response", lambda response: weights.__setitem__(response.url, len(gzip.compress(response.body()))))
    acts.begin(zoe)
    for where in ("today", "route"):
        weights.clear()
        acts.go(zoe, where)
        zoe_page.wait_for_load_state("networkidle")
        page_weight = sum(weights.values()) + stylesheets_weight(zoe, weights)
        assert 5_000 < page_weight <= LONGEST_PAGE, weights

    acts.go(teacher, "participants")
    with page.expect_download() as download:
        teacher.locator("a[href$='/participants.csv']").first.click()
    content = download.value.path().read_bytes()
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert content.startswith("\ufeff".encode())
    assert any("Zoë" in cell for cell in rows[1])
    course.close()


def stylesheets_weight(view: Frame, seen: dict[str, int]) -> int:
    """Return the compressed weight of what the page uses and the browser had in its cache already."""
    urls = view.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    texts = {url: view.evaluate("url => fetch(url).then(answer => answer.text())", url) for url in urls}
    return sum(len(gzip.compress(text.encode())) for url, text in texts.items() if url not in seen)
