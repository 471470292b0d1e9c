"""My route: the list by state, the extras apart, and a goal that nothing optional makes look unreached."""

from __future__ import annotations

import re

from sqlalchemy import select

from gamification.engine.activity import Verb
from gamification.engine.rule_set import TaskOrder
from gamification.models import Task
from gamification.publish import TaskDraft
from lti_tool.course.set_up import course_setup, publish_course
from tests.functional.classroom import TEACHER, Classroom, open_classroom, words_in
from tests.functional.conftest import Site
from tests.functional.learner_steps import enter, item_of


def publish_again(room: Classroom, *, order: TaskOrder = TaskOrder.FREE, without: tuple[str, ...] = ()) -> None:
    """Publish what holds, in another order or without some of the tasks."""
    with room.site.tool.db.transaction() as tx:
        setup = course_setup(tx, room.context_id)
        publish_course(
            tx,
            room.site.tool,
            context_id=room.context_id,
            person_id=room.person_of(TEACHER.value),
            role=TEACHER,
            tasks=[
                TaskDraft(task.task_id, task.title, task.points, task.instructions, task.is_bonus, task.confirmation)
                for task in setup.tasks
                if task.title not in without
            ],
            goal_points=min(setup.goal_points, 30),
            badge_name=setup.badge_name,
            badge_criteria=setup.badge_criteria,
            seen_number=setup.version_number,
            now=room.now,
            order=order,
        )


def test_tasks_in_every_state_say_so_with_a_word_and_the_reason(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    room.finish(zoe.id, room.read, room.tidy)
    zoe.take_back(room.tidy, "Er ligt nog papier op de vloer.")
    room.judge(room.hand_in(zoe.id), Verb.NOT_YET, "Kijk nog naar de laatste zin.")

    page = zoe.page("route")

    assert "Gedaan · 10 punten" in item_of(page, room.read)
    assert "Weer te doen · 30 punten" in item_of(page, room.tidy)
    assert "instructor\u2069 zegt: Er ligt nog papier op de vloer." in item_of(page, room.tidy)
    assert "Nog even oefenen · 20 punten" in item_of(page, room.report)
    assert "Kijk nog naar de laatste zin." in item_of(page, room.report)
    assert "Nog te doen · 5 extra punten" in item_of(page, room.help)
    assert page.count('class="task task-done"') == 1
    assert "1 van de 3 opdrachten gedaan" in words_in(page)
    room.hand_in(zoe.id)
    waiting = item_of(zoe.page("route"), room.report)
    assert "Wacht op je begeleider" in waiting
    assert "Kijk nog naar de laatste zin." not in waiting


def test_tasks_when_the_order_is_fixed_open_one_after_the_other(site: Site) -> None:
    room = open_classroom(site)
    publish_again(room, order=TaskOrder.FIXED)
    zoe = enter(room)

    page = zoe.page("route")

    assert "Doe ze in deze volgorde. Nu komt: Lees de regels" in words_in(page)
    assert "Dit heb ik gedaan" in item_of(page, room.read)
    for later in (room.report, room.tidy):
        assert "Deze komt later" in item_of(page, later)
        assert "Dit heb ik gedaan" not in item_of(page, later)
    assert "Dit heb ik gedaan" in item_of(page, room.help)
    assert "Doe eerst deze opdracht: Lees de regels" in zoe.text(f"tasks/{room.tidy}")
    room.finish(zoe.id, room.read)
    assert "Open de opdracht" in item_of(zoe.page("route"), room.report)


def test_locked_task_when_sent_all_the_same_is_refused_calmly(site: Site) -> None:
    room = open_classroom(site)
    publish_again(room, order=TaskOrder.FIXED)
    zoe = enter(room)

    refused = zoe.browser.post(f"tasks/{room.tidy}/done", {"back": "route"})
    text = words_in(refused.get_data(as_text=True))

    assert refused.status_code == 409
    assert "Deze opdracht komt later. Doe eerst de opdracht die ervoor komt." in text
    assert "Mijn route" in text
    assert "Gedaan" not in text


def test_extras_stand_apart_and_leave_goal_and_road_alone(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    before = zoe.page("route")
    room.finish(zoe.id, room.help)

    page = zoe.page("route")
    text = words_in(page)

    assert "Extra, hoeft niet" in text
    assert page.index("Extra, hoeft niet") < page.index(f'id="task-{room.help}"')
    assert "Je begint hier. Haal 50 punten" in text
    assert 'max="100" value="0"' in page
    assert "Je hebt ook 5 extra punten. Extra punten tellen niet mee voor je doel." in text
    assert "0 van de 3 opdrachten gedaan" in text
    road_ahead = r'class="road-ahead" points="([^"]+)"'
    assert re.findall(road_ahead, page) == re.findall(road_ahead, before)


def test_route_when_the_goal_is_reached_looks_reached_whatever_extras_are_left(site: Site) -> None:
    room = open_classroom(site, goal_points=30)
    zoe = enter(room)
    room.finish(zoe.id, room.tidy)

    page = zoe.page("route")

    assert 'max="100" value="100"' in page
    assert "goal-reached" in page
    assert "Je mag nog meer doen. Het hoeft niet." in words_in(page)


def test_badge_when_its_points_were_taken_back_stays(site: Site) -> None:
    room = open_classroom(site, goal_points=30)
    zoe = enter(room)
    room.finish(zoe.id, room.tidy)
    zoe.take_back(room.tidy, "Dit was een vergissing van mij.")

    text = zoe.text("route")

    assert "Je badge blijft van jou. Je hebt 0 punten." in text
    assert "Het doel is veranderd." not in text


def test_closed_task_when_finished_meanwhile_is_refused_calmly(site: Site) -> None:
    room = open_classroom(site)
    zoe, sam = enter(room), enter(room, "Sam")
    room.finish(sam.id, room.read)
    publish_again(room, without=("Lees de regels", "Help een collega"))

    for back, heading in (("route", "Mijn route"), ("today", "Vandaag"), ("task", "Lees de regels")):
        closed = zoe.browser.post(f"tasks/{room.read}/done", {"back": back})
        page = closed.get_data(as_text=True)
        assert closed.status_code == 409
        assert "Deze opdracht is gesloten. Je hoeft hem niet meer te doen." in words_in(page)
        assert re.search(rf"<h1[^>]*>{heading}</h1>", page)
    gone = zoe.browser.post(f"tasks/{room.help}/done", {"back": "today"})
    assert gone.status_code == 404
    assert "Deze opdracht is er niet meer." in words_in(gone.get_data(as_text=True))


def test_titles_when_hostile_are_words_alone(site: Site) -> None:
    room = open_classroom(site)
    title = '<b>"vet"</b> שלום {{ 7*7 }} %(num)s'
    with site.tool.db.transaction() as tx:
        tx.execute(select(Task).where(Task.id == room.read)).scalar_one().title = title
    zoe = enter(room)
    room.finish(zoe.id, room.read)

    for path in ("today", f"route?done={room.read}", f"tasks/{room.read}", "why", "goal"):
        page = zoe.page(path)
        assert "<b>" not in page
        assert "49" not in words_in(page)
    assert title in item_of_text(zoe.page("route"))


def item_of_text(page: str) -> str:
    from html import unescape

    return unescape(page)
