"""Giving a badge by hand, taking it back, giving it again: on the page of the participant, and on that of the badge."""

from __future__ import annotations

import re
import uuid
from html import unescape
from typing import Any

import pytest
from jinja2 import StrictUndefined
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from badges.decisions import decisions_about
from badges.models import REASON_LENGTH, Award, AwardDecision, Decision
from gamification.models import Balance
from lti_tool.lti.roles import PrincipalRole, may_review
from lti_tool.roster.models import Membership
from tests.functional.classroom import ASSISTANT, Classroom, open_classroom, words_in
from tests.functional.conftest import ROLES, Launched, Site
from tests.functional.public_badges import Badge, earn, open_room

SEEN = "Ik zag het op het werk."
WRONG = "Dit werk was van iemand anders."
CONFIRMS = "bevestig je dat je hebt gezien dat de deelnemer dit kan."
GIVE, TAKE_BACK = "badge/give", "badge/take-back"


@pytest.fixture
def room(sqlite_site: Site) -> Classroom:
    sqlite_site.app.jinja_env.undefined = StrictUndefined
    return open_room(sqlite_site)


@pytest.fixture
def badge(room: Classroom) -> Badge:
    return earn(room, "Zoë")


def decide(who: Launched, person_id: uuid.UUID, action: str, reason: str = SEEN, **more: Any) -> TestResponse:
    fields = {"reason": reason, "request_id": str(uuid.uuid4()), **more}
    return who.post(f"participants/{person_id}/{action}", fields)


def decisions_of(room: Classroom, person_id: uuid.UUID) -> list[tuple[Decision, str, uuid.UUID]]:
    with room.site.tool.db.reading() as tx:
        award_id = tx.execute(select(Award.id).where(Award.person_id == person_id)).scalar_one_or_none()
        found = decisions_about(tx, [award_id]).get(award_id, []) if award_id else []
    return [(one.decision, one.reason, one.by_person_id) for one in found]


def state_of(room: Classroom, person_id: uuid.UUID) -> str | None:
    with room.site.tool.db.reading() as tx:
        return tx.execute(select(Award.state).where(Award.person_id == person_id)).scalar_one_or_none()


def forms_of(page: str) -> set[str]:
    return set(re.findall(r'action="[^"]*/badge/([a-z-]+)#message"', page))


class TestParticipant:
    def test_badge_is_given_taken_back_and_given_again(self, site: Site) -> None:
        room = open_room(site)
        zoe, assistant = room.learner("Zoë"), site.launch_as(ASSISTANT)
        helper = room.person_of(ASSISTANT.value)

        answer = decide(assistant, zoe, GIVE)
        assert answer.status_code == 303
        assert answer.location.endswith(f"/participants/{zoe}?said=badge-given#status")
        assert "De badge is gegeven. De deelnemer leest je reden." in room.text(f"participants/{zoe}?said=badge-given")
        room.wait(seconds=1)
        answer = decide(assistant, zoe, TAKE_BACK, WRONG)
        assert answer.status_code == 303
        assert "De badge is teruggenomen." in room.text(f"participants/{zoe}?said=badge-taken-back")
        assert state_of(room, zoe) == "revoked"
        room.wait(seconds=1)
        assert decide(assistant, zoe, GIVE, "Toch wel.").status_code == 303

        assert state_of(room, zoe) == "active"
        assert decisions_of(room, zoe) == [
            (Decision.GIVEN, SEEN, helper),
            (Decision.TAKEN_BACK, WRONG, helper),
            (Decision.GIVEN, "Toch wel.", helper),
        ]

    def test_timeline_tells_every_decision_newest_first(self, badge: Badge) -> None:
        room, zoe = badge.room, badge.person_id
        room.wait(seconds=1)
        decide(room.teacher, zoe, TAKE_BACK, WRONG)
        room.wait(seconds=1)
        decide(room.teacher, zoe, GIVE, "Toch wel.")
        bo = room.learner("Bo")
        decide(room.teacher, bo, GIVE)

        happened = room.text(f"participants/{zoe}").partition("Wat er gebeurde")[2]
        told = [
            "instructor gaf de badge weer · Veilig werken",
            "Toch wel.",
            "instructor nam de badge terug · Veilig werken",
            WRONG,
            "Kreeg de badge · Veilig werken",
        ]
        places = [happened.index(words) for words in told]
        assert places == sorted(places)
        of_bo = room.text(f"participants/{bo}").partition("Wat er gebeurde")[2]
        assert "instructor gaf de badge met de hand · Veilig werken" in of_bo
        assert SEEN in of_bo
        assert "Kreeg de badge" not in of_bo

    def test_page_offers_what_can_be_decided_now(self, badge: Badge) -> None:
        room, zoe, bo = badge.room, badge.person_id, badge.room.learner("Bo")

        assert forms_of(room.page(f"participants/{bo}")) == {"give"}
        assert "Geef de badge met de hand" in room.text(f"participants/{bo}")
        held = room.page(f"participants/{zoe}")
        assert forms_of(held) == {"take-back"}
        assert "Heeft de badge: Veilig werken Geldig Ondertekend" in words_in(held)
        assert f'/badges-of-course/{badge.id}"' in held
        badge.take_back()
        lost = room.page(f"participants/{zoe}")
        assert forms_of(lost) == {"give"}
        assert re.search(r"<button[^>]*>Geef de badge weer</button>", lost)
        assert "Had de badge: Veilig werken Teruggenomen" in words_in(lost)

    def test_course_without_badge_has_nothing_to_give(self, sqlite_site: Site) -> None:
        room = open_classroom(sqlite_site, goal_points=10, badge="")
        zoe = room.learner("Zoë")

        page = room.page(f"participants/{zoe}")

        assert forms_of(page) == set()
        assert "badge" not in words_in(page.split("<h1>")[1].split("</main>")[0]).replace("Een badge die iemand al", "")
        assert decide(room.teacher, zoe, GIVE).status_code == 404
        assert decide(room.teacher, zoe, TAKE_BACK).status_code == 404

    def test_taking_back_says_plainly_what_happens(self, badge: Badge) -> None:
        text = badge.room.text(f"participants/{badge.person_id}")

        assert "De badge geldt dan niet meer. Wie de openbare pagina opent, leest dat ook. De punten blijven." in text
        assert "De deelnemer leest dit, met je naam erbij." in text

    def test_points_stay_when_a_badge_is_taken_back(self, badge: Badge) -> None:
        decide(badge.room.teacher, badge.person_id, TAKE_BACK, WRONG)

        with badge.site.tool.db.reading() as tx:
            assert tx.execute(select(Balance.points).where(Balance.person_id == badge.person_id)).scalar_one() == 60

    def test_skill_is_confirmed_by_whoever_gives_it(self, room: Classroom) -> None:
        zoe = room.learner("Zoë")
        assert CONFIRMS in room.text(f"participants/{zoe}")

        decide(room.teacher, zoe, GIVE)
        assert CONFIRMS not in room.text(f"participants/{zoe}")

    def test_taking_part_needs_no_confirmation(self, sqlite_site: Site) -> None:
        room = open_classroom(sqlite_site)

        text = room.text(f"participants/{room.learner('Bo')}")

        assert "Geef de badge met de hand" in text
        assert CONFIRMS not in text

    def test_doubt_stands_on_the_page_of_the_participant(self, badge: Badge) -> None:
        badge.share()
        badge.report()

        page = badge.room.page(f"participants/{badge.person_id}")

        assert "Iemand twijfelt aan deze badge. Er wacht 1 melding op je." in words_in(page)
        assert f"/badges-of-course/{badge.id}#reports" in page


class TestNotKept:
    @pytest.mark.parametrize(
        ("reason", "sentence"),
        [
            ("", "Schrijf op waarom. De deelnemer leest dit."),
            (" \n\u200b ", "Schrijf op waarom. De deelnemer leest dit."),
            ("n" * (REASON_LENGTH + 1), f"Maak deze tekst korter: hoogstens {REASON_LENGTH} tekens."),
            ("<b>vet</b> " * 1_000, f"Maak deze tekst korter: hoogstens {REASON_LENGTH} tekens."),
        ],
    )
    @pytest.mark.parametrize("action", [GIVE, TAKE_BACK])
    def test_reason_that_cannot_be_kept_is_asked_again_at_its_field(
        self, badge: Badge, action: str, reason: str, sentence: str
    ) -> None:
        person_id = badge.room.learner("Bo") if action == GIVE else badge.person_id

        response = decide(badge.room.teacher, person_id, action, reason)
        page = response.get_data(as_text=True)

        name = "give-badge" if action == GIVE else "take-badge-back"
        assert response.status_code == 400
        assert "Niet bewaard:" in page.partition("</title>")[0]
        assert f'<a href="#{name}-reason">{sentence}</a>' in unescape(page)
        assert sentence in words_in(page.partition(f'id="{name}-reason-error"')[2].partition("<textarea")[0])
        assert f'id="{name}-reason" name="reason" rows="3" dir="auto" aria-describedby="{name}-reason-error' in page
        assert "<b>vet" not in page
        assert reason.strip(" \n") in unescape(page)
        assert decisions_of(badge.room, person_id) == []

    @pytest.mark.parametrize("reason", ["<script>alert(1)</script>", "أحسنت", "{{ 7*7 }} %(who)s", "een\ntwee"])
    def test_reason_when_hostile_is_shown_as_it_is(self, badge: Badge, reason: str) -> None:
        decide(badge.room.teacher, badge.person_id, TAKE_BACK, reason)

        for path in (f"participants/{badge.person_id}", "badges-of-course", f"badges-of-course/{badge.id}"):
            page = badge.room.page(path)
            assert "<script>alert" not in page
            assert f'dir="auto">{reason}<' in unescape(page)

    def test_badge_that_is_held_meanwhile_is_said_and_the_text_kept(self, room: Classroom) -> None:
        zoe = room.learner("Zoë")
        decide(room.teacher, zoe, GIVE)

        response = decide(room.teacher, zoe, GIVE, "Ik ook.")
        text = words_in(response.get_data(as_text=True))

        assert response.status_code == 409
        assert "De deelnemer heeft deze badge al. Er is niets veranderd." in text
        assert "Ik ook." in text
        page = response.get_data(as_text=True)
        assert forms_of(page) == {"take-back"}
        assert re.search(r'<textarea[^>]* id="take-badge-back-reason"[^>]*>\s*</textarea>', page)
        assert len(decisions_of(room, zoe)) == 1

    def test_badge_that_is_gone_meanwhile_is_said_and_the_text_kept(self, badge: Badge) -> None:
        decide(badge.room.teacher, badge.person_id, TAKE_BACK, WRONG)

        response = decide(badge.room.teacher, badge.person_id, TAKE_BACK, "Ik ook.")
        text = words_in(response.get_data(as_text=True))

        assert response.status_code == 409
        assert "De deelnemer heeft deze badge niet meer. Er is niets veranderd." in text
        assert "Ik ook." in text

    def test_form_sent_twice_is_one_decision(self, room: Classroom) -> None:
        zoe, request_id = room.learner("Zoë"), str(uuid.uuid4())

        for _ in range(2):
            assert decide(room.teacher, zoe, GIVE, request_id=request_id).status_code == 303

        assert len(decisions_of(room, zoe)) == 1

    def test_form_used_for_something_else_is_said_and_gets_a_new_id(self, badge: Badge) -> None:
        request_id = str(uuid.uuid4())
        decide(badge.room.teacher, badge.person_id, TAKE_BACK, WRONG, request_id=request_id)

        response = decide(badge.room.teacher, badge.person_id, GIVE, "Toch wel.", request_id=request_id)
        page = response.get_data(as_text=True)

        assert response.status_code == 409
        assert "Je hebt dit formulier eerder verstuurd, met iets anders erin." in words_in(page)
        assert request_id not in page
        form = page.partition("/badge/give#message")[2]
        found = re.search(r'name="request_id" value="([^"]+)"', form)
        assert found
        again = decide(badge.room.teacher, badge.person_id, GIVE, "Toch wel.", request_id=found.group(1))
        assert again.status_code == 303

    @pytest.mark.parametrize("request_id", ["", "x"])
    def test_form_without_id_is_refused(self, badge: Badge, request_id: str) -> None:
        response = decide(badge.room.teacher, badge.person_id, TAKE_BACK, request_id=request_id)

        assert response.status_code == 400
        assert state_of(badge.room, badge.person_id) == "active"

    @pytest.mark.parametrize("role", ROLES, ids=str)
    @pytest.mark.parametrize("action", [GIVE, TAKE_BACK])
    def test_deciding_is_for_those_who_review(self, badge: Badge, role: PrincipalRole, action: str) -> None:
        person_id = badge.room.learner("Bo") if action == GIVE else badge.person_id

        status = decide(badge.site.launch_as(role, sub="somebody"), person_id, action).status_code

        assert status == (303 if may_review(role) else 403)
        assert len(decisions_of(badge.room, person_id)) == may_review(role)

    @pytest.mark.parametrize("action", [GIVE, TAKE_BACK])
    def test_participant_of_another_course_is_not_found(self, room: Classroom, action: str) -> None:
        stranger = room.learner("Vreemd", context={"id": "another-course", "title": "Elders"})

        assert decide(room.teacher, stranger, action).status_code == 404
        with room.site.tool.db.reading() as tx:
            assert tx.execute(select(func.count()).select_from(AwardDecision)).scalar_one() == 0


class TestBadgePage:
    def take_back(self, badge: Badge, reason: str) -> TestResponse:
        fields = {"reason": reason, "request_id": str(uuid.uuid4())}
        return badge.room.teacher.post(f"badges-of-course/{badge.id}/take-back?show=held", fields)

    def test_badge_is_taken_back_where_its_reports_are_read(self, badge: Badge) -> None:
        path = f"badges-of-course/{badge.id}"

        answer = self.take_back(badge, WRONG)

        assert answer.status_code == 303
        assert answer.location.endswith(f"{path}?said=badge-taken-back&show=held#status")
        page = badge.room.page(f"{path}?said=badge-taken-back")
        assert "De badge is teruggenomen. De deelnemer leest je reden." in words_in(page)
        assert "/take-back" not in page
        assert f"/participants/{badge.person_id}#give-badge" in page
        assert state_of(badge.room, badge.person_id) == "revoked"

    def test_reason_that_is_missing_is_asked_there(self, badge: Badge) -> None:
        response = self.take_back(badge, " ")
        page = response.get_data(as_text=True)

        assert response.status_code == 400
        assert '<a href="#take-badge-back-reason">Schrijf op waarom. De deelnemer leest dit.</a>' in page
        assert 'aria-invalid="true"' in page
        assert state_of(badge.room, badge.person_id) == "active"

    def test_badge_that_is_gone_meanwhile_is_said_and_the_text_kept(self, badge: Badge) -> None:
        badge.take_back()

        response = self.take_back(badge, WRONG)

        assert response.status_code == 409
        text = words_in(response.get_data(as_text=True))
        assert "De deelnemer heeft deze badge niet meer." in text
        assert WRONG in text

    def test_badge_of_somebody_who_teaches_now_can_be_taken_back_here(self, badge: Badge) -> None:
        with badge.site.tool.db.transaction() as tx:
            tx.execute(update(Membership).where(Membership.person_id == badge.person_id).values(role="instructor"))
        assert decide(badge.room.teacher, badge.person_id, TAKE_BACK).status_code == 404

        assert self.take_back(badge, WRONG).status_code == 303

        page = badge.room.page(f"badges-of-course/{badge.id}")
        assert "Leert niet meer in deze cursus" in words_in(page)
        assert "#give-badge" not in page
