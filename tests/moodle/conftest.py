"""A real Moodle, told by the environment; nothing here installs or starts one.

MOODLE_URL        its address, for example http://localhost:8088
MOODLE_COURSE     the id of a course (default 2) in which the people below take part
MOODLE_CRON       a command that runs what waits in Moodle (its adhoc tasks), where its cron does not run by itself
MOODLE_PASSWORDS  JSON: {"admin": "…", "t1": "…", "a1": "…", "s1": "…"}: site administrator, editing teacher,
                  non-editing teacher, learner

Moodle must be allowed to fetch this machine's key set (curl blocked hosts empty, allowed ports empty).
Run with `MOODLE_URL=… python -m pytest tests/moodle`; without it the tier is skipped.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page

from config.errors import PlatformFailed
from config.http import HttpClient
from config.settings import child_environment
from tests.e2e.conftest import browser, picture  # noqa: F401  (browser is the fixture)
from tests.factories.ports import free_port

MOODLE_URL = os.environ.get("MOODLE_URL", "")
COURSE = os.environ.get("MOODLE_COURSE", "2")
COMMAND = [sys.executable, "-c", "from lti_tool.cli import main; main()"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not MOODLE_URL:
        for item in items:
            if "tests/moodle" in str(item.path):
                item.add_marker(pytest.mark.skip(reason="MOODLE_URL names no Moodle"))


@dataclass(frozen=True)
class RunningTool:
    """The tool as an administrator started it, and the name of its activity in Moodle."""

    url: str
    name: str
    deployment_id: str


def log_in(browser: Browser, person: str) -> BrowserContext:  # noqa: F811
    """Return a browser of its own in which this person is logged in, the site in Dutch or English as it is."""
    passwords = json.loads(os.environ["MOODLE_PASSWORDS"])
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(90_000)
    # Without the page's scripts: what they ask for can come back after the login, with the session of nobody.
    address = f"{MOODLE_URL}/login/index.php"
    token = re.search(r'name="logintoken" value="([^"]+)"', context.request.get(address).text())
    assert token
    form = {"username": person, "password": passwords[person], "logintoken": token.group(1)}
    arrived = context.request.post(address, form=form)
    assert "/login/" not in arrived.url, person
    return context


def settled(page: Page) -> None:
    """Wait until Moodle's scripts are there and have done what they began: before that its buttons do nothing."""
    page.wait_for_load_state()
    page.wait_for_function("window.M?.util?.complete_js && M.util.pending_js.length === 0")


def run_command(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run([*COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(frozen=True)
class Served:
    """The tool as it runs, known to no platform yet."""

    url: str
    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        """Run a command as an administrator of the tool does."""
        return run_command(self.environment, *arguments)


@contextmanager
def serving(data: Path) -> Iterator[Served]:
    """Start the tool on a free port, with an empty database."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = child_environment(
        {"SECRET_KEY": secrets.token_urlsafe(48), "PUBLIC_URL": url, "DATA_DIR": str(data), "ALLOW_LOOPBACK": "true"}
    )
    run_command(environment, "db", "upgrade")
    log = data / "tool.log"
    with log.open("wb") as stream:
        process = subprocess.Popen([*COMMAND, "serve", "--port", str(port)], env=environment, stderr=stream)
    try:
        wait_for(f"{url}/health/ready")
        yield Served(url, environment)
    finally:
        process.terminate()
        process.wait(30)
        print(log.read_text()[-6000:])


@pytest.fixture(scope="module")
def tool(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTool]:  # noqa: F811
    """The tool on a free port, registered in Moodle by its own form and here by `platform add`."""
    with serving(tmp_path_factory.mktemp("tool")) as served:
        name = f"Mijlpaal {served.url.rpartition(':')[2]}"
        details = register_in_moodle(browser, served.url, name)
        served.run(
            *("platform", "add", "--issuer", details["Platform ID"], "--client-id", details["Client ID"]),
            *("--auth-login-url", details["Authentication request URL"]),
            *("--auth-token-url", details["Access token URL"], "--jwks-url", details["Public keyset URL"]),
            *("--deployment", details["Deployment ID"], "--personal-data", "names-and-email"),
        )
        yield RunningTool(served.url, name, details["Deployment ID"])


def wait_for(url: str) -> None:
    http = HttpClient(allow_loopback=True, user_agent="mijlpaal-tests")
    for _ in range(200):
        try:
            if http.send("GET", url).status == 200:
                return
        except PlatformFailed:
            time.sleep(0.1)
    raise AssertionError(url)


def register_in_moodle(browser: Browser, tool_url: str, name: str) -> dict[str, str]:  # noqa: F811
    """Fill in "Configure a tool manually" as an administrator does, and read what Moodle shows for the tool."""
    context = log_in(browser, "admin")
    page = context.new_page()
    page.goto(f"{MOODLE_URL}/mod/lti/toolconfigure.php")
    sesskey = page.evaluate("M.cfg.sesskey")
    page.goto(f"{MOODLE_URL}/mod/lti/typessettings.php?action=add&returnto=toolconfigure&sesskey={sesskey}")
    page.fill("#id_lti_typename", name)
    page.fill("#id_lti_toolurl", f"{tool_url}/lti/launch")
    page.select_option("#id_lti_ltiversion", "1.3.0")
    page.select_option("#id_lti_keytype", "JWK_KEYSET")
    page.fill("#id_lti_publickeyset", f"{tool_url}/lti/jwks")
    page.fill("#id_lti_initiatelogin", f"{tool_url}/lti/login")
    page.fill("#id_lti_redirectionuris", f"{tool_url}/lti/launch")
    page.select_option("#id_lti_coursevisible", "2")
    page.evaluate("document.querySelectorAll('fieldset .collapse').forEach(part => part.classList.add('show'))")
    page.select_option("#id_ltiservice_gradesynchronization", "2")
    page.select_option("#id_ltiservice_memberships", "1")
    for choice in ("sendname", "sendemailaddr", "acceptgrades"):
        page.select_option(f"#id_lti_{choice}", "1")
    picture(page, "moodle-register")
    page.click("#id_submitbutton")
    card = page.locator(".tool-card", has=page.get_by_role("heading", name=name, exact=True))
    card.locator(".viewdetails").click()
    dialog = page.locator(".modal-dialog")
    dialog.get_by_text("Deployment ID").wait_for()
    picture(page, "moodle-details")
    text = dialog.inner_text()
    context.close()
    return {
        label: found.group(1)
        for label in (
            "Platform ID",
            "Client ID",
            "Deployment ID",
            "Public keyset URL",
            "Access token URL",
            "Authentication request URL",
        )
        if (found := re.search(rf"{label}:\s*(\S+)", text))
    }


def make_course(browser: Browser, roles: Mapping[str, str]) -> str:  # noqa: F811
    """Make an empty course as an administrator does, with these people by role; returns its id.

    `roles` names for the beginning of an e-mail address the role as Moodle calls it.
    """
    context = log_in(browser, "admin")
    page = context.new_page()
    page.goto(f"{MOODLE_URL}/course/edit.php?category=1")
    name = f"Veilig werken {secrets.token_hex(3)}"
    page.fill("#id_fullname", name)
    page.fill("#id_shortname", name)
    page.click("#id_saveanddisplay")
    page.wait_for_url(re.compile(r"/course/view\.php\?id=\d+"))
    course = page.url.rpartition("id=")[2]
    page.goto(f"{MOODLE_URL}/enrol/instances.php?id={course}")
    page.locator("a[href*='/enrol/manual/manage.php']").first.click()
    for person, role in roles.items():
        page.select_option("#menuroleid", label=role)
        option = page.locator("#addselect option", has_text=f"({person}@").first
        page.select_option("#addselect", value=option.get_attribute("value"))
        page.click("#add")
        page.locator("#removeselect option", has_text=f"({person}@").wait_for(state="attached")
    context.close()
    return course


def add_activity(page: Page, tool: RunningTool, *, name: str = "", custom: str = "", course: str = COURSE) -> str:
    """Add the tool to the course as a teacher does, with a column in the gradebook; returns the activity's id."""
    page.goto(f"{MOODLE_URL}/course/modedit.php?add=lti&course={course}&section=1&typeid={tool.deployment_id}")
    page.locator("#id_name").fill(name or tool.name)
    picture(page, "moodle-activity")
    return _save_activity(page, custom)


def set_custom_parameters(page: Page, activity: str, custom: str) -> None:
    """Change what stands in the activity's "Custom parameters"."""
    page.goto(f"{MOODLE_URL}/course/modedit.php?update={activity}")
    page.locator("#id_name").wait_for()
    _save_activity(page, custom)


def _save_activity(page: Page, custom: str) -> str:
    if custom:
        box = page.locator("#id_instructorcustomparameters")
        if not box.is_visible():
            page.locator("a.moreless-toggler").first.click()
        box.fill(custom)
    page.locator("#id_submitbutton").click()
    page.wait_for_url(re.compile(r"/mod/lti/view\.php\?id=\d+"))
    found = re.search(r"id=(\d+)", page.url)
    assert found
    return found.group(1)


def open_tool(page: Page, tool: RunningTool, activity: str) -> Frame:
    """Open the activity in Moodle and wait for the tool in its frame."""
    page.goto(f"{MOODLE_URL}/mod/lti/view.php?id={activity}")
    for _ in range(150):
        for frame in page.frames:
            if frame.url.startswith(f"{tool.url}/s/"):
                frame.locator("main h1").wait_for()
                return frame
        page.wait_for_timeout(100)
    raise AssertionError([frame.url for frame in page.frames])


def grade_by_hand(page: Page, column: str, learner: str, grade: str, *, course: str = COURSE) -> None:
    """Type a grade over the tool's one, in Moodle's single view of a column."""
    page.goto(f"{MOODLE_URL}/grade/report/grader/index.php?id={course}")
    item = page.locator("th[data-itemid]", has_text=column).first.get_attribute("data-itemid")
    page.goto(f"{MOODLE_URL}/grade/report/singleview/index.php?id={course}&item=grade&itemid={item}")
    row = page.locator("tr", has_text=learner)
    if row.locator("[name^=override]").count() == 0:
        page.locator("input[name=setmode]").click()
    row.locator("[name^=override]").check()
    row.locator("[name^=finalgrade]").fill(grade)
    page.locator("input[type=submit][value=Save]").click()
    page.wait_for_load_state()
