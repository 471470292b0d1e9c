"""A learner's badges: celebrated once, kept in a list, explained, taken back; and nobody else's."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace

import pytest
from sqlalchemy import select

from badges.achievement import BadgeDetails
from badges.kinds import BadgeType, ProofKind
from badges.models import AwardDecision
from gamification.engine.activity import Verb
from gamification.remarks import Praise
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.models import Person
from tests.factories.badge_rows import make_award
from tests.factories.launch import LEARNER, TOOL_URL
from tests.factories.rows import make_activity
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

    def test_own_act_after_the_goal_or_after_the_celebration_leads_on_as_ever(self, site: Site) -> None:
        room = open_classroom(site)
        zoe = enter(room)
        award_id = reach_goal(zoe)
        site.clock.advance(seconds=1)

        extra = zoe.browser.post(f"tasks/{room.help}/done", {"back": "today"})
        zoe.browser.post(f"badges/{award_id}/celebrate")
        again = zoe.browser.post(f"tasks/{room.tidy}/done", {"back": "today"})

        assert f"/today?done={room.help}" in extra.location
        assert f"/today?done={room.tidy}" in again.location

    def test_celebration_when_closed_is_not_led_to_again(self, site: Site) -> None:
        room = open_classroom(site, goal_points=10)
        zoe = enter(room)
        first = zoe.browser.post(f"tasks/{room.read}/done", {"back": "today"})
        zoe.browser.post(f"badges/{award_of(zoe)}/celebrate")
        again = zoe.browser.post(f"tasks/{room.read}/done", {"back": "today"})

        assert "/celebrate?" in first.location
        assert f"/today?done={room.read}" in again.location

    def test_act_of_somebody_else_is_told_on_today_and_the_route_until_it_is_closed(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        zoe.room.judge(zoe.room.hand_in(zoe.id), Verb.NOT_YET, "Kijk nog naar zin drie.")
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
        text = zoe.text(f"badges/{award_id}/celebrate")
        assert f"Maak een verslag \u2068instructor\u2069 zegt: {REVIEW}" in text
        assert "Kijk nog naar zin drie." not in text

    def test_badge_given_by_hand_comes_with_the_words_that_gave_it(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        zoe.room.finish(zoe.id, zoe.room.read)
        award_id = give(zoe, "Ik zag je <b>drie</b> dagen veilig werken.")

        assert "Deze badge is nieuw." in zoe.text("today")
        text = zoe.text(f"badges/{award_id}/celebrate")
        assert "\u2068instructor\u2069 zegt: Ik zag je <b>drie</b> dagen veilig werken." in text
        why = zoe.text(f"badges/{award_id}")
        assert "gaf instructor je deze badge. Dit is de reden: Ik zag je <b>drie</b> dagen" in why
        assert "Je had toen" not in why
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

    def test_badges_that_hold_come_before_one_that_was_taken_back(self, site: Site) -> None:
        zoe = enter(open_classroom(site))
        award_id = reach_goal(zoe)
        with site.tool.db.transaction() as tx:
            older = make_award(tx, activity=make_activity(tx, person=tx.get_one(Person, zoe.id))).id
        first = re.findall(r'<h2[^>]*><a href="[^"]*/badges/([0-9a-f-]+)"', zoe.page("badges"))
        take_back(zoe)
        second = re.findall(r'<h2[^>]*><a href="[^"]*/badges/([0-9a-f-]+)"', zoe.page("badges"))

        assert first == [str(award_id), str(older)]
        assert second == [str(older), str(award_id)]

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
        assert main_of(page).count("Dit is de reden: De quiz was <i>van een ander</i>.") == 1
        assert "nam instructor deze badge terug." in main_of(page)
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
