"""A learner's badges: celebrated once, kept, explained, taken along, shared and not shared; and taken back."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from sqlalchemy import select, update

from badges.achievement import BadgeDetails
from badges.kinds import BadgeType, ProofKind
from badges.models import AwardDecision, IssuerKey
from badges.openbadges.baking import extract
from badges.openbadges.verify import verify
from gamification.remarks import Praise
from lti_tool.lti.roles import PrincipalRole
from tests.factories.launch import LEARNER, TOOL_URL
from tests.functional.badge_acts import (
    DETAILS,
    REVIEW,
    award_of,
    give,
    reach_goal,
    row_of,
    say_on_badges,
    sign_all,
    take_back,
)
from tests.functional.classroom import open_classroom, words_in
from tests.functional.conftest import Launched, Site
from tests.functional.learner_steps import Pupil, enter

FILES = ("credential.json", "badge.png", "badge.pdf")


def followed(pupil: Pupil, location: str) -> str:
    response = pupil.browser.client.get(location, base_url=TOOL_URL)
    assert response.status_code == 200
    return words_in(response.get_data(as_text=True))


def main_of(page: str) -> str:
    return words_in(page.partition("<main")[2].partition("</main>")[0])


def enter_elsewhere(site: Site, pupil: Pupil, name: str) -> Pupil:
    """Let the same person open another course of the same platform."""
    course = {"id": "another-course", "title": "Elders"}
    browser = site.launch(
        roles=[LEARNER], sub=name, name=name, given_name=name, family_name="", context=course, client=site.client()
    )
    browser.post("welcome")
    return Pupil(pupil.room, browser, pupil.id)


class TestCelebration:
    def test_own_act_that_reaches_the_goal_leads_to_the_celebration(self, site: Site) -> None:
        room = open_classroom(site)
        zoe = enter(room)
        room.finish(zoe.id, room.read)
        room.award(zoe.id, room.report, "Gezien op het werk.")
        zoe.praise(Praise.PROUD)

        for _again in range(2):
            done = zoe.browser.post(f"tasks/{room.tidy}/done", {"back": "today"})
            assert done.status_code == 303
            award_id = award_of(zoe)
            assert done.location.endswith(f"/badges/{award_id}/celebrate?done={room.tidy}#status")

        text = followed(zoe, done.location)
        assert "Gelukt! Je hebt de badge: Veilig werken Je krijgt 30 punten voor: Ruim op" in text
        assert "Lees de regels Gedaan · Op" in text
        assert "gaf je begeleider je de punten van deze opdracht." in text
        assert "\u2068instructor\u2069 zegt: Gezien op het werk." in text
        assert "\u2068instructor\u2069 zegt: Ik ben trots op je!" in text
        assert "Je badge wordt gemaakt. Kijk zo nog eens." in text
        assert "Laat het iemand zien" in text

    def test_act_of_somebody_else_is_told_on_today_and_the_route_until_it_is_closed(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)

        for path in ("today", "route"):
            page = zoe.page(path)
            assert "Deze badge is nieuw." in words_in(page)
            assert f'/badges/{award_id}/celebrate"' in page
        closed = zoe.browser.post(f"badges/{award_id}/celebrate", {"back": "route"})
        again = zoe.browser.post(f"badges/{award_id}/celebrate", {"back": "https://elsewhere.example"})

        assert closed.location.endswith("/route")
        assert again.location.endswith("/badges")
        for path in ("today", "route"):
            page = zoe.page(path)
            assert "Deze badge is nieuw." not in page
            assert f'/badges/{award_id}"' in page
        assert REVIEW in zoe.text(f"badges/{award_id}/celebrate")

    def test_badge_given_by_hand_comes_with_the_words_that_gave_it(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        zoe.room.finish(zoe.id, zoe.room.read)
        award_id = give(zoe, "Ik zag je <b>drie</b> dagen veilig werken.")

        assert "Deze badge is nieuw." in zoe.text("today")
        text = zoe.text(f"badges/{award_id}/celebrate")
        assert "\u2068instructor\u2069 zegt: Ik zag je <b>drie</b> dagen veilig werken." in text
        why = zoe.text(f"badges/{award_id}")
        assert "gaf instructor je deze badge. Dit is de reden: Ik zag je <b>drie</b> dagen" in why
        assert "Je had toen 10 punten." in why
        assert "punten nodig" not in why

    @pytest.mark.parametrize("presentation", ["tasks-only", "left"])
    def test_who_hides_the_game_is_not_led_there_and_finds_the_badge(self, site: Site, presentation: str) -> None:
        room = open_classroom(site)
        zoe = enter(room)
        room.finish(zoe.id, room.read)
        room.award(zoe.id, room.report)
        zoe.browser.post("settings", {"presentation": presentation})

        done = zoe.browser.post(f"tasks/{room.tidy}/done", {"back": "today"})
        award_id = award_of(zoe)

        assert f"/today?done={room.tidy}" in done.location
        assert "badge" not in main_of(zoe.page("today")).lower()
        assert zoe.browser.get(f"badges/{award_id}/celebrate").location.endswith(f"/badges/{award_id}")
        assert "Veilig werken" in main_of(zoe.page("badges"))
        page = main_of(zoe.page(f"badges/{award_id}"))
        assert "Waarom kreeg ik deze badge?" in page
        assert "punten nodig" not in page
        assert "Je kreeg hiervoor" not in page

    def test_celebration_of_a_badge_that_was_taken_back_is_its_page(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)
        take_back(zoe)

        assert zoe.browser.get(f"badges/{award_id}/celebrate").location.endswith(f"/badges/{award_id}")
        assert zoe.browser.post(f"badges/{award_id}/celebrate").status_code == 303
        assert row_of(site, award_id).seen_at is None

    def test_picture_and_print_need_no_script_of_the_page_itself(self, sqlite_site: Site) -> None:
        zoe = enter(open_classroom(sqlite_site))
        award_id = reach_goal(zoe)
        sign_all(sqlite_site)

        page = zoe.page(f"badges/{award_id}/celebrate")

        assert re.search(r"<button[^>]* hidden data-needs-script data-print>", page)
        assert f'/badges/{award_id}/badge.pdf"' in page
        assert " style=" not in page
        assert all("nonce=" in script for script in re.findall(r"<script[^>]*>", page))
        picture = zoe.browser.get(f"badges/{award_id}/picture.svg")
        assert picture.content_type.startswith("image/svg+xml")
        assert picture.data.startswith(b"<svg")


class TestList:
    def test_list_when_empty_says_what_a_badge_is(self, site: Site) -> None:
        zoe = enter(open_classroom(site))

        text = zoe.text("badges")

        assert "Je hebt nog geen badge. Een badge is een bewijs." in text
        assert "Hier kun je deze badge halen: Veilig werken" in text

    @pytest.mark.parametrize("role", ["observer", "test-student", "nobody"])
    def test_list_when_somebody_looks_along_is_empty(self, sqlite_site: Site, role: str) -> None:
        zoe = enter(open_classroom(sqlite_site))
        reach_goal(zoe)

        page = sqlite_site.launch_as(PrincipalRole(role)).get("badges")

        assert page.status_code == 200
        assert "Je hebt nog geen badge." in words_in(page.get_data(as_text=True))

    def test_badges_of_every_course_of_the_platform_are_in_the_list_and_open(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)
        sign_all(site)
        elsewhere = enter_elsewhere(site, zoe, "Zoe")

        text = main_of(elsewhere.page("badges"))

        assert "Veilig werken Digitale basis" in text
        assert "Maak een verslag Gedaan" in main_of(elsewhere.page(f"badges/{award_id}"))
        for name in FILES:
            assert elsewhere.browser.get(f"badges/{award_id}/{name}").status_code == 200
        assert elsewhere.browser.post(f"badges/{award_id}/share").status_code == 303
        assert row_of(site, award_id).shared_at is not None

    def test_every_page_of_the_learner_leads_to_the_list(self, sqlite_site: Site) -> None:
        zoe = enter(open_classroom(sqlite_site))

        for path in ("today", "route", "settings", "why", "goal", "badges", f"tasks/{zoe.room.read}"):
            assert re.search(r'<a class="top-link" href="[^"]*/badges"', zoe.page(path)), path


class TestTakenBack:
    def test_badge_when_taken_back_is_told_with_the_reason_until_closed(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)
        take_back(zoe, "De quiz was <i>van een ander</i>.")

        for path in ("today", "route", "badges"):
            text = main_of(zoe.page(path))
            assert "Je badge geldt niet meer. Dit is de reden: De quiz was <i>van een ander</i>." in text, path
            assert "Ben je het er niet mee eens? Praat met je begeleider." in text
        for path in ("today", "route"):
            assert "krijg je de badge" not in zoe.text(path)
            assert "Je hebt de badge" not in zoe.text(path)
        decision_id = re.findall(r"decisions/([0-9a-f-]+)/seen", zoe.page("today"))[0]
        closed = zoe.browser.post(f"decisions/{decision_id}/seen", {"back": "today"})

        assert closed.location.endswith("/today")
        assert "geldt niet meer" not in main_of(zoe.page("today"))
        assert "Dit is de reden" not in main_of(zoe.page("badges"))
        assert "Je badge geldt niet meer." in main_of(zoe.page("badges"))
        page = zoe.page(f"badges/{award_id}")
        assert "Dit is de reden: De quiz was <i>van een ander</i>." in main_of(page)
        assert "badge.pdf" not in page
        assert "/share" not in page

    def test_message_for_somebody_else_when_closed_is_not_found_and_stays(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        sam = enter(zoe.room, "Sam")
        reach_goal(zoe)
        take_back(zoe)
        with site.tool.db.reading() as tx:
            decision_id = tx.execute(select(AwardDecision.id)).scalar_one()

        assert sam.browser.post(f"decisions/{decision_id}/seen").status_code == 404
        assert "Je badge geldt niet meer." in zoe.text("today")

    def test_files_of_a_badge_that_was_taken_back_are_not_found(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)
        sign_all(site)
        take_back(zoe)

        for name in FILES:
            assert zoe.browser.get(f"badges/{award_id}/{name}").status_code == 404
        assert zoe.browser.get(f"badges/{award_id}/picture.svg").status_code == 200

    def test_badge_when_given_again_is_new_again_and_tells_both_decisions(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)
        zoe.browser.post(f"badges/{award_id}/celebrate")
        take_back(zoe, "Even wachten.")
        give(zoe, "Toch goed.")

        assert "Deze badge is nieuw." in zoe.text("today")
        assert "geldt niet meer" not in zoe.text("today")
        text = zoe.text(f"badges/{award_id}")
        assert text.index("nam instructor deze badge terug. Dit is de reden: Even wachten.") < text.index(
            "gaf instructor je deze badge. Dit is de reden: Toch goed."
        )


class TestOneBadge:
    def test_page_says_what_it_shows_what_it_is_worth_and_why(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)
        say_on_badges(zoe.room, details=replace(DETAILS, badge_type=BadgeType.SKILL))

        text = zoe.text(f"badges/{award_id}")

        assert "Je kreeg deze badge op 22 november 2026. Je kreeg deze badge van: School" in text
        assert "Je kunt veilig werken. Vaardigheid Je kunt dit. Iemand heeft ernaar gekeken." in text
        assert "Je had 50 punten nodig. Je had toen 60 punten." in text
        assert "zei je: dit heb ik gedaan. Je kreeg hiervoor 10 punten." in text
        assert "keek je begeleider naar je werk. Het is goed. Je kreeg hiervoor 20 punten." in text
        assert 'alt="Een blauw schild met een helm" lang="nl"' in zoe.page(f"badges/{award_id}")

    @pytest.mark.parametrize("badge_type", list(BadgeType), ids=str)
    @pytest.mark.parametrize("kind", [ProofKind.OWN_CERTIFICATE, ProofKind.DIPLOMA_PART], ids=str)
    def test_page_of_every_type_and_kind_is_honest_in_plain_words(
        self, sqlite_site: Site, badge_type: BadgeType, kind: ProofKind
    ) -> None:
        zoe = enter(open_classroom(sqlite_site))
        award_id = reach_goal(zoe)
        say_on_badges(zoe.room, details=BadgeDetails(badge_type=badge_type, proof_kind=kind))

        text = zoe.text(f"badges/{award_id}")

        assert ("Je kunt dit. Iemand heeft ernaar gekeken." in text) == (badge_type is BadgeType.SKILL)
        assert ("Het is geen diploma" in text) == (kind is ProofKind.OWN_CERTIFICATE)

    def test_texts_when_hostile_long_or_from_right_to_left_are_shown_as_they_are(self, sqlite_site: Site) -> None:
        zoe = enter(open_classroom(sqlite_site))
        award_id = reach_goal(zoe)
        name = "<script>alert(1)</script> العمل بأمان " + "x" * 150
        say_on_badges(zoe.room, name=name, details=BadgeDetails(alt_text='"><script>', language="ar"))

        for path in ("today", "badges", f"badges/{award_id}", f"badges/{award_id}/celebrate"):
            page = zoe.page(path)
            assert "<script>" not in page
            assert "&lt;script&gt;alert(1)&lt;/script&gt; العمل بأمان x" in page
            assert 'alt="&#34;&gt;&lt;script&gt;" lang="ar"' in page


class TestFiles:
    def test_files_are_the_signed_badge_in_three_forms(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)
        sign_all(site)

        document, picture, paper = (zoe.browser.get(f"badges/{award_id}/{name}") for name in FILES)

        assert verify(document.data, site.known_keys()).achievement_name == "Veilig werken"
        assert extract(picture.data) == document.data
        assert paper.data.startswith(b"%PDF-")
        assert [answer.content_type for answer in (document, picture, paper)] == [
            "application/vc+ld+json",
            "image/png",
            "application/pdf",
        ]
        assert document.headers["Content-Disposition"] == 'attachment; filename="badge Veilig werken.json"'
        page = zoe.page(f"badges/{award_id}")
        assert all(f'/badges/{award_id}/{name}"' in page for name in FILES)
        assert " download" not in page

    def test_file_names_when_the_badge_has_a_strange_name_are_safe(self, sqlite_site: Site) -> None:
        zoe = enter(open_classroom(sqlite_site))
        award_id = reach_goal(zoe)
        sign_all(sqlite_site)
        say_on_badges(zoe.room, name='../Zoë\u202efdp"; x="\r\nSet-Cookie: a العمل')

        for name in FILES:
            answer = zoe.browser.get(f"badges/{award_id}/{name}")
            given = answer.headers["Content-Disposition"]
            ending = name.rpartition(".")[2]
            plain, _, encoded = given.partition("; filename*=UTF-8''")
            assert plain == f'attachment; filename="badge .. Zoefdp ; x= Set-Cookie a.{ending}"'
            assert unquote(encoded) == f"badge .. Zoë fdp ; x= Set-Cookie a العمل.{ending}"
            assert "Set-Cookie" not in answer.headers

    @pytest.mark.parametrize("name", FILES)
    def test_file_when_it_is_not_signed_yet_is_said_to_be_made(self, site: Site, name: str) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)

        answer = zoe.browser.get(f"badges/{award_id}/{name}")

        assert answer.status_code == 409
        assert "Je badge wordt gemaakt De badge is al van jou: Veilig werken" in words_in(answer.get_data(as_text=True))
        page = zoe.page(f"badges/{award_id}")
        assert "Je badge wordt gemaakt." in words_in(page)
        assert name not in page

    def test_pages_when_the_key_cannot_be_opened_work_and_wait(self, site: Site) -> None:
        room = open_classroom(site)
        with site.tool.db.transaction() as tx:
            tx.execute(update(IssuerKey).values(private_key_encrypted="locked"))
        zoe = enter(room)
        award_id = reach_goal(zoe)
        sign_all(site)

        assert "Je badge wordt gemaakt." in zoe.text(f"badges/{award_id}/celebrate")
        assert zoe.browser.get(f"badges/{award_id}/badge.png").status_code == 409


class TestSharing:
    def test_badge_is_private_until_shared_and_private_again_after(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)
        address = f"{TOOL_URL}/badges/{award_id}"
        page = zoe.page(f"badges/{award_id}")
        assert "Je badge is nu privé." in words_in(page)
        assert address not in page
        assert "linkedin.com" not in page
        assert 'name="shows_name" value="1">' in page

        shared = zoe.browser.post(f"badges/{award_id}/share")
        page = zoe.page(f"badges/{award_id}")

        assert shared.location.endswith(f"/badges/{award_id}?said=1#status")
        assert "Iedereen met de link kan je badge zien. Anderen zien je naam niet." in followed(zoe, shared.location)
        assert f'<a href="{address}" target="_blank" rel="noopener noreferrer"' in page
        assert (row_of(site, award_id).shared_at, row_of(site, award_id).shows_name) == (zoe.room.now, False)
        named = zoe.browser.post(f"badges/{award_id}/share", {"shows_name": "1"})
        assert "Anderen zien ook je naam." in followed(zoe, named.location)
        assert 'name="shows_name" value="1" checked>' in zoe.page(f"badges/{award_id}")
        stopped = zoe.browser.post(f"badges/{award_id}/stop-sharing")
        assert "Je badge is privé. De link laat nu niets zien." in followed(zoe, stopped.location)
        assert (row_of(site, award_id).shared_at, row_of(site, award_id).shows_name) == (None, False)

    def test_linkedin_is_an_address_that_the_holder_follows(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)
        say_on_badges(zoe.room, name="Veilig & gezond werken")
        zoe.browser.post(f"badges/{award_id}/share")

        found = re.search(r'href="(https://www\.linkedin\.com/[^"]*)"', zoe.page(f"badges/{award_id}"))
        assert found
        asked = {name: values[0] for name, values in parse_qs(urlsplit(found[1].replace("&amp;", "&")).query).items()}

        awarded = row_of(site, award_id).awarded_at
        assert asked | {"organizationName": ""} == {
            "startTask": "CERTIFICATION_NAME",
            "name": "Veilig & gezond werken",
            "organizationName": "",
            "issueYear": str(awarded.year),
            "issueMonth": str(awarded.month),
            "certUrl": f"{TOOL_URL}/badges/{award_id}",
            "certId": str(award_id),
        }

    def test_shared_badge_when_taken_back_can_only_be_made_private(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)
        zoe.browser.post(f"badges/{award_id}/share")
        take_back(zoe)

        text = zoe.text(f"badges/{award_id}")
        again = zoe.browser.post(f"badges/{award_id}/share", {"shows_name": "1"})

        assert "Met de link zien anderen dat deze badge niet meer geldt." in text
        assert again.status_code == 303
        assert not row_of(site, award_id).shows_name
        assert zoe.browser.post(f"badges/{award_id}/stop-sharing").status_code == 303
        assert row_of(site, award_id).shared_at is None

    def test_notice_when_only_the_address_asks_for_it_says_what_holds(self, sqlite_site: Site) -> None:
        zoe = enter(open_classroom(sqlite_site))
        award_id = reach_goal(zoe)

        assert "Je badge is privé." in zoe.text(f"badges/{award_id}?said=1")
        assert "Je badge is privé." not in zoe.text(f"badges/{award_id}?said=shared")


@pytest.mark.parametrize("is_signed", [True, False], ids=["signed", "waiting"])
def test_badge_of_somebody_else_when_asked_for_is_not_found(site: Site, is_signed: bool) -> None:
    zoe = enter(open_classroom(site))
    sam, observer = enter(zoe.room, "Sam"), site.launch_as(PrincipalRole("observer"))
    award_id = reach_goal(zoe)
    if is_signed:
        sign_all(site)
    before = row_of(site, award_id)

    for browser in (sam.browser, observer):
        for wanted in (award_id, uuid.uuid4()):
            for path in ("", "/celebrate", "/picture.svg", *(f"/{name}" for name in FILES)):
                assert browser.get(f"badges/{wanted}{path}").status_code == 404, path
            for path in ("/celebrate", "/share", "/stop-sharing"):
                assert browser.post(f"badges/{wanted}{path}", {"shows_name": "1"}).status_code == 404, path

    after = row_of(site, award_id)
    assert (after.seen_at, after.shared_at, after.shows_name) == (before.seen_at, None, False)


def test_badge_when_asked_for_by_staff_is_refused(sqlite_site: Site) -> None:
    zoe = enter(open_classroom(sqlite_site))
    award_id = reach_goal(zoe)
    teacher: Launched = zoe.room.teacher

    for path in ("badges", f"badges/{award_id}", f"badges/{award_id}/celebrate", f"badges/{award_id}/picture.svg"):
        assert teacher.get(path).status_code == 403
    assert teacher.post(f"badges/{award_id}/share").status_code == 403
