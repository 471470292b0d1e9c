"""A badge keeps the texts it was awarded with, on the page and in the file, whatever the teacher writes afterwards."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, select

from badges.award import list_awards, signed_document
from badges.issuer import known_keys
from badges.models import AchievementVersion, Award
from badges.openbadges.verify import verify
from config.errors import Conflict
from gamification.publish import Published, TaskDraft
from lti_tool.course.learner_page import learner_page
from lti_tool.course.set_up import course_setup
from lti_tool.issuing import issue_credential
from lti_tool.messages import MessageType
from lti_tool.roster.models import Context, Registration
from lti_tool.tool import Tool
from tests.factories.promises import promised, take_promises
from tests.factories.rows import make_context, make_membership, make_person, registration_of
from tests.factories.tool import finish_as_learner, make_tool, publish_as_teacher

OLD = ("Veilig werken", "Je las de regels.")
NEW = ("Marathon", "Je liep een marathon.")


@dataclass
class School:
    """A course with one task that gives the badge."""

    tool: Tool
    context: Context
    registration: Registration
    teacher_id: uuid.UUID
    task_id: uuid.UUID
    seen_number: int = 1

    def write(self, name: str, criteria: str, *, title: str = "Lezen", seen_number: int | None = None) -> Published:
        seen = self.seen_number if seen_number is None else seen_number
        task = TaskDraft(self.task_id, title, 10)
        published = publish_as_teacher(
            self.tool,
            self.context,
            self.teacher_id,
            [task],
            goal_points=10,
            seen_number=seen,
            name=name,
            criteria=criteria,
        )
        self.seen_number = published.number
        return published

    def earn(self) -> uuid.UUID:
        with self.tool.db.transaction() as tx:
            person = make_person(tx, self.registration)
            make_membership(tx, self.context, person)
        finish_as_learner(self.tool, self.context, person.id, self.task_id)
        return person.id

    def sign(self) -> None:
        with self.tool.db.transaction() as tx:
            promises = take_promises(tx)
        for type, ids in promises:
            if type == MessageType.ISSUE_CREDENTIAL:
                issue_credential(self.tool, uuid.UUID(ids["award_id"]))

    def on_page(self, person_id: uuid.UUID) -> tuple[str, str]:
        with self.tool.db.reading() as tx:
            [award] = learner_page(tx, self.context.id, person_id).awards
        return award.name, award.criteria

    def in_file(self, person_id: uuid.UUID) -> dict[str, Any]:
        with self.tool.db.reading() as tx:
            [award] = list_awards(tx, self.context.id, person_id)
            document = signed_document(tx, award.award_id)
            keys = known_keys(tx)
        assert document is not None
        assert verify(document, keys).achievement_name == award.name
        achievement: dict[str, Any] = json.loads(document)["credentialSubject"]["achievement"]
        return achievement


def _texts_of(achievement: dict[str, Any]) -> tuple[str, str]:
    criteria, proof_kind = achievement["criteria"]["narrative"].split("\n\n")
    assert proof_kind.startswith("Dit is een eigen certificaat van")
    return achievement["name"], criteria


def test_texts_when_changed_after_the_award_stay_the_holders_on_page_and_file(school: School) -> None:
    holder = school.earn()
    school.sign()

    school.write(*NEW)

    assert school.on_page(holder) == _texts_of(school.in_file(holder)) == OLD


def test_texts_when_changed_between_award_and_signing_are_signed_as_awarded(school: School) -> None:
    holder = school.earn()
    school.write(*NEW)

    school.sign()

    assert school.on_page(holder) == _texts_of(school.in_file(holder)) == OLD


def test_texts_when_changed_are_the_new_earners_with_an_id_of_their_own(school: School) -> None:
    before = school.earn()
    school.write(*NEW)
    after = school.earn()
    school.sign()

    assert school.on_page(after) == _texts_of(school.in_file(after)) == NEW
    assert school.on_page(before) == OLD
    ids = {school.in_file(person_id)["id"] for person_id in (before, after)}
    with school.tool.db.reading() as tx:
        assert ids == {version_id.urn for version_id in tx.execute(select(AchievementVersion.id)).scalars()}
        assert len(ids) == 2


def test_texts_when_changed_do_not_give_a_holder_a_second_badge(school: School) -> None:
    holder = school.earn()

    for name in ("Veilig werken!", "Veilig werken"):
        school.write(name, OLD[1])
        finish_as_learner(school.tool, school.context, holder, school.task_id)

    with school.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(Award)).scalar_one() == 1
    assert school.on_page(holder) == OLD


def test_texts_when_changed_are_what_the_next_learner_and_the_teacher_read(school: School) -> None:
    school.write(*NEW)

    with school.tool.db.reading() as tx:
        page = learner_page(tx, school.context.id, school.teacher_id)
        setup = course_setup(tx, school.context.id)
    assert (page.badge_name, page.badge_criteria) == (setup.badge_name, setup.badge_criteria) == NEW


def test_texts_when_they_stay_the_same_make_no_version(school: School) -> None:
    published = school.write(f"  {OLD[0]} ", OLD[1])

    assert (published.is_new, published.number) == (False, 1)
    with school.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(AchievementVersion)).scalar_one() == 1


def test_texts_when_refused_for_a_conflict_leave_no_version_behind(school: School) -> None:
    school.write(OLD[0], "Van de een.")

    with pytest.raises(Conflict, match="published-meanwhile"):
        school.write(OLD[0], "Van de ander.", seen_number=1)
    with pytest.raises(Conflict, match="published-meanwhile"):
        school.write(OLD[0], "Van de een.", title="Anders", seen_number=1)

    with school.tool.db.reading() as tx:
        versions = tx.execute(select(AchievementVersion.criteria).order_by(AchievementVersion.number)).scalars().all()
        assert versions == [OLD[1], "Van de een."]
        assert course_setup(tx, school.context.id).tasks[0].title == "Lezen"


def test_texts_when_only_they_change_send_no_scores_again(school: School) -> None:
    school.earn()
    school.sign()

    published = school.write(*NEW, title="Lees de regels")

    assert (published.is_new, published.evaluation_needed) == (True, False)
    with school.tool.db.reading() as tx:
        assert promised(tx) == []


@pytest.fixture
def school(database_url: str) -> Iterator[School]:
    tool = make_tool(database_url)
    with tool.db.transaction() as tx:
        context = make_context(tx)
        registration = registration_of(tx, context)
        teacher = make_person(tx, registration, name="Joost Bakker")
    published = publish_as_teacher(
        tool,
        context,
        teacher.id,
        [TaskDraft(None, "Lezen", 10)],
        goal_points=10,
        seen_number=0,
        name=OLD[0],
        criteria=OLD[1],
    )
    with tool.db.transaction() as tx:
        take_promises(tx)
    yield School(tool, context, registration, teacher.id, published.rules.tasks[0].task_id)
    tool.db.dispose()
