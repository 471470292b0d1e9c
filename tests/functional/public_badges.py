"""A badge that a learner earned and may share, and a stranger who looks at it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from html import unescape

from flask.testing import FlaskClient
from jinja2 import StrictUndefined
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from badges.achievement import BadgeDetails
from badges.kinds import BadgeType, ProofKind
from badges.models import Award, Credential, IssuerProfile
from badges.reports import reports_about
from badges.sharing import share, stop_sharing
from config.ids import new_id
from gamification.engine.activity import Verb
from gamification.engine.rule_set import Confirmation
from gamification.publish import TaskDraft
from lti_tool.awarding import give_badge, take_badge_back
from lti_tool.course.set_up import publish_course
from lti_tool.jobs.worker import drain
from lti_tool.roster.models import Context, Person
from tests.factories.launch import TOOL_URL
from tests.functional.classroom import TEACHER, Classroom, open_classroom, words_in
from tests.functional.conftest import Site

HOLDER = "Zoë van den Berg"
BADGE = "Veilig werken"
CRITERIA = "Je werkt veilig met machines."
SHOWS = "Laat zien dat iemand veilig werkt."
ALT_TEXT = "Een schild met een helm."
REASON = "Dit was een vergissing."
ISSUER = "Voorbeeldschool Rotterdam"
REPORTED = "Dit werk is niet van deze persoon."
TASKS = (
    TaskDraft(None, "Lees de regels", 10),
    TaskDraft(None, "Maak een verslag", 20, confirmation=Confirmation.REVIEWER, instructions="Schrijf vijf zinnen."),
    TaskDraft(None, "Ruim op", 30),
    TaskDraft(None, "Help een collega", 5, is_bonus=True),
)
DETAILS = BadgeDetails(
    description=SHOWS,
    badge_type=BadgeType.SKILL,
    proof_kind=ProofKind.PRAKTIJKVERKLARING,
    picture="shield.sky.helmet.2",
    alt_text=ALT_TEXT,
    language="nl",
)
SECRETS = (HOLDER, "Zoë", BADGE, CRITERIA, SHOWS, ALT_TEXT, REASON, ISSUER, "Lees de regels", "did:", "urn:uuid")


@dataclass
class Badge:
    """A badge that a learner has earned and that is signed; and a stranger at a browser."""

    room: Classroom
    person_id: uuid.UUID
    id: uuid.UUID
    stranger: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.room.site.app.jinja_env.undefined = StrictUndefined
        self.stranger = self.room.site.client()

    @property
    def site(self) -> Site:
        return self.room.site

    def get(self, path: str = "", language: str = "nl") -> TestResponse:
        headers = {"Accept-Language": language}
        return self.stranger.get(f"/badges/{self.id}{path}", base_url=TOOL_URL, headers=headers)

    def page(self) -> str:
        response = self.get()
        assert response.status_code == 200
        return response.get_data(as_text=True)

    def text(self) -> str:
        return words_in(self.page())

    def report(self, **changes: str) -> TestResponse:
        data = {"report_id": str(new_id()), "text": REPORTED, "contact": "", "website": "", **changes}
        return self.stranger.post(f"/badges/{self.id}/report", data=data, base_url=TOOL_URL)

    def reports(self) -> list[tuple[str, str]]:
        with self.site.tool.db.reading() as tx:
            return [(kept.text, kept.contact) for kept in reports_about(tx, [self.id]).get(self.id, [])]

    def share(self, *, shows_name: bool = False) -> None:
        with self.site.tool.db.transaction() as tx:
            share(tx, self.id, self.person_id, shows_name=shows_name, now=self.room.now)

    def stop_sharing(self) -> None:
        with self.site.tool.db.transaction() as tx:
            stop_sharing(tx, self.id, self.person_id)

    def take_back(self) -> None:
        with self.site.tool.db.transaction() as tx:
            take_badge_back(
                tx,
                context_id=self.room.context_id,
                person_id=self.person_id,
                award_id=self.id,
                actor_id=self.room.person_of(TEACHER.value),
                role=TEACHER,
                reason=REASON,
                request_id=new_id(),
                now=self.room.now,
            )

    def give_again(self) -> None:
        with self.site.tool.db.transaction() as tx:
            give_badge(
                tx,
                context_id=self.room.context_id,
                person_id=self.person_id,
                actor_id=self.room.person_of(TEACHER.value),
                role=TEACHER,
                reason="Toch wel.",
                request_id=new_id(),
                now=self.room.now,
            )

    def document(self) -> bytes:
        with self.site.tool.db.reading() as tx:
            return tx.execute(select(Credential.document).where(Credential.award_id == self.id)).scalar_one()

    def write_document(self, document: bytes) -> None:
        with self.site.tool.db.transaction() as tx:
            tx.execute(update(Credential).where(Credential.award_id == self.id).values(document=document))

    def write_award(self, **values: object) -> None:
        with self.site.tool.db.transaction() as tx:
            tx.execute(update(Award).where(Award.id == self.id).values(**values))


def sign(site: Site) -> None:
    while drain(site.tool):
        pass


def earn(room: Classroom, name: str = HOLDER) -> Badge:
    """Let somebody earn the badge: they tick two tasks, and a teacher approves their report."""
    person_id = room.learner(name)
    room.finish(person_id, room.read, room.tidy)
    room.judge(room.hand_in(person_id), Verb.APPROVED)
    sign(room.site)
    with room.site.tool.db.reading() as tx:
        award_id = tx.execute(select(Award.id).where(Award.person_id == person_id)).scalar_one()
    return Badge(room, person_id, award_id)


def open_room(
    site: Site, *, name: str = BADGE, criteria: str = CRITERIA, issuer: str = ISSUER, details: BadgeDetails = DETAILS
) -> Classroom:
    """Publish a course with a badge of this name, from an issuer that is called so."""
    room = open_classroom(site, TASKS, goal_points=60, badge="Voorlopig")
    with site.tool.db.transaction() as tx:
        tx.execute(update(IssuerProfile).values(name=issuer))
        publish_course(
            tx,
            site.tool,
            context_id=tx.execute(select(Context.id)).scalar_one(),
            person_id=tx.execute(select(Person.id).where(Person.subject == TEACHER.value)).scalar_one(),
            role=TEACHER,
            tasks=[
                TaskDraft(task_id, task.title, task.points, is_bonus=task.is_bonus, confirmation=task.confirmation)
                for task_id, task in zip((room.read, room.report, room.tidy, room.help), TASKS, strict=True)
            ],
            goal_points=60,
            badge_name=name,
            badge_criteria=criteria,
            badge_details=details,
            seen_number=1,
            now=site.clock.now(),
        )
    return room


def everything_of(response: TestResponse) -> str:
    """Return all that somebody could read in an answer, its headers too."""
    return unescape(f"{response.headers}\n{response.get_data(as_text=True)}")


def profile_id(badge: Badge) -> uuid.UUID:
    with badge.site.tool.db.reading() as tx:
        return tx.execute(select(IssuerProfile.id)).scalar_one()
