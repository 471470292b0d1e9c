"""What a launch tells about the gradebook: where columns are, what the platform allows, and what follows from news."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, func, select

from lti_tool.course.evaluation import evaluate_course
from lti_tool.jobs.worker import drain
from lti_tool.lti.ags import SCOPE_LINE_ITEM, SCOPE_RESULT_READONLY, SCOPE_SCORE
from lti_tool.lti.roles import PrincipalRole
from lti_tool.messages import MessageType
from lti_tool.roster.gradebook import choose_columns
from lti_tool.roster.gradebook_models import Columns, ScoreDelivery
from lti_tool.roster.kept_columns import keep_made_column
from lti_tool.roster.models import Context, LineItem, Person
from tests.factories.gradebook_rows import make_score_delivery
from tests.factories.launch import LEARNER
from tests.factories.mixed_course import awards_of
from tests.factories.promises import promised, take_promises
from tests.factories.rows import make_task
from tests.functional.classroom import open_classroom
from tests.functional.conftest import ROLES, Site
from tests.functional.learner_steps import enter
from tests.functional.test_learner_route import publish_again

ITEMS = "https://lms.example/moodle/mod/lti/services.php/2/lineitems"
EVERYTHING = [SCOPE_LINE_ITEM, SCOPE_SCORE]


def claim(*scopes: str, item: int | None = 5, items: str | None = ITEMS) -> dict[str, Any]:
    found: dict[str, Any] = {"scope": list(scopes)}
    if items:
        found["lineitems"] = items
    if item:
        found["lineitem"] = f"{ITEMS}/{item}/lineitem?type_id=1"
    return found


def context_of(site: Site) -> Context:
    with site.tool.db.reading() as tx:
        return tx.execute(select(Context)).scalar_one()


def news(site: Site) -> list[str]:
    """Return the types of what was promised since the last look."""
    with site.tool.db.transaction() as tx:
        return [type for type, _ids in take_promises(tx)]


def choose(site: Site, columns: Columns) -> None:
    with site.tool.db.transaction() as tx:
        person_id = tx.execute(select(Person.id)).scalars().first()
        assert person_id is not None
        choose_columns(tx, context_of(site).id, columns, by_person_id=person_id, now=site.clock.now())


@contextmanager
def updates_of_context(site: Site) -> Iterator[list[str]]:
    seen: list[str] = []

    def look(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("UPDATE context"):
            seen.append(statement)

    event.listen(site.tool.db.engine, "before_cursor_execute", look)
    yield seen
    event.remove(site.tool.db.engine, "before_cursor_execute", look)


def test_launch_when_it_tells_of_a_gradebook_keeps_where_columns_are_made_and_what_is_allowed(site: Site) -> None:
    site.launch()
    assert (context_of(site).line_items_url, context_of(site).grade_scopes) == ("", None)

    site.launch(ags=claim(SCOPE_SCORE))
    assert (context_of(site).line_items_url, context_of(site).grade_scopes) == (ITEMS, [SCOPE_SCORE])

    site.launch()
    assert (context_of(site).line_items_url, context_of(site).grade_scopes) == (ITEMS, [SCOPE_SCORE])

    site.launch(ags=claim(items=None, item=None))
    assert (context_of(site).line_items_url, context_of(site).grade_scopes) == ("", [])


def test_launch_when_nothing_changed_leaves_the_course_unwritten(site: Site) -> None:
    with updates_of_context(site) as first:
        site.launch(ags=claim(*EVERYTHING))
    assert first

    with updates_of_context(site) as second:
        site.launch(ags=claim(*EVERYTHING))
    assert second == []


def test_launch_when_columns_can_be_made_from_now_on_brings_the_course_up_to_date(site: Site) -> None:
    site.launch(ags=claim(SCOPE_SCORE))
    choose(site, Columns.PER_TASK)
    assert news(site) == [MessageType.EVALUATE_COURSE]

    site.launch(ags=claim(*EVERYTHING))
    assert news(site) == [MessageType.EVALUATE_COURSE]

    for same in (EVERYTHING, [*EVERYTHING, SCOPE_RESULT_READONLY]):
        site.launch(ags=claim(*same))
        assert news(site) == []


def test_launch_when_nobody_wants_columns_of_tasks_does_nothing_with_the_right_to_make_them(site: Site) -> None:
    site.launch(ags=claim(SCOPE_SCORE))
    choose(site, Columns.ONE)
    news(site)

    site.launch(ags=claim(*EVERYTHING))

    assert news(site) == []


def test_launch_when_its_link_has_no_column_tells_about_the_course_all_the_same(site: Site) -> None:
    site.launch()
    choose(site, Columns.PER_TASK)

    site.launch(ags=claim(*EVERYTHING, item=None))

    assert news(site) == [MessageType.EVALUATE_COURSE]
    with site.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(LineItem)).scalar_one() == 0


def test_columns_that_we_made_when_the_platform_allows_other_things_follow(site: Site) -> None:
    site.launch(ags=claim(*EVERYTHING))
    with site.tool.db.transaction() as tx:
        context = tx.execute(select(Context)).scalar_one()
        task = make_task(tx, context)
        keep_made_column(
            tx,
            context.id,
            task.id,
            url=f"{ITEMS}/9",
            label="Lezen",
            score_maximum=10,
            scopes=EVERYTHING,
            now=site.clock.now(),
        )

    site.launch(ags=claim(SCOPE_SCORE, SCOPE_RESULT_READONLY))

    with site.tool.db.reading() as tx:
        rows = tx.execute(select(LineItem)).scalars().all()
    assert [row.scopes for row in rows] == [[SCOPE_SCORE, SCOPE_RESULT_READONLY]] * 2


def test_column_when_it_has_another_address_is_another_column_with_nothing_delivered(site: Site) -> None:
    site.launch(ags=claim(*EVERYTHING))
    with site.tool.db.transaction() as tx:
        make_score_delivery(tx, tx.execute(select(LineItem)).scalar_one())

    site.launch(ags=claim(*EVERYTHING))
    with site.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(ScoreDelivery)).scalar_one() == 1

    site.launch(ags=claim(*EVERYTHING, item=6))
    with site.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(ScoreDelivery)).scalar_one() == 0
        assert [type for type, _ids in promised(tx)] == [MessageType.EVALUATE_COURSE]


def test_learner_when_back_after_another_role_gets_the_badge_that_a_lower_goal_brought_meanwhile(site: Site) -> None:
    room = open_classroom(site)
    zoe = enter(room)
    room.finish(zoe.id, room.read, room.tidy)
    site.launch(roles=ROLES[PrincipalRole.OBSERVER], sub="Zoe")
    publish_again(room)
    while drain(site.tool):
        pass
    news(site)

    site.launch(roles=[LEARNER], sub="Zoe")

    assert news(site) == [MessageType.EVALUATE_COURSE]
    evaluate_course(site.tool, room.context_id)
    with site.tool.db.reading() as tx:
        assert awards_of(tx, zoe.id) == 1
    news(site)
    site.launch(roles=[LEARNER], sub="Zoe")
    assert news(site) == []
