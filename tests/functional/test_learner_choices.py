"""What do I want to see: it changes what is shown, and nothing else."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from badges.models import Award
from config.outbox import OutboxMessage
from gamification.engine.activity import Verb
from gamification.models import Balance, LedgerEntry
from lti_tool.jobs.worker import drain
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.models import Presentation
from tests.factories.launch import TOOL_URL
from tests.functional.classroom import open_classroom, words_in
from tests.functional.conftest import Site
from tests.functional.learner_steps import Pupil, enter, item_of, typed_in

COLUMN = {
    "lineitem": "https://lms.example/items/1",
    "lineitems": "https://lms.example/items",
    "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
}


def choose(pupil: Pupil, presentation: str) -> TestResponse:
    return pupil.browser.post("settings", {"presentation": presentation})


def test_results_and_what_is_sent_are_the_same_with_each_choice(site: Site) -> None:
    room = open_classroom(site)
    site.launch(sub="somebody", ags=COLUMN)
    while drain(site.tool):
        pass
    people = {presentation: enter(room, presentation) for presentation in Presentation}
    for presentation, pupil in people.items():
        room.finish(pupil.id, room.read)
        choose(pupil, presentation)
        assert pupil.browser.post(f"tasks/{room.tidy}/done", {"back": "today"}).status_code == 303
        pupil.browser.post(f"tasks/{room.help}/done")
        room.judge(room.hand_in(pupil.id), Verb.APPROVED)

    everything, tasks_only, left = (results_of(site, people[presentation].id) for presentation in Presentation)

    assert (60, 5, True) in everything
    assert ("award", "active") in everything
    assert ("publish_score", "waiting") in everything
    assert everything == tasks_only == left


def results_of(site: Site, person_id: uuid.UUID) -> list[tuple[Any, ...]]:
    """Return what one learner holds and what was promised about them, without ids and moments."""
    with site.tool.db.reading() as tx:
        balance = tx.execute(select(Balance).where(Balance.person_id == person_id)).scalar_one()
        entries = tx.execute(select(LedgerEntry).where(LedgerEntry.person_id == person_id)).scalars()
        awards = list(tx.execute(select(Award).where(Award.person_id == person_id)).scalars())
        about = {str(person_id), *(str(award.id) for award in awards)}
        promises = [row for row in tx.execute(select(OutboxMessage)).scalars() if about & set(row.ids.values())]
        return [
            (balance.points, balance.bonus_points, balance.goal_reached),
            *sorted((entry.rule_lineage, entry.kind, entry.step, entry.points) for entry in entries),
            *(("award", award.state) for award in awards),
            *sorted((promise.type, promise.state) for promise in promises),
        ]


def test_choosing_itself_changes_nothing_that_counts(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    room.finish(zoe.id, room.read, room.tidy)
    before = results_of(site, zoe.id)

    for presentation in ("tasks-only", "left", "everything"):
        choose(zoe, presentation)
        assert results_of(site, zoe.id) == before


def test_only_my_tasks_shows_the_list_and_no_number(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    room.finish(zoe.id, room.read, room.tidy)
    room.award(zoe.id, room.report)

    saved = choose(zoe, "tasks-only")

    assert "Je keuze is bewaard." in zoe.text("settings?saved=1")
    assert saved.location.endswith("/settings?saved=1#status")
    for path in ("today", "route", f"route?done={room.read}", f"tasks/{room.read}", f"tasks/{room.help}"):
        page = zoe.page(path)
        text = words_in(page.partition("<main")[2].partition("</main>")[0])
        for never in ("punt", "badge", "%", "doel"):
            assert never not in text.lower(), (path, never)
        assert "<progress" not in page
        assert 'class="road"' not in page
    assert "Gedaan" in item_of(zoe.page("route"), room.read)
    assert "Goed begin!" not in zoe.text(f"route?done={room.read}")
    assert choose(zoe, "everything").status_code == 303
    assert "Je hebt 60 punten." in zoe.text("route")


def test_i_do_not_take_part_is_one_calm_page_with_a_way_back(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    room.finish(zoe.id, room.read)

    left = choose(zoe, "left")

    assert left.location.endswith("/today")
    for path in ("today", "route", f"tasks/{room.read}", "why", "goal"):
        text = zoe.text(path)
        assert "Je doet nu niet mee" in text
        assert "Je punten en resultaten blijven. Je begeleider en je cursus krijgen ze nog steeds." in text
        assert "Lees de regels" not in text
    assert zoe.browser.get().location.endswith("/today")
    assert choose(zoe, "everything").location.endswith("/today")
    assert "Je hebt 10 punten." in zoe.text("today")


def test_work_when_typed_before_leaving_is_not_lost(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    choose(zoe, "left")

    refused = zoe.browser.post(f"tasks/{room.report}/work", {"text": "Mijn werk", "link": "geen link"})

    assert refused.status_code == 400
    assert typed_in(refused.get_data(as_text=True), "text") == "Mijn werk"


@pytest.mark.parametrize("presentation", ["", "all", "LEFT"])
def test_choice_when_it_is_none_of_these_is_refused(sqlite_site: Site, presentation: str) -> None:
    zoe = enter(open_classroom(sqlite_site))

    assert choose(zoe, presentation).status_code == 400
    assert "Dit kun je nu doen" in zoe.text("today")


def test_who_looks_along_cannot_leave(site: Site) -> None:
    open_classroom(site)
    observer = site.launch_as(PrincipalRole("observer"))

    page = observer.get("settings").get_data(as_text=True)

    assert "Alleen mijn opdrachten" in page
    assert "Ik doe niet mee" not in page
    assert observer.post("settings", {"presentation": "left"}).status_code == 400
    assert observer.client.get(observer.url("today"), base_url=TOOL_URL).status_code == 200
