"""Deep linking opened again for a link of ours: what it stands for is recognised and changed, by the usual rules."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from gamification.engine.rule_set import Confirmation
from gamification.publish import TaskDraft
from gamification.rules import current_rules
from lti_tool.course.set_up import course_setup, publish_course
from lti_tool.link_settings import lms_view
from lti_tool.lti.deep_linking import CONTENT_ITEMS
from lti_tool.messages import MessageType
from lti_tool.roster.item_models import ContentItem, Gate, ItemKind
from tests.factories.launch import LEARNER
from tests.factories.promises import promised, take_promises
from tests.functional.classroom import TEACHER, Classroom, open_classroom, words_in
from tests.functional.conftest import Launched, Site
from tests.functional.test_choosing import answer_in, choosing

LINK = {"id": "link-1", "title": "Lees de regels"}


def open_again(room: Classroom, title: str, **settings: Any) -> Launched:
    return choosing(room.site, settings={"title": title, **settings}, sub=TEACHER.value)


def first_item(site: Site, page: str) -> dict[str, Any]:
    items: list[dict[str, Any]] = answer_in(site, page)[CONTENT_ITEMS]
    assert len(items) == 1, items
    return items[0]


def placed(room: Classroom, *picks: str) -> list[dict[str, Any]]:
    teacher = choosing(room.site, sub=TEACHER.value)
    page = teacher.post("choose", {"pick": list(picks), "columns": "yes"}).get_data(as_text=True)
    items: list[dict[str, Any]] = answer_in(room.site, page)[CONTENT_ITEMS]
    return items


def seen(page: str) -> dict[str, Any]:
    """Return what the browser would send back of an unchanged page."""
    number = re.search(r'name="seen_number" value="(\d+)"', page)
    assert number, page
    return {"seen_number": number[1]}


def typed(room: Classroom, page: str, task_id: object, **changes: str) -> dict[str, Any]:
    line = {"title": "Lees de regels", "points": "10", "kind": "required", "confirmation": "learner"} | changes
    return {**seen(page), "pick": str(task_id), **{f"tasks-0-{name}": value for name, value in line.items()}}


def rule_of(room: Classroom, task_id: Any) -> Any:
    with room.site.tool.db.reading() as tx:
        current = current_rules(tx, room.context_id)
    assert current is not None
    return current.rules.rule_for(task_id)


def test_task_when_its_link_is_edited_is_published_and_the_same_item_goes_back(site: Site) -> None:
    room = open_classroom(site)
    [before] = placed(room, str(room.read))
    teacher = open_again(room, "Lees de regels")
    page = teacher.get("choose").get_data(as_text=True)
    assert 'value="Lees de regels"' in page

    form = typed(room, page, room.read, points="25", kind="bonus", confirmation="reviewer", title="Lees alles")
    item = first_item(site, teacher.post("choose", {**form, "columns": "yes"}).get_data(as_text=True))

    assert item["custom"] == {
        "mijlpaal_item": before["custom"]["mijlpaal_item"],
        "mijlpaal_points": "25",
        "mijlpaal_required": "no",
        "mijlpaal_confirm": "reviewer",
    }
    assert (item["title"], item["lineItem"]["scoreMaximum"]) == ("Lees alles", 25)
    rule = rule_of(room, room.read)
    assert (rule.points, rule.is_bonus, rule.confirmation) == (25, True, Confirmation.REVIEWER)


def test_teacher_when_a_link_was_edited_is_not_asked_about_the_values_of_their_own(site: Site) -> None:
    room = open_classroom(site)
    [before] = placed(room, str(room.read))
    site.launch(custom=before["custom"], resource_link=LINK, roles=[LEARNER], sub="early")
    teacher = open_again(room, "Lees de regels")
    page = teacher.get("choose").get_data(as_text=True)
    sent = teacher.post("choose", typed(room, page, room.read, points="25"))
    item = first_item(site, sent.get_data(as_text=True))
    site.launch(custom=item["custom"], resource_link=LINK, roles=[LEARNER], sub="early")

    publish_points(room, 40)

    with site.tool.db.reading() as tx:
        assert lms_view(tx, room.context_id).questions == ()


def publish_points(room: Classroom, points: int) -> None:
    """Let the teacher change the points of the first task on the set-up page."""
    with room.site.tool.db.transaction() as tx:
        setup = course_setup(tx, room.context_id)
        drafts = [
            TaskDraft(
                task.task_id,
                task.title,
                points if task.task_id == room.read else task.points,
                task.instructions,
                task.is_bonus,
                task.confirmation,
            )
            for task in setup.tasks
        ]
        publish_course(
            tx,
            room.site.tool,
            context_id=room.context_id,
            person_id=room.person_of(TEACHER.value),
            role=TEACHER,
            tasks=drafts,
            goal_points=setup.goal_points,
            badge_name=setup.badge_name,
            badge_criteria=setup.badge_criteria,
            seen_number=setup.version_number,
            now=room.now,
        )


def test_fixed_parts_of_a_task_that_somebody_did_are_shown_and_stay(sqlite_site: Site) -> None:
    room = open_classroom(sqlite_site)
    placed(room, str(room.read))
    room.finish(room.learner("Zoë"), room.read)
    teacher = open_again(room, "Lees de regels")

    page = teacher.get("choose").get_data(as_text=True)
    form = typed(room, page, room.read, points="99", kind="bonus", confirmation="reviewer", title="Lees ze goed")
    item = first_item(sqlite_site, teacher.post("choose", form).get_data(as_text=True))

    assert re.search(r'name="tasks-0-points" value="10" readonly', page)
    assert 'type="radio" id="tasks-0-kind-bonus"' not in page
    assert "de punten en de soort staan vast" in page
    assert (item["title"], item["custom"]["mijlpaal_points"]) == ("Lees ze goed", "10")
    assert rule_of(room, room.read).confirmation is Confirmation.LEARNER


def test_link_when_a_colleague_published_meanwhile_is_kept_only_after_another_look(site: Site) -> None:
    room = open_classroom(site)
    placed(room, str(room.read))
    teacher = open_again(room, "Lees de regels")
    page = teacher.get("choose").get_data(as_text=True)
    publish_points(room, 40)

    refused = teacher.post("choose", typed(room, page, room.read, points="25"))
    shown = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "intussen veranderd" in shown
    assert 'value="25"' in shown
    assert "40 punten" in words_in(shown)
    assert rule_of(room, room.read).points == 40

    again = teacher.post("choose", typed(room, shown, room.read, points="25"))
    assert again.status_code == 200
    assert rule_of(room, room.read).points == 25


def test_link_when_two_bear_its_name_is_recognised_by_its_description(site: Site) -> None:
    room = open_classroom(site)
    first, second = placed(room, str(room.read), str(room.report))
    for number, item in enumerate((first, second)):
        link = {"id": f"link-{number}", "title": "Opdracht"}
        site.launch(custom=item["custom"], resource_link=link, roles=[LEARNER], sub="zoe")

    plain = open_again(room, "Opdracht").get("choose").get_data(as_text=True)
    described = open_again(room, "Opdracht", text="<p>Schrijf  vijf&nbsp;zinnen.</p>")
    renamed = open_again(room, "Nieuwe naam", text="Schrijf vijf zinnen.").get("choose").get_data(as_text=True)

    assert "Deze link veranderen" not in plain
    page = described.get("choose").get_data(as_text=True)
    assert "Deze link veranderen" in page
    assert 'value="Maak een verslag"' in page
    assert 'value="Maak een verslag"' in renamed


def test_texts_in_the_lms_when_a_link_is_edited_stay_where_the_teacher_wrote_them(sqlite_site: Site) -> None:
    room = open_classroom(sqlite_site)
    [before] = placed(room, str(room.report))
    assert before["text"] == "Schrijf vijf zinnen."
    site = sqlite_site
    site.launch(custom=before["custom"], resource_link={"id": "l", "title": "Verslag van Mila"}, sub="zoe")
    line = {"title": "Maak een verslag", "points": "20", "confirmation": "reviewer", "instructions": "Schrijf er tien."}

    kept = open_again(room, "Verslag van Mila", text="Lever in voor vrijdag.")
    page = kept.get("choose").get_data(as_text=True)
    item = first_item(site, kept.post("choose", typed(room, page, room.report, **line)).get_data(as_text=True))
    assert (item["title"], item["text"]) == ("Verslag van Mila", "Lever in voor vrijdag.")

    ours = open_again(room, "Verslag van Mila", text="Schrijf er tien.")
    page = ours.get("choose").get_data(as_text=True)
    line |= {"title": "Groot verslag", "instructions": "Schrijf er twintig."}
    item = first_item(site, ours.post("choose", typed(room, page, room.report, **line)).get_data(as_text=True))
    assert (item["title"], item["text"]) == ("Groot verslag", "Schrijf er twintig.")


def test_link_of_a_task_when_the_platform_finishes_it_from_now_on_becomes_a_gate_alone(site: Site) -> None:
    room = open_classroom(site)
    [before] = placed(room, str(room.read))
    teacher = open_again(room, "Lees de regels")
    page = teacher.get("choose").get_data(as_text=True)
    item = first_item(
        site,
        teacher.post("choose", typed(room, page, room.read, confirmation="platform-grade")).get_data(as_text=True),
    )

    assert item["custom"]["mijlpaal_item"] == before["custom"]["mijlpaal_item"]
    with site.tool.db.reading() as tx:
        [kind] = tx.execute(select(ContentItem.kind)).scalars()
        [condition] = tx.execute(select(Gate.condition)).scalars()
    assert (kind, condition) == (ItemKind.GATE, "grade")

    back = open_again(room, "Lees de regels")
    page = back.get("choose").get_data(as_text=True)
    assert back.post("choose", typed(room, page, room.read)).status_code == 200
    with site.tool.db.reading() as tx:
        assert tx.execute(select(Gate)).all() == []


def test_link_when_it_is_to_lead_to_another_task_leads_there(site: Site) -> None:
    room = open_classroom(site)
    [before] = placed(room, str(room.read))
    site.launch(custom=before["custom"], resource_link=LINK, roles=[LEARNER], sub="zoe").post("welcome")
    teacher = open_again(room, "Lees de regels")
    page = teacher.get("choose").get_data(as_text=True)

    # What stands on the line of the task that is left does not matter any more.
    form = typed(room, page, room.tidy, points="veel")
    item = first_item(site, teacher.post("choose", form).get_data(as_text=True))

    assert item["custom"]["mijlpaal_item"] != before["custom"]["mijlpaal_item"]
    opened = site.launch(custom=item["custom"], resource_link=LINK, roles=[LEARNER], sub="zoe")
    assert opened.response.location.endswith(f"/tasks/{room.tidy}")
    assert rule_of(room, room.read).points == 10


def test_link_of_a_task_when_it_is_to_show_the_page_of_the_learner_leads_there(sqlite_site: Site) -> None:
    room = open_classroom(sqlite_site)
    [before] = placed(room, str(room.read))
    opened_by_learner = {"resource_link": LINK, "roles": [LEARNER], "sub": "zoe"}
    sqlite_site.launch(custom=before["custom"], **opened_by_learner).post("welcome")
    there = sqlite_site.launch(custom=before["custom"], **opened_by_learner)
    assert there.response.location.endswith(f"/tasks/{room.read}")
    with sqlite_site.tool.db.reading() as tx:
        current = current_rules(tx, room.context_id)
        assert current is not None
        tasks_before = len(current.rules.tasks)
    teacher = open_again(room, "Lees de regels")
    form = {**seen(teacher.get("choose").get_data(as_text=True)), "pick": "course"}
    after = first_item(sqlite_site, teacher.post("choose", form).get_data(as_text=True))

    with sqlite_site.tool.db.transaction() as tx:
        take_promises(tx)

    # Twice, and with the points that some platforms leave at an edited link: it stands for the page all the same.
    for _ in range(2):
        there = sqlite_site.launch(custom=before["custom"] | after["custom"], **opened_by_learner)
        assert there.response.location.endswith("/today")

    with sqlite_site.tool.db.reading() as tx:
        current = current_rules(tx, room.context_id)
        assert current is not None
        assert len(current.rules.tasks) == tasks_before
        # What its column showed was about the task: everybody's score is looked at again.
        assert MessageType.EVALUATE_COURSE in [type for type, _ids in promised(tx)]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"points": "veel"}, "tasks-0-points", "Vul een heel getal in"),
        ({"points": "0"}, "tasks-0-points", "minstens 1 punt"),
        ({"title": " "}, "tasks-0-title", "Geef deze opdracht een naam"),
        ({"instructions": "a" * 10_001}, "tasks-0-instructions", "uitleg van deze opdracht korter"),
        ({"kind": "bonus"}, "tasks-0-points", "Het doel van deze cursus is 50 punten"),
    ],
)
def test_line_when_something_is_wrong_says_so_at_the_field_and_keeps_what_was_typed(
    sqlite_site: Site, changes: dict[str, str], field: str, sentence: str
) -> None:
    room = open_classroom(sqlite_site, goal_points=50)
    if "kind" in changes:  # then the others are worth less than the goal
        room = lower(room)
    placed(room, str(room.read))
    teacher = open_again(room, "Lees de regels")
    page = teacher.get("choose").get_data(as_text=True)

    answer = teacher.post("choose", typed(room, page, room.read, **changes))
    shown = answer.get_data(as_text=True)

    assert answer.status_code == 400
    assert f'href="#{field}"' in shown
    assert sentence in shown
    assert f'id="{field}-error"' in shown
    for name, value in changes.items():
        assert value.strip() in shown, name
    assert rule_of(room, room.read).points == 10


def lower(room: Classroom) -> Classroom:
    """Let the tasks that stay be worth less than the goal."""
    with room.site.tool.db.transaction() as tx:
        setup = course_setup(tx, room.context_id)
        publish_course(
            tx,
            room.site.tool,
            context_id=room.context_id,
            person_id=room.person_of(TEACHER.value),
            role=TEACHER,
            tasks=[TaskDraft(task.task_id, task.title, task.points) for task in setup.tasks[:1]]
            + [TaskDraft(task.task_id, task.title, 40) for task in setup.tasks[2:3]],
            goal_points=50,
            badge_name=setup.badge_name,
            badge_criteria=setup.badge_criteria,
            seen_number=setup.version_number,
            now=room.now,
        )
    return room
