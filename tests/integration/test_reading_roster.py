"""Reading who is in a course: what is kept of it, what a launch says better, and who left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from config.errors import PlatformFailed
from lti_tool.lti.roles import PrincipalRole
from lti_tool.messages import MessageType
from lti_tool.personal_data.erase import erase_person
from lti_tool.publishing import publish_score
from lti_tool.roster.groups import groups_of
from lti_tool.roster.models import Context, LineItem, Registration
from tests.factories.local_server import Answer
from tests.factories.promises import take_promises
from tests.factories.roster_platform import ASSISTANT, RosterSchool, member, open_roster_school

LEARNER, TEACHING_ASSISTANT = PrincipalRole.LEARNER, PrincipalRole.TEACHING_ASSISTANT
INSTRUCTOR = PrincipalRole.INSTRUCTOR


@pytest.fixture
def school(database_url: str) -> Iterator[RosterSchool]:
    with open_roster_school(database_url) as opened:
        yield opened


def roles(school: RosterSchool) -> dict[str, str]:
    return {subject: membership.role for subject, membership in school.memberships().items()}


def left(school: RosterSchool) -> set[str]:
    return {subject for subject, membership in school.memberships().items() if membership.left_at is not None}


class TestKeeping:
    def test_everybody_is_there_before_they_ever_launched(self, school: RosterSchool) -> None:
        school.platform.members.append(member("anna", name="", given_name="Anna", family_name="Bos", email="a@x.nl"))

        school.read()

        anna = school.memberships()["anna"]
        assert (anna.role, anna.listed_role, anna.launched_at) == (LEARNER, LEARNER, None)
        assert anna.listed_at is not None
        person = school.person("anna")
        assert (person.name, person.given_name, person.email) == ("Anna Bos", "Anna", "")

    @pytest.mark.parametrize("keeps_names", [True, False])
    def test_addresses_are_kept_where_that_was_chosen_and_never_without_names(
        self, school: RosterSchool, keeps_names: bool
    ) -> None:
        school.platform.members.append(member("anna", name="Anna", email="a@x.nl"))
        with school.tool.db.transaction() as tx:
            registration = tx.get_one(Registration, school.registration.id)
            registration.keeps_names, registration.keeps_email = keeps_names, True

        school.read()

        person = school.person("anna")
        assert (person.name, person.email) == (("Anna", "a@x.nl") if keeps_names else ("", ""))

    def test_names_are_dropped_where_the_platform_is_one_whose_names_are_not_kept(self, school: RosterSchool) -> None:
        school.enrol("anna")
        with school.tool.db.transaction() as tx:
            tx.get_one(Registration, school.registration.id).keeps_names = False

        school.read()

        assert school.person("anna").name == ""

    def test_roster_without_names_forgets_none_that_a_launch_told(self, school: RosterSchool) -> None:
        school.enrol("anna")
        school.read()
        school.platform.members[-1] = member("anna", name="")

        school.read()

        assert school.person("anna").name == "Anna"

    def test_name_that_changed_is_kept(self, school: RosterSchool) -> None:
        school.enrol("anna")
        school.read()
        school.platform.members[-1] = member("anna", name="Anna de Wit")

        school.read()

        assert school.person("anna").name == "Anna de Wit"

    def test_reading_the_same_again_writes_nothing(self, school: RosterSchool) -> None:
        school.enrol("anna", "bo")
        school.read()
        before = {subject: one.listed_at for subject, one in school.memberships().items()}

        school.read()

        assert {subject: one.listed_at for subject, one in school.memberships().items()} == before

    def test_pages_are_read_to_the_last(self, school: RosterSchool) -> None:
        school.enrol(*(f"learner-{number}" for number in range(23)))
        school.platform.page_size = 5

        school.read()

        assert len(school.memberships()) == 25

    def test_somebody_listed_twice_is_one(self, school: RosterSchool) -> None:
        school.platform.members += [member("anna", status="Deleted"), member("anna")]

        school.read()

        assert "anna" in school.memberships()
        assert left(school) == set()

    def test_somebody_who_was_erased_is_somebody_new(self, school: RosterSchool) -> None:
        school.enrol("anna")
        school.read()
        erased = school.person("anna").id
        with school.tool.db.transaction() as tx:
            erase_person(tx, erased, now=school.tool.clock.now())

        school.read()

        assert school.person("anna").id != erased

    def test_next_time_is_about_a_day_later(self, school: RosterSchool) -> None:
        school.read()

        course = school.course()
        assert course.roster_read_at == school.tool.clock.now()
        assert course.roster_due_at is not None
        hours = (course.roster_due_at - school.tool.clock.now()).total_seconds() / 3600
        assert 23 <= hours <= 25

    def test_typed_grades_are_read_once_it_is_known_who_is_there(self, school: RosterSchool) -> None:
        later = school.tool.clock.now() + timedelta(hours=1)

        def wait_with_grades(percent: int | None) -> None:
            with school.tool.db.transaction() as tx:
                course = tx.get_one(Context, school.context.id)
                course.results_percent, course.results_due_at = percent, later if percent else None

        wait_with_grades(55)
        school.read()
        assert school.course().results_due_at == school.tool.clock.now()

        wait_with_grades(55)
        school.read()
        assert school.course().results_due_at == later, "nobody is new"

        wait_with_grades(None)
        school.platform.members.append(member("cas"))
        school.read()
        assert school.course().results_due_at is None

    def test_course_without_a_roster_is_left_alone(self, school: RosterSchool) -> None:
        with school.tool.db.transaction() as tx:
            tx.get_one(Context, school.context.id).memberships_url = ""

        school.read()

        assert school.platform.asked == []
        assert school.course().roster_due_at is None


class TestRoles:
    def test_assistant_who_launched_stays_one_though_the_roster_says_learner(self, school: RosterSchool) -> None:
        school.launch(ASSISTANT, INSTRUCTOR)

        school.read()
        school.read()

        assert roles(school)[ASSISTANT] == INSTRUCTOR

    def test_assistant_who_never_launched_is_known_by_the_gate_for_staff(self, school: RosterSchool) -> None:
        school.enrol("anna", "bo")
        school.place_staff_gate()

        school.read()

        assert (roles(school)[ASSISTANT], roles(school)["anna"]) == (TEACHING_ASSISTANT, LEARNER)

    def test_assistant_stays_one_while_the_gate_for_staff_does_not_answer(self, school: RosterSchool) -> None:
        school.enrol("anna", "bo")
        school.place_staff_gate()
        school.read()
        school.platform.refuse["staff"] = Answer(500)

        school.read()

        assert roles(school)[ASSISTANT] == TEACHING_ASSISTANT

    def test_gate_for_staff_that_lets_everybody_in_tells_nobody_apart(self, school: RosterSchool) -> None:
        school.enrol("anna", "bo", "cas")
        school.place_staff_gate(passing={"anna", "bo", "cas"})

        school.read()

        assert {roles(school)[subject] for subject in ("anna", "bo", "cas", ASSISTANT)} == {LEARNER}

    def test_gate_for_staff_that_somebody_opens_who_launched_as_a_learner_is_not_believed(
        self, school: RosterSchool
    ) -> None:
        school.enrol("anna", "bo", "cas")
        school.launch("anna")
        school.place_staff_gate(passing={"anna"})

        school.read()

        assert (roles(school)["anna"], roles(school)[ASSISTANT]) == (LEARNER, LEARNER)

    def test_learner_who_teaches_now_does_so_before_they_launch_again(self, school: RosterSchool) -> None:
        school.enrol("anna")
        school.launch("anna")
        school.read()
        school.platform.members[-1] = member("anna", "Instructor")

        school.read()

        assert roles(school)["anna"] == INSTRUCTOR

    @pytest.mark.parametrize(("family", "expected"), [("moodle", INSTRUCTOR), ("canvas", LEARNER)])
    def test_teacher_whom_the_roster_calls_a_learner_now_is_one_where_rosters_can_be_believed(
        self, school: RosterSchool, family: str, expected: PrincipalRole
    ) -> None:
        with school.tool.db.transaction() as tx:
            tx.get_one(Registration, school.registration.id).product_family = family
        school.platform.members.append(member("anna", "Instructor"))
        school.launch("anna", INSTRUCTOR)
        school.read()
        school.platform.members[-1] = member("anna", "Learner")

        school.read()

        assert roles(school)["anna"] == expected


class TestLeaving:
    @pytest.fixture
    def three(self, school: RosterSchool) -> RosterSchool:
        school.enrol("anna", "bo", "cas")
        school.publish()
        school.read()
        return school

    def test_who_is_not_listed_any_more_has_left_and_keeps_what_they_earned(self, three: RosterSchool) -> None:
        three.place_staff_gate()
        item = three.place_gate(1, passing={"anna"})
        three.ask()
        three.platform.members = [one for one in three.platform.members if one["user_id"] != "anna"]

        three.read()
        three.ask()

        assert left(three) == {"anna"}
        assert three.points() == {"anna": 10}
        assert three.gate(item).problem == ""

    @pytest.mark.parametrize("status", ["Inactive", "Deleted"])
    def test_who_is_listed_as_inactive_has_left(self, three: RosterSchool, status: str) -> None:
        three.platform.members[-1] = member("cas", status=status)

        three.read()

        assert left(three) == {"cas"}

    def test_nobody_is_told_a_score_of_somebody_who_left(self, three: RosterSchool) -> None:
        three.platform.members[-1] = member("cas", status="Deleted")
        three.read()
        with three.tool.db.reading() as tx:
            line_item_id = tx.execute(select(LineItem.id)).scalars().one()

        publish_score(three.tool, line_item_id, three.person("cas").id)  # the platform would not know what to say

    def test_who_comes_back_is_there_again_and_brought_up_to_date(self, three: RosterSchool) -> None:
        three.platform.members[-1] = member("cas", status="Deleted")
        three.read()
        with three.tool.db.transaction() as tx:
            take_promises(tx)
        three.platform.members[-1] = member("cas")

        three.read()

        assert left(three) == set()
        with three.tool.db.reading() as tx:
            assert [type for type, _ids in take_promises(tx)] == [MessageType.EVALUATE_COURSE]

    def test_who_launched_and_was_never_listed_has_not_left(self, three: RosterSchool) -> None:
        three.launch("guest")

        three.read()

        assert left(three) == set()

    def test_who_launches_while_the_roster_is_read_has_not_left(self, three: RosterSchool) -> None:
        three.platform.members.pop()
        three.platform.on_ask = lambda _link: (three.launch("cas"), None)[1]

        three.read()

        assert left(three) == set()

    def test_roster_that_breaks_off_says_of_nobody_that_they_left(self, three: RosterSchool) -> None:
        three.platform.members = [*three.platform.members[:3], member("dré"), member("eva")]
        three.platform.page_size = 2
        three.platform.on_ask = lambda _link: three.platform.refuse.update(
            {"": Answer(503)} if len(three.platform.asked) % 3 == 0 else {}
        )

        with pytest.raises(PlatformFailed):
            three.read()

        assert left(three) == set()
        assert three.course().roster_problem == "members-failed 503"

    def test_roster_without_end_says_of_nobody_that_they_left(self, three: RosterSchool) -> None:
        page = json.dumps({"members": [member("anna")]}).encode()
        three.platform.refuse[""] = Answer(
            body=page, headers={"Link": f'<{three.platform.url}/members?again=1>; rel="next"'}
        )

        with pytest.raises(PlatformFailed):
            three.read()

        assert left(three) == set()
        assert three.course().roster_problem == "endless-pages"

    def test_roster_of_nobody_says_of_nobody_that_they_left(self, three: RosterSchool) -> None:
        three.platform.members = []

        with pytest.raises(PlatformFailed):
            three.read()

        assert left(three) == set()
        assert three.course().roster_problem == "empty-roster"

    def test_problem_goes_once_the_roster_is_read(self, three: RosterSchool) -> None:
        three.platform.refuse[""] = Answer(403)
        with pytest.raises(PlatformFailed):
            three.read()
        assert three.course().roster_problem == "members-failed 403"
        three.platform.refuse.clear()

        three.read()

        assert three.course().roster_problem == ""


class TestScores:
    def test_new_learners_have_no_score_promised_before_they_did_anything(self, school: RosterSchool) -> None:
        school.publish()
        school.enrol("anna", "bo")
        school.place_staff_gate()
        with school.tool.db.transaction() as tx:
            take_promises(tx)

        school.read()

        with school.tool.db.reading() as tx:
            assert [type for type, _ids in take_promises(tx) if type == MessageType.PUBLISH_SCORE] == []

    def test_course_without_tasks_promises_nothing(self, school: RosterSchool) -> None:
        school.enrol("anna")

        school.read()

        with school.tool.db.reading() as tx:
            assert take_promises(tx) == []


def test_groups_come_with_the_roster_where_the_platform_has_them(school: RosterSchool) -> None:
    school.platform.groups = [{"id": "7", "name": "Dinsdag"}, {"id": "8", "name": "Vrijdag"}]
    school.platform.members += [
        member("anna", group_enrollments=[{"group_id": "7"}]),
        member("bo", group_enrollments=[{"group_id": 7}, {"group_id": "9"}]),
    ]
    with school.tool.db.transaction() as tx:
        tx.get_one(Context, school.context.id).groups_url = f"{school.platform.url}/groups"

    school.read()

    assert school.memberships()["bo"].group_ids == ["7", "9"]
    with school.tool.db.reading() as tx:
        assert [(group.id, group.name) for group in groups_of(tx, school.context.id)] == [("7", "Dinsdag"), ("9", "")]
