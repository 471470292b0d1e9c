"""Asking the gates of a course over HTTP: when everything is new, and again when nothing changed.

Each of a thousand learners has finished a good half of thirty assignments: what each gate answers becomes activities,
points, badges and promised scores. Beside it what the answers alone take: fetched and read, nothing kept. The sums are
made in plain Python.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import func, select

from benchmarks.places import fresh_databases
from gamification.models import ActivityRow, Balance
from lti_tool.asking_gates import ask_gates
from lti_tool.lti.nrps import list_members
from lti_tool.reading_roster import read_roster
from lti_tool.roster.endpoints import endpoint_of
from lti_tool.roster.models import Person, Registration
from tests.factories.roster_platform import RosterSchool, open_roster_school
from tests.factories.tool import advance

GATES = 30
LEARNERS = 1_000
FINISHED_SHARE = 0.6
AIM_SECONDS = {"all new": 60, "nothing changed": 20}


def run() -> Iterator[dict[str, Any]]:
    """Yield one line for each database and way, and whether the sums were right."""
    with fresh_databases() as urls:
        for name, url in urls.items():
            with open_roster_school(url) as school:
                yield from _measure(name, school)


def _measure(database: str, school: RosterSchool) -> Iterator[dict[str, Any]]:
    chance = random.Random(7)
    learners = [f"user-{number:04}" for number in range(LEARNERS)]
    school.enrol(*learners)
    school.publish(tasks=GATES)
    school.place_staff_gate()
    done: dict[str, int] = dict.fromkeys(learners, 0)
    for number in range(1, GATES + 1):
        passing = {learner for learner in learners if chance.random() < FINISHED_SHARE}
        school.place_gate(number, passing=passing)
        for learner in passing:
            done[learner] += 1
    read_roster(school.tool, school.context.id)
    answers = _seconds(lambda: _only_ask(school))
    for way, aim in AIM_SECONDS.items():
        advance(school.tool, 3600)
        seconds = _seconds(lambda: ask_gates(school.tool, school.context.id))
        yield {
            "database": database,
            "way": way,
            "gates": GATES,
            "learners": LEARNERS,
            "changes": sum(done.values()) if way == "all new" else 0,
            "seconds": round(seconds, 2),
            "seconds_for_the_answers_alone": round(answers, 2),
            "aim": f"at most {aim} s",
            "aim_met": seconds <= aim,
        }
    yield {"database": database, "correct": not (wrong := _check(school, done)), "wrong": wrong}


def _only_ask(school: RosterSchool) -> None:
    with school.tool.db.reading() as tx:
        registration = tx.get_one(Registration, school.registration.id)
        endpoint = endpoint_of(tx, school.tool.box, registration, now=school.tool.clock.now())
    for link_id in ("staff", *(f"gate-{number}" for number in range(1, GATES + 1))):
        list_members(school.tool.platform_http, endpoint, f"{school.platform.url}/members", resource_link_id=link_id)


def _seconds(do: Callable[[], None]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _check(school: RosterSchool, done: dict[str, int]) -> list[str]:
    with school.tool.db.reading() as tx:
        rows = tx.execute(
            select(Person.subject, Balance.points)
            .join(Balance, Balance.person_id == Person.id)
            .where(Balance.context_id == school.context.id)
        )
        points = {row.subject: row.points for row in rows}
        activities = tx.execute(select(func.count()).select_from(ActivityRow)).scalar_one()
    found = {
        "points": {one: 10 * number for one, number in done.items() if number} == points,
        "activities": activities == sum(done.values()),
    }
    return [what for what, is_right in found.items() if not is_right]
