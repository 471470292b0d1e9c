"""The settings of a link in the platform: the task that they make, the questions they raise, and the answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from time import sleep
from typing import Any

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from config.database import Database
from config.errors import Conflict, NotAllowed, NotFound
from gamification.engine.rule_set import Confirmation, RuleSet, TaskOrder
from gamification.errors import RuleProblem
from gamification.models import RuleSetVersion, Task
from gamification.progress import task_texts
from gamification.publish import TaskDraft, lock_pointer, publish
from gamification.rules import CurrentRules, current_rules
from lti_tool.link_settings import LmsView, Part, keep_link_setting, lms_view, settle
from lti_tool.link_settings.view import Question
from lti_tool.lti.claim_reader import read_launch_claims
from lti_tool.lti.roles import PrincipalRole
from lti_tool.messages import MessageType
from lti_tool.progress import record_activity
from lti_tool.roster import places
from lti_tool.roster.gradebook_models import LinkSetting
from lti_tool.roster.models import Context, Registration
from tests.factories.course import completion
from tests.factories.launch import make_launch_payload
from tests.factories.promises import promised, take_promises
from tests.factories.rows import NOW, make_context, make_person, registration_of

POINTS = {"mijlpaal_points": "20"}


@dataclass
class School:
    """A course without rules, its teacher, and launches of its links."""

    database: Database
    context: Context
    teacher_id: uuid.UUID
    learner_id: uuid.UUID
    minutes: int = 0

    def launch(self, custom: dict[str, str], link: str = "lezen", *, title: str = "Lezen") -> uuid.UUID | None:
        """Keep what a launch tells as `complete_launch` does; each launch is a minute after the one before."""
        self.minutes += 1
        with self.database.transaction() as tx:
            return self.keep(tx, custom, link, title=title)

    def keep(self, tx: Session, custom: dict[str, str], link: str, *, title: str = "Lezen") -> uuid.UUID | None:
        payload = make_launch_payload(
            custom=custom,
            resource_link={"id": link, "title": title},
            context={"id": self.context.external_context_id.removeprefix("context:"), "title": "Biology 1"},
        )
        claims = read_launch_claims(payload, issuer="https://platform.example", client_id="client")
        now = NOW + timedelta(minutes=self.minutes)
        place = places.keep_place(tx, self.context.deployment_id, claims, now=now)
        assert place.context_id == self.context.id
        return keep_link_setting(
            tx,
            place.setting,
            claims,
            context_id=place.context_id,
            link_id=place.link_id,
            person_id=self.learner_id,
            now=now,
        )

    def statements_of_launch(self, custom: dict[str, str]) -> list[str]:
        statements: list[str] = []
        with self.database.transaction() as tx:
            tx.connection()
            event.listen(
                self.database.engine,
                "before_cursor_execute",
                lambda _connection, _cursor, statement, *_rest: statements.append(statement),
            )
            self.keep(tx, custom, "lezen")
        return statements

    def publish(self, tasks: Sequence[TaskDraft], *, goal_points: int, order: TaskOrder = TaskOrder.FREE) -> None:
        """Publish as the teacher on the set-up page."""
        with self.database.transaction() as tx:
            current = current_rules(tx, self.context.id)
            publish(
                tx,
                self.context.id,
                by_person_id=self.teacher_id,
                tasks=tasks,
                goal_points=goal_points,
                achievement=None,
                order=order,
                seen_number=current.number if current else 0,
                now=NOW,
            )

    def settle(self, question: Question, *, takes: bool, **changes: Any) -> None:
        answer: dict[str, Any] = {
            "context_id": self.context.id,
            "person_id": self.teacher_id,
            "role": PrincipalRole.INSTRUCTOR,
            "link_id": question.link_id,
            "part": question.part,
            "theirs": str(question.theirs),
            "takes": takes,
            "seen_number": self.current().number,
            "locale": "nl",
            "now": NOW,
        }
        with self.database.transaction() as tx:
            settle(tx, **{**answer, **changes})

    def finish(self, task_id: uuid.UUID) -> None:
        with self.database.transaction() as tx:
            record_activity(tx, completion(self.context.id, self.learner_id, task_id), now=NOW)

    def view(self) -> LmsView:
        with self.database.reading() as tx:
            return lms_view(tx, self.context.id)

    def question(self) -> Question:
        (asked,) = self.view().questions
        return asked

    def current(self) -> CurrentRules:
        with self.database.reading() as tx:
            found = current_rules(tx, self.context.id)
        assert found is not None
        return found

    @property
    def rules(self) -> RuleSet:
        return self.current().rules

    def titles(self) -> list[str]:
        with self.database.reading() as tx:
            texts = task_texts(tx, self.context.id)
        return [texts[rule.task_id].title for rule in self.rules.tasks if not rule.closed]

    def count(self, model: type) -> int:
        with self.database.reading() as tx:
            return tx.execute(select(func.count()).select_from(model)).scalar_one()

    def promises(self) -> list[tuple[str, Any]]:
        with self.database.reading() as tx:
            return promised(tx)


@pytest.fixture
def school(database: Database) -> School:
    return make_school(database)


@pytest.fixture
def postgres_school(postgres_url: str) -> Iterator[School]:
    database = Database(postgres_url)
    yield make_school(database)
    database.dispose()


def make_school(database: Database) -> School:
    with database.transaction() as tx:
        context = make_context(tx)
        registration = registration_of(tx, context)
        context.external_context_id = "context:biology"
        teacher, learner = make_person(tx, registration, name="Joost"), make_person(tx, registration, name="Anna")
        return School(database, context, teacher.id, learner.id)


def test_link_with_points_when_launched_first_begins_the_course_with_its_task(school: School) -> None:
    task_id = school.launch(
        {**POINTS, "mijlpaal_goal": "15", "mijlpaal_confirm": "nakijken"}, title="  Veilig   werken "
    )

    current = school.current()
    (rule,) = current.rules.tasks
    assert (rule.task_id, rule.points, rule.is_bonus, rule.confirmation) == (
        task_id,
        20,
        False,
        Confirmation.REVIEWER,
    )
    assert (current.number, current.rules.goal_points, current.rules.achievement) == (1, 15, None)
    assert school.titles() == ["Veilig werken"]
    assert school.promises() == [(MessageType.EVALUATE_COURSE, {"context_id": str(school.context.id)})]
    with school.database.reading() as tx:
        assert tx.execute(select(RuleSetVersion.published_by)).scalar_one() == school.learner_id


def test_link_with_points_when_there_are_rules_adds_its_task_and_leaves_the_rest(school: School) -> None:
    school.publish(
        [TaskDraft(None, "Rekenen", 10, instructions="Som 1"), TaskDraft(None, "Zwemmen", 5, is_bonus=True)],
        goal_points=10,
        order=TaskOrder.FIXED,
    )
    before = school.rules

    school.launch({**POINTS, "mijlpaal_required": "nee"})

    after = school.rules
    assert after.tasks[:2] == before.tasks
    assert (after.tasks[2].points, after.tasks[2].is_bonus) == (20, True)
    assert (after.goal_points, after.order, after.achievement) == (10, TaskOrder.FIXED, None)
    assert school.titles() == ["Rekenen", "Zwemmen", "Lezen"]
    with school.database.reading() as tx:
        assert task_texts(tx, school.context.id)[before.tasks[0].task_id].instructions == "Som 1"


@pytest.mark.parametrize("title", ["", "   ", "\u200b"])
def test_task_when_its_link_has_no_title_gets_one_that_can_be_read(school: School, title: str) -> None:
    school.launch(POINTS, title=title)

    assert school.titles() == ["Opdracht uit je leeromgeving"]


def test_task_when_the_title_of_its_link_is_longest_is_cut(school: School) -> None:
    school.launch(POINTS, title="x" * 255)

    assert school.titles() == ["x" * 200]


def test_title_when_changed_in_the_platform_does_not_rename_the_task(school: School) -> None:
    first = school.launch(POINTS)

    assert school.launch(POINTS, title="Anders") == first
    assert school.titles() == ["Lezen"]


def test_launches_when_nothing_new_is_told_publish_and_write_nothing(school: School) -> None:
    school.launch(POINTS)
    with school.database.transaction() as tx:
        take_promises(tx)
    statements = school.statements_of_launch(POINTS)

    # keep_place itself reads the course, its link and the link's setting in one go; nothing comes after it.
    assert len(statements) == 1
    assert "link_setting" in statements[0]
    assert school.current().number == 1
    assert school.promises() == []


def test_launch_when_it_carries_no_parameters_asks_nothing_about_settings(school: School) -> None:
    school.launch({})
    statements = school.statements_of_launch({"course_code": "BIO"})

    assert len(statements) == 1
    assert school.count(LinkSetting) == 0


def test_parameters_when_taken_out_in_the_platform_are_no_longer_told(school: School) -> None:
    task_id = school.launch({**POINTS, "mijlpaal_confirm": "iedereen"})
    assert school.view().notes

    assert school.launch({}) == task_id

    view = school.view()
    assert (view.tasks, view.notes, view.questions) == ({}, (), ())
    assert [rule.points for rule in school.rules.tasks] == [20]


def test_task_when_there_was_no_room_is_made_by_a_later_launch(school: School) -> None:
    """An extra task cannot be the first of a course: a course needs a required one."""
    extra = {**POINTS, "mijlpaal_required": "nee"}
    assert school.launch(extra, "extra", title="Extra") is None
    assert school.view().questions[0].obstacle is RuleProblem.NO_REQUIRED_TASKS

    school.launch(POINTS)
    assert school.launch(extra, "extra", title="Extra") is not None

    assert school.titles() == ["Lezen", "Extra"]
    assert school.view().questions == ()


@pytest.mark.parametrize(
    ("part", "custom", "theirs", "ours"),
    [
        (Part.POINTS, {"mijlpaal_points": "15"}, 15, 20),
        (Part.REQUIRED, {**POINTS, "mijlpaal_required": "nee"}, False, True),
        (Part.CONFIRMATION, {**POINTS, "mijlpaal_confirm": "review"}, "reviewer", Confirmation.LEARNER),
        (Part.GOAL, {**POINTS, "mijlpaal_goal": "25"}, 25, 10),
    ],
)
@pytest.mark.parametrize("takes", [True, False], ids=["take", "keep"])
def test_value_when_changed_in_the_platform_is_asked_about_and_settled(
    school: School, part: Part, custom: dict[str, str], theirs: int | str, ours: int | str, takes: bool
) -> None:
    school.publish([TaskDraft(None, "Rekenen", 10)], goal_points=10)
    school.launch(POINTS)
    before = school.rules

    school.launch(custom)

    assert school.rules == before
    question = school.question()
    assert (question.part, question.theirs, question.ours, question.obstacle) == (part, theirs, ours, None)
    school.settle(question, takes=takes)
    assert school.view().questions == ()
    told = {
        Part.POINTS: school.rules.tasks[1].points,
        Part.REQUIRED: not school.rules.tasks[1].is_bonus,
        Part.CONFIRMATION: school.rules.tasks[1].confirmation,
        Part.GOAL: school.rules.goal_points,
    }
    assert told[part] == (theirs if takes else ours)
    assert (school.rules == before) is not takes
    assert school.titles() == ["Rekenen", "Lezen"]


def test_value_when_changed_on_our_page_is_asked_about(school: School) -> None:
    task_id = school.launch(POINTS)
    school.publish([TaskDraft(task_id, "Lezen", 15)], goal_points=15)

    question = school.question()

    assert (question.part, question.theirs, question.ours) == (Part.POINTS, 20, 15)
    assert school.rules.tasks[0].points == 15


def test_value_when_kept_is_not_asked_about_again_but_another_one_is(school: School) -> None:
    task_id = school.launch(POINTS)
    school.publish([TaskDraft(task_id, "Lezen", 15)], goal_points=15)
    school.settle(school.question(), takes=False)

    school.launch(POINTS)
    assert school.view().questions == ()
    school.launch({"mijlpaal_points": "25"})
    assert school.question().theirs == 25
    school.settle(school.question(), takes=True)
    school.launch(POINTS)
    assert school.question().theirs == 20


def test_points_when_somebody_did_the_task_cannot_be_taken(school: School) -> None:
    task_id = school.launch(POINTS)
    assert task_id is not None
    school.finish(task_id)
    school.launch({"mijlpaal_points": "30"})

    question = school.question()

    assert question.obstacle is RuleProblem.FINISHED_TASK_CHANGED
    with pytest.raises(Conflict):
        school.settle(question, takes=True)
    assert school.rules.tasks[0].points == 20
    school.settle(question, takes=False)
    assert school.view().questions == ()


def test_goal_when_two_links_tell_one_is_that_of_the_newest(school: School) -> None:
    school.launch({**POINTS, "mijlpaal_goal": "20"})
    school.launch({**POINTS, "mijlpaal_goal": "30"}, "rekenen", title="Rekenen")
    assert (school.view().goal_points, school.question().theirs) == (30, 30)

    school.launch({**POINTS, "mijlpaal_goal": "35"})

    assert (school.view().goal_points, school.question().theirs) == (35, 35)


def test_goal_when_it_cannot_be_reached_is_said_and_not_taken(school: School) -> None:
    school.launch({**POINTS, "mijlpaal_goal": "50"})

    question = school.question()
    assert (question.part, question.obstacle, school.view().total_points) == (
        Part.GOAL,
        RuleProblem.GOAL_ABOVE_TOTAL,
        20,
    )
    with pytest.raises(Conflict):
        school.settle(question, takes=True)
    assert school.rules.goal_points == 20

    school.launch({"mijlpaal_points": "30"}, "rekenen", title="Rekenen")
    school.settle(school.question(), takes=True)
    assert school.rules.goal_points == 50


@pytest.mark.parametrize("is_done", [True, False], ids=["done-by-somebody", "done-by-nobody"])
def test_task_when_removed_on_our_page_can_be_made_again(school: School, is_done: bool) -> None:
    task_id = school.launch(POINTS)
    assert task_id is not None
    if is_done:
        school.finish(task_id)
    school.publish([TaskDraft(task_id, "Lezen", 20, instructions="Lees."), TaskDraft(None, "A", 10)], goal_points=10)
    school.publish([TaskDraft(school.rules.tasks[1].task_id, "A", 10)], goal_points=10)

    assert school.launch(POINTS) == task_id
    question = school.question()
    assert (question.part, question.theirs, question.ours, question.was_removed) == (Part.TASK, 20, None, True)
    school.settle(question, takes=True)

    assert school.titles() == ["A", "Lezen"]
    made = school.launch(POINTS)
    assert made == school.rules.tasks[1].task_id
    assert (made == task_id) is is_done
    with school.database.reading() as tx:
        assert tx.get_one(Task, made).instructions == "Lees."
    assert school.view().questions == ()


def test_task_when_left_out_stays_out_until_the_platform_says_something_else(school: School) -> None:
    task_id = school.launch(POINTS)
    school.publish([TaskDraft(None, "A", 10)], goal_points=10)
    school.settle(school.question(), takes=False)

    assert school.launch(POINTS) == task_id
    assert (school.titles(), school.view().questions) == (["A"], ())
    school.launch({"mijlpaal_points": "25"})
    assert (school.question().part, school.question().theirs) == (Part.TASK, 25)


def test_answer_when_somebody_published_meanwhile_is_a_conflict(school: School) -> None:
    task_id = school.launch(POINTS)
    school.launch({"mijlpaal_points": "30"})
    question = school.question()
    school.publish([TaskDraft(task_id, "Lezen", 25)], goal_points=20)

    with pytest.raises(Conflict):
        school.settle(question, takes=True, seen_number=1)
    assert school.rules.tasks[0].points == 25


def test_answer_when_the_platform_says_something_else_meanwhile_is_a_conflict(school: School) -> None:
    school.launch(POINTS)
    school.launch({"mijlpaal_points": "30"})
    question = school.question()
    school.launch({"mijlpaal_points": "40"})

    for takes in (True, False):
        with pytest.raises(Conflict):
            school.settle(question, takes=takes)
    assert school.question().theirs == 40


def test_answer_when_sent_twice_changes_nothing_more(school: School) -> None:
    school.launch(POINTS)
    school.launch({"mijlpaal_points": "30"})
    question = school.question()

    school.settle(question, takes=True, seen_number=1)
    school.settle(question, takes=True, seen_number=1)

    assert school.current().number == 2


@pytest.mark.parametrize("role", [role for role in PrincipalRole if role is not PrincipalRole.INSTRUCTOR])
def test_answer_when_given_by_somebody_who_may_not_edit_is_refused(school: School, role: PrincipalRole) -> None:
    school.launch(POINTS)
    school.launch({"mijlpaal_points": "30"})

    with pytest.raises(NotAllowed):
        school.settle(school.question(), takes=True, role=role)


def test_answer_when_about_a_link_of_another_course_is_not_found(school: School) -> None:
    school.launch(POINTS)
    school.launch({"mijlpaal_points": "30"})
    with school.database.transaction() as tx:
        elsewhere = make_context(tx)

    with pytest.raises(NotFound):
        school.settle(school.question(), takes=True, context_id=elsewhere.id)


@pytest.mark.parametrize(
    ("family", "platform"), [("moodle", "Moodle"), ("Canvas", "Canvas"), ("something-else", ""), ("", "")]
)
def test_platform_when_known_by_its_code_is_named(school: School, family: str, platform: str) -> None:
    school.launch(POINTS)
    with school.database.transaction() as tx:
        tx.get_one(Registration, registration_of(tx, school.context).id).product_family = family

    assert school.view().platform == platform


def test_parameters_when_they_do_nothing_are_noted(school: School) -> None:
    school.launch({"mijlpaal_points": "veel", "mijlpaal_required": "ja"}, title="Een")
    school.launch({"mijlpaal_required": "ja", "mijlpaal_confirm": "zelf"}, "twee", title="Twee")

    assert [(note.link_title, note.parameter, note.typed) for note in school.view().notes] == [
        ("Een", "mijlpaal_points", "veel"),
        ("Twee", "mijlpaal_required", ""),
        ("Twee", "mijlpaal_confirm", ""),
    ]
    assert school.count(Task) == 0


def test_first_launches_of_a_link_when_they_come_at_once_make_one_task(postgres_school: School) -> None:
    school = postgres_school
    school.launch({})

    made = _at_once(school, [lambda: school.launch(POINTS)] * 4)

    assert len(set(made)) == 1
    assert made[0] is not None
    assert school.titles() == ["Lezen"]
    assert (school.count(Task), school.count(LinkSetting), school.current().number) == (1, 1, 1)


def test_first_launches_of_several_links_when_they_come_at_once_make_a_task_each(postgres_school: School) -> None:
    school = postgres_school
    school.launch({})

    def first_launch(name: str) -> Callable[[], uuid.UUID | None]:
        return lambda: school.launch(POINTS, name, title=name)

    made = _at_once(school, [first_launch(f"link {number}") for number in range(4)])

    assert {rule.task_id for rule in school.rules.tasks} == set(made)
    assert (school.count(Task), school.current().number) == (4, 4)


def _at_once(school: School, acts: Sequence[Callable[[], uuid.UUID | None]]) -> list[uuid.UUID | None]:
    """Do these while somebody holds the rules: all of them have looked before the first can go on."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with ThreadPoolExecutor(len(acts)) as pool, school.database.transaction() as tx:
        lock_pointer(tx, school.context.id)
        done = [pool.submit(act) for act in acts]
        for _ in range(600):
            with school.database.reading() as looking:
                if looking.execute(waiting).scalar_one() == len(acts):
                    break
            sleep(0.05)
        else:
            raise AssertionError("not all of them wait")
        tx.commit()
        return [one.result(30) for one in done]
