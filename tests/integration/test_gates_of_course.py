"""The gates of a course: in which order they are shown, and that of two answers at once the newer one counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from lti_tool.asking_gates import ask_gates
from lti_tool.roster.gates import gates_of, lock_gate
from lti_tool.roster.item_models import ContentItem
from tests.factories.at_once import wait_until_somebody_waits
from tests.factories.roster_platform import open_roster_school
from tests.factories.tool import advance

TASKS = 6


def test_gates_when_placed_at_once_come_in_the_order_of_their_tasks_behind_older_ones(database_url: str) -> None:
    with open_roster_school(database_url) as school:
        school.publish(tasks=TASKS)
        school.place_staff_gate()
        items = [school.place_gate(number) for number in range(TASKS, 0, -1)]
        with school.tool.db.transaction() as tx:
            tx.get_one(ContentItem, items[0]).created_at -= timedelta(days=1)

        with school.tool.db.reading() as tx:
            found = gates_of(tx, school.context.id)

    last = school.task_ids[-1]
    assert [gate.task_id for gate in found] == [last, *school.task_ids[:-1], None]
    assert [gate.is_staff for gate in found] == [False] * TASKS + [True]


def test_gates_when_nothing_is_published_are_there(database_url: str) -> None:
    with open_roster_school(database_url) as school:
        item = school.place_staff_gate()

        with school.tool.db.reading() as tx:
            assert [gate.item_id for gate in gates_of(tx, school.context.id)] == [item]


def test_answer_when_a_newer_one_is_being_kept_waits_for_it_and_is_dropped(postgres_url: str) -> None:
    with open_roster_school(postgres_url) as school, ThreadPoolExecutor(1) as pool:
        school.enrol("anna", "bo", "cas")
        school.publish()
        school.place_staff_gate()
        school.read()
        item = school.place_gate(1, passing={"anna"})
        advance(school.tool, 600)
        with school.tool.db.transaction() as tx:
            gate = lock_gate(tx, item)
            assert gate is not None
            gate.asked_at = school.tool.clock.now() + timedelta(seconds=1)
            tx.flush()
            asking = pool.submit(ask_gates, school.tool, school.context.id)
            wait_until_somebody_waits(school.tool.db)
        asking.result(timeout=30)

        assert school.points() == {}
        assert school.activities() == []
