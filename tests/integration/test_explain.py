"""Why a learner has these points: every entry with its version and its fact, and what is missing for the rest."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from config.database import Database
from config.ids import new_id
from gamification.engine.activity import Verb
from gamification.engine.explain import FactExplanation, LearnerExplanation, Missing, TaskExplanation
from gamification.engine.rule_set import TaskOrder
from gamification.engine.task_state import TaskState
from gamification.evaluate import evaluate
from gamification.explain import explain_learner, explanation_json
from gamification.ledger_export import ledger_rows
from gamification.models import LedgerEntry, LedgerKind, RuleSetPointer, RuleSetVersion, Task
from gamification.remarks import remarks_for
from lti_tool.progress import record_activity
from lti_tool.roster.models import Person
from tests.factories.course import completion
from tests.factories.mixed_course import DRAFTS, EXTRA, GOAL, OLD, POINTS, READ, SHOW, WRITE, Fact, make_mixed_course
from tests.factories.room import Room
from tests.factories.rows import NOW, make_activity, make_context, make_person, make_rule_set_version, make_task


def test_explanation_when_work_was_judged_and_taken_back_names_every_cause(room: Room) -> None:
    first = room.hand_in()
    judged = room.review(first, Verb.NOT_YET, remark="Add a picture")
    second = room.hand_in()
    approved = room.review(second)
    taken = room.take_back(SHOW, reason="It was not yours")
    third = room.hand_in()

    show = _explained(room, SHOW)

    with room.database.reading() as tx:
        remark_of = {words.activity_id: words.remark_id for words in remarks_for(tx, room.course.id, room.learner)}
    assert (show.state, show.missing, show.points, show.points_now) == (
        TaskState.WAITING,
        (Missing.WAITS_FOR_REVIEW,),
        POINTS[SHOW],
        0,
    )
    teacher_id = room.course.teacher_id
    assert [(fact.verb, fact.source, fact.actor_id, fact.hand_in_id, fact.remark_id) for fact in show.facts] == [
        (Verb.HANDED_IN, "own_task", None, first, None),
        (Verb.NOT_YET, "review", teacher_id, first, remark_of[judged.activity_id]),
        (Verb.HANDED_IN, "own_task", None, second, None),
        (Verb.APPROVED, "review", teacher_id, second, None),
        (Verb.WITHDRAWN, "by_hand", teacher_id, None, remark_of[taken.activity_id]),
        (Verb.HANDED_IN, "own_task", None, third, None),
    ]
    assert [fact.occurred_at for fact in show.facts] == [NOW + timedelta(minutes=minute) for minute in range(1, 7)]
    earned, reversed_ = show.entries
    assert [(entry.points, entry.step, entry.kind, entry.version_number) for entry in show.entries] == [
        (POINTS[SHOW], 0, "earn", 2),
        (-POINTS[SHOW], 1, "reverse", 2),
    ]
    assert _activity_ids(earned.fact, reversed_.fact) == [approved.activity_id, taken.activity_id]
    assert reversed_.fact == show.facts[4]
    assert (earned.created_at, earned.published_at) == (NOW + timedelta(minutes=4), NOW)


def test_explanation_when_newer_rules_hold_keeps_the_version_of_each_entry(room: Room) -> None:
    room.finish(READ)
    with room.database.transaction() as tx:
        later = NOW + timedelta(days=1)
        tasks = room.course.kept()
        published = room.course.publish(tx, [tasks[WRITE], tasks[SHOW], tasks[EXTRA]], seen_number=2)
        version = tx.get_one(RuleSetVersion, published.version_id)
        evaluate(tx, room.course.id, room.learner, now=later)
        expected_at = version.published_at
    room.finish(WRITE)

    explanation = _explain(room)

    assert (explanation.version_number, explanation.published_at) == (3, expected_at)
    by_task = {task.task_id: task for task in explanation.tasks}
    # The task that was left out is closed and comes last, for this learner only; the old one is not theirs.
    assert [task.title for task in explanation.tasks] == ["Write", "Show", "Extra", "Read"]
    assert [entry.version_number for entry in by_task[room.course.task_ids[READ]].entries] == [2]
    assert [entry.version_number for entry in by_task[room.course.task_ids[WRITE]].entries] == [3]
    assert by_task[room.course.task_ids[READ]].missing == ()


def test_explanation_when_nothing_was_done_says_what_can_be_done_in_order(room: Room) -> None:
    explanation = _explain(room)

    assert [(task.title, task.points, task.is_bonus) for task in explanation.tasks] == [
        (draft.title, draft.points, draft.is_bonus) for draft in DRAFTS[:OLD]
    ]
    assert {task.missing for task in explanation.tasks} == {(Missing.NOT_DONE,)}
    goal = explanation.goal
    assert (goal.points, goal.goal_points, goal.missing_points, goal.is_reached) == (0, GOAL, GOAL, False)
    assert goal.open_task_ids == room.course.task_ids[:EXTRA]
    assert (goal.is_enough, goal.achievement_version_id) == (True, room.course.achievement.version_id)


def test_explanation_when_the_goal_is_reached_counts_no_extra(room: Room) -> None:
    room.finish(EXTRA)
    room.finish(WRITE)
    before = _explain(room).goal
    room.finish(READ)
    after = _explain(room).goal

    assert (before.points, before.missing_points, before.is_reached) == (POINTS[WRITE], 10, False)
    assert (after.points, after.missing_points, after.is_reached) == (GOAL, 0, True)
    assert after.open_task_ids == (room.course.task_ids[SHOW],)
    assert _explained(room, EXTRA).points_now == POINTS[EXTRA]


def test_explanation_when_the_order_is_fixed_says_which_tasks_wait_for_another(room: Room) -> None:
    with room.database.transaction() as tx:
        room.course.publish(tx, room.course.kept(), seen_number=2, order=TaskOrder.FIXED)

    missing = {task.title: task.missing for task in _explain(room).tasks}

    assert missing["Read"] == missing["Extra"] == (Missing.NOT_DONE,)
    assert missing["Write"] == missing["Show"] == (Missing.NOT_DONE, Missing.EARLIER_TASK_FIRST)


def test_explanation_when_points_were_not_counted_yet_says_so_and_does_not_count_them(room: Room) -> None:
    with room.database.transaction() as tx:
        make_activity(tx, tx.get_one(Task, room.course.task_ids[READ]), tx.get_one(Person, room.learner))

    read = _explained(room, READ)

    assert (read.state, read.missing, read.entries) == (TaskState.DONE, (Missing.NOT_COUNTED_YET,), ())
    assert _explain(room).goal.points == 0


def test_explanation_when_the_rules_forgot_a_task_still_shows_its_entries(room: Room) -> None:
    room.finish(READ)
    room.finish(EXTRA)
    with room.database.transaction() as tx:
        rules = room.course.published.rules
        without = type(rules)(rules.tasks[1:3], GOAL, None)
        version = make_rule_set_version(tx, room.course.context, number=3, rules=without)
        tx.execute(update(RuleSetPointer).values(version_id=version.id))

    explanation = _explain(room)

    assert [(task.title, task.points, task.is_bonus, task.points_now) for task in explanation.tasks] == [
        ("Write", 20, False, 0),
        ("Show", 40, False, 0),
        ("Read", 0, False, POINTS[READ]),
        ("Extra", 0, True, POINTS[EXTRA]),
    ]
    assert (explanation.goal.points, explanation.goal.achievement_version_id) == (POINTS[READ], None)


def test_explanation_when_entries_and_facts_are_of_no_task_here_leaves_them_out(room: Room) -> None:
    with room.database.transaction() as tx:
        elsewhere = make_task(tx)
        record_activity(tx, completion(room.course.id, room.learner, elsewhere.id), now=NOW)
        tx.add(
            LedgerEntry(
                id=new_id(),
                context_id=room.course.id,
                person_id=room.learner,
                effect_key="stray:1",
                step=0,
                rule_lineage="stray",
                kind=LedgerKind.EARN,
                points=7,
                rule_set_version_id=room.course.published.version_id,
                created_at=NOW,
            )
        )

    explanation = _explain(room)

    assert [task.title for task in explanation.tasks] == [draft.title for draft in DRAFTS[:OLD]]
    assert explanation.goal.points == 0


def test_explanation_when_somebody_else_did_more_is_about_this_learner_alone(room: Room) -> None:
    before = _explain(room)
    with room.database.transaction() as tx:
        other = room.course.learner(tx)
        for number, verb in enumerate(Verb):
            record_activity(tx, Fact(verb, SHOW, number).told(room.course, other, number), now=NOW)

    assert _explain(room) == before


def test_explanation_when_nothing_is_published_is_none(database: Database) -> None:
    with database.transaction() as tx:
        context = make_context(tx)

    with database.reading() as tx:
        assert explain_learner(tx, context.id, make_person(tx).id) is None


def test_explanation_when_made_json_holds_only_plain_values(room: Room) -> None:
    room.review(room.hand_in())

    plain = explanation_json(_explain(room))

    assert json.loads(json.dumps(plain)) == plain
    show = plain["tasks"][SHOW]
    assert (plain["published_at"], show["task_id"]) == ("2026-09-01T08:00:00+00:00", str(room.course.task_ids[SHOW]))
    assert (show["state"], show["is_bonus"], show["entries"][0]["points"]) == ("done", False, 40)
    assert show["entries"][0]["fact"] == show["facts"][1]
    assert (show["facts"][0]["verb"], show["facts"][0]["actor_id"]) == ("handed-in", None)
    assert type(show["state"]) is type(plain["tasks"][READ]["missing"][0]) is str
    assert plain["goal"]["open_task_ids"] == [str(room.course.task_ids[READ]), str(room.course.task_ids[WRITE])]


def test_ledger_rows_when_exported_are_every_entry_of_the_course_in_order(room: Room) -> None:
    room.finish(READ)
    room.award(EXTRA)
    room.take_back(READ)
    with room.database.transaction() as tx:
        elsewhere = make_mixed_course(tx)
        rules = room.course.published.rules
        version = make_rule_set_version(tx, room.course.context, number=3, rules=type(rules)((), GOAL, None))
        tx.execute(
            update(RuleSetPointer).where(RuleSetPointer.context_id == room.course.id).values(version_id=version.id)
        )
        evaluate(tx, room.course.id, room.learner, now=room.now + timedelta(minutes=1))

    with room.database.reading() as tx:
        rows = list(ledger_rows(tx, room.course.id))
        others = {row.person_id for row in ledger_rows(tx, elsewhere.id)}
        learners = set(tx.execute(select(LedgerEntry.person_id)).scalars())

    earlier, *mine = rows
    assert earlier.person_id != room.learner
    assert (earlier.task_title, earlier.version_number) == ("Old", 1)
    read, extra = (f"{lineage}:{room.course.task_ids[task]}" for lineage, task in (("task", READ), ("bonus", EXTRA)))
    assert {row.person_id for row in mine} == {room.learner}
    assert [
        (row.task_title, row.effect_key, row.step, row.kind, row.points, row.version_number, row.verb, row.source)
        for row in mine
    ] == [
        ("Read", read, 0, "earn", 10, 2, Verb.COMPLETED, "own_task"),
        ("Extra", extra, 0, "earn", 15, 2, Verb.AWARDED, "by_hand"),
        ("Read", read, 1, "reverse", -10, 2, Verb.WITHDRAWN, "by_hand"),
        ("Extra", extra, 1, "reverse", -15, 3, None, None),
    ]
    minutes = [NOW + timedelta(minutes=minute) for minute in range(1, 5)]
    assert [row.created_at for row in mine] == minutes
    assert [row.occurred_at for row in mine] == [*minutes[:3], None]
    assert others == learners - {room.learner, earlier.person_id}


def _explain(room: Room) -> LearnerExplanation:
    with room.database.reading() as tx:
        explanation = explain_learner(tx, room.course.id, room.learner)
    assert explanation is not None
    return explanation


def _explained(room: Room, task: int) -> TaskExplanation:
    [found] = [found for found in _explain(room).tasks if found.task_id == room.course.task_ids[task]]
    return found


def _activity_ids(*facts: FactExplanation | None) -> list[uuid.UUID | None]:
    return [fact.activity_id if fact else None for fact in facts]


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)
