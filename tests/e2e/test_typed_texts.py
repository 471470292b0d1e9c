"""What somebody wrote while their session ended stands on the page that says so, in a real browser and a frame."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame, expect

from lti_tool.cli.demo import Demo
from tests.e2e import acts
from tests.e2e.course import Course, look

WIDTHS = (320, 360, 768, 1280)
WORK = "Ik veegde de vloer.\n\nDaarna ruimde ik <b>alles</b> op. " + "Dat duurde een uur. " * 20
LINK = "https://example.org/foto-van-mijn-werkplek-met-een-heel-lange-naam-die-nergens-ophoudt-en-maar-doorgaat.jpg"


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def course(request: pytest.FixtureRequest, browser: Browser, demo: Demo) -> Iterator[Course]:
    opened = Course(browser, demo, scripts=request.param, name="typed")
    yield opened
    opened.close()


def sent_too_late(view: Frame, button: str) -> None:
    """Send the form when nothing proves the session any more."""
    view.page.context.clear_cookies()
    acts.turn_page(view, view.locator(button))
    expect(view.locator("main h1")).to_have_text("Deze pagina is dicht")


def copied_from(view: Frame) -> list[str]:
    return [box.input_value() for box in view.locator("textarea[readonly]").all()]


def test_texts_when_the_session_ended_can_be_copied_and_sent_after_all(course: Course) -> None:
    page, teacher = course.open("mila")
    acts.publish(teacher)
    zoe_page, zoe = course.open("zoe")
    acts.begin(zoe)
    acts.open_task(zoe, acts.TIDY)
    zoe.locator("[name=text]").fill(WORK)
    zoe.locator("[name=link]").fill(LINK)

    sent_too_late(zoe, "form:has([name=hand_in_id]) button")

    copied = copied_from(zoe)
    assert copied == [WORK.strip(), LINK]
    look(zoe_page, zoe, "hand-in", course=course, widths=WIDTHS)
    again_page, again = course.open_in(zoe_page, "zoe")
    acts.hand_in(again, acts.TIDY, *copied)
    look(again_page, again, "hand-in-sent", course=course, widths=WIDTHS)

    teacher.locator("[name=badge_criteria]").fill(WORK)
    sent_too_late(teacher, "main button[name=publish]:not([tabindex='-1'])")
    assert WORK.strip() in copied_from(teacher)
    look(page, teacher, "set-up", course=course, widths=WIDTHS)
