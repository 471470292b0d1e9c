"""Plays the course over HTTP against both demo processes and writes what came of it.

A teacher, an assistant and three learners (lti_tool/demo_platform/story.py); then the badge, the explanation, the
ledger and the gradebook are read back, and a stranger follows the address that the gradebook gives. Every step says
what it saw; one that fails ends the play and says why.
"""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from lti_tool.demo_platform.baked_picture import credential_in
from lti_tool.demo_platform.browser import BrowserFailed
from lti_tool.demo_platform.story import BADGE_NAME, HELP, QUIZ, REMARK, RULES, TIDY, TOTAL, StepFailed, Story

TEACHER, ASSISTANT = "mila", "sam"
REACHES_GOAL, GETS_BY_HAND, PRACTISES = "zoe", "ahmed", "fatma"
STRANGER = "stranger"
"""Somebody with a browser and no account."""
POINTS = {REACHES_GOAL: RULES.points + TIDY.points + QUIZ.points, GETS_BY_HAND: RULES.points + TIDY.points}
"""Of required tasks, at the end of the play."""
_PATIENCE_SECONDS = 20.0
_STOPPED = "the play was ended halfway"
_T = TypeVar("_T")


@dataclass(frozen=True)
class PlayedStep:
    """A step of the play, whether it went well, and what was seen."""

    name: str
    ok: bool
    saw: str


def play(lms_url: str, out: Path, *, is_stopped: Callable[[], bool] = lambda: False) -> dict[str, Any]:
    """Play everything; writes credential, badge, explanation, ledger, gradebook and summary, and returns the summary.

    `ok` in the summary is False as soon as one step failed, or when `is_stopped` said so between two requests; the
    files that exist by then are written all the same.

    Raises:
        OSError: `out` cannot be written in.
    """
    out.mkdir(parents=True, exist_ok=True)
    story = Story(lms_url)
    steps: list[PlayedStep] = []
    script = _script(story, out, is_stopped)
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
        "requests": story.requests,
    }
    _write(out / "summary.json", summary)
    return summary


def _script(story: Story, out: Path, is_stopped: Callable[[], bool]) -> list[tuple[str, Callable[[], str]]]:
    zoe, ahmed, fatma = REACHES_GOAL, GETS_BY_HAND, PRACTISES
    return [
        ("the teacher sets tasks, goal and badge in three steps", partial(story.publish, TEACHER)),
        ("a learner is welcomed", partial(story.begin, zoe)),
        (
            "the first task gives points at once",
            partial(story.finish, zoe, RULES, "Je hebt 20 punten.", "Nog 25 punten"),
        ),
        ("an extra task is shown apart", partial(story.finish, zoe, HELP, "Je hebt 20 punten.", "10 extra punten")),
        ("work is handed in and waits", partial(story.hand_in, zoe, TIDY, "Mijn werkplek is leeg.", "Wacht op je")),
        ("another learner is welcomed", partial(story.begin, ahmed)),
        ("and does one task", partial(story.finish, ahmed, RULES, "Je hebt 20 punten.")),
        ("a third learner is welcomed", partial(story.begin, fatma)),
        ("and hands in work too", partial(story.hand_in, fatma, TIDY, "Klaar\n<b>echt</b>", "Wacht op je")),
        ("the assistant opens the course", partial(story.open_course, ASSISTANT, "Fatma Kaya")),
        ("and finds the first work good", partial(story.review, ASSISTANT, "Zoë", "approved", praise="well-done")),
        (
            "and asks for a little more practice",
            partial(story.review, ASSISTANT, "Fatma", "not-yet", remark=REMARK),
        ),
        ("the points and a compliment have arrived", partial(story.look, zoe, "today", "35 punten", "Goed gedaan")),
        ("the remark has arrived", partial(story.look, fatma, "today", REMARK, "Nog even oefenen")),
        ("the teacher gives points by hand", partial(story.give_by_hand, TEACHER, "Ahmed", TIDY)),
        (
            "the last task reaches the goal, and the page celebrates it",
            partial(story.finish, zoe, QUIZ, "Gelukt!", BADGE_NAME, "Goed gedaan"),
        ),
        ("the teacher is told", partial(story.look, TEACHER, "participants", "heeft de badge", BADGE_NAME)),
        (
            "the badge is signed and downloaded, also as a picture",
            partial(_keep_badge, story, out, is_stopped),
        ),
        ("every point is explained", partial(_download_explanation, story, out)),
        ("the ledger adds up", partial(_download_ledger, story, out)),
        ("the gradebook shows the scores", partial(_read_gradebook, story, out, is_stopped)),
        ("its comment leads to the badge, which is private", partial(_find_private, story, out)),
        ("the learner shares it, and a stranger sees that it holds", partial(_share, story, out)),
    ]


def _keep_badge(story: Story, out: Path, is_stopped: Callable[[], bool]) -> str:
    document, picture = _patiently(lambda: story.find_badge(REACHES_GOAL), "the badge was not signed", is_stopped)
    (out / "credential.json").write_bytes(document)
    (out / "badge.png").write_bytes(picture)
    try:
        carried = credential_in(picture)
    except ValueError as invalid:
        raise StepFailed(f"the picture carries no badge: {invalid}") from invalid
    if carried != document:
        raise StepFailed("the picture carries another document than the file")
    credential = json.loads(document)
    return f"{credential['name']} by {credential['issuer']['name']}, {credential['proof'][0]['cryptosuite']}"


def _download_explanation(story: Story, out: Path) -> str:
    document = story.read(REACHES_GOAL, "explanation.json")
    (out / "explanation.json").write_bytes(document)
    explained = json.loads(document)
    earned = sum(entry["points"] for task in explained["tasks"] if not task["is_bonus"] for entry in task["entries"])
    if earned != POINTS[REACHES_GOAL]:
        raise StepFailed(f"the explanation adds up to {earned}, not {POINTS[REACHES_GOAL]}")
    unexplained = [task["title"] for task in explained["tasks"] for entry in task["entries"] if not entry["fact"]]
    if unexplained:
        raise StepFailed(f"points without a fact: {unexplained}")
    return f"{earned} points, each with its fact and version {explained['version_number']}"


def _download_ledger(story: Story, out: Path) -> str:
    document = story.read(TEACHER, "ledger.csv")
    (out / "ledger.csv").write_bytes(document)
    rows = list(csv.reader(io.StringIO(document.decode("utf-8-sig")), delimiter=";"))
    column = next(index for index, name in enumerate(rows[0]) if name.lower() in {"punten", "points"})
    total, expected = sum(int(row[column]) for row in rows[1:]), sum(POINTS.values()) + HELP.points
    if total != expected:
        raise StepFailed(f"the ledger adds up to {total}, not {expected}")
    return f"{len(rows) - 1} entries, {total} points"


def _read_gradebook(story: Story, out: Path, is_stopped: Callable[[], bool]) -> str:
    expected = {key: round(points / TOTAL, 3) for key, points in POINTS.items()}

    def arrived() -> dict[str, Any] | None:
        found = story.gradebook()
        _write(out / "gradebook.json", found)
        return found if _scores(found) == expected else None

    _patiently(arrived, f"the gradebook does not show {expected}", is_stopped)
    return json.dumps(expected)


def _find_private(story: Story, out: Path) -> str:
    address = _address_in(json.loads((out / "gradebook.json").read_bytes()))
    story.visit(STRANGER, address, "Dit bewijs is privé", not_expected=BADGE_NAME)
    return address


def _share(story: Story, out: Path) -> str:
    address = story.share_badge(REACHES_GOAL)
    in_gradebook = _address_in(json.loads((out / "gradebook.json").read_bytes()))
    if address != in_gradebook:
        raise StepFailed(f"the badge is at {address}, and the gradebook says {in_gradebook}")
    saw = story.visit(STRANGER, address, "Deze badge is echt", BADGE_NAME, TIDY.title)
    if story.download(STRANGER, "/credential.json") != (out / "credential.json").read_bytes():
        raise StepFailed("a stranger gets another file than the learner")
    return saw


def _address_in(gradebook: dict[str, Any]) -> str:
    """Return the address of the badge of who reached the goal, as the comment beside the score gives it."""
    comments = [
        result.get("comment") or ""
        for learner in gradebook["learners"]
        if learner["key"] == REACHES_GOAL
        for result in learner["results"]
    ]
    found = re.search(r"https?://\S+/badges/[0-9a-f-]{36}", " ".join(comments))
    if found is None:
        raise StepFailed(f"the gradebook does not say where the badge is: {comments}")
    return found.group(0)


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


def _scores(gradebook: dict[str, Any]) -> dict[str, float]:
    return {
        learner["key"]: round(result["resultScore"] / result["resultMaximum"], 3)
        for learner in gradebook["learners"]
        for result in learner["results"]
        if result.get("resultScore") is not None
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")
