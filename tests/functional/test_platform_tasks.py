"""Tasks that the platform finishes, as their learner and those who teach meet them."""

from __future__ import annotations

import csv
import io
import json

import pytest

from gamification.engine.activity import Verb
from gamification.engine.rule_set import Confirmation
from gamification.publish import TaskDraft
from lti_tool.jobs.worker import drain
from tests.functional.classroom import Classroom, open_classroom
from tests.functional.conftest import Site
from tests.functional.learner_steps import enter, item_of

PASSED, LAPSED = Verb.PASSED, Verb.LAPSED
DRAFTS = (
    TaskDraft(None, "Lees de regels", 10),
    TaskDraft(None, "Kijk de film", 20, confirmation=Confirmation.PLATFORM, instructions="Kijk hem **helemaal**."),
    TaskDraft(None, "Doe de toets", 30, confirmation=Confirmation.PLATFORM_GRADE),
    TaskDraft(None, "Extra film", 5, is_bonus=True, confirmation=Confirmation.PLATFORM),
)


@pytest.fixture
def room(site: Site) -> Classroom:
    """A course in which `report` and `tidy` are finished in Moodle: a film, and a test with a grade."""
    return open_classroom(site, DRAFTS)


def test_task_when_the_platform_finishes_it_says_where_to_do_it_and_has_no_button(room: Classroom) -> None:
    zoe = enter(room)

    page = zoe.page(f"tasks/{room.report}")

    text = zoe.text(f"tasks/{room.report}")
    assert "Nog te doen in je cursus" in text
    assert "Doe deze opdracht in je cursus. Je krijgt de punten vanzelf. Soms duurt dat even." in text
    assert "Dit heb ik gedaan" not in text
    assert "Stuur mijn werk in" not in text
    assert 'href="https://lms.example/moodle/course/view.php?id=2" target="_top"' in page
    for path in ("today", "route"):
        item = item_of(zoe.page("route"), room.report)
        assert "Nog te doen in je cursus" in item, path
        assert "Open de opdracht" in item


def test_task_when_the_platform_finishes_it_refuses_a_tick_and_work(room: Classroom) -> None:
    zoe = enter(room)

    ticked = zoe.browser.post(f"tasks/{room.report}/done", {"back": "today"})
    sent = zoe.browser.post(f"tasks/{room.report}/work", {"text": "Ik heb hem gezien."})

    assert (ticked.status_code, sent.status_code) == (409, 409)
    assert "Doe deze opdracht in je cursus. Je krijgt de punten vanzelf." in ticked.get_data(as_text=True)
    assert "Ik heb hem gezien." in sent.get_data(as_text=True)
    assert "Je begint hier." in zoe.text("route")


def test_task_when_the_platform_says_it_is_done_and_then_not_says_both_without_blame(room: Classroom) -> None:
    zoe = enter(room)
    room.platform_says(PASSED, zoe.id, room.report, 1)

    done = zoe.text(f"tasks/{room.report}")
    assert "Gedaan" in done
    assert "Moodle zegt dat deze opdracht klaar is." in done
    assert "Naar mijn cursus" not in done
    assert "Op 22 november 2026 zei Moodle: deze opdracht is klaar. Je kreeg 20 punten." in zoe.text("why")

    room.platform_says(LAPSED, zoe.id, room.report, 2)
    undone = zoe.text(f"tasks/{room.report}")
    assert "Weer open" in undone
    assert "Deze opdracht is weer open. Doe deze opdracht in je cursus." in undone
    assert "Weer open" in item_of(zoe.page("route"), room.report)
    why = zoe.text("why")
    assert "Op 22 november 2026 zei Moodle: deze opdracht is weer open. Dat is 20 punten minder." in why
    assert "Deze opdracht is weer open." in zoe.text("goal")


def test_task_when_the_platform_looked_at_a_grade_says_so_and_keeps_it_in_the_file(room: Classroom) -> None:
    zoe = enter(room)
    room.platform_says(PASSED, zoe.id, room.tidy)

    assert "zei Moodle: je cijfer is hoog genoeg." in zoe.text("why")
    kept = json.loads(zoe.page("explanation.json"))
    facts = {task["title"]: task["facts"] for task in kept["tasks"]}
    assert [(fact["verb"], fact["source"], fact["is_graded"]) for fact in facts["Doe de toets"]] == [
        ("passed", "gate", True)
    ]


def test_task_when_taken_back_asks_to_talk_to_the_coach(room: Classroom) -> None:
    zoe = enter(room)
    room.platform_says(PASSED, zoe.id, room.report, 1)
    zoe.take_back(room.report, "Dit was voor een ander.")
    room.platform_says(PASSED, zoe.id, room.report, 3)

    text = zoe.text(f"tasks/{room.report}")

    assert "Weer te doen" in text
    assert "Vraag je begeleider wat je kunt doen." in text
    assert "Doe deze opdracht in je cursus" not in text
    assert "Stuur" not in text
    assert "Je mag opnieuw werk insturen" not in zoe.text("why") + zoe.text("goal")
    assert "Open de opdracht" not in item_of(zoe.page("route"), room.report)


def test_badge_when_the_platform_takes_its_word_back_stays_and_says_how_it_was_judged(room: Classroom) -> None:
    zoe = enter(room)
    for task_id in (room.report, room.tidy):
        room.platform_says(PASSED, zoe.id, task_id, 1)
    while drain(room.site.tool):
        pass
    room.platform_says(LAPSED, zoe.id, room.report, 2)

    assert "Je badge blijft van jou." in zoe.text("route")
    assert "Het doel is veranderd" not in zoe.text("route")
    address = next(part for part in zoe.page("badges").split('"') if "/badges/" in part).partition("/badges/")[2]
    award_id = address.partition("/")[0]
    held = zoe.text(f"badges/{award_id}")
    assert "zei je leeromgeving: deze opdracht is klaar." in held
    evidence = json.loads(zoe.page(f"badges/{award_id}/credential.json"))["evidence"]
    assert {one["name"]: one["narrative"] for one in evidence} == {
        "Kijk de film": "Afgerond in de leeromgeving op 22 november 2026.",
        "Doe de toets": "Beoordeeld in de leeromgeving: op 22 november 2026 was het cijfer hoog genoeg.",
    }


def test_teacher_sees_what_the_platform_said_and_can_decide_otherwise(room: Classroom) -> None:
    zoe = enter(room)
    room.platform_says(PASSED, zoe.id, room.report, 1)
    room.platform_says(PASSED, zoe.id, room.tidy, 1)
    room.platform_says(LAPSED, zoe.id, room.tidy, 2)

    text = room.text(f"participants/{zoe.id}")

    assert "Afgerond in Moodle · Kijk de film" in text
    assert "Beoordeeld in Moodle: het cijfer is hoog genoeg · Doe de toets" in text
    assert "Het cijfer in Moodle is niet meer hoog genoeg · Doe de toets" in text
    assert "Weer open · 30 punten" in text
    assert "volgens de leeromgeving is het niet meer klaar" in text
    assert "geef de punten met de hand als ze weer kloppen." in text
    assert 'title="Weer open"' in room.page("participants")
    room.award(zoe.id, room.tidy)
    assert "Gedaan" in item_of(zoe.page("route"), room.tidy)


def test_ledger_names_the_platform_as_the_cause(room: Classroom) -> None:
    zoe = enter(room)
    room.platform_says(PASSED, zoe.id, room.report, 1)
    room.platform_says(LAPSED, zoe.id, room.report, 2)
    room.platform_says(PASSED, zoe.id, room.tidy, 1)

    def rows(path: str) -> list[dict[str, str]]:
        text = room.teacher.get(path).data.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))

    assert [(row["Punten"], row["Oorzaak"]) for row in rows("ledger.csv")] == [
        ("20", "Afgerond in Moodle"),
        ("-20", "Niet meer afgerond in Moodle"),
        ("30", "Beoordeeld in Moodle: het cijfer is hoog genoeg"),
    ]
    [line] = rows("participants.csv")
    assert (line["Kijk de film: stand"], line["Doe de toets: stand"]) == ("Weer open", "Gedaan")
