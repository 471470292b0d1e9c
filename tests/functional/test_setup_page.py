"""The set-up of a course that was published before: what counts, how tasks are finished, a course without a badge."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import func, select

from badges.models import Achievement
from gamification.engine.rule_set import Confirmation, RuleSet, TaskOrder
from gamification.models import RuleSetVersion, Task
from lti_tool.jobs.worker import drain
from lti_tool.lti.roles import PrincipalRole
from tests.functional.conftest import ROLES, Launched, Site, setup_form
from tests.functional.setup_pages import fields_of, press

TEACHER = PrincipalRole("instructor")
LEARNER = PrincipalRole("learner")
TASKS = [("Lees de regels", 10), ("Ruim op", 20), ("Help een collega", 5)]
KINDS = {
    "tasks-1-confirmation": "reviewer",
    "tasks-2-kind": "bonus",
    "tasks-0-instructions": "1. Pak het **blad**.\n2. Lees.",
    "order": "fixed",
}
PUBLISH = {"publish": "1"}


@pytest.fixture
def teacher(strict: Site) -> Launched:
    """A teacher whose course has a required, a reviewed and an extra task."""
    launched = strict.launch_as(TEACHER)
    assert launched.post("setup", setup_form(TASKS, 30) | KINDS).status_code == 303
    return launched


def page_of(teacher: Launched) -> str:
    return teacher.get("setup").get_data(as_text=True)


def words_in(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)))


def newest_rules(site: Site) -> RuleSet:
    with site.tool.db.reading() as tx:
        newest = tx.execute(select(RuleSetVersion.content).order_by(RuleSetVersion.number.desc()).limit(1))
        return RuleSet.from_json(newest.scalar_one())


def empty_outbox(site: Site) -> None:
    while drain(site.tool):
        pass


def finish_first(site: Site, sub: str = "") -> None:
    learner = site.launch_as(LEARNER, sub=sub)
    task_id = newest_rules(site).tasks[0].task_id
    assert learner.post(f"tasks/{task_id}/done").status_code == 303


def test_choices_when_published_come_back_as_they_were(strict: Site, teacher: Launched) -> None:
    fields = fields_of(page_of(teacher))

    assert {name: fields[name] for name in KINDS} == KINDS
    assert (fields["tasks-0-kind"], fields["tasks-0-confirmation"]) == ("required", "learner")
    rules = newest_rules(strict)
    assert [task.is_bonus for task in rules.tasks] == [False, False, True]
    assert [task.confirmation for task in rules.tasks] == [
        Confirmation.LEARNER,
        Confirmation.REVIEWER,
        Confirmation.LEARNER,
    ]
    assert rules.order is TaskOrder.FIXED


def test_choices_when_closed_are_summed_up(teacher: Launched) -> None:
    page = page_of(teacher)

    summaries = [
        words_in(summary) for summary in re.findall(r"<summary>(.*?)</summary>", page.partition("<main")[2], re.S)
    ]
    assert summaries == [
        "Uitleg en meer: opdracht 1 Verplicht · De deelnemer zegt het zelf · Met uitleg",
        "Uitleg en meer: opdracht 2 Verplicht · Een begeleider kijkt het werk na · Zonder uitleg",
        "Uitleg en meer: opdracht 3 Extra · De deelnemer zegt het zelf · Zonder uitleg",
        "Plaatje veranderen",
        "Soort bewijs eigen certificaat",
    ]
    assert '<details class="line-more" open>' not in page
    assert "Verplicht samen: 30 punten. Extra: 5 punten." in words_in(page)
    assert "Extra opdrachten geven nog 5 punten, buiten het doel." in words_in(page)


@pytest.mark.parametrize(
    "change",
    [
        {"order": "free"},
        {"tasks-0-kind": "bonus", "goal_points": "20"},
        {"tasks-0-confirmation": "reviewer"},
        {"tasks-0-instructions": "Anders"},
    ],
)
def test_change_when_only_of_a_new_field_is_published(strict: Site, teacher: Launched, change: dict[str, str]) -> None:
    page = press(teacher, page_of(teacher), PUBLISH, **change)

    assert "Gepubliceerd." in page
    fields = fields_of(page)
    assert {name: fields[name] for name in change} == change
    assert fields["seen_number"] == "2"


@pytest.mark.parametrize("part", ["order", "tasks-0-kind", "tasks-0-confirmation", "tasks-0-instructions"])
def test_change_when_late_is_a_conflict_whatever_it_is(teacher: Launched, part: str) -> None:
    before = fields_of(page_of(teacher))
    theirs = {"badge_name": "Van een collega", "goal_points": "20"}
    press(teacher, page_of(teacher), PUBLISH, **theirs)
    assert teacher.post("setup", before | theirs).status_code == 303  # the same idea is no conflict
    other = {"order": "free", "tasks-0-kind": "bonus", "tasks-0-confirmation": "reviewer"}.get(part, "Van mij")

    response = teacher.post("setup", before | theirs | {part: other})
    page = response.get_data(as_text=True)

    assert response.status_code == 409
    assert fields_of(page)[part] == other
    shown = words_in(page[page.index('id="theirs-title"') : page.index("<form")])
    for words in ("Vaste volgorde", "Een begeleider kijkt het werk na", "Extra", "2. Lees.", "Van een collega"):
        assert words in shown
    assert teacher.post("setup", fields_of(page)).status_code == 303


@pytest.mark.parametrize("value", ["", "x", "<b>", "x" * 10_000, "Bonus"])
def test_choice_when_forged_is_the_first_of_ours(strict: Site, value: str) -> None:
    forged = {"tasks-0-kind": value, "tasks-0-confirmation": value, "order": value}

    assert strict.launch_as(TEACHER).post("setup", setup_form([("Lezen", 5)], 5) | forged).status_code == 303

    rules = newest_rules(strict)
    assert (rules.tasks[0].is_bonus, rules.tasks[0].confirmation, rules.order) == (
        False,
        Confirmation.LEARNER,
        TaskOrder.FREE,
    )


@pytest.mark.parametrize(
    "text",
    ['<script>alert(1)</script> & "', "مرحبا\n\u202eשלום", "x" * 10_000, "😀" * 5_000, "\n\n  a\n", "</textarea><b>"],
)
def test_explanation_when_hostile_or_long_survives(strict: Site, text: str) -> None:
    teacher = strict.launch_as(TEACHER)

    response = teacher.post("setup", setup_form([("Lezen", 5)], 5) | {"tasks-0-instructions": text})
    page = page_of(teacher)

    assert response.status_code == 303
    assert fields_of(page)["tasks-0-instructions"] == text.strip()
    assert "<script>alert" not in page
    assert "</textarea><b>" not in page


@pytest.mark.parametrize("name", ["tasks-0-title", "tasks-0-instructions", "badge_name", "badge_criteria"])
@pytest.mark.parametrize("text", ["مرحبا بكم في الدورة", "<img src=x onerror=alert(1)>", "שלום \u2067x\u2069"])
def test_text_when_it_runs_from_right_to_left_or_is_html_stays_in_every_field(
    strict: Site, name: str, text: str
) -> None:
    teacher = strict.launch_as(TEACHER)

    assert teacher.post("setup", setup_form([("Lezen", 5)], 5) | {name: text}).status_code == 303
    page = page_of(teacher)

    assert fields_of(page)[name] == text
    assert "<img src=x" not in page
    assert re.search(rf'name="{name}"[^>]* dir="auto"', page)


def test_explanation_when_too_long_is_open_at_its_problem(strict: Site) -> None:
    long = {"tasks-0-instructions": "x" * 10_001}
    response = strict.launch_as(TEACHER).post("setup", setup_form([("Lezen", 5)], 5) | long)
    page = response.get_data(as_text=True)

    assert response.status_code == 400
    assert '<a href="#tasks-0-instructions">Opdracht 1: Maak de uitleg van deze opdracht korter' in page
    assert '<details class="line-more" open>' in page
    assert fields_of(page)["tasks-0-instructions"] == long["tasks-0-instructions"]


def test_set_up_when_larger_than_other_forms_is_kept(strict: Site) -> None:
    form = setup_form([(f"Les {number}", 1) for number in range(100)], 5)
    form |= {f"tasks-{number}-instructions": "ب" * 10_000 for number in range(100)}
    teacher = strict.launch_as(TEACHER)

    assert teacher.post("setup", form).status_code == 303

    assert fields_of(page_of(teacher))["tasks-99-instructions"] == "ب" * 10_000


def test_goal_when_above_the_total_is_said_before_anything_is_published(strict: Site, teacher: Launched) -> None:
    for button, words in (
        ({"remove": "1"}, "De verplichte opdrachten zijn samen 10 punten waard."),
        ({"count": "1"}, "De verplichte opdrachten zijn samen 20 punten waard."),
    ):
        changes = {"tasks-0-kind": "bonus"} if "count" in button else {}
        response = teacher.post("setup", fields_of(page_of(teacher)) | changes | button)
        page = response.get_data(as_text=True)
        assert response.status_code == 200
        assert f'<a href="#goal_points">{words}' in page

    with strict.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(RuleSetVersion)).scalar_one() == 1


def test_goal_when_only_extras_could_reach_it_is_refused(teacher: Launched) -> None:
    response = teacher.post("setup", fields_of(page_of(teacher)) | {"goal_points": "31"})

    assert response.status_code == 400
    assert "De verplichte opdrachten zijn samen 30 punten waard." in response.get_data(as_text=True)


class TestFixedTask:
    @pytest.mark.parametrize("change", [{"tasks-0-kind": "bonus"}, {"tasks-0-confirmation": "reviewer"}])
    def test_kind_when_somebody_did_something_stands(
        self, strict: Site, teacher: Launched, change: dict[str, str]
    ) -> None:
        finish_first(strict)
        page = page_of(teacher)

        assert "Al in gebruik: de punten en de soort staan vast." in page
        assert 'type="radio" id="tasks-0-kind' not in page
        assert 'type="radio" id="tasks-1-kind' in page
        response = teacher.post("setup", fields_of(page) | change | {"goal_points": "20"})
        refused = response.get_data(as_text=True)

        assert response.status_code == 400
        name = next(iter(change))
        assert "De oude staan er weer." in refused
        assert f'<a href="#{name}">Opdracht 1:' in refused
        assert f'id="{name}"' in refused
        assert fields_of(refused)[name] != change[name]
        assert teacher.post("setup", fields_of(refused)).status_code == 303

    def test_words_when_somebody_did_something_can_change(self, strict: Site, teacher: Launched) -> None:
        finish_first(strict)

        page = press(
            teacher,
            page_of(teacher),
            PUBLISH,
            **{"tasks-0-title": "Lees alle regels", "tasks-0-instructions": "Lees ze twee keer."},
        )

        assert "Gepubliceerd." in page
        with strict.tool.db.reading() as tx:
            assert tx.get_one(Task, newest_rules(strict).tasks[0].task_id).title == "Lees alle regels"

    def test_removal_when_somebody_did_something_says_first_what_happens(self, strict: Site, teacher: Launched) -> None:
        finish_first(strict)

        page = press(teacher, page_of(teacher), {"remove": "0"}, goal_points="20")
        text = words_in(page)

        assert "Je hebt een opdracht weggehaald waar iemand al iets mee heeft gedaan. Als je publiceert:" in text
        assert "\u2068Lees de regels\u2069 wordt gesloten. Niemand kan die opdracht nog doen." in text
        assert "Punten die iemand ervoor heeft, blijven." in text
        assert "Gepubliceerd." in press(teacher, page, PUBLISH)
        assert newest_rules(strict).tasks[-1].closed

    def test_removal_when_nobody_did_anything_says_nothing(self, strict: Site, teacher: Launched) -> None:
        finish_first(strict)

        assert "weggehaald" not in press(teacher, page_of(teacher), {"remove": "1"})


class TestWithoutBadge:
    @pytest.mark.parametrize("empty", ["", "  ", "\u200b"])
    def test_badge_when_both_texts_are_empty_is_none(self, strict: Site, empty: str) -> None:
        teacher = strict.launch_as(TEACHER)

        response = teacher.post("setup", setup_form(TASKS, 30, name=empty, criteria=empty))
        page = teacher.get("setup?saved=1").get_data(as_text=True)

        assert response.status_code == 303
        assert newest_rules(strict).achievement is None
        assert "Wie 30 van de 35 punten haalt, heeft het doel gehaald. Deze cursus heeft geen badge." in words_in(page)
        assert "Je mag dit leeg laten. Dan is er geen badge" in page
        with strict.tool.db.reading() as tx:
            assert tx.execute(select(func.count()).select_from(Achievement)).scalar_one() == 0

    def test_badge_when_taken_away_and_put_back_is_the_same_one(self, strict: Site, teacher: Launched) -> None:
        before = newest_rules(strict).achievement
        page = press(teacher, page_of(teacher), PUBLISH, badge_name="", badge_criteria="")
        assert newest_rules(strict).achievement is None

        press(teacher, page, PUBLISH, badge_name="Veilig werken", badge_criteria="Je deed mee.")

        assert newest_rules(strict).achievement == before

    def test_conflict_when_theirs_has_no_badge_says_so(self, teacher: Launched) -> None:
        before = fields_of(page_of(teacher))
        press(teacher, page_of(teacher), PUBLISH, badge_name="", badge_criteria="")

        response = teacher.post("setup", before | {"goal_points": "20"})

        assert response.status_code == 409
        assert "Geen badge" in words_in(response.get_data(as_text=True))


class TestUpdating:
    def test_page_when_the_background_is_at_work_says_how_far(self, strict: Site, teacher: Launched) -> None:
        empty_outbox(strict)
        for sub in ("one", "two"):
            finish_first(strict, sub)
        page = press(teacher, page_of(teacher), PUBLISH, goal_points="20")

        assert "0 van 2 deelnemers zijn bijgewerkt." in words_in(page)
        assert re.search(r'<a href="/s/[^"]+/setup#updating">Kijk opnieuw</a>', page)
        empty_outbox(strict)
        assert "bijgewerkt" not in words_in(page_of(teacher))

    def test_page_when_only_words_changed_waits_for_nobody(self, strict: Site, teacher: Launched) -> None:
        finish_first(strict)
        empty_outbox(strict)

        page = press(teacher, page_of(teacher), PUBLISH, **{"tasks-0-title": "Lees alle regels"})

        assert "Gepubliceerd." in page
        assert "bijgewerkt" not in words_in(page)


def test_task_when_its_link_in_the_platform_sets_it_says_so(strict: Site) -> None:
    custom = {"https://purl.imsglobal.org/spec/lti/claim/custom": {"mijlpaal_points": "20"}}
    teacher = strict.launch(roles=ROLES[TEACHER], **custom)
    page = press(teacher, page_of(teacher), {"add": "1"})
    page = press(teacher, page, PUBLISH, **{"tasks-1-title": "Van mij", "tasks-1-points": "5"})

    lines = page.split('<li class="line')[1:]
    assert ["Ingesteld in je leeromgeving." in line for line in lines] == [True, False]


def test_language_when_chosen_keeps_what_was_typed(teacher: Launched) -> None:
    typed = {"tasks-0-title": "Half getypt <b>", "tasks-0-points": "tien", "badge_criteria": "Een\ntwee"}

    page = press(teacher, page_of(teacher), {"locale": "en"}, **typed)

    assert '<html lang="en"' in page
    assert {name: fields_of(page)[name] for name in typed} == typed
    assert "What you see is not published yet." in page


def test_language_when_chosen_with_nothing_typed_says_nothing_of_changes(teacher: Launched) -> None:
    assert "not published yet" not in press(teacher, page_of(teacher), {"locale": "en"})


def test_language_when_not_ours_is_refused(teacher: Launched) -> None:
    assert teacher.post("setup", fields_of(page_of(teacher)) | {"locale": "xx"}).status_code == 400


def test_enter_key_when_pressed_publishes_and_does_not_change_the_language(teacher: Launched) -> None:
    page = page_of(teacher)

    of_form = re.findall(r'<button[^>]*form="setup-form"[^>]*>', page[: page.index("<form method")])

    assert 'name="publish"' in of_form[0]
    assert 'name="locale"' in of_form[1]
