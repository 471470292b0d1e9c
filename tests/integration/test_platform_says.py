"""What the platform says of its own assignments: points that come, go and come back, and what never goes with them."""

from __future__ import annotations

import uuid
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from config.database import Database
from config.errors import Conflict
from gamification.engine.activity import Verb
from gamification.engine.task_state import TaskState
from gamification.evaluate import evaluate_people
from gamification.explain import explain_learner
from gamification.hand_ins import waiting_counts, waiting_hand_ins
from gamification.models import ActivityRow, LedgerEntry
from gamification.overview import figures
from gamification.progress import standing, tallies
from gamification.publish import TaskDraft
from gamification.reconcile import reconcile
from lti_tool.scores import task_score
from lti_tool.sources.platform_says import PlatformSource, task_lapsed, task_passed
from tests.factories.mixed_course import IN_PLATFORM, KEEP, POINTS, READ, SHOW, WATCH, awards_of, held_by
from tests.factories.room import Room, refused
from tests.factories.rows import NOW

PASSED, LAPSED = Verb.PASSED, Verb.LAPSED


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database, with_platform_tasks=True)


def entries(room: Room, task: int) -> list[tuple[int, int, Verb]]:
    """Return step, points and cause of each entry of a task, as they were written."""
    with room.database.reading() as tx:
        rows = tx.execute(
            select(LedgerEntry.step, LedgerEntry.points, ActivityRow.verb)
            .join(ActivityRow, ActivityRow.id == LedgerEntry.activity_id)
            .where(LedgerEntry.person_id == room.learner, ActivityRow.task_id == room.course.task_ids[task])
            .order_by(LedgerEntry.step)
        )
        return [(row.step, row.points, Verb(row.verb)) for row in rows]


@pytest.mark.parametrize("source", get_args(PlatformSource))
def test_key_when_the_platform_changes_its_mind_is_another_one_each_time(source: PlatformSource) -> None:
    gate, context, person, task = (uuid.uuid4() for _ in range(4))

    passed, lapsed = (
        say(
            source=source,
            told_by=gate,
            number=number,
            context_id=context,
            person_id=person,
            task_id=task,
            occurred_at=NOW,
        )
        for number, say in enumerate((task_passed, task_lapsed), 1)
    )

    assert [passed.external_id, lapsed.external_id] == [f"{gate}:{person}:1", f"{gate}:{person}:2"]
    assert [passed.verb, lapsed.verb] == [PASSED, LAPSED]
    assert {(told.source, told.actor_id, told.task_id) for told in (passed, lapsed)} == {(source, None, task)}


def test_points_when_the_platform_changes_its_mind_come_and_go_and_the_badge_stays(room: Room) -> None:
    first = room.platform_says(PASSED, WATCH, 1)
    told_again = room.platform_says(PASSED, WATCH, 1)
    assert (room.points(), first.is_new, told_again.is_new) == (POINTS[WATCH], True, False)
    room.platform_says(LAPSED, WATCH, 2)
    assert (room.points(), room.state(WATCH)) == (0, TaskState.TO_DO)
    room.platform_says(PASSED, WATCH, 3)
    before = entries(room, WATCH)
    room.platform_says(LAPSED, WATCH, 4)

    worth = POINTS[WATCH]
    assert before == [(0, worth, PASSED), (1, -worth, LAPSED), (2, worth, PASSED)]
    assert entries(room, WATCH) == [*before, (3, -worth, LAPSED)]
    with room.database.reading() as tx:
        assert awards_of(tx, room.learner) == 1
        assert not held_by(tx, room.course, room.learner).goal_reached
        assert reconcile(tx, room.course.id) == []


def test_points_when_the_teacher_said_that_they_stay_stay(room: Room) -> None:
    room.platform_says(PASSED, KEEP, 1)
    room.platform_says(LAPSED, KEEP, 2)
    room.platform_says(PASSED, KEEP, 3)

    assert (room.points(), room.state(KEEP)) == (POINTS[KEEP], TaskState.DONE)
    assert entries(room, KEEP) == [(0, POINTS[KEEP], PASSED)]


def test_points_when_the_teacher_says_later_that_they_stay_come_back(room: Room) -> None:
    room.platform_says(PASSED, WATCH, 1)
    room.platform_says(LAPSED, WATCH, 2)
    tasks = [
        TaskDraft(draft.task_id, draft.title, draft.points, confirmation=draft.confirmation, stays_when_undone=True)
        if draft.title == IN_PLATFORM[0].title
        else draft
        for draft in room.course.kept()
    ]

    with room.database.transaction() as tx:
        published = room.course.publish(tx, tasks, seen_number=2)
        evaluate_people(tx, room.course.id, [room.learner], now=room.now)

    assert published.evaluation_needed
    assert (room.points(), room.state(WATCH)) == (POINTS[WATCH], TaskState.DONE)
    assert [(step, points) for step, points, _verb in entries(room, WATCH)] == [
        (0, POINTS[WATCH]),
        (1, -POINTS[WATCH]),
        (2, POINTS[WATCH]),
    ]


def test_points_when_the_platform_undoes_a_task_that_the_learner_ticked_too_stay(room: Room) -> None:
    room.platform_says(PASSED, READ, 1)
    room.finish(READ)
    room.platform_says(LAPSED, READ, 2)

    assert (room.points(), room.state(READ)) == (POINTS[READ], TaskState.DONE)
    assert entries(room, READ) == [(0, POINTS[READ], PASSED)]
    with room.database.reading() as tx:
        assert reconcile(tx, room.course.id) == []


def test_task_when_taken_back_is_not_given_again_by_the_platform_but_by_hand(room: Room) -> None:
    room.platform_says(PASSED, WATCH, 1)
    room.take_back(WATCH)
    room.platform_says(LAPSED, WATCH, 2)
    room.platform_says(PASSED, WATCH, 3)
    assert (room.points(), room.state(WATCH)) == (0, TaskState.TAKEN_BACK)
    refused(room, lambda: room.hand_in(WATCH), Conflict, "task-in-platform")

    room.award(WATCH)
    room.platform_says(LAPSED, WATCH, 4)

    assert (room.points(), room.state(WATCH)) == (POINTS[WATCH], TaskState.DONE)


def test_task_when_the_platform_finishes_it_cannot_be_ticked_or_handed_in(room: Room) -> None:
    for task in (WATCH, KEEP):
        refused(room, lambda task=task: room.finish(task), Conflict, "task-in-platform")
        refused(room, lambda task=task: room.hand_in(task), Conflict, "task-in-platform")
    room.platform_says(PASSED, WATCH)

    refused(room, lambda: room.finish(WATCH), Conflict, "task-done")
    refused(room, lambda: room.hand_in(WATCH), Conflict, "task-done")


def test_work_when_the_platform_says_that_the_task_is_done_waits_only_while_it_does_not(room: Room) -> None:
    work = room.hand_in()
    room.platform_says(PASSED, SHOW, 1)
    assert (room.state(SHOW), room.waiting()) == (TaskState.DONE, [])
    room.platform_says(LAPSED, SHOW, 2)
    assert (room.state(SHOW), room.waiting()) == (TaskState.WAITING, [work])
    room.review(work)
    room.platform_says(PASSED, SHOW, 3)
    room.platform_says(LAPSED, SHOW, 4)

    assert (room.state(SHOW), room.points(), room.waiting()) == (TaskState.DONE, POINTS[SHOW], [])


def test_work_when_the_platform_speaks_after_a_taking_back_still_waits(room: Room) -> None:
    room.platform_says(PASSED, SHOW, 1)
    room.take_back(SHOW)
    room.platform_says(LAPSED, SHOW, 2)
    room.platform_says(PASSED, SHOW, 3)
    work = room.hand_in()

    assert (room.state(SHOW), room.waiting()) == (TaskState.WAITING, [work])


@given(steps=st.lists(st.sampled_from(["sends", "passes", "lapses", "good", "again", "gives", "takes"]), max_size=8))
@settings(max_examples=60, deadline=None)
def test_work_when_anything_happens_is_on_the_list_as_long_as_the_rules_say_that_it_waits(
    database: Database, steps: list[str]
) -> None:
    room = Room(database)
    number = 0
    for step in steps:
        number += 1
        try:
            if step == "sends":
                room.hand_in()
            elif step in {"passes", "lapses"}:
                room.platform_says(PASSED if step == "passes" else LAPSED, SHOW, number)
            elif step in {"good", "again"} and room.waiting():
                room.review(room.waiting()[0], Verb.APPROVED if step == "good" else Verb.NOT_YET)
            elif step == "gives":
                room.award(SHOW)
            elif step == "takes":
                room.take_back(SHOW)
        except Conflict:
            continue
        with database.reading() as tx:
            waits = waiting_hand_ins(tx, room.course.id, limit=1)
            assert waiting_counts(tx, room.course.id) == ({room.learner: 1} if waits else {})
        assert bool(waits) == (room.state(SHOW) is TaskState.WAITING)


def test_score_when_the_platform_takes_its_word_back_says_so(room: Room) -> None:
    def score() -> tuple[float, str] | None:
        with room.database.reading() as tx:
            earned = task_score(tx, room.course.id, room.learner, room.course.task_ids[WATCH], "nl")
        return (earned.given, earned.comment) if earned else None

    assert score() is None
    room.platform_says(PASSED, WATCH, 1)
    assert score() == (POINTS[WATCH], "Je hebt deze opdracht gedaan. Je krijgt er 35 punten voor.")
    room.platform_says(LAPSED, WATCH, 2)

    assert score() == (0, "Deze opdracht telt nu niet mee. De opdracht is weer open.")


def test_last_moment_when_the_platform_takes_its_word_back_is_still_that_of_the_learner(room: Room) -> None:
    room.platform_says(PASSED, WATCH, 1)
    passed_at = room.now
    room.platform_says(LAPSED, WATCH, 2)

    with room.database.reading() as tx:
        rules = room.course.published.rules
        assert tallies(tx, room.course.id, [room.learner], rules)[room.learner].last_at == passed_at
        known = figures(room.course.id)
        last_at = tx.execute(select(known.c.last_at).where(known.c.person_id == room.learner)).scalar_one()
    assert last_at == passed_at


def test_explanation_when_the_platform_said_so_names_the_source_and_whether_it_graded(room: Room) -> None:
    for task in (READ, WATCH, KEEP):
        room.platform_says(PASSED, task)
    with room.database.reading() as tx:
        found = explain_learner(tx, room.course.id, room.learner)
        where = standing(tx, room.course.id, room.learner)

    assert found is not None
    assert where is not None
    facts = {task.title: [(fact.verb, fact.source, fact.is_graded) for fact in task.facts] for task in found.tasks}
    assert facts["Read"] == facts["Watch"] == [(PASSED, "gate", False)]
    assert facts["Keep"] == [(PASSED, "gate", True)]
    told = {task.title for task in where.tasks if task.is_told_by_platform}
    assert told == {"Read", "Watch", "Keep"}
