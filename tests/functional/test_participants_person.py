"""The page of one participant: what it tells, and what those who teach decide there."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from jinja2 import StrictUndefined
from sqlalchemy import func, select

from gamification.engine.activity import Verb
from gamification.models import ActivityRow, Balance, Remark
from gamification.remarks import Praise
from lti_tool.lti.roles import PrincipalRole, may_review
from lti_tool.web.teacher.participant_words import praise_word
from tests.functional.classroom import ASSISTANT, LEARNER_ROLE, Classroom, open_classroom, words_in
from tests.functional.conftest import ROLES, Launched, Site

HOSTILE = [
    "<script>alert(1)</script>",
    "أحسنت، رأيت ذلك في العمل",
    "{{ 7*7 }} %(who)s %s",
    "eerste regel\ntweede regel",
    "é" * 2_000,
]


@pytest.fixture
def classroom(site: Site) -> Classroom:
    site.app.jinja_env.undefined = StrictUndefined
    return open_classroom(site)


@pytest.fixture
def quick(sqlite_site: Site) -> Classroom:
    """On SQLite alone: for tables of cases in which the database plays no part."""
    sqlite_site.app.jinja_env.undefined = StrictUndefined
    return open_classroom(sqlite_site)


def decide(
    who: Launched, person_id: uuid.UUID, action: str, task_id: object, reason: str = "Gezien op het werk.", **more: Any
) -> Any:
    fields = {"task_id": str(task_id), "reason": reason, "request_id": str(uuid.uuid4()), **more}
    return who.post(f"participants/{person_id}/{action}", fields)


def points_of(classroom: Classroom, person_id: uuid.UUID) -> int:
    with classroom.site.tool.db.reading() as tx:
        query = select(Balance.points).where(Balance.person_id == person_id)
        return tx.execute(query).scalar_one_or_none() or 0


class TestWhatItTells:
    def test_page_gives_every_number_its_sentence(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")
        quick.finish(zoe, quick.read, quick.tidy, quick.help)

        text = quick.text(f"participants/{zoe}")

        assert "40 van de 50 punten voor het doel. Nog 10 punten." in text
        assert "3 van de 4 opdrachten gedaan. In totaal zijn 60 punten te halen. En 5 extra punten." in text

    def test_page_at_the_goal_says_so_and_names_the_badge(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")
        quick.finish(zoe, quick.read, quick.tidy)
        quick.award(zoe, quick.report)

        text = quick.text(f"participants/{zoe}")

        assert "60 van de 50 punten voor het doel. Het doel is gehaald." in text
        assert "Heeft de badge: Veilig werken" in text
        assert "Kreeg de badge · Veilig werken" in text

    def test_timeline_tells_everything_newest_first(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")
        quick.finish(zoe, quick.read)
        quick.judge(quick.hand_in(zoe, "Mijn eerste verslag"), Verb.NOT_YET, "Schrijf nog twee zinnen.")
        quick.judge(quick.hand_in(zoe, "Mijn tweede verslag"), Verb.APPROVED, "Nu is het klaar.")
        quick.wait(seconds=1)
        decide(quick.teacher, zoe, "take-back", quick.read, "Het was een vergissing.")
        quick.wait(seconds=1)
        quick.teacher.post(f"participants/{zoe}/praise", {"praise": Praise.PROUD})

        text = quick.text(f"participants/{zoe}")
        happened = text[text.index("Wat er gebeurde") :]
        told = [
            "gaf een compliment",
            "Ik ben trots op je!",
            "nam de punten terug · Lees de regels",
            "Het was een vergissing.",
            "goed · Maak een verslag",
            "Nu is het klaar.",
            "Mijn tweede verslag",
            "nog even oefenen · Maak een verslag",
            "Schrijf nog twee zinnen.",
            "Mijn eerste verslag",
            "Zei: dit heb ik gedaan · Lees de regels",
        ]

        places = [happened.index(words) for words in told]
        assert places == sorted(places)
        assert "instructor gaf een compliment" in happened

    def test_why_tells_the_points_and_what_is_missing(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")
        quick.finish(zoe, quick.read)
        quick.hand_in(zoe)

        text = quick.text(f"participants/{zoe}")

        assert "10 punten erbij op 9 november, volgens versie 1 van de opdrachten." in re.sub(
            r"op \d+ november", "op 9 november", text
        )
        assert "Nog geen punten: het werk wacht op iemand die ernaar kijkt." in text
        assert "Nog geen punten: nog niet gedaan." in text

    def test_work_that_waits_is_one_click_away(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")
        hand_in = quick.hand_in(zoe)

        assert f'/reviews/{hand_in}"' in quick.page(f"participants/{zoe}")
        quick.judge(hand_in, Verb.APPROVED)
        assert f'/reviews/{hand_in}"' not in quick.page(f"participants/{zoe}")

    def test_work_when_hostile_is_shown_as_it_is(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")
        quick.hand_in(zoe, '<img src=x onerror="alert(1)">\nregel twee', link='https://evil.example/"><script>')

        page = quick.page(f"participants/{zoe}")

        assert "<img src=x" not in page
        assert "&lt;img src=x" in page
        assert "<script>" not in page.replace("<script nonce", "")
        assert 'rel="noopener noreferrer nofollow"' in page
        assert ">evil.example<" in page

    @pytest.mark.parametrize("role", ROLES, ids=str)
    def test_page_is_for_those_who_review(self, quick: Classroom, role: PrincipalRole) -> None:
        zoe = quick.learner("Zoë")

        status = quick.site.launch_as(role).get(f"participants/{zoe}").status_code

        assert status == (200 if may_review(role) else 403)

    @pytest.mark.parametrize("role", [role for role in ROLES if role != LEARNER_ROLE], ids=str)
    def test_somebody_who_does_not_learn_has_no_page(self, quick: Classroom, role: PrincipalRole) -> None:
        quick.site.launch_as(role, sub="somebody")
        somebody = quick.person_of("somebody")

        assert quick.teacher.get(f"participants/{somebody}").status_code == 404
        assert quick.teacher.post(f"participants/{somebody}/praise", {"praise": Praise.PROUD}).status_code == 404
        assert decide(quick.teacher, somebody, "award", quick.read).status_code == 404

    def test_participant_of_another_course_is_not_found(self, classroom: Classroom) -> None:
        stranger = classroom.learner("Vreemd", context={"id": "another-course", "title": "Elders"})

        assert classroom.teacher.get(f"participants/{stranger}").status_code == 404
        assert classroom.teacher.post(f"participants/{stranger}/praise", {"praise": "proud"}).status_code == 404
        for action in ("award", "take-back"):
            assert decide(classroom.teacher, stranger, action, classroom.read).status_code == 404


class TestPraise:
    @pytest.mark.parametrize("praise", Praise, ids=str)
    def test_praise_is_one_tap(self, quick: Classroom, praise: Praise) -> None:
        zoe = quick.learner("Zoë")
        page = quick.page(f"participants/{zoe}")
        assert f'name="praise" value="{praise.value}"' in page

        response = quick.teacher.post(f"participants/{zoe}/praise", {"praise": praise.value})

        assert response.status_code == 303
        assert response.location.endswith(f"/participants/{zoe}?said=praised#status")
        assert "Je compliment is verstuurd." in quick.text(f"participants/{zoe}?said=praised")
        with quick.site.app.test_request_context(headers={"Accept-Language": "nl"}):
            assert praise_word(praise) in quick.text(f"participants/{zoe}").partition("Wat er gebeurde")[2]

    def test_praise_that_is_none_of_the_four_is_refused(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")

        assert quick.teacher.post(f"participants/{zoe}/praise", {"praise": "<b>rich</b>"}).status_code == 400
        assert quick.teacher.post(f"participants/{zoe}/praise").status_code == 400
        with quick.site.tool.db.reading() as tx:
            assert tx.execute(select(func.count()).select_from(Remark)).scalar_one() == 0


class TestDecisions:
    def test_points_given_count_at_once_and_say_why(self, classroom: Classroom) -> None:
        zoe = classroom.learner("Zoë")
        assistant = classroom.site.launch_as(ASSISTANT)

        response = decide(assistant, zoe, "award", classroom.report, "Gezien op de werkvloer.")

        assert response.status_code == 303
        assert points_of(classroom, zoe) == 20
        text = classroom.text(f"participants/{zoe}?said=awarded")
        assert "De punten zijn gegeven. De deelnemer leest je reden." in text
        assert "teaching-assistant gaf de punten met de hand · Maak een verslag Gezien op de werkvloer." in text

    def test_points_taken_back_are_gone_and_say_why(self, classroom: Classroom) -> None:
        zoe = classroom.learner("Zoë")
        classroom.finish(zoe, classroom.read)
        classroom.wait(seconds=1)

        assert decide(classroom.teacher, zoe, "take-back", classroom.read, "Toch niet gedaan.").status_code == 303

        assert points_of(classroom, zoe) == 0
        text = classroom.text(f"participants/{zoe}")
        assert "Teruggenomen · 10 punten" in text
        assert "Geen punten: ze zijn teruggenomen." in text
        assert "Toch niet gedaan." in text

    @pytest.mark.parametrize("action", ["award", "take-back"])
    @pytest.mark.parametrize("reason", ["", "  \r\n\t ", "\u200b\u200b", "\x00\x07"])
    def test_reason_that_says_nothing_is_asked_for_at_its_field(
        self, quick: Classroom, action: str, reason: str
    ) -> None:
        zoe = quick.learner("Zoë")
        quick.finish(zoe, quick.tidy)
        quick.wait(seconds=1)
        task_id = quick.read if action == "award" else quick.tidy

        response = decide(quick.teacher, zoe, action, task_id, reason)
        page = response.get_data(as_text=True)

        assert response.status_code == 400
        assert "Niet bewaard: Zoë" in page
        assert f'<a href="#{action}-reason">Schrijf op waarom. De deelnemer leest dit.</a>' in page
        assert f'id="{action}-reason-error"' in page
        assert f'aria-describedby="{action}-reason-error {action}-reason-hint" aria-invalid="true"' in page
        assert f'<option value="{task_id}" selected>' in page
        assert points_of(quick, zoe) == 30

    def test_reason_that_is_too_long_is_kept_in_the_field(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")
        reason = "<b>lang</b> " * 900

        response = decide(quick.teacher, zoe, "award", quick.read, reason)
        page = response.get_data(as_text=True)

        assert response.status_code == 400
        assert "Maak deze tekst korter: hoogstens 2000 tekens." in words_in(page)
        assert ("&lt;b&gt;lang&lt;/b&gt; " * 900).strip() in page

    @pytest.mark.parametrize("reason", HOSTILE, ids=range(len(HOSTILE)))
    def test_reason_when_hostile_survives(self, quick: Classroom, reason: str) -> None:
        zoe = quick.learner("Zoë")

        assert decide(quick.teacher, zoe, "award", quick.read, reason.replace("\n", "\r\n")).status_code == 303

        page = quick.page(f"participants/{zoe}")
        with quick.site.tool.db.reading() as tx:
            assert tx.execute(select(Remark.text)).scalar_one() == reason
        assert "<script>alert" not in page
        assert re.sub(r"\s+", " ", reason) in words_in(page)

    def test_task_that_was_not_chosen_is_asked_for(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")

        response = decide(quick.teacher, zoe, "award", "", "Omdat het zo is.")
        page = response.get_data(as_text=True)

        assert response.status_code == 400
        assert '<a href="#award-task_id">Kies een opdracht.</a>' in page
        assert "Omdat het zo is.</textarea>" in page
        assert "Schrijf op waarom." not in page

    @pytest.mark.parametrize("task_id", ["no-id", "1", "'; DROP TABLE task"])
    def test_task_that_is_no_id_is_refused(self, quick: Classroom, task_id: str) -> None:
        zoe = quick.learner("Zoë")

        assert decide(quick.teacher, zoe, "award", task_id).status_code == 400
        assert decide(quick.teacher, zoe, "award", quick.read, request_id=task_id).status_code == 400
        assert decide(quick.teacher, zoe, "award", uuid.uuid4()).status_code == 404
        assert points_of(quick, zoe) == 0

    @pytest.mark.parametrize(
        ("action", "sentence"),
        [
            ("award", "De deelnemer heeft de punten van deze opdracht al."),
            ("take-back", "De deelnemer heeft de punten van deze opdracht niet meer."),
        ],
    )
    def test_decision_that_came_too_late_says_so_and_keeps_the_words(
        self, classroom: Classroom, action: str, sentence: str
    ) -> None:
        zoe = classroom.learner("Zoë")
        classroom.finish(zoe, classroom.read)
        task_id = classroom.read if action == "award" else classroom.tidy

        response = decide(classroom.teacher, zoe, action, task_id, "Mijn lange reden.")
        text = words_in(response.get_data(as_text=True))

        assert response.status_code == 409
        assert f"Niet bewaard {sentence} Er is niets veranderd." in text
        assert "Wat je typte, staat hier nog: Mijn lange reden." in text
        assert points_of(classroom, zoe) == 10
        with classroom.site.tool.db.reading() as tx:
            assert tx.execute(select(func.count()).select_from(Remark)).scalar_one() == 0

    def test_form_that_is_sent_twice_is_one_decision(self, classroom: Classroom) -> None:
        zoe = classroom.learner("Zoë")
        drawn = re.search(r'name="request_id" value="([0-9a-f-]{36})"', classroom.page(f"participants/{zoe}"))
        assert drawn

        for _ in range(2):
            assert decide(classroom.teacher, zoe, "award", classroom.read, request_id=drawn.group(1)).status_code == 303

        with classroom.site.tool.db.reading() as tx:
            assert tx.execute(select(func.count()).select_from(ActivityRow)).scalar_one() == 1
            assert tx.execute(select(func.count()).select_from(Remark)).scalar_one() == 1

    @pytest.mark.parametrize("change", ["task", "reason", "action"])
    def test_form_when_the_browser_goes_back_to_it_says_that_nothing_changed(
        self, classroom: Classroom, change: str
    ) -> None:
        zoe, used = classroom.learner("Zoë"), str(uuid.uuid4())
        decide(classroom.teacher, zoe, "award", classroom.read, request_id=used)
        classroom.wait(seconds=30)
        action = "take-back" if change == "action" else "award"
        task_id = classroom.tidy if change == "task" else classroom.read
        reason = "Een andere reden." if change == "reason" else "Gezien op het werk."

        response = decide(classroom.teacher, zoe, action, task_id, reason, request_id=used)
        page = response.get_data(as_text=True)

        assert response.status_code == 409
        assert "Je hebt dit formulier eerder verstuurd, met iets anders erin." in words_in(page)
        assert used not in page
        assert page.count(reason) >= 2  # in the message and in the field
        assert points_of(classroom, zoe) == 10

    def test_link_at_a_task_chooses_it_in_the_form(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")
        page = quick.page(f"participants/{zoe}")
        assert f"?task={quick.tidy}#award" in page

        assert f'<option value="{quick.tidy}" selected>' in quick.page(f"participants/{zoe}?task={quick.tidy}")
        assert " selected>" not in quick.page(f"participants/{zoe}?task=%3Cb%3E")

    @pytest.mark.parametrize("role", [role for role in ROLES if not may_review(role)], ids=str)
    def test_decisions_are_for_those_who_review(self, quick: Classroom, role: PrincipalRole) -> None:
        zoe = quick.learner("Zoë")
        somebody = quick.site.launch_as(role)

        for action in ("award", "take-back", "praise"):
            assert decide(somebody, zoe, action, quick.read, praise="proud").status_code == 403
        assert points_of(quick, zoe) == 0

    def test_decision_without_the_token_of_the_session_is_refused(self, quick: Classroom) -> None:
        zoe = quick.learner("Zoë")

        assert decide(quick.teacher, zoe, "award", quick.read, csrf_token="0" * 64).status_code == 403
        assert points_of(quick, zoe) == 0
