"""A school with the demo LMS and the tool as processes: everybody works over HTTP, without scripts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode, urljoin

from config.http import HttpClient
from lti_tool.cli.demo import Demo
from lti_tool.demo_platform.browser import DemoBrowser
from lti_tool.demo_platform.browser_form import Form
from lti_tool.demo_platform.browser_page import Link, Page

PROMPT_TOOL = (sys.executable, "-m", "tests.integration.serve_promptly")
OWN_CANVAS = (sys.executable, "-m", "tests.integration.serve_own_canvas")
PATIENCE_SECONDS = 90.0
_T = TypeVar("_T")


@dataclass(frozen=True)
class Task:
    """A task as a teacher writes it while placing; `native`: an assignment of the course itself."""

    title: str
    points: int
    confirmation: str = "learner"
    native: bool = False


def until(look: Callable[[], _T | None], otherwise: Callable[[], object] = lambda: "") -> _T:
    """Look again and again until there is something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.3)


class DemoSchool:
    """One LMS and its tool, and the browsers of everybody."""

    def __init__(self, demo: Demo) -> None:
        self.lms_url, self.tool_url = demo.lms_url, demo.tool_url
        environ = Path(f"/proc/{demo.processes['the tool'].pid}/environ").read_bytes().decode()
        self._environment = dict(pair.partition("=")[::2] for pair in environ.split("\0") if pair)
        self._http = HttpClient(allow_loopback=True, user_agent="mijlpaal-tests")
        self._browsers: dict[str, DemoBrowser] = {}
        self._console_url = ""
        self.tool_id = 0
        """The number of the tool that registered itself, in the LMS."""

    def run(self, *arguments: str) -> str:
        """Run `mijlpaal` where the tool runs."""
        command = [sys.executable, "-c", "from lti_tool.cli import main; main()", *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def pull(self, lever: str, **values: object) -> Any:
        """Pull a lever of the LMS."""
        answer = self._http.send("POST", f"{self.lms_url}/control/{lever}?{urlencode(values, doseq=True)}")
        assert answer.status == 200, (lever, values, answer.status, answer.body[:300])
        return json.loads(answer.body)

    def read(self, path: str) -> Any:
        """Read what the LMS holds, as data."""
        answer = self._http.send("GET", f"{self.lms_url}{path}")
        assert answer.status == 200, (path, answer.status)
        return json.loads(answer.body)

    def browser(self, who: str) -> DemoBrowser:
        return self._browsers.setdefault(who, DemoBrowser())

    # Registering

    def register(self) -> tuple[Page, Page]:
        """Paste an invitation in the LMS and agree; returns the page that asks and the one that says what is left."""
        invitation = _address_in(self.run("platform", "invite", "--note", "Demo-school"))
        noor = self.browser("noor")
        where = f"{self.lms_url}/as/noor/tools/register?{urlencode({'address': invitation})}"
        asks = noor.enter_frame(noor.open(where))
        done = noor.submit(asks, asks.find_form("review").fill(personal_data="names"))
        assert done.status == 200, done.words
        self.tool_id = max(tool["id"] for tool in self.read("/control/tools"))
        return asks, done

    def tool(self) -> dict[str, Any]:
        """Return the tool as the LMS knows it."""
        found: dict[str, Any] = next(tool for tool in self.read("/control/tools") if tool["id"] == self.tool_id)
        return found

    def enter_console(self) -> None:
        """Open the admin console of the whole service by a link that works once."""
        browser = self.browser("console")
        door = browser.open(_address_in(self.run("admin", "link")))
        self._console_url = browser.submit(door, door.find_form(action="/admin/enter/")).url

    def console(self, reference: str = "") -> Page:
        """Look at the console, or look there for a number that somebody was shown."""
        page = self.browser("console").open(f"{self._console_url}?{urlencode({'reference': reference})}")
        assert page.status == 200, page.words
        return page

    def checks(self) -> dict[str, str]:
        """Return what the self-check of our platform says, by its title."""
        console = self.console()
        client_id = self.tool()["client_id"]
        after = console.text.partition(client_id)[2]
        path = re.search(r'href="([^"]*/check/[^"]*)"', after)
        assert path, console.words
        text = self.browser("console").open(urljoin(console.url, path[1])).text
        found = re.findall(r'class="check check-([a-z-]+)".*?<strong>(.*?)</strong>', text, re.DOTALL)
        return {title: result for result, title in found}

    # Courses

    def add_course(self, title: str) -> str:
        return str(self.pull("course", title=title)["id"])

    def activities(self, course: str) -> dict[str, dict[str, Any]]:
        """Return the activities of a course by their titles."""
        return {one["title"]: one for one in self.gradebook(course)["activities"]}

    def gradebook(self, course: str) -> dict[str, Any]:
        found: dict[str, Any] = self.read(f"/courses/{course}/gradebook.json")
        return found

    def columns(self, course: str) -> dict[str, dict[str, Any]]:
        return {item["label"]: item for item in self.gradebook(course)["lineItems"]}

    def cells(self, course: str, label: str) -> dict[str, float]:
        """Return the grades that stand in a column, by person."""
        return {
            learner["key"]: result["resultScore"]
            for learner in self.gradebook(course)["learners"]
            for result in learner["results"]
            if result["label"] == label and result.get("resultScore") is not None
        }

    def until_cells(self, course: str, label: str, expected: Mapping[str, float]) -> None:
        """Wait until exactly these grades stand in a column."""
        until(
            lambda: self.cells(course, label) == expected,
            lambda: (label, self.cells(course, label), expected, self.columns(course), self.run("outbox", "status")),
        )

    # In the tool

    def launch(self, who: str, path: str, status: int = 200) -> Page:
        """Open the tool from a page of the LMS, as this person; a new learner begins."""
        browser = self.browser(who)
        page = browser.launch(browser.open(f"{self.lms_url}/as/{who}{path}"))
        assert page.status == status, (page.url, page.status, page.words)
        if page.url.endswith("/welcome"):
            page = browser.submit(page, page.find_form(action="/welcome"))
        return page

    def launch_activity(self, who: str, course: str, title: str) -> Page:
        return self.launch(who, f"/activities/{self.activities(course)[title]['resourceLinkId']}")

    def follow(self, who: str, page: Page, where: str, status: int = 200) -> Page:
        """Go to another page of the session of this page."""
        base, _, rest = page.url.partition("/s/")
        found = self.browser(who).follow(page, Link(f"{base}/s/{rest.partition('/')[0]}/{where}", where, ""))
        assert found.status == status, (where, found.status, found.words)
        return found

    def press(self, who: str, page: Page, form: Form, button: str = "") -> Page:
        """Send a form, by the button of this name if one is named."""
        chosen = next((one for one in form.buttons if one.name == button), None) if button else None
        found = self.browser(who).submit(page, form, chosen)
        assert found.status == 200, (found.url, found.status, found.words)
        return found

    def do_task(self, who: str, page: Page) -> Page:
        """Say on the page of a task that it is done."""
        return self.press(who, page, page.find_form(action="/done"))

    def place(
        self, course: str, tasks: Sequence[Task] = (), *, picks: Sequence[str] = (), goal: int | None = None, path: str
    ) -> list[str]:
        """Let the teacher choose what is placed, from a page of the LMS; returns the titles of what came of it."""
        mila = self.browser("mila")
        before = {one["resourceLinkId"] for one in self.gradebook(course)["activities"]}
        page = self.launch("mila", path)
        for native in (False, True):
            some = [task for task in tasks if task.native is native]
            first = sum(1 for task in tasks if not task.native) if native else 0
            for number, task in enumerate(some, first):
                if f"tasks-{number}-title" not in page.find_form("seen_number").names:
                    form = page.find_form("seen_number")
                    page = mila.submit(page, form, form.find_button("native" if native else "own"))
                _write(page.find_form("seen_number"), number, task)
        form = page.find_form("seen_number").fill(pick=list(picks))
        if goal is not None:
            form.fill(goal_points=str(goal))
        answer = self.press("mila", page, form, "place")
        chosen = mila.submit(answer, answer.find_form("JWT"))
        assert chosen.status == 200, chosen.words
        return [one["title"] for one in self.gradebook(course)["activities"] if one["resourceLinkId"] not in before]

    def give_badge(self, page: Page, name: str) -> None:
        """Let the teacher add a badge to the course, from a page of theirs."""
        setup = self.follow("mila", page, "setup")
        form = setup.find_form("badge_name").fill(badge_name=name, badge_criteria="Je hebt de opdrachten gedaan.")
        self.press("mila", setup, form, "publish")

    def ask_gates(self, page: Page) -> Page:
        """Press "Look now" as the teacher."""
        gates = self.follow("mila", page, "gates")
        return self.press("mila", gates, gates.find_form(action="/gates/ask"))

    def look_for_columns(self, page: Page) -> Page:
        """Press "Look in the gradebook again" as the teacher."""
        gradebook = self.follow("mila", page, "gradebook")
        return self.press("mila", gradebook, gradebook.find_form(action="/gradebook/look"))

    def count_typed_grades(self, page: Page, percent: int) -> None:
        """Say as the teacher that a grade typed in the LMS finishes a task."""
        gradebook = self.follow("mila", page, "gradebook")
        form = gradebook.find_form("percent", action="/gradebook/grades").fill(counts=True, percent=str(percent))
        self.press("mila", gradebook, form)


def _write(form: Form, number: int, task: Task) -> None:
    line = {"title": task.title, "points": str(task.points), "confirmation": task.confirmation}
    form.fill(**{f"tasks-{number}-{part}": value for part, value in line.items()})


def _address_in(said: str) -> str:
    found = re.search(r"https?://\S+", said)
    assert found, said
    return found.group(0)
