"""The first set-up of a course: three steps that are one form, in which nothing typed is ever lost."""

from __future__ import annotations

import re

import pytest

from lti_tool.lti.roles import PrincipalRole
from lti_tool.presets import find_preset
from lti_tool.roster.gradebook import chosen_columns
from lti_tool.roster.gradebook_models import Columns, GradebookChoice
from tests.functional.conftest import Launched, Site
from tests.functional.setup_pages import fields_of, press

TEACHER = PrincipalRole("instructor")
ODD = "<b>\"&'</b> مرحبا\n%(num)s {{ 7*7 }}"
GO_ON, GO_BACK = {"go": "2"}, {"go": "1"}
TO_GOAL, TO_TASKS = {"go": "3"}, {"go": "2"}
PUBLISH = {"publish": "1"}


@pytest.fixture
def teacher(strict: Site) -> Launched:
    return strict.launch_as(TEACHER)


def first_page(teacher: Launched) -> str:
    return teacher.get("setup").get_data(as_text=True)


def shown(page: str) -> set[str]:
    """Return the fields that a person can see and change."""
    tags = re.findall(r"<(?:input|textarea)\b[^>]*>", page)
    return {name.group(1) for tag in tags if 'type="hidden"' not in tag and (name := re.search(r'name="([^"]+)"', tag))}


def step(page: str) -> str:
    found = re.search(r'<li aria-current="step"><span class="step-number">(\d)', page)
    return found.group(1) if found else ""


def test_start_when_a_set_is_chosen_publishes_it_as_it_is(strict: Site, teacher: Launched) -> None:
    preset = find_preset("working_safely")
    assert preset is not None

    page = press(teacher, first_page(teacher), GO_ON, preset="working_safely")
    assert step(page) == "2"
    assert "goal_points" not in shown(page)
    page = press(teacher, page, TO_GOAL)
    assert {name for name in shown(page) if not name.startswith("badge_")} == {"goal_points", "columns"}
    assert {"badge_name", "badge_criteria", "badge_type", "badge_symbol", "badge_alt"} <= shown(page)
    page = press(teacher, page, PUBLISH)

    assert "Gepubliceerd." in page
    fields = fields_of(page)
    words = preset.in_language("nl")
    for index, task in enumerate(words.tasks):
        assert fields[f"tasks-{index}-title"] == task.title
        assert fields[f"tasks-{index}-points"] == str(task.points)
        assert fields[f"tasks-{index}-instructions"] == task.instructions
        assert fields[f"tasks-{index}-kind"] == ("bonus" if task.is_bonus else "required")
        assert fields[f"tasks-{index}-confirmation"] == task.confirmation
    assert fields["goal_points"] == str(preset.goal_points)
    assert (fields["badge_name"], fields["badge_criteria"]) == (words.badge_name, words.badge_criteria)


def test_start_when_first_shown_offers_every_set_with_its_tasks_and_points(teacher: Launched) -> None:
    page = first_page(teacher)

    assert step(page) == "1"
    assert shown(page) == {"preset"}
    for title, purpose, count in (
        ("Een goede start", "Deelnemers leren elkaar, de plek en de afspraken kennen.", "4 opdrachten. 50 punten."),
        ("Veilig werken", "Deelnemers kennen de regels", "6 opdrachten. 70 punten. En 10 extra punten."),
        ("Digitaal op weg", "Deelnemers mailen, loggen in en vullen een formulier in.", "6 opdrachten. 70 punten."),
    ):
        assert f">{title}</label>" in page
        assert purpose in page
        assert count in page
    assert "Begin met lege regels" in page


@pytest.mark.parametrize("choice", ["", "none", "../going_digital", "x" * 10_000, "<b>"])
def test_start_when_nothing_of_ours_is_chosen_asks_to_choose(teacher: Launched, choice: str) -> None:
    response = teacher.post("setup", fields_of(first_page(teacher)) | GO_ON | {"preset": choice})
    page = response.get_data(as_text=True)

    assert response.status_code == 400
    assert step(page) == "1"
    assert '<a href="#preset">Kies een set, of begin met lege regels.</a>' in page


def test_start_when_going_back_and_forth_keeps_everything(teacher: Launched) -> None:
    page = press(teacher, first_page(teacher), GO_ON, preset="a_good_start")
    typed = {
        "tasks-0-title": "<b>\"&'</b> مرحبا",
        "tasks-0-instructions": ODD,
        "tasks-1-points": "15",
        "tasks-2-kind": "bonus",
        "tasks-2-confirmation": "reviewer",
        "order": "fixed",
    }
    page = press(teacher, page, TO_GOAL, **typed)
    later = {"goal_points": "41", "badge_name": ODD.replace("\n", " "), "badge_criteria": ODD, "columns": "per-task"}
    page = press(teacher, page, TO_TASKS, **later)
    assert step(page) == "2"
    page = press(teacher, page, GO_BACK)
    assert step(page) == "1"
    assert 'value="a_good_start" checked' in page
    page = press(teacher, press(teacher, page, GO_ON), TO_GOAL)

    fields = fields_of(page)
    assert {name: fields[name] for name in typed | later} == typed | later
    assert step(page) == "3"
    published = fields_of(press(teacher, page, PUBLISH))
    del later["columns"]
    assert {name: published[name] for name in typed | later} == typed | later


def test_start_when_another_set_is_chosen_replaces_only_what_nobody_typed(teacher: Launched) -> None:
    page = press(teacher, first_page(teacher), GO_ON, preset="a_good_start")
    page = press(teacher, page, GO_BACK, **{"tasks-1-title": "Loop twee rondjes"})
    page = press(teacher, page, GO_ON, preset="going_digital")

    titles = [value for name, value in fields_of(page).items() if name.endswith("-title")]
    assert titles[:2] == ["Loop twee rondjes", "Log in en log weer uit"]
    assert len(titles) == 7
    fields = fields_of(page)
    assert (fields["badge_name"], fields["goal_points"]) == ("Digitaal op weg", "70")

    page = press(teacher, press(teacher, page, TO_GOAL), TO_TASKS, badge_name="Van mij", goal_points="20")
    page = press(teacher, press(teacher, page, GO_BACK), GO_ON, preset="empty")
    fields = fields_of(page)
    assert [value for name, value in fields.items() if name.endswith("-title")] == ["Loop twee rondjes"]
    assert (fields["badge_name"], fields["badge_criteria"], fields["goal_points"]) == ("Van mij", "", "20")


def test_start_when_the_set_was_chosen_in_the_other_language_still_knows_its_own_words(teacher: Launched) -> None:
    page = press(teacher, first_page(teacher), GO_ON, preset="a_good_start")
    page = press(teacher, page, {"locale": "en"})
    page = press(teacher, press(teacher, page, GO_BACK), GO_ON, preset="working_safely")

    titles = [value for name, value in fields_of(page).items() if name.endswith("-title")]
    assert titles[0] == "Read the safety rules"
    assert len(titles) == 6


def badge_of(page: str) -> tuple[str, ...]:
    names = ("badge_type", "badge_shape", "badge_colour", "badge_symbol", "badge_alt", "badge_description")
    return tuple(fields_of(page)[name] for name in names)


def test_badge_when_a_set_is_chosen_is_that_of_the_set_with_words_for_its_picture(teacher: Launched) -> None:
    plain = ("participation", "circle", "moss", "check", "Groene cirkel met een vinkje", "")
    start = (
        "onboarding",
        "circle",
        "sun",
        "flag",
        "Gele cirkel met een vlag",
        "Laat zien dat je de plek en de afspraken kent.",
    )
    page = press(teacher, first_page(teacher), GO_ON, preset="empty")
    assert badge_of(page) == plain
    page = press(teacher, press(teacher, page, GO_BACK), GO_ON, preset="a_good_start")
    assert badge_of(page) == start
    page = press(teacher, press(teacher, page, GO_BACK), GO_ON, preset="empty")
    assert badge_of(page) == plain


def test_badge_when_changed_by_the_teacher_stays_with_another_set(teacher: Launched) -> None:
    page = press(teacher, press(teacher, first_page(teacher), GO_ON, preset="a_good_start"), TO_GOAL)
    page = press(teacher, page, TO_TASKS, badge_symbol="heart", badge_type="fun", badge_description="Van mij")
    page = press(teacher, press(teacher, page, GO_BACK), GO_ON, preset="working_safely")

    assert badge_of(page) == ("fun", "circle", "sun", "heart", "Gele cirkel met een hart", "Van mij")
    page = press(teacher, page, {"locale": "en"})
    assert badge_of(page) == ("fun", "circle", "sun", "heart", "Yellow circle with a heart", "Van mij")


def test_skill_badge_of_a_set_when_its_reviews_are_taken_out_is_refused_at_the_goal(teacher: Launched) -> None:
    page = press(teacher, first_page(teacher), GO_ON, preset="going_digital")
    ticked = {"tasks-2-confirmation": "learner", "tasks-5-confirmation": "learner"}

    page = press(teacher, press(teacher, page, TO_GOAL, **ticked), PUBLISH)

    assert step(page) == "3"
    assert '<a href="#badge_type">Een badge voor een vaardigheid heeft minstens één' in page
    page = press(teacher, page, {"choose_type": "participation"})
    assert step(page) == "3"
    assert "Gepubliceerd." in press(teacher, page, PUBLISH)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"tasks-0-points": "0"}, "Geef deze opdracht minstens 1 punt."),
        ({"tasks-0-points": "-5"}, "Geef deze opdracht minstens 1 punt."),
        ({"tasks-0-points": "9" * 50}, "Geef deze opdracht hoogstens 10000 punten."),
        ({"tasks-0-title": "x" * 10_000}, "Maak de naam korter"),
        ({"tasks-0-instructions": "ب" * 10_001}, "Maak de uitleg van deze opdracht korter: hoogstens 10000 tekens."),
        ({f"tasks-{index}-kind": "bonus" for index in range(4)}, "Maak minstens één opdracht verplicht."),
    ],
)
def test_start_when_a_task_is_not_ready_stays_at_the_tasks(
    teacher: Launched, changes: dict[str, str], sentence: str
) -> None:
    page = press(teacher, first_page(teacher), GO_ON, preset="a_good_start")

    response = teacher.post("setup", fields_of(page) | changes | TO_GOAL)
    page = response.get_data(as_text=True)

    assert response.status_code == 400
    assert step(page) == "2"
    assert sentence in page
    fields = fields_of(page)
    assert {name: fields[name] for name in changes} == changes


def test_start_when_lines_are_changed_stays_at_the_tasks(teacher: Launched) -> None:
    page = press(teacher, first_page(teacher), GO_ON, preset="a_good_start")

    for button in ({"remove": "3"}, {"up": "1"}, {"add": "1"}, {"count": "1"}):
        page = press(teacher, page, button)
        assert step(page) == "2"
        assert "notice-problem" not in page, button

    assert "Verplicht samen: 30 punten." in page
    page = press(teacher, page, TO_GOAL)
    assert "De verplichte opdrachten zijn samen 30 punten waard." in page


@pytest.mark.parametrize("goal", ["71", "0", "-1", "", "<b>", "9" * 10_000])
def test_start_when_the_goal_is_not_usable_stays_at_the_goal(strict: Site, teacher: Launched, goal: str) -> None:
    page = press(teacher, first_page(teacher), GO_ON, preset="going_digital")
    page = press(teacher, page, TO_GOAL)

    response = teacher.post("setup", fields_of(page) | PUBLISH | {"goal_points": goal, "badge_name": "Van mij"})
    page = response.get_data(as_text=True)

    assert response.status_code == 400
    assert step(page) == "3"
    assert '<a href="#goal_points">' in page
    assert (fields_of(page)["goal_points"], fields_of(page)["badge_name"]) == (goal, "Van mij")
    with strict.tool.db.reading() as tx:
        assert tx.query(GradebookChoice).count() == 0


def test_start_when_published_with_a_task_that_is_wrong_goes_back_to_the_tasks(teacher: Launched) -> None:
    page = press(teacher, first_page(teacher), GO_ON, preset="going_digital")
    page = press(teacher, page, TO_GOAL)

    response = teacher.post("setup", fields_of(page) | PUBLISH | {"tasks-1-title": ""})

    assert response.status_code == 400
    assert step(response.get_data(as_text=True)) == "2"


@pytest.mark.parametrize("place", ["preset", "tasks-0-title", "badge_name"])
def test_language_when_chosen_in_any_step_keeps_what_was_typed(teacher: Launched, place: str) -> None:
    page = first_page(teacher)
    if place != "preset":
        page = press(teacher, page, GO_ON, preset="a_good_start")
    if place == "badge_name":
        page = press(teacher, page, TO_GOAL)
    before = step(page)
    typed = "working_safely" if place == "preset" else "Van mij <b>"

    assert 'form="setup-form" formaction="/s/' in page
    page = press(teacher, page, {"locale": "en"}, **{place: typed})

    assert '<html lang="en"' in page
    assert step(page) == before
    assert fields_of(page)[place] == typed
    assert '<html lang="en"' in first_page(teacher)


@pytest.mark.parametrize("columns", list(Columns))
def test_columns_when_chosen_are_kept_with_the_publication(strict: Site, teacher: Launched, columns: Columns) -> None:
    page = press(teacher, press(teacher, first_page(teacher), GO_ON, preset="a_good_start"), TO_GOAL)
    assert fields_of(page)["columns"] == "one"

    press(teacher, page, PUBLISH, columns=columns.value)

    with strict.tool.db.reading() as tx:
        assert chosen_columns(tx, tx.query(GradebookChoice).one().context_id) is columns


def test_columns_when_forged_are_not_kept(strict: Site, teacher: Launched) -> None:
    page = press(teacher, press(teacher, first_page(teacher), GO_ON, preset="a_good_start"), TO_GOAL)

    assert "Gepubliceerd." in press(teacher, page, PUBLISH, columns="all")

    with strict.tool.db.reading() as tx:
        assert tx.query(GradebookChoice).count() == 0


def test_start_when_a_colleague_publishes_meanwhile_keeps_what_was_typed(strict: Site, teacher: Launched) -> None:
    page = press(teacher, first_page(teacher), GO_ON, preset="a_good_start")
    colleague = strict.launch_as(TEACHER, sub="colleague")
    theirs = press(colleague, first_page(colleague), GO_ON, preset="working_safely")
    press(colleague, press(colleague, theirs, TO_GOAL), PUBLISH)

    response = teacher.post("setup", fields_of(page) | TO_GOAL | {"tasks-0-title": "Van mij"})
    page = response.get_data(as_text=True)

    assert response.status_code == 409
    assert "Een collega heeft intussen gepubliceerd" in page
    assert "Lees de veiligheidsregels</th>" in page
    assert fields_of(page)["tasks-0-title"] == "Van mij"
    assert step(page) == ""


@pytest.mark.parametrize("forged", [{"go": "9"}, {"go": "x" * 999}, {"go": "2", "step": "7"}, {"go": "", "step": "2"}])
def test_step_when_forged_is_one_of_ours(teacher: Launched, forged: dict[str, str]) -> None:
    response = teacher.post("setup", fields_of(first_page(teacher)) | {"preset": "empty"} | forged)

    assert response.status_code in {200, 400}
    assert step(response.get_data(as_text=True)) in {"1", "2", "3"}
