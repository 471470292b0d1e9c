"""Why, at every earned point, and what is left to do for the goal."""

from __future__ import annotations

import json

from gamification.engine.activity import Verb
from gamification.engine.explain import Missing
from gamification.engine.rule_set import TaskOrder
from lti_tool.web.learner.because import _missing
from tests.functional.classroom import open_classroom, words_in
from tests.functional.conftest import Site
from tests.functional.learner_steps import enter
from tests.functional.test_learner_route import publish_again


def test_why_is_linked_at_every_earned_task_and_tells_what_happened(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    room.finish(zoe.id, room.read)
    room.judge(room.hand_in(zoe.id), Verb.APPROVED, "Mooi verslag.")
    room.award(zoe.id, room.help, "Gezien in de kantine.")

    page = zoe.page("route")
    for task_id in (room.read, room.report, room.help):
        assert f'/why?task={task_id}"' in page
    assert f'/why?task={room.tidy}"' not in page
    rules = "Volgens de regels van 22 november 2026 (versie 1)."
    read = zoe.text(f"why?task={room.read}")
    assert f"Op 22 november 2026 zei je: dit heb ik gedaan. Je kreeg 10 punten. {rules}" in read
    assert "Maak een verslag" not in read
    report = zoe.text(f"why?task={room.report}")
    assert "Op 22 november 2026 keek instructor naar je werk. Het is goed. Je kreeg 20 punten." in report
    assert "Mooi verslag." in report
    extra = zoe.text(f"why?task={room.help}")
    assert "Op 22 november 2026 gaf instructor je de punten van deze opdracht. Je kreeg 5 punten." in extra
    assert "Gezien in de kantine." in extra


def test_why_when_points_were_taken_back_tells_both_movements_and_the_reason(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    room.finish(zoe.id, room.tidy)
    zoe.take_back(room.tidy, "Er ligt nog papier.")

    text = zoe.text(f"why?task={room.tidy}")

    assert "Je kreeg 30 punten." in text
    assert "Op 22 november 2026 zette instructor dit op Weer te doen. Dat is 30 punten minder." in text
    assert "Er ligt nog papier." in text
    assert "Je begeleider zette dit op Weer te doen. Je mag opnieuw werk insturen." in text


def test_why_for_all_tells_what_is_missing_too(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    room.hand_in(zoe.id)

    text = zoe.text("why")

    assert "Lees de regels Je hebt deze opdracht nog niet gedaan." in text
    assert "Maak een verslag Je begeleider kijkt nog naar je werk." in text


def test_why_when_the_task_is_unknown_or_nonsense_is_not_found(site: Site) -> None:
    zoe = enter(open_classroom(site))

    for named in ("x", "0b0e7a3e-0000-4000-8000-000000000000", ""):
        assert zoe.browser.get(f"why?task={named}").status_code == 404


def test_goal_tells_the_distance_and_which_tasks_bring_it(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    room.finish(zoe.id, room.read, room.help)

    assert "Wat moet ik nog doen?" in zoe.text("route")
    text = zoe.text("goal")

    assert "Je hebt 10 punten. Je doel is 50 punten. Je hebt nog 40 punten nodig." in text
    assert "Maak een verslag 20 punten · Je hebt deze opdracht nog niet gedaan." in text
    assert "Ruim op 30 punten" in text
    assert "Lees de regels" not in text
    assert "Help een collega" not in text


def test_goal_when_the_order_is_fixed_says_what_comes_first(site: Site) -> None:
    room = open_classroom(site)
    publish_again(room, order=TaskOrder.FIXED)

    text = enter(room).text("goal")

    assert "Ruim op 30 punten · Je hebt deze opdracht nog niet gedaan. Eerst komt een andere opdracht." in text


def test_goal_when_reached_asks_nothing(site: Site) -> None:
    room = open_classroom(site, goal_points=30)
    zoe = enter(room)
    room.finish(zoe.id, room.tidy)

    text = zoe.text("goal")

    assert "Je hebt je doel gehaald. Je hoeft niets meer te doen." in text
    assert "Met deze opdrachten" not in text
    assert "Wat moet ik nog doen?" not in zoe.text("route")


def test_explanation_when_downloaded_is_the_learners_own(site: Site) -> None:
    room = open_classroom(site)
    zoe, sam = enter(room), enter(room, "Sam")
    room.finish(zoe.id, room.read)

    answer = zoe.browser.get("explanation.json")
    mine, theirs = json.loads(answer.data), json.loads(sam.browser.get("explanation.json").data)

    assert answer.headers["Content-Type"] == "application/json"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert mine["goal"]["points"] == 10
    assert [entry["points"] for task in mine["tasks"] for entry in task["entries"]] == [10]
    assert theirs["goal"]["points"] == 0
    assert str(zoe.id) not in sam.browser.get("explanation.json").get_data(as_text=True)


def test_every_reason_has_its_own_sentence(sqlite_site: Site) -> None:
    with sqlite_site.app.test_request_context("/"):
        sentences = {_missing(reason) for reason in Missing}

    assert len(sentences) == len(Missing)


def test_pages_when_nothing_is_published_say_so(site: Site) -> None:
    learner = site.launch(sub="early")

    for path in ("why", "goal", "today", "route"):
        assert "Er zijn nog geen opdrachten." in words_in(learner.get(path).get_data(as_text=True))
    assert json.loads(learner.get("explanation.json").data) == {}
