"""A course with tasks that the learner ticks, one that a reviewer looks at and an extra one; and people in it."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape

from sqlalchemy import select

from config.ids import new_id
from gamification.engine.activity import Verb
from gamification.engine.rule_set import Confirmation
from gamification.models import ActivitySource
from gamification.publish import TaskDraft
from gamification.rules import current_rules
from lti_tool.course.set_up import publish_course
from lti_tool.lti.roles import PrincipalRole
from lti_tool.progress import finish_task, hand_in_work, record_activity
from lti_tool.reviewing import award_by_hand, review_work
from lti_tool.roster.models import Context, Person
from lti_tool.sources.platform_says import task_lapsed, task_passed
from tests.factories.launch import LEARNER
from tests.functional.conftest import Launched, Site

TEACHER = PrincipalRole("instructor")
ASSISTANT = PrincipalRole("teaching-assistant")
LEARNER_ROLE = PrincipalRole("learner")
DRAFTS = (
    TaskDraft(None, "Lees de regels", 10),
    TaskDraft(None, "Maak een verslag", 20, confirmation=Confirmation.REVIEWER, instructions="Schrijf vijf zinnen."),
    TaskDraft(None, "Ruim op", 30),
    TaskDraft(None, "Help een collega", 5, is_bonus=True),
)


def words_in(html: str) -> str:
    """Return what a reader of the page reads, in one line."""
    html = re.sub(r"<(script|svg|style)\b.*?</\1>", " ", html, flags=re.S)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))).replace("\u00a0", " ").strip()


@dataclass
class Classroom:
    """A published course. Tasks are named by what they ask: `read`, `report` (reviewed), `tidy`, `help` (extra)."""

    site: Site
    context_id: uuid.UUID
    teacher: Launched
    read: uuid.UUID
    report: uuid.UUID
    tidy: uuid.UUID
    help: uuid.UUID

    @property
    def now(self) -> datetime:
        return self.site.clock.now()

    def wait(self, **delta: float) -> None:
        """Let time pass and let the teacher come back: a session does not last for days."""
        self.site.clock.advance(**delta)
        if timedelta(**delta) > timedelta(hours=1):
            self.teacher = self.site.launch_as(TEACHER)

    def learner(self, name: str, **changes: object) -> uuid.UUID:
        """Let somebody open the course for the first time."""
        subject = name[:100] or "nameless"
        self.site.launch(roles=[LEARNER], sub=subject, name=name, given_name=name, family_name="", **changes)
        return self.person_of(subject)

    def person_of(self, subject: str) -> uuid.UUID:
        with self.site.tool.db.reading() as tx:
            return tx.execute(select(Person.id).where(Person.subject == subject)).scalar_one()

    def finish(self, person_id: uuid.UUID, *task_ids: uuid.UUID) -> None:
        for task_id in task_ids:
            with self.site.tool.db.transaction() as tx:
                finish_task(
                    tx,
                    context_id=self.context_id,
                    person_id=person_id,
                    role=LEARNER_ROLE,
                    task_id=task_id,
                    now=self.now,
                )

    def hand_in(
        self,
        person_id: uuid.UUID,
        text: str = "Dit is mijn verslag.",
        *,
        link: str = "",
        task_id: uuid.UUID | None = None,
    ) -> uuid.UUID:
        """Send work, a moment after what came before."""
        self.site.clock.advance(seconds=1)
        hand_in_id = new_id()
        with self.site.tool.db.transaction() as tx:
            hand_in_work(
                tx,
                context_id=self.context_id,
                person_id=person_id,
                role=LEARNER_ROLE,
                task_id=task_id or self.report,
                hand_in_id=hand_in_id,
                text=text,
                link=link,
                now=self.now,
            )
        return hand_in_id

    def judge(self, hand_in_id: uuid.UUID, outcome: Verb, remark: str = "") -> None:
        self.site.clock.advance(seconds=1)
        with self.site.tool.db.transaction() as tx:
            review_work(
                tx,
                context_id=self.context_id,
                reviewer_id=self.person_of(TEACHER.value),
                role=TEACHER,
                hand_in_id=hand_in_id,
                outcome=outcome,
                remark=remark,
                now=self.now,
            )

    def award(self, person_id: uuid.UUID, task_id: uuid.UUID, reason: str = "Gezien op het werk.") -> None:
        self.site.clock.advance(seconds=1)
        with self.site.tool.db.transaction() as tx:
            award_by_hand(
                tx,
                context_id=self.context_id,
                person_id=person_id,
                task_id=task_id,
                actor_id=self.person_of(TEACHER.value),
                role=TEACHER,
                reason=reason,
                request_id=new_id(),
                now=self.now,
            )

    def platform_says(self, verb: Verb, person_id: uuid.UUID, task_id: uuid.UUID, number: int = 1) -> None:
        """Tell what a gate of the task says of a learner, for the so manieth time."""
        self.site.clock.advance(seconds=1)
        say = task_passed if verb is Verb.PASSED else task_lapsed
        told = say(
            source=ActivitySource.GATE,
            told_by=uuid.uuid5(task_id, "gate"),
            number=number,
            context_id=self.context_id,
            person_id=person_id,
            task_id=task_id,
            occurred_at=self.now,
        )
        with self.site.tool.db.transaction() as tx:
            record_activity(tx, told, now=self.now)

    def page(self, path: str) -> str:
        """Return what the teacher gets, which must be a page."""
        response = self.teacher.get(path)
        assert response.status_code == 200, (path, response.status_code)
        return response.get_data(as_text=True)

    def text(self, path: str) -> str:
        return words_in(self.page(path))


def open_classroom(
    site: Site, drafts: tuple[TaskDraft, ...] = DRAFTS, *, goal_points: int = 50, badge: str = "Veilig werken"
) -> Classroom:
    """Publish the course as its teacher."""
    teacher = site.launch_as(TEACHER)
    with site.tool.db.transaction() as tx:
        context_id = tx.execute(select(Context.id)).scalar_one()
        publish_course(
            tx,
            site.tool,
            context_id=context_id,
            person_id=tx.execute(select(Person.id).where(Person.subject == TEACHER.value)).scalar_one(),
            role=TEACHER,
            tasks=drafts,
            goal_points=goal_points,
            badge_name=badge,
            badge_criteria="Je deed mee." if badge else "",
            seen_number=0,
            now=site.clock.now(),
        )
    with site.tool.db.reading() as tx:
        current = current_rules(tx, context_id)
    assert current is not None
    return Classroom(site, context_id, teacher, *(rule.task_id for rule in current.rules.tasks))
