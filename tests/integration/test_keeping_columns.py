"""Columns that we made stay true: renamed with their task, and gone only when somebody says so."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from badges.models import Achievement
from config.errors import NotFound
from config.outbox_reading import open_messages
from lti_tool.columns import columns_key, promise_removal, removable_columns, stale_columns, want_badge_column
from lti_tool.messages import MessageType
from lti_tool.roster.gradebook_models import Columns, ScoreDelivery
from lti_tool.roster.kept_columns import set_silent
from lti_tool.roster.models import Context
from tests.factories.column_platform import ColumnSchool, open_column_school
from tests.factories.local_server import Answer
from tests.factories.promises import promised


@pytest.fixture
def school(database_url: str) -> Iterator[ColumnSchool]:
    """A course with a column for each of its two tasks."""
    with open_column_school(database_url) as opened:
        opened.choose(Columns.PER_TASK)
        opened.work()
        opened.platform.calls.clear()
        yield opened


def labels(school: ColumnSchool) -> list[tuple[str, float]]:
    return [(column["label"], column["scoreMaximum"]) for column in school.platform.columns.values()]


def number_of(school: ColumnSchool, task: int) -> int:
    wanted = str(school.task_ids[task - 1])
    return next(number for number, column in school.platform.columns.items() if column["resourceId"] == wanted)


def remove(school: ColumnSchool, line_item_id: uuid.UUID) -> None:
    with school.tool.db.transaction() as tx:
        promise_removal(tx, school.context.id, line_item_id, now=school.tool.clock.now())


class TestTrue:
    def test_column_of_a_task_that_is_renamed_is_renamed(self, school: ColumnSchool) -> None:
        before = dict(school.platform.columns[number_of(school, 1)])

        school.publish(("Lees de regels", 10), ("Helm", 20))
        school.work()

        assert labels(school) == [("Lees de regels", 10), ("Helm", 20)]
        after = school.platform.columns[number_of(school, 1)]
        assert after == {**before, "label": "Lees de regels"}, "the rest goes back as it was"

    def test_column_of_a_task_with_other_points_follows(self, school: ColumnSchool) -> None:
        school.publish(("Lezen", 15), ("Helm", 20))
        school.work()

        assert labels(school) == [("Lezen", 15), ("Helm", 20)]

    def test_nothing_is_asked_where_nothing_changed(self, school: ColumnSchool) -> None:
        school.publish(("Lezen", 10), ("Helm", 20))
        school.make()

        assert school.platform.calls == []

    def test_name_that_somebody_typed_there_stays_until_the_task_changes_here(self, school: ColumnSchool) -> None:
        school.platform.columns[number_of(school, 1)]["label"] = "Week 1: lezen"
        school.find()
        school.publish(("Lezen", 10), ("Helm op", 20))
        school.work()
        assert labels(school) == [("Week 1: lezen", 10), ("Helm op", 20)]

        school.publish(("Lees", 10), ("Helm op", 20))
        school.work()

        assert labels(school) == [("Lees", 10), ("Helm op", 20)]

    def test_column_that_is_gone_when_renamed_is_kept_as_gone(self, school: ColumnSchool) -> None:
        number = number_of(school, 1)
        del school.platform.columns[number]

        school.publish(("Lees", 10), ("Helm op", 20))
        school.work()

        assert school.row(number).gone_at is not None
        assert labels(school) == [("Helm op", 20)]

    def test_name_that_is_refused_holds_up_no_other(self, school: ColumnSchool) -> None:
        number = number_of(school, 1)
        school.platform.refuse["PUT", f"/lineitems/{number}/lineitem"] = Answer(400)

        school.publish(("Lees", 10), ("Helm op", 20))
        school.work()

        assert labels(school) == [("Lezen", 10), ("Helm op", 20)]
        with school.tool.db.reading() as tx:
            [kept] = open_messages(tx, MessageType.MAKE_COLUMNS, [columns_key(school.context.id)]).values()
        assert (kept.state, kept.last_error) == ("dead", "line-item-failed 400")

    def test_column_of_the_badge_is_called_as_the_badge(self, school: ColumnSchool) -> None:
        with school.tool.db.transaction() as tx:
            want_badge_column(tx, school.context.id, badge_of(school), now=school.tool.clock.now())
        school.work()

        school.publish(("Lezen", 10), ("Helm", 20), name="Veiliger")
        school.work()

        assert labels(school)[-1] == ("Veiliger", 1)


class TestRemoved:
    def test_column_of_a_removed_task_stays_with_its_grades_until_somebody_says_so(self, school: ColumnSchool) -> None:
        school.finish(school.anna, 1)
        school.work()
        number = number_of(school, 1)
        keep_only_second(school)
        school.work()
        assert number in school.platform.columns
        with school.tool.db.reading() as tx:
            assert removable_columns(tx, school.context.id) == {school.row(number).id}

        remove(school, school.row(number).id)
        school.work()

        assert number not in school.platform.columns
        assert school.platform.address(number) not in school.rows()
        with school.tool.db.reading() as tx:
            assert tx.execute(select(ScoreDelivery)).all() == []
            assert stale_columns(tx, school.context.id) == []
        assert school.points() == {"anna": 10}

    def test_removed_column_is_not_made_again(self, school: ColumnSchool) -> None:
        number = number_of(school, 1)
        keep_only_second(school)
        school.work()
        remove(school, school.row(number).id)
        school.work()

        school.publish(("Helm af", 20))
        school.work()

        assert labels(school) == [("Helm af", 20)]

    def test_column_of_a_task_of_the_course_cannot_be_removed(self, school: ColumnSchool) -> None:
        line_item_id = school.row(number_of(school, 1)).id

        with pytest.raises(NotFound):
            remove(school, line_item_id)

        assert school.row(number_of(school, 1)).is_silent is False

    def test_columns_that_the_choice_leaves_out_can_be_removed(self, school: ColumnSchool) -> None:
        school.choose(Columns.ONE)

        for number in (1, 2):
            remove(school, school.row(number).id)
        school.work()

        assert (school.platform.columns, school.rows()) == ({}, {})

    def test_column_of_a_link_is_the_platforms_and_cannot_be_removed(self, school: ColumnSchool) -> None:
        number = school.place_with_column(1)
        school.choose(Columns.NONE)

        with pytest.raises(NotFound):
            remove(school, school.row(number).id)

    def test_column_that_somebody_removed_there_first_is_forgotten_all_the_same(self, school: ColumnSchool) -> None:
        school.choose(Columns.NONE)
        remove(school, school.row(1).id)
        del school.platform.columns[1]

        school.work()

        assert list(school.rows()) == [school.platform.address(2)]

    def test_column_stays_known_as_long_as_the_platform_does_not_let_it_go(self, school: ColumnSchool) -> None:
        school.choose(Columns.NONE)
        school.platform.refuse["DELETE", "/lineitems/1/lineitem"] = Answer(503)
        remove(school, school.row(1).id)

        school.work()

        assert school.row(1).is_silent
        assert MessageType.REMOVE_COLUMN in promised_types(school)

    def test_column_is_kept_when_somebody_wants_it_again_before_it_went(self, school: ColumnSchool) -> None:
        school.choose(Columns.NONE)
        line_item_id = school.row(1).id
        remove(school, line_item_id)
        with school.tool.db.transaction() as tx:
            set_silent(tx, school.context.id, line_item_id, False)

        school.work()

        assert 1 in school.platform.columns

    def test_badge_column_can_be_removed_before_and_after_it_was_made(self, school: ColumnSchool) -> None:
        for makes_it in (False, True):
            with school.tool.db.transaction() as tx:
                want_badge_column(tx, school.context.id, badge_of(school), now=school.tool.clock.now())
            if makes_it:
                school.work()
            [line_item_id] = [one.line_item_id for one in school.columns() if one.achievement_id is not None]

            remove(school, line_item_id)
            school.work()

            assert [column.achievement_id for column in school.columns()] == [None, None]
            assert labels(school) == [("Lezen", 10), ("Helm", 20)]

    def test_column_of_another_course_is_not_found(self, school: ColumnSchool) -> None:
        with school.tool.db.transaction() as tx:
            elsewhere = Context(
                id=uuid.uuid4(),
                deployment_id=school.context.deployment_id,
                external_context_id="context:elsewhere",
                created_at=school.tool.clock.now(),
            )
            tx.add(elsewhere)
            tx.flush()
            with pytest.raises(NotFound):
                promise_removal(tx, elsewhere.id, school.row(1).id, now=school.tool.clock.now())


def badge_of(school: ColumnSchool) -> uuid.UUID:
    with school.tool.db.reading() as tx:
        return tx.execute(select(Achievement.id).where(Achievement.context_id == school.context.id)).scalar_one()


def promised_types(school: ColumnSchool) -> list[str]:
    with school.tool.db.reading() as tx:
        return [type for type, _ids in promised(tx)]


def keep_only_second(school: ColumnSchool) -> None:
    """Publish the course without its first task."""
    del school.task_ids[0]
    school.publish(("Helm", 20))
