"""A learner and a teacher who do things, one after the other, and what is left of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from config.database import Base, Database
from config.ids import new_id
from gamification.engine.activity import Verb
from gamification.engine.task_state import TaskState
from gamification.hand_ins import waiting_hand_ins
from gamification.models import ActivityRow, ActivitySource, HandIn, LedgerEntry, Remark, Review
from gamification.progress import standing
from gamification.record import Recorded
from gamification.remarks import Praise
from lti_tool.lti.roles import PrincipalRole
from lti_tool.progress import finish_task, hand_in_work, record_activity
from lti_tool.reviewing import award_by_hand, review_work, take_back
from lti_tool.sources.platform_says import task_lapsed, task_passed
from tests.factories.mixed_course import SHOW, held_by, make_mixed_course
from tests.factories.rows import NOW

TEACHER, LEARNER = PrincipalRole.INSTRUCTOR, PrincipalRole.LEARNER
KEPT: tuple[type[Base], ...] = (ActivityRow, LedgerEntry, HandIn, Review, Remark)


class Room:
    """One learner and one teacher in a course with tasks of every kind; each call is a minute later than the last."""

    def __init__(self, database: Database, *, with_platform_tasks: bool = False) -> None:
        self.database = database
        self.now = NOW
        with database.transaction() as tx:
            self.course = make_mixed_course(tx, with_platform_tasks=with_platform_tasks)
            self.learner = self.course.learner(tx)

    def later(self) -> dict[str, object]:
        self.now += timedelta(minutes=1)
        return {"context_id": self.course.id, "now": self.now}

    def platform_says(self, verb: Verb, task: int, number: int = 1) -> Recorded:
        """Tell what one gate of the task says, for the so manieth time."""
        say = task_passed if verb is Verb.PASSED else task_lapsed
        told = say(
            source=ActivitySource.GATE,
            told_by=uuid.uuid5(self.course.id, f"gate of {task}"),
            number=number,
            context_id=self.course.id,
            person_id=self.learner,
            task_id=self.course.task_ids[task],
            occurred_at=self.now + timedelta(minutes=1),
        )
        with self.database.transaction() as tx:
            return record_activity(tx, told, now=self.later()["now"])

    def finish(self, task: int, *, role: PrincipalRole = LEARNER) -> Recorded:
        with self.database.transaction() as tx:
            return finish_task(
                tx, person_id=self.learner, role=role, task_id=self.course.task_ids[task], **self.later()
            )

    def hand_in(
        self,
        task: int = SHOW,
        *,
        hand_in_id: uuid.UUID | None = None,
        person_id: uuid.UUID | None = None,
        role: PrincipalRole = LEARNER,
        text: str = "My work",
        link: str = "",
    ) -> uuid.UUID:
        hand_in_id = hand_in_id or new_id()
        with self.database.transaction() as tx:
            hand_in_work(
                tx,
                person_id=person_id or self.learner,
                role=role,
                task_id=self.course.task_ids[task],
                hand_in_id=hand_in_id,
                text=text,
                link=link,
                **self.later(),
            )
        return hand_in_id

    def review(
        self,
        hand_in_id: uuid.UUID,
        outcome: Verb = Verb.APPROVED,
        *,
        role: PrincipalRole = TEACHER,
        remark: str = "",
        praise: Praise | None = None,
    ) -> Recorded:
        with self.database.transaction() as tx:
            return review_work(
                tx,
                reviewer_id=self.course.teacher_id,
                role=role,
                hand_in_id=hand_in_id,
                outcome=outcome,
                remark=remark,
                praise=praise,
                **self.later(),
            )

    def award(self, task: int, **changes: object) -> Recorded:
        return self._decide(award_by_hand, task, **changes)

    def take_back(self, task: int, **changes: object) -> Recorded:
        return self._decide(take_back, task, **changes)

    def _decide(self, decide: Callable[..., Recorded], task: int, **changes: object) -> Recorded:
        asked = {
            "person_id": self.learner,
            "task_id": self.course.task_ids[task],
            "actor_id": self.course.teacher_id,
            "role": TEACHER,
            "reason": "I saw it",
            "request_id": new_id(),
            **self.later(),
        }
        with self.database.transaction() as tx:
            return decide(tx, **{**asked, **changes})

    def state(self, task: int) -> TaskState:
        with self.database.reading() as tx:
            found = standing(tx, self.course.id, self.learner)
        assert found is not None
        return next(shown.state for shown in found.tasks if shown.task_id == self.course.task_ids[task])

    def points(self) -> int:
        with self.database.reading() as tx:
            return held_by(tx, self.course, self.learner).points

    def waiting(self) -> list[uuid.UUID]:
        with self.database.reading() as tx:
            return [work.hand_in_id for work in waiting_hand_ins(tx, self.course.id)]

    def kept(self) -> dict[str, int]:
        """How many rows of each kind there are."""
        with self.database.reading() as tx:
            return {
                model.__tablename__: tx.execute(select(func.count()).select_from(model)).scalar_one() for model in KEPT
            }


def refused(room: Room, do: Callable[[], object], error: type[Exception], code: str) -> None:
    """It is refused with this code, and leaves nothing behind."""
    before = room.kept()
    with pytest.raises(error) as caught:
        do()
    assert getattr(caught.value, "code", "") == code
    assert room.kept() == before
