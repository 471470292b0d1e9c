"""The pages: what they say in each state, what they weigh, and a form that survives whatever is typed into it."""

from __future__ import annotations

import gzip
import re
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from flask import render_template

from badges.achievement import AchievementProblem
from gamification.engine.rule_set import TaskOrder
from gamification.errors import RuleProblem
from lti_tool.course.set_up import CourseSetup
from lti_tool.lti.roles import PrincipalRole
from lti_tool.web.learner.road import MOST_STOPS, draw_road
from lti_tool.web.learner.sentences import isolated
from lti_tool.web.teacher.setup_form import SetupForm
from lti_tool.web.teacher.setup_problems import FormProblem, sentence_for
from lti_tool.web.typed_texts import Typed
from lti_tool.words import score_comment, translations
from tests.architecture import translations_complete
from tests.factories.launch import TOOL_URL
from tests.functional.conftest import Launched, Site, setup_form
from tests.functional.setup_pages import fields_of

TEACHER = PrincipalRole("instructor")
ASSISTANT = PrincipalRole("teaching-assistant")
LEARNER = PrincipalRole("learner")
OBSERVER = PrincipalRole("observer")
TASKS = [("Lees de regels", 10), ("Kijk de film", 10), ("Doe de quiz", 10), ("Ruim op", 15), ("Loop een rondje", 15)]
LARGEST_PAGE_BYTES = 60_000
STATIC = Path(__file__).parents[2] / "lti_tool" / "web" / "static"
ERROR_WORDS = [
    "unregistered",
    "waiting",
    "cookies",
    "again",
    "platform",
    "refused",
    "session",
    "not-allowed",
    "not-found",
    "conflict",
    "input",
    "too-large",
    "busy",
    "broken",
]


def text_of(launched: Launched, path: str = "route") -> str:
    """Return what a reader of the page reads, in one line."""
    return words_in(launched.get(path).get_data(as_text=True))


def words_in(html: str) -> str:
    html = re.sub(r"<(script|svg)\b.*?</\1>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).replace("&nbsp;", " ")


def finish(learner: Launched, *titles: str) -> None:
    for title in titles:
        page = learner.get("route").get_data(as_text=True)
        found = re.search(rf'id="task-([0-9a-f-]+)" dir="auto">{re.escape(title)}<', page)
        assert found, title
        assert learner.post(f"tasks/{found.group(1)}/done").status_code == 303


def publish(site: Site, tasks: list[tuple[str, int]] = TASKS, goal: int = 50) -> Launched:
    teacher = site.launch_as(TEACHER)
    assert teacher.post("setup", setup_form(tasks, goal)).status_code == 303
    return teacher


class SomethingElse(StrEnum):
    """A problem that has no sentence yet."""

    NEW = "new"


class TestLearnerPage:
    def test_route_when_nothing_is_done_names_the_goal_and_the_next_task(self, strict: Site) -> None:
        publish(strict)
        learner = strict.launch_as(LEARNER)

        text = text_of(learner)

        assert "Je begint hier. Haal 50 punten, dan krijg je de badge." in text
        assert "In totaal kun je 60 punten halen." in text
        assert "Dit kun je nu doen Lees de regels" in text_of(learner, "today")

    def test_route_when_some_are_done_gives_each_number_its_meaning(self, strict: Site) -> None:
        publish(strict)
        learner = strict.launch_as(LEARNER)
        finish(learner, "Lees de regels", "Kijk de film", "Doe de quiz", "Ruim op")

        page = learner.get("route").get_data(as_text=True)
        text = words_in(page)

        assert "Je hebt 45 punten. Nog 5 punten, dan krijg je de badge." in text
        assert "4 van de 5 opdrachten gedaan" in text
        assert 'max="100" value="90"' in page
        assert 'aria-valuetext="45 van de 50 punten"' in page
        assert page.count('class="task task-done"') == 4

    def test_route_when_the_goal_is_reached_says_so_and_asks_nothing_more(self, strict: Site) -> None:
        publish(strict)
        learner = strict.launch_as(LEARNER)
        finish(learner, "Lees de regels", "Kijk de film", "Ruim op", "Loop een rondje")

        text = text_of(learner)

        assert "Gelukt! Je hebt de badge: Veilig werken" in text
        assert "Deze badge is nieuw. Bekijk wat je ervoor hebt gedaan." in text
        assert "Je mag nog meer doen. Het hoeft niet. In totaal kun je 60 punten halen." in text
        assert "100 %" in text
        assert "Dit kun je nu doen" not in text_of(learner, "today")

    def test_route_when_all_is_done_offers_nothing_more(self, strict: Site) -> None:
        publish(strict, [("Lees de regels", 1)], 1)
        learner = strict.launch_as(LEARNER)
        assert "Haal 1 punt, dan krijg je de badge." in text_of(learner)
        finish(learner, "Lees de regels")

        text = text_of(learner)

        assert "Je hebt 1 punt." in text
        assert "Je hebt alle opdrachten gedaan." in text
        assert "Het hoeft niet" not in text

    def test_badge_when_the_goal_is_raised_afterwards_stays(self, strict: Site) -> None:
        from lti_tool.jobs.worker import drain

        teacher = publish(strict, TASKS, 10)
        learner = strict.launch_as(LEARNER)
        finish(learner, "Lees de regels")
        form = fields_of(teacher.get("setup").get_data(as_text=True)) | {"goal_points": "60"}
        assert teacher.post("setup", form).status_code == 303
        while drain(strict.tool):
            pass

        text = text_of(learner)

        assert "Het doel is veranderd. Je badge blijft van jou." in text
        assert "Bekijk mijn nieuwe badge" in text
        assert "krijg je de badge" not in text

    @pytest.mark.parametrize(
        ("done", "compliment"),
        [
            (["Lees de regels"], "Goed begin! Je eerste opdracht is klaar. Je krijgt 10 punten voor: Lees de regels"),
            (["Kijk de film", "Lees de regels"], "Je krijgt 10 punten voor: Lees de regels"),
            (
                ["Ruim op", "Loop een rondje", "Kijk de film", "Lees de regels"],
                "Gefeliciteerd! Je hebt je doel gehaald.",
            ),
            (
                ["Ruim op", "Loop een rondje", "Kijk de film", "Doe de quiz", "Lees de regels"],
                "Geweldig! Je hebt alle opdrachten gedaan.",
            ),
        ],
    )
    def test_status_when_a_task_is_just_done_compliments(self, strict: Site, done: list[str], compliment: str) -> None:
        publish(strict)
        learner = strict.launch_as(LEARNER)
        page = learner.get("route").get_data(as_text=True)
        found = re.search(r'id="task-([0-9a-f-]+)" dir="auto">Lees de regels<', page)
        assert found
        finish(learner, *done)

        page = learner.get(f"route?done={found.group(1)}").get_data(as_text=True)

        assert '<div class="notice notice-done" id="status" role="status" tabindex="-1">' in page
        assert compliment in words_in(page)

    def test_route_when_nothing_is_published_shows_no_number(self, strict: Site) -> None:
        strict.launch_as(TEACHER)

        text = text_of(strict.launch_as(LEARNER))

        assert "Er zijn nog geen opdrachten. Je begeleider zet ze hier klaar." in text
        assert "punt" not in text

    def test_route_when_somebody_looks_along_has_no_buttons(self, strict: Site) -> None:
        publish(strict)

        page = strict.launch_as(OBSERVER).get("route").get_data(as_text=True)

        assert "Je kijkt mee. Je krijgt hier geen punten." in page
        assert "Dit heb ik gedaan" not in page

    def test_titles_when_hostile_are_shown_as_they_are(self, strict: Site) -> None:
        titles = ["<script>alert(1)</script>", "اقرأ قواعد السلامة", "👩🏽‍🍳 koken", "%(num)s & {{ 7*7 }}"]
        publish(strict, [(title, 10) for title in titles], 20)

        page = strict.launch_as(LEARNER).get("route").get_data(as_text=True)

        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert 'dir="auto">اقرأ قواعد السلامة<' in page
        assert "👩🏽‍🍳 koken" in page
        assert "%(num)s &amp; {{ 7*7 }}" in page

    def test_language_when_chosen_is_kept(self, strict: Site) -> None:
        publish(strict)
        learner = strict.launch_as(LEARNER)

        learner.post("language", {"locale": "en"})
        page = learner.get("route").get_data(as_text=True)

        assert '<html lang="en" dir="ltr">' in page
        assert "Get 50 points and you get the badge." in words_in(page)


class TestEveryPage:
    def test_page_when_shown_has_one_heading_landmarks_and_nothing_inline(self, strict: Site) -> None:
        teacher, learner = publish(strict), strict.launch_as(LEARNER)
        public = strict.client()
        pages = [
            *(
                learner.get(path).get_data(as_text=True)
                for path in ("welcome", "today", "route", "goal", "why", "settings")
            ),
            *(teacher.get(path).get_data(as_text=True) for path in ("setup", "setup?saved=1", "participants")),
            public.get("/", base_url=TOOL_URL).get_data(as_text=True),
            public.get("/nope", base_url=TOOL_URL).get_data(as_text=True),
        ]

        for page in pages:
            assert page.count("<h1") == page.count("<main") == page.count("<header") == page.count("<footer") == 1
            assert re.search(r'<html lang="(nl|en)" dir="ltr">', page)
            assert re.search(r"<title>[^<]*\S[^<]* · Mijlpaal</title>", page)
            assert 'href="#main"' in page
            assert 'id="help"' in page
            assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", page)
            assert not re.search(r"<script(?![^>]* nonce=)", page)
            assert not re.search(r'(?:href|src|action)="(?:https?:)?//', page)

    def test_learner_page_when_weighed_stays_in_its_budget(self, strict: Site) -> None:
        publish(strict, [(f"Opdracht {number}", 5) for number in range(20)], 60)
        learner = strict.launch_as(LEARNER)

        page = max((learner.get(path) for path in ("today", "route")), key=lambda page: len(gzip.compress(page.data)))
        linked = re.findall(r'(?:href|src)="(/(?:static|bootstrap)/[^"]+)"', page.get_data(as_text=True))
        bodies = [page.data]
        for path in linked:
            with learner.client.get(path, base_url=TOOL_URL) as file:
                bodies.append(file.data)

        # The mark, Bootstrap, three of ours, and one small script that tells the platform how tall the page is.
        assert len(linked) == 6
        assert sum(len(gzip.compress(body, 6)) for body in bodies) < LARGEST_PAGE_BYTES

    @pytest.mark.parametrize("locale", ["nl", "en"])
    @pytest.mark.parametrize("words", ERROR_WORDS)
    def test_error_when_shown_says_what_is_safe_what_to_do_and_a_number(
        self, strict: Site, words: str, locale: str
    ) -> None:
        with strict.app.test_request_context("/", headers={"Accept-Language": locale}):
            page = render_template("error.html", words=words, reference="K7P2", launch_session=None, typed=Typed())

        text = words_in(page)
        assert ("Je punten zijn veilig." if locale == "nl" else "Your points are safe.") in text
        assert "K7P2" in text
        assert "<form" not in page

    def test_error_when_met_in_a_session_leads_back(self, strict: Site) -> None:
        learner = strict.launch_as(LEARNER)

        page = learner.get("setup").get_data(as_text=True)

        assert f'href="/s/{learner.address}/"' in page
        assert "Dit hoort niet bij jouw rol in deze cursus." in page


class TestSetupForm:
    def test_form_when_new_has_empty_lines_and_explains_itself(self, strict: Site) -> None:
        page = strict.launch_as(TEACHER).get("setup").get_data(as_text=True)

        assert "Zo werkt het" in page
        assert len(re.findall(r'name="tasks-\d+-title"', page)) == 3
        assert fields_of(page)["goal_points"] == ""

    def test_form_when_published_shows_what_holds(self, strict: Site) -> None:
        teacher = publish(strict)

        page = teacher.get("setup?saved=1").get_data(as_text=True)
        fields = fields_of(page)

        assert "Gepubliceerd." in page
        assert "Wie 50 van de 60 punten haalt, krijgt de badge: Veilig werken" in words_in(page)
        assert [fields[f"tasks-{index}-title"] for index in range(5)] == [title for title, _ in TASKS]
        assert fields["seen_number"] == "1"

    def test_problems_when_several_are_all_listed_and_linked(self, strict: Site) -> None:
        teacher = strict.launch_as(TEACHER)

        response = teacher.post("setup", setup_form([("Lezen", "tien"), ("", 5), ("", "")], 0, name=" "))  # type: ignore[list-item]
        page = response.get_data(as_text=True)

        assert response.status_code == 400
        for field, sentence in [
            ("tasks-0-points", "Opdracht 1: Vul een heel getal in cijfers in, bijvoorbeeld 10."),
            ("tasks-1-title", "Opdracht 2: Geef deze opdracht een naam, of haal de regel weg."),
            ("goal_points", "Het doel moet minstens 1 punt zijn."),
            (
                "badge_name",
                "Geef de badge een naam. Of laat de naam en de teksten eronder leeg: dan is er geen badge.",
            ),
        ]:
            assert f'<a href="#{field}">{sentence}</a>' in page
            assert re.search(rf'id="{field}"[^>]*aria-describedby="{field}-error[^>]*aria-invalid="true"', page)
            assert f'id="{field}-error"' in page
        assert fields_of(page)["tasks-0-points"] == "tien"
        assert page.count('class="line has-problem"') == 2

    @pytest.mark.parametrize(
        ("points", "sentence"),
        [
            ("", "Vul in hoeveel punten deze opdracht geeft."),
            ("1.5", "Vul een heel getal in cijfers in"),
            ("１２", "Vul een heel getal in cijfers in"),
            ("1_000", "Vul een heel getal in cijfers in"),
            ("-1", "Geef deze opdracht minstens 1 punt."),
            ("0", "Geef deze opdracht minstens 1 punt."),
            ("10001", "Geef deze opdracht hoogstens 10000 punten."),
            ("9" * 10_000, "Geef deze opdracht hoogstens 10000 punten."),
            ("\x00", "Vul in hoeveel punten deze opdracht geeft."),
            ("<b>1</b>", "Vul een heel getal in cijfers in"),
        ],
    )
    def test_points_when_not_usable_get_a_sentence(self, strict: Site, points: str, sentence: str) -> None:
        response = strict.launch_as(TEACHER).post("setup", setup_form([("Lezen", points)], 5))  # type: ignore[list-item]

        assert response.status_code == 400
        assert sentence in response.get_data(as_text=True)

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"goal_points": ""}, "Vul in hoeveel punten genoeg zijn."),
            ({"goal_points": "veel"}, "Vul het doel in als heel getal in cijfers"),
            ({"goal_points": "-5"}, "Het doel moet minstens 1 punt zijn."),
            ({"goal_points": "61"}, "De verplichte opdrachten zijn samen 60 punten waard."),
            ({"tasks-0-title": "x" * 201}, "Maak de naam korter: hoogstens 200 tekens."),
            ({"tasks-0-title": "\u200b\u200e"}, "Geef deze opdracht een naam"),
            ({"badge_name": "x" * 201}, "Maak de naam van de badge korter"),
            ({"badge_criteria": "x" * 10_000}, "Maak deze tekst korter: hoogstens 2000 tekens."),
            ({"badge_name": ""}, "Geef de badge een naam."),
            ({"badge_criteria": ""}, "Schrijf op wat een deelnemer doet om de badge te krijgen."),
            ({"tasks-0-task_id": "no-id"}, "Deze opdracht bestaat niet meer."),
            ({"tasks-0-task_id": "0b0e7a3e-0000-4000-8000-000000000000"}, "Deze opdracht bestaat niet meer."),
        ],
    )
    def test_field_when_not_usable_gets_a_sentence_and_keeps_what_was_typed(
        self, strict: Site, changes: dict[str, str], sentence: str
    ) -> None:
        response = strict.launch_as(TEACHER).post("setup", setup_form(TASKS, 50) | changes)
        page = response.get_data(as_text=True)

        assert response.status_code == 400
        assert sentence in page
        name, value = next(iter(changes.items()))
        assert fields_of(page)[name] == value

    def test_lines_when_too_many_get_a_sentence_and_stay(self, strict: Site) -> None:
        teacher = strict.launch_as(TEACHER)

        response = teacher.post("setup", setup_form([(f"Les {number}", 1) for number in range(120)], 5))
        page = response.get_data(as_text=True)

        assert response.status_code == 400
        assert '<a href="#tasks">Een cursus heeft hoogstens 100 opdrachten.' in page
        assert fields_of(page)["tasks-119-title"] == "Les 119"
        page = teacher.post("setup", setup_form([("Les", 1)] * 100, 5) | {"add": "1"}).get_data(as_text=True)
        assert "hoogstens 100 opdrachten" in page

    def test_lines_when_more_than_any_page_has_are_refused_before_they_are_drawn(self, strict: Site) -> None:
        teacher = strict.launch_as(TEACHER)

        response = teacher.post("setup", setup_form([("Les", 1)] * 1000, 5) | {"add": "1"})

        assert response.status_code == 400
        assert len(response.data) < 20_000

    def test_field_names_when_forged_are_ignored(self, strict: Site) -> None:
        forged = {"tasks-²-title": "x", f"tasks-{'9' * 5000}-title": "x", "tasks-1-x": "x", "tasks": "x", "up-1": "x"}

        response = strict.launch_as(TEACHER).post("setup", setup_form([("Lezen", 5)], 5) | forged)

        assert response.status_code == 303

    def test_text_when_strange_is_kept_safely(self, strict: Site) -> None:
        teacher = strict.launch_as(TEACHER)
        form = setup_form([("Lezen\x00 \x1b\r\n😀 שלום", 5)], 5, criteria="Eén\r\ntwee\x00\rdrie")

        assert teacher.post("setup", form).status_code == 303
        fields = fields_of(teacher.get("setup").get_data(as_text=True))

        assert fields["tasks-0-title"] == "Lezen 😀 שלום"
        assert fields["badge_criteria"] == "Eén\ntwee\ndrie"

    @pytest.mark.parametrize(
        ("button", "order"),
        [
            ({"add": "1"}, ["A", "B", "C", ""]),
            ({"remove": "1"}, ["A", "C"]),
            ({"up": "2"}, ["A", "C", "B"]),
            ({"down": "0"}, ["B", "A", "C"]),
            ({"up": "0"}, ["A", "B", "C"]),
            ({"down": "2"}, ["A", "B", "C"]),
            ({"remove": "99"}, ["A", "B", "C"]),
            ({"remove": "x" * 9}, ["A", "B", "C"]),
        ],
    )
    def test_lines_when_changed_are_not_published(self, strict: Site, button: dict[str, str], order: list[str]) -> None:
        teacher = strict.launch_as(TEACHER)

        form = setup_form([("A", 1), ("B", "twee"), ("C", 3)], 4)  # type: ignore[list-item]
        response = teacher.post("setup", form | button)
        page = response.get_data(as_text=True)
        fields = fields_of(page)

        assert response.status_code == 200
        assert [fields[name] for name in sorted(fields) if name.endswith("-title")] == order
        if "B" in order:
            assert fields[f"tasks-{order.index('B')}-points"] == "twee"
        assert "Deelnemers zien dit pas als je publiceert." in page
        assert "Er zijn nog geen opdrachten." in text_of(strict.launch_as(LEARNER))

    def test_last_line_when_removed_leaves_the_empty_state(self, strict: Site) -> None:
        page = strict.launch_as(TEACHER).post("setup", setup_form([("A", 1)], 5) | {"remove": "0"})

        assert "Er zijn nog geen opdrachten." in page.get_data(as_text=True)

    def test_no_tasks_when_published_get_a_sentence(self, strict: Site) -> None:
        page = strict.launch_as(TEACHER).post("setup", setup_form([("", "")], 5))  # type: ignore[list-item]

        assert "Voeg minstens één opdracht toe" in page.get_data(as_text=True)

    def test_points_when_somebody_finished_the_task_stand(self, strict: Site) -> None:
        teacher = publish(strict)
        finish(strict.launch_as(LEARNER), "Lees de regels")

        page = teacher.get("setup").get_data(as_text=True)
        form = fields_of(page) | {"tasks-0-points": "20"}
        refused = teacher.post("setup", form)
        after = refused.get_data(as_text=True)

        assert re.search(r'id="tasks-0-points"[^>]* readonly aria-describedby="line-0-why"', page)
        assert "Al in gebruik: de punten en de soort staan vast." in page
        assert refused.status_code == 400
        assert "De oude staan er weer." in after
        assert fields_of(after)["tasks-0-points"] == "10"
        assert teacher.post("setup", fields_of(after)).status_code == 303

    def test_task_ids_when_sent_twice_are_refused(self, strict: Site) -> None:
        teacher = publish(strict)
        form = fields_of(teacher.get("setup").get_data(as_text=True))
        form["tasks-1-task_id"] = form["tasks-0-task_id"]

        response = teacher.post("setup", form)

        assert response.status_code == 400
        assert "Opdracht 2: Deze opdracht bestaat niet meer." in response.get_data(as_text=True)

    def test_conflict_when_met_shows_both_and_the_next_attempt_replaces(self, strict: Site) -> None:
        teacher = publish(strict)
        mine = fields_of(teacher.get("setup").get_data(as_text=True)) | {"tasks-1-title": "Van mij"}
        theirs = fields_of(teacher.get("setup").get_data(as_text=True)) | {"tasks-0-title": "Van een collega"}
        theirs = {name: value for name, value in theirs.items() if not name.startswith("tasks-4")}
        assert teacher.post("setup", theirs | {"goal_points": "45"}).status_code == 303

        response = teacher.post("setup", mine)
        page = response.get_data(as_text=True)
        fields = fields_of(page)

        assert response.status_code == 409
        assert "Een collega heeft intussen gepubliceerd" in page
        assert 'dir="auto">Van een collega</th>' in page
        assert fields["tasks-1-title"] == "Van mij"
        assert fields["tasks-4-task_id"] == ""
        assert teacher.post("setup", fields).status_code == 303

    def test_fields_when_not_sent_at_all_are_missing(self, strict: Site) -> None:
        response = strict.launch_as(TEACHER).post("setup", {})

        assert response.status_code == 400
        assert "Vul in hoeveel punten genoeg zijn." in response.get_data(as_text=True)

    @pytest.mark.parametrize(
        ("path", "problem", "field"),
        [
            ("badge.name", AchievementProblem.NAME_MISSING, "badge_name"),
            ("badge.criteria", AchievementProblem.CRITERIA_TOO_LONG, "badge_criteria"),
            ("badge.description", AchievementProblem.DESCRIPTION_TOO_LONG, "badge_description"),
            ("badge.alt_text", AchievementProblem.ALT_TEXT_MISSING, "badge_alt"),
            ("badge.type", RuleProblem.SKILL_NEEDS_CONFIRMATION, "badge_type"),
            ("goal", RuleProblem.GOAL_ABOVE_TOTAL, "goal_points"),
            ("tasks.0.title", RuleProblem.TITLE_MISSING, "tasks-0-title"),
            ("tasks.1.points", RuleProblem.FINISHED_TASK_CHANGED, "tasks-2-points"),
            ("tasks.1", RuleProblem.UNKNOWN_TASK, "tasks-2-title"),
            ("tasks", RuleProblem.NO_TASKS, "tasks"),
            ("tasks.7.points", RuleProblem.POINTS_TOO_HIGH, "tasks"),
        ],
    )
    def test_problem_when_found_while_publishing_lands_at_its_field(
        self, strict: Site, path: str, problem: StrEnum, field: str
    ) -> None:
        data = setup_form([("A", 1), ("", ""), ("B", 2)], 5)  # type: ignore[list-item]
        with strict.app.test_request_context("/"):
            form = SetupForm({name: str(value) for name, value in data.items()})
            form.show_problem(path, problem, CourseSetup("", 0, (), TaskOrder.FREE, 0, "", ""))

        assert [placed.field_id for placed in form.problems] == [field]
        assert form.problems[0].sentence

    @pytest.mark.parametrize("problem", [*RuleProblem, *AchievementProblem, *FormProblem])
    def test_problem_when_told_has_its_own_sentence(self, strict: Site, problem: StrEnum) -> None:
        with strict.app.test_request_context("/"):
            assert sentence_for(problem) != sentence_for(SomethingElse.NEW)

    def test_seen_number_when_forged_is_a_conflict(self, strict: Site) -> None:
        response = strict.launch_as(TEACHER).post("setup", setup_form(TASKS, 50) | {"seen_number": "x"})

        assert response.status_code == 409


class TestParticipants:
    def test_overview_when_nobody_came_teaches(self, strict: Site) -> None:
        teacher = publish(strict)

        assert "Nog niemand heeft deze cursus geopend" in text_of(teacher, "participants")

    def test_overview_when_nothing_is_published_shows_who_can_begin(self, strict: Site) -> None:
        assert "Maak de opdrachten" in text_of(strict.launch_as(TEACHER), "participants")
        assistant = text_of(strict.launch_as(ASSISTANT), "participants")

        assert "De docent van deze cursus kan ze maken." in assistant
        assert "Opdrachten en badge" not in assistant

    def test_overview_when_people_came_is_a_table_with_headers(self, strict: Site) -> None:
        teacher = publish(strict)
        done, some = strict.launch_as(LEARNER, sub="done"), strict.launch_as(LEARNER, sub="some")
        strict.launch_as(LEARNER, sub="none")
        finish(done, "Lees de regels", "Kijk de film", "Ruim op", "Loop een rondje")
        finish(some, "Lees de regels")

        page = teacher.get("participants").get_data(as_text=True)

        assert "3 deelnemers hebben de cursus geopend. 1 heeft het doel gehaald." in words_in(page)
        page = re.sub(r'<span class="when-narrow">.*?</th>', "</th>", page, flags=re.S)
        rows = [words_in(row.replace("</td>", " ")).split() for row in page.partition("</tbody>")[0].split("<tr>")[2:]]
        assert [" ".join(row[:5]) for row in rows][:2] == ["learner done 50 Heeft de", "learner none 0 Nog niet"]
        assert [row.count("Gedaan") for row in rows] == [4, 0, 1]
        assert "Nog 40 punten" in page
        assert page.count('<th scope="row"') == 3


class TestRoad:
    def test_road_when_nothing_is_done_starts_at_the_beginning(self) -> None:
        road = draw_road(
            (
                (10, False),
                (40, False),
            ),
            0,
            50,
        )

        assert road is not None
        assert road.marker is not None
        assert (round(road.marker.x), road.is_reached, road.loop) == (22, False, "")

    def test_road_when_half_is_done_is_half_green(self) -> None:
        road = draw_road(
            (
                (25, True),
                (25, False),
            ),
            25,
            50,
        )

        assert road is not None
        assert road.marker is not None
        assert abs(road.marker.x - (22 + 330) / 2) < 6
        assert road.behind.split(" ")[-1] == road.ahead.split(" ")[0]
        assert [stop.is_done for stop in road.stops] == [True]

    @pytest.mark.parametrize("points", [50, 55, 60])
    def test_road_when_the_goal_is_reached_is_reached_whatever_is_left(self, points: int) -> None:
        road = draw_road(
            (
                (50, True),
                (5, points >= 55),
                (5, points == 60),
            ),
            points,
            50,
        )

        assert road is not None
        assert road.is_reached
        assert len(set(road.ahead.split(" "))) == 1
        assert bool(road.loop_done) == (points > 50)
        assert (road.marker is None) == (points != 55)

    def test_road_when_there_is_no_goal_is_no_road(self) -> None:
        assert draw_road((), 0, 0) is None
        assert draw_road((), 0, 10) is None

    def test_stops_when_tasks_are_many_are_grouped_and_never_touch(self) -> None:
        road = draw_road(tuple([(5, number < 12) for number in range(100)]), 60, 250)

        assert road is not None
        assert len(road.stops) <= MOST_STOPS + 2
        xs = [stop.x for stop in road.stops]
        assert all(0 < x < road.width for x in xs)

    @pytest.mark.parametrize("tasks", [[(1, False), (10_000, False)], [(10_000, True)], [(1, True)] * 9])
    def test_road_when_points_are_lopsided_stays_in_the_picture(self, tasks: list[tuple[int, bool]]) -> None:
        road = draw_road(tuple(tasks), sum(points for points, done in tasks if done), 6)

        assert road is not None
        for line in (road.behind, road.ahead, road.loop, road.loop_done):
            for place in line.split():
                x, y = map(float, place.split(","))
                assert 0 <= x <= road.width
                assert 0 <= y <= road.height


class TestWords:
    def test_score_comment_when_below_the_goal_says_both_sentences(self) -> None:
        comment = score_comment("nl", 45, 50, 60, goal_reached=False, badge_name="Veilig werken")

        assert comment == ("Je hebt 45 van de 50 punten voor de badge Veilig werken. In totaal kun je 60 punten halen.")

    @pytest.mark.parametrize("locale", ["", "nl", "nl-NL", "xx", "../..", "fr_FR"])
    def test_score_comment_when_the_language_is_not_ours_is_dutch(self, locale: str) -> None:
        comment = score_comment(locale, 50, 50, 60, goal_reached=True, badge_name="100% veilig")

        assert comment == "Je hebt 50 punten en de badge 100% veilig. In totaal kun je 60 punten halen."

    def test_score_comment_when_english_counts_one_point(self) -> None:
        comment = score_comment("en-GB", 0, 1, 1, goal_reached=False, badge_name="X")

        assert comment == "You have 0 of 1 point for the badge X. In total you can get 1 point."

    def test_name_when_it_runs_from_right_to_left_is_isolated(self) -> None:
        assert isolated("Veilig werken") == "Veilig werken"
        assert isolated("العمل بأمان") == "\u2068العمل بأمان\u2069"

    def test_catalogue_when_checked_is_complete_and_plain(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert translations_complete.main() == 0, capsys.readouterr().out
        assert translations("nl").pgettext("learner", "Done") == "Gedaan"

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("", "has no translation"),
            ("Dat is fout.", "never read the word 'fout'"),
            ("Loop dit pad.", "never read the word 'pad'"),
            ("Je haalt een mijlpaal.", "never read the word 'mijlpaal'"),
            ("Een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien.", "13 words in one sentence"),
            ("Hallo %(naam)s.", "has other placeholders"),
        ],
    )
    def test_catalogue_when_a_message_is_wrong_is_refused(self, text: str, problem: str) -> None:
        wanted, given = Catalog(locale="nl"), Catalog(locale="nl")
        wanted.add("Hello.", locations=[("page.html", 7)], context="learner")
        given.add("Hello.", text, context="learner")

        found = list(translations_complete.problems_of(wanted, given))

        assert len(found) == 1
        assert problem in found[0]
        assert "page.html:7" in found[0]

    def test_catalogue_when_fuzzy_or_left_over_is_refused(self) -> None:
        wanted, given = Catalog(locale="nl"), Catalog(locale="nl")
        wanted.add("Hello.")
        given.add("Hello.", "Hallo.", flags={"fuzzy"})
        given.add("Bye.", "Dag.")

        fuzzy, left_over = translations_complete.problems_of(wanted, given)

        assert "fuzzy" in fuzzy
        assert "used nowhere" in left_over


@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "paper", 4.5),
        ("ink", "sand", 4.5),
        ("ink", "moss-soft", 4.5),
        ("ink", "sun-soft", 4.5),
        ("ink-quiet", "paper", 4.5),
        ("ink-quiet", "sand", 4.5),
        ("moss-dark", "moss-soft", 4.5),
        ("moss-dark", "paper", 4.5),
        ("paper", "ink", 4.5),
        ("paper", "moss", 4.5),
        ("sky-dark", "paper", 4.5),
        ("sky-dark", "sand", 4.5),
        ("sky-dark", "clay-soft", 4.5),
        ("clay", "paper", 4.5),
        ("control-line", "paper", 3.0),
        ("control-line", "sand", 3.0),
        ("moss", "paper", 3.0),
    ],
)
def test_tokens_when_put_on_each_other_can_be_read(front: str, back: str, least: float) -> None:
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", (STATIC / "tokens.css").read_text()))

    lighter, darker = sorted((luminance(tokens[front]), luminance(tokens[back])), reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= least


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
