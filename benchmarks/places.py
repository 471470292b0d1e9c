"""What is measured on: both databases as in production, and a published course with learners."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.orm import Session

from config.ids import new_id
from config.migrate import upgrade
from gamification.engine.rule_set import AchievementRef
from gamification.publish import TaskDraft, publish
from lti_tool.roster.models import Context, Membership, Person
from tests.databases import Servers, start_servers
from tests.factories.badge_rows import make_achievement, make_achievement_version
from tests.factories.rows import (
    NOW,
    make_context,
    make_line_item,
    make_membership,
    make_person,
    make_resource_link,
    registration_of,
    unique,
)

TASKS = 30
BONUS_TASKS = 5
POINTS = (5, 10, 15, 20, 25)


@dataclass(frozen=True)
class BenchCourse:
    """A published course with one gradebook column and a badge at six tenths of the total."""

    context_id: uuid.UUID
    teacher_id: uuid.UUID
    resource_link_id: uuid.UUID
    learner_ids: tuple[uuid.UUID, ...]
    task_ids: tuple[uuid.UUID, ...]
    points: dict[uuid.UUID, int]
    """Of required tasks."""
    bonus_points: dict[uuid.UUID, int]
    """Of extras."""
    goal_points: int


@contextmanager
def fresh_databases() -> Iterator[dict[str, str]]:
    """Give the address of a migrated, empty database of each kind. PostgreSQL waits for the disk (fsync) as it should.

    SQLite has the settings of every connection of this service: WAL, synchronous NORMAL.
    """
    directory = Path(tempfile.mkdtemp(prefix="mijlpaal-bench-"))
    directory.chmod(0o755)
    processes = start_servers(directory / "run", fsync=True)
    try:
        servers = Servers(directory / "run")
        servers.admin("CREATE DATABASE bench")
        urls = {"sqlite": f"sqlite:///{directory}/bench.sqlite3", "postgresql": servers.database_url("bench")}
        for url in urls.values():
            upgrade(url)
        yield urls
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
        shutil.rmtree(directory, ignore_errors=True)


def make_bench_course(tx: Session, *, learners: int) -> BenchCourse:
    """Publish a course of thirty tasks, five of them extras, for this many learners who have read the welcome."""
    context = make_context(tx)
    teacher = make_person(tx, registration_of(tx, context), name="Joost Bakker")
    make_membership(tx, context, teacher, role="instructor")
    link = make_resource_link(tx, context)
    make_line_item(tx, link)
    version = make_achievement_version(tx, make_achievement(tx, context))
    drafts = [
        TaskDraft(
            None,
            f"Opdracht {number}",
            POINTS[number % len(POINTS)],
            instructions="Lees eerst de tekst. Doe daarna de *opdracht*.",
            is_bonus=number > TASKS - BONUS_TASKS,
        )
        for number in range(1, TASKS + 1)
    ]
    goal_points = sum(draft.points for draft in drafts if not draft.is_bonus) * 6 // 10
    published = publish(
        tx,
        context.id,
        by_person_id=teacher.id,
        tasks=drafts,
        goal_points=goal_points,
        achievement=AchievementRef(version.achievement_id, version.id),
        seen_number=0,
        now=NOW,
    )
    tx.flush()
    return BenchCourse(
        context_id=context.id,
        teacher_id=teacher.id,
        resource_link_id=link.id,
        learner_ids=_enrol(tx, context, registration_of(tx, context).id, learners),
        task_ids=tuple(rule.task_id for rule in published.rules.tasks),
        points={rule.task_id: rule.points for rule in published.rules.tasks if not rule.is_bonus},
        bonus_points={rule.task_id: rule.points for rule in published.rules.tasks if rule.is_bonus},
        goal_points=goal_points,
    )


def _enrol(tx: Session, context: Context, registration_id: uuid.UUID, learners: int) -> tuple[uuid.UUID, ...]:
    people = [
        {
            "id": new_id(),
            "registration_id": registration_id,
            "subject": unique("learner"),
            "name": f"Deelnemer {number:05}",
            "given_name": "Deelnemer",
            "created_at": NOW,
        }
        for number in range(learners)
    ]
    tx.execute(insert(Person), people)
    tx.execute(
        insert(Membership),
        [
            {
                "id": new_id(),
                "context_id": context.id,
                "person_id": person["id"],
                "role": "learner",
                "launched_at": NOW,
                "welcomed_at": NOW,
            }
            for person in people
        ],
    )
    return tuple(uuid.UUID(str(person["id"])) for person in people)
