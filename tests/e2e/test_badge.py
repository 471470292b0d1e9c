"""A badge in a real browser, from its design to a stranger who doubts it: with scripts and without, on a phone."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from badges.openbadges.baking import extract
from badges.openbadges.verify import verify
from lti_tool.cli.demo import Demo
from tests.e2e import acts
from tests.e2e.conftest import PICTURES
from tests.e2e.course import Course, look

STAFF_WIDTHS = (360, 1280)
DESIGN = {"shape": "shield", "colour": "sky", "symbol": "helmet", "level": "2"}
DESCRIPTION = "Wie deze badge heeft, werkt veilig op de werkvloer."
ALT = "Een blauw schild met een helm"
REMARK = "Alles lag op zijn plek. Je helm zat goed."
DOUBT = "Deze persoon was er die dag niet.\n<b>Echt</b> مكان العمل"
TAKEN_BACK = "Dit werk was van iemand anders."
GIVEN_AGAIN = "Het was toch jouw werk. Sorry!"
BY_HAND = "Ik zag je drie dagen veilig werken."


@dataclass(frozen=True)
class Seat:
    """Somebody with the page before them; `view` is the tool's frame in it."""

    page: Page
    view: Frame


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def course(request: pytest.FixtureRequest, browser: Browser, demo: Demo) -> Iterator[Course]:
    opened = Course(browser, demo, scripts=request.param, name="badge")
    yield opened
    opened.close()


def test_badge_when_played_by_everybody_is_designed_kept_shared_doubted_and_decided_about(course: Course) -> None:
    mila = Seat(*course.open("mila"))
    design_a_badge(mila, course)
    sam = Seat(*course.open("sam"))
    zoe, fatma = Seat(*course.open("zoe")), Seat(*course.open("fatma"))
    reach_the_goal_by_own_act(zoe, sam, course)
    reach_the_goal_by_review(fatma, sam, course)
    document = keep_the_badge(zoe, course)
    address = address_in_gradebook(course, "zoe")
    stranger = course.new_browser()
    share_and_hide(zoe, stranger, address, document, course)
    doubt(stranger, course)
    hear_of_it(mila, course)
    take_back(zoe, mila, stranger, address, course)
    give_again(zoe, mila, stranger, address, document, course)
    give_by_hand(mila, course)


def design_a_badge(mila: Seat, course: Course) -> None:
    """Give the course a badge; one for a skill is refused while participants could tick everything it asks."""
    teacher = mila.view
    acts.publish(teacher)
    acts.design_badge(teacher, type="skill", **DESIGN, alt=ALT, description=DESCRIPTION)
    look(mila.page, teacher, "1-design", course=course, widths=STAFF_WIDTHS)
    acts.press(teacher, "[name=publish]")
    expect(teacher.locator("[role=alert]")).to_contain_text("46")
    look(mila.page, teacher, "1-refused", course=course, widths=STAFF_WIDTHS)
    acts.press(teacher, "[name=choose_type][value=participation]")
    expect(teacher.locator("[name=badge_type][value=participation]")).to_be_checked()
    expect(teacher.locator("[name=badge_alt]")).to_have_value(ALT)

    teacher.locator("[name=goal_points]").fill("60")
    acts.describe_badge(teacher, type="skill", **DESIGN, proof_kind="sector-certificate")
    expect(teacher.locator("[name=badge_description]")).to_have_value(DESCRIPTION)
    look(mila.page, teacher, "1-published", course=course, widths=STAFF_WIDTHS)
    acts.go(teacher, "badges-of-course")
    look(mila.page, teacher, "1-nobody-yet", course=course, widths=STAFF_WIDTHS)


def reach_the_goal_by_own_act(zoe: Seat, sam: Seat, course: Course) -> None:
    """Whose own click completes the goal stands on the page that celebrates it."""
    learner = zoe.view
    acts.begin(learner)
    acts.go(learner, "badges")
    expect(learner.locator("main h2")).to_have_text("Je hebt nog geen badge.")
    look(zoe.page, learner, "2-none-yet", course=course)
    acts.finish(learner, acts.RULES)
    acts.hand_in(learner, acts.TIDY, "Mijn werkplek is leeg.")
    acts.review(sam.view, "Zoë", "approved", praise="well-done")
    acts.finish(learner, acts.QUIZ)
    expect(learner.locator("main h1")).to_have_text("Gelukt!")
    expect(learner.locator("main")).to_contain_text(acts.BADGE)
    expect(learner.get_by_role("button", name="Print deze pagina")).to_have_count(1 if course.scripts else 0)
    look(zoe.page, learner, "2-celebration", course=course)
    acts.press(learner, "[value=badges]")
    look(zoe.page, learner, "2-list", course=course)


def reach_the_goal_by_review(fatma: Seat, sam: Seat, course: Course) -> None:
    """Who reached it while somebody else looked finds a message, and behind it the same page with their words."""
    learner = fatma.view
    acts.begin(learner)
    acts.finish(learner, acts.RULES)
    acts.finish(learner, acts.QUIZ)
    acts.hand_in(learner, acts.TIDY, "Klaar!")
    acts.review(sam.view, "Fatma", "approved", remark=REMARK)
    acts.go(learner, "today")
    look(fatma.page, learner, "2-today-new", course=course)
    acts.open_celebration(learner)
    expect(learner.locator("main")).to_contain_text(REMARK)
    look(fatma.page, learner, "2-celebration-words", course=course)


def keep_the_badge(zoe: Seat, course: Course) -> bytes:
    """Read why the badge was given, and take it along in each of the three ways. Returns the signed document."""
    learner = zoe.view
    open_signed_badge(zoe)
    why = learner.locator("section:has(#why-title)")
    expect(why).to_contain_text(acts.CRITERIA)
    expect(why).to_contain_text("keek je begeleider naar je werk")
    expect(why).to_contain_text("60 punten")
    look(zoe.page, learner, "2-badge", course=course)

    document = download(zoe.page, learner.locator("a[href$='/credential.json']"))
    verified = verify(document)
    assert (verified.achievement_name, verified.achievement_type) == (acts.BADGE, "Competency")
    assert extract(download(zoe.page, learner.locator("a[href$='/badge.png']"))) == document
    paper = download(zoe.page, learner.locator("a[href$='/badge.pdf']"))
    assert paper.startswith(b"%PDF")
    assert acts.BADGE in pypdf.PdfReader(io.BytesIO(paper)).pages[0].extract_text()
    if PICTURES and course.scripts:
        drawn = pypdfium2.PdfDocument(paper)[0].render(scale=1.5).to_pil()
        drawn.save(Path(PICTURES) / f"{course.name}-2-paper.png")
    return document


def share_and_hide(zoe: Seat, stranger: Page, address: str, document: bytes, course: Course) -> None:
    """Nobody else sees a badge before its holder says so, nor after they have changed their mind."""
    is_private(stranger, address)
    look(stranger, stranger, "3-private", course=course)

    assert acts.share(zoe.view) == address
    look(zoe.page, zoe.view, "2-shared", course=course)
    stranger.goto(address)
    holds(stranger)
    expect(stranger.locator("main")).to_contain_text("Een begeleider keek naar het werk.")
    expect(stranger.locator("main")).to_contain_text("certificaat van de branche", ignore_case=True)
    expect(stranger.locator("body")).not_to_contain_text("Zoë")
    look(stranger, stranger, "3-shared", course=course, widths=STAFF_WIDTHS)
    acts.turn_page(stranger, stranger.locator(".public-again a"))
    holds(stranger)
    assert download(stranger, stranger.locator("main a[href$='/credential.json']")) == document
    assert extract(download(stranger, stranger.locator("main a[href$='/badge.png']"))) == document

    acts.stop_sharing(zoe.view)
    look(zoe.page, zoe.view, "2-private-again", course=course)
    is_private(stranger, address)
    assert acts.share(zoe.view, shows_name=True) == address
    stranger.goto(address)
    expect(stranger.locator("main")).to_contain_text("Zoë")
    look(stranger, stranger, "3-shared-name", course=course)


def doubt(stranger: Page, course: Course) -> None:
    """Anybody can say that something is not right."""
    acts.turn_page(stranger, stranger.locator(".public-report a"))
    look(stranger, stranger, "3-report", course=course)
    stranger.go_back()
    acts.report(stranger, DOUBT, "jan@example.org")
    look(stranger, stranger, "3-reported", course=course)


def hear_of_it(mila: Seat, course: Course) -> None:
    """Those who teach are told who earned a badge and that somebody doubts one."""
    teacher = mila.view
    acts.go(teacher, "participants")
    news = teacher.locator(".badge-news")
    expect(news).to_contain_text("2 deelnemers")
    expect(news).to_contain_text("Zoë")
    look(mila.page, teacher, "4-news", course=course, widths=STAFF_WIDTHS)
    acts.turn_page(teacher, news.locator("form button"))
    expect(news).to_have_count(0)
    acts.turn_page(teacher, teacher.locator("#badge-doubts a"))
    expect(teacher.locator("main tbody tr")).to_have_count(1)
    acts.turn_page(teacher, teacher.locator("main .badges-doubt"))
    doubts = teacher.locator("#reports")
    for words in (*DOUBT.split("\n"), "jan@example.org"):
        expect(doubts).to_contain_text(words)
    look(mila.page, teacher, "4-doubt", course=course, widths=STAFF_WIDTHS)
    acts.turn_page(teacher, doubts.locator("form button"))
    expect(teacher.locator("#status")).to_be_visible()
    expect(doubts.locator("form")).to_have_count(0)


def take_back(zoe: Seat, mila: Seat, stranger: Page, address: str, course: Course) -> None:
    """A badge that is taken back does not hold for anybody; its holder reads why, calmly."""
    acts.open_person(mila.view, "Zoë")
    look(mila.page, mila.view, "5-participant", course=course, widths=STAFF_WIDTHS)
    acts.take_badge_back(mila.view, TAKEN_BACK)
    look(mila.page, mila.view, "5-participant-taken-back", course=course, widths=STAFF_WIDTHS)
    acts.go(mila.view, "badges-of-course")
    look(mila.page, mila.view, "5-badges", course=course, widths=STAFF_WIDTHS)

    acts.go(zoe.view, "today")
    expect(zoe.view.locator("main")).to_contain_text(TAKEN_BACK)
    look(zoe.page, zoe.view, "5-today-taken-back", course=course)
    acts.open_badge(zoe.view, acts.BADGE)
    expect(zoe.view.locator("main")).to_contain_text("Je badge geldt niet meer.")
    expect(zoe.view.locator("a[href$='/credential.json']")).to_have_count(0)
    look(zoe.page, zoe.view, "5-badge-taken-back", course=course)
    stranger.goto(address)
    expect(stranger.locator("main h1")).to_contain_text("geldt niet meer")
    expect(stranger.locator("body")).not_to_contain_text(TAKEN_BACK)
    look(stranger, stranger, "5-public-taken-back", course=course)


def give_again(zoe: Seat, mila: Seat, stranger: Page, address: str, document: bytes, course: Course) -> None:
    """It is the same badge at the same address, signed anew."""
    acts.open_person(mila.view, "Zoë")
    acts.give_badge(mila.view, GIVEN_AGAIN)
    acts.go(zoe.view, "today")
    acts.open_celebration(zoe.view)
    expect(zoe.view.locator("main")).to_contain_text(GIVEN_AGAIN)
    open_signed_badge(zoe)
    look(zoe.page, zoe.view, "5-badge-again", course=course)
    stranger.goto(address)
    holds(stranger)
    again = download(stranger, stranger.locator("main a[href$='/credential.json']"))
    verify(again)
    before, after = json.loads(document), json.loads(again)
    assert (after["id"], after["awardedDate"]) == (before["id"], before["awardedDate"])
    assert after["validFrom"] > before["validFrom"]


def give_by_hand(mila: Seat, course: Course) -> None:
    """Somebody who did nothing on these pages gets the badge with a reason, and celebrates all the same."""
    ahmed = Seat(*course.open("ahmed"))
    acts.begin(ahmed.view)
    acts.open_person(mila.view, "Ahmed")
    acts.give_badge(mila.view, BY_HAND)
    look(mila.page, mila.view, "5-participant-given", course=course, widths=STAFF_WIDTHS)
    acts.go(ahmed.view, "today")
    acts.open_celebration(ahmed.view)
    expect(ahmed.view.locator("main")).to_contain_text(BY_HAND)
    look(ahmed.page, ahmed.view, "5-celebration-by-hand", course=course)


def open_signed_badge(seat: Seat) -> None:
    """Open the page of one's badge, and again until it has been signed: without scripts nothing moves by itself."""
    keep = seat.view.locator("a[href$='/credential.json']")
    until(seat.page, lambda: acts.open_badge(seat.view, acts.BADGE), keep)


def holds(stranger: Page) -> None:
    """Ask the public page again until the badge has been signed, and see that it holds."""
    until(stranger, stranger.reload, stranger.get_by_role("heading", name="Deze badge is echt"))
    expect(stranger.locator("main h1")).to_have_text(acts.BADGE)


def is_private(stranger: Page, address: str) -> None:
    stranger.goto(address)
    expect(stranger.locator("main")).to_have_text("Dit bewijs is privé. Open het vanuit je cursus.")
    expect(stranger.locator("body")).not_to_contain_text(acts.BADGE)


def until(page: Page, look_again: Callable[[], object], wanted: Locator) -> None:
    for _ in range(60):
        if wanted.count():
            return
        page.wait_for_timeout(250)
        look_again()
    raise AssertionError(page.url)


def download(page: Page, link: Locator) -> bytes:
    with page.expect_download() as downloaded:
        link.click()
    return downloaded.value.path().read_bytes()


def address_in_gradebook(course: Course, person: str) -> str:
    """Return the address of the badge, as the comment beside the score of this learner gives it."""
    page = course.new_browser()
    comments: list[str] = []
    for _ in range(60):
        gradebook = page.request.get(f"{course.demo.lms_url}/gradebook.json").json()
        comments = [
            result.get("comment") or ""
            for learner in gradebook["learners"]
            if learner["key"] == person
            for result in learner["results"]
        ]
        found = re.search(rf"{re.escape(course.demo.tool_url)}/badges/[0-9a-f-]{{36}}", " ".join(comments))
        if found:
            return found.group(0)
        page.wait_for_timeout(500)
    raise AssertionError(comments)
