"""What those who teach decide: a refusal keeps nothing, and no decision is lost or taken twice."""

from __future__ import annotations

import uuid
from functools import partial

import pytest
from sqlalchemy import select, update

from config.database import Database
from config.errors import Conflict, NotAllowed, NotFound
from config.ids import new_id
from gamification.engine.activity import Verb
from gamification.engine.task_state import TaskState
from gamification.hand_ins import hand_ins_of
from gamification.models import REMARK_LENGTH, ActivityRow, Balance, HandIn, LedgerEntry
from gamification.remarks import Praise, RemarkInvalid, RemarkProblem, mark_seen, remarks_for
from lti_tool.lti.roles import PrincipalRole
from lti_tool.reviewing import praise_learner
from tests.factories.mixed_course import EXTRA, POINTS, READ, SHOW, WRITE, awards_of, held_by
from tests.factories.promises import promised
from tests.factories.room import LEARNER, TEACHER, Room, refused
from tests.factories.rows import make_context, make_membership, make_person


def test_review_when_work_is_good_gives_the_points_the_badge_and_the_words(room: Room) -> None:
    work = room.hand_in(text="  My work  ", link="https://example.org/work ")
    assert (room.state(SHOW), room.points(), room.waiting()) == (TaskState.WAITING, 0, [work])

    recorded = room.review(work, remark=" Nice ", praise=Praise.WELL_DONE)

    assert (room.state(SHOW), room.points(), room.waiting()) == (TaskState.DONE, POINTS[SHOW], [])
    assert recorded.desired.goal_reached
    with room.database.reading() as tx:
        assert awards_of(tx, room.learner) == 1
        [view] = hand_ins_of(tx, room.course.id, room.learner, room.course.task_ids[SHOW])
        [words] = remarks_for(tx, room.course.id, room.learner)
        activity = tx.get_one(ActivityRow, recorded.activity_id)
    assert (view.text, view.link, view.outcome) == ("My work", "https://example.org/work", Verb.APPROVED)
    assert (view.reviewer_id, view.review_activity_id) == (room.course.teacher_id, recorded.activity_id)
    assert (words.text, words.praise, words.activity_id) == ("Nice", Praise.WELL_DONE, recorded.activity_id)
    assert (words.author_id, words.task_id) == (room.course.teacher_id, room.course.task_ids[SHOW])
    assert (activity.source, activity.actor_id) == ("review", room.course.teacher_id)


def test_review_when_more_practice_is_asked_leaves_room_for_newer_work(room: Room) -> None:
    first = room.hand_in()
    room.review(first, Verb.NOT_YET, remark="Add a picture")
    assert (room.state(SHOW), room.points(), room.waiting()) == (TaskState.PRACTISE, 0, [])

    second = room.hand_in()
    assert (room.state(SHOW), room.waiting()) == (TaskState.WAITING, [second])
    room.review(second)

    assert (room.state(SHOW), room.points()) == (TaskState.DONE, POINTS[SHOW])


def test_review_when_the_learner_sent_newer_work_meanwhile_is_refused(room: Room) -> None:
    older, newer = room.hand_in(), room.hand_in()

    refused(room, lambda: room.review(older), Conflict, "newer-work")

    assert (room.waiting(), room.points()) == ([newer], 0)


def test_review_when_the_work_was_reviewed_already_is_refused(room: Room) -> None:
    work = room.hand_in()
    room.review(work, Verb.NOT_YET)

    refused(room, lambda: room.review(work), Conflict, "reviewed-meanwhile")


@pytest.mark.parametrize("taken_back_too", [False, True])
def test_review_when_a_colleague_decided_by_hand_meanwhile_is_refused(room: Room, taken_back_too: bool) -> None:
    """Work from before a decision by hand cannot overrule it: the page of a reviewer may have been open for long."""
    work = room.hand_in()
    room.award(SHOW)
    if taken_back_too:
        room.take_back(SHOW)

    for outcome in (Verb.APPROVED, Verb.NOT_YET):
        refused(room, partial(room.review, work, outcome), Conflict, "reviewed-meanwhile")

    assert room.waiting() == []
    assert room.points() == (0 if taken_back_too else POINTS[SHOW])


def test_review_when_the_decision_by_hand_was_about_another_task_or_learner_goes_on(room: Room) -> None:
    work = room.hand_in()
    room.award(READ)
    with room.database.transaction() as tx:
        other = room.course.learner(tx)
    room.award(SHOW, person_id=other)

    room.review(work)

    assert room.points() == POINTS[READ] + POINTS[SHOW]


def test_review_when_not_by_staff_or_no_review_is_refused(room: Room) -> None:
    work = room.hand_in()

    for role in (LEARNER, PrincipalRole.OBSERVER, PrincipalRole.NOBODY):
        refused(room, partial(room.review, work, role=role), NotAllowed, "may-not-review")
    refused(room, lambda: room.review(work, Verb.AWARDED), ValueError, "")
    refused(room, lambda: room.review(work, remark="x" * (REMARK_LENGTH + 1)), RemarkInvalid, "remark-too-long")

    assert room.waiting() == [work]


def test_award_by_hand_when_sent_twice_is_one_decision_with_one_reason(room: Room) -> None:
    request_id = new_id()

    first = room.award(EXTRA, request_id=request_id, reason="At the market")
    second = room.award(EXTRA, request_id=request_id, reason="At the market")

    assert (first.is_new, second.is_new, first.activity_id) == (True, False, second.activity_id)
    with room.database.reading() as tx:
        [words] = remarks_for(tx, room.course.id, room.learner)
        assert held_by(tx, room.course, room.learner).bonus_points == POINTS[EXTRA]
    assert (words.text, words.activity_id, words.author_id) == (
        "At the market",
        first.activity_id,
        room.course.teacher_id,
    )


def test_award_by_hand_when_the_points_are_there_is_refused(room: Room) -> None:
    room.finish(READ)

    refused(room, lambda: room.award(READ), Conflict, "task-done")


def test_take_back_when_the_points_are_not_there_is_refused(room: Room) -> None:
    refused(room, lambda: room.take_back(READ), Conflict, "task-not-done")


@pytest.mark.parametrize("reason", ["", "  \n ", "\u200b"])
def test_deciding_by_hand_when_no_reason_is_given_is_refused(room: Room, reason: str) -> None:
    room.finish(READ)

    refused(room, lambda: room.take_back(READ, reason=reason), RemarkInvalid, RemarkProblem.REASON_MISSING)
    refused(room, lambda: room.award(WRITE, reason=reason), RemarkInvalid, RemarkProblem.REASON_MISSING)

    assert room.points() == POINTS[READ]


def test_take_back_when_the_learner_says_done_again_changes_nothing(room: Room) -> None:
    room.finish(READ)
    taken = room.take_back(READ)
    assert (room.state(READ), room.points()) == (TaskState.TAKEN_BACK, 0)

    refused(room, lambda: room.finish(READ), Conflict, "task-needs-review")

    with room.database.reading() as tx:
        entries = tx.execute(
            select(LedgerEntry).where(LedgerEntry.person_id == room.learner).order_by(LedgerEntry.step)
        ).scalars()
        assert [(entry.kind, entry.points) for entry in entries] == [("earn", 10), ("reverse", -10)]
        reversal = tx.execute(select(LedgerEntry).where(LedgerEntry.kind == "reverse")).scalar_one()
    assert reversal.activity_id == taken.activity_id


def test_take_back_when_the_badge_was_earned_leaves_it(room: Room) -> None:
    room.finish(READ)
    room.finish(WRITE)
    room.take_back(WRITE)

    with room.database.reading() as tx:
        assert awards_of(tx, room.learner) == 1
        assert not tx.get_one(Balance, (room.course.id, room.learner)).goal_reached


def test_take_back_when_new_work_is_good_counts_again_and_awards_no_second_badge(room: Room) -> None:
    room.finish(READ)
    room.finish(WRITE)
    room.take_back(READ)

    work = room.hand_in(READ)
    assert room.state(READ) is TaskState.WAITING
    room.review(work)

    assert (room.state(READ), room.points()) == (TaskState.DONE, POINTS[READ] + POINTS[WRITE])
    with room.database.reading() as tx:
        assert awards_of(tx, room.learner) == 1
    assert not room.finish(READ).is_new


def test_take_back_when_given_again_by_hand_counts_again(room: Room) -> None:
    room.finish(READ)
    room.take_back(READ)
    room.award(READ)

    assert (room.state(READ), room.points()) == (TaskState.DONE, POINTS[READ])


def test_deciding_when_the_task_or_the_learner_is_of_another_course_is_not_found(room: Room) -> None:
    elsewhere = Room(room.database)
    work = room.hand_in()
    foreign = elsewhere.hand_in()
    room.finish(READ)
    with room.database.transaction() as tx:
        stranger = make_person(tx, room.course.registration).id
        observer = make_person(tx, room.course.registration)
        make_membership(tx, room.course.context, observer, role="observer")

    for decide, task in ((room.award, WRITE), (room.take_back, READ)):
        for nobody_here in (elsewhere.learner, stranger, observer.id, room.course.teacher_id):
            refused(room, partial(decide, task, person_id=nobody_here), NotFound, "learner")
        for no_task in (elsewhere.course.task_ids[READ], new_id()):
            refused(room, partial(decide, task, task_id=no_task), NotFound, "task")
        refused(room, partial(decide, task, context_id=elsewhere.course.id), NotFound, "learner")
        refused(room, partial(decide, task, role=LEARNER), NotAllowed, "may-not-review")
    refused(room, lambda: room.review(foreign), NotFound, "hand-in")
    refused(room, lambda: room.review(new_id()), NotFound, "hand-in")
    assert room.waiting() == [work]


def test_deciding_when_nothing_is_published_finds_no_task(room: Room) -> None:
    with room.database.transaction() as tx:
        bare = make_context(tx)
        learner = make_person(tx, room.course.registration)
        make_membership(tx, bare, learner)

    refused(room, lambda: room.award(READ, context_id=bare.id, person_id=learner.id), NotFound, "task")


def test_praise_when_sent_changes_no_points_and_promises_nothing(room: Room) -> None:
    room.finish(READ)
    before = room.kept()
    with room.database.reading() as tx:
        promises = promised(tx)

    with room.database.transaction() as tx:
        praise_learner(
            tx,
            person_id=room.learner,
            author_id=room.course.teacher_id,
            role=TEACHER,
            praise=Praise.PROUD,
            **room.later(),
        )

    assert room.kept() == {**before, "remark": before["remark"] + 1}
    with room.database.transaction() as tx:
        assert promised(tx) == promises
        [words] = remarks_for(tx, room.course.id, room.learner)
        assert (words.praise, words.text, words.activity_id, words.seen_at) == (Praise.PROUD, "", None, None)
        assert mark_seen(tx, room.course.id, room.learner, words.remark_id, now=room.now)
        assert not mark_seen(tx, room.course.id, room.learner, words.remark_id, now=room.now)
        assert not mark_seen(tx, room.course.id, room.course.teacher_id, words.remark_id, now=room.now)


def test_praise_when_sent_twice_before_it_was_read_is_one(room: Room) -> None:
    def send(praise: Praise) -> None:
        with room.database.transaction() as tx:
            room.later()
            praise_learner(
                tx,
                context_id=room.course.id,
                person_id=room.learner,
                author_id=room.course.teacher_id,
                role=TEACHER,
                praise=praise,
                now=room.now,
            )

    def kept() -> list[Praise | None]:
        with room.database.reading() as tx:
            return [words.praise for words in remarks_for(tx, room.course.id, room.learner)]

    send(Praise.PROUD)
    send(Praise.PROUD)
    send(Praise.WELL_DONE)
    assert kept() == [Praise.PROUD, Praise.WELL_DONE]

    with room.database.transaction() as tx:
        for words in remarks_for(tx, room.course.id, room.learner):
            mark_seen(tx, room.course.id, room.learner, words.remark_id, now=room.now)
    send(Praise.PROUD)
    assert kept() == [Praise.PROUD, Praise.WELL_DONE, Praise.PROUD]


def test_praise_when_not_by_staff_or_not_for_a_learner_here_is_refused(room: Room) -> None:
    elsewhere = Room(room.database)

    def praise(person_id: uuid.UUID, role: PrincipalRole) -> None:
        with room.database.transaction() as tx:
            praise_learner(
                tx,
                person_id=person_id,
                author_id=room.course.teacher_id,
                role=role,
                praise=Praise.PROUD,
                **room.later(),
            )

    refused(room, lambda: praise(room.learner, LEARNER), NotAllowed, "may-not-review")
    refused(room, lambda: praise(elsewhere.learner, TEACHER), NotFound, "learner")


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


def test_deciding_by_hand_when_a_colleague_decided_otherwise_at_a_later_moment_is_refused(room: Room) -> None:
    """The clock is read before the learner's balance is locked: who comes second can have the earlier moment."""
    room.finish(READ)
    before = room.now
    room.take_back(READ)
    refused(room, lambda: room.award(READ, now=before), Conflict, "task-not-done")

    room.award(READ)
    refused(room, lambda: room.take_back(READ, now=before), Conflict, "task-done")
    assert room.points() == POINTS[READ]


def test_deciding_by_hand_when_the_form_was_used_for_something_else_is_refused(room: Room) -> None:
    request_id = new_id()
    room.award(READ, request_id=request_id)
    before = room.kept()

    assert not room.award(READ, request_id=request_id).is_new
    assert room.kept() == before
    with room.database.transaction() as tx:
        other = room.course.learner(tx)
    for use in (
        partial(room.award, WRITE),
        partial(room.take_back, READ),
        partial(room.award, READ, reason="Another reason"),
        partial(room.award, READ, person_id=other),
    ):
        refused(room, partial(use, request_id=request_id), Conflict, "form-used")


def test_waiting_work_when_two_were_sent_at_one_moment_is_one(room: Room) -> None:
    room.hand_in()
    moment = room.now
    room.hand_in()
    with room.database.transaction() as tx:
        tx.execute(update(HandIn).values(handed_in_at=moment))

    [waiting] = room.waiting()

    room.review(waiting)
    assert room.waiting() == []
