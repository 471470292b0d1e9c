"""Deep linking in a real browser: a teacher places links, learners open them, and one of them is edited."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from lti_tool.cli.demo import CANVAS, Demo, running_demo
from tests.e2e import acts
from tests.e2e.conftest import WITHOUT_COOKIES
from tests.e2e.course import Course, look
from tests.factories.ports import free_port

AS_MOODLE = (sys.executable, "-m", "tests.e2e.serve_lms_as_moodle")
CHOOSING = "courses/2/deep-linking?tool=1"
GATE = "Toets in de cursus"
NARROW = (320, 360, 768)


@pytest.fixture
def moodle() -> Iterator[Demo]:
    with running_demo(free_port(in_a_row=2), lms_command=AS_MOODLE) as both:
        yield both


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def course(request: pytest.FixtureRequest, browser: Browser, moodle: Demo) -> Iterator[Course]:
    opened = Course(browser, moodle, scripts=request.param, name="placing")
    yield opened
    opened.close()


@pytest.fixture
def canvas(browser: Browser) -> Iterator[Course]:
    with running_demo(free_port(in_a_row=2), platform=CANVAS) as both:
        opened = Course(browser, both, scripts=True, name="canvas")
        yield opened
        opened.close()


def send_on(course: Course, page: Page, choice: Frame, button: str) -> Frame:
    """Press a button whose answer goes to the LMS, and wait for what the LMS made of it in the frame."""
    with page.expect_event("framenavigated", lambda frame: "/deep-linking/return" in frame.url or not course.scripts):
        choice.locator(button).first.click()
    if not course.scripts:
        with page.expect_event("framenavigated", lambda frame: "/deep-linking/return" in frame.url):
            choice.locator("main form button").click()
    answer = next(frame for frame in page.frames if "/deep-linking/return" in frame.url)
    answer.locator("h1").wait_for()
    return answer


def place(course: Course, page: Page, choice: Frame) -> Frame:
    return send_on(course, page, choice, "main button[name=place]:not([tabindex='-1'])")


def number_of(answer: Frame, title: str) -> str:
    """Return the number of the activity that the LMS made."""
    link = answer.locator("a", has_text=title).first.get_attribute("href") or ""
    return re.search(r"/activities/(\d+)", link)[1]  # type: ignore[index]


def begun(course: Course, person: str, activity: str) -> tuple[Page, Frame]:
    """Open a link as a learner who is new, and read the welcome."""
    page, view = course.open(person, activity)
    acts.begin_on(view)
    return page, view


def test_links_when_a_teacher_places_five_at_once_lead_everybody_where_they_should(course: Course) -> None:
    page, teacher = course.open("mila")
    acts.publish(teacher, tasks=(acts.RULES, acts.TIDY), goal=35)
    page, choice = course.open_place(page, f"mila/{CHOOSING}")
    look(page, choice, "choose", course=course, widths=NARROW)
    titles = (acts.RULES.title, acts.TIDY.title, "De pagina van de deelnemer", f"De badge: {acts.BADGE}")
    for title in titles:
        choice.get_by_label(title, exact=True).check()
    acts.turn_page(choice, choice.locator("button[name=add][value=native]"))
    choice.locator("[name=tasks-0-title]").fill(GATE)
    acts.turn_page(choice, choice.locator("main button[name=place]:not([tabindex='-1'])").first)
    expect(choice.locator("#message a")).to_have_attribute("href", "#tasks-0-points")
    look(page, choice, "choose-problem", course=course, widths=NARROW)
    choice.locator("[name=tasks-0-points]").fill("30")

    answer = place(course, page, choice)

    expect(answer.locator("ul.activities li")).to_have_count(6)  # the last one is for staff alone
    numbers = {
        title: number_of(answer, title) for title in (acts.RULES.title, acts.TIDY.title, acts.BADGE, GATE, "Mijlpaal")
    }

    _page, zoe = begun(course, "zoe", numbers[acts.RULES.title])
    expect(zoe.locator("main h1")).to_contain_text(acts.RULES.title)
    zoe_page, zoe = course.open("zoe", numbers[GATE])
    expect(zoe.locator("main h1")).to_have_text("Je hebt deze opdracht gedaan")
    look(zoe_page, zoe, "gate", course=course)
    _page, fatma = begun(course, "fatma", numbers["Mijlpaal"])
    expect(fatma.locator("main h1")).to_contain_text("Vandaag")
    ahmed_page, ahmed = begun(course, "ahmed", numbers[acts.BADGE])
    expect(ahmed.locator("main h1")).not_to_contain_text(acts.BADGE)
    look(ahmed_page, ahmed, "badge-to-earn", course=course)
    teacher_page, teacher = course.open("mila", numbers[GATE])
    expect(teacher.locator("main h1")).to_have_text("Opdrachten uit mijn cursus")
    look(teacher_page, teacher, "gates", course=course)


def test_badge_that_was_placed_has_three_faces(canvas: Course) -> None:
    page, teacher = canvas.open("mila")
    acts.publish(teacher, tasks=(acts.RULES,), goal=20)
    page, choice = canvas.open_place(page, f"mila/{CHOOSING}")
    choice.get_by_label(f"De badge: {acts.BADGE}", exact=True).check()
    badge = number_of(place(canvas, page, choice), acts.BADGE)
    _page, zoe = begun(canvas, "zoe", "1")
    acts.finish(zoe, acts.RULES)

    holder_page, holder = canvas.open("zoe", badge)
    expect(holder.locator("main h1")).to_have_text(acts.BADGE)
    expect(holder.locator("form[action$='/share'] button")).to_be_visible()
    look(holder_page, holder, "badge-holder", course=canvas)
    teacher_page, teacher = canvas.open("mila", badge)
    expect(teacher.locator("main h1")).to_contain_text("Badges")
    expect(teacher.locator("main")).to_contain_text("Zoë")
    look(teacher_page, teacher, "badge-teacher", course=canvas)
    observer_page, observer = canvas.open("olga", badge)
    acts.begin_on(observer)
    expect(observer.locator("main h1")).to_have_text("Dit bewijs is privé.")
    expect(observer.locator("main")).not_to_contain_text(acts.BADGE)
    look(observer_page, observer, "badge-observer", course=canvas)


def test_link_of_a_task_when_chosen_again_is_edited_on_a_phone(course: Course) -> None:
    page, teacher = course.open("mila")
    acts.publish(teacher, tasks=(acts.RULES, acts.QUIZ), goal=20)
    page, choice = course.open_place(page, f"mila/{CHOOSING}")
    choice.get_by_label(acts.RULES.title, exact=True).check()
    number = number_of(place(course, page, choice), acts.RULES.title)

    page, choice = course.open_place(page, f"mila/activities/{number}/deep-linking")
    expect(choice.locator("main h1")).to_have_text("Deze link veranderen")
    expect(choice.locator("[name=tasks-0-title]")).to_have_value(acts.RULES.title)
    look(page, choice, "edit", course=course, widths=NARROW)
    choice.locator("[name=tasks-0-title]").fill("Lees alle regels")
    acts.turn_page(choice, choice.locator("button[name=locale]"))
    expect(choice.locator("main h1")).to_have_text("Change this link")
    choice.locator("[name=tasks-0-points]").fill("30")
    choice.locator("[name=tasks-0-confirmation][value=reviewer]").check()
    answer = place(course, page, choice)

    expect(answer.locator("ul.activities li")).to_have_count(1)
    _page, zoe = begun(course, "zoe", number)
    expect(zoe.locator("main h1")).to_contain_text("Lees alle regels")
    expect(zoe.locator("main")).to_contain_text("30 punten")
    expect(zoe.locator("[name=hand_in_id]")).to_have_count(1)
    zoe.locator("[name=text]").fill("Gelezen!")
    acts.turn_page(zoe, zoe.locator("form:has([name=hand_in_id]) button"))

    page, choice = course.open_place(page, f"mila/activities/{number}/deep-linking")
    expect(choice.locator("[name=tasks-0-points]")).to_have_attribute("readonly", "")
    look(page, choice, "edit-fixed", course=course, widths=NARROW)


def test_badge_when_handed_in_for_an_assignment_is_there_for_who_judges(canvas: Course) -> None:
    page, teacher = canvas.open("mila")
    acts.publish(teacher, tasks=(acts.RULES,), goal=20)
    page.goto(f"{canvas.demo.lms_url}/as/mila/assignments/new")
    page.locator("#title").fill("Laat zien wat je kunt")
    page.locator("#content button, main button").last.click()
    page.goto(f"{canvas.demo.lms_url}/as/mila/course")
    assignment = page.get_by_role("link", name="Laat zien wat je kunt").first.get_attribute("href") or ""
    number = re.search(r"/assignments/(\d+)", assignment)[1]  # type: ignore[index]
    where = f"courses/2/places/homework_submission?tool=1&assignment={number}"
    page, nothing = canvas.open_place(page, f"mila/{where}")
    look(page, nothing, "hand-in-teacher", course=canvas, widths=NARROW)
    zoe_page, zoe = begun(canvas, "zoe", "1")
    acts.finish(zoe, acts.RULES)

    zoe_page, zoe = canvas.open_place(zoe_page, f"zoe/{where}")
    expect(zoe.locator("main h1")).to_have_text("Een badge inleveren")
    look(zoe_page, zoe, "hand-in", course=canvas, widths=NARROW)
    answer = send_on(canvas, zoe_page, zoe, "button[name=hand_in]:not([tabindex='-1'])")
    expect(answer.locator("ul.activities li")).to_have_text([acts.BADGE])

    page.goto(f"{canvas.demo.lms_url}/as/mila/assignments/{number}")
    handed_in = page.locator("#handed-in a").first.get_attribute("href") or ""
    judge_page, judge = canvas.open("mila", re.search(r"/activities/(\d+)", handed_in)[1])  # type: ignore[index]
    expect(judge.locator("main h1")).to_have_text(acts.BADGE)
    look(judge_page, judge, "handed-in", course=canvas, widths=NARROW)
    with judge_page.context.expect_page() as opened:
        judge.locator("main a.btn-primary").click()
    expect(opened.value.locator("main h1")).to_contain_text(acts.BADGE)


def test_places_in_no_course_lead_to_the_badges_and_the_administration(canvas: Course) -> None:
    zoe_page, zoe = canvas.open_place(canvas.new_browser(), "zoe/courses/2/places/user_navigation?tool=1")
    expect(zoe.locator("main h1")).to_have_text("Mijn badges en bewijzen")
    look(zoe_page, zoe, "my-badges", course=canvas, widths=NARROW)
    noor_page, noor = canvas.open_place(canvas.new_browser(), "noor/courses/2/places/account_navigation?tool=1")
    look(noor_page, noor, "account", course=canvas, widths=NARROW)
    acts.turn_page(noor, noor.locator("main form[action$='/console'] button"))
    expect(noor.locator("main h1")).to_be_visible()
    assert "/admin/" in noor.url


def test_links_when_the_browser_keeps_no_cookies_are_placed_by_the_storage_of_the_platform(browser: Browser) -> None:
    lms = (sys.executable, "-m", "tests.e2e.serve_lms_with_storage", "--storage", "post_message_forwarding")
    with running_demo(free_port(in_a_row=2), tool_command=WITHOUT_COOKIES, lms_command=lms) as both:
        course = Course(browser, both, scripts=True, name="storage")
        page, choice = course.open_place(course.new_browser(), f"mila/{CHOOSING}")
        choice.get_by_label("De pagina van de deelnemer", exact=True).check()
        answer = place(course, page, choice)

        expect(answer.locator("ul.activities li")).to_have_count(1)
        assert page.context.cookies() == []
        course.close()
