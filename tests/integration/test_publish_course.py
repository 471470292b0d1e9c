"""After publishing: who is evaluated again, what is promised to whom, and how long that may take."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from badges.award import list_awards
from config.errors import Conflict
from config.outbox import MessageState, OutboxMessage
from gamification.errors import RuleInvalid
from gamification.models import Balance
from gamification.publish import TaskDraft
from lti_tool.course.evaluation import evaluate_course
from lti_tool.course.set_up import Updating, course_setup, publish_course
from lti_tool.lti.roles import PrincipalRole
from lti_tool.messages import MessageType
from lti_tool.progress import evaluate_again
from lti_tool.roster.gradebook import chosen_columns
from lti_tool.roster.gradebook_models import Columns
from lti_tool.roster.models import Context, Membership, Person
from lti_tool.tool import Tool
from tests.factories.promises import take_promises
from tests.factories.rows import (
    NOW,
    make_context,
    make_line_item,
    make_membership,
    make_person,
    make_resource_link,
    registration_of,
)
from tests.factories.tool import finish_as_learner, make_tool, publish_as_teacher


@dataclass
class School:
    """A course with two tasks of 10 points and a goal of 20; both learners have done the first."""

    tool: Tool
    context: Context
    teacher: Person
    anna: Person
    bob: Person
    task_ids: list[uuid.UUID]

    def publish(self, *, goal_points: int, seen_number: int) -> None:
        tasks = [TaskDraft(task_id, f"Task {number}", 10) for number, task_id in enumerate(self.task_ids, 1)]
        publish_as_teacher(
            self.tool, self.context, self.teacher.id, tasks, goal_points=goal_points, seen_number=seen_number
        )

    def promises(self) -> dict[str, list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = {}
        with self.tool.db.transaction() as tx:
            for type, ids in take_promises(tx):
                found.setdefault(type, []).append(dict(ids))
        return found

    def holders(self) -> set[uuid.UUID]:
        with self.tool.db.reading() as tx:
            return {person.id for person in (self.anna, self.bob) if list_awards(tx, self.context.id, person.id)}


def test_publishing_when_the_goal_changed_promises_to_evaluate_the_course(school: School) -> None:
    school.publish(goal_points=10, seen_number=1)

    assert school.promises() == {MessageType.EVALUATE_COURSE: [{"context_id": str(school.context.id)}]}


def publish_with_columns(school: School, columns: Columns, *, goal_points: int, seen_number: int = 1) -> None:
    with school.tool.db.transaction() as tx:
        publish_course(
            tx,
            school.tool,
            context_id=school.context.id,
            person_id=school.teacher.id,
            role=PrincipalRole.INSTRUCTOR,
            tasks=[TaskDraft(task_id, f"Task {number}", 10) for number, task_id in enumerate(school.task_ids, 1)],
            goal_points=goal_points,
            badge_name="Veilig werken",
            badge_criteria="Je deed mee.",
            columns=columns,
            seen_number=seen_number,
            now=NOW,
        )


def columns_of(school: School) -> Columns | None:
    with school.tool.db.reading() as tx:
        return chosen_columns(tx, school.context.id)


def test_columns_when_chosen_with_the_publication_are_kept_with_it(school: School) -> None:
    publish_with_columns(school, Columns.NONE, goal_points=10)
    assert columns_of(school) is Columns.NONE

    with pytest.raises(RuleInvalid):
        publish_with_columns(school, Columns.ONE, goal_points=21, seen_number=2)
    with pytest.raises(Conflict):
        publish_with_columns(school, Columns.ONE, goal_points=20)
    assert columns_of(school) is Columns.NONE


def test_columns_when_nobody_was_asked_stay_unasked(school: School) -> None:
    school.publish(goal_points=10, seen_number=1)

    assert columns_of(school) is None


def test_set_up_when_read_says_how_far_the_background_is_until_it_is_done(school: School) -> None:
    def updating() -> Updating | None:
        with school.tool.db.reading() as tx:
            return course_setup(tx, school.context.id).updating

    school.publish(goal_points=10, seen_number=1)
    assert updating() == Updating(0, 2, has_stopped=False)

    with school.tool.db.transaction() as tx:
        evaluate_again(tx, school.context.id, school.anna.id, now=NOW)
    assert updating() == Updating(1, 2, has_stopped=False)

    with school.tool.db.transaction() as tx:
        tx.execute(update(OutboxMessage).values(state=MessageState.DEAD))
    assert updating() == Updating(1, 2, has_stopped=True)

    with school.tool.db.transaction() as tx:
        tx.execute(update(OutboxMessage).values(state=MessageState.DONE))
    assert updating() is None


def test_evaluating_when_the_goal_came_down_awards_and_promises_each_learner(school: School) -> None:
    school.publish(goal_points=10, seen_number=1)
    school.promises()

    evaluate_course(school.tool, school.context.id)

    assert school.holders() == {school.anna.id, school.bob.id}
    promises = school.promises()
    assert len(promises[MessageType.ISSUE_CREDENTIAL]) == 2
    assert {ids["person_id"] for ids in promises[MessageType.PUBLISH_SCORE]} == {
        str(school.anna.id),
        str(school.bob.id),
    }


@pytest.mark.parametrize("role", sorted(set(PrincipalRole) - {PrincipalRole.LEARNER}))
def test_evaluating_when_a_learner_came_back_in_another_role_leaves_them_as_they_are(
    school: School, role: PrincipalRole
) -> None:
    with school.tool.db.transaction() as tx:
        tx.execute(update(Membership).where(Membership.person_id == school.bob.id).values(role=role))
    school.publish(goal_points=10, seen_number=1)
    school.promises()

    evaluate_course(school.tool, school.context.id)

    assert school.holders() == {school.anna.id}
    promises = school.promises()
    assert len(promises[MessageType.ISSUE_CREDENTIAL]) == 1
    assert [ids["person_id"] for ids in promises[MessageType.PUBLISH_SCORE]] == [str(school.anna.id)]
    with school.tool.db.reading() as tx:
        assert tx.get_one(Balance, (school.context.id, school.bob.id)).points == 10


def test_evaluating_when_a_column_is_new_promises_it_everybodys_score(school: School) -> None:
    with school.tool.db.transaction() as tx:
        column = make_line_item(tx, make_resource_link(tx, school.context))

    evaluate_course(school.tool, school.context.id)

    to_new_column = [
        ids["person_id"]
        for ids in school.promises()[MessageType.PUBLISH_SCORE]
        if ids["line_item_id"] == str(column.id)
    ]
    assert sorted(to_new_column) == sorted([str(school.anna.id), str(school.bob.id)])


def test_evaluating_when_the_lease_is_lost_stops_and_keeps_what_was_done(school: School) -> None:
    school.publish(goal_points=10, seen_number=1)
    school.promises()
    calls = []

    def keep_lease() -> None:
        calls.append(len(school.holders()))
        if len(calls) == 2:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        evaluate_course(school.tool, school.context.id, keep_lease)

    assert calls == [0, 1]
    assert len(school.holders()) == 1


def test_scores_when_a_column_takes_none_are_not_promised(school: School) -> None:
    with school.tool.db.transaction() as tx:
        column = make_line_item(tx, make_resource_link(tx, school.context))
        column.scopes = ["https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"]

    finish_as_learner(school.tool, school.context, school.anna.id, school.task_ids[1])

    assert str(column.id) not in {ids["line_item_id"] for ids in school.promises()[MessageType.PUBLISH_SCORE]}


@pytest.fixture
def school(database_url: str) -> Iterator[School]:
    tool = make_tool(database_url)
    with tool.db.transaction() as tx:
        context = make_context(tx)
        registration = registration_of(tx, context)
        make_line_item(tx, make_resource_link(tx, context))
        teacher, anna, bob = (make_person(tx, registration, name=name) for name in ("Joost", "Anna", "Bob"))
        for person in (anna, bob):
            make_membership(tx, context, person)
    tasks = [TaskDraft(None, "Task 1", 10), TaskDraft(None, "Task 2", 10)]
    published = publish_as_teacher(tool, context, teacher.id, tasks, goal_points=20, seen_number=0)
    task_ids = [rule.task_id for rule in published.rules.tasks]
    for person in (anna, bob):
        finish_as_learner(tool, context, person.id, task_ids[0])
    made = School(tool, context, teacher, anna, bob, task_ids)
    made.promises()
    yield made
    with tool.db.reading() as tx:
        assert set(tx.execute(select(Balance.person_id)).scalars()) == {anna.id, bob.id}
    tool.db.dispose()
