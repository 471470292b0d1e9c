"""Reading the roster of a large course over HTTP: for the first time, and again with nothing changed.

The platform is a server on this machine that answers in pages of fifty, as Canvas does (2026-11). Beside it what the
answers alone take: the same pages fetched and read, nothing kept. A course with rules and a gradebook column, so the
first time promises a score for everybody.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import func, select

from benchmarks.places import fresh_databases
from config.outbox import OutboxMessage
from lti_tool.lti.nrps import list_members
from lti_tool.messages import MessageType
from lti_tool.reading_roster import read_roster
from lti_tool.roster.endpoints import endpoint_of
from lti_tool.roster.models import Membership, Registration
from tests.factories.roster_platform import RosterSchool, member, open_roster_school
from tests.factories.tool import advance

MEMBERS = 10_000
PAGE = 50
AIM_SECONDS = 60


def run() -> Iterator[dict[str, Any]]:
    """Yield one line for each database and time, and whether everybody was kept."""
    with fresh_databases() as urls:
        for name, url in urls.items():
            with open_roster_school(url) as school:
                yield from _measure(name, school)


def _measure(database: str, school: RosterSchool) -> Iterator[dict[str, Any]]:
    school.publish(tasks=6)
    school.platform.members += [
        member(f"user-{number:05}", name=f"Deelnemer {number}", email=f"{number}@example.org")
        for number in range(MEMBERS - len(school.platform.members))
    ]
    school.platform.page_size = PAGE
    pages = _seconds(lambda: _only_ask(school))
    for way in ("first time", "nothing changed"):
        advance(school.tool, 3600)
        seconds = _seconds(lambda: read_roster(school.tool, school.context.id))
        yield {
            "database": database,
            "way": way,
            "members": MEMBERS,
            "seconds": round(seconds, 2),
            "seconds_for_the_pages_alone": round(pages, 2),
            "members_per_s": round(MEMBERS / seconds),
            "aim": f"at most {AIM_SECONDS} s",
            "aim_met": seconds <= AIM_SECONDS,
        }
    yield {"database": database, "correct": not (wrong := _check(school)), "wrong": wrong}


def _only_ask(school: RosterSchool) -> None:
    with school.tool.db.reading() as tx:
        registration = tx.get_one(Registration, school.registration.id)
        endpoint = endpoint_of(tx, school.tool.box, registration, now=school.tool.clock.now())
    list_members(school.tool.platform_http, endpoint, f"{school.platform.url}/members")


def _seconds(do: Callable[[], None]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _check(school: RosterSchool) -> list[str]:
    with school.tool.db.reading() as tx:
        kept = tx.execute(
            select(func.count()).select_from(Membership).where(Membership.context_id == school.context.id)
        ).scalar_one()
        promised = tx.execute(
            select(func.count()).select_from(OutboxMessage).where(OutboxMessage.type == MessageType.PUBLISH_SCORE)
        ).scalar_one()
    # The teacher earns nothing; the assistant is one of the learners as long as no gate for staff says otherwise.
    found = {"memberships": kept == MEMBERS, "scores": promised == MEMBERS - 1}
    return [what for what, is_right in found.items() if not is_right]
