"""The table of participants for a spreadsheet, read back as a spreadsheet would."""

from __future__ import annotations

import csv
import io
import uuid

import pytest

from gamification.engine.activity import Verb
from gamification.publish import TaskDraft
from lti_tool.lti.roles import PrincipalRole, may_review
from lti_tool.web.teacher.participants_csv import safe_cell, write_csv
from tests.functional.classroom import ASSISTANT, DRAFTS, Classroom, open_classroom
from tests.functional.conftest import ROLES, Launched, Site


@pytest.fixture
def classroom(site: Site) -> Classroom:
    return open_classroom(site)


def read(who: Launched, path: str = "participants.csv") -> list[list[str]]:
    response = who.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.data.startswith(b"\xef\xbb\xbf")
    assert not response.data.startswith(b"\xef\xbb\xbf" * 2)
    text = response.data.decode("utf-8-sig")
    assert text.count("\n") == text.count("\r\n")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_export_tells_what_everybody_has(classroom: Classroom) -> None:
    zoe, bo = classroom.learner("Zoë"), classroom.learner("Bo; van Dam")
    classroom.learner("Cas")
    classroom.finish(zoe, classroom.read, classroom.tidy, classroom.help)
    classroom.judge(classroom.hand_in(zoe), Verb.APPROVED)
    classroom.hand_in(bo)

    header, *rows = read(classroom.teacher)

    assert header == [
        "Naam",
        "Lees de regels: stand",
        "Lees de regels: punten",
        "Maak een verslag: stand",
        "Maak een verslag: punten",
        "Ruim op: stand",
        "Ruim op: punten",
        "Help een collega: stand",
        "Help een collega: punten",
        "Punten",
        "Extra punten",
        "Punten samen",
        "Doel gehaald",
        "Badge",
        "Laatst actief",
        "In de cursus",
    ]
    today, done, to_do, waits = classroom.now.date().isoformat(), "Gedaan", "Nog niet begonnen", "Wacht op jou"
    assert rows == [
        ["Bo; van Dam", to_do, "0", waits, "0", to_do, "0", to_do, "0", "0", "0", "0", "nee", "nee", today, "ja"],
        ["Cas", to_do, "0", to_do, "0", to_do, "0", to_do, "0", "0", "0", "0", "nee", "nee", "", "ja"],
        ["Zoë", done, "10", done, "20", done, "30", done, "5", "60", "5", "65", "ja", "ja", today, "ja"],
    ]


def test_export_is_in_the_language_of_the_reader(classroom: Classroom) -> None:
    classroom.teacher.post("language", {"locale": "en"})

    header = read(classroom.teacher)[0]

    assert header[:3] == ["Name", "Lees de regels: state", "Lees de regels: points"]
    assert 'filename="participants-' in classroom.teacher.get("participants.csv").headers["Content-Disposition"]


def test_export_holds_no_address(classroom: Classroom) -> None:
    classroom.learner("Zoë", email="zoe@school.example")

    assert b"@" not in classroom.teacher.get("participants.csv").data


def test_export_of_a_course_without_tasks_is_a_header(sqlite_site: Site) -> None:
    teacher = sqlite_site.launch_as(PrincipalRole("instructor"))

    assert len(read(teacher)) == 1


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_export_is_for_those_who_review(sqlite_site: Site, role: PrincipalRole) -> None:
    open_classroom(sqlite_site)

    assert sqlite_site.launch_as(role).get("participants.csv").status_code == (200 if may_review(role) else 403)


def test_export_of_another_course_holds_nobody_of_this_one(classroom: Classroom) -> None:
    classroom.learner("Zoë")
    elsewhere = classroom.site.launch(
        sub="other", context={"id": "another-course", "title": "Elders"}, roles=ROLES[ASSISTANT]
    )

    assert "Zoë" not in elsewhere.get("participants.csv").get_data(as_text=True)


FORMULAS = [
    '=HYPERLINK("https://evil.example";"klik")',
    "+31612345678",
    "-1+1",
    "@SUM(A1)",
    "  =1+1",
    "\u200b=1+1",
    "\u00a0@x",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "\t=1",
    "\r=1",
    "\n=1",
    "\ttekst",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_cell_that_would_begin_a_formula_is_text(text: str) -> None:
    rows = list(csv.reader(io.StringIO(write_csv([[text, 1]]).removeprefix("\ufeff"), newline=""), delimiter=";"))

    assert rows == [[f"'{text}", "1"]]


@pytest.mark.parametrize("text", ["", "Zoë", "a=b", "1-2", "'s-Gravenhage", 'zegt "ja"; en\nnee', "  Zoë"])
def test_cell_that_begins_no_formula_stays(text: str) -> None:
    assert safe_cell(text) == text


@pytest.mark.parametrize("text", [text for text in FORMULAS if text[0] not in "\t\r\n"])
def test_name_and_task_that_would_begin_a_formula_are_text(sqlite_site: Site, text: str) -> None:
    classroom = open_classroom(sqlite_site, (TaskDraft(None, text, 10), *DRAFTS[1:]), goal_points=10)
    sqlite_site.launch(sub="hostile", name=text, given_name="x", family_name="")

    response = classroom.teacher.get("participants.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(response, newline=""), delimiter=";"))

    assert all(cell.lstrip(" \u200b\u00a0")[:1] not in tuple("=+-@＝＋－＠") for row in rows for cell in row)
    assert rows[0][1].startswith("'")
    assert rows[1][0].startswith("'")


def test_ledger_tells_every_movement_with_its_cause(classroom: Classroom) -> None:
    zoe = classroom.learner("=Zoë")
    classroom.finish(zoe, classroom.read)
    classroom.judge(classroom.hand_in(zoe), Verb.APPROVED)
    classroom.site.clock.advance(seconds=1)
    fields = {"task_id": str(classroom.read), "reason": "Vergissing.", "request_id": str(uuid.uuid4())}
    assert classroom.teacher.post(f"participants/{zoe}/take-back", fields).status_code == 303

    header, *rows = read(classroom.teacher, "ledger.csv")

    assert header[:6] == ["Moment (UTC)", "Naam", "Deelnemer (sleutel)", "Opdracht", "Punten", "Oorzaak"]
    assert [row[1:6] for row in rows] == [
        ["'=Zoë", str(zoe), "Lees de regels", "10", "Zei: dit heb ik gedaan"],
        ["'=Zoë", str(zoe), "Maak een verslag", "20", "Werk was goed"],
        ["'=Zoë", str(zoe), "Lees de regels", "-10", "Punten teruggenomen"],
    ]
    assert rows[0][0] == f"{classroom.now:%Y-%m-%d %H:%M}" + rows[0][0][16:]


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_ledger_is_for_those_who_review(sqlite_site: Site, role: PrincipalRole) -> None:
    open_classroom(sqlite_site)

    assert sqlite_site.launch_as(role).get("ledger.csv").status_code == (200 if may_review(role) else 403)
