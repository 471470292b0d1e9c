"""Reading a course for its overview: the database and the pure rules agree on who is stuck, and on nobody else's."""

from __future__ import annotations

import uuid
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from config.database import Database
from config.ids import new_id
from gamification.engine.activity import Verb
from gamification.hand_ins import waiting_counts, waiting_hand_ins
from gamification.models import ActivitySource
from gamification.record import NewActivity, record_activities
from lti_tool.course.attention import StuckReason, quiet
from lti_tool.course.participants import PAGE_SIZE, Show, Sort, Wanted, everybody_by_name, overview
from lti_tool.roster.models import Context, Membership, Person, Presentation
from tests.factories.course import Course, completion, make_course, make_learner
from tests.factories.review_rows import make_hand_in, make_review
from tests.factories.rows import NOW, make_membership, make_person, make_task

LATER = NOW + timedelta(days=30)
JUST = timedelta(microseconds=1)
WEEK = timedelta(days=7)


def judged(course: Course, person_id: uuid.UUID, *verbs: Verb, days_ago: int = 1) -> list[NewActivity]:
    start = LATER - timedelta(days=days_ago)
    return [
        NewActivity(
            context_id=course.id,
            person_id=person_id,
            source=ActivitySource.REVIEW,
            external_id=str(new_id()),
            verb=verb,
            task_id=course.task_ids[0],
            occurred_at=start + timedelta(minutes=number),
            actor_id=None if verb is Verb.HANDED_IN else course.teacher_id,
        )
        for number, verb in enumerate(verbs)
    ]


def launched(tx: Session, person_id: uuid.UUID, ago: timedelta, presentation: str = Presentation.EVERYTHING) -> None:
    tx.execute(
        update(Membership)
        .where(Membership.person_id == person_id)
        .values(launched_at=LATER - ago, presentation=presentation)
    )


def test_database_and_rule_agree_on_who_is_quiet(database: Database) -> None:
    ages = [timedelta(days=6, hours=23), WEEK - JUST, WEEK, timedelta(days=9)]
    cases = list(product(ages, [None, *ages], [False, True], [Presentation.EVERYTHING, Presentation.LEFT]))
    expected = set()
    with database.transaction() as tx:
        course = make_course(tx, [10, 30], goal_points=30)
        for launch_ago, last_ago, at_goal, presentation in cases:
            person_id = make_learner(tx, course)
            launched(tx, person_id, launch_ago, presentation)
            if last_ago is not None:
                task_id = course.task_ids[1 if at_goal else 0]
                done = completion(course.id, person_id, task_id, occurred_at=LATER - last_ago)
                record_activities(tx, [done], now=LATER)
            if quiet(
                launched_at=LATER - launch_ago,
                last_at=LATER - last_ago if last_ago is not None else None,
                goal_reached=at_goal and last_ago is not None,
                takes_part=presentation != Presentation.LEFT,
                now=LATER,
            ):
                expected.add(person_id)

    with database.reading() as tx:
        found = overview(tx, course.id, Wanted(show=Show.STUCK), now=LATER)

    assert {line.person_id for line in found.lines} == expected
    assert found.stuck == found.found == len(expected)
    assert 0 < len(expected) < len(cases)
    assert all(line.stuck[0].reason is StuckReason.QUIET for line in found.lines)


def test_what_staff_do_is_no_sign_of_life(database: Database) -> None:
    with database.transaction() as tx:
        course = make_course(tx)
        person_id = make_learner(tx, course)
        launched(tx, person_id, timedelta(days=20))
        record_activities(tx, judged(course, person_id, Verb.AWARDED), now=LATER)

    with database.reading() as tx:
        line = overview(tx, course.id, Wanted(show=Show.STUCK), now=LATER).lines[0]

    assert (line.points, line.last_at) == (10, None)
    assert [stuck.days for stuck in line.stuck] == [20]


@pytest.mark.parametrize(
    ("verbs", "is_stuck"),
    [
        ([Verb.HANDED_IN, Verb.NOT_YET], False),
        ([Verb.HANDED_IN, Verb.NOT_YET, Verb.HANDED_IN, Verb.NOT_YET], True),
        ([Verb.HANDED_IN, Verb.NOT_YET, Verb.HANDED_IN, Verb.NOT_YET, Verb.HANDED_IN], False),
        ([Verb.HANDED_IN, Verb.NOT_YET, Verb.HANDED_IN, Verb.NOT_YET, Verb.APPROVED], False),
    ],
)
def test_sent_back_is_read_from_what_happened(database: Database, verbs: list[Verb], is_stuck: bool) -> None:
    with database.transaction() as tx:
        course = make_course(tx)
        person_id = make_learner(tx, course)
        launched(tx, person_id, timedelta(hours=1))
        record_activities(tx, judged(course, person_id, *verbs), now=LATER)

    with database.reading() as tx:
        found = overview(tx, course.id, Wanted(), now=LATER)

    assert found.stuck == is_stuck
    assert [stuck.reason for stuck in found.lines[0].stuck] == ([StuckReason.SENT_BACK] if is_stuck else [])


def test_other_courses_and_other_roles_change_nothing(database: Database) -> None:
    with database.transaction() as tx:
        course, other = make_course(tx), make_course(tx)
        person_id = make_learner(tx, course)
        launched(tx, person_id, timedelta(hours=1))
        for role in ("observer", "test-student", "nobody", "teaching-assistant"):
            make_membership(tx, course.context, make_person(tx, course.registration), role=role)
        twice = [Verb.HANDED_IN, Verb.NOT_YET] * 2
        record_activities(tx, judged(other, person_id, *twice), now=LATER)
        record_activities(tx, [completion(other.id, person_id, other.task_ids[2])], now=LATER)

    with database.reading() as tx:
        found = overview(tx, course.id, Wanted(), now=LATER)

    assert (found.people, found.goal, found.stuck, found.waiting) == (1, 0, 0, 0)
    assert (found.lines[0].points, found.lines[0].last_at, found.lines[0].has_begun) == (0, None, False)


def test_names_are_sorted_as_people_do_in_every_database(database: Database) -> None:
    names = ["zoë", "Émile", "eva", "Åsa", "Bo", ""]
    with database.transaction() as tx:
        course = make_course(tx)
        for name in names:
            make_membership(tx, course.context, make_person(tx, course.registration, name=name))

    with database.reading() as tx:
        found = [line.name for line in overview(tx, course.id, Wanted(), now=LATER).lines]
        searched = [line.name for line in overview(tx, course.id, Wanted(search="ÉM"), now=LATER).lines]

    assert found == ["Åsa", "Bo", "Émile", "eva", "zoë", ""]
    assert searched == ["Émile"]


@pytest.mark.parametrize("sort", Sort)
def test_pages_together_show_everybody_once(database: Database, sort: Sort) -> None:
    with database.transaction() as tx:
        course = make_course(tx)
        people = {make_learner(tx, course) for _ in range(2 * PAGE_SIZE + 1)}

    with database.reading() as tx:
        pages = [overview(tx, course.id, Wanted(sort=sort, page=page), now=LATER) for page in (1, 2, 3)]
        written = [line.person_id for line in everybody_by_name(tx, course.id, now=LATER)]

    shown = [line.person_id for page in pages for line in page.lines]
    assert [len(page.lines) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 1]
    assert sorted(shown) == sorted(people) == sorted(written)


def test_counts_of_waiting_work_agree_with_the_list(database: Database) -> None:
    with database.transaction() as tx:
        task = make_task(tx)
        older = make_hand_in(tx, task)
        twice = tx.get_one(Person, older.person_id)
        make_hand_in(tx, task, twice, handed_in_at=NOW + timedelta(hours=1))
        make_hand_in(tx, make_task(tx, tx.get_one(Context, task.context_id)), twice)
        once = make_hand_in(tx, task).person_id
        make_review(tx, make_hand_in(tx, task))
        make_hand_in(tx)
        context_id = task.context_id

    with database.reading() as tx:
        listed = [work.person_id for work in waiting_hand_ins(tx, context_id)]
        counted = waiting_counts(tx, context_id)

    assert counted == {twice.id: 2, once: 1}
    assert counted == {person_id: listed.count(person_id) for person_id in listed}


def test_nothing_is_read_of_a_course_without_people(database: Database) -> None:
    with database.transaction() as tx:
        course = make_course(tx)

    with database.reading() as tx:
        found = overview(tx, course.id, Wanted(page=9), now=LATER)

    assert (found.people, found.found, found.page, found.pages, found.lines) == (0, 0, 1, 1, ())
