"""A score from the ledger to the gradebook: what a platform is told, and what is made of its answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.errors import PlatformFailed
from gamification.engine.activity import Verb
from gamification.publish import TaskDraft
from lti_tool.publishing import publish_score
from lti_tool.roster.gradebook import choose_columns
from lti_tool.roster.gradebook_models import Columns
from lti_tool.roster.models import LineItem, Membership, Person, Registration
from tests.factories.rows import make_context, make_line_item, make_membership, make_person, make_resource_link
from tests.factories.school import School, open_school
from tests.factories.tool import publish_as_teacher

CANVAS_EXTENSION = "https://canvas.instructure.com/lti/submission"


def test_score_when_below_the_goal_is_points_of_the_total_in_progress(school: School) -> None:
    school.finish(2)

    score = school.send()

    assert score == {
        "userId": school.learner.subject,
        "timestamp": "2026-09-01T08:00:05.000+00:00",
        "scoreGiven": 20,
        "scoreMaximum": 60,
        "activityProgress": "InProgress",
        "gradingProgress": "FullyGraded",
        "comment": "Je hebt 20 van de 30 punten voor de badge Veilig. In totaal kun je 60 punten halen.",
    }


def test_score_when_nothing_is_done_yet_is_nought_and_fully_graded(school: School) -> None:
    score = school.send()

    assert (score["scoreGiven"], score["scoreMaximum"], score["gradingProgress"]) == (0, 60, "FullyGraded")
    assert score["comment"].startswith("Je hebt 0 van de 30 punten")


def test_score_when_the_goal_is_reached_is_completed_and_names_the_badge(school: School) -> None:
    school.finish(1, 2)

    score = school.send()

    assert (score["scoreGiven"], score["scoreMaximum"]) == (30, 60)
    assert (score["activityProgress"], score["gradingProgress"]) == ("Completed", "FullyGraded")
    assert score["comment"] == (
        "Je hebt 30 punten en de badge Veilig. In totaal kun je 60 punten halen. "
        f"Bekijk de badge: {school.badge_address()}"
    )


def test_score_when_the_goal_was_raised_above_a_holder_stays_completed_with_the_badge(school: School) -> None:
    school.finish(1, 2)

    school.publish({1: 10, 2: 20, 3: 30}, goal_points=60, seen_number=1, name="Veiliger")
    score = school.send()

    assert (score["activityProgress"], score["gradingProgress"]) == ("Completed", "FullyGraded")
    assert score["comment"] == (
        "Je hebt 30 punten en de badge Veilig. In totaal kun je 60 punten halen. "
        f"Bekijk de badge: {school.badge_address()}"
    )


def test_score_when_a_task_was_closed_is_percent_of_what_each_can_earn(school: School) -> None:
    with school.tool.db.transaction() as tx:
        newcomer = make_person(tx, school.registration, name="Nieuw")
        make_membership(tx, school.context, newcomer)
    school.finish(1)
    school.publish({2: 20, 3: 30}, goal_points=30, seen_number=1)
    school.finish(2)
    school.finish(2, who=newcomer)

    mine, theirs = school.send(), school.send(newcomer)

    assert (mine["scoreGiven"], mine["scoreMaximum"]) == (50, 100)
    assert (theirs["scoreGiven"], theirs["scoreMaximum"]) == (40, 100)
    assert theirs["comment"] == "Je hebt 20 van de 30 punten voor de badge Veilig. In totaal kun je 50 punten halen."
    assert "In totaal kun je 60 punten halen." in mine["comment"]


def test_score_when_percent_does_not_come_out_even_has_two_decimals(school: School) -> None:
    school.finish(1)
    school.publish({2: 20}, goal_points=20, seen_number=1)

    assert school.send()["scoreGiven"] == 33.33
    school.finish(2)
    assert school.send()["scoreGiven"] == 100


def test_score_when_the_closed_task_is_back_is_points_again(school: School) -> None:
    school.finish(1)
    school.publish({2: 20, 3: 30}, goal_points=30, seen_number=1)
    school.publish({1: 10, 2: 20, 3: 30}, goal_points=30, seen_number=2)

    score = school.send()

    assert (score["scoreGiven"], score["scoreMaximum"]) == (10, 60)


def test_score_when_sent_again_repeats_the_comment_and_the_grading(school: School) -> None:
    school.finish(1)

    first, second = school.send(), school.send()

    assert first["comment"] == second["comment"]
    assert {score["gradingProgress"] for score in (first, second)} == {"FullyGraded"}


def test_score_when_the_person_chose_english_is_commented_in_english(school: School) -> None:
    with school.tool.db.transaction() as tx:
        tx.get_one(Person, school.learner.id).locale = "en"
    school.finish(1)

    assert school.send()["comment"] == "You have 10 of 30 points for the badge Veilig. In total you can get 60 points."


@pytest.mark.parametrize(("product_family", "is_there"), [("canvas", True), ("moodle", False), ("", False)])
def test_score_when_the_platform_is_canvas_carries_its_extension(
    school: School, product_family: str, is_there: bool
) -> None:
    with school.tool.db.transaction() as tx:
        tx.get_one(Registration, school.registration.id).product_family = product_family
    school.finish(1)

    score = school.send()

    assert (CANVAS_EXTENSION in score) is is_there
    if is_there:
        assert score[CANVAS_EXTENSION] == {
            "new_submission": False,
            "preserve_score": True,
            "prioritize_non_tool_grade": True,
        }


def test_score_when_it_is_not_newer_is_tried_later_and_then_taken_with_a_fresh_timestamp(school: School) -> None:
    school.finish(1)
    school.send()

    with pytest.raises(PlatformFailed) as caught:
        publish_score(school.tool, school.line_item.id, school.learner.id)
    assert (caught.value.code, caught.value.retryable, caught.value.status) == ("timestamp-not-newer", True, 409)

    school.finish(2)
    assert school.send()["scoreGiven"] == 30
    [refused], [first, second] = school.gradebook.refused, school.gradebook.scores
    assert first["timestamp"] == refused["timestamp"] < second["timestamp"]


@pytest.mark.parametrize(("status", "retryable"), [(400, False), (403, False), (503, True)])
def test_score_when_it_is_refused_says_whether_later_helps(school: School, status: int, retryable: bool) -> None:
    school.finish(1)
    school.gradebook.refuse_with = status

    with pytest.raises(PlatformFailed) as caught:
        publish_score(school.tool, school.line_item.id, school.learner.id)

    assert (caught.value.code, caught.value.retryable, caught.value.status) == ("score-failed", retryable, status)
    assert len(school.gradebook.refused) == 1


def test_score_when_the_column_takes_none_any_more_is_not_sent(school: School) -> None:
    school.finish(1)
    with school.tool.db.transaction() as tx:
        tx.get_one(LineItem, school.line_item.id).scopes = []

    publish_score(school.tool, school.line_item.id, school.learner.id)

    assert (school.gradebook.scores, school.gradebook.refused) == ([], [])


def test_score_when_nothing_is_published_is_not_sent(school: School) -> None:
    with school.tool.db.transaction() as tx:
        elsewhere = make_line_item(tx, make_resource_link(tx, make_context(tx)), url=school.line_item.url)

    publish_score(school.tool, elsewhere.id, school.learner.id)

    assert (school.gradebook.scores, school.gradebook.refused) == ([], [])


# Without a badge


def test_score_when_the_course_has_no_badge_speaks_of_the_goal(school: School) -> None:
    school.publish({1: 10, 2: 20, 3: 30}, goal_points=30, seen_number=1, name="")
    school.finish(2)
    assert school.send()["comment"] == "Je hebt 20 van de 30 punten voor je doel. In totaal kun je 60 punten halen."

    school.finish(1)

    score = school.send()
    assert score["comment"] == "Je hebt je doel gehaald met 30 punten. In totaal kun je 60 punten halen."
    assert score["activityProgress"] == "Completed"


# One task


def test_task_score_when_the_task_is_done_is_all_its_points(school: School) -> None:
    school.stand_for(2)
    school.finish(2)

    score = school.send()

    assert (score["scoreGiven"], score["scoreMaximum"]) == (20, 20)
    assert (score["activityProgress"], score["gradingProgress"]) == ("Completed", "FullyGraded")
    assert score["comment"] == "Je hebt deze opdracht gedaan. Je krijgt er 20 punten voor."


def test_task_score_when_nothing_happened_with_the_task_leaves_the_cell_empty(school: School) -> None:
    school.stand_for(2)
    school.finish(1, 3)

    school.try_to_send()

    assert school.gradebook.scores == []


def test_task_score_when_it_was_taken_back_is_nought_and_comes_again_with_the_task(school: School) -> None:
    school.stand_for(2)
    school.finish(2)
    school.send()

    school.by_staff(2, Verb.WITHDRAWN)
    taken_back = school.send()
    school.by_staff(2, Verb.AWARDED)
    given_again = school.send()

    assert (taken_back["scoreGiven"], taken_back["scoreMaximum"]) == (0, 20)
    assert (taken_back["activityProgress"], taken_back["gradingProgress"]) == ("InProgress", "FullyGraded")
    assert taken_back["comment"] == "Deze opdracht telt nu niet mee. Vraag je begeleider wat je kunt doen."
    assert given_again["scoreGiven"] == 20


def test_task_score_when_it_has_been_told_is_not_told_again_for_another_task(school: School) -> None:
    school.stand_for(2)
    school.finish(2)
    school.send()

    school.finish(1)
    school.try_to_send()

    assert len(school.gradebook.scores) == 1


def test_task_score_when_the_task_is_an_extra_is_not_sent(school: School) -> None:
    drafts = [TaskDraft(task_id, f"Task {number}", 10 * number) for number, task_id in enumerate(school.task_ids, 1)]
    published = publish_as_teacher(
        school.tool,
        school.context,
        school.teacher.id,
        [*drafts, TaskDraft(None, "Extra", 5, is_bonus=True)],
        goal_points=30,
        seen_number=1,
    )
    school.task_ids = [rule.task_id for rule in published.rules.tasks]
    school.stand_for(4)
    school.finish(4)

    school.try_to_send()

    assert school.gradebook.scores == []


# Nobody to tell


@pytest.mark.parametrize("choice", [Columns.NONE, Columns.PER_TASK])
def test_score_when_the_teacher_chose_other_columns_meanwhile_is_not_sent(school: School, choice: Columns) -> None:
    school.finish(1)
    with school.tool.db.transaction() as tx:
        choose_columns(tx, school.context.id, choice, by_person_id=school.teacher.id, now=school.tool.clock.now())

    school.try_to_send()

    assert school.gradebook.scores == []


def test_score_when_the_column_was_switched_off_is_not_sent(school: School) -> None:
    school.finish(1)
    with school.tool.db.transaction() as tx:
        tx.get_one(LineItem, school.line_item.id).is_silent = True

    school.try_to_send()

    assert school.gradebook.scores == []


def test_score_when_the_person_teaches_by_now_is_not_sent(school: School) -> None:
    school.finish(1)
    with school.tool.db.transaction() as tx:
        membership = tx.query(Membership).filter_by(person_id=school.learner.id).one()
        membership.role = "instructor"

    school.try_to_send()

    assert school.gradebook.scores == []


@pytest.fixture
def school(database_url: str) -> Iterator[School]:
    with open_school(database_url) as made:
        yield made
