"""Two schools on one registration issue their own badges, each under its own name and identifier."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from badges.award import signed_document
from badges.models import Award
from gamification.publish import TaskDraft
from lti_tool.issuing import issue_credential
from lti_tool.roster.models import Context, Deployment, Person, Registration
from tests.factories.launch import INSTRUCTOR, LEARNER
from tests.factories.rows import make_deployment
from tests.factories.tool import finish_as_learner, publish_as_teacher
from tests.functional.classroom import words_in
from tests.functional.conftest import Site
from tests.functional.test_admin import ADMINISTRATOR, Admin, invited

HERE, THERE = "School aan Zee", "School in het Bos"


def school(name: str, **claims: Any) -> dict[str, Any]:
    """Return what launches from this school say, beside what this one says."""
    platform = {"guid": "shared", "name": name, "product_family_code": "moodle"}
    if name == HERE:
        return {"tool_platform": platform, **claims}
    context = {"context": {"id": "there", "title": "Bos"}, "resource_link": {"id": "link-there", "title": "Bos"}}
    return {"deployment_id": "there", "tool_platform": platform, **context, **claims}


@pytest.fixture
def shared(site: Site) -> Site:
    """The second school is let in; a teacher and a learner of both come, in turns."""
    with site.tool.db.transaction() as tx:
        deployment = make_deployment(tx, tx.execute(select(Registration)).scalar_one(), name="")
        deployment.external_deployment_id = "there"
    for role, who in ((INSTRUCTOR, "teacher"), (LEARNER, "learner")):
        for name in (HERE, THERE):
            site.launch(**school(name, roles=[role], sub=f"{who} of {name}"))
    return site


def issuer_in(site: Site, name: str) -> dict[str, Any]:
    """Let the learner of a school earn its badge; returns the issuer on it."""
    with site.tool.db.reading() as tx:
        place = select(Context).join(Deployment, Deployment.id == Context.deployment_id).where(Deployment.name == name)
        course = tx.execute(place).scalar_one()
        ids = {
            who: tx.execute(select(Person.id).where(Person.subject == f"{who} of {name}")).scalar_one()
            for who in ("teacher", "learner")
        }
    tasks = [TaskDraft(None, "Lezen", 10)]
    published = publish_as_teacher(site.tool, course, ids["teacher"], tasks, goal_points=10, seen_number=0)
    finish_as_learner(site.tool, course, ids["learner"], published.rules.tasks[0].task_id)
    with site.tool.db.reading() as tx:
        award_id = tx.execute(select(Award.id).where(Award.person_id == ids["learner"])).scalar_one()
    issue_credential(site.tool, award_id)
    with site.tool.db.reading() as tx:
        content = signed_document(tx, award_id)
    assert content is not None
    issuer: dict[str, Any] = json.loads(content)["issuer"]
    return issuer


def test_badge_names_the_school_that_gave_it_whoever_opened_us_last(shared: Site) -> None:
    here, there = issuer_in(shared, HERE), issuer_in(shared, THERE)

    assert (here["name"], there["name"]) == (HERE, THERE)
    assert here["id"] != there["id"]


def test_console_of_a_school_shows_its_own_name_and_that_of_the_service_shows_both(shared: Site) -> None:
    administrator = shared.launch(**school(HERE, roles=[INSTRUCTOR, ADMINISTRATOR]))
    own = words_in(Admin(administrator.client, administrator.post("console").location).page())
    whole = words_in(invited(shared).page())

    assert HERE in own
    assert THERE not in own
    assert HERE in whole
    assert THERE in whole
