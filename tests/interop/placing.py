"""What people do with deep linking on a platform that others wrote: choose, come back, and open what was placed.

A teacher chooses the learner's page and two new tasks; the browser carries the signed answer to the library. The same
browser then carries answers that no platform should take.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select

from lti_tool.demo_platform.browser import DemoBrowser
from lti_tool.demo_platform.browser_page import Page
from lti_tool.lti.claims import MESSAGE_TYPE
from lti_tool.lti.deep_linking import CONTENT_ITEMS, DATA
from lti_tool.lti.keys import load_private_key
from lti_tool.roster.endpoints import endpoint_of
from lti_tool.roster.models import Registration
from tests.interop.lms_of_others import Lms, eventually

PAGE = "Mijlpaal"
"""How the learner's page is called in a course."""
TASK, POINTS = "Til een doos veilig", 20
OTHER_TASK, OTHER_POINTS = "Til een doos met zijn tweeën", 30
_TYPED = {
    "tasks-0-title": TASK,
    "tasks-0-points": str(POINTS),
    "tasks-1-title": OTHER_TASK,
    "tasks-1-points": str(OTHER_POINTS),
}


@dataclass
class Placed:
    """What came of it on one platform."""

    token: str = ""
    """The answer that the browser carried."""
    answered: int = 0
    """The status that the library gave it."""
    kept: list[dict[str, Any]] = field(default_factory=list)
    """The items as the library kept them."""
    refused: dict[str, int] = field(default_factory=dict)
    """The statuses that the library gave to other answers, by what was wrong with them."""
    kept_after: list[dict[str, Any]] = field(default_factory=list)
    by_learner: int = 0
    """The status of the right answer from the browser of a learner."""
    repeated: int = 0
    """The status of the right answer when it came again."""
    opened: dict[str, Page] = field(default_factory=dict)
    """The page on which each placed thing came out, by its title."""
    opened_again: dict[str, Page] = field(default_factory=dict)
    """The same of what was opened once more, after something else."""
    scores: list[dict[str, Any]] = field(default_factory=list)
    """Of the learner who did the task."""

    @property
    def sent(self) -> dict[str, Any]:
        """What stood in the answer."""
        claims: dict[str, Any] = jwt.decode(self.token, options={"verify_signature": False})
        return claims


def choose_and_open(lms: Lms, teacher: str, learner: str) -> Placed:
    placed, browser = Placed(), DemoBrowser()
    chooser = browser.launch(browser.open(f"{lms.url}/building/{teacher}"), new_window="Choose content")
    chooser = browser.submit(chooser, chooser.find_form("pick"), "Voeg een opdracht toe")
    form = chooser.find_form("pick").fill(pick=["course"], **_TYPED)
    answer = browser.submit(chooser, form, "In de cursus zetten")
    placed.token = str(answer.find_form("JWT").values()["JWT"])
    placed.answered = _carry(browser, answer, placed.token)
    placed.kept = lms.get("/kept")
    for what, token in answers_to_refuse(lms, placed.token).items():
        placed.refused[what] = _carry(browser, answer, token)
    placed.kept_after = lms.get("/kept")
    placed.by_learner = carry_as(lms, learner, answer, placed.token)
    placed.repeated = _carry(browser, answer, placed.token)
    open_and_finish(lms, learner, placed)
    return placed


def open_and_finish(lms: Lms, learner: str, placed: Placed) -> None:
    """Open the learner's page and begin; open the task and finish it; open the page again."""
    browser = DemoBrowser()
    welcome = open_placed(lms, browser, learner, PAGE)
    placed.opened[PAGE] = browser.submit(welcome, welcome.find_form(action="/welcome"))
    task = placed.opened[TASK] = open_placed(lms, browser, learner, TASK)
    browser.submit(task, task.find_form(action="/done"))
    placed.scores = eventually(lambda: [one for one in lms.scores_of(learner) if _is_all_of_task(one)])
    placed.opened_again[PAGE] = open_placed(lms, browser, learner, PAGE)


def open_placed(lms: Lms, browser: DemoBrowser, person: str, title: str) -> Page:
    """Use the link below this title on the platform's page."""
    page = browser.open(f"{lms.url}/placed/{person}")
    number = [item["title"] for item in lms.get("/kept")].index(title)
    link = page.links[number]
    return browser.launch(replace(page, links=[link]), new_window=link.text)


def answers_to_refuse(lms: Lms, token: str) -> dict[str, str]:
    """Return answers that are right but for one thing."""
    with lms.tool.db.reading() as tx:
        registration = tx.execute(select(Registration)).scalar_one()
        endpoint = endpoint_of(tx, lms.tool.box, registration, now=lms.tool.clock.now())
    ours = load_private_key(endpoint.private_key_pem)
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = jwt.decode(token, options={"verify_signature": False})
    head, _, signature = token.rpartition(".")

    def signed(key: Any, **changes: Any) -> str:
        return jwt.encode(claims | changes, key, algorithm="RS256", headers={"kid": endpoint.key_id})

    def under_our_signature(**changes: Any) -> str:
        return f"{head.partition('.')[0]}.{signed(ours, **changes).split('.')[1]}.{signature}"

    others = [item | {"title": "Something else"} for item in claims[CONTENT_ITEMS]]
    return {
        "key of somebody else": signed(stranger),
        "data changed": under_our_signature(**{DATA: "something else"}),
        "items changed": under_our_signature(**{CONTENT_ITEMS: others}),
        "past its time": signed(ours, iat=claims["iat"] - 3_600, exp=claims["exp"] - 3_600),
        "another message": signed(ours, **{MESSAGE_TYPE: "LtiResourceLinkRequest"}),
        "a type that nobody knows": signed(ours, **{CONTENT_ITEMS: [{"type": "hologram", "title": "x"}]}),
    }


def _is_all_of_task(score: dict[str, Any]) -> bool:
    return (score["scoreGiven"], score["scoreMaximum"]) == (POINTS, POINTS)


def carry_as(lms: Lms, person: str, answer: Page, token: str) -> int:
    """Let somebody else's browser post an answer."""
    browser = DemoBrowser()
    browser.open(f"{lms.url}/placed/{person}")
    return _carry(browser, answer, token)


def _carry(browser: DemoBrowser, page: Page, token: str) -> int:
    """Let the browser post an answer from the tool's page, as the button there does."""
    return browser.submit(page, page.find_form("JWT").fill(JWT=token)).status
