"""Grades that somebody typed in our column: what they finish, and that our own scores never argue with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import InputInvalid, NotAllowed, PlatformFailed
from gamification.engine.activity import Verb
from lti_tool.jobs.schedule import promise_due
from lti_tool.lti.ags import SCOPE_SCORE
from lti_tool.lti.roles import PrincipalRole
from lti_tool.messages import MessageType
from lti_tool.personal_data.erase import erase_person
from lti_tool.progress import promise_scores
from lti_tool.reading_grades import PAUSE, choose_grades_by_hand
from lti_tool.reviewing import take_back
from lti_tool.roster.gradebook_models import Columns
from lti_tool.roster.models import LineItem, Person
from tests.factories.column_platform import ColumnSchool, open_column_school
from tests.factories.local_server import Answer
from tests.factories.promises import promised
from tests.factories.rows import make_membership, make_person, unique
from tests.factories.tool import advance

PASSED, LAPSED = Verb.PASSED.value, Verb.LAPSED.value


@pytest.fixture
def school(database_url: str) -> Iterator[ColumnSchool]:
    """A course whose first task has a column; grades from 60 percent count."""
    with open_column_school(database_url) as opened:
        opened.place_with_column(1)
        opened.want_grades(60)
        yield opened


@pytest.fixture
def unwanted(database_url: str) -> Iterator[ColumnSchool]:
    """The same course, where nobody asked for typed grades."""
    with open_column_school(database_url) as opened:
        opened.place_with_column(1)
        yield opened


def take_back_from(school: ColumnSchool, who: Person) -> None:
    advance(school.tool, 1)
    with school.tool.db.transaction() as tx:
        take_back(
            tx,
            context_id=school.context.id,
            person_id=who.id,
            task_id=school.task_ids[0],
            actor_id=school.teacher.id,
            role=PrincipalRole.INSTRUCTOR,
            reason="We bespraken het.",
            request_id=who.id,
            now=school.tool.clock.now(),
        )


class TestTyped:
    def test_grade_that_is_high_enough_finishes_the_task_and_the_score_goes_back(self, school: ColumnSchool) -> None:
        school.platform.cell(1, "anna").typed = 0.8

        school.read()
        school.work()

        assert (school.points(), school.told()) == ({"anna": 10}, [("anna", PASSED)])
        assert [(score["userId"], score["scoreGiven"]) for score in school.platform.scores] == [("anna", 10)]

    @pytest.mark.parametrize(("typed", "points"), [(0.6, 10), (0.5995, 10), (0.598, 0), (0.0, 0), (1.2, 10)])
    def test_grade_counts_from_the_percentage_that_the_teacher_chose(
        self, school: ColumnSchool, typed: float, points: int
    ) -> None:
        school.platform.cell(1, "anna").typed = typed

        school.read()

        assert school.points().get("anna", 0) == points

    def test_grade_counts_once_however_often_it_is_read(self, school: ColumnSchool) -> None:
        school.platform.cell(1, "anna").typed = 0.8

        for _ in range(3):
            school.read()
            school.work()

        assert school.told() == [("anna", PASSED)]

    def test_grade_that_is_lowered_or_removed_takes_back_what_it_gave_and_nothing_else(
        self, school: ColumnSchool
    ) -> None:
        for who, typed in ((school.anna, 0.8), (school.bo, 0.9)):
            school.platform.cell(1, who.subject).typed = typed
        school.finish(school.anna, 2)
        school.work()
        school.read()
        assert school.points() == {"anna": 30, "bo": 10}

        school.platform.cell(1, "anna").typed = 0.3
        del school.platform.cells[1, "bo"]
        school.work()
        school.platform.cells.pop((1, "bo"), None)
        school.read()

        assert school.points() == {"anna": 20}

    def test_grade_of_a_learner_who_did_it_by_themselves_is_ours_and_no_news(self, school: ColumnSchool) -> None:
        school.finish(school.anna, 1)
        school.work()
        assert school.platform.cell(1, "anna").shown == 1.0

        school.read()

        assert school.told() == []

    def test_typed_grade_that_equals_ours_is_no_news(self, school: ColumnSchool) -> None:
        school.finish(school.anna, 1)
        school.work()
        school.platform.cell(1, "anna").typed = 1.0

        school.read()

        assert (school.told(), school.points()) == ([], {"anna": 10})

    def test_cell_is_not_judged_while_our_own_score_is_on_its_way(self, school: ColumnSchool) -> None:
        school.finish(school.anna, 1)
        school.platform.cell(1, "anna").score = 1.0  # it arrived, and the answer was lost

        school.read()

        assert school.told() == []

    def test_what_somebody_took_back_here_is_not_given_by_the_grade_that_stays_there(
        self, school: ColumnSchool
    ) -> None:
        school.finish(school.anna, 1)
        school.platform.cell(1, "anna").typed = 1.0
        school.work()
        take_back_from(school, school.anna)
        school.work()

        school.read()
        school.work()
        school.read()

        assert school.points() == {}

    def test_grade_in_a_column_of_the_whole_course_finishes_no_task(self, school: ColumnSchool) -> None:
        school.choose(Columns.ONE)
        school.platform.cell(1, "anna").typed = 0.8

        school.read()

        assert school.told() == []

    def test_who_left_and_who_teaches_are_passed_over(self, school: ColumnSchool) -> None:
        school.platform.cell(1, "anna").typed = 0.8
        school.read()
        school.work()
        school.membership(school.anna, left_at=school.tool.clock.now())
        school.membership(school.bo, role="instructor")
        school.platform.cell(1, "anna").typed = 0.1
        school.platform.cell(1, "bo").typed = 0.9
        school.platform.cell(1, "somebody").typed = 0.9

        school.read()

        assert school.told() == [("anna", PASSED)]

    def test_somebody_who_was_erased_is_not_written_about_again(self, school: ColumnSchool) -> None:
        school.platform.cell(1, "anna").typed = 0.8
        school.read()
        before = school.told()
        with school.tool.db.transaction() as tx:
            erase_person(tx, school.anna.id, now=school.tool.clock.now())
        school.platform.cell(1, "anna").typed = 0.1

        school.read()

        assert len(school.told()) == len(before)

    def test_large_class_is_kept_in_several_transactions(
        self, school: ColumnSchool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("lti_tool.reading_grades.BATCH", 1)
        for who in (school.anna, school.bo):
            school.platform.cell(1, who.subject).typed = 0.8

        school.read()

        assert school.points() == {"anna": 10, "bo": 10}


class TestReading:
    def test_column_that_is_gone_takes_no_points_from_anybody(self, school: ColumnSchool) -> None:
        school.platform.cell(1, "anna").typed = 0.8
        school.read()
        del school.platform.columns[1]

        school.read()

        assert school.row(1).gone_at is not None
        assert school.points() == {"anna": 10}

    def test_column_that_is_gone_is_not_asked_any_more(self, school: ColumnSchool) -> None:
        del school.platform.columns[1]
        school.read()
        school.platform.calls.clear()

        school.read()

        assert school.platform.calls == []

    def test_platform_that_fails_loses_nothing(self, school: ColumnSchool) -> None:
        school.platform.cell(1, "anna").typed = 0.8
        school.read()
        school.platform.refuse["GET", "/lineitems/1/lineitem/results"] = Answer(500)

        with pytest.raises(PlatformFailed):
            school.read()

        assert school.points() == {"anna": 10}

    def test_platform_that_does_not_let_us_read_is_not_asked(self, school: ColumnSchool) -> None:
        with school.tool.db.transaction() as tx:
            tx.get_one(LineItem, school.row(1).id).scopes = [SCOPE_SCORE]
        school.platform.calls.clear()

        school.read()

        assert school.platform.calls == []

    def test_worker_reads_when_it_is_time_and_half_an_hour_later_again(self, school: ColumnSchool) -> None:
        school.platform.cell(1, "anna").typed = 0.8

        promise_due(school.tool)
        school.work()

        assert school.points() == {"anna": 10}
        due_at = school.course().results_due_at
        assert due_at is not None
        assert PAUSE - timedelta(minutes=1) < due_at - school.tool.clock.now() <= PAUSE

    def test_what_is_asked_for_while_it_is_read_is_read_again_at_once(self, school: ColumnSchool) -> None:
        def choose_again() -> None:
            if not chosen:
                chosen.append(school.want_grades(50))

        chosen: list[None] = []
        school.platform.cell(1, "anna").typed = 0.55
        school.platform.on_results = choose_again
        promise_due(school.tool)
        school.work()
        assert school.points() == {}

        promise_due(school.tool)
        school.work()

        assert school.points() == {"anna": 10}

    def test_column_that_is_found_later_is_read_at_once(self, school: ColumnSchool) -> None:
        promise_due(school.tool)
        school.work()
        second = school.place_with_column(2)
        school.platform.cell(second, "bo").typed = 0.9

        promise_due(school.tool)
        school.work()

        assert school.points() == {"bo": 20}

    def test_column_that_is_found_is_not_read_where_typed_grades_do_not_count(self, unwanted: ColumnSchool) -> None:
        unwanted.place_with_column(2)

        assert unwanted.course().results_due_at is None

    def test_teacher_who_does_not_want_them_any_more_keeps_what_was_given(self, school: ColumnSchool) -> None:
        school.platform.cell(1, "anna").typed = 0.8
        school.read()
        school.want_grades(None)
        school.platform.cell(1, "anna").typed = 0.1

        school.read()
        promise_due(school.tool)

        assert school.points() == {"anna": 10}
        with school.tool.db.reading() as tx:
            assert MessageType.READ_GRADES not in [type for type, _ids in promised(tx)]

    def test_grade_that_the_teacher_never_wanted_changes_nothing(self, unwanted: ColumnSchool) -> None:
        school = unwanted
        school.finish(school.bo, 1)
        school.work()
        for who, typed in ((school.anna, 1.0), (school.bo, 0.1)):
            school.platform.cell(1, who.subject).typed = typed
        sent = list(school.platform.scores)
        school.platform.calls.clear()

        promise_due(school.tool)
        school.work()
        school.read()
        school.work()

        assert (school.points(), school.told()) == ({"bo": 10}, [])
        assert (school.platform.scores, school.platform.calls) == (sent, [])
        assert school.course().results_due_at is None

    def test_another_percentage_holds_for_what_was_typed_before(self, school: ColumnSchool) -> None:
        school.platform.cell(1, "anna").typed = 0.7
        school.read()
        school.work()

        school.want_grades(80)
        school.read()

        assert school.points() == {}

    @pytest.mark.parametrize("percent", [0, -1, 101])
    def test_percentage_that_is_none_is_refused(self, school: ColumnSchool, percent: int) -> None:
        with pytest.raises(InputInvalid):
            school.want_grades(percent)

    def test_somebody_who_may_not_edit_chooses_nothing(self, school: ColumnSchool) -> None:
        with pytest.raises(NotAllowed), school.tool.db.transaction() as tx:
            choose_grades_by_hand(
                tx, school.context.id, 50, role=PrincipalRole.TEACHING_ASSISTANT, now=school.tool.clock.now()
            )


STEPS = st.one_of(
    st.tuples(st.just("type"), st.sampled_from([0.0, 0.3, 0.6, 0.8, 1.0])),
    st.tuples(st.sampled_from(["untype", "empty", "finish", "take back", "send again", "read", "work"]), st.just(0.0)),
)


@pytest.fixture(scope="module")
def long_school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ColumnSchool]:
    from config.migrate import upgrade

    url = f"sqlite:///{tmp_path_factory.mktemp('grades')}/test.sqlite3"
    upgrade(url)
    with open_column_school(url) as opened:
        opened.place_with_column(1)
        opened.want_grades(60)
        yield opened


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, max_size=8), typed_stays=st.booleans())
def test_grades_and_scores_come_to_rest_whatever_happened(
    long_school: ColumnSchool, steps: list[tuple[str, float]], typed_stays: bool
) -> None:
    """Nobody types any more: our score and their grade do not chase each other, and what is shown is what counts."""
    school, platform = long_school, long_school.platform
    platform.typed_stays = typed_stays
    with school.tool.db.transaction() as tx:
        learner = make_person(tx, school.registration, subject=unique("learner"))
        make_membership(tx, school.context, learner)
    typings, took_back = 0, False
    for step, typed in steps:
        cell = platform.cell(1, learner.subject)
        match step:
            case "type":
                cell.typed, typings = typed, typings + 1
            case "untype":
                cell.typed, typings = None, typings + 1
            case "empty":
                cell.typed = cell.score = None
                typings += 1
            case "finish" if not took_back and learner.subject not in school.points():
                school.finish(learner, 1)
            case "take back" if learner.subject in school.points():
                take_back_from(school, learner)
                took_back = True
            case "send again":
                with school.tool.db.transaction() as tx:
                    promise_scores(tx, school.context.id, [learner.id], now=school.tool.clock.now())
            case "read":
                school.read()
            case "work":
                school.work()

    for _ in range(3):
        school.work()
        school.read()
    settled = (school.points().get(learner.subject), len(told_of(school, learner)))
    school.work()
    school.read()

    assert (school.points().get(learner.subject), len(told_of(school, learner))) == settled
    assert len(told_of(school, learner)) <= typings + steps.count(("take back", 0.0)) + 1
    told = told_of(school, learner)
    assert told == [(PASSED, LAPSED)[index % 2] for index in range(len(told))]


def told_of(school: ColumnSchool, learner: Person) -> list[str]:
    return [verb for subject, verb in school.told() if subject == learner.subject]
