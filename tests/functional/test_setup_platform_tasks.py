"""The set-up of tasks that the platform finishes: choosing it, promising that points stay, and what cannot change."""

from __future__ import annotations

import uuid
from html import unescape

import pytest
from sqlalchemy import select

from gamification.engine.activity import Verb
from gamification.engine.rule_set import Confirmation
from gamification.models import ActivitySource
from lti_tool.lti.roles import PrincipalRole
from lti_tool.progress import record_activity
from lti_tool.roster.models import Context, Person
from lti_tool.sources.platform_says import task_passed
from tests.functional.conftest import Launched, Site, setup_form
from tests.functional.setup_pages import fields_of, press
from tests.functional.test_lms_settings import answer, launch, questions, set_up_page
from tests.functional.test_setup_page import newest_rules, page_of, words_in

TEACHER = PrincipalRole("instructor")
LEARNER = PrincipalRole("learner")
TASKS = [("Kijk de film", 10), ("Doe de toets", 20), ("Lees de regels", 5)]
IN_PLATFORM = {
    "tasks-0-confirmation": "platform",
    "tasks-0-stays": "yes",
    "tasks-1-confirmation": "platform-grade",
    "tasks-2-stays": "yes",
}
PUBLISH = {"publish": "1"}
FINISHED = "Iemand heeft al iets met deze opdracht gedaan. De punten en de soort kunnen niet meer veranderen."


@pytest.fixture
def teacher(strict: Site) -> Launched:
    launched = strict.launch_as(TEACHER)
    assert launched.post("setup", setup_form(TASKS, 30) | IN_PLATFORM).status_code == 303
    return launched


def rules_of(site: Site) -> list[tuple[Confirmation, bool]]:
    return [(rule.confirmation, rule.stays_when_undone) for rule in newest_rules(site).tasks]


def pass_task(site: Site, index: int) -> None:
    """Let the platform say that a learner did the task."""
    site.launch_as(LEARNER)
    with site.tool.db.transaction() as tx:
        told = task_passed(
            source=ActivitySource.GATE,
            told_by=uuid.uuid4(),
            number=1,
            context_id=tx.execute(select(Context.id)).scalar_one(),
            person_id=tx.execute(select(Person.id).where(Person.subject == LEARNER.value)).scalar_one(),
            task_id=newest_rules(site).tasks[index].task_id,
            occurred_at=site.clock.now(),
        )
        assert told.verb is Verb.PASSED
        record_activity(tx, told, now=site.clock.now())


def test_tasks_when_the_platform_finishes_them_are_kept_and_shown_again(strict: Site, teacher: Launched) -> None:
    assert rules_of(strict) == [
        (Confirmation.PLATFORM, True),
        (Confirmation.PLATFORM_GRADE, False),
        (Confirmation.LEARNER, False),  # ticked at a task that participants finish themselves, it means nothing
    ]

    fields = fields_of(page_of(teacher))

    assert [fields[f"tasks-{index}-confirmation"] for index in range(3)] == ["platform", "platform-grade", "learner"]
    assert [fields.get(f"tasks-{index}-stays") for index in range(3)] == ["yes", None, None]
    text = words_in(page_of(teacher))
    assert "Verplicht · De leeromgeving zegt dat het af is" in text
    assert "Verplicht · De leeromgeving zegt dat het cijfer hoog genoeg is" in text
    assert "Mijlpaal hoort dit via een link in de cursus, één voor elke opdracht." in text


def test_choice_when_lines_move_or_the_steps_go_on_travels_along(strict: Site) -> None:
    teacher = strict.launch_as(TEACHER)
    filled = setup_form(TASKS, 30) | IN_PLATFORM | {"step": "2"}
    page = teacher.post("setup", filled | {"down": "0"}).get_data(as_text=True)
    fields = fields_of(page)
    assert (fields["tasks-1-confirmation"], fields["tasks-1-stays"]) == ("platform", "yes")
    assert "tasks-0-stays" not in fields

    page = press(teacher, page, {"go": "3"})
    page = press(teacher, page, PUBLISH)

    assert [(rule.confirmation, rule.stays_when_undone) for rule in newest_rules(strict).tasks[:2]] == [
        (Confirmation.PLATFORM_GRADE, False),
        (Confirmation.PLATFORM, True),
    ]


def test_promise_when_somebody_did_something_can_still_be_made_but_not_be_broken(
    strict: Site, teacher: Launched
) -> None:
    for index in (0, 1):
        pass_task(strict, index)
    page = page_of(teacher)
    assert 'name="tasks-1-stays" value="yes"' in page
    assert 'type="checkbox" id="tasks-0-stays"' not in page

    broken = fields_of(page)
    del broken["tasks-0-stays"]
    refused = teacher.post("setup", broken | PUBLISH)
    assert refused.status_code == 400
    assert FINISHED in unescape(refused.get_data(as_text=True))
    assert 'href="#tasks-0-stays"' in refused.get_data(as_text=True)

    made = fields_of(page) | {"tasks-1-stays": "yes"}
    assert teacher.post("setup", made | PUBLISH).status_code == 303
    assert rules_of(strict)[:2] == [(Confirmation.PLATFORM, True), (Confirmation.PLATFORM_GRADE, True)]


def test_skill_when_the_platform_only_says_complete_asks_for_somebody_who_looks(
    strict: Site, teacher: Launched
) -> None:
    page = press(teacher, page_of(teacher), PUBLISH, badge_type="skill", goal_points="15")

    text = words_in(page)
    assert "zelf afvinken, haalt iemand 15 punten. Zet het doel op minstens 16" in text
    assert "Afgerond in de leeromgeving telt als zelf afgevinkt" in text
    press(teacher, page, PUBLISH, badge_type="skill", goal_points="16")
    assert newest_rules(strict).achievement is not None
    assert newest_rules(strict).goal_points == 16


def test_links_when_there_is_a_page_for_them_are_pointed_at_where_they_are_needed(
    strict: Site, teacher: Launched
) -> None:
    page = page_of(teacher)

    assert page.count("Voeg de links toe") == (3 if "gates.index" in strict.app.view_functions else 0)


def test_settings_in_the_platform_when_they_name_it_make_such_a_task_and_ask_about_another(site: Site) -> None:
    launch(site, TEACHER, {"mijlpaal_points": "15", "mijlpaal_confirm": "leerplatform"})
    assert rules_of(site) == [(Confirmation.PLATFORM, False)]

    teacher = launch(site, TEACHER, {"mijlpaal_points": "15", "mijlpaal_confirm": "cijfer"})

    page = set_up_page(teacher)
    assert (
        "In Moodle staat bij deze opdracht: de leeromgeving zegt dat het cijfer hoog genoeg is. "
        "Hier staat: de leeromgeving zegt dat het af is. Welke geldt?"
    ) in page
    answer(teacher, questions(page)[0], "take")
    assert rules_of(site) == [(Confirmation.PLATFORM_GRADE, False)]


def test_settings_in_the_platform_when_taken_over_keep_the_promise_that_points_stay(site: Site) -> None:
    launch(site, TEACHER, {"mijlpaal_points": "15", "mijlpaal_confirm": "platform"})
    teacher = launch(site, TEACHER, {"mijlpaal_points": "20", "mijlpaal_confirm": "platform"})
    fields = fields_of(page_of(teacher)) | {"tasks-0-stays": "yes"}
    assert teacher.post("setup", fields | PUBLISH).status_code == 303

    answer(teacher, questions(set_up_page(teacher))[0], "take")

    assert rules_of(site) == [(Confirmation.PLATFORM, True)]
    assert newest_rules(site).tasks[0].points == 20
