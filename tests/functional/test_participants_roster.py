"""Participants whom only the roster names, who left, and groups, on the page; and reading the roster now."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from config.outbox import MessageState, OutboxMessage
from lti_tool.lti.roles import PrincipalRole
from lti_tool.messages import MessageType
from lti_tool.roster.models import Context, Membership
from tests.factories.lti_rows import make_course_group
from tests.factories.rows import make_membership, make_person, registration_of
from tests.functional.classroom import ASSISTANT, Classroom, open_classroom, words_in
from tests.functional.conftest import Site
from tests.functional.test_participants import names

MEMBERSHIPS_URL = "https://lms.example/moodle/members"


@pytest.fixture
def classroom(strict: Site) -> Classroom:
    """Zoë has opened the course; Bo and Cas are only on the roster, and Cas has left."""
    classroom = open_classroom(strict)
    classroom.learner("Zoë")
    with strict.tool.db.transaction() as tx:
        context = tx.get_one(Context, classroom.context_id)
        context.memberships_url, context.roster_read_at = MEMBERSHIPS_URL, classroom.now - timedelta(hours=3)
        for name, left_at in (("Bo", None), ("Cas", classroom.now)):
            membership = make_membership(tx, context, make_person(tx, registration_of(tx, context), name=name))
            membership.launched_at, membership.listed_at, membership.left_at = None, classroom.now, left_at
    return classroom


def change_course(classroom: Classroom, **values: object) -> None:
    with classroom.site.tool.db.transaction() as tx:
        tx.execute(update(Context).where(Context.id == classroom.context_id).values(values))


def promises(classroom: Classroom) -> list[str]:
    with classroom.site.tool.db.reading() as tx:
        return list(tx.execute(select(OutboxMessage.type).where(OutboxMessage.state == MessageState.WAITING)).scalars())


def in_group(classroom: Classroom, name: str, *group_ids: str) -> None:
    with classroom.site.tool.db.transaction() as tx:
        tx.execute(
            update(Membership)
            .where(Membership.person_id == classroom.person_of(name))
            .values(group_ids=list(group_ids))
        )


def test_who_never_opened_is_among_the_participants_and_says_so(classroom: Classroom) -> None:
    page = classroom.page("participants")

    assert names(page) == ["Bo", "Zoë"]
    assert "2 deelnemers zitten in de cursus. 1 deelnemer heeft de cursus geopend." in words_in(page)
    assert words_in(page).count("Heeft Mijlpaal nog niet geopend.") == 1


def test_who_left_is_found_apart_and_still_has_a_page(classroom: Classroom) -> None:
    assert '<option value="left"' in classroom.page("participants")

    page = classroom.page("participants?show=left")

    assert names(page) == ["Cas"]
    assert "Niet meer in de cursus. Wat verdiend is, blijft." in words_in(page)
    [person_id] = re.findall(r'/participants/([0-9a-f-]{36})"', page)
    assert "Cas" in classroom.text(f"participants/{person_id}")


def test_where_nobody_left_there_is_no_such_choice(strict: Site) -> None:
    classroom = open_classroom(strict)
    classroom.learner("Zoë")

    assert 'value="left"' not in classroom.page("participants")


@pytest.mark.parametrize("path", ["participants?show=stuck", "participants?show=not-begun"])
def test_who_left_needs_nobody(classroom: Classroom, path: str) -> None:
    classroom.wait(days=30)

    assert "Cas" not in names(classroom.page(path))


def test_groups_can_be_chosen_where_there_are_several(classroom: Classroom) -> None:
    in_group(classroom, "Zoë", "11")
    assert 'name="group"' not in classroom.page("participants")
    with classroom.site.tool.db.transaction() as tx:
        group = make_course_group(tx, tx.get_one(Context, classroom.context_id))
        group.external_group_id, group.name = "12", "<b>Vrijdag</b>"
        bo = tx.execute(
            select(Membership).where(Membership.launched_at.is_(None), Membership.left_at.is_(None))
        ).scalar_one()
        bo.group_ids = ["12"]

    page = classroom.page("participants?group=12")

    assert names(page) == ["Bo"]
    assert '<option value="12" dir="auto" selected>&lt;b&gt;Vrijdag&lt;/b&gt;</option>' in page
    assert "Groep 11" in page


def test_launch_tells_in_which_groups_somebody_is(strict: Site) -> None:
    classroom = open_classroom(strict)
    classroom.learner("Zoë", custom={"group_ids": "11, 12,11,"})
    person_id = classroom.person_of("Zoë")

    def told() -> list[str] | None:
        with strict.tool.db.reading() as tx:
            return tx.execute(select(Membership.group_ids).where(Membership.person_id == person_id)).scalar_one()

    assert told() == ["11", "12"]
    classroom.learner("Zoë", custom={"group_ids": "$Moodle.Person.userGroupIds"})
    assert told() == ["11", "12"]


class TestRoster:
    def test_page_says_when_the_roster_was_read(self, classroom: Classroom) -> None:
        text = classroom.text("participants")

        assert "Mijlpaal las in je leeromgeving wie er in deze cursus zit: 3 uur geleden." in text
        assert "Mijlpaal leest de lijst nu." not in text

    def test_button_has_it_read(self, classroom: Classroom) -> None:
        response = classroom.teacher.post("participants/roster")

        assert response.status_code == 303
        assert response.location.endswith("/participants?reading=1#roster")
        assert MessageType.READ_ROSTER in promises(classroom)
        assert "Mijlpaal leest de lijst nu." in classroom.text("participants")

    def test_assistant_can_have_it_read(self, classroom: Classroom) -> None:
        assert classroom.site.launch_as(ASSISTANT).post("participants/roster").status_code == 303

        assert MessageType.READ_ROSTER in promises(classroom)

    def test_second_press_within_a_moment_reads_nothing(self, classroom: Classroom) -> None:
        change_course(classroom, roster_read_at=classroom.now)

        classroom.teacher.post("participants/roster")

        assert MessageType.READ_ROSTER not in promises(classroom)

    def test_promise_that_waits_for_a_later_try_is_tried_now(self, classroom: Classroom) -> None:
        classroom.teacher.post("participants/roster")
        with classroom.site.tool.db.transaction() as tx:
            tx.execute(update(OutboxMessage).values(due_at=classroom.now + timedelta(hours=5), last_error="timeout"))
        change_course(classroom, roster_problem="timeout")

        classroom.teacher.post("participants/roster")

        with classroom.site.tool.db.reading() as tx:
            due_at = tx.execute(
                select(OutboxMessage.due_at).where(OutboxMessage.type == MessageType.READ_ROSTER)
            ).scalar_one()
        assert due_at == classroom.now

    @pytest.mark.parametrize(
        ("problem", "words"),
        [
            ("members-failed 403", "laat Mijlpaal niet zien wie er in de cursus zit"),
            ("members-failed 404", "vindt de lijst niet meer"),
            ("access-token-failed 400", "laat Mijlpaal niet binnen"),
            ("members-failed 401", "laat Mijlpaal niet binnen"),
            ("members-failed 503", "heeft zelf een storing"),
            ("members-failed 429", "heeft het druk"),
            ("empty-roster", "Dat kan niet kloppen, dus er is niets veranderd"),
            ("endless-pages", "houdt niet op"),
            ("unreachable", "niet te bereiken"),
            ("bad-json 200", "niet begrijpt"),
            ("what-is-this", "what-is-this"),
        ],
    )
    def test_what_went_wrong_is_said_in_words(self, classroom: Classroom, problem: str, words: str) -> None:
        change_course(classroom, roster_problem=problem)

        text = classroom.text("participants")

        assert "Mijlpaal kon niet lezen wie er in deze cursus zit." in text
        assert words in text

    def test_platform_without_a_roster_has_no_button(self, classroom: Classroom) -> None:
        change_course(classroom, memberships_url="")

        assert "participants/roster" not in classroom.page("participants")

    def test_learner_cannot_have_it_read(self, classroom: Classroom) -> None:
        learner = classroom.site.launch_as(PrincipalRole.LEARNER)

        assert learner.post("participants/roster").status_code == 403
