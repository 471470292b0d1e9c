"""Asking who may open a link: what becomes of the answer, and of one that cannot be right."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from config.errors import PlatformFailed
from gamification.engine.activity import Verb
from gamification.ledger_export import ledger_rows
from lti_tool.asking_gates import ask_gates
from lti_tool.asking_gates.judging import next_round
from lti_tool.lti.roles import PrincipalRole
from lti_tool.messages import MessageType
from lti_tool.reviewing import take_back
from lti_tool.roster.gates import GateProblem
from lti_tool.roster.item_models import ContentItem, Gate
from lti_tool.roster.models import Context, Membership
from tests.factories.local_server import Answer
from tests.factories.promises import take_promises
from tests.factories.roster_platform import ASSISTANT, RosterSchool, open_roster_school
from tests.factories.rows import NOW
from tests.factories.tool import advance

CLASS = ("anna", "bo", "cas", "dré", "eva")


@pytest.fixture
def empty(database_url: str) -> Iterator[RosterSchool]:
    with open_roster_school(database_url) as opened:
        yield opened


@pytest.fixture
def school(empty: RosterSchool) -> RosterSchool:
    """Five learners and an assistant whom the roster calls one, two tasks, and a gate for staff."""
    return prepare(empty)


def prepare(school: RosterSchool, *, stays_when_undone: bool = False) -> RosterSchool:
    school.enrol(*CLASS)
    school.publish(stays_when_undone=stays_when_undone)
    school.place_staff_gate()
    school.read()
    return school


class TestAnswers:
    def test_who_may_open_the_link_has_finished_its_task(self, school: RosterSchool) -> None:
        first, _second = school.place_gate(1, passing={"anna", "bo"}), school.place_gate(2, passing={"anna"})

        school.ask()

        assert school.points() == {"anna": 20, "bo": 10}
        gate = school.gate(first)
        assert (gate.passed_count, gate.listed_count, gate.problem) == (2, 5, "")
        assert gate.asked_at == school.tool.clock.now()

    def test_asking_again_records_nothing(self, school: RosterSchool) -> None:
        school.place_gate(1, passing={"anna"})
        school.ask()
        before = school.activities()

        school.ask()

        assert school.activities() == before == [("anna", Verb.PASSED)]

    def test_what_is_undone_goes_and_what_is_done_again_comes_back(self, school: RosterSchool) -> None:
        passing = {"anna", "bo"}
        school.place_gate(1, passing=passing)
        school.ask()
        passing.remove("anna")
        school.ask()
        assert school.points() == {"bo": 10}
        passing.add("anna")

        school.ask()

        assert school.points() == {"anna": 10, "bo": 10}
        assert [verb for subject, verb in school.activities() if subject == "anna"] == ["passed", "lapsed", "passed"]

    def test_what_is_undone_stays_where_the_rules_say_so(self, empty: RosterSchool) -> None:
        school = prepare(empty, stays_when_undone=True)
        passing = {"anna", "bo"}
        school.place_gate(1, passing=passing)
        school.ask()
        passing.clear()

        school.ask()

        assert school.points() == {"anna": 10, "bo": 10}

    def test_staff_finish_nothing_whatever_the_roster_calls_them(self, school: RosterSchool) -> None:
        school.place_gate(1, passing={"anna"})

        school.ask()

        assert {subject for subject, _verb in school.activities()} == {"anna"}

    def test_assistant_is_told_apart_by_their_launch_where_there_is_no_gate_for_staff(
        self, empty: RosterSchool
    ) -> None:
        empty.enrol(*CLASS)
        empty.publish()
        empty.read()
        empty.launch(ASSISTANT, PrincipalRole.INSTRUCTOR)
        empty.place_gate(1, passing={"anna"})

        empty.ask()

        assert empty.points() == {"anna": 10}

    def test_assistant_who_is_none_any_more_can_earn(self, school: RosterSchool) -> None:
        school.place_gate(1, passing={"anna", ASSISTANT})
        school.ask()
        assert school.points() == {"anna": 10}
        school.platform.staff.remove(ASSISTANT)

        school.ask()

        assert school.memberships()[ASSISTANT].role == PrincipalRole.LEARNER
        assert school.points() == {"anna": 10, ASSISTANT: 10}

    def test_somebody_whom_no_roster_has_named_yet_counts_at_once(self, school: RosterSchool) -> None:
        school.place_gate(1, passing={"finn"})
        school.enrol("finn")

        school.ask()

        assert school.points() == {"finn": 10}
        assert school.memberships()["finn"].listed_role == PrincipalRole.LEARNER

    def test_somebody_who_left_keeps_what_they_have_before_the_roster_knows(self, school: RosterSchool) -> None:
        school.place_gate(1, passing={"anna", "bo"})
        school.ask()
        school.platform.members = [one for one in school.platform.members if one["user_id"] != "anna"]

        school.ask()

        assert school.points() == {"anna": 10, "bo": 10}

    @pytest.mark.parametrize("values", [{"role": "instructor"}, {"left_at": NOW}])
    def test_somebody_who_turns_out_to_teach_or_to_have_left_while_we_ask_finishes_nothing(
        self, school: RosterSchool, values: dict[str, object]
    ) -> None:
        school.place_gate(1, passing={"anna", "bo"})
        anna = school.person("anna").id

        def meanwhile(link: str) -> None:
            if link == "gate-1":
                with school.tool.db.transaction() as tx:
                    tx.execute(update(Membership).where(Membership.person_id == anna).values(values))

        school.platform.on_ask = meanwhile

        school.ask()

        assert school.points() == {"bo": 10}

    def test_what_somebody_who_teaches_took_back_stays_taken_back(self, school: RosterSchool) -> None:
        school.place_gate(1, passing={"anna"})
        school.ask()
        advance(school.tool, 1)
        with school.tool.db.transaction() as tx:
            take_back(
                tx,
                context_id=school.context.id,
                person_id=school.person("anna").id,
                task_id=school.task_ids[0],
                actor_id=school.teacher.id,
                role=PrincipalRole.INSTRUCTOR,
                reason="Niet van Anna.",
                request_id=uuid.uuid4(),
                now=school.tool.clock.now(),
            )

        school.ask()

        assert school.points() == {}

    def test_gate_that_was_removed_is_not_asked(self, school: RosterSchool) -> None:
        item = school.place_gate(1, passing={"anna"})
        with school.tool.db.transaction() as tx:
            tx.get_one(ContentItem, item).removed_at = school.tool.clock.now()

        school.ask()

        assert "gate-1" not in school.platform.asked

    def test_scores_of_who_finished_something_are_promised(self, school: RosterSchool) -> None:
        school.place_gate(1, passing={"anna"})
        with school.tool.db.transaction() as tx:
            take_promises(tx)

        school.ask()

        with school.tool.db.reading() as tx:
            told = [ids["person_id"] for type, ids in take_promises(tx) if type == MessageType.PUBLISH_SCORE]
        assert told == [str(school.person("anna").id)]


class TestDoubt:
    """Answers that are kept apart until the teacher says that they are right."""

    def confirm(self, school: RosterSchool, item: uuid.UUID, problem: GateProblem) -> None:
        with school.tool.db.transaction() as tx:
            tx.execute(update(Gate).where(Gate.content_item_id == item).values(problem=problem))

    def test_everybody_at_once_is_probably_a_forgotten_restriction(self, school: RosterSchool) -> None:
        item = school.place_gate(1, passing=set(CLASS))

        school.ask()
        school.ask()

        assert school.points() == {}
        assert school.gate(item).problem == GateProblem.EVERYBODY_PASSES

    def test_everybody_at_once_is_believed_when_the_teacher_says_so(self, school: RosterSchool) -> None:
        item = school.place_gate(1, passing=set(CLASS))
        school.ask()
        self.confirm(school, item, GateProblem.EVERYBODY_CONFIRMED)

        school.ask()

        assert school.points() == dict.fromkeys(CLASS, 10)
        assert (school.gate(item).problem, school.gate(item).passed_count) == ("", 5)

    def test_what_the_teacher_says_waits_for_a_platform_in_trouble(self, school: RosterSchool) -> None:
        item = school.place_gate(1, passing=set(CLASS))
        school.ask()
        self.confirm(school, item, GateProblem.EVERYBODY_CONFIRMED)
        school.platform.refuse["gate-1"] = Answer(503)
        with pytest.raises(PlatformFailed):
            school.ask()
        school.platform.refuse.clear()

        advance(school.tool, 3600)
        school.ask()

        assert school.points() == dict.fromkeys(CLASS, 10)

    def test_class_that_finishes_one_by_one_is_believed(self, school: RosterSchool) -> None:
        passing = set(CLASS[:3])
        school.place_gate(1, passing=passing)
        school.ask()
        passing.update(CLASS)

        school.ask()

        assert school.points() == dict.fromkeys(CLASS, 10)

    def test_restriction_that_is_put_right_needs_nobody_to_say_so(self, school: RosterSchool) -> None:
        passing = set(CLASS)
        item = school.place_gate(1, passing=passing)
        school.ask()
        passing.difference_update(CLASS[1:])

        school.ask()

        assert school.points() == {"anna": 10}
        assert school.gate(item).problem == ""

    def test_nobody_at_once_is_probably_a_hidden_link(self, school: RosterSchool) -> None:
        passing = set(CLASS[:3])
        item = school.place_gate(1, passing=passing)
        school.ask()
        passing.clear()

        school.ask()

        assert school.points() == dict.fromkeys(CLASS[:3], 10)
        assert school.gate(item).problem == GateProblem.NOBODY_PASSES
        self.confirm(school, item, GateProblem.NOBODY_CONFIRMED)
        school.ask()
        assert school.points() == {}

    def test_two_who_undid_it_are_believed(self, school: RosterSchool) -> None:
        passing = {"anna", "bo"}
        school.place_gate(1, passing=passing)
        school.ask()
        passing.clear()

        school.ask()

        assert school.points() == {}

    def test_answer_without_even_staff_is_not_believed_of_a_single_learner(self, school: RosterSchool) -> None:
        item = school.place_gate(1, passing={"anna"})
        school.ask()
        school.platform.hidden.add("gate-1")

        school.ask()

        assert school.points() == {"anna": 10}
        assert school.gate(item).problem == GateProblem.NOBODY_PASSES

    def test_gate_for_staff_that_lets_learners_in_says_so_and_takes_nothing_from_them(
        self, school: RosterSchool
    ) -> None:
        school.place_gate(1, passing={"anna"})
        school.ask()
        school.platform.opened_by["staff"] = set(CLASS)

        school.ask()

        assert "anna" in school.points()
        with school.tool.db.reading() as tx:
            problems = {gate.problem for gate in tx.query(Gate)}
        assert problems == {GateProblem.LETS_LEARNERS_IN, ""}

    def test_gate_for_staff_that_lets_learners_in_gives_an_assistant_nothing(self, empty: RosterSchool) -> None:
        """Staff pass every gate, so an assistant who never opened us would have the badge before anybody."""
        empty.enrol(*CLASS)
        empty.publish()
        empty.read()
        empty.launch("bo")
        empty.place_staff_gate(passing=set(CLASS))
        item = empty.place_gate(1, passing={"anna", "bo"})

        empty.ask()

        assert empty.points() == {"bo": 10}
        assert empty.gate(item).passed_count == 1
        empty.platform.opened_by["staff"] = set()
        empty.ask()
        assert empty.points() == {"anna": 10, "bo": 10}


class TestTrouble:
    def test_link_that_is_gone_undoes_nothing(self, school: RosterSchool) -> None:
        item, other = school.place_gate(1, passing={"anna"}), school.place_gate(2)
        school.ask()
        del school.platform.opened_by["gate-1"]
        school.platform.opened_by["gate-2"].add("bo")

        school.ask()

        assert school.points() == {"anna": 10, "bo": 10}
        assert (school.gate(item).problem, school.gate(item).failures) == (GateProblem.GONE, 1)
        assert school.gate(other).problem == ""

    def test_link_that_stays_gone_is_asked_ever_less_often(self, school: RosterSchool) -> None:
        school.place_gate(1, passing={"anna"})
        school.ask()
        del school.platform.opened_by["gate-1"]
        school.platform.asked.clear()

        for _ in range(24 * 6):
            school.ask()

        assert 6 <= school.platform.asked.count("gate-1") <= 9

    def test_answer_that_nobody_can_read_does_not_hold_up_the_others(self, school: RosterSchool) -> None:
        first = school.place_gate(1, passing={"anna"})
        school.place_gate(2, passing={"bo"})
        school.platform.refuse["gate-1"] = Answer(body=b"<html>Sorry</html>")

        school.ask()

        assert school.points() == {"bo": 10}
        assert school.gate(first).problem == "bad-json 200"

    @pytest.mark.parametrize("status", [403, 429, 500])
    def test_platform_in_trouble_is_asked_again_later_and_undoes_nothing(
        self, school: RosterSchool, status: int
    ) -> None:
        item = school.place_gate(1, passing={"anna"})
        school.ask()
        school.platform.refuse["gate-1"] = Answer(status)

        with pytest.raises(PlatformFailed):
            school.ask()

        assert school.points() == {"anna": 10}
        assert school.gate(item).problem == f"members-failed {status}"

    def test_roster_that_fails_while_something_seems_undone_undoes_nothing(self, school: RosterSchool) -> None:
        passing = {"anna", "bo"}
        school.place_gate(1, passing=passing)
        school.ask()
        passing.remove("anna")
        school.platform.refuse[""] = Answer(500)

        with pytest.raises(PlatformFailed):
            school.ask()

        assert school.points() == {"anna": 10, "bo": 10}

    def test_nothing_is_asked_before_the_roster_was_read(self, empty: RosterSchool) -> None:
        empty.publish()
        empty.enrol(*CLASS)
        empty.place_gate(1, passing=set(CLASS))

        empty.ask()

        assert empty.platform.asked == []
        assert empty.course().roster_due_at == empty.tool.clock.now()
        empty.read()
        assert empty.course().gates_due_at == empty.tool.clock.now()


class TestLinks:
    def test_link_that_nobody_opened_is_learnt_from_its_line_item(self, school: RosterSchool) -> None:
        item = school.place_gate(1, link_id="", passing={"anna"})
        school.platform.line_items = [
            {"id": "x", "label": "y", "resourceId": "another", "resourceLinkId": "gate-9"},
            {"id": "x", "label": "y", "resourceId": str(item), "resourceLinkId": "gate-1"},
        ]

        school.ask()

        assert school.gate(item).external_resource_link_id == "gate-1"
        assert school.points() == {"anna": 10}

    def test_link_that_nobody_knows_says_so(self, school: RosterSchool) -> None:
        item = school.place_gate(1, link_id="", passing={"anna"})

        school.ask()

        assert school.gate(item).problem == GateProblem.LINK_UNKNOWN
        assert "gate-1" not in school.platform.asked


class TestTwoAtOnce:
    def test_two_workers_with_the_same_answer_record_it_once(self, school: RosterSchool) -> None:
        school.place_gate(1, passing=set(CLASS[:4]))
        both = threading.Barrier(2)
        school.platform.on_ask = lambda link: both.wait(20) if link == "gate-1" else None
        advance(school.tool, 60)
        workers = [threading.Thread(target=ask_gates, args=(school.tool, school.context.id)) for _ in range(2)]

        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        assert sorted(school.activities()) == sorted((subject, Verb.PASSED) for subject in CLASS[:4])
        assert school.points() == dict.fromkeys(CLASS[:4], 10)

    def test_answer_that_is_overtaken_by_a_newer_one_is_dropped(self, school: RosterSchool) -> None:
        item = school.place_gate(1, passing={"anna"})

        def overtake(link: str) -> None:
            if link == "gate-1":
                with school.tool.db.transaction() as tx:
                    tx.get_one(Gate, item).asked_at = school.tool.clock.now() + timedelta(seconds=1)

        school.platform.on_ask = overtake

        school.ask()

        assert school.points() == {}


def test_pauses_grow_while_nothing_happens_up_to_a_day() -> None:
    minutes = [next_round(timedelta(minutes=quiet)) // timedelta(minutes=1) for quiet in (0, 20, 60, 240, 900, 1500)]

    assert minutes == [5, 5, 10, 40, 60, 1440]


def test_course_without_gates_is_not_asked_again(school: RosterSchool) -> None:
    item = school.place_gate(1)
    with school.tool.db.transaction() as tx:
        tx.execute(update(ContentItem).values(removed_at=school.tool.clock.now()))
    assert item is not None

    school.ask()

    assert school.course().gates_due_at is None


@pytest.mark.parametrize("stays", [False, True])
@given(data=st.data())
@settings(max_examples=12)
def test_points_are_what_the_last_good_answer_says(sqlite_url: str, stays: bool, data: st.DataObject) -> None:
    """Any answers, any order, trouble in between. `cas` always passes and `dré` never, so no answer is in doubt."""
    answers = data.draw(
        st.lists(
            st.one_of(
                st.sets(st.sampled_from(["anna", "bo", "eva"])),
                st.sampled_from([403, 404, 500, 200]),
            ),
            max_size=8,
        )
    )
    with open_roster_school(sqlite_url) as school:
        with school.tool.db.transaction() as tx:
            assert tx.get(Context, school.context.id) is not None
        prepare(school, stays_when_undone=stays)
        passing: set[str] = {"cas"}
        school.place_gate(1, passing=passing)
        expected: set[str] = set()
        for answer in answers:
            advance(school.tool, 10**6)
            school.platform.refuse.clear()
            if isinstance(answer, int):
                school.platform.refuse["gate-1"] = Answer(answer, b"<html>")
            else:
                passing.clear()
                passing.update(answer | {"cas"})
                expected = (expected if stays else set()) | passing
            try:
                school.ask()
            except PlatformFailed:
                assert answer in {403, 500}
            assert school.points() == dict.fromkeys(expected, 10)
        with school.tool.db.reading() as tx:
            assert all(row.points for row in ledger_rows(tx, school.context.id))
