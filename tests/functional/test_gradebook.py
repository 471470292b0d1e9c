"""The gradebook page: what the teacher chooses, what there is, and what became of each score."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import outbox
from config.outbox import MessageState, OutboxMessage
from lti_tool.lti.ags import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READONLY, SCOPE_RESULT_READONLY, SCOPE_SCORE
from lti_tool.lti.roles import PrincipalRole
from lti_tool.messages import MessageType
from lti_tool.roster.gradebook_models import DeliveryState, GradebookChoice
from lti_tool.roster.models import Context, LineItem, Person
from lti_tool.roster.score_deliveries import keep_delivery
from tests.factories.promises import promised, take_promises
from tests.factories.rows import make_balance, make_membership, make_person, registration_of
from tests.functional.conftest import Launched, Site, setup_form

TEACHER = PrincipalRole("instructor")
ASSISTANT = PrincipalRole("teaching-assistant")
LEARNER = PrincipalRole("learner")
ALL_SCOPES = [SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READONLY, SCOPE_RESULT_READONLY, SCOPE_SCORE]
TASKS = [("Lees de regels", 20), ("Draag je helm", 25)]


def grade_service(number: int = 5, *, scopes: list[str] | None = None, lineitem: bool = True) -> dict[str, object]:
    base = "https://lms.example/moodle/mod/lti/services.php/2/lineitems"
    claim: dict[str, object] = {
        "lineitems": f"{base}?type_id=1",
        "scope": ALL_SCOPES if scopes is None else scopes,
    }
    return {**claim, "lineitem": f"{base}/{number}/lineitem?type_id=1"} if lineitem else claim


def page_of(teacher: Launched, path: str = "gradebook") -> str:
    response = teacher.get(path)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def teach(site: Site, **claims: object) -> Launched:
    """Launch a teacher on a link with a column, and publish two tasks."""
    teacher = site.launch(roles=["Instructor"], sub="instructor", ags=grade_service(), **claims)
    assert teacher.post("setup", setup_form(TASKS, 45)).status_code == 303
    return teacher


def only_column(tx: Session) -> LineItem:
    return tx.execute(select(LineItem)).scalar_one()


def a_learner(tx: Session, context: Context, name: str = "Anna") -> Person:
    person = make_person(tx, registration_of(tx, context), name=name)
    make_membership(tx, context, person)
    return person


def put_score(tx: Session, site: Site, line_item: LineItem, person: Person, **changes: object) -> OutboxMessage:
    """Promise a score and bring the message into the given state."""
    key = f"{line_item.id}:{person.id}"
    ids = {"line_item_id": line_item.id, "person_id": person.id}
    outbox.put(tx, MessageType.PUBLISH_SCORE, ids, now=site.clock.now(), coalesce_key=key)
    full_key = f"{MessageType.PUBLISH_SCORE}:{key}"
    message = tx.execute(select(OutboxMessage).where(OutboxMessage.coalesce_key == full_key)).scalars().one()
    for name, value in changes.items():
        setattr(message, name, value)
    tx.flush()
    return message


# Choosing


def test_page_when_nobody_chose_asks_and_fills_the_column_of_the_link(site: Site) -> None:
    page = page_of(teach(site))

    assert "Je hebt nog niet gekozen" in page
    assert "Krijgt de hele score" in page
    assert page.count('type="radio"') == 3
    assert page.count('class="columns-picture"') == 3


@pytest.mark.parametrize("chosen", ["none", "one", "per-task"])
def test_choice_when_saved_is_kept_and_brings_everybody_up_to_date(site: Site, chosen: str) -> None:
    teacher = teach(site)
    with site.tool.db.transaction() as tx:
        take_promises(tx)

    response = teacher.post("gradebook", {"columns": chosen})

    assert response.status_code == 303
    page = page_of(teacher)
    assert re.search(rf'value="{chosen}"[^>]* checked', page)
    assert page.count(" checked") == 1 + (chosen == "one")
    with site.tool.db.reading() as tx:
        assert tx.execute(select(GradebookChoice.columns)).scalar_one() == chosen
        assert [type for type, _ids in promised(tx)] == [MessageType.EVALUATE_COURSE]


@pytest.mark.parametrize("typed", [{}, {"columns": ""}, {"columns": "two"}, {"columns": "<b>" + "x" * 10_000}])
def test_choice_when_it_is_none_of_the_three_is_asked_again(site: Site, typed: dict[str, str]) -> None:
    teacher = teach(site)

    response = teacher.post("gradebook", typed)

    page = response.get_data(as_text=True)
    assert response.status_code == 400
    assert 'href="#columns-one"' in page
    assert 'id="columns-one"' in page
    with site.tool.db.reading() as tx:
        assert tx.execute(select(GradebookChoice)).all() == []


def test_assistant_when_looking_sees_the_choice_and_can_change_nothing(site: Site) -> None:
    teacher = teach(site)
    teacher.post("gradebook", {"columns": "one"})
    assistant = site.launch_as(ASSISTANT)

    page = page_of(assistant)

    assert "Eén kolom." in page
    assert '<form method="post" action="/s' in page  # the language
    assert "/gradebook" not in "".join(re.findall(r'<form[^>]*action="([^"]*)"', page))
    for path in ("gradebook", "gradebook/columns", "gradebook/again"):
        assert assistant.post(path, {"columns": "none"}).status_code == 403


def test_page_when_the_platform_makes_no_columns_says_so_in_words(site: Site) -> None:
    teacher = site.launch(roles=["Instructor"], sub="instructor", ags=grade_service(scopes=[SCOPE_SCORE]))

    assert "mag Mijlpaal geen kolommen maken" in page_of(teacher)
    assert "mag Mijlpaal geen kolommen maken" not in page_of(teach(site))


def test_page_when_no_launch_told_of_a_gradebook_does_not_guess(site: Site) -> None:
    teacher = site.launch_as(TEACHER)

    page = page_of(teacher)

    assert "weet nog niet of het van de leeromgeving kolommen mag maken" in page
    assert "Hier is geen kolom" in page


# Columns


def test_columns_when_two_links_get_the_whole_score_are_warned_about_and_can_be_switched_off(site: Site) -> None:
    teacher = teach(site)
    site.launch(
        roles=["Instructor"],
        sub="instructor",
        ags=grade_service(6),
        resource_link={"id": "2", "title": "Nog een <b>plek</b>"},
    )
    page = page_of(teacher)
    assert "2 kolommen krijgen de hele score" in page
    assert "Nog een &lt;b&gt;plek&lt;/b&gt;" in page
    listed = re.findall(r'name="listed" value="([^"]+)"', page)
    assert len(listed) == 2

    teacher.post("gradebook/columns", {"listed": listed, "column": listed[:1]})

    page = page_of(teacher)
    assert "kolommen krijgen de hele score" not in page
    assert "Uitgezet" in page
    with site.tool.db.reading() as tx:
        silent = {str(row.id) for row in tx.execute(select(LineItem)).scalars() if row.is_silent}
    assert silent == set(listed[1:])


def test_column_when_switched_on_again_is_sent_to_everybody(site: Site) -> None:
    teacher = teach(site)
    learner = site.launch_as(LEARNER)
    learner.post("welcome")
    with site.tool.db.transaction() as tx:
        person = tx.execute(select(Person).where(Person.subject == "learner")).scalar_one()
        line_item = only_column(tx)
        make_balance(tx, tx.execute(select(Context)).scalar_one(), person)
        line_item.is_silent = True
        take_promises(tx)

    teacher.post("gradebook/columns", {"listed": [str(line_item.id)], "column": [str(line_item.id)]})

    with site.tool.db.reading() as tx:
        ids = {"line_item_id": str(line_item.id), "person_id": str(person.id)}
        assert promised(tx) == [(MessageType.PUBLISH_SCORE, ids)]


@pytest.mark.parametrize("listed", ["5f6c1d0e-6a3c-4d0b-9d0e-0a4f5b6c7d8e", "no-id"])
def test_column_when_it_is_not_of_this_course_is_not_found(site: Site, listed: str) -> None:
    assert teach(site).post("gradebook/columns", {"listed": listed}).status_code == 404


def test_column_of_another_course_when_named_stays_as_it_was(site: Site) -> None:
    teach(site)
    with site.tool.db.reading() as tx:
        line_item_id = only_column(tx).id
    elsewhere = site.launch(roles=["Instructor"], sub="x", context={"id": "another-course", "title": "Elders"})

    assert elsewhere.post("gradebook/columns", {"listed": str(line_item_id)}).status_code == 404
    with site.tool.db.reading() as tx:
        assert only_column(tx).is_silent is False


# Deliveries


def test_deliveries_when_scores_ended_in_every_way_are_told_apart(site: Site) -> None:
    teacher = teach(site)
    now = site.clock.now()
    with site.tool.db.transaction() as tx:
        take_promises(tx)
        line_item, context = only_column(tx), tx.execute(select(Context)).scalar_one()
        people = {
            name: a_learner(tx, context, name) for name in ("Aan", "Blijft", "Cijferloos", "Druk", "Eruit", "Fris")
        }
        for name, state, result in (
            ("Aan", DeliveryState.DELIVERED, (20.0, 60.0)),
            ("Blijft", DeliveryState.KEPT, (40.0, 100.0)),
            ("Cijferloos", DeliveryState.UNCHECKED, (None, None)),
        ):
            keep_delivery(
                tx,
                line_item.id,
                people[name].id,
                state,
                score=(20.0, 60.0),
                result=result,
                sent_at=now - timedelta(hours=2),
            )
        put_score(
            tx,
            site,
            line_item,
            people["Druk"],
            attempts=3,
            last_error="score-failed 503",
            due_at=now + timedelta(hours=1),
        )
        put_score(
            tx, site, line_item, people["Eruit"], state=MessageState.DEAD, attempts=1, last_error="score-failed 400"
        )

    page = page_of(teacher)
    cells = dict(re.findall(r"<bdi>(\w+)</bdi></th>\s*(.*?)</tr>", page, re.DOTALL))

    assert "Aangekomen" in cells["Aan"]
    assert "20 van 60, 2 uur geleden" in cells["Aan"]
    assert "Blijft staan: met de hand beoordeeld" in cells["Blijft"]
    assert "De cijferlijst toont 40 van 100." in cells["Blijft"]
    assert "Mijlpaal stuurde 20 van 60" in cells["Blijft"]
    assert "niet te controleren" in cells["Cijferloos"]
    assert "Wacht" in cells["Druk"]
    assert "Volgende poging: over 1 uur" in cells["Druk"]
    assert "storing of onderhoud" in cells["Druk"]
    assert "niet in deze cursus" in cells["Eruit"]
    assert "Nog niets verstuurd" in cells["Fris"]
    assert {name for name, words in cells.items() if "/gradebook/again/" in words} == {"Druk", "Eruit"}
    assert "3 scores vragen je aandacht" in page
    problems = page_of(teacher, "gradebook?show=problems")
    assert re.findall(r"<bdi>(\w+)</bdi></th>", problems) == ["Blijft", "Druk", "Eruit"]


def test_try_again_when_one_is_asked_for_touches_that_one_alone(site: Site) -> None:
    teacher = teach(site)
    with site.tool.db.transaction() as tx:
        take_promises(tx)
        line_item, context = only_column(tx), tx.execute(select(Context)).scalar_one()
        waits, refused = a_learner(tx, context, "Anna"), a_learner(tx, context, "Bram")
        later = site.clock.now() + timedelta(hours=3)
        put_score(tx, site, line_item, waits, attempts=9, last_error="timeout", due_at=later)
        put_score(tx, site, line_item, refused, state=MessageState.DEAD, last_error="score-failed 400")

    assert teacher.post(f"gradebook/again/{line_item.id}/{refused.id}?show=problems&page=1").location.endswith(
        "/gradebook?done=again&page=1&show=problems#message"
    )

    with site.tool.db.reading() as tx:
        assert sorted(ids["person_id"] for _type, ids in promised(tx)) == sorted([str(waits.id), str(refused.id)])
        due = {
            row.ids["person_id"]: row.due_at
            for row in tx.execute(select(OutboxMessage)).scalars()
            if row.state == MessageState.WAITING
        }
    assert due == {str(waits.id): later, str(refused.id): site.clock.now()}


def test_try_again_when_the_learner_waits_in_two_columns_is_about_the_named_one(site: Site) -> None:
    teacher = teach(site)
    site.launch(roles=["Instructor"], sub="instructor", ags=grade_service(6), resource_link={"id": "2", "title": "2"})
    later = site.clock.now() + timedelta(hours=3)
    with site.tool.db.transaction() as tx:
        take_promises(tx)
        learner = a_learner(tx, tx.execute(select(Context)).scalar_one())
        named, other = tx.execute(select(LineItem)).scalars().all()
        for line_item in (named, other):
            put_score(tx, site, line_item, learner, attempts=9, last_error="timeout", due_at=later)

    teacher.post(f"gradebook/again/{named.id}/{learner.id}")

    with site.tool.db.reading() as tx:
        rows = tx.execute(select(OutboxMessage).where(OutboxMessage.state == MessageState.WAITING)).scalars()
        due = {row.ids["line_item_id"]: row.due_at for row in rows}
    assert due == {str(named.id): site.clock.now(), str(other.id): later}


def test_try_again_when_all_are_asked_for_leaves_who_was_asked_to_wait(site: Site) -> None:
    teacher = teach(site)
    now = site.clock.now()
    with site.tool.db.transaction() as tx:
        take_promises(tx)
        line_item, context = only_column(tx), tx.execute(select(Context)).scalar_one()
        later = now + timedelta(hours=3)
        errors = {"Anna": "timeout", "Bram": "score-failed 429", "Cor": "score-failed 503"}
        people = {name: a_learner(tx, context, name) for name in errors}
        for name, error in errors.items():
            put_score(tx, site, line_item, people[name], attempts=4, last_error=error, due_at=later)

    assert "Probeer alle 2 opnieuw" in page_of(teacher)
    assert teacher.post("gradebook/again").status_code == 303

    with site.tool.db.reading() as tx:
        rows = tx.execute(select(OutboxMessage).where(OutboxMessage.state == MessageState.WAITING)).scalars()
        due = {row.ids["person_id"]: row.due_at for row in rows}
    assert due == {str(people[name].id): later if name == "Bram" else now for name in errors}


def test_try_again_when_the_score_is_of_another_course_is_not_found(site: Site) -> None:
    teach(site)
    with site.tool.db.transaction() as tx:
        line_item, context = only_column(tx), tx.execute(select(Context)).scalar_one()
        learner = a_learner(tx, context)
        put_score(tx, site, line_item, learner, state=MessageState.DEAD, last_error="score-failed 400")
    elsewhere = site.launch(roles=["Instructor"], sub="x", context={"id": "another-course", "title": "Elders"})

    assert elsewhere.post(f"gradebook/again/{line_item.id}/{learner.id}").status_code == 404
    assert elsewhere.post("gradebook/again").status_code == 303
    with site.tool.db.reading() as tx:
        states = tx.execute(select(OutboxMessage.state).where(OutboxMessage.type == MessageType.PUBLISH_SCORE))
        assert states.scalars().all() == [MessageState.DEAD]


def test_deliveries_when_there_are_many_learners_come_fifty_at_a_time(sqlite_site: Site) -> None:
    teacher = teach(sqlite_site)
    with sqlite_site.tool.db.transaction() as tx:
        context = tx.execute(select(Context)).scalar_one()
        for number in range(101):
            a_learner(tx, context, f"Leerling{number:03}")

    assert "Leerling049" in page_of(teacher)
    assert "Leerling050" not in page_of(teacher)
    assert page_of(teacher, "gradebook?page=2").count("</bdi></th>") == 50
    for beyond in ("3", "4", "999999"):
        assert "Leerling100" in page_of(teacher, f"gradebook?page={beyond}")
    for odd in ("", "0", "-1", "x", "9" * 30, "²"):
        assert "Leerling000" in page_of(teacher, f"gradebook?page={odd}")
