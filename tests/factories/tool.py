"""The service without its web pages: its parts on a database of the test, and a course on which they can work."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from config.clock import Clock, SettableClock
from config.settings import load_settings
from gamification.publish import Published, TaskDraft
from lti_tool.course.set_up import publish_course
from lti_tool.lti.roles import PrincipalRole
from lti_tool.progress import finish_task
from lti_tool.roster.models import Context
from lti_tool.roster.signing_keys import ensure_signing_key
from lti_tool.tool import Tool, build_tool
from tests.factories.rows import NOW

SECRET = "s" * 40


def make_tool(
    database_url: str, clock: Clock | None = None, *, secret: str = SECRET, public_url: str = "http://localhost:8700"
) -> Tool:
    """Return the parts, with a key to sign requests with; without a clock of its own one that stands still at NOW."""
    clock = clock or SettableClock(NOW)
    settings = load_settings(
        secret_key=secret, database_url=database_url, allow_loopback=True, worker="separate", public_url=public_url
    )
    tool = build_tool(settings, clock=clock)
    with tool.db.transaction() as tx:
        ensure_signing_key(tx, tool.box, now=clock.now())
    return tool


def advance(tool: Tool, seconds: float) -> None:
    assert isinstance(tool.clock, SettableClock)
    tool.clock.advance(seconds=seconds)


def publish_as_teacher(
    tool: Tool,
    context: Context,
    teacher_id: uuid.UUID,
    tasks: Sequence[TaskDraft],
    *,
    goal_points: int,
    seen_number: int,
    name: str = "Veilig werken",
    criteria: str = "Je deed mee.",
) -> Published:
    with tool.db.transaction() as tx:
        return publish_course(
            tx,
            tool,
            context_id=context.id,
            person_id=teacher_id,
            role=PrincipalRole.INSTRUCTOR,
            tasks=tasks,
            goal_points=goal_points,
            badge_name=name,
            badge_criteria=criteria,
            seen_number=seen_number,
            now=tool.clock.now(),
        )


def finish_as_learner(tool: Tool, context: Context, person_id: uuid.UUID, *task_ids: uuid.UUID) -> None:
    for task_id in task_ids:
        with tool.db.transaction() as tx:
            finish_task(
                tx,
                context_id=context.id,
                person_id=person_id,
                role=PrincipalRole.LEARNER,
                task_id=task_id,
                now=tool.clock.now(),
            )
