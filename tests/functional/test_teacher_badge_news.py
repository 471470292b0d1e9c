"""What those who teach are told about badges when they come in: who earned one, and that somebody doubts one."""

from __future__ import annotations

import re
import uuid

import pytest
from jinja2 import StrictUndefined
from sqlalchemy import update

from lti_tool.course.badge_news import MOST_TOLD
from lti_tool.roster.models import Membership, Person
from tests.functional.classroom import Classroom, words_in
from tests.functional.conftest import Site
from tests.functional.public_badges import Badge, earn, open_room
from tests.functional.teacher_badges import (
    award_many_rows,
    award_row,
    badge_elsewhere,
)


@pytest.fixture
def room(sqlite_site: Site) -> Classroom:
    sqlite_site.app.jinja_env.undefined = StrictUndefined
    return open_room(sqlite_site)


@pytest.fixture
def badge(room: Classroom) -> Badge:
    return earn(room, "Zoë")


def seen(room: Classroom, *award_ids: uuid.UUID) -> int:
    ids = " ".join(str(award_id) for award_id in award_ids)
    return room.teacher.post("badges-of-course/seen", {"award_ids": ids}).status_code


class TestNews:
    def test_badge_that_was_earned_is_told_until_somebody_has_seen_it(self, site: Site) -> None:
        room = open_room(site)
        badge = earn(room, "Samira")
        told = (
            "Samira heeft de badge Veilig werken gehaald. Vier het samen. Geef een compliment · Bekijk de badge Gezien"
        )
        assert told in room.text("participants")
        assert f"/participants/{badge.person_id}#praise-title" in room.page("participants")

        answer = room.teacher.post("badges-of-course/seen?sort=points&q=sam", {"award_ids": badge.id.hex})

        assert answer.status_code == 303
        assert answer.location.endswith("/participants?q=sam&sort=points")
        assert "Vier het samen" not in room.text("participants")
        assert award_row(badge).staff_seen_at == room.now

    def test_form_closes_what_the_page_told_and_nothing_newer(self, room: Classroom) -> None:
        first = earn(room, "Samira")
        found = re.search(r'name="award_ids" value="([^"]*)"', room.page("participants"))
        assert found
        later = earn(room, "Bo")

        assert room.teacher.post("badges-of-course/seen", {"award_ids": found.group(1)}).status_code == 303

        assert award_row(first).staff_seen_at is not None
        assert "Bo heeft de badge" in room.text("participants")
        assert award_row(later).staff_seen_at is None

    def test_several_are_counted_and_the_newest_named(self, room: Classroom) -> None:
        badges = [earn(room, name) for name in ("Een", "Twee", "Drie", "Vier", "Vijf", "Zes")]

        page = room.page("participants")
        text = words_in(page)

        assert "6 deelnemers hebben de badge Veilig werken gehaald." in text
        assert "Vier het samen. Zes, Vijf, Vier, Drie, Twee · Alle badges" in text
        assert f'/participants/{badges[5].person_id}"><bdi>Zes</bdi></a>' in page.partition("<table")[0]
        assert all(badge.id.hex in page for badge in badges)

    def test_many_at_once_are_counted_all_and_closed_in_parts(self, room: Classroom) -> None:
        award_many_rows(room, MOST_TOLD + 5)

        page = room.page("participants")
        found = re.search(r'name="award_ids" value="([^"]*)"', page)
        assert found
        assert f"{MOST_TOLD + 5} deelnemers hebben de badge" in words_in(page)
        assert room.teacher.post("badges-of-course/seen", {"award_ids": found.group(1)}).status_code == 303
        assert "5 deelnemers hebben de badge" in room.text("participants")

    def test_badge_given_by_hand_is_no_news_to_those_who_teach(self, badge: Badge) -> None:
        seen(badge.room, badge.id)
        badge.take_back()
        badge.give_again()

        assert "Vier het samen" not in badge.room.text("participants")

    def test_badge_that_was_taken_back_is_nothing_to_celebrate(self, badge: Badge) -> None:
        badge.take_back()

        assert "Vier het samen" not in badge.room.text("participants")

    @pytest.mark.parametrize("name", ["<script>alert(1)</script>", "زينب العربية", ""])
    def test_name_when_hostile_is_told_as_it_is(self, room: Classroom, name: str) -> None:
        earn(room, name) if name else earn_without_name(room)

        page = room.page("participants")

        assert "<script>alert" not in page
        assert f"{name or 'Een deelnemer'} heeft de badge" in words_in(page).replace("\u2068", "").replace("\u2069", "")

    def test_holder_who_teaches_now_has_no_page_to_go_to(self, badge: Badge) -> None:
        other = earn(badge.room, "Bo")
        with badge.site.tool.db.transaction() as tx:
            tx.execute(update(Membership).where(Membership.person_id == badge.person_id).values(role="instructor"))

        told = badge.room.page("participants").partition("<table")[0]

        assert f"/participants/{other.person_id}" in told
        assert f"/participants/{badge.person_id}" not in told
        assert "Zoë" in told

    def test_badge_of_elsewhere_cannot_be_closed_here(self, badge: Badge) -> None:
        badge_elsewhere(badge)

        assert "Vier het samen" not in badge.room.text("participants")
        assert seen(badge.room, badge.id) == 404
        assert award_row(badge).staff_seen_at is None

    def test_ids_that_are_none_or_endless_are_refused(self, badge: Badge) -> None:
        assert badge.room.teacher.post("badges-of-course/seen", {"award_ids": "x"}).status_code == 400
        assert seen(badge.room, *(uuid.uuid4() for _ in range(MOST_TOLD + 1))) == 400
        assert seen(badge.room) == 303
        assert award_row(badge).staff_seen_at is None

    def test_doubt_is_told_and_leads_to_the_list(self, badge: Badge) -> None:
        badge.share()
        badge.report()

        page = badge.room.page("participants")

        assert "Iemand twijfelt aan een badge. Er wacht 1 melding op je. Lees de melding" in words_in(page)
        assert "/badges-of-course?show=reported" in page
        badge.report()
        assert "Er wachten 2 meldingen op je." in badge.room.text("participants")


def earn_without_name(room: Classroom) -> None:
    badge = earn(room, "Zoë")
    with badge.site.tool.db.transaction() as tx:
        tx.execute(update(Person).where(Person.id == badge.person_id).values(name="", given_name=""))
