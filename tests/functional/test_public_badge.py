"""A badge at its public address: what a stranger sees of it, and that nothing is given away before it is shared."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from jinja2 import StrictUndefined
from sqlalchemy import delete, select, update
from werkzeug.test import TestResponse

from badges.achievement import BadgeDetails
from badges.issuer import ensure_issuer_profile, rotate_key
from badges.kinds import BadgeType, ProofKind
from badges.models import Award, AwardState, Credential, CredentialSalt, IssuerKey, IssuerProfile
from badges.openbadges.baking import extract
from badges.openbadges.check import Outcome, check
from badges.reports import reports_about
from badges.sharing import share, stop_sharing
from config.ids import new_id
from gamification.engine.activity import Verb
from gamification.engine.rule_set import Confirmation
from gamification.publish import TaskDraft
from lti_tool.awarding import give_badge, take_badge_back
from lti_tool.course.set_up import publish_course
from lti_tool.issuing import issue_credential
from lti_tool.jobs.worker import drain
from lti_tool.roster.models import Context, Person, Registration
from lti_tool.showing import CHECK_AGAIN_AFTER
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


@pytest.fixture
def badge(site: Site) -> Badge:
    return earn(open_room(site))


def everything_of(response: TestResponse) -> str:
    """Return all that somebody could read in an answer, its headers too."""
    return unescape(f"{response.headers}\n{response.get_data(as_text=True)}")


def public_paths(badge: Badge) -> list[tuple[str, str]]:
    """Return every address that names a badge, as the routes say: what is added later is tried too."""
    paths = []
    for rule in badge.site.app.url_map.iter_rules():
        if rule.endpoint.startswith("badges.") and "award_id" in rule.arguments:
            values = {"award_id": badge.id, **({"size": 256} if "size" in rule.arguments else {})}
            path = badge.site.app.url_map.bind("x").build(rule.endpoint, values)
            paths += [(method, path) for method in sorted((rule.methods or set()) - {"OPTIONS"})]
    assert len(paths) > 8
    return paths


@pytest.mark.parametrize("state", ["held", "taken back", "erased", "with a name chosen before"])
def test_private_badge_when_anything_of_it_is_asked_gives_nothing_away(badge: Badge, state: str) -> None:
    if state == "taken back":
        badge.take_back()
    if state == "erased":
        badge.write_award(erased_at=badge.room.now)
    if state == "with a name chosen before":
        badge.share(shows_name=True)
        badge.stop_sharing()

    for method, path in public_paths(badge):
        data = {"text": REPORTED, "report_id": str(new_id())} if method == "POST" else None
        answer = badge.stranger.open(path, method=method, data=data, base_url=TOOL_URL)
        shown = everything_of(answer)
        assert [secret for secret in SECRETS if secret in shown] == [], path
        is_page = path == f"/badges/{badge.id}" and state != "erased"
        gone = state == "erased" and not path.endswith((".json", ".png"))
        assert answer.status_code == (200 if is_page else 410 if gone else 404), (method, path)
        assert "Set-Cookie" not in answer.headers
    assert badge.reports() == []


def test_private_badge_when_opened_says_so_alike_whether_it_holds_or_not(badge: Badge) -> None:
    held = badge.get()
    badge.take_back()
    taken_back = badge.get()

    assert "Dit bewijs is privé. Open het vanuit je cursus." in words_in(held.get_data(as_text=True))
    assert taken_back.data == held.data
    assert taken_back.headers.to_wsgi_list() == held.headers.to_wsgi_list()


def test_shared_badge_when_opened_says_everything_and_that_it_holds(badge: Badge) -> None:
    badge.share()

    text = badge.text()

    for words in (BADGE, CRITERIA, SHOWS, ISSUER, "Vaardigheid", "praktijkverklaring", "22 november 2026"):
        assert words in text
    assert f"did:web:mijlpaal.example:issuers:{profile_id(badge)}" in text
    assert "Deze badge is echt" in text
    checked = "Gecontroleerd op 22 november 2026 om 12:00 (UTC): de handtekening klopt, de uitgever is"
    assert checked in text
    assert "De deelnemer gaf zelf aan dat dit gedaan is, op 22 november 2026." in text
    assert "Een begeleider keek naar het werk. Het was goed, op 22 november 2026." in text
    for task in ("Lees de regels", "Maak een verslag", "Ruim op"):
        assert task in text
    assert "Help een collega" not in text
    assert "De deelnemer had 60 punten. Voor deze badge zijn 60 punten nodig." in text
    assert f'alt="{ALT_TEXT}"' in badge.page()
    assert text.count("praktijkverklaring") == 2  # in the facts and in one sentence: not again under the criteria


def test_shared_badge_when_opened_in_english_keeps_its_own_words(badge: Badge) -> None:
    badge.share()

    page = badge.get(language="en-GB,en;q=0.9").get_data(as_text=True)

    assert "This badge is real" in page
    assert f'lang="nl" dir="auto">{CRITERIA}<' in page
    assert "Deze badge is echt" in words_in(badge.get("?lang=nl", language="en").get_data(as_text=True))
    assert f'href="/badges/{badge.id}?lang=nl" lang="nl"' in page
    assert "Deze badge is echt" in words_in(badge.get("?lang=xx").get_data(as_text=True))


@pytest.mark.parametrize("shows_name", [False, True])
def test_name_of_the_holder_when_not_chosen_is_nowhere(badge: Badge, shows_name: bool) -> None:
    badge.share(shows_name=shows_name)

    assert (HOLDER in everything_of(badge.get())) is shows_name
    for path in ("/credential.json", "/report"):
        assert HOLDER not in everything_of(badge.get(path))


def test_badge_when_it_is_not_shared_any_more_is_private_at_once(badge: Badge) -> None:
    badge.share(shows_name=True)
    assert badge.get("/credential.json").status_code == 200
    badge.stop_sharing()

    assert "Dit bewijs is privé" in badge.text()
    assert badge.get("/credential.json").status_code == 404
    assert BADGE not in everything_of(badge.get())


def test_files_when_shared_are_the_signed_document_byte_for_byte(badge: Badge) -> None:
    badge.share()

    file, baked, picture = (badge.get(path) for path in ("/credential.json", "/badge.png", "/picture-512.png"))

    assert file.headers["Content-Type"] == "application/vc+ld+json"
    assert file.headers["Access-Control-Allow-Origin"] == "*"
    assert extract(baked.data) == file.data
    checked = check(file.data, now=badge.room.now, known_keys=badge.site.known_keys())
    assert checked.outcome is Outcome.HOLDS
    assert checked.says is not None
    page = badge.text()
    for piece in checked.says.evidence:
        assert f"{piece.name}{piece.narrative}" in page
    assert [answer.headers["Content-Type"] for answer in (baked, picture)] == ["image/png"] * 2
    assert picture.data[16:24] == (512).to_bytes(4) * 2
    assert badge.get("/picture-511.png").status_code == 404


def test_badge_when_taken_back_while_shared_says_so_without_the_reason(badge: Badge) -> None:
    badge.share(shows_name=True)
    badge.take_back()

    text = badge.text()

    assert "Deze badge geldt niet meer" in text
    assert BADGE in text
    assert ISSUER in text
    for hidden in (HOLDER, REASON, CRITERIA, "Deze badge is echt", "Gecontroleerd"):
        assert hidden not in everything_of(badge.get())
    for path in ("/credential.json", "/badge.png", "/picture-256.png"):
        assert badge.get(path).status_code == 404
    assert badge.report().status_code == 303
    badge.give_again()
    sign(badge.site)
    badge.site.clock.advance(seconds=30)
    assert "Deze badge is echt" in badge.text()


def test_badge_when_erased_is_gone(badge: Badge) -> None:
    badge.share(shows_name=True)
    badge.write_award(erased_at=badge.room.now)

    answer = badge.get()

    assert answer.status_code == 410
    assert "Dit bewijs is verwijderd." in words_in(answer.get_data(as_text=True))
    assert [secret for secret in SECRETS if secret in everything_of(answer)] == []
    assert badge.get("/report").status_code == 410
    assert badge.report().status_code == 410
    assert badge.get("/credential.json").status_code == 404


def test_badge_when_there_never_was_one_is_not_found(badge: Badge) -> None:
    badge.share()

    for _method, path in public_paths(badge):
        unknown = path.replace(str(badge.id), str(uuid.uuid4()))
        assert badge.stranger.get(unknown, base_url=TOOL_URL).status_code == 404
    for path in ("/badges/x", f"/badges/{badge.id}/picture-x.png", f"/issuers/{badge.id}/did.json"):
        assert badge.stranger.get(path, base_url=TOOL_URL).status_code == 404


def claims_nothing(badge: Badge) -> bool:
    shown = everything_of(badge.get())
    return not any(words in shown for words in ("Deze badge is echt", BADGE, ISSUER, HOLDER, CRITERIA, "og:title"))


def test_stored_document_when_changed_is_not_believed(badge: Badge) -> None:
    badge.share(shows_name=True)
    assert "Deze badge is echt" in badge.text()
    stored = badge.document()
    badge.write_document(stored.replace(BADGE.encode(), b"Veilig wonen!"[: len(BADGE)]))

    assert badge.document() != stored
    assert "Op deze badge kun je niet vertrouwen" in badge.text()
    assert claims_nothing(badge)
    badge.write_document(b"no document at all" + stored[18:])
    assert "Op deze badge kun je niet vertrouwen" in badge.text()
    assert claims_nothing(badge)


def test_stored_document_when_it_is_that_of_another_badge_is_not_believed(badge: Badge) -> None:
    other = earn(badge.room, "Ahmed")
    other.share()
    badge.share()
    with badge.site.tool.db.transaction() as tx:
        ids = {
            one.id: tx.execute(select(Credential.id).where(Credential.award_id == one.id)).scalar_one()
            for one in (badge, other)
        }
        salt = tx.get_one(CredentialSalt, ids[other.id])
        values = {"salt": salt.salt, "position": salt.position}
        tx.execute(update(CredentialSalt).where(CredentialSalt.credential_id == ids[badge.id]).values(**values))
    badge.write_document(other.document())

    assert "Deze badge is echt" in other.text()
    assert "Op deze badge kun je niet vertrouwen" in badge.text()


def test_document_when_its_key_was_compromised_is_not_believed_until_it_is_signed_again(badge: Badge) -> None:
    badge.share()
    assert "Deze badge is echt" in badge.text()
    with badge.site.tool.db.transaction() as tx:
        again = rotate_key(tx, badge.site.tool.box, profile_id(badge), compromised=True, now=badge.room.now)

    assert again == [badge.id]
    assert "Deze badge is nog niet klaar" in badge.text()
    assert claims_nothing(badge)
    issue_credential(badge.site.tool, badge.id)
    badge.site.clock.advance(seconds=10)
    assert "Deze badge is echt" in badge.text()


@pytest.mark.parametrize("did", ["did:web", "did:key"])
def test_document_when_only_its_key_was_compromised_is_not_believed(site: Site, did: str) -> None:
    """A did:key is its own proof to everybody else; here its key is known not to count."""
    if did == "did:key":
        with site.tool.db.transaction() as tx:
            registration_id = tx.execute(select(Registration.id)).scalar_one()
            ensure_issuer_profile(
                tx, site.tool.box, registration_id, name=ISSUER, public_url="http://127.0.0.1", now=site.clock.now()
            )
    badge = earn(open_room(site))
    badge.share()
    assert f"{did}:" in badge.text()
    assert "Deze badge is echt" in badge.text()
    with site.tool.db.transaction() as tx:
        tx.execute(update(IssuerKey).values(compromised_at=badge.room.now))

    badge.site.clock.advance(seconds=10)
    assert "Deze badge is echt" not in badge.text()
    assert claims_nothing(badge)


def test_badge_when_not_signed_yet_claims_nothing(badge: Badge) -> None:
    badge.share()
    with badge.site.tool.db.transaction() as tx:
        tx.execute(delete(CredentialSalt))
        tx.execute(delete(Credential))

    assert "Deze badge is nog niet klaar" in badge.text()
    assert claims_nothing(badge)
    assert badge.get("/badge.png").status_code == 404


def test_check_when_the_moment_has_passed_is_made_again(badge: Badge) -> None:
    badge.share()
    badge.site.clock.at = badge.site.clock.at.replace(hour=14, minute=5, second=58)

    assert "om 14:05 (UTC)" in badge.text()
    badge.site.clock.advance(seconds=3)
    assert "om 14:05 (UTC)" in badge.text()
    badge.site.clock.at += CHECK_AGAIN_AFTER - timedelta(seconds=3)
    assert "om 14:06 (UTC)" in badge.text()


def test_page_when_somebody_is_logged_in_is_that_of_a_stranger(badge: Badge) -> None:
    path = f"/badges/{badge.id}"
    holder = badge.site.launch(roles=[], sub=HOLDER, name=HOLDER, given_name="Zoë", family_name="")
    pages = {who.client.get(path, base_url=TOOL_URL).data for who in (holder, badge.room.teacher)}

    assert pages == {badge.get().data}
    badge.share()
    assert holder.client.get(path, base_url=TOOL_URL).data == badge.get().data


def test_answers_when_given_stay_out_of_frames_and_search_engines(badge: Badge) -> None:
    private = badge.get()
    badge.share()

    for answer in (private, badge.get(), badge.get("/report"), badge.get("/credential.json"), badge.get("/badge.png")):
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
    assert "og:" not in private.get_data(as_text=True)
    page = badge.page()
    assert f'<meta property="og:title" content="{BADGE}">' in page
    assert f'<meta property="og:image" content="{TOOL_URL}/badges/{badge.id}/picture-512.png">' in page


def test_texts_when_they_are_html_or_run_from_right_to_left_are_shown_as_typed(site: Site) -> None:
    nasty = '<img src=x onerror="alert(1)"> مرحبا'
    details = BadgeDetails(
        description=f"Laat zien: {nasty}",
        badge_type=BadgeType.FUN,
        picture="",
        alt_text=f"Plaatje {nasty}",
        language="nl",
    )
    badge = earn(
        open_room(site, name=f"Badge {nasty}", criteria=f"Je kunt {nasty}", issuer=f"School {nasty}", details=details),
        f"Zoë {nasty}",
    )
    badge.share(shows_name=True)

    page = badge.page()
    assert "Deze badge is echt" in page
    for words in ("Badge", "Laat zien:", "Je kunt", "School", "Plaatje", "Zoë"):
        assert f"{words} {nasty}" in unescape(page).replace("\u2068", "").replace("\u2069", "")
    form = badge.report(text="", contact=nasty).get_data(as_text=True)
    badge.take_back()
    for shown in (page, form, badge.page()):
        assert "<img src=x" not in shown
        assert "مرحبا" in shown


def profile_id(badge: Badge) -> uuid.UUID:
    with badge.site.tool.db.reading() as tx:
        return tx.execute(select(IssuerProfile.id)).scalar_one()


def test_issuer_document_when_fetched_has_the_key_that_signed(badge: Badge) -> None:
    badge.share()
    document = badge.stranger.get(f"/issuers/{profile_id(badge)}/did.json", base_url=TOOL_URL)
    credential = json.loads(badge.get("/credential.json").data)
    linked = re.search(r'href="([^"]*did\.json)"', badge.page())

    assert document.status_code == 200
    assert document.headers["Content-Type"] == "application/did+ld+json"
    assert document.headers["Access-Control-Allow-Origin"] == "*"
    said = json.loads(document.data)
    assert said["id"] == credential["issuer"]["id"]
    assert credential["proof"][0]["verificationMethod"] in said["assertionMethod"]
    assert linked is not None
    assert linked.group(1) == f"{TOOL_URL}/issuers/{profile_id(badge)}/did.json"


def test_report_when_sent_is_kept_once_for_those_who_teach(badge: Badge) -> None:
    badge.share()
    drawn = badge.get("/report").get_data(as_text=True)
    report_id = re.search(r'name="report_id" value="([^"]*)"', drawn)
    assert report_id is not None
    assert BADGE in drawn

    answers = [badge.report(report_id=report_id.group(1), contact=" jan@example.org ") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    thanks = badge.stranger.get(answers[0].location, base_url=TOOL_URL, headers={"Accept-Language": "nl"})
    assert "Je melding is bewaard." in words_in(thanks.get_data(as_text=True))
    assert badge.reports() == [(REPORTED, "jan@example.org")]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": "", "contact": "jan@example.org"}, "Schrijf op wat er volgens jou niet klopt."),
        ({"text": " \u200b ", "contact": "jan@example.org"}, "Schrijf op wat er volgens jou niet klopt."),
        ({"text": "مرحبا " * 2000}, "Maak je tekst korter: hoogstens 2000 tekens."),
        ({"contact": "j" * 10_000}, "Maak dit korter: hoogstens 320 tekens."),
        ({"website": "https://spam.example"}, "Verstuur je melding nog een keer."),
    ],
)
def test_report_when_it_cannot_be_kept_says_why_and_keeps_what_was_typed(
    badge: Badge, typed: dict[str, str], sentence: str
) -> None:
    badge.share()

    answer = badge.report(**typed)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert sentence in words_in(page)
    for name in set(typed) - {"website"}:
        assert typed[name].strip(" \u200b") in page
    assert "spam" not in page
    assert badge.reports() == []


def test_report_when_nobody_looks_at_them_is_not_piled_up(badge: Badge) -> None:
    badge.share()
    for number in range(20):
        assert badge.report(text=f"Melding {number}").status_code == 303

    full = badge.report(text="Nog een melding")

    page = full.get_data(as_text=True)
    assert full.status_code == 409
    assert "Er zijn al veel meldingen over deze badge" in words_in(page)
    assert "Nog een melding" in page
    assert len(badge.reports()) == 20


def test_report_when_sent_without_any_fields_is_a_page(badge: Badge) -> None:
    badge.share()

    assert badge.stranger.post(f"/badges/{badge.id}/report", base_url=TOOL_URL).status_code == 400
    assert badge.report(report_id="no-id").status_code == 303


def test_suspended_badge_when_opened_does_not_hold(badge: Badge) -> None:
    badge.share()
    badge.write_award(state=AwardState.SUSPENDED)

    assert "Deze badge geldt niet meer" in badge.text()
