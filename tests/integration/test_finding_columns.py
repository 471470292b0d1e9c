"""Columns that the platform has of us: found before anybody launches, gone, and back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from badges.models import Achievement
from config.errors import NotFound, PlatformFailed
from lti_tool.columns import want_badge_column
from lti_tool.finding_columns import find_columns
from lti_tool.jobs.schedule import promise_due
from lti_tool.lti.ags import SCOPE_SCORE
from lti_tool.messages import MessageType
from lti_tool.publishing import publish_score
from lti_tool.roster.gradebook_models import Columns, LinkSetting, ScoreDelivery
from lti_tool.roster.item_models import ContentItem, Gate, ItemKind
from lti_tool.roster.kept_columns import forget_gone_column
from lti_tool.roster.models import Context, LineItem, ResourceLink
from tests.factories.column_platform import EVERYTHING, ColumnSchool, open_column_school
from tests.factories.gradebook_rows import make_score_delivery
from tests.factories.local_server import Answer
from tests.factories.lti_rows import make_content_item, make_gate
from tests.factories.promises import promised, take_promises
from tests.factories.roster_platform import RosterSchool, open_roster_school
from tests.factories.tool import advance


def want_badge(tx: Session, school: ColumnSchool) -> uuid.UUID:
    """Ask for a column for the badge of the course."""
    achievement_id = tx.execute(select(Achievement.id).where(Achievement.context_id == school.context.id)).scalar_one()
    want_badge_column(tx, school.context.id, achievement_id, now=school.tool.clock.now())
    tx.flush()
    return achievement_id


LISTED = dict.fromkeys(("anna", "bo", "cas"))
"""Learners whom only the roster named, and when each launched."""


@pytest.fixture
def listed(database_url: str) -> Iterator[RosterSchool]:
    """A course whose roster was read: of its learners Anna came through the gate of the first task."""
    with open_roster_school(database_url) as opened:
        opened.enrol(*LISTED)
        opened.publish()
        opened.place_staff_gate()
        opened.read()
        opened.place_gate(1, passing={"anna"})
        opened.ask()
        yield opened


@pytest.fixture
def school(database_url: str) -> Iterator[ColumnSchool]:
    with open_column_school(database_url) as opened:
        yield opened


class TestFound:
    def test_class_is_graded_before_anybody_opens_the_link(self, school: ColumnSchool) -> None:
        school.finish(school.anna, 1)
        school.forget_promises()
        number = school.place_with_column(1)

        school.work()

        [score] = school.platform.scores
        assert (score["column"], score["userId"], score["scoreGiven"]) == (number, "anna", 10)
        [column] = school.columns()
        assert (column.made_for, column.is_made, column.gets_scores) == (school.task_ids[0], False, True)

    def test_link_of_the_column_stands_for_what_was_placed(self, school: ColumnSchool) -> None:
        item = school.place(2)
        school.platform.add(resourceId=str(item.id), resourceLinkId="77", label="Helm op")

        school.find()

        with school.tool.db.reading() as tx:
            link = tx.execute(select(ResourceLink)).scalar_one()
            assert (link.external_resource_link_id, link.content_item_id, link.title) == ("77", item.id, "Helm op")
            assert tx.get_one(LinkSetting, link.id).task_id == school.task_ids[1]

    def test_finding_again_changes_and_promises_nothing(self, school: ColumnSchool) -> None:
        school.finish(school.anna, 1)
        number = school.place_with_column(1)
        before = school.row(number).id
        school.forget_promises()

        school.find()

        assert school.row(number).id == before
        with school.tool.db.reading() as tx:
            assert promised(tx) == []

    def test_column_of_a_copied_course_is_found_by_the_first_of_all_copies(self, school: ColumnSchool) -> None:
        with school.tool.db.transaction() as tx:
            first_id = make_content_item(tx).id
        item = school.place(1)
        with school.tool.db.transaction() as tx:
            tx.get_one(ContentItem, item.id).copied_from_id = first_id
        number = school.platform.add(resourceId=str(first_id), resourceLinkId="5")

        school.find()

        assert school.row(number).resource_link_id is not None

    def test_gate_learns_its_link_and_is_asked(self, school: ColumnSchool) -> None:
        with school.tool.db.transaction() as tx:
            gate = make_gate(tx, tx.get_one(Context, school.context.id))
        school.platform.add(resourceId=str(gate.content_item_id), resourceLinkId="gate-9")

        school.find()

        with school.tool.db.reading() as tx:
            assert tx.get_one(Gate, gate.content_item_id).external_resource_link_id == "gate-9"
        assert school.course().gates_due_at is not None

    @pytest.mark.parametrize(
        "column",
        [
            {"resourceId": "not ours", "resourceLinkId": "1"},
            {"resourceId": "6a9e3f0e-8f0e-4f43-9f0d-1f1f1f1f1f1f", "resourceLinkId": "1"},
            {"resourceLinkId": "1"},
        ],
    )
    def test_column_that_nobody_placed_is_not_ours(self, school: ColumnSchool, column: dict[str, str]) -> None:
        school.platform.add(**column)

        school.find()

        assert school.rows() == {}

    def test_column_at_another_origin_gets_no_token_of_ours(self, school: ColumnSchool) -> None:
        item = school.place(1)
        school.platform.add(id="https://elsewhere.example/1", resourceId=str(item.id), resourceLinkId="1")

        school.find()

        assert school.rows() == {}

    def test_platform_that_fails_changes_nothing(self, school: ColumnSchool) -> None:
        number = school.place_with_column(1)
        school.platform.refuse["GET", "/lineitems"] = Answer(503)

        with pytest.raises(PlatformFailed):
            school.find()

        assert school.row(number).gone_at is None

    def test_platform_that_lets_us_read_nothing_is_not_asked(self, school: ColumnSchool) -> None:
        with school.tool.db.transaction() as tx:
            tx.get_one(Context, school.context.id).grade_scopes = [SCOPE_SCORE]

        school.find()

        assert school.platform.calls == []

    def test_worker_looks_when_it_is_time_and_the_next_night_again(self, school: ColumnSchool) -> None:
        item = school.place(1)
        number = school.platform.add(resourceId=str(item.id), resourceLinkId="1")
        with school.tool.db.transaction() as tx:
            tx.get_one(Context, school.context.id).columns_due_at = school.tool.clock.now()

        promise_due(school.tool)
        school.work()

        assert school.row(number).resource_link_id is not None
        due_at = school.course().columns_due_at
        assert due_at is not None
        assert timedelta(hours=22) < due_at - school.tool.clock.now() < timedelta(hours=26)


def place_with_column(school: RosterSchool) -> str:
    """Place the first task by deep linking, and let the platform make its column; returns the column's address."""
    with school.tool.db.transaction() as tx:
        context = tx.get_one(Context, school.context.id)
        context.grade_scopes = EVERYTHING
        item = make_content_item(tx, context, kind=ItemKind.TASK)
        item.task_id = school.task_ids[0]
    url = f"{school.platform.url}/columns/2"
    school.platform.line_items.append(
        {"id": url, "resourceId": str(item.id), "resourceLinkId": "77", "scoreMaximum": 10, "label": "Task 1"}
    )
    return url


class TestFoundAfterTheRoster:
    """Who is in the course is known, and who finished an assignment of the platform; nobody launched."""

    def test_column_gets_the_points_that_were_earned_before_it_was_there_and_nothing_of_the_others(
        self, listed: RosterSchool
    ) -> None:
        url = place_with_column(listed)
        with listed.tool.db.transaction() as tx:
            take_promises(tx)

        find_columns(listed.tool, listed.context.id)

        assert {name: one.launched_at for name, one in listed.memberships().items() if name in LISTED} == LISTED
        with listed.tool.db.reading() as tx:
            found = tx.execute(select(LineItem).where(LineItem.url == url)).scalar_one()
            ids = {"line_item_id": str(found.id), "person_id": str(listed.person("anna").id)}
            assert promised(tx) == [(MessageType.PUBLISH_SCORE, ids)]

    def test_column_found_again_after_the_next_roster_promises_nothing_anew(self, listed: RosterSchool) -> None:
        place_with_column(listed)
        find_columns(listed.tool, listed.context.id)
        with listed.tool.db.transaction() as tx:
            take_promises(tx)
        listed.enrol("dré")

        listed.read()
        find_columns(listed.tool, listed.context.id)

        with listed.tool.db.reading() as tx:
            assert MessageType.PUBLISH_SCORE not in [type for type, _ids in promised(tx)]


class TestGone:
    def test_column_that_is_not_listed_any_more_gets_nothing_and_says_since_when(self, school: ColumnSchool) -> None:
        school.place_with_column(1)
        number = school.place_with_column(2)
        del school.platform.columns[number]

        school.find()

        assert school.row(number).gone_at == school.tool.clock.now()
        assert [column.gets_scores for column in school.columns()] == [True, False]

    def test_platform_that_lists_nothing_at_all_is_not_believed(self, school: ColumnSchool) -> None:
        number = school.place_with_column(1)
        school.platform.columns.clear()

        school.find()

        assert school.row(number).gone_at is None

    def test_column_that_comes_back_is_filled_with_what_happened_meanwhile(self, school: ColumnSchool) -> None:
        school.place_with_column(2)
        number = school.place_with_column(1)
        column = school.platform.columns.pop(number)
        school.find()
        school.finish(school.anna, 1)
        school.work()
        assert [score["column"] for score in school.platform.scores if score["column"] == number] == []
        school.platform.columns[number] = column

        school.find()
        school.work()

        assert school.row(number).gone_at is None
        assert [score["userId"] for score in school.platform.scores if score["column"] == number] == ["anna"]

    def test_column_with_another_address_is_another_column_with_nothing_delivered(self, school: ColumnSchool) -> None:
        school.finish(school.anna, 1)
        number = school.place_with_column(1)
        school.work()
        again = school.platform.add(**{**school.platform.columns.pop(number), "id": ""})
        school.platform.columns[again]["id"] = school.platform.address(again)

        school.find()
        school.work()

        assert list(school.rows()) == [school.platform.address(again)]
        assert [score["column"] for score in school.platform.scores] == [number, again]

    def test_column_that_a_launch_names_while_we_ask_is_not_gone(self, school: ColumnSchool) -> None:
        school.place_with_column(2)
        number = school.place_with_column(1)
        kept = school.platform.columns.pop(number)

        def named_by_a_launch() -> None:
            advance(school.tool, 1)
            with school.tool.db.transaction() as tx:
                row = tx.execute(select(LineItem).where(LineItem.url == kept["id"])).scalar_one()
                row.seen_at = school.tool.clock.now()

        school.platform.on_list = named_by_a_launch
        school.find()

        assert school.row(number).gone_at is None

    def test_column_that_is_wanted_and_not_made_yet_is_not_gone(self, school: ColumnSchool) -> None:
        school.place_with_column(1)
        with school.tool.db.transaction() as tx:
            achievement_id = want_badge(tx, school)

        school.find()

        [wanted] = [column for column in school.columns() if column.achievement_id == achievement_id]
        assert (wanted.is_wanted, wanted.gone_at, wanted.gets_scores) == (True, None, False)

    def test_score_for_a_column_that_is_gone_is_no_error_and_is_looked_at_again(self, school: ColumnSchool) -> None:
        number = school.place_with_column(1)
        del school.platform.columns[number]

        school.finish(school.anna, 1)
        school.work()

        assert school.row(number).gone_at is not None
        with school.tool.db.reading() as tx:
            assert promised(tx) == []
        due_at = school.course().columns_due_at
        assert due_at is not None
        assert due_at - school.tool.clock.now() <= timedelta(hours=1)

    def test_score_when_it_is_the_learner_who_was_not_found_waits(self, school: ColumnSchool) -> None:
        number = school.place_with_column(1)
        school.finish(school.anna, 1)
        school.platform.refuse["POST", f"/lineitems/{number}/lineitem/scores"] = Answer(404)

        with pytest.raises(PlatformFailed, match="score-failed"):
            publish_score(school.tool, school.row(number).id, school.anna.id)

        assert school.row(number).gone_at is None

    def test_score_of_a_column_that_was_forgotten_is_dropped(self, school: ColumnSchool) -> None:
        number = school.place_with_column(1)
        line_item_id = school.row(number).id
        with school.tool.db.transaction() as tx:
            row = tx.get_one(LineItem, line_item_id)
            row.gone_at = school.tool.clock.now()
            make_score_delivery(tx, row)
            tx.flush()
            forget_gone_column(tx, school.context.id, line_item_id)

        publish_score(school.tool, line_item_id, school.anna.id)

        with school.tool.db.reading() as tx:
            assert tx.execute(select(ScoreDelivery)).all() == []
        assert school.platform.scores == []

    def test_column_that_is_there_cannot_be_forgotten(self, school: ColumnSchool) -> None:
        number = school.place_with_column(1)
        with pytest.raises(NotFound), school.tool.db.transaction() as tx:
            forget_gone_column(tx, school.context.id, school.row(number).id)


class TestBadge:
    def test_badge_column_is_made_when_wanted_and_says_one_for_who_holds_it(self, school: ColumnSchool) -> None:
        school.finish(school.anna, 2)
        school.finish(school.bo, 1)
        school.forget_promises()
        with school.tool.db.transaction() as tx:
            achievement_id = want_badge(tx, school)

        school.work()

        [made] = school.platform.columns.values()
        assert (made["label"], made["scoreMaximum"], made["tag"]) == ("Veilig", 1, "mijlpaal-badge")
        assert made["resourceId"] == str(achievement_id)
        of_badge = [score for score in school.platform.scores if score["scoreMaximum"] == 1]
        assert [(score["userId"], score["scoreGiven"]) for score in of_badge] == [("anna", 1)]
        assert school.row(1).scopes == EVERYTHING

    def test_badge_column_that_was_made_without_an_answer_is_found_again(self, school: ColumnSchool) -> None:
        with school.tool.db.transaction() as tx:
            achievement_id = want_badge(tx, school)
        number = school.platform.add(resourceId=str(achievement_id), label="Veilig", scoreMaximum=1)

        school.make()
        school.make()

        assert list(school.platform.columns) == [number]
        assert list(school.rows()) == [school.platform.address(number)]

    def test_badge_column_gets_nothing_before_it_is_made_whatever_a_launch_allows(self, school: ColumnSchool) -> None:
        with school.tool.db.transaction() as tx:
            want_badge(tx, school)
            tx.execute(select(LineItem)).scalar_one().scopes = EVERYTHING

        assert [column.gets_scores for column in school.columns()] == [False]

    def test_badge_column_is_kept_apart_from_the_choice_for_tasks(self, school: ColumnSchool) -> None:
        with school.tool.db.transaction() as tx:
            want_badge(tx, school)
        school.make()

        school.choose(Columns.NONE)

        assert [column.gets_scores for column in school.columns()] == [True]
