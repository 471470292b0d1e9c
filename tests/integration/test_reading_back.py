"""What became of placed links in the platform: another name, another maximum, and the teacher's answer to that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from config.errors import Conflict
from gamification.errors import RuleProblem
from gamification.progress import task_titles
from gamification.rules import current_rules
from lti_tool.link_settings import LmsView, Part, lms_view, settle
from lti_tool.link_settings.view import Question
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.models import ResourceLink
from tests.factories.column_platform import ColumnSchool, open_column_school


@pytest.fixture
def school(database_url: str) -> Iterator[ColumnSchool]:
    """A course whose first task was placed, and came out there as it went."""
    with open_column_school(database_url) as opened:
        opened.place_with_column(1, label="Lezen", scoreMaximum=10)
        yield opened


def view_of(school: ColumnSchool) -> LmsView:
    with school.tool.db.reading() as tx:
        return lms_view(tx, school.context.id)


def asked(school: ColumnSchool) -> list[tuple[Part, object, object]]:
    return [(question.part, question.theirs, question.ours) for question in view_of(school).questions]


def answer(school: ColumnSchool, *, takes: bool, question: Question | None = None) -> None:
    view = view_of(school)
    question = question or view.questions[0]
    with school.tool.db.transaction() as tx:
        settle(
            tx,
            context_id=school.context.id,
            person_id=school.teacher.id,
            role=PrincipalRole.INSTRUCTOR,
            link_id=question.link_id,
            part=question.part,
            theirs=str(question.theirs),
            takes=takes,
            seen_number=view.version_number,
            locale="nl",
            now=school.tool.clock.now(),
        )
        current = current_rules(tx, school.context.id)
        assert current is not None
    school.version = current.number


def rename_there(school: ColumnSchool, title: str) -> None:
    """Let a launch bring another name of the link."""
    with school.tool.db.transaction() as tx:
        tx.execute(select(ResourceLink)).scalar_one().title = title


def set_maximum_there(school: ColumnSchool, maximum: float) -> None:
    school.platform.columns[1]["scoreMaximum"] = maximum
    school.find()


def points_here(school: ColumnSchool) -> list[int]:
    with school.tool.db.reading() as tx:
        current = current_rules(tx, school.context.id)
    return [rule.points for rule in current.rules.tasks] if current else []


def test_link_that_came_out_as_it_was_placed_raises_no_question(school: ColumnSchool) -> None:
    assert asked(school) == []


def test_change_here_is_no_question_about_what_we_gave_ourselves(school: ColumnSchool) -> None:
    school.publish(("Lees de regels", 25), ("Helm", 20))

    assert asked(school) == []
    school.find()
    assert asked(school) == []


def test_other_maximum_there_is_asked_about_and_can_be_taken(school: ColumnSchool) -> None:
    set_maximum_there(school, 15)
    assert asked(school) == [(Part.MAXIMUM, 15, 10)]

    answer(school, takes=True)

    assert (points_here(school), asked(school)) == ([15, 20], [])
    school.publish(("Lezen", 30), ("Helm", 20))
    assert asked(school) == [], "what was taken over is no news when it changes here"


def test_other_name_there_is_asked_about_and_can_be_taken(school: ColumnSchool) -> None:
    rename_there(school, "  Week 1:\n <b>lezen</b> ")
    assert asked(school) == [(Part.TITLE, "Week 1: <b>lezen</b>", "Lezen")]

    answer(school, takes=True)

    with school.tool.db.reading() as tx:
        assert task_titles(tx, school.context.id)[school.task_ids[0]] == "Week 1: <b>lezen</b>"
    assert (points_here(school), asked(school)) == ([10, 20], [])
    school.publish(("Anders", 10), ("Helm", 20))
    assert asked(school) == []


def test_value_that_was_left_is_not_asked_about_again_and_another_one_is(school: ColumnSchool) -> None:
    set_maximum_there(school, 15)
    rename_there(school, "Week 1")
    answer(school, takes=False)
    answer(school, takes=False)
    assert (asked(school), points_here(school)) == ([], [10, 20])

    set_maximum_there(school, 16)
    rename_there(school, "Week 2")

    assert asked(school) == [(Part.TITLE, "Week 2", "Lezen"), (Part.MAXIMUM, 16, 10)]


def test_task_that_somebody_did_keeps_its_points_and_can_be_renamed(school: ColumnSchool) -> None:
    school.finish(school.anna, 1)
    set_maximum_there(school, 15)
    rename_there(school, "Week 1")

    title, maximum = view_of(school).questions

    assert (title.obstacle, maximum.obstacle) == (None, RuleProblem.FINISHED_TASK_CHANGED)
    with pytest.raises(Conflict, match="cannot-be-taken"):
        answer(school, takes=True, question=maximum)
    answer(school, takes=True, question=title)
    assert [part for part, _theirs, _ours in asked(school)] == [Part.MAXIMUM]


@pytest.mark.parametrize("maximum", [12.5, 0.5, 1_000_000])
def test_maximum_that_no_task_can_have_says_nothing(school: ColumnSchool, maximum: float) -> None:
    set_maximum_there(school, maximum)

    assert asked(school) == []


def test_link_without_a_name_says_nothing(school: ColumnSchool) -> None:
    rename_there(school, "")

    assert asked(school) == []
