"""Placing at the moment of a launch, or of an answer about a gate: one waits for the other, and both come through."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.ids import digest
from gamification.publish import TaskDraft, lock_pointer
from gamification.rules import hold_rules
from lti_tool.choosing import Pick, place
from lti_tool.copying import copy_course
from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.gates import lock_gate
from lti_tool.roster.item_models import ContentItem, ItemKind
from lti_tool.roster.launch_sessions import CurrentSession
from lti_tool.roster.models import Context
from lti_tool.roster.session_models import LaunchSession
from tests.factories.at_once import wait_until_somebody_waits
from tests.factories.launch import INSTRUCTOR
from tests.functional.conftest import Site
from tests.functional.test_choosing import TWO_TASKS, choosing


@pytest.fixture
def busy(site: Site) -> Site:
    """A course in which two tasks were placed; the second is a gate."""
    if site.tool.db.is_sqlite:
        pytest.skip("on SQLite whoever writes waits before anything is locked")
    choosing(site).post("choose", TWO_TASKS)
    return site


def meet(
    site: Site, do: Callable[[Session], object], first: Callable[[Session], object], then: Callable[[Session], object]
) -> None:
    """Hold what `first` locks until `do`, in another transaction, waits for it; only then lock what `then` does."""

    def run() -> None:
        with site.tool.db.transaction() as other:
            do(other)

    with ThreadPoolExecutor(1) as pool:
        with site.tool.db.transaction() as tx:
            first(tx)
            done = pool.submit(run)
            wait_until_somebody_waits(site.tool.db)
            then(tx)
        done.result(30)


def launch_writes(context_id: uuid.UUID) -> Callable[[Session], None]:
    """Return what a launch does first: it writes the course."""

    def write(tx: Session) -> None:
        tx.get_one(Context, context_id).memberships_url = "https://lms.example/members"
        tx.flush()

    return write


def begun(site: Site) -> CurrentSession:
    """Return a new session for picking."""
    address = choosing(site).address
    with site.tool.db.reading() as tx:
        row = tx.execute(select(LaunchSession).where(LaunchSession.address_digest == digest(address))).scalar_one()
    return CurrentSession(row.id, address, row.person_id, row.context_id, None, PrincipalRole(row.role), row.locale)


def gate_of(site: Site) -> ContentItem:
    with site.tool.db.reading() as tx:
        return tx.execute(select(ContentItem).where(ContentItem.kind == ItemKind.GATE)).scalar_one()


def test_placing_when_a_launch_comes_that_makes_a_task_waits_for_it(busy: Site) -> None:
    session, now = begun(busy), busy.clock.now()
    new = Pick(ItemKind.TASK, draft=TaskDraft(None, "Nieuw", 5))

    meet(
        busy,
        lambda tx: place(tx, busy.tool, session, [new], goal_points=None, now=now),
        launch_writes(session.context_id),
        lambda tx: lock_pointer(tx, session.context_id),
    )

    with busy.tool.db.reading() as tx:
        assert len(tx.execute(select(ContentItem.id)).all()) == 4


def test_placing_when_the_answer_about_the_edited_gate_is_kept_waits_for_it(busy: Site) -> None:
    session, gate, now = begun(busy), gate_of(busy), busy.clock.now()
    edited = Pick(ItemKind.GATE, task_id=gate.task_id, item_id=gate.id)

    meet(
        busy,
        lambda tx: place(tx, busy.tool, session, [edited], goal_points=None, now=now),
        lambda tx: lock_gate(tx, gate.id),
        lambda tx: hold_rules(tx, session.context_id),
    )


def test_copying_when_a_launch_comes_that_makes_a_task_waits_for_it(busy: Site) -> None:
    origin_id, now = gate_of(busy).context_id, busy.clock.now()
    busy.launch(context={"id": "77", "title": "Kopie"}, roles=[INSTRUCTOR])
    with busy.tool.db.reading() as tx:
        copy_id = tx.execute(select(Context.id).where(Context.external_context_id == "context:77")).scalar_one()

    meet(
        busy,
        lambda tx: copy_course(tx, busy.tool, origin_id, copy_id, now=now),
        launch_writes(copy_id),
        lambda tx: lock_pointer(tx, copy_id),
    )

    with busy.tool.db.reading() as tx:
        assert tx.get_one(Context, copy_id).copied_from_id == origin_id
