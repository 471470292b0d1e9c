"""The ladder of launches in a real browser: cookie, platform storage, window. Each test falls when its rung is gone."""

from __future__ import annotations

from contextlib import ExitStack
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from lti_tool.cli.demo import CANVAS, MOODLE, Demo
from tests.e2e import acts
from tests.e2e.ladder import (
    FORWARDING,
    PATIENCE,
    Start,
    cookie_names,
    frame_at,
    new_browser,
    open_course,
    open_in_frame,
    opens_elsewhere,
)
from tests.e2e.test_thread import play


def test_launch_when_cookies_are_kept_takes_the_rung_of_cookies(
    browser: Browser, phone: BrowserContext, start: Start
) -> None:
    demo = start(cookies=True)
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(urlsplit(request.url).path))

    _page, frame = open_in_frame(phone, demo, "mila")

    acts.publish(frame)
    assert cookie_names(phone) == {"__Host-browser", "__Host-s-"}
    assert not opens_elsewhere(browser, frame.url)
    assert "/lti/launch" in asked
    assert "/lti/launch/storage" not in asked


@pytest.mark.parametrize("storage", [FORWARDING, "_parent"])
def test_launch_when_cookies_are_dropped_takes_the_rung_of_storage(
    browser: Browser, phone: BrowserContext, start: Start, storage: str
) -> None:
    demo = start(storage)
    addresses: list[str] = []
    phone.on("request", lambda request: addresses.append(request.url))

    page, frame = open_in_frame(phone, demo, "mila")

    acts.publish(frame)
    assert cookie_names(phone) == set()
    assert opens_elsewhere(browser, frame.url)
    assert page.evaluate("Object.keys(sessionStorage)") == []  # what was kept is used up, and taken away
    assert not [address for address in addresses if "id_token=" in address]


@pytest.mark.parametrize("platform", [MOODLE, CANVAS])
def test_links_when_cookies_are_dropped_are_placed_and_opened_by_the_rung_of_storage(
    phone: BrowserContext, start: Start, platform: str
) -> None:
    """A teacher places a link (deep linking) and a learner opens it, on a platform of each kind that keeps values."""
    demo = start(platform=platform)
    _page, teacher = open_in_frame(phone, demo, "mila")
    acts.publish(teacher)
    choosing = phone.new_page()
    choosing.goto(f"{demo.lms_url}/as/mila/courses/2/deep-linking?tool=1")
    choice = frame_at(choosing, f"{demo.tool_url}/s/")
    choice.get_by_label(acts.RULES.title, exact=True).check()
    with choosing.expect_event("framenavigated", lambda frame: "/deep-linking/return" in frame.url):
        choice.locator("main button[name=place]:not([tabindex='-1'])").first.click()
    placed = frame_at(choosing, demo.lms_url).locator("a", has_text=acts.RULES.title).first.get_attribute("href") or ""

    page = phone.new_page()
    page.goto(f"{demo.lms_url}{urlsplit(placed).path.replace('/as/mila/', '/as/zoe/')}")
    learner = frame_at(page, f"{demo.tool_url}/s/")
    acts.begin_on(learner)
    acts.finish(learner, acts.RULES)

    expect(learner.locator("main")).to_contain_text("Je hebt 20 punten.")
    assert cookie_names(phone) == set()


def test_course_when_all_cookies_are_dropped_is_played_in_frames(browser: Browser, start: Start) -> None:
    with ExitStack() as at_the_end:

        def open_alone(_context: BrowserContext, demo: Demo, person: str) -> tuple[Page, Frame]:
            """Give everybody a browser of their own: pages behind others lose clicks on a busy machine."""
            own = new_browser(browser)
            at_the_end.callback(own.close)
            return open_in_frame(own, demo, person)

        play(browser, start("_parent"), open_alone, "storage")


def test_pages_when_no_cookie_is_there_all_open_and_all_their_forms_work(
    browser: Browser, phone: BrowserContext, start: Start
) -> None:
    demo = start()
    desk = new_browser(browser)
    teacher_page, teacher = open_in_frame(desk, demo, "mila")
    acts.publish(teacher)
    _page, learner = open_in_frame(phone, demo, "zoe")
    acts.begin(learner)
    acts.hand_in(learner, acts.TIDY, "Mijn werkplek is leeg.", "https://example.org/foto")
    acts.review(teacher, "Zoë", "approved", praise="well-done")
    acts.finish(learner, acts.RULES)
    acts.finish(learner, acts.QUIZ)
    acts.turn_page(learner, learner.locator("form[action$='/celebrate'] button"))
    acts.open_badge(learner, acts.BADGE)
    acts.share(learner)
    acts.turn_page(learner, learner.locator("form[action$='/language'] button"))
    acts.give(teacher, "Zoë", acts.HELP, "Ik zag het.")

    assert len(crawl(learner)) > 8
    assert len(crawl(teacher)) > 8
    acts.go(teacher, "participants")
    with teacher_page.expect_download() as download:
        teacher.locator("a[href*='.csv']").first.click()
    assert "Zoë" in download.value.path().read_text(encoding="utf-8-sig")
    assert cookie_names(phone) == cookie_names(desk) == set()
    desk.close()


def crawl(frame: Frame) -> set[str]:
    """Ask for every address of this session that a page of it names, from inside the frame; each must answer."""
    session = "/".join(urlsplit(frame.url).path.split("/")[:3])
    waiting, seen = [frame.url], set[str]()
    while waiting:
        address = urldefrag(waiting.pop()).url
        if address in seen:
            continue
        seen.add(address)
        answer = frame.evaluate(
            """async (address) => {
                const answer = await fetch(address, { credentials: "omit" });
                const text = (answer.headers.get("Content-Type") || "").includes("html") ? await answer.text() : "";
                const named = new DOMParser().parseFromString(text, "text/html").querySelectorAll("[href], img[src]");
                const links = [...named].map((one) => one.getAttribute("href") || one.getAttribute("src"));
                return { status: answer.status, links: links.map((link) => new URL(link, address).href) };
            }""",
            address,
        )
        assert answer["status"] == 200, address
        waiting += [link for link in answer["links"] if urlsplit(link).path.startswith(f"{session}/")]
    return {urlsplit(address).path for address in seen}


def test_launch_when_there_are_no_scripts_offers_the_window_at_once(browser: Browser, start: Start) -> None:
    demo = start()
    context = new_browser(browser, scripts=False)
    page = open_course(context, demo, "mila")
    lms = next(frame for frame in page.frames if "/launch" in frame.url)
    lms.locator("form button").click()

    frame = frame_at(page, f"{demo.tool_url}/lti/login/check")

    expect(frame.locator("main h1:visible")).to_have_text("Open Mijlpaal in een nieuw venster", timeout=PATIENCE / 2)
    with context.expect_page() as opened:
        frame.get_by_role("button", name="Open Mijlpaal").click()
    opened.value.locator("form button").click()  # the LMS's own, which sends itself where there are scripts
    opened.value.wait_for_url("**/s/*/**")
    context.close()
