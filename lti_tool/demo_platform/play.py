"""Plays the thread over HTTP against both demo processes and writes what came of it.

A teacher sets tasks, a goal and a badge; two learners finish some; one reaches the goal and downloads the badge; the
gradebook is read back. Every step says what it saw; one that fails ends the play and says why.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from lti_tool.demo_platform.browser import BrowserFailed, DemoBrowser
from lti_tool.demo_platform.browser_page import Page

TASKS = (("Lees de veiligheidsregels", 20), ("Doe de quiz over de helm", 25), ("Ruim je werkplek op", 15))
GOAL_POINTS = 45
BADGE_NAME = "Veilig werken"
CRITERIA = "Je kent de regels. Je draagt je helm."
REACHES_GOAL, GOES_HALFWAY = "zoe", "ahmed"
_PATIENCE_SECONDS = 30.0
_STOPPED = "the play was ended halfway"
_T = TypeVar("_T")


@dataclass(frozen=True)
class PlayedStep:
    """A step of the play, whether it went well, and what was seen."""

    name: str
    ok: bool
    saw: str


class StepFailed(Exception):
    """A step did not see what it should have seen."""


def play(lms_url: str, out: Path, *, is_stopped: Callable[[], bool] = lambda: False) -> dict[str, Any]:
    """Play everything; writes credential.json, gradebook.json and summary.json, and returns the summary.

    `ok` in the summary is False as soon as one step failed, or when `is_stopped` said so between two requests; the
    files that exist by then are written all the same.

    Raises:
        OSError: `out` cannot be written in.
    """
    out.mkdir(parents=True, exist_ok=True)
    browsers = {key: DemoBrowser() for key in ("mila", REACHES_GOAL, GOES_HALFWAY, "gradebook")}
    pages: dict[str, Page] = {}
    steps: list[PlayedStep] = []

    def launch(key: str) -> Page:
        return browsers[key].launch(browsers[key].open(f"{lms_url}/as/{key}/course"))

    def teacher_publishes() -> str:
        page = launch("mila")
        form = page.find_form("goal_points")
        values: dict[str, Any] = {
            "goal_points": str(GOAL_POINTS),
            "badge_name": BADGE_NAME,
            "badge_criteria": CRITERIA,
        }
        for index, (title, points) in enumerate(TASKS):
            values |= {f"tasks-{index}-title": title, f"tasks-{index}-points": str(points)}
        saved = browsers["mila"].submit(page, form.fill(**values))
        return _see(saved, TASKS[0][0], status=200)

    def learner_is_welcomed(key: str) -> str:
        welcome = launch(key)
        pages[key] = browsers[key].submit(welcome, welcome.find_form(action="/welcome"))
        return _see(pages[key], "Nog te doen", f"{GOAL_POINTS} punten")

    def learner_finishes(key: str, index: int, *expected: str) -> str:
        page = pages[key]
        title = TASKS[index][0]
        form = next((form for form in page.forms if f"/tasks/{_task_id(page, title)}/" in form.action), None)
        if form is None:
            raise StepFailed(f"no button for {title!r}")
        pages[key] = browsers[key].submit(page, form)
        return _see(pages[key], "Gedaan", *expected)

    def badge_is_downloaded() -> str:
        browser, page = browsers[REACHES_GOAL], pages[REACHES_GOAL]

        def ready() -> Page | None:
            nonlocal page
            page = browser.follow(
                page, next(link for link in page.links if link.url.partition("?")[0].endswith("/route"))
            )
            link = next((link for link in page.links if link.url.endswith("/credential.json")), None)
            return browser.follow(page, link) if link else None

        download = _patiently(ready, "the badge was not signed", is_stopped)
        (out / "credential.json").write_bytes(download.body)
        credential = json.loads(download.body)
        return f"{credential['name']} by {credential['issuer']['name']}, {credential['proof'][0]['cryptosuite']}"

    def gradebook_shows() -> str:
        def arrived() -> dict[str, Any] | None:
            page = browsers["gradebook"].open(f"{lms_url}/gradebook.json")
            found: dict[str, Any] = json.loads(page.body)
            (out / "gradebook.json").write_text(json.dumps(found, ensure_ascii=False, indent=2), encoding="utf-8")
            return found if _scores(found) == expected else None

        total = sum(points for _title, points in TASKS)
        expected = {REACHES_GOAL: _fraction(20 + 25, total), GOES_HALFWAY: _fraction(20, total)}
        _patiently(arrived, f"the gradebook does not show {expected}", is_stopped)
        return json.dumps(expected)

    script: list[tuple[str, Callable[[], str]]] = [
        ("the teacher sets tasks, goal and badge", teacher_publishes),
        ("a learner is welcomed", lambda: learner_is_welcomed(REACHES_GOAL)),
        (
            "the first task gives points at once",
            lambda: learner_finishes(REACHES_GOAL, 0, "20 punten", "Nog 25 punten"),
        ),
        ("the second task reaches the goal", lambda: learner_finishes(REACHES_GOAL, 1, BADGE_NAME)),
        ("another learner is welcomed", lambda: learner_is_welcomed(GOES_HALFWAY)),
        ("and does one task", lambda: learner_finishes(GOES_HALFWAY, 0, "20 punten")),
        ("the badge is signed and downloaded", badge_is_downloaded),
        ("the gradebook shows both scores", gradebook_shows),
    ]
    for name, act in script:
        try:
            if is_stopped():
                raise StepFailed(_STOPPED)
            steps.append(PlayedStep(name, True, act()))
        except (StepFailed, BrowserFailed, LookupError, ValueError) as error:
            steps.append(PlayedStep(name, False, f"{type(error).__name__}: {error}"))
            break
    summary = {
        "ok": len(steps) == len(script) and all(step.ok for step in steps),
        "steps": [asdict(step) for step in steps],
        "requests": sum(len(browser.steps) for browser in browsers.values()),
    }
    (out / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=2), encoding="utf-8")
    return summary


def _see(page: Page, *expected: str, status: int = 200) -> str:
    if page.status != status:
        raise StepFailed(f"{urlsplit(page.url).path.rpartition('/')[2]} answered {page.status}: {page.text[:300]}")
    for words in expected:
        if words not in page.text.replace("\u00a0", " ") and words not in page.body.decode():
            raise StepFailed(f"{words!r} is not on the page: {page.text[:600]}")
    return ", ".join(expected)


def _task_id(page: Page, title: str) -> str:
    before, found, _after = page.body.decode().partition(f">{title}<")
    if not found:
        raise StepFailed(f"{title!r} is not on the page")
    return before.rpartition('id="task-')[2].partition('"')[0]


def _patiently(act: Callable[[], _T | None], otherwise: str, is_stopped: Callable[[], bool]) -> _T:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if is_stopped():
            raise StepFailed(_STOPPED)
        found = act()
        if found is not None:
            return found
        time.sleep(0.3)
    raise StepFailed(otherwise)


def _fraction(points: int, total: int) -> float:
    return round(points / total, 3)


def _scores(gradebook: dict[str, Any]) -> dict[str, float]:
    return {
        learner["key"]: round(result["resultScore"] / result["resultMaximum"], 3)
        for learner in gradebook["learners"]
        for result in learner["results"]
        if result.get("resultScore") is not None
    }
