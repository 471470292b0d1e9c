"""The badges of a course for those who teach: the list, one badge, and what somebody doubts."""

from __future__ import annotations

import re
import uuid
from html import unescape

import pytest
from jinja2 import StrictUndefined
from sqlalchemy import select, update

from badges.models import Award
from badges.reports import reports_about
from config.outbox import MessageState, OutboxMessage
from gamification.engine.activity import Verb
from lti_tool.course.badges_of_course import PAGE_SIZE
from lti_tool.lti.roles import PrincipalRole
from lti_tool.personal_data.erase import erase_person
from lti_tool.roster.models import Membership
from tests.functional.classroom import ASSISTANT, LEARNER_ROLE, Classroom, open_classroom, words_in
from tests.functional.conftest import Site
from tests.functional.public_badges import ALT_TEXT, BADGE, CRITERIA, REASON, REPORTED, SHOWS, Badge, earn, open_room
from tests.functional.teacher_badges import (
    award_many_rows,
    award_row,
    badge_elsewhere,
    count_queries,
    report_id_of,
    rows,
)

OBSERVER = PrincipalRole("observer")
HOSTILE = ["<script>alert(1)</script>", "هذا ليس صحيحا", "{{ 7*7 }} %(who)s", "regel één\nregel twee", "n" * 2_000]


@pytest.fixture
def room(sqlite_site: Site) -> Classroom:
    sqlite_site.app.jinja_env.undefined = StrictUndefined
    return open_room(sqlite_site)


@pytest.fixture
def badge(room: Classroom) -> Badge:
    return earn(room, "Zoë")


class TestList:
    def test_line_says_who_since_when_and_how(self, badge: Badge) -> None:
        [line] = rows(badge.room.page("badges-of-course"))

        assert line.startswith("Zoë Bekijk de badge")
        assert "Geldig Ondertekend" in line
        assert f"Haalde het doel op {badge.room.now.day} november." in line
        assert line.endswith("Privé")

    def test_line_of_a_decision_says_who_decided_and_why(self, badge: Badge) -> None:
        badge.take_back()
        [line] = rows(badge.room.page("badges-of-course"))
        assert "Teruggenomen" in line
        assert "Geldig" not in line
        assert re.search(rf"instructor nam hem terug op \d+ november\. ?{REASON}", line)

        badge.room.wait(seconds=1)
        badge.give_again()
        [line] = rows(badge.room.page("badges-of-course"))
        assert "Geldig Wordt gemaakt" in line
        assert re.search(r"instructor gaf hem weer op \d+ november\. ?Toch wel\.", line)

    def test_shared_badge_leads_to_its_public_page(self, badge: Badge) -> None:
        assert f"/badges/{badge.id}" not in badge.room.page("badges-of-course")
        badge.share()

        page = badge.room.page("badges-of-course")

        assert f'href="{badge.site.tool.badge_url(badge.id)}" target="_blank"' in page
        assert "Iedereen met de link" in words_in(page)

    @pytest.mark.parametrize(
        ("state", "error", "word", "sentence"),
        [
            (MessageState.WAITING, "", "Wordt gemaakt", "De ondertekening volgt vanzelf."),
            (MessageState.WAITING, "key-locked", "Wacht op de beheerder", "De sleutel die badges ondertekent, zit op"),
            (MessageState.DEAD, "Broken", "Ondertekenen lukte niet", "maar is niet ondertekend. Geef dit door"),
        ],
    )
    def test_badge_without_signature_says_what_it_waits_for(
        self, room: Classroom, state: MessageState, error: str, word: str, sentence: str
    ) -> None:
        person_id = room.learner("Zoë")
        room.finish(person_id, room.read, room.tidy)
        room.judge(room.hand_in(person_id), Verb.APPROVED)
        with room.site.tool.db.transaction() as tx:
            award_id = tx.execute(select(Award.id)).scalar_one()
            tx.execute(
                update(OutboxMessage)
                .where(OutboxMessage.type == "issue_credential")
                .values(state=state, last_error=error)
            )

        assert f"Geldig {word}" in room.text("badges-of-course")
        assert sentence in room.text(f"badges-of-course/{award_id}")

    def test_filters_show_what_they_say_and_stay(self, room: Classroom) -> None:
        held, lost, doubted = earn(room, "Geldt"), earn(room, "Terug"), earn(room, "Twijfel")
        lost.take_back()
        doubted.share()
        doubted.report()

        def found(show: str) -> list[str]:
            return [line.split()[0] for line in rows(room.page(f"badges-of-course?show={show}"))]

        assert found("all") == found("nonsense") == ["Twijfel", "Terug", "Geldt"]
        assert found("held") == ["Twijfel", "Geldt"]
        assert found("taken-back") == ["Terug"]
        assert found("reported") == ["Twijfel"]
        page = room.page("badges-of-course?show=held")
        assert page.count('aria-current="true"') == 1
        assert "Alle badges: 3 Nu geldig: 2 Teruggenomen: 1 Met een melding: 1" in words_in(page)
        assert f'/badges-of-course/{held.id}?show=held"' in page
        assert '/badges-of-course?show=held"' in room.page(f"badges-of-course/{held.id}?show=held").split("<main")[1]

    @pytest.mark.parametrize(
        ("show", "sentence"),
        [("taken-back", "Er is geen badge teruggenomen."), ("reported", "Niemand twijfelt aan een badge van")],
    )
    def test_filter_that_finds_nothing_says_so(self, badge: Badge, show: str, sentence: str) -> None:
        assert sentence in badge.room.text(f"badges-of-course?show={show}")

    def test_course_without_awards_teaches_with_one_button(self, room: Classroom) -> None:
        page = room.page("badges-of-course").split("<main")[1]

        assert "Nog niemand heeft de badge" in words_in(page)
        assert re.findall(r'class="btn[^"]*" href="([^"]+)"', page) == [room.teacher.url("participants")]

    def test_course_without_badge_teaches_with_one_button(self, sqlite_site: Site) -> None:
        room = open_classroom(sqlite_site, goal_points=10, badge="")

        page = room.page("badges-of-course").split("<main")[1]

        assert "Deze cursus heeft geen badge" in words_in(page)
        assert re.findall(r'class="btn[^"]*" href="([^"]+)"', page) == [room.teacher.url("setup")]
        assistant = sqlite_site.launch_as(ASSISTANT).get("badges-of-course").get_data(as_text=True).split("<main")[1]
        assert "De docent van deze cursus kan een badge maken." in words_in(assistant)
        assert 'class="btn' not in assistant

    def test_pages_are_of_fifty_and_keep_the_filter(self, room: Classroom) -> None:
        award_many_rows(room, PAGE_SIZE + 3)

        first = room.page("badges-of-course?show=held")
        link = re.search(r'rel="next" href="[^"]*/badges-of-course\?([^"]+)"', first)
        assert link
        second = room.page("badges-of-course?" + unescape(link.group(1)))

        assert (len(rows(first)), len(rows(second))) == (PAGE_SIZE, 3)
        assert not set(rows(first)) & set(rows(second))
        assert "Pagina 2 van 2" in words_in(second)
        assert len(rows(room.page("badges-of-course?page=999999"))) == 3
        assert len(rows(room.page("badges-of-course?page=-1"))) == PAGE_SIZE

    def test_queries_do_not_grow_with_the_badges(self, room: Classroom) -> None:
        earn(room, "Zoë").take_back()
        award_many_rows(room, 1)
        few = {path: count_queries(room, path) for path in ("badges-of-course", "participants")}
        award_many_rows(room, 40)
        for name in ("Bo", "Cas"):
            earn(room, name).take_back()

        assert {path: count_queries(room, path) for path in few} == few

    def test_erased_person_is_left_out_everywhere(self, badge: Badge) -> None:
        with badge.site.tool.db.transaction() as tx:
            erase_person(tx, badge.person_id, now=badge.room.now)

        assert "Nog niemand heeft de badge" in badge.room.text("badges-of-course")
        assert "Vier het samen" not in badge.room.text("participants")
        assert badge.room.teacher.get(f"badges-of-course/{badge.id}").status_code == 404

    def test_holder_who_teaches_now_keeps_the_line_without_a_page(self, badge: Badge) -> None:
        with badge.site.tool.db.transaction() as tx:
            tx.execute(update(Membership).where(Membership.person_id == badge.person_id).values(role="instructor"))

        page = badge.room.page("badges-of-course")

        assert "Leert niet meer in deze cursus" in words_in(page)
        assert f"/participants/{badge.person_id}" not in page


class TestOneBadge:
    def test_page_says_what_it_is_and_how_each_task_was_judged(self, badge: Badge) -> None:
        page = badge.room.page(f"badges-of-course/{badge.id}")
        text = words_in(page)

        assert f'alt="{ALT_TEXT}"' in page
        for words in (BADGE, SHOWS, CRITERIA, "Vaardigheid", "praktijkverklaring", "De deelnemer had 60 punten."):
            assert words in text
        assert re.search(r"Lees de regels ?De deelnemer gaf zelf aan dat dit gedaan is, op \d+ november", text)
        assert re.search(r"Maak een verslag ?Een begeleider keek naar het werk\.", text)
        assert "De badge is privé." in text
        assert badge.site.tool.badge_url(badge.id) in text
        assert f'href="{badge.site.tool.badge_url(badge.id)}"' not in page

    def test_shared_badge_says_so_and_whether_the_name_is_there(self, badge: Badge) -> None:
        badge.share()
        path = f"badges-of-course/{badge.id}"
        assert "Iedereen met dit adres kan hem zien. De naam staat er niet bij." in badge.room.text(path)
        badge.share(shows_name=True)
        assert "De naam staat erbij." in badge.room.text(path)
        assert f'href="{badge.site.tool.badge_url(badge.id)}"' in badge.room.page(path)

    def test_picture_is_that_of_the_design(self, badge: Badge) -> None:
        response = badge.room.teacher.get(f"badges-of-course/{badge.id}/picture.svg")

        assert response.content_type == "image/svg+xml"
        assert response.get_data(as_text=True).startswith("<svg")
        assert "no-store" in response.headers["Cache-Control"]

    def test_history_tells_every_decision_in_order(self, badge: Badge) -> None:
        badge.take_back()
        badge.room.wait(seconds=1)
        badge.give_again()

        text = badge.room.text(f"badges-of-course/{badge.id}")
        told = ["Haalde het doel op", "instructor nam hem terug op", REASON, "instructor gaf hem weer op", "Toch wel."]

        places = [text.index(words) for words in told]
        assert places == sorted(places)

    def test_badge_of_elsewhere_is_not_found(self, badge: Badge) -> None:
        badge.share()
        badge.report()
        report_id = report_id_of(badge)
        badge_elsewhere(badge)
        teacher, path = badge.room.teacher, f"badges-of-course/{badge.id}"

        assert teacher.get(path).status_code == 404
        assert teacher.get(f"{path}/picture.svg").status_code == 404
        form = {"reason": "x", "request_id": str(uuid.uuid4())}
        assert teacher.post(f"{path}/take-back", form).status_code == 404
        assert teacher.post(f"{path}/reports/{report_id}/closed").status_code == 404
        assert "Nog niemand heeft de badge" in badge.room.text("badges-of-course")
        assert award_row(badge).state == "active"
        with badge.site.tool.db.reading() as tx:
            assert reports_about(tx, [badge.id])[badge.id][0].handled_at is None

    @pytest.mark.parametrize("role", [LEARNER_ROLE, OBSERVER], ids=str)
    def test_pages_are_for_those_who_teach(self, badge: Badge, role: PrincipalRole) -> None:
        somebody = badge.site.launch_as(role, sub="Zoë")
        path = f"badges-of-course/{badge.id}"

        for asked in ("badges-of-course", path, f"{path}/picture.svg"):
            assert somebody.get(asked).status_code == 403
        form = {"reason": "x", "request_id": str(uuid.uuid4())}
        assert somebody.post(f"{path}/take-back", form).status_code == 403
        assert somebody.post("badges-of-course/seen", {"award_ids": str(badge.id)}).status_code == 403
        assert award_row(badge).state == "active"

    def test_forms_carry_the_token(self, badge: Badge) -> None:
        client, url = badge.room.teacher.client, badge.room.teacher.url(f"badges-of-course/{badge.id}/take-back")

        assert client.post(url, data={"reason": "x"}, base_url="https://mijlpaal.example").status_code == 403
        assert award_row(badge).state == "active"


class TestReports:
    @pytest.mark.parametrize("said", HOSTILE)
    def test_report_is_read_as_it_was_sent(self, badge: Badge, said: str) -> None:
        badge.share()
        assert badge.report(text=said, contact="<b>jan</b>@bedrijf.example").status_code == 303

        page = badge.room.page(f"badges-of-course/{badge.id}")

        assert "<script>alert" not in page
        assert "<b>jan" not in page
        assert f'<p class="work-text" dir="auto">{said}</p>' in unescape(page)
        assert "Bereikbaar via: <b>jan</b>@bedrijf.example" in unescape(re.sub("</?bdi>", "", page))

    def test_report_that_was_dealt_with_is_kept_and_waits_no_more(self, site: Site) -> None:
        badge = earn(open_room(site), "Zoë")
        badge.share()
        badge.report()
        path = f"badges-of-course/{badge.id}"
        assert "De melder liet geen adres achter." in badge.room.text(path)

        answer = badge.room.teacher.post(f"{path}/reports/{report_id_of(badge)}/closed?show=reported")

        assert answer.status_code == 303
        assert answer.location.endswith(f"{path}?said=report-closed&show=reported#status")
        text = badge.room.text(f"{path}?said=report-closed")
        assert "De melding is afgehandeld." in text
        assert REPORTED in text
        assert re.search(r"Afgehandeld op \d+ november", text)
        assert "twijfelt aan een badge" not in badge.room.text("participants")
        assert "Met een melding: 0" in badge.room.text("badges-of-course")
        assert "1 melding" not in badge.room.text("badges-of-course")
        assert "twijfelt" not in badge.room.text(f"participants/{badge.person_id}")

    def test_report_that_does_not_exist_is_not_found(self, badge: Badge) -> None:
        path = f"badges-of-course/{badge.id}/reports/{uuid.uuid4()}/closed"

        assert badge.room.teacher.post(path).status_code == 404

    def test_open_report_leads_to_taking_back(self, badge: Badge) -> None:
        badge.share()
        badge.report()

        page = badge.room.page(f"badges-of-course/{badge.id}")

        assert 'href="#take-badge-back"' in page
        assert 'id="take-badge-back"' in page
