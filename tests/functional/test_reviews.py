"""Work that waits: the queue, one piece of work, the judgement, and two reviewers at once."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from jinja2 import StrictUndefined
from sqlalchemy import func, select

from gamification.engine.activity import Verb
from gamification.models import Balance, HandIn, Remark, Review
from lti_tool.lti.roles import PrincipalRole, may_review
from tests.functional.classroom import ASSISTANT, TEACHER, Classroom, open_classroom, words_in
from tests.functional.conftest import ROLES, Launched, Site

APPROVED, NOT_YET = Verb.APPROVED.value, Verb.NOT_YET.value


@pytest.fixture
def classroom(site: Site) -> Classroom:
    site.app.jinja_env.undefined = StrictUndefined
    return open_classroom(site)


@pytest.fixture
def quick(sqlite_site: Site) -> Classroom:
    """On SQLite alone: for tables of cases in which the database plays no part."""
    sqlite_site.app.jinja_env.undefined = StrictUndefined
    return open_classroom(sqlite_site)


def judge(who: Launched, hand_in: uuid.UUID, outcome: str, remark: str = "", **more: Any) -> Any:
    return who.post(f"reviews/{hand_in}", {"outcome": outcome, "remark": remark, "praise": "", **more})


def points_of(classroom: Classroom, person_id: uuid.UUID) -> int:
    with classroom.site.tool.db.reading() as tx:
        query = select(Balance.points).where(Balance.person_id == person_id)
        return tx.execute(query).scalar_one_or_none() or 0


def queue(page: str) -> list[str]:
    return [words_in(link) for link in re.findall(r'<a class="queue-link".*?</a>', page, re.S)]


class TestQueue:
    def test_queue_when_nothing_waits_says_what_comes_here(self, quick: Classroom) -> None:
        text = quick.text("reviews")

        assert "Er wacht niets op jou" in text
        assert "Nakijken (" not in text

    def test_queue_tells_who_waits_longest_first_and_how_long(self, classroom: Classroom) -> None:
        zoe, bo = classroom.learner("Zoë"), classroom.learner("Bo")
        classroom.hand_in(zoe)
        classroom.wait(days=2, hours=3)
        classroom.hand_in(bo)
        classroom.wait(hours=5, minutes=50)
        classroom.hand_in(classroom.learner("Cas"))

        page = classroom.page("reviews")

        assert queue(page) == [
            "Zoë Maak een verslag Wacht 2 dagen",
            "Bo Maak een verslag Wacht 5 uur",
            "Cas Maak een verslag Wacht minder dan een uur",
        ]
        assert "Er wacht 3 keer werk op jou." in words_in(page)

    @pytest.mark.parametrize("path", ["reviews", "participants", "setup"])
    def test_number_that_waits_stands_in_the_navigation_of_every_staff_page(self, quick: Classroom, path: str) -> None:
        hand_in = quick.hand_in(quick.learner("Zoë"))

        assert "Nakijken (1)" in quick.text(path)
        quick.judge(hand_in, Verb.APPROVED)
        assert "Nakijken (" not in quick.text(path)

    def test_work_that_was_replaced_waits_once(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")
        quick.hand_in(zoe, "eerste")
        newest = quick.hand_in(zoe, "tweede")

        page = quick.page("reviews")

        assert len(queue(page)) == 1
        assert f"/reviews/{newest}" in page
        assert "Nakijken (1)" in words_in(page)

    def test_work_for_a_task_that_was_given_by_hand_does_not_wait(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")
        hand_in = quick.hand_in(zoe)
        quick.award(zoe, quick.report)

        assert queue(quick.page("reviews")) == []
        text = quick.text(f"reviews/{hand_in}")
        assert "De punten van deze opdracht zijn op een andere manier gegeven of teruggenomen." in text
        assert 'name="outcome"' not in quick.page(f"reviews/{hand_in}")


class TestWork:
    def test_work_is_shown_as_it_was_sent(self, quick: Classroom) -> None:
        work = 'regel een\n\n  regel twee <script>alert("x")</script>\nالسطر الثالث {{ 7*7 }}'
        hand_in = quick.hand_in(quick.learner("Zoë"), work, link='https://foto.example/a?b=1&c="><script>')

        page = quick.page(f"reviews/{hand_in}")

        assert '<p class="work-text" dir="auto">regel een\n\n  regel twee &lt;script&gt;' in page
        assert "السطر الثالث {{ 7*7 }}" in page
        assert 'href="https://foto.example/a?b=1&amp;c=&#34;&gt;&lt;script&gt;"' in page
        assert 'target="_blank" rel="noopener noreferrer nofollow"><bdi>foto.example</bdi>' in page
        assert "Schrijf vijf zinnen." in page
        assert "Maak een verslag" in words_in(page)

    @pytest.mark.parametrize(
        "link",
        ["https://school.example@evil.example/x", "https://evil.example\\@school.example/x"],
        ids=["user", "slash"],
    )
    def test_link_whose_host_is_disguised_shows_the_host(self, quick: Classroom, link: str) -> None:
        hand_in = quick.hand_in(quick.learner("Zoë"), "", link=link)

        assert "<bdi>evil.example</bdi>" in quick.page(f"reviews/{hand_in}")

    @pytest.mark.parametrize("link", ["https://[::1", "http://", "https://exa mple"])
    def test_link_that_cannot_be_read_is_a_page_still(self, quick: Classroom, link: str) -> None:
        hand_in = quick.hand_in(quick.learner("Zoë"))
        with quick.site.tool.db.transaction() as tx:
            tx.get_one(HandIn, hand_in).link = link

        assert words_in(link) in quick.text(f"reviews/{hand_in}")

    def test_earlier_work_and_answers_stand_below(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")
        quick.judge(quick.hand_in(zoe, "mijn eerste"), Verb.NOT_YET, "Schrijf meer.")
        quick.hand_in(zoe, "mijn tweede")
        newest = quick.hand_in(zoe, "mijn derde")

        text = quick.text(f"reviews/{newest}")

        assert text.index("mijn derde") < text.index("Je antwoord") < text.index("mijn tweede")
        assert text.index("mijn tweede") < text.index("Hierop kwam geen antwoord") < text.index("mijn eerste")
        assert "Nog even oefenen · instructor ·" in text
        assert "Schrijf meer." in text

    def test_work_of_ten_thousand_characters_is_shown_whole(self, quick: Classroom) -> None:
        work = "woord " * 1_600 + "einde"
        hand_in = quick.hand_in(quick.learner("Zoë"), work)

        assert work in quick.page(f"reviews/{hand_in}")

    def test_work_that_was_erased_says_so(self, quick: Classroom) -> None:
        hand_in = quick.hand_in(quick.learner("Zoë"))
        with quick.site.tool.db.transaction() as tx:
            tx.get_one(HandIn, hand_in).text = ""

        assert "Het werk is gewist." in quick.text(f"reviews/{hand_in}")

    def test_work_of_another_course_is_not_found(self, classroom: Classroom) -> None:
        hand_in = classroom.hand_in(classroom.learner("Zoë"))
        elsewhere = classroom.site.launch(
            sub="other-teacher",
            context={"id": "another-course", "title": "Elders"},
            roles=ROLES[TEACHER],
        )

        assert elsewhere.get(f"reviews/{hand_in}").status_code == 404
        assert judge(elsewhere, hand_in, APPROVED).status_code == 404
        assert elsewhere.get(f"reviews?judged={hand_in}").status_code == 200

    @pytest.mark.parametrize("role", ROLES, ids=str)
    def test_work_is_for_those_who_review(self, quick: Classroom, role: PrincipalRole) -> None:
        hand_in = quick.hand_in(quick.learner("Zoë"))
        somebody = quick.site.launch_as(role)

        assert somebody.get("reviews").status_code == (200 if may_review(role) else 403)
        assert somebody.get(f"reviews/{hand_in}").status_code == (200 if may_review(role) else 403)
        assert judge(somebody, hand_in, APPROVED).status_code == (303 if may_review(role) else 403)

    def test_work_of_somebody_who_came_back_in_another_role_can_be_judged(self, quick: Classroom) -> None:
        quick.learner("Zoë")
        hand_in = quick.hand_in(quick.person_of("Zoë"))
        quick.site.launch_as(PrincipalRole("observer"), sub="Zoë")

        page = quick.page(f"reviews/{hand_in}")

        assert "/participants/" not in page[page.index("<main") :]
        assert judge(quick.teacher, hand_in, APPROVED).status_code == 303


class TestJudgement:
    def test_good_gives_the_points_and_leads_on_to_the_next(self, classroom: Classroom) -> None:
        zoe = classroom.learner("Zoë")
        first, second = classroom.hand_in(zoe), classroom.hand_in(classroom.learner("Bo"))

        response = judge(classroom.teacher, first, APPROVED, "Prima.", praise="proud")

        assert response.status_code == 303
        assert response.location.endswith(f"/reviews/{second}?judged={first}#status")
        assert points_of(classroom, zoe) == 20
        page = classroom.page(f"reviews/{second}?judged={first}")
        assert "Bewaard: Goed. Zoë · Maak een verslag · Bekijk of neem terug" in words_in(page)
        assert 'id="status" role="status"' in page
        with classroom.site.tool.db.reading() as tx:
            assert tx.execute(select(Remark.text, Remark.praise)).one() == ("Prima.", "proud")

    def test_last_one_leads_back_to_the_queue(self, classroom: Classroom) -> None:
        zoe = classroom.learner("Zoë")
        hand_in = classroom.hand_in(zoe)

        response = judge(classroom.teacher, hand_in, NOT_YET, "Oefen nog.")

        assert response.location.endswith(f"/reviews?judged={hand_in}#status")
        assert points_of(classroom, zoe) == 0
        text = classroom.text(f"reviews?judged={hand_in}")
        assert "Bewaard: Nog even oefenen. Zoë · Maak een verslag" in text
        assert "Er wacht niets op jou" in text

    @pytest.mark.parametrize("judged", ["no-id", "", "<script>", str(uuid.UUID(int=1))])
    def test_status_of_work_that_is_not_here_says_nothing(self, quick: Classroom, judged: str) -> None:
        assert "Bewaard" not in quick.text(f"reviews?judged={judged}")

    def test_status_of_work_that_waits_says_nothing(self, quick: Classroom) -> None:
        hand_in = quick.hand_in(quick.learner("Zoë"))

        assert "Bewaard" not in quick.text(f"reviews?judged={hand_in}")

    @pytest.mark.parametrize("outcome", ["", "completed", "withdrawn", "<b>"])
    def test_outcome_that_is_none_is_refused(self, quick: Classroom, outcome: str) -> None:
        hand_in = quick.hand_in(quick.learner("Zoë"))

        assert judge(quick.teacher, hand_in, outcome).status_code == 400
        assert len(queue(quick.page("reviews"))) == 1

    def test_remark_that_is_too_long_is_kept_in_the_field(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")
        hand_in = quick.hand_in(zoe)

        response = judge(quick.teacher, hand_in, APPROVED, "<i>lang</i>\r\n" * 900, praise="keep-going")
        page = response.get_data(as_text=True)

        assert response.status_code == 400
        assert '<a href="#remark">Maak deze tekst korter: hoogstens 2000 tekens.</a>' in page
        assert 'aria-describedby="remark-error remark-hint" aria-invalid="true"' in page
        assert ("&lt;i&gt;lang&lt;/i&gt;\n" * 900).strip() in page
        assert 'value="keep-going" checked' in page
        assert points_of(quick, zoe) == 0

    @pytest.mark.parametrize("remark", ["<script>alert(1)</script>", "عمل جيد", "é" * 2_000, "a\x00b"])
    def test_remark_when_hostile_survives(self, classroom: Classroom, remark: str) -> None:
        hand_in = classroom.hand_in(classroom.learner("Zoë"))

        assert judge(classroom.teacher, hand_in, APPROVED, remark).status_code == 303

        page = classroom.page(f"reviews/{hand_in}")
        assert "<script>alert" not in page
        assert remark.replace("\x00", "") in words_in(page)
        assert "Dit werk wacht niet meer" in words_in(page)

    def test_both_buttons_are_in_the_form_after_the_remark(self, quick: Classroom) -> None:
        page = quick.page(f"reviews/{quick.hand_in(quick.learner('Zoë'))}")
        order = ['id="remark"', 'name="praise" value=""', 'value="approved"', 'value="not-yet"']

        places = [page.index(mark) for mark in order]

        assert places == sorted(places)
        assert page.count('type="radio" name="praise"') == 5
        assert '<label for="remark">' in page


class TestTwoReviewers:
    def test_second_reviewer_is_told_who_and_what_and_keeps_the_words(self, classroom: Classroom) -> None:
        zoe = classroom.learner("Zoë")
        first, second = classroom.hand_in(zoe), classroom.hand_in(classroom.learner("Bo"))
        assistant = classroom.site.launch_as(ASSISTANT)
        judge(assistant, first, APPROVED, "Van de assistent.")

        response = judge(classroom.teacher, first, NOT_YET, "Mijn <b>eigen</b> woorden.")
        page = response.get_data(as_text=True)
        text = words_in(page)

        assert response.status_code == 409
        assert "Een collega was je voor" in text
        assert "Goed · teaching-assistant ·" in text
        assert "Van de assistent." in text
        assert "Mijn &lt;b&gt;eigen&lt;/b&gt; woorden.</textarea>" in page
        assert f'/reviews/{second}"' in page
        assert points_of(classroom, zoe) == 20
        with classroom.site.tool.db.reading() as tx:
            assert tx.execute(select(func.count()).select_from(Review)).scalar_one() == 1
            assert tx.execute(select(func.count()).select_from(Remark)).scalar_one() == 1

    def test_reviewer_when_the_points_were_given_by_hand_meanwhile_is_told_so(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")
        work = quick.hand_in(zoe)
        quick.award(zoe, quick.report)

        response = judge(quick.teacher, work, APPROVED, "Mooi gedaan.")
        text = words_in(response.get_data(as_text=True))

        assert response.status_code == 409
        assert "De punten van deze opdracht zijn op een andere manier gegeven of teruggenomen." in text
        assert "Je antwoord is niet bewaard." in text
        assert "Mooi gedaan." in text
        assert "ziet dit antwoord" not in text
        assert "nieuwer werk" not in text

    def test_form_that_is_sent_twice_goes_on_as_if_once(self, classroom: Classroom) -> None:
        hand_in = classroom.hand_in(classroom.learner("Zoë"))

        answers = [judge(classroom.teacher, hand_in, APPROVED, "Goed.") for _ in range(2)]

        assert [answer.status_code for answer in answers] == [303, 303]
        assert answers[0].location == answers[1].location
        with classroom.site.tool.db.reading() as tx:
            assert tx.execute(select(func.count()).select_from(Remark)).scalar_one() == 1

    def test_reviewer_who_changed_their_mind_is_told(self, quick: Classroom) -> None:
        hand_in = quick.hand_in(quick.learner("Zoë"))
        judge(quick.teacher, hand_in, APPROVED)

        assert judge(quick.teacher, hand_in, NOT_YET).status_code == 409

    def test_newer_work_is_offered_instead(self, classroom: Classroom) -> None:
        zoe = classroom.learner("Zoë")
        older = classroom.hand_in(zoe, "ouder")
        newer = classroom.hand_in(zoe, "nieuwer")

        response = judge(classroom.teacher, older, APPROVED, "Over het oude.")
        page = response.get_data(as_text=True)

        assert response.status_code == 409
        assert "Er is nieuwer werk" in words_in(page)
        assert f'<a class="btn btn-primary" href="/s/{classroom.teacher.address}/reviews/{newer}">' in page
        assert "Over het oude.</textarea>" in page
        assert points_of(classroom, zoe) == 0
        assert f"/reviews/{newer}" in classroom.page(f"reviews/{older}")
        assert 'name="outcome"' not in classroom.page(f"reviews/{older}")
