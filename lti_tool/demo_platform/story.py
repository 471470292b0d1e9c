"""What the people of the demo do in the course, one person and one act at a time, over HTTP.

A teacher begins in three steps; learners do tasks and hand in work; an assistant reviews it; the teacher gives points
by hand; the badge is kept and shared, and a stranger looks at it. Each act looks at what the page then says, and says
what it saw.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lti_tool.demo_platform.browser import DemoBrowser
from lti_tool.demo_platform.browser_form import Form
from lti_tool.demo_platform.browser_page import Link, Page

GOAL_POINTS = 45
BADGE_NAME = "Veilig werken"
CRITERIA = "Je hebt de regels gelezen. Je hebt je helm gedragen."
REMARK = "Maak ook een foto van de vloer."
REASON = "Ik zag het op de werkvloer."


@dataclass(frozen=True)
class PlayedTask:
    """A task as the teacher types it."""

    title: str
    points: int
    is_reviewed: bool = False
    is_bonus: bool = False


RULES = PlayedTask("Lees de veiligheidsregels", 20)
QUIZ = PlayedTask("Doe de quiz over de helm", 25)
TIDY = PlayedTask("Ruim je werkplek op", 15, is_reviewed=True)
HELP = PlayedTask("Help een nieuwe collega", 10, is_bonus=True)
TASKS = (RULES, QUIZ, TIDY, HELP)
TOTAL = sum(task.points for task in TASKS if not task.is_bonus)


class StepFailed(Exception):
    """A step did not see what it should have seen."""


class Story:
    """The people with their browsers, and the page that each of them has before them."""

    def __init__(self, lms_url: str) -> None:
        self._lms_url = lms_url
        self._browsers: dict[str, DemoBrowser] = {}
        self._pages: dict[str, Page] = {}

    @property
    def requests(self) -> int:
        """How many requests everybody made together."""
        return sum(len(browser.steps) for browser in self._browsers.values())

    def open_course(self, key: str, *expected: str) -> str:
        """Open the course as this person, as from the LMS."""
        browser = self._browser(key)
        self._pages[key] = browser.launch(browser.open(f"{self._lms_url}/as/{key}/course"))
        return self._see(key, *expected)

    def publish(self, key: str) -> str:
        """Begin without a ready-made set, in three steps: what for, which tasks, what goal."""
        self.open_course(key, "Wat wil je bereiken?")
        page = self._pages[key]
        page = self._send(key, page.find_form("preset").fill(preset="empty"), "Verder")
        while f"tasks-{len(TASKS) - 1}-title" not in page.find_form("order").names:
            page = self._send(key, page.find_form("order"), "Voeg een opdracht toe")
        typed: dict[str, Any] = {}
        for index, task in enumerate(TASKS):
            typed |= {
                f"tasks-{index}-title": task.title,
                f"tasks-{index}-points": str(task.points),
                f"tasks-{index}-kind": "bonus" if task.is_bonus else "required",
                f"tasks-{index}-confirmation": "reviewer" if task.is_reviewed else "learner",
            }
        page = self._send(key, page.find_form("order").fill(**typed), "Verder")
        last = {"goal_points": str(GOAL_POINTS), "badge_name": BADGE_NAME, "badge_criteria": CRITERIA, "columns": "one"}
        self._send(key, page.find_form("goal_points").fill(**last), "Publiceer")
        return self._see(key, *(task.title for task in TASKS))

    def begin(self, key: str) -> str:
        """Read the welcome and begin."""
        self.open_course(key)
        self._send(key, self._pages[key].find_form(action="/welcome"))
        return self._see(key, "Nog te doen", f"{GOAL_POINTS} punten")

    def finish(self, key: str, task: PlayedTask, *expected: str) -> str:
        """Say "I have done this" of a task."""
        page = self._at(key, "route")
        self._send(key, _form_of(page, task, "/done"))
        return self._see(key, "Gedaan", *expected)

    def hand_in(self, key: str, task: PlayedTask, text: str, *expected: str) -> str:
        """Send work for a task."""
        browser, page = self._browser(key), self._at(key, "route")
        self._pages[key] = browser.follow(page, task.title)
        self._send(key, self._pages[key].find_form("hand_in_id").fill(text=text))
        return self._see(key, *expected)

    def look(self, key: str, where: str, *expected: str) -> str:
        """Look at a page of one's own session again."""
        self._at(key, where)
        return self._see(key, *expected)

    def review(self, key: str, name: str, button: str, **fields: str) -> str:
        """Judge the work of this learner that waits."""
        browser, page = self._browser(key), self._at(key, "reviews")
        link = next((link for link in page.links if "/reviews/" in link.url and name in link.text), None)
        if link is None:
            raise StepFailed(f"no work of {name} waits: {page.words[:400]}")
        work = self._pages[key] = browser.follow(page, link)
        self._send(key, work.find_form("remark").fill(**fields), button)
        return self._see(key)

    def give_by_hand(self, key: str, name: str, task: PlayedTask) -> str:
        """Give a learner the points of a task, with a reason."""
        browser, page = self._browser(key), self._at(key, "participants")
        person = self._pages[key] = browser.follow(page, name)
        form = person.find_form("request_id", action="/award")
        wanted = _value_in(person, task.title)
        self._send(key, form.fill(task_id=wanted, reason=REASON))
        return self._see(key, REASON)

    def read(self, key: str, where: str) -> bytes:
        """Download something of one's own session; the page before this person stays."""
        found = self._follow(key, where)
        if found.status != 200:
            raise StepFailed(f"{where} answered {found.status}")
        return found.body

    def find_badge(self, key: str) -> tuple[bytes, bytes] | None:
        """Download the badge as a file and as a picture; None while it is being made."""
        browser, page = self._browser(key), self._open_badge(key)
        if page is None:
            return None
        links = [_link_ending(page, name) for name in ("/credential.json", "/badge.png")]
        if None in links:
            return None
        document, picture = (browser.follow(page, link).body for link in links if link)
        return document, picture

    def share_badge(self, key: str) -> str:
        """Let everybody with the address see the badge, and return that address."""
        if self._open_badge(key) is None:
            raise StepFailed("there is no badge to share")
        page = self._send(key, self._pages[key].find_form(action="/share"))
        address = next((link.url for link in page.links if "/s/" not in link.url and "/badges/" in link.url), "")
        if not address:
            raise StepFailed(f"the page does not say where the badge is: {page.words[:600]}")
        return address

    def visit(self, key: str, address: str, *expected: str, not_expected: str = "") -> str:
        """Open an address as somebody who comes from nowhere, without a session."""
        self._pages[key] = self._browser(key).open(address)
        saw = self._see(key, *expected)
        if not_expected and not_expected in self._pages[key].text:
            raise StepFailed(f"{not_expected!r} is on the page: {self._pages[key].words[:600]}")
        return saw

    def download(self, key: str, ending: str) -> bytes:
        """Download what the page before this person links to."""
        link = _link_ending(self._pages[key], ending)
        if link is None:
            raise StepFailed(f"nothing to download at {ending}: {self._pages[key].words[:600]}")
        return self._browser(key).follow(self._pages[key], link).body

    def gradebook(self) -> dict[str, Any]:
        """Return what the LMS's gradebook shows."""
        found: dict[str, Any] = json.loads(self._browser("gradebook").open(f"{self._lms_url}/gradebook.json").body)
        return found

    def _open_badge(self, key: str) -> Page | None:
        """Go to the page of the badge of this person, who has one at most."""
        page = self._at(key, "badges")
        link = next((link for link in page.links if "/badges/" in link.url), None)
        if link is None:
            return None
        self._pages[key] = self._browser(key).follow(page, link)
        return self._pages[key]

    def _browser(self, key: str) -> DemoBrowser:
        return self._browsers.setdefault(key, DemoBrowser())

    def _follow(self, key: str, where: str) -> Page:
        """Go to a page of this person's session, in the frame where the session is."""
        page = self._pages[key]
        base, found, rest = page.url.partition("/s/")
        if not found:
            raise StepFailed(f"{key} has no session: {page.words[:300]}")
        return self._browser(key).follow(page, Link(f"{base}/s/{rest.partition('/')[0]}/{where}", where, ""))

    def _at(self, key: str, where: str) -> Page:
        page = self._follow(key, where)
        if page.status != 200:
            raise StepFailed(f"{where} answered {page.status}: {page.words[:300]}")
        self._pages[key] = page
        return page

    def _send(self, key: str, form: Form, button: str | None = None) -> Page:
        self._pages[key] = self._browser(key).submit(self._pages[key], form, button)
        return self._pages[key]

    def _see(self, key: str, *expected: str) -> str:
        page = self._pages[key]
        if page.status != 200:
            raise StepFailed(f"{urlsplit(page.url).path.rpartition('/')[2]} answered {page.status}: {page.words[:300]}")
        said = page.text.replace("\u00a0", " ")
        for words in expected:
            if words not in said and words not in page.words:
                raise StepFailed(f"{words!r} is not on the page: {page.words[:600]}")
        return ", ".join(expected)


def _form_of(page: Page, task: PlayedTask, action: str) -> Form:
    """Return the form of a task: the link with its title and the form share the task's id in their addresses."""
    link = next((link for link in page.links if link.text == task.title and "/tasks/" in link.url), None)
    task_id = urlsplit(link.url).path.rpartition("/")[2] if link else ""
    form = next((form for form in page.forms if task_id and f"/tasks/{task_id}{action}" in form.action), None)
    if form is None:
        raise StepFailed(f"no button for {task.title!r}: {page.words[:400]}")
    return form


def _link_ending(page: Page, ending: str) -> Link | None:
    return next((link for link in page.links if link.url.endswith(ending)), None)


def _value_in(page: Page, title: str) -> str:
    """Return the value of the option that begins with this title."""
    before, found, _after = page.text.partition(f">{title} (")
    value = before.rpartition('<option value="')[2].partition('"')[0]
    if not found or not value:
        raise StepFailed(f"{title!r} cannot be chosen")
    return value
