"""The ladder of launches in a real browser: cookie, platform storage, window. Each test falls when its rung is gone."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Route, expect

from lti_tool.cli.demo import CANVAS, MOODLE, Demo, running_demo
from tests.e2e import acts
from tests.e2e.conftest import WITHOUT_COOKIES, picture
from tests.e2e.test_thread import check_axe, play
from tests.factories.ports import free_port

FORWARDING = "post_message_forwarding"
ELSEWHERE = "http://elsewhere.localhost:9/"
"""Another origin than that of the LMS; its pages are made here."""
PATIENCE = 4_000
"""Milliseconds that platform_storage.js waits for an answer."""

Start = Callable[..., Demo]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a demo whose LMS says that a window keeps values, and whose tool gets cookies in frames or none."""
    with ExitStack() as at_the_end:

        def begin(
            storage: str = FORWARDING, *, silent: bool = False, cookies: bool = False, platform: str = MOODLE
        ) -> Demo:
            lms = [sys.executable, "-m", "tests.e2e.serve_lms_with_storage", "--storage", storage]
            running = running_demo(
                free_port(in_a_row=2),
                tool_command=() if cookies else WITHOUT_COOKIES,
                # Canvas keeps values by itself.
                lms_command=() if platform == CANVAS else [*lms, *(["--silent"] if silent else [])],
                platform=platform,
            )
            return at_the_end.enter_context(running)

        yield begin


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = new_browser(browser)
    yield context
    context.close()


def new_browser(browser: Browser, *, scripts: bool = True) -> BrowserContext:
    return browser.new_context(
        viewport={"width": 768, "height": 800},
        locale="nl-NL",
        reduced_motion="reduce",
        accept_downloads=True,
        java_script_enabled=scripts,
    )


def open_course(context: BrowserContext, demo: Demo, person: str) -> Page:
    page = context.new_page()
    page.goto(f"{demo.lms_url}/as/{person}/course")
    return page


def frame_at(page: Page, address: str) -> Frame:
    """Wait until a frame shows an address that begins like this, and is loaded."""
    for _ in range(200):
        for frame in page.frames[1:]:
            if frame.url.startswith(address):
                frame.locator("main h1").first.wait_for(state="attached")
                frame.wait_for_load_state()
                return frame
        page.wait_for_timeout(100)
    raise AssertionError([frame.url for frame in page.frames])


def open_in_frame(context: BrowserContext, demo: Demo, person: str) -> tuple[Page, Frame]:
    page = open_course(context, demo, person)
    return page, frame_at(page, f"{demo.tool_url}/s/")


def press_for_window(context: BrowserContext, frame: Frame) -> Page:
    """Press the button of the last rung; its window ends in the tool."""
    with context.expect_page() as opened:
        frame.get_by_role("button", name="Open Mijlpaal").click()
    window = opened.value
    window.wait_for_url("**/s/*/**")
    return window


def opens_elsewhere(browser: Browser, address: str) -> bool:
    """Say whether a copied address opens in another browser: only when the address itself is the proof."""
    stranger = new_browser(browser)
    answer = stranger.new_page().goto(address)
    stranger.close()
    assert answer is not None
    return answer.status == 200


def cookie_names(context: BrowserContext) -> set[str]:
    return {re.sub(r"(?<=-s-).*", "", str(cookie["name"])) for cookie in context.cookies()}


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


def replace_storage_frame(page: Page, demo: Demo, html: str, *, beside: bool = False) -> None:
    """Let the LMS show a frame of another origin, instead of the one that keeps values or beside it."""

    def change(route: Route) -> None:
        answer = route.fetch()
        policy = answer.headers["content-security-policy"].replace("frame-src", f"frame-src {ELSEWHERE}")
        ours = f'src="{demo.lms_url}/{FORWARDING}"></iframe>'
        assert ours in answer.text()
        theirs = f'{ours}<iframe src="{ELSEWHERE}"></iframe>' if beside else f'src="{ELSEWHERE}"></iframe>'
        headers = {**answer.headers, "content-security-policy": policy}
        route.fulfill(response=answer, headers=headers, body=answer.text().replace(ours, theirs))

    page.route("**/as/*/course", change)
    page.route(f"{ELSEWHERE}**", lambda route: route.fulfill(content_type="text/html", body=html))


EAGER = """<script>
  const kept = {}; window.heard = [];
  addEventListener("message", ({ data, source }) => {
    heard.push(data.subject);
    if (data.subject === "lti.put_data") kept[data.key] = data.value;
    const supported_messages = ["lti.put_data", "lti.get_data"].map((subject) => ({ subject }));
    source.postMessage(
      { subject: `${data.subject}.response`, message_id: data.message_id, value: kept[data.key], supported_messages },
      "*");
  });
</script>"""
"""Keeps values for everybody, as the LMS would, but from another origin."""

LIAR = """<script>
  const id = Array(16).fill("7").join("-");
  setInterval(() => {
    for (let number = 0; number < parent.length; number += 1) {
      for (const subject of ["lti.capabilities", "lti.put_data", "lti.get_data"]) {
        parent.frames[number].postMessage({ subject: `${subject}.response`, message_id: id, value: "a lie" }, "*");
      }
    }
  }, 5);
</script>"""
"""Answers before anybody else, with the number of the question, which it could only guess."""


def test_launch_when_another_origin_answers_is_refused_there_and_falls_to_the_window(
    phone: BrowserContext, start: Start
) -> None:
    demo = start()
    page = phone.new_page()
    replace_storage_frame(page, demo, EAGER)

    page.goto(f"{demo.lms_url}/as/mila/course")

    frame = frame_at(page, f"{demo.tool_url}/lti/login/check")
    button = frame.get_by_role("button", name="Open Mijlpaal")
    expect(button).to_be_visible(timeout=4 * PATIENCE)
    other = next(one for one in page.frames if one.url == ELSEWHERE)
    assert other.evaluate("heard") == []  # nothing was said to it, least of all the value
    window = press_for_window(phone, frame)
    expect(window.locator("main h1")).to_be_visible()


def test_launch_when_another_frame_answers_in_between_listens_to_the_platform_alone(
    phone: BrowserContext, start: Start
) -> None:
    demo = start()
    page = phone.new_page()
    page.add_init_script("crypto.getRandomValues = (numbers) => numbers.fill(7)")
    replace_storage_frame(page, demo, LIAR, beside=True)

    page.goto(f"{demo.lms_url}/as/mila/course")

    expect(frame_at(page, f"{demo.tool_url}/s/").locator("main h1")).to_be_visible()


def test_launch_when_the_platform_takes_its_time_says_so_in_words(phone: BrowserContext, start: Start) -> None:
    def be_patient(route: Route) -> None:
        answer = route.fetch()
        assert "PATIENCE = 4000;" in answer.text()
        route.fulfill(response=answer, body=answer.text().replace("PATIENCE = 4000;", "PATIENCE = 600000;"))

    phone.route("**/platform_storage.js*", be_patient)
    demo = start(silent=True)

    page = open_course(phone, demo, "mila")

    frame = frame_at(page, f"{demo.tool_url}/lti/login/check")
    expect(frame.locator("main h1:visible")).to_have_text("Mijlpaal gaat open")
    expect(frame.get_by_role("status")).to_contain_text("Wacht even.")
    expect(frame.get_by_role("button")).to_have_count(0)
    check_axe(page, "waiting for the platform")
    picture(page, "ladder-waiting")


def test_launch_when_the_platform_is_silent_works_in_a_window(
    browser: Browser, phone: BrowserContext, start: Start
) -> None:
    demo = start(silent=True)

    page = open_course(phone, demo, "mila")

    frame = frame_at(page, f"{demo.tool_url}/lti/login/check")
    expect(frame.locator("main h1:visible")).to_have_text("Open Mijlpaal in een nieuw venster", timeout=4 * PATIENCE)
    expect(frame.get_by_role("status")).to_contain_text("In een nieuw venster lukt het wel.")
    assert frame.title().startswith("Open Mijlpaal in een nieuw venster")
    check_axe(page, "nobody answered")
    picture(page, "ladder-window")
    window = press_for_window(phone, frame)
    acts.publish(window)
    assert not opens_elsewhere(browser, window.url)


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


def test_platform_when_its_storage_forgets_between_login_and_launch_gets_a_page_with_a_number(
    phone: BrowserContext, start: Start
) -> None:
    demo = start()
    page = phone.new_page()

    def forget(route: Route) -> None:
        page.evaluate("sessionStorage.clear()")
        route.continue_()

    page.route("**/lti/launch", forget)
    page.goto(f"{demo.lms_url}/as/mila/course")

    frame = frame_at(page, f"{demo.tool_url}/lti/launch/storage")

    expect(frame.locator("main")).to_contain_text("Open Mijlpaal daar opnieuw.")
    expect(frame.locator(".reference-number")).to_have_text(re.compile(r"^\w{6}$"))
