"""Single columns on the gradebook page: of the badge, gone, not needed any more; and grades typed by hand."""

from __future__ import annotations

import uuid
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.outbox import MessageState, OutboxMessage
from gamification.rules import current_rules
from lti_tool.lti.ags import SCOPE_SCORE
from lti_tool.messages import MessageType
from lti_tool.roster.gradebook_models import DeliveryState
from lti_tool.roster.kept_columns import keep_made_column
from lti_tool.roster.models import Context, LineItem, Membership
from lti_tool.roster.score_deliveries import keep_delivery
from tests.factories.promises import promised, take_promises
from tests.factories.rows import make_task
from tests.functional.conftest import Launched, Site, setup_form
from tests.functional.test_gradebook import (
    ALL_SCOPES,
    ASSISTANT,
    a_learner,
    grade_service,
    only_column,
    page_of,
    put_score,
    teach,
)

BUTTONS = ("badge", "look", "grades")


def words(teacher: Launched, path: str = "gradebook") -> str:
    return unescape(page_of(teacher, path))


def context_of(tx: Session) -> Context:
    return tx.execute(select(Context).where(Context.title != "Elders")).scalar_one()


def types_promised(site: Site) -> list[str]:
    with site.tool.db.reading() as tx:
        return [type for type, _ids in promised(tx)]


def made_column(site: Site, **values: Any) -> uuid.UUID:
    """Keep a column that we made for a task that is not in the rules any more."""
    with site.tool.db.transaction() as tx:
        context = context_of(tx)
        task = make_task(tx, context)
        task.title = "Oude <b>taak</b>"
        line_item_id = keep_made_column(
            tx,
            context.id,
            task.id,
            url="https://lms.example/moodle/mod/lti/services.php/2/lineitems/9/lineitem?type_id=1",
            label="Oude taak",
            score_maximum=10,
            scopes=ALL_SCOPES,
            now=site.clock.now(),
        )
        assert line_item_id is not None
        row = tx.get_one(LineItem, line_item_id)
        for name, value in values.items():
            setattr(row, name, value)
        take_promises(tx)
    return line_item_id


# The badge


def test_badge_when_a_column_is_asked_for_is_shown_as_being_made(site: Site) -> None:
    teacher = teach(site)
    assert "Maak een kolom voor de badge" in words(teacher)
    with site.tool.db.transaction() as tx:
        take_promises(tx)

    for _ in range(2):
        assert teacher.post("gradebook/badge").status_code == 303

    page = words(teacher)
    assert "Maak een kolom voor de badge" not in page
    assert page.count("Wordt gemaakt.") == 1
    assert types_promised(site) == [MessageType.MAKE_COLUMNS]


@pytest.mark.parametrize("case", ["no badge", "no columns allowed"])
def test_badge_when_no_column_can_be_made_is_not_offered(site: Site, case: str) -> None:
    if case == "no badge":
        teacher = site.launch(roles=["Instructor"], sub="instructor", ags=grade_service())
        teacher.post("setup", setup_form([("Lezen", 10)], 10, name="", criteria=""))
    else:
        teacher = site.launch(roles=["Instructor"], sub="instructor", ags=grade_service(scopes=[SCOPE_SCORE]))
        teacher.post("setup", setup_form([("Lezen", 10)], 10))

    assert "kolom voor de badge" not in words(teacher)
    assert teacher.post("gradebook/badge").status_code == 404


# Gone


def test_column_when_gone_says_since_when_and_is_not_counted_among_those_that_get_scores(site: Site) -> None:
    teacher = teach(site)
    with site.tool.db.transaction() as tx:
        only_column(tx).gone_at = site.clock.now()

    page = words(teacher)

    assert "1 kolom staat niet meer in de cijferlijst." in page
    assert "Deelnemers houden hun punten in Mijlpaal." in page
    assert "Krijgt de hele score" not in page
    assert "Opnieuw maken" not in page, "the column of a link is the platform's"


def test_column_when_gone_and_left_so_is_quiet(site: Site) -> None:
    teacher = teach(site)
    with site.tool.db.transaction() as tx:
        only_column(tx).gone_at = site.clock.now()
        line_item_id = only_column(tx).id

    assert teacher.post(f"gradebook/columns/{line_item_id}/leave").status_code == 303

    page = words(teacher)
    assert "en je liet het zo" in page
    assert "1 kolom staat niet meer" not in page
    assert "/leave" not in page


def test_column_of_the_badge_when_gone_is_made_again(site: Site) -> None:
    teacher = teach(site)
    teacher.post("gradebook/badge")
    with site.tool.db.transaction() as tx:
        row = tx.execute(select(LineItem).where(LineItem.achievement_id.is_not(None))).scalar_one()
        row.url, row.gone_at, line_item_id = "https://lms.example/9", site.clock.now(), row.id
        take_promises(tx)
    assert "Opnieuw maken" in words(teacher)

    assert teacher.post(f"gradebook/columns/{line_item_id}/again").status_code == 303

    assert types_promised(site) == [MessageType.MAKE_COLUMNS]
    assert "Wordt gemaakt." in words(teacher)


def test_column_of_a_task_when_gone_is_made_again_where_there_is_one_per_task(site: Site) -> None:
    teacher = teach(site)
    teacher.post("gradebook", {"columns": "per-task"})
    with site.tool.db.transaction() as tx:
        task_id = _first_task(tx)
        line_item_id = keep_made_column(
            tx,
            context_of(tx).id,
            task_id,
            url="https://lms.example/9",
            label="Lees de regels",
            score_maximum=20,
            scopes=ALL_SCOPES,
            now=site.clock.now(),
        )
        tx.get_one(LineItem, line_item_id).gone_at = site.clock.now()
        take_promises(tx)
    before = words(teacher)
    assert "Opnieuw maken" in before

    assert teacher.post(f"gradebook/columns/{line_item_id}/again").status_code == 303

    assert MessageType.MAKE_COLUMNS in types_promised(site)
    assert "2 kolommen moeten nog worden gemaakt" in words(teacher)


@pytest.mark.parametrize("act", ["again", "leave", "remove"])
def test_column_of_another_course_when_named_is_not_found(site: Site, act: str) -> None:
    teach(site)
    line_item_id = made_column(site, gone_at=site.clock.now() if act == "again" else None)
    elsewhere = site.launch(roles=["Instructor"], sub="x", context={"id": "another-course", "title": "Elders"})

    for one in (line_item_id, uuid.uuid4()):
        assert elsewhere.post(f"gradebook/columns/{one}/{act}", {"sure": "yes"}).status_code == 404

    with site.tool.db.reading() as tx:
        assert tx.get_one(LineItem, line_item_id).is_silent is False


def test_column_when_it_is_still_there_is_not_made_again(site: Site) -> None:
    teacher = teach(site)
    with site.tool.db.reading() as tx:
        line_item_id = only_column(tx).id

    assert teacher.post(f"gradebook/columns/{line_item_id}/again").status_code == 404


# Taking out


def test_column_when_its_task_is_gone_is_taken_out_only_when_somebody_says_the_grades_may_go(site: Site) -> None:
    teacher = teach(site)
    line_item_id = made_column(site)
    page = words(teacher)
    assert "Oude &lt;b&gt;taak&lt;/b&gt;" in page_of(teacher)
    assert "geen verplichte opdracht van deze cursus meer" in page

    refused = teacher.post(f"gradebook/columns/{line_item_id}/remove")

    page = refused.get_data(as_text=True)
    assert refused.status_code == 400
    assert f'href="#sure-{line_item_id}"' in page
    assert f'id="sure-{line_item_id}"' in page
    assert types_promised(site) == []

    assert teacher.post(f"gradebook/columns/{line_item_id}/remove", {"sure": "yes"}).status_code == 303
    assert "Wordt uit de cijferlijst gehaald." in words(teacher)
    assert types_promised(site) == [MessageType.REMOVE_COLUMN]


def test_column_when_the_platform_does_not_let_it_go_says_why(site: Site) -> None:
    teacher = teach(site)
    line_item_id = made_column(site)
    teacher.post(f"gradebook/columns/{line_item_id}/remove", {"sure": "yes"})
    with site.tool.db.transaction() as tx:
        message = tx.execute(select(OutboxMessage).where(OutboxMessage.type == MessageType.REMOVE_COLUMN)).scalar_one()
        message.state, message.last_error = MessageState.DEAD, "line-item-failed 401"

    page = words(teacher)

    assert "Mijlpaal probeert het niet meer." in page
    assert "Vraag de beheerder" in page


def test_column_of_a_link_when_it_is_to_be_taken_out_is_not_found(site: Site) -> None:
    teacher = teach(site)
    with site.tool.db.reading() as tx:
        line_item_id = only_column(tx).id

    assert teacher.post(f"gradebook/columns/{line_item_id}/remove", {"sure": "yes"}).status_code == 404


# Looking, and grades


def test_look_when_asked_for_is_due_now(site: Site) -> None:
    teacher = teach(site)

    assert teacher.post("gradebook/look").status_code == 303

    with site.tool.db.reading() as tx:
        assert context_of(tx).columns_due_at == site.clock.now()


def test_typed_grades_when_they_count_are_read_soon_and_shown_so(site: Site) -> None:
    teacher = teach(site)

    assert teacher.post("gradebook/grades", {"counts": "yes", "percent": " 70 %"}).status_code == 303

    with site.tool.db.reading() as tx:
        assert (context_of(tx).results_percent, context_of(tx).results_due_at) == (70, site.clock.now())
    assert 'value="70"' in page_of(teacher)
    assert "Met een getypt cijfer van 70 procent of meer" in words(site.launch_as(ASSISTANT))

    assert teacher.post("gradebook/grades", {"percent": "70"}).status_code == 303
    with site.tool.db.reading() as tx:
        assert (context_of(tx).results_percent, context_of(tx).results_due_at) == (None, None)


@pytest.mark.parametrize("typed", ["", "0", "101", "veel", "-5", "5.5", "\u0663", "<b>" + "x" * 10_000, "\u202e55"])
def test_typed_grades_when_the_percentage_is_none_are_asked_again_with_what_was_typed(
    sqlite_site: Site, typed: str
) -> None:
    teacher = teach(sqlite_site)

    response = teacher.post("gradebook/grades", {"counts": "yes", "percent": typed})

    page = response.get_data(as_text=True)
    assert response.status_code == 400
    assert 'href="#grades-percent"' in page
    assert typed in unescape(page)
    assert "<b>xx" not in page
    with sqlite_site.tool.db.reading() as tx:
        assert context_of(tx).results_percent is None


def test_assistant_when_pressing_these_buttons_is_refused(site: Site) -> None:
    teach(site)
    line_item_id = made_column(site)
    assistant = site.launch_as(ASSISTANT)

    for path in (*BUTTONS, *(f"columns/{line_item_id}/{act}" for act in ("again", "leave", "remove"))):
        response = assistant.post(f"gradebook/{path}", {"counts": "yes", "percent": "50", "sure": "yes"})
        assert response.status_code == 403, path


# Deliveries


def test_learner_who_left_is_told_so_and_is_no_problem(site: Site) -> None:
    teacher = teach(site)
    with site.tool.db.transaction() as tx:
        take_promises(tx)
        line_item, context = only_column(tx), context_of(tx)
        learner = a_learner(tx, context, "Weg")
        put_score(tx, site, line_item, learner, state=MessageState.DEAD, attempts=1, last_error="score-failed 400")
        score = (20.0, 45.0)
        keep_delivery(
            tx, line_item.id, learner.id, DeliveryState.DELIVERED, score=score, result=score, sent_at=site.clock.now()
        )
    assert "1 score vraagt je aandacht" in words(teacher)
    with site.tool.db.transaction() as tx:
        membership = tx.execute(select(Membership).where(Membership.person_id == learner.id)).scalar_one()
        membership.left_at = site.clock.now()

    page = words(teacher)

    assert "Is niet meer in de cursus" in page
    assert "vraagt je aandacht" not in page


@pytest.mark.parametrize(
    ("error", "sentence", "can_try"),
    [
        ("score-failed throttled", "druk", False),
        ("score-failed 429", "druk", False),
        ("score-failed 403", "staat dit nu niet toe", True),
        ("score-failed 404", "kent deze deelnemer niet", True),
    ],
)
def test_score_that_waits_says_why_in_words(site: Site, error: str, sentence: str, can_try: bool) -> None:
    teacher = teach(site)
    with site.tool.db.transaction() as tx:
        take_promises(tx)
        learner = a_learner(tx, context_of(tx))
        put_score(tx, site, only_column(tx), learner, attempts=2, last_error=error)

    page = words(teacher)

    assert sentence in page
    assert ("Probeer 1 score opnieuw" in page) is can_try


def _first_task(tx: Session) -> uuid.UUID:
    current = current_rules(tx, context_of(tx).id)
    assert current is not None
    return current.rules.tasks[0].task_id
