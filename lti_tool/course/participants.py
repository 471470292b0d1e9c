"""The overview of a course for those who teach: which learners are shown, in which order, on which page."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import and_, false, func, null, or_, select
from sqlalchemy.orm import Session

from gamification.overview import figures
from lti_tool.course.attention import QUIET_FOR
from lti_tool.course.participant_lines import CourseNow, ParticipantLine, course_now, participant_lines
from lti_tool.lti.roles import PrincipalRole, may_earn
from lti_tool.roster.models import Membership, Person, Presentation

PAGE_SIZE = 50
_AT_ONCE = 500
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
LEARNER_ROLES = [role for role in PrincipalRole if may_earn(role)]


class Show(StrEnum):
    """Which learners the overview shows."""

    EVERYBODY = "all"
    WAITING = "waiting"
    STUCK = "stuck"
    GOAL = "goal"
    NOT_BEGUN = "not-begun"
    HAS_LEFT = "left"
    """Who is not in the course any more; every other choice leaves them out."""


class Sort(StrEnum):
    """In which order."""

    NAME = "name"
    POINTS = "points"
    LAST = "last"
    """Who did something most recently comes first."""


@dataclass(frozen=True)
class Wanted:
    """What somebody asked the overview for. Pages count from one; one that does not exist is the nearest that does.

    `group` is the platform's id of a group, empty for everybody.
    """

    search: str = ""
    group: str = ""
    show: Show = Show.EVERYBODY
    sort: Sort = Sort.NAME
    page: int = 1


@dataclass(frozen=True)
class Overview:
    """A page of learners. The counts are of everybody in the course; `found` is how many fit what was asked.

    `opened` is how many have ever opened it, `left` how many are not in the course any more.
    """

    lines: tuple[ParticipantLine, ...]
    people: int
    opened: int
    left: int
    waiting: int
    stuck: int
    goal: int
    found: int
    page: int
    pages: int


@dataclass(frozen=True)
class _Candidate:
    """As little of a learner as decides who is shown, and where. `last_at` is read only to sort by it."""

    person_id: uuid.UUID
    name: str
    folded: str
    points: int
    goal_reached: bool
    has_begun: bool
    is_stuck: bool
    last_at: datetime | None
    has_opened: bool
    has_left: bool
    group_ids: list[str] | None


def overview(tx: Session, context_id: uuid.UUID, wanted: Wanted, *, now: datetime) -> Overview:
    """Return the page that was asked for. Teachers, observers and test students are left out.

    Of everybody only a line is read; what happened with each task only of those on the page.
    """
    course = course_now(tx, context_id, now=now)
    ever = _candidates(tx, course, wanted.sort)
    everybody = [learner for learner in ever if not learner.has_left]
    words = _folded(wanted.search).split()
    found = [
        learner
        for learner in ever
        if _is_shown(course, learner, wanted.show)
        and all(word in learner.folded for word in words)
        and (not wanted.group or wanted.group in (learner.group_ids or ()))
    ]
    found.sort(key=_by_name)
    if wanted.sort is Sort.POINTS:
        found.sort(key=lambda learner: learner.points, reverse=True)
    elif wanted.sort is Sort.LAST:
        found.sort(key=lambda learner: learner.last_at or _LONG_AGO, reverse=True)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(1, wanted.page), pages)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Overview(
        lines=tuple(participant_lines(tx, course, [learner.person_id for learner in shown])),
        people=len(everybody),
        opened=sum(1 for learner in everybody if learner.has_opened),
        left=len(ever) - len(everybody),
        waiting=sum(1 for learner in everybody if learner.person_id in course.waiting),
        stuck=sum(1 for learner in everybody if learner.is_stuck),
        goal=sum(1 for learner in everybody if learner.goal_reached),
        found=len(found),
        page=page,
        pages=pages,
    )


def everybody_by_name(tx: Session, context_id: uuid.UUID, *, now: datetime) -> Iterator[ParticipantLine]:
    """Yield everybody who learns or learnt in the course, read a few hundred at a time."""
    course = course_now(tx, context_id, now=now)
    people = [learner.person_id for learner in sorted(_candidates(tx, course, Sort.NAME), key=_by_name)]
    for start in range(0, len(people), _AT_ONCE):
        yield from participant_lines(tx, course, people[start : start + _AT_ONCE])


def _candidates(tx: Session, course: CourseNow, sort: Sort) -> list[_Candidate]:
    known = figures(course.context_id)
    since = func.coalesce(known.c.last_at, Membership.launched_at, Membership.listed_at)
    points = func.coalesce(known.c.points, 0)
    goal_reached = func.coalesce(known.c.goal_reached, false())
    rows = tx.execute(
        select(
            Person.id,
            Person.name,
            points.label("points"),
            goal_reached.label("goal_reached"),
            or_(known.c.last_at.is_not(None), points != 0, known.c.bonus_points != 0).label("has_begun"),
            # The same as lti_tool.course.attention.quiet.
            and_(
                ~goal_reached,
                Membership.presentation != Presentation.LEFT,
                Membership.left_at.is_(None),
                since <= course.now - QUIET_FOR,
            ).label("is_quiet"),
            (known.c.last_at if sort is Sort.LAST else null()).label("last_at"),
            Membership.launched_at.is_not(None).label("has_opened"),
            Membership.left_at.is_not(None).label("has_left"),
            Membership.group_ids,
        )
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(known, known.c.person_id == Person.id)
        .where(Membership.context_id == course.context_id, Membership.role.in_(LEARNER_ROLES))
    )
    return [
        _Candidate(
            person_id=person_id,
            name=name,
            folded=_folded(name),
            points=points_now,
            goal_reached=bool(at_goal),
            has_begun=bool(begun),
            is_stuck=bool(is_quiet) or (person_id in course.sent_back and not has_left),
            last_at=last_at,
            has_opened=bool(has_opened),
            has_left=bool(has_left),
            group_ids=group_ids,
        )
        for person_id, name, points_now, at_goal, begun, is_quiet, last_at, has_opened, has_left, group_ids in rows
    ]


def _is_shown(course: CourseNow, learner: _Candidate, show: Show) -> bool:
    if learner.has_left or show is Show.HAS_LEFT:
        return learner.has_left and show is Show.HAS_LEFT
    if show is Show.WAITING:
        return learner.person_id in course.waiting
    if show is Show.STUCK:
        return learner.is_stuck
    if show is Show.GOAL:
        return learner.goal_reached
    return show is Show.EVERYBODY or not learner.has_begun


def _by_name(learner: _Candidate) -> tuple[bool, str, uuid.UUID]:
    return not learner.name, learner.folded, learner.person_id


def _folded(text: str) -> str:
    """Return the text as people look for it: Zoë is found and sorted as zoe, in every database alike."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))
