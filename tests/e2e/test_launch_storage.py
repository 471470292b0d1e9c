"""A platform that keeps values badly, in a real browser: another answers for it, it is slow, silent or forgetful."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from lti_tool.cli.demo import Demo
from tests.e2e import acts
from tests.e2e.conftest import picture
from tests.e2e.ladder import (
    FORWARDING,
    PATIENCE,
    Start,
    frame_at,
    open_course,
    opens_elsewhere,
    press_for_window,
)
from tests.e2e.test_thread import check_axe

ELSEWHERE = "http://elsewhere.localhost:9/"
"""Another origin than that of the LMS; its pages are made here."""


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
