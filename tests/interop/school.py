"""A school that uses the service: it publishes a course with a badge, a learner earns it, and the service signs it."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.achievement import BadgeDetails
from badges.award import find_award, list_awards, signed_document
from badges.issuer import issuer_document, rotate_key
from badges.models import IssuerProfile
from badges.openbadges.baking import bake
from badges.openbadges.did_web import document_url
from badges.picture.png import png_of
from config.clock import SettableClock
from config.ids import new_id
from config.settings import load_settings
from gamification.engine.activity import Verb
from gamification.engine.rule_set import Confirmation
from gamification.publish import TaskDraft
from lti_tool.awarding import give_badge, take_badge_back
from lti_tool.course.set_up import publish_course
from lti_tool.issuing import issue_credential
from lti_tool.lti.roles import PrincipalRole
from lti_tool.progress import finish_task, hand_in_work
from lti_tool.reviewing import review_work
from lti_tool.roster.models import Context, Person, Registration
from lti_tool.tool import Tool, build_tool
from tests.factories.rows import make_context, make_deployment, make_membership, make_person, make_registration
from tests.interop.verifiers import Issued

# In the past of every clock: openbadgeslib refuses a credential that is not valid yet.
MOMENT = datetime(2025, 5, 6, 7, 8, 9, tzinfo=UTC)
WITHOUT_ADDRESS = "http://127.0.0.1:8000"
WITH_ADDRESS = "https://mijlpaal.example:8443"
"""With an https address the issuer is a did:web, without one it is its key."""

DRAFTS = (
    TaskDraft(None, "Lees de regels", 10),
    TaskDraft(None, "Maak een verslag", 20, confirmation=Confirmation.REVIEWER),
    TaskDraft(None, "Ruim op", 30),
    TaskDraft(None, "Help een collega", 5, is_bonus=True),
)
# More than the tasks that a learner ticks: so it may be a skill.
GOAL = 50
DETAILS = BadgeDetails(alt_text="Een vinkje")


def start_service(database_url: str, public_url: str) -> Tool:
    """Return the service's parts on a migrated database."""
    settings = load_settings(
        secret_key="s" * 40,
        public_url=public_url,
        database_url=database_url,
        allow_loopback=True,
        worker="separate",
    )
    return build_tool(settings, clock=SettableClock(MOMENT))


@dataclass
class School:
    """A course with a badge, its teacher and one learner."""

    tool: Tool
    name: str = "De Brug"
    badge: str = "Veilig werken"
    criteria: str = "Je werkte drie weken volgens de regels."
    details: BadgeDetails | None = DETAILS
    """None where the teacher was not asked, as before there were pictures."""
    titles: tuple[str, ...] = ()
    email: str = "noor@example.org"
    context: Context = field(init=False)
    registration: Registration = field(init=False)
    teacher: Person = field(init=False)
    learner: Person = field(init=False)
    task_ids: list[uuid.UUID] = field(init=False)

    def __post_init__(self) -> None:
        with self.tool.db.transaction() as tx:
            self.registration = make_registration(tx)
            self.context = make_context(tx, make_deployment(tx, self.registration, name=self.name))
            self.teacher = make_person(tx, self.registration, name="Joost Bakker")
            self.learner = make_person(tx, self.registration)
            self.learner.email = self.email
            make_membership(tx, self.context, self.teacher, role=PrincipalRole.INSTRUCTOR)
            make_membership(tx, self.context, self.learner)
        titles = self.titles or tuple(draft.title for draft in DRAFTS)
        with self.tool.db.transaction() as tx:
            published = publish_course(
                tx,
                self.tool,
                context_id=self.context.id,
                person_id=self.teacher.id,
                role=PrincipalRole.INSTRUCTOR,
                tasks=[_titled(draft, title) for draft, title in zip(DRAFTS, titles, strict=True)],
                goal_points=GOAL,
                badge_name=self.badge,
                badge_criteria=self.criteria,
                badge_details=self.details,
                seen_number=0,
                now=self.tool.clock.now(),
            )
        self.task_ids = [rule.task_id for rule in published.rules.tasks]

    def wait(self, seconds: float = 1) -> None:
        clock = self.tool.clock
        assert isinstance(clock, SettableClock)
        clock.advance(seconds=seconds)

    def earn(self) -> uuid.UUID:
        """Let the learner do every task, and the teacher find the report good."""
        read, report, tidy, helped = self.task_ids
        for task_id in (helped, read, tidy):
            with self.tool.db.transaction() as tx:
                finish_task(tx, **self._learner(), task_id=task_id, now=self.tool.clock.now())
        hand_in_id = new_id()
        with self.tool.db.transaction() as tx:
            hand_in_work(
                tx,
                **self._learner(),
                task_id=report,
                hand_in_id=hand_in_id,
                text="Dit is mijn verslag.",
                link="",
                now=self.tool.clock.now(),
            )
        self.wait()
        with self.tool.db.transaction() as tx:
            review_work(
                tx,
                context_id=self.context.id,
                reviewer_id=self.teacher.id,
                role=PrincipalRole.INSTRUCTOR,
                hand_in_id=hand_in_id,
                outcome=Verb.APPROVED,
                now=self.tool.clock.now(),
            )
        with self.tool.db.reading() as tx:
            [held] = list_awards(tx, self.context.id, self.learner.id)
        return held.award_id

    def give(self) -> uuid.UUID:
        with self.tool.db.transaction() as tx:
            decided = give_badge(
                tx, **self._staff(), reason="Gezien op het werk.", request_id=new_id(), now=self.tool.clock.now()
            )
        return decided.award_id

    def take_back(self, award_id: uuid.UUID) -> None:
        self.wait()
        with self.tool.db.transaction() as tx:
            take_badge_back(
                tx,
                **self._staff(),
                award_id=award_id,
                reason="Dat was een ander.",
                request_id=new_id(),
                now=self.tool.clock.now(),
            )

    def new_key(self, *, compromised: bool = False) -> None:
        self.wait()
        with self.tool.db.transaction() as tx:
            profile = self._issuer(tx)
            rotate_key(tx, self.tool.box, profile.id, compromised=compromised, now=self.tool.clock.now())

    def signed(self, award_id: uuid.UUID) -> bytes:
        """Let the background sign, and return what the learner downloads."""
        self.wait()
        issue_credential(self.tool, award_id)
        with self.tool.db.reading() as tx:
            content = signed_document(tx, award_id)
        assert content is not None
        return content

    def issued(self, award_id: uuid.UUID, content: bytes) -> Issued:
        """Return a document with what the issuer shows now, and baked into its picture."""
        with self.tool.db.reading() as tx:
            award = find_award(tx, award_id)
            profile = self._issuer(tx)
            document = issuer_document(tx, profile.id)
            web = {} if document is None else {document_url(profile.did): json.dumps(document)}
        assert award is not None
        return Issued(content, web, bake(png_of(award.details.design, 512), content))

    def _issuer(self, tx: Session) -> IssuerProfile:
        query = select(IssuerProfile).where(IssuerProfile.deployment_id == self.context.deployment_id)
        return tx.execute(query).scalar_one()

    def _learner(self) -> dict[str, object]:
        return {"context_id": self.context.id, "person_id": self.learner.id, "role": PrincipalRole.LEARNER}

    def _staff(self) -> dict[str, object]:
        return {
            "context_id": self.context.id,
            "person_id": self.learner.id,
            "actor_id": self.teacher.id,
            "role": PrincipalRole.INSTRUCTOR,
        }


def _titled(draft: TaskDraft, title: str) -> TaskDraft:
    return TaskDraft(None, title, draft.points, is_bonus=draft.is_bonus, confirmation=draft.confirmation)
