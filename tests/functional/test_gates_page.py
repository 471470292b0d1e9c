"""The page about assignments of the course: how each link is, and what a teacher can do about it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from config.outbox import MessageState, OutboxMessage
from lti_tool.messages import MessageType
from lti_tool.roster.gates import GateProblem
from lti_tool.roster.item_models import ContentItem, Gate, GateCondition
from lti_tool.roster.models import Context, Deployment, Registration
from tests.factories.lti_rows import make_gate
from tests.factories.rows import make_context, make_task
from tests.functional.classroom import Classroom, open_classroom, words_in
from tests.functional.conftest import Site


@pytest.fixture
def classroom(strict: Site) -> Classroom:
    classroom = open_classroom(strict)
    with strict.tool.db.transaction() as tx:
        tx.get_one(Context, classroom.context_id).memberships_url = "https://lms.example/moodle/members"
    return classroom


def place(classroom: Classroom, *, is_staff: bool = False, **values: object) -> uuid.UUID:
    with classroom.site.tool.db.transaction() as tx:
        gate = make_gate(tx, tx.get_one(Context, classroom.context_id), is_staff=is_staff)
        if not is_staff:
            tx.get_one(ContentItem, gate.content_item_id).task_id = classroom.read
        for name, value in values.items():
            setattr(gate, name, value)
    return gate.content_item_id


def read_gate(classroom: Classroom, item_id: uuid.UUID) -> Gate:
    with classroom.site.tool.db.reading() as tx:
        return tx.get_one(Gate, item_id)


def is_in_use(classroom: Classroom, item_id: uuid.UUID) -> bool:
    with classroom.site.tool.db.reading() as tx:
        return tx.get_one(ContentItem, item_id).removed_at is None


def asked(classroom: Classroom) -> int:
    with classroom.site.tool.db.reading() as tx:
        return len(
            tx.execute(
                select(OutboxMessage.id).where(
                    OutboxMessage.type == MessageType.ASK_GATES, OutboxMessage.state == MessageState.WAITING
                )
            ).all()
        )


class TestPage:
    def test_course_without_gates_explains_how_to_add_them(self, classroom: Classroom) -> None:
        page = classroom.page("gates")

        text = words_in(page)
        assert "1. Voeg één link per opdracht toe" in text
        assert "Welke opdrachten tellen" not in text
        assert page.count('alt="Plaatje ') == 3

    @pytest.mark.parametrize("picture", ["gate-add.svg", "gate-restrict.svg", "gate-result.svg"])
    def test_picture_is_there(self, classroom: Classroom, picture: str) -> None:
        assert f"/{picture}?" in classroom.page("gates")

        with classroom.site.client().get(f"/static/{picture}") as response:
            assert response.status_code == 200

    def test_on_moodle_it_speaks_of_moodle(self, classroom: Classroom) -> None:
        with classroom.site.tool.db.transaction() as tx:
            context = tx.get_one(Context, classroom.context_id)
            deployment = tx.get_one(Deployment, context.deployment_id)
            tx.get_one(Registration, deployment.registration_id).product_family = "generic"
        assert "Selecteer inhoud" not in classroom.text("gates")
        with classroom.site.tool.db.transaction() as tx:
            tx.get_one(Registration, deployment.registration_id).product_family = "moodle"

        assert "Selecteer inhoud" in classroom.text("gates")

    def test_gate_says_its_task_its_condition_and_how_many_finished_when(self, classroom: Classroom) -> None:
        place(
            classroom,
            asked_at=classroom.now - timedelta(minutes=3),
            passed_count=12,
            listed_count=20,
            condition=GateCondition.GRADE,
        )

        text = classroom.text("gates")

        assert "Lees de regels10 punten" in text
        assert "Telt als het cijfer in de cursus hoog genoeg is." in text
        assert "12 van de 20 deelnemers zijn klaar. Bekeken: 3 minuten geleden." in text
        assert "Kijk even" not in text.split("De link voor begeleiders")[0]

    @pytest.mark.parametrize(
        ("problem", "words"),
        [
            (GateProblem.LINK_UNKNOWN, "Open de link één keer zelf"),
            (GateProblem.EVERYBODY_PASSES, "Waarschijnlijk is er nog geen beperking ingesteld"),
            (GateProblem.NOBODY_PASSES, "Misschien is de link of het onderdeel verborgen"),
            (GateProblem.GONE, "vindt deze link niet meer"),
            (GateProblem.NO_TASK, "hoort bij geen opdracht"),
            ("members-failed 403", "laat Mijlpaal niet zien wie er in de cursus zit"),
            ("bad-json 200", "niet begrijpt"),
        ],
    )
    def test_what_is_wrong_is_said_with_what_to_do(self, classroom: Classroom, problem: str, words: str) -> None:
        place(classroom, problem=problem)

        text = classroom.text("gates").split("De link voor begeleiders")[0]

        assert "Kijk even: " in text
        assert words in text

    def test_gate_for_staff_that_lets_learners_in_says_so(self, classroom: Classroom) -> None:
        place(classroom, is_staff=True, problem=GateProblem.LETS_LEARNERS_IN)

        assert "Deelnemers kunnen deze link openen." in classroom.text("gates")

    def test_trouble_with_the_roster_is_said_here_too(self, classroom: Classroom) -> None:
        with classroom.site.tool.db.transaction() as tx:
            tx.get_one(Context, classroom.context_id).roster_problem = "members-failed 403"

        assert "laat Mijlpaal niet zien" in classroom.text("gates")

    def test_platform_that_has_no_roster_for_us_is_said(self, classroom: Classroom) -> None:
        with classroom.site.tool.db.transaction() as tx:
            tx.get_one(Context, classroom.context_id).memberships_url = ""

        assert "gaf Mijlpaal de deelnemerslijst nog niet" in classroom.text("gates")

    def test_task_that_is_not_published_is_said(self, classroom: Classroom) -> None:
        item_id = place(classroom)
        with classroom.site.tool.db.transaction() as tx:
            draft = make_task(tx, tx.get_one(Context, classroom.context_id), title="Draft")
            tx.get_one(ContentItem, item_id).task_id = draft.id

        assert "staat niet bij de opdrachten die je publiceerde" in classroom.text("gates")

    @pytest.mark.parametrize("title", ["<script>alert(1)</script>", "زينب العربية", "n" * 290])
    def test_title_when_hostile_is_shown_as_it_is(self, classroom: Classroom, title: str) -> None:
        item_id = place(classroom, is_staff=True)
        with classroom.site.tool.db.transaction() as tx:
            tx.get_one(ContentItem, item_id).title = title

        page = classroom.page("gates")

        assert "<script>alert" not in page
        assert title in words_in(page)


class TestActs:
    def test_look_now_promises_to_ask_and_forgets_how_often_it_failed(self, classroom: Classroom) -> None:
        item_id = place(classroom, problem=GateProblem.GONE, failures=7)

        response = classroom.teacher.post("gates/ask")

        assert response.status_code == 303
        assert response.location.endswith("gates?done=asked#message")
        assert asked(classroom) == 1
        assert read_gate(classroom, item_id).failures == 0
        assert "Mijlpaal kijkt nu." in classroom.text("gates?done=asked")

    @pytest.mark.parametrize(
        ("problem", "confirmed", "words"),
        [
            (GateProblem.EVERYBODY_PASSES, GateProblem.EVERYBODY_CONFIRMED, "Het klopt: iedereen is klaar"),
            (GateProblem.NOBODY_PASSES, GateProblem.NOBODY_CONFIRMED, "Het klopt: niemand is meer klaar"),
        ],
    )
    def test_doubtful_answer_can_be_confirmed(
        self, classroom: Classroom, problem: GateProblem, confirmed: GateProblem, words: str
    ) -> None:
        item_id = place(classroom, problem=problem)
        assert words in classroom.text("gates")

        response = classroom.teacher.post(f"gates/{item_id}/confirm", {"problem": problem})

        assert response.location.endswith("gates?done=confirmed#message")
        assert read_gate(classroom, item_id).problem == confirmed
        assert asked(classroom) == 1
        assert words not in classroom.text("gates")

    @pytest.mark.parametrize("problem", ["", GateProblem.GONE, GateProblem.NOBODY_PASSES, "everybody-confirmed"])
    def test_answer_that_changed_meanwhile_is_not_confirmed(self, classroom: Classroom, problem: str) -> None:
        item_id = place(classroom, problem=problem)

        response = classroom.teacher.post(f"gates/{item_id}/confirm", {"problem": GateProblem.EVERYBODY_PASSES})

        assert response.location.endswith("gates?done=changed#message")
        assert read_gate(classroom, item_id).problem == problem
        assert "Het antwoord is intussen veranderd." in classroom.text("gates?done=changed")

    def test_gate_can_be_removed_and_used_again(self, classroom: Classroom) -> None:
        item_id = place(classroom)

        removed = classroom.teacher.post(f"gates/{item_id}/remove")

        assert not is_in_use(classroom, item_id)
        page = classroom.page("gates?" + removed.location.partition("?")[2].partition("#")[0])
        assert f"gates/{item_id}/again" in page
        assert "Lees de regels" not in words_in(page)
        classroom.teacher.post(f"gates/{item_id}/again")
        assert is_in_use(classroom, item_id)

    @pytest.mark.parametrize("act", ["confirm", "remove", "again"])
    def test_gate_of_another_course_is_not_found(self, classroom: Classroom, act: str) -> None:
        with classroom.site.tool.db.transaction() as tx:
            here = tx.get_one(Context, classroom.context_id)
            other = make_context(tx, tx.get_one(Deployment, here.deployment_id))
            gate = make_gate(tx, other)
            gate.problem = GateProblem.EVERYBODY_PASSES

        response = classroom.teacher.post(
            f"gates/{gate.content_item_id}/{act}", {"problem": GateProblem.EVERYBODY_PASSES}
        )

        assert response.status_code == 404
        assert is_in_use(classroom, gate.content_item_id)
        assert read_gate(classroom, gate.content_item_id).problem == GateProblem.EVERYBODY_PASSES

    def test_form_without_its_token_is_refused(self, classroom: Classroom) -> None:
        item_id = place(classroom)

        response = classroom.teacher.post(f"gates/{item_id}/remove", {"csrf_token": "no"})

        assert response.status_code in {400, 403}
        assert is_in_use(classroom, item_id)


def test_gate_when_its_link_is_copied_within_the_course_stays_with_the_first_one(strict: Site) -> None:
    classroom = open_classroom(strict)
    item_id = place(classroom)
    custom = {"mijlpaal_item": str(item_id)}
    strict.launch(sub="one", resource_link={"id": "first", "title": "Toets"}, custom=custom)

    strict.launch(sub="other", resource_link={"id": "copy", "title": "Toets (kopie)"}, custom=custom)
    assert read_gate(classroom, item_id).external_resource_link_id == "first"

    with strict.tool.db.transaction() as tx:
        tx.get_one(Gate, item_id).problem = GateProblem.GONE
    strict.launch(sub="other", resource_link={"id": "copy", "title": "Toets (kopie)"}, custom=custom)
    gate = read_gate(classroom, item_id)
    assert (gate.external_resource_link_id, gate.problem) == ("copy", "")
