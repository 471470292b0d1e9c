"""Giving a badge by hand, taking it back, giving it again: one award, each decision once, never undone by rules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from badges.decisions import DecisionInvalid, DecisionProblem, decisions_about, see_decision
from badges.models import REASON_LENGTH, Award, AwardDecision, AwardState, Decision
from badges.openbadges.verify import verify
from config.errors import Conflict, NotAllowed, NotFound
from config.ids import new_id
from lti_tool.course.evaluation import evaluate_course
from lti_tool.course.learner_page import learner_page
from lti_tool.lti.roles import PrincipalRole
from tests.factories.at_once import two_at_once
from tests.factories.earned_badge import EarnedBadge, earned_badge
from tests.factories.rows import make_membership, make_person


@pytest.fixture
def badge(database_url: str) -> Iterator[EarnedBadge]:
    with earned_badge(database_url) as made:
        yield made


def test_badge_when_taken_back_does_not_come_back_with_points_or_a_new_version_of_the_rules(
    badge: EarnedBadge,
) -> None:
    badge.take_back()

    badge.school.finish(3)
    badge.school.publish({1: 10, 2: 20, 3: 30}, goal_points=20, seen_number=1)
    evaluate_course(badge.tool, badge.school.context.id)

    with badge.tool.db.reading() as tx:
        assert tx.execute(select(Award.state)).scalars().all() == [AwardState.REVOKED]
        page = learner_page(tx, badge.school.context.id, badge.school.learner.id)
    assert (page.awards, [lost.name for lost in page.lost], page.badge_name) == ((), ["Veilig"], "")
    assert not page.holds_or_earned_badge


def test_gradebook_when_a_badge_is_taken_back_and_given_again_says_so(badge: EarnedBadge) -> None:
    held = badge.school.send()["comment"]
    badge.take_back()
    taken = badge.school.send()["comment"]
    badge.give()
    again = badge.school.send()["comment"]

    assert badge.school.badge_address() in held
    assert taken == "Je hebt je doel gehaald met 30 punten. In totaal kun je 60 punten halen."
    assert again == held


def test_badge_when_given_again_is_the_same_award_signed_anew(badge: EarnedBadge) -> None:
    badge.sign()
    first = badge.content()
    badge.later()
    badge.take_back()
    assert badge.document() is None
    badge.later()

    given = badge.give()
    assert badge.sign() == 1
    second = badge.content()

    assert given.award_id == badge.award_id
    assert [second[name] for name in ("id", "awardedDate")] == [first[name] for name in ("id", "awardedDate")]
    assert second["validFrom"] > first["validFrom"]
    assert second["credentialSubject"]["result"] == first["credentialSubject"]["result"]
    document = badge.document()
    assert document is not None
    verify(document, badge.known_keys())


def test_badge_when_the_course_has_none_any_more_can_still_be_given_back(badge: EarnedBadge) -> None:
    badge.take_back()
    badge.school.publish({1: 10, 2: 20, 3: 30}, goal_points=30, seen_number=1, name="")

    assert badge.give().award_id == badge.award_id

    assert badge.view().is_held
    with badge.tool.db.transaction() as tx:
        newcomer = make_person(tx, badge.school.registration, name="Nieuw")
        make_membership(tx, badge.school.context, newcomer)
    with pytest.raises(NotFound):
        badge.give(newcomer)


def test_document_when_signed_again_within_the_second_is_still_the_newer_one(badge: EarnedBadge) -> None:
    badge.sign()
    first = badge.content()
    badge.take_back()
    badge.give()
    badge.sign()

    assert badge.content()["validFrom"] > first["validFrom"]


def test_badge_when_given_by_hand_needs_no_points_and_says_that_a_person_decided(badge: EarnedBadge) -> None:
    with badge.tool.db.transaction() as tx:
        newcomer = make_person(tx, badge.school.registration, name="Nieuw")
        make_membership(tx, badge.school.context, newcomer)

    given = badge.give(newcomer)
    badge.sign()

    view = badge.view(given.award_id)
    assert (view.is_held, view.by_hand, view.is_ready) == (True, True, True)
    document = badge.document(given.award_id)
    assert document is not None
    content = verify(document, badge.known_keys())
    assert content.achievement_name == "Veilig"
    assert "Een begeleider besloot dat de deelnemer deze badge krijgt." in document.decode()
    assert "Ik zag het op het werk." not in document.decode()
    badge.school.finish(1, 2, who=newcomer)
    with badge.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(Award)).scalar_one() == 2


def test_decision_when_its_form_is_sent_twice_is_one_and_for_something_else_is_refused(badge: EarnedBadge) -> None:
    form = new_id()

    assert badge.take_back(request_id=form).is_new
    assert not badge.take_back(request_id=form).is_new
    with pytest.raises(Conflict, match="form-used"):
        badge.give(request_id=form)
    with pytest.raises(Conflict, match="form-used"):
        badge.take_back(request_id=form, reason="Iets anders.")

    with badge.tool.db.reading() as tx:
        [decision] = decisions_about(tx, [badge.award_id])[badge.award_id]
    assert (decision.decision, decision.reason) == (Decision.TAKEN_BACK, "Dit was van iemand anders.")


def test_decision_when_the_badge_is_so_already_is_a_conflict(badge: EarnedBadge) -> None:
    with pytest.raises(Conflict, match="badge-held"):
        badge.give()
    badge.take_back()
    with pytest.raises(Conflict, match="badge-not-held"):
        badge.take_back()


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("", DecisionProblem.REASON_MISSING),
        (" \n\u200b", DecisionProblem.REASON_MISSING),
        ("x" * (REASON_LENGTH + 1), DecisionProblem.REASON_TOO_LONG),
    ],
)
def test_decision_without_a_reason_that_can_be_read_changes_nothing(
    badge: EarnedBadge, reason: str, problem: DecisionProblem
) -> None:
    with pytest.raises(DecisionInvalid) as caught:
        badge.take_back(reason=reason)

    assert caught.value.problem is problem
    assert badge.view().is_held


def test_decision_when_somebody_else_than_staff_or_about_another_course_is_refused(badge: EarnedBadge) -> None:
    for role in (PrincipalRole.LEARNER, PrincipalRole.OBSERVER):
        with pytest.raises(NotAllowed):
            badge.take_back(role=role)
        with pytest.raises(NotAllowed):
            badge.give(role=role)
    with pytest.raises(NotFound):
        badge.take_back(award_id=new_id())
    with pytest.raises(NotFound):
        badge.take_back(person_id=badge.school.teacher.id)
    with pytest.raises(NotFound):
        badge.give(badge.school.teacher)


def test_decision_when_the_holder_closes_its_message_is_seen_by_nobody_else(badge: EarnedBadge) -> None:
    badge.take_back()
    with badge.tool.db.transaction() as tx:
        [decision] = decisions_about(tx, [badge.award_id])[badge.award_id]
        with pytest.raises(NotFound):
            see_decision(tx, decision.decision_id, badge.school.teacher.id, now=badge.tool.clock.now())
        see_decision(tx, decision.decision_id, badge.school.learner.id, now=badge.tool.clock.now())
    with badge.tool.db.reading() as tx:
        assert tx.execute(select(AwardDecision.seen_at)).scalar_one() is not None


def test_two_teachers_who_decide_at_the_same_second_leave_one_award_and_one_decision(badge: EarnedBadge) -> None:
    with badge.tool.db.transaction() as tx:
        people = []
        for number in range(10):
            person = make_person(tx, badge.school.registration, name=f"Deelnemer {number}")
            make_membership(tx, badge.school.context, person)
            people.append(person)

    def give(person: object, _which: int) -> int:
        try:
            badge.give(person)  # type: ignore[arg-type]
        except Conflict:
            return 0
        return 1

    assert two_at_once(people, give) == [1] * len(people)
    with badge.tool.db.reading() as tx:
        counted = [tx.execute(select(func.count()).select_from(table)).scalar_one() for table in (Award, AwardDecision)]
    assert counted == [len(people) + 1, len(people)]
