"""Two colleagues at the same second: one decides, the other hears that somebody was first, and nothing counts twice."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from badges.models import Award
from config.database import Database
from config.errors import Conflict
from config.ids import new_id
from gamification.engine.activity import Verb
from gamification.hand_ins import waiting_hand_ins
from gamification.models import ActivityRow, LedgerEntry, Remark, Review
from gamification.reconcile import reconcile
from lti_tool.lti.roles import PrincipalRole
from lti_tool.messages import MessageType
from lti_tool.progress import finish_task, hand_in_work
from lti_tool.reviewing import award_by_hand, review_work, take_back
from tests.factories.at_once import two_at_once, wait_until_somebody_waits
from tests.factories.mixed_course import POINTS, READ, SHOW, MixedCourse, held_by, make_mixed_course
from tests.factories.promises import promised
from tests.factories.rows import NOW, make_membership, make_person

LATER = NOW + timedelta(minutes=5)
LEARNERS = 12
OUTCOMES = (Verb.APPROVED, Verb.NOT_YET)


@dataclass(frozen=True)
class Waiting:
    """Somebody whose work waits."""

    person_id: uuid.UUID
    hand_in_id: uuid.UUID


class Staff:
    """A course with two reviewers, on a database that lets both go on at once."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.transaction() as tx:
            self.course: MixedCourse = make_mixed_course(tx)
            colleague = make_person(tx, self.course.registration, name="Fatma Yilmaz")
            make_membership(tx, self.course.context, colleague, role="instructor")
            self.ids = (self.course.teacher_id, colleague.id)

    def learner(self, *, handed_in: bool = True, done: bool = False) -> Waiting:
        hand_in_id = new_id()
        with self.database.transaction() as tx:
            person_id = self.course.learner(tx)
            common = {"context_id": self.course.id, "person_id": person_id, "role": PrincipalRole.LEARNER, "now": NOW}
            if done:
                finish_task(tx, task_id=self.course.task_ids[READ], **common)
            if handed_in:
                task_id = self.course.task_ids[SHOW]
                hand_in_work(tx, task_id=task_id, hand_in_id=hand_in_id, text="My work", link="", **common)
        return Waiting(person_id, hand_in_id)

    def review(self, work: Waiting, which: int, outcome: Verb) -> None:
        with self.database.transaction() as tx:
            review_work(
                tx,
                context_id=self.course.id,
                reviewer_id=self.ids[which],
                role=PrincipalRole.INSTRUCTOR,
                hand_in_id=work.hand_in_id,
                outcome=outcome,
                remark=f"Of reviewer {which}",
                now=LATER,
            )

    def decide(self, verb: Verb, work: Waiting, which: int, task: int, request_id: uuid.UUID) -> bool:
        decide = award_by_hand if verb is Verb.AWARDED else take_back
        with self.database.transaction() as tx:
            return decide(
                tx,
                context_id=self.course.id,
                person_id=work.person_id,
                task_id=self.course.task_ids[task],
                actor_id=self.ids[which],
                role=PrincipalRole.INSTRUCTOR,
                reason=f"Of reviewer {which}",
                request_id=request_id,
                now=LATER,
            ).is_new


@pytest.mark.parametrize("outcomes", [(Verb.APPROVED, Verb.APPROVED), OUTCOMES], ids=["both-good", "they-differ"])
def test_review_when_two_do_it_at_once_one_wins_and_the_badge_is_one(staff: Staff, outcomes: tuple[Verb, Verb]) -> None:
    work = [staff.learner() for _ in range(LEARNERS)]
    codes: list[str] = []

    def review(waiting: Waiting, which: int) -> int:
        try:
            staff.review(waiting, which, outcomes[which])
        except Conflict as conflict:
            codes.append(conflict.code)
            return 0
        return 1

    assert two_at_once(work, review) == [1] * LEARNERS

    assert codes == ["reviewed-meanwhile"] * LEARNERS
    with staff.database.reading() as tx:
        reviews = tx.execute(
            select(Review.outcome, Review.reviewer_id, Remark.author_id, ActivityRow.verb, ActivityRow.actor_id)
            .join(Remark, Remark.activity_id == Review.activity_id)
            .join(ActivityRow, ActivityRow.id == Review.activity_id)
        ).all()
        approved = [row for row in reviews if row.outcome == Verb.APPROVED]
        assert len(reviews) == LEARNERS
        assert all(row.verb == row.outcome and row.reviewer_id == row.author_id == row.actor_id for row in reviews)
        assert tx.execute(select(func.count()).select_from(Remark)).scalar_one() == LEARNERS
        assert tx.execute(select(func.count()).select_from(Award)).scalar_one() == len(approved)
        to_sign = [ids for type, ids in promised(tx) if type == MessageType.ISSUE_CREDENTIAL]
        assert len(to_sign) == len(approved)
        assert reconcile(tx) == []


def test_award_by_hand_when_one_form_is_sent_twice_at_once_is_one_decision(staff: Staff) -> None:
    work = [staff.learner(handed_in=False) for _ in range(LEARNERS)]

    def award(waiting: Waiting, _which: int) -> int:
        return int(staff.decide(Verb.AWARDED, waiting, 0, SHOW, waiting.hand_in_id))

    assert two_at_once(work, award) == [1] * LEARNERS

    with staff.database.reading() as tx:
        by_hand = select(func.count()).select_from(ActivityRow).where(ActivityRow.verb == Verb.AWARDED)
        assert tx.execute(by_hand).scalar_one() == LEARNERS
        assert tx.execute(select(func.count()).select_from(Remark)).scalar_one() == LEARNERS
        assert {held_by(tx, staff.course, waiting.person_id).points for waiting in work} == {POINTS[SHOW]}


@pytest.mark.parametrize(
    ("verb", "task", "code"), [(Verb.AWARDED, SHOW, "task-done"), (Verb.WITHDRAWN, READ, "task-not-done")]
)
def test_deciding_by_hand_when_two_colleagues_do_it_at_once_tells_the_second(
    staff: Staff, verb: Verb, task: int, code: str
) -> None:
    work = [staff.learner(handed_in=False, done=True) for _ in range(LEARNERS)]
    codes: list[str] = []

    def decide(waiting: Waiting, which: int) -> int:
        try:
            return int(staff.decide(verb, waiting, which, task, new_id()))
        except Conflict as conflict:
            codes.append(conflict.code)
            return 0

    assert two_at_once(work, decide) == [1] * LEARNERS

    assert codes == [code] * LEARNERS
    with staff.database.reading() as tx:
        assert tx.execute(select(func.count()).select_from(Remark)).scalar_one() == LEARNERS
        assert reconcile(tx) == []


def test_review_when_a_colleague_gives_the_points_by_hand_at_once_one_of_them_wins(staff: Staff) -> None:
    work = [staff.learner() for _ in range(LEARNERS)]

    def decide(waiting: Waiting, which: int) -> int:
        try:
            if which:
                staff.review(waiting, which, Verb.APPROVED)
            else:
                staff.decide(Verb.AWARDED, waiting, which, SHOW, new_id())
        except Conflict as conflict:
            refusals.append((which, conflict.code))
            return 0
        return 1

    refusals: list[tuple[int, str]] = []
    assert two_at_once(work, decide) == [1] * LEARNERS

    assert set(refusals) <= {(0, "task-done"), (1, "reviewed-meanwhile")}
    with staff.database.reading() as tx:
        earned = select(func.count()).select_from(LedgerEntry).where(LedgerEntry.points == POINTS[SHOW])
        assert tx.execute(earned).scalar_one() == LEARNERS
        assert waiting_hand_ins(tx, staff.course.id) == []


def test_review_when_the_learner_is_sending_newer_work_waits_and_is_refused(staff: Staff) -> None:
    """The newer work has the learner's balance; the review of the older comes after it and sees it."""
    work = staff.learner()
    newer = new_id()

    with ThreadPoolExecutor(1) as pool:
        with staff.database.transaction() as tx:
            hand_in_work(
                tx,
                context_id=staff.course.id,
                person_id=work.person_id,
                role=PrincipalRole.LEARNER,
                task_id=staff.course.task_ids[SHOW],
                hand_in_id=newer,
                text="Better work",
                link="",
                now=LATER,
            )
            reviewing = pool.submit(staff.review, work, 0, Verb.APPROVED)
            wait_until_somebody_waits(staff.database)
        with pytest.raises(Conflict, match="newer-work"):
            reviewing.result(30)

    with staff.database.reading() as tx:
        assert [waiting.hand_in_id for waiting in waiting_hand_ins(tx, staff.course.id)] == [newer]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_hand_in_when_the_earlier_work_is_being_judged_waits_and_is_refused(staff: Staff, outcome: Verb) -> None:
    """The review has the learner's balance: work from before it would wait on the list for nobody."""
    work = staff.learner()

    def send() -> None:
        with staff.database.transaction() as tx:
            hand_in_work(
                tx,
                context_id=staff.course.id,
                person_id=work.person_id,
                role=PrincipalRole.LEARNER,
                task_id=staff.course.task_ids[SHOW],
                hand_in_id=new_id(),
                text="Better work",
                link="",
                now=LATER - timedelta(seconds=1),
            )

    with ThreadPoolExecutor(1) as pool:
        with staff.database.transaction() as tx:
            review_work(
                tx,
                context_id=staff.course.id,
                reviewer_id=staff.ids[0],
                role=PrincipalRole.INSTRUCTOR,
                hand_in_id=work.hand_in_id,
                outcome=outcome,
                now=LATER,
            )
            sending = pool.submit(send)
            wait_until_somebody_waits(staff.database)
        with pytest.raises(Conflict, match="task-done" if outcome is Verb.APPROVED else "changed-meanwhile"):
            sending.result(30)

    with staff.database.reading() as tx:
        assert waiting_hand_ins(tx, staff.course.id) == []


@pytest.fixture
def staff(postgres_url: str) -> Iterator[Staff]:
    opened = Database(postgres_url)
    yield Staff(opened)
    opened.dispose()
