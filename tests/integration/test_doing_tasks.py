"""What learners send and say: who may, when a task is open, and what can be kept."""

from __future__ import annotations

import uuid

import pytest

from config.database import Database
from config.errors import Conflict, NotAllowed
from gamification.engine.activity import Verb
from gamification.engine.rule_set import TaskOrder
from gamification.engine.task_state import TaskState
from gamification.hand_ins import HandInInvalid, HandInProblem, hand_ins_of, waiting_hand_ins
from gamification.models import HAND_IN_LENGTH
from gamification.progress import standing
from lti_tool.lti.roles import PrincipalRole
from tests.factories.mixed_course import EXTRA, OLD, POINTS, READ, SHOW, WRITE
from tests.factories.room import TEACHER, Room, refused


def test_hand_in_when_its_form_is_sent_twice_is_one(room: Room) -> None:
    work = room.hand_in(text="First")
    before = room.kept()

    room.hand_in(hand_in_id=work, text="First")

    assert room.kept() == before
    with room.database.reading() as tx:
        assert [view.text for view in hand_ins_of(tx, room.course.id, room.learner)] == ["First"]


def test_hand_in_when_its_id_is_of_other_work_is_refused(room: Room) -> None:
    work = room.hand_in()
    with room.database.transaction() as tx:
        other = room.course.learner(tx)
    room.finish(READ)
    room.take_back(READ)

    refused(room, lambda: room.hand_in(hand_in_id=work, person_id=other), Conflict, "hand-in-of-another")
    refused(room, lambda: room.hand_in(READ, hand_in_id=work), Conflict, "hand-in-of-another")
    refused(room, lambda: room.hand_in(hand_in_id=work, text="Other work"), Conflict, "hand-in-of-another")


@pytest.mark.parametrize("role", [TEACHER, PrincipalRole.TEACHING_ASSISTANT, PrincipalRole.OBSERVER])
def test_doing_a_task_when_not_a_learner_is_refused(room: Room, role: PrincipalRole) -> None:
    refused(room, lambda: room.hand_in(role=role), NotAllowed, "does-not-earn")
    refused(room, lambda: room.finish(READ, role=role), NotAllowed, "does-not-earn")


def test_doing_a_task_when_it_is_of_the_other_kind_or_closed_is_refused(room: Room) -> None:
    refused(room, lambda: room.finish(SHOW), Conflict, "task-needs-review")
    refused(room, lambda: room.hand_in(READ), Conflict, "task-needs-no-review")
    refused(room, lambda: room.finish(OLD), Conflict, "task-closed")
    refused(room, lambda: room.hand_in(OLD), Conflict, "task-closed")
    room.award(SHOW)
    refused(room, room.hand_in, Conflict, "task-done")


@pytest.mark.parametrize(
    ("text", "link", "path", "problem"),
    [
        (" \u200b ", "", "text", HandInProblem.EMPTY),
        ("x" * (HAND_IN_LENGTH + 1), "", "text", HandInProblem.TEXT_TOO_LONG),
        ("Work", "ftp://example.org", "link", HandInProblem.LINK_NOT_A_LINK),
        ("Work", "https://example.org/a b", "link", HandInProblem.LINK_NOT_A_LINK),
        ("Work", "javascript:alert(1)", "link", HandInProblem.LINK_NOT_A_LINK),
        ("Work", "https://example.org/" + "x" * 2_000, "link", HandInProblem.LINK_NOT_A_LINK),
    ],
)
def test_hand_in_when_it_cannot_be_kept_is_refused_with_the_place(
    room: Room, text: str, link: str, path: str, problem: HandInProblem
) -> None:
    before = room.kept()

    with pytest.raises(HandInInvalid) as error:
        room.hand_in(text=text, link=link)

    assert (error.value.path, error.value.problem) == (path, problem)
    assert room.kept() == before


def test_tasks_when_the_order_is_fixed_open_one_after_the_other(room: Room) -> None:
    with room.database.transaction() as tx:
        tasks = room.course.kept()
        in_order = [tasks[READ], tasks[SHOW], tasks[WRITE], tasks[EXTRA]]
        room.course.publish(tx, in_order, seen_number=2, order=TaskOrder.FIXED)

    refused(room, room.hand_in, Conflict, "task-locked")
    refused(room, lambda: room.finish(WRITE), Conflict, "task-locked")
    room.finish(EXTRA)
    refused(room, room.hand_in, Conflict, "task-locked")
    room.finish(READ)
    refused(room, lambda: room.finish(WRITE), Conflict, "task-locked")
    work = room.hand_in()
    room.finish(WRITE)
    room.review(work, Verb.NOT_YET)
    room.take_back(READ)

    assert not room.finish(WRITE).is_new
    assert room.points() == POINTS[WRITE]


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


def test_standing_when_a_task_is_closed_while_its_work_waits_still_shows_the_task(room: Room) -> None:
    room.hand_in(SHOW)
    with room.database.transaction() as tx:
        kept = [draft for draft in room.course.kept() if draft.task_id != room.course.task_ids[SHOW]]
        room.course.publish(tx, kept, seen_number=2)

    with room.database.reading() as tx:
        waits = standing(tx, room.course.id, room.learner)
    room.review(hand_ins_waiting(room)[0])
    with room.database.reading() as tx:
        approved = standing(tx, room.course.id, room.learner)

    assert waits is not None
    assert approved is not None
    shown = [task for task in waits.tasks if task.task_id == room.course.task_ids[SHOW]]
    assert [(task.state, task.is_closed, task.can_be_done) for task in shown] == [(TaskState.WAITING, True, False)]
    assert (waits.total_points, approved.total_points) == (30, 70)
    assert (waits.points, approved.points) == (0, 40)


def hand_ins_waiting(room: Room) -> list[uuid.UUID]:
    with room.database.reading() as tx:
        return [work.hand_in_id for work in waiting_hand_ins(tx, room.course.id)]
