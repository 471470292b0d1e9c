"""The overview of participants: who is shown, in which order, with which words, and how it is used by keyboard."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from jinja2 import StrictUndefined
from markupsafe import escape
from sqlalchemy import event, update

from gamification.engine.activity import Verb
from lti_tool.course.participants import PAGE_SIZE
from lti_tool.course.set_up import publish_course
from lti_tool.roster.models import Context, Membership, Presentation
from tests.factories.rows import make_membership, make_person, registration_of
from tests.functional.classroom import ASSISTANT, DRAFTS, LEARNER_ROLE, TEACHER, Classroom, open_classroom, words_in
from tests.functional.conftest import ROLES, Site

STATIC = Path(__file__).parents[2] / "lti_tool" / "web" / "static"


@pytest.fixture
def classroom(sqlite_site: Site) -> Classroom:
    sqlite_site.app.jinja_env.undefined = StrictUndefined
    return open_classroom(sqlite_site)


def names(page: str) -> list[str]:
    return [words_in(name) for name in re.findall(r'<th scope="row"[^>]*><a[^>]*>(.*?)</a>', page, re.S)]


def cells(page: str, name: str) -> list[str]:
    """Return what a screen reader says in the task cells of somebody's row."""
    row = next(row for row in page.split("<tr>") if f"<bdi>{name}</bdi></a>" in row)
    return [words_in(cell) for cell in re.findall(r'<td class="matrix-cell.*?</td>', row, re.S)]


class TestTable:
    def test_cell_of_each_state_says_its_word(self, classroom: Classroom) -> None:
        zoe, bo = classroom.learner("Zoë"), classroom.learner("Bo")
        classroom.finish(zoe, classroom.read)
        classroom.hand_in(zoe)
        classroom.judge(classroom.hand_in(bo), Verb.NOT_YET)
        take_back(classroom, zoe, classroom.read)

        page = classroom.page("participants")

        assert cells(page, "Zoë") == ["Teruggenomen", "Wacht op jou", "Nog niet begonnen", "Nog niet begonnen"]
        assert cells(page, "Bo") == ["Nog niet begonnen", "Nog even oefenen", "Nog niet begonnen", "Nog niet begonnen"]
        classroom.finish(bo, classroom.tidy)
        assert cells(classroom.page("participants"), "Bo")[2] == "Gedaan"

    def test_cell_leads_to_the_task_on_the_page_of_the_participant(self, classroom: Classroom) -> None:
        zoe = classroom.learner("Zoë")

        page = classroom.page("participants")

        assert f'/participants/{zoe}#task-{classroom.report}"' in page
        assert f'id="task-{classroom.report}"' in classroom.page(f"participants/{zoe}")

    def test_table_has_a_header_for_every_row_and_column(self, classroom: Classroom) -> None:
        classroom.learner("Zoë")

        page = classroom.page("participants")

        head = page[page.index("<thead>") : page.index("</thead>")]
        assert re.findall(r'title="([^"]+)"', head) == [draft.title for draft in DRAFTS]
        assert head.count("<th ") == head.count('<th scope="col"') == 3 + len(DRAFTS)
        assert page.count('<th scope="row"') == 1
        assert '<caption id="participants-caption"' in page

    def test_task_that_was_removed_has_no_column(self, sqlite_site: Site) -> None:
        classroom = open_classroom(sqlite_site)
        zoe = classroom.learner("Zoë")
        classroom.finish(zoe, classroom.tidy)
        publish_without(classroom, "Ruim op")

        page = classroom.page("participants")

        assert len(cells(page, "Zoë")) == len(DRAFTS) - 1
        assert "30 punten" in words_in(page)

    def test_points_of_extras_stand_apart(self, classroom: Classroom) -> None:
        zoe = classroom.learner("Zoë")
        classroom.finish(zoe, classroom.read, classroom.help)

        text = classroom.text("participants")

        assert "10 + 5 extra" in text
        assert "Wie 50 van de 60 punten" in text

    def test_course_without_badge_speaks_of_the_goal(self, sqlite_site: Site) -> None:
        classroom = open_classroom(sqlite_site, goal_points=10, badge="")
        zoe = classroom.learner("Zoë")
        classroom.finish(zoe, classroom.read)

        text = classroom.text("participants")

        assert "Wie 10 van de 60 punten heeft, heeft het doel gehaald." in text
        assert "Doel gehaald" in text
        assert "badge:" not in text
        assert "Heeft de badge" not in text

    def test_people_who_do_not_learn_are_left_out(self, classroom: Classroom) -> None:
        classroom.learner("Zoë")
        for role in ROLES:
            if role != LEARNER_ROLE:
                classroom.site.launch_as(role)

        page = classroom.page("participants")

        assert names(page) == ["Zoë"]
        assert "1 deelnemer heeft de cursus geopend." in words_in(page)

    def test_assistant_sees_the_same_table(self, classroom: Classroom) -> None:
        classroom.learner("Zoë")

        page = classroom.site.launch_as(ASSISTANT).get(follow_redirects=True).get_data(as_text=True)

        assert names(page) == ["Zoë"]
        assert "Opdrachten en badge" not in words_in(page)

    @pytest.mark.parametrize("name", ["<script>alert(1)</script>", "زينب العربية", "{{ 7*7 }}", "n" * 150, ""])
    def test_name_when_hostile_is_shown_as_it_is(self, classroom: Classroom, name: str) -> None:
        person = classroom.learner(name)
        classroom.hand_in(person)

        for path in ("participants", f"participants/{person}", "reviews"):
            page = classroom.page(path)
            assert "<script>alert" not in page
            assert (name or "Naam niet doorgegeven") in words_in(page)
            assert not name or f"<bdi>{escape(name)}</bdi>" in page


class TestFilter:
    @pytest.fixture
    def six(self, classroom: Classroom) -> Classroom:
        """Élise reached the goal, Bo waits, Cas was sent back twice, Dré was quiet, Eva is new, Finn reads."""
        people = {name: classroom.learner(name) for name in ("Élise", "Bo", "Cas", "Dré", "Eva", "Finn")}
        classroom.finish(people["Dré"], classroom.read)
        for _ in range(2):
            classroom.judge(classroom.hand_in(people["Cas"]), Verb.NOT_YET)
        classroom.wait(days=8)
        for name in ("Élise", "Bo", "Cas", "Eva", "Finn"):
            classroom.learner(name)
        classroom.finish(people["Élise"], classroom.read, classroom.tidy)
        classroom.award(people["Élise"], classroom.report)
        classroom.finish(people["Cas"], classroom.help)
        classroom.hand_in(people["Bo"])
        classroom.wait(seconds=5)
        classroom.finish(people["Finn"], classroom.read)
        return classroom

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", ["Bo", "Cas", "Dré", "Élise", "Eva", "Finn"]),
            ("show=waiting", ["Bo"]),
            ("show=stuck", ["Cas", "Dré"]),
            ("show=goal", ["Élise"]),
            ("show=not-begun", ["Eva"]),
            ("q=elise", ["Élise"]),
            ("q=%20DR%C3%89%20", ["Dré"]),
            ("q=e", ["Dré", "Élise", "Eva"]),
            ("q=e&show=stuck", ["Dré"]),
            ("q=e&show=waiting", []),
            ("q=%25", []),
            ("q=_", []),
            ("sort=points", ["Élise", "Dré", "Finn", "Bo", "Cas", "Eva"]),
            ("sort=last", ["Finn", "Bo", "Cas", "Élise", "Dré", "Eva"]),
            ("sort=points&show=stuck", ["Dré", "Cas"]),
            ("show=nonsense&sort=nonsense&page=nonsense", ["Bo", "Cas", "Dré", "Élise", "Eva", "Finn"]),
            ("page=-1", ["Bo", "Cas", "Dré", "Élise", "Eva", "Finn"]),
            ("page=999999", ["Bo", "Cas", "Dré", "Élise", "Eva", "Finn"]),
        ],
    )
    def test_filter_shows_who_fits(self, six: Classroom, query: str, found: list[str]) -> None:
        assert names(six.page(f"participants?{query}")) == found

    def test_counts_are_of_the_whole_course_whatever_is_shown(self, six: Classroom) -> None:
        for query in ("", "?q=nobody", "?show=goal"):
            text = six.text(f"participants{query}")
            assert "Wacht op mij: 1" in text
            assert "Loopt vast: 2" in text
            assert "6 deelnemers hebben de cursus geopend. 1 heeft het doel gehaald." in text

    def test_reasons_say_since_when(self, six: Classroom) -> None:
        text = six.text("participants?show=stuck")
        since = six.now - timedelta(days=8)

        assert f"Heeft 8 dagen niets gedaan (sinds {since.day} november)." in text
        assert "Kreeg 2 keer “Nog even oefenen” voor “Maak een verslag” en stuurde daarna niets" in text

    def test_quick_links_lead_to_their_filter_and_say_when_they_are_on(self, six: Classroom) -> None:
        page = six.page("participants?show=stuck")

        link = re.search(r'<a class="quick-link quick-some" href="([^"]+)" aria-current="true">Loopt vast', page)
        assert link
        assert "show=stuck" in link.group(1)
        assert page.count('aria-current="true"') == 1

    def test_filter_that_was_chosen_stands_in_the_form(self, six: Classroom) -> None:
        page = six.page('participants?q=%3C"x&show=goal&sort=points')

        assert 'value="&lt;&#34;x"' in page
        assert '<option value="goal" selected>' in page
        assert '<option value="points" selected>' in page
        assert "Niemand past hierbij" in words_in(page)

    def test_search_that_is_endless_is_a_page_still(self, six: Classroom) -> None:
        assert "Niemand past hierbij" in six.text("participants?q=" + "x" * 10_000)


class TestPages:
    def test_pages_are_of_fifty_and_keep_the_filter(self, classroom: Classroom) -> None:
        add_people(classroom, PAGE_SIZE + 3)

        first = classroom.page("participants?q=leer&sort=points")
        link = re.search(r'rel="next" href="[^"]*/participants\?([^"]+)"', first)

        assert len(names(first)) == PAGE_SIZE
        assert "Pagina 1 van 2" in words_in(first)
        assert link
        second = classroom.page("participants?" + link.group(1).replace("&amp;", "&"))
        assert len(names(second)) == 3
        assert not set(names(first)) & set(names(second))
        assert 'value="leer"' in second
        assert '<option value="points" selected>' in second

    def test_queries_do_not_grow_with_the_people(self, classroom: Classroom) -> None:
        add_people(classroom, 3)
        few = count_queries(classroom, "participants")
        add_people(classroom, 60)

        assert count_queries(classroom, "participants") == few


class TestKeyboard:
    def test_order_of_focus_is_counts_then_filter_then_table_then_pages(self, classroom: Classroom) -> None:
        add_people(classroom, PAGE_SIZE + 1)
        page = classroom.page("participants")
        main = page[page.index("<main") :]

        places = [
            main.index(mark)
            for mark in ('class="quick-link', 'id="q"', 'id="show"', 'id="sort"', "<tbody>", 'rel="next"')
        ]

        assert places == sorted(places)
        assert re.findall(r'tabindex="(?!-1|0")', page) == []
        assert 'role="region" aria-labelledby="participants-caption" tabindex="0"' in page

    def test_every_field_of_the_filter_has_its_label(self, classroom: Classroom) -> None:
        classroom.learner("Zoë")
        page = classroom.page("participants")

        for name in ("q", "show", "sort"):
            assert f'<label for="{name}">' in page

    def test_arrow_keys_are_a_small_extra(self, classroom: Classroom) -> None:
        classroom.learner("Zoë")

        assert re.search(
            r'<script nonce="[^"]+" src="[^"]*matrix.js[^"]*" defer></script>', classroom.page("participants")
        )
        assert (STATIC / "matrix.js").stat().st_size <= 1_500


def take_back(classroom: Classroom, person_id: uuid.UUID, task_id: uuid.UUID) -> None:
    fields = {"task_id": str(task_id), "reason": "Vergissing.", "request_id": str(uuid.uuid4())}
    assert classroom.teacher.post(f"participants/{person_id}/take-back", fields).status_code == 303


def publish_without(classroom: Classroom, title: str) -> None:
    task_ids = (classroom.read, classroom.report, classroom.tidy, classroom.help)
    ids = dict(zip((draft.title for draft in DRAFTS), task_ids, strict=True))
    with classroom.site.tool.db.transaction() as tx:
        publish_course(
            tx,
            classroom.site.tool,
            context_id=classroom.context_id,
            person_id=classroom.person_of(TEACHER.value),
            role=TEACHER,
            tasks=[replace(draft, task_id=ids[draft.title]) for draft in DRAFTS if draft.title != title],
            goal_points=30,
            badge_name="Veilig werken",
            badge_criteria="Je deed mee.",
            seen_number=1,
            now=classroom.now,
        )


def add_people(classroom: Classroom, how_many: int) -> None:
    with classroom.site.tool.db.transaction() as tx:
        context = tx.get_one(Context, classroom.context_id)
        for number in range(how_many):
            person = make_person(tx, registration_of(tx, context), name=f"Leerling {number:03}")
            make_membership(tx, context, person)


def count_queries(classroom: Classroom, path: str) -> int:
    seen: list[str] = []
    engine = classroom.site.tool.db.engine

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    classroom.page(path)
    event.remove(engine, "before_cursor_execute", note)
    assert seen
    return len(seen)


def test_somebody_who_left_is_not_called_stuck(sqlite_site: Site) -> None:
    classroom = open_classroom(sqlite_site)
    zoe, bo = classroom.learner("Zoë"), classroom.learner("Bo")
    with sqlite_site.tool.db.transaction() as tx:
        tx.execute(update(Membership).where(Membership.person_id == zoe).values(presentation=Presentation.LEFT))
    classroom.wait(days=30)

    assert names(classroom.page("participants?show=stuck")) == ["Bo"]
    assert "dagen niets gedaan" not in classroom.text(f"participants/{zoe}")
    assert "Heeft 30 dagen niets gedaan" in classroom.text(f"participants/{bo}")
