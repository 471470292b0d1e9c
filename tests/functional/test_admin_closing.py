"""A deployment that was closed: launches and open pages say so, and it opens again."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import select

from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.models import Deployment, DeploymentState
from lti_tool.roster.registrations import forget_waiting_deployments
from tests.factories.launch import DEPLOYMENT_ID, TOOL_URL
from tests.functional.classroom import words_in
from tests.functional.conftest import Site
from tests.functional.test_admin import Admin, invited, launched


def own_deployment(site: Site) -> uuid.UUID:
    with site.tool.db.reading() as tx:
        return tx.execute(select(Deployment.id).where(Deployment.external_deployment_id == DEPLOYMENT_ID)).scalar_one()


def close(site: Site) -> Admin:
    admin = invited(site)
    assert admin.post(f"deployments/{own_deployment(site)}/hold").status_code == 303
    return admin


def test_launch_when_its_deployment_was_closed_is_told_so_and_not_that_it_waits(site: Site) -> None:
    site.launch_as(PrincipalRole("learner"))
    close(site)

    refused = site.try_launch()

    page = words_in(refused.get_data(as_text=True))
    assert refused.status_code == 403
    assert "Mijlpaal is hier nu dicht" in page
    assert "De beheerder heeft Mijlpaal dichtgezet. Je punten zijn veilig" in page
    assert "bijna klaar" not in page
    number = re.search(r"\b[A-Z0-9]{6}\b", page)
    assert number
    assert "Deze plek is gesloten" in words_in(invited(site).page(f"?reference={number[0]}"))


@pytest.mark.parametrize("role", ["learner", "instructor"])
def test_open_page_when_its_deployment_is_closed_ends_with_a_number_and_opens_again_with_it(
    site: Site, role: str
) -> None:
    somebody = site.launch_as(PrincipalRole(role))
    home = somebody.response.location
    assert somebody.client.get(home, base_url=TOOL_URL).status_code == 200
    token = somebody.csrf()
    admin = close(site)

    ended = somebody.client.get(home, base_url=TOOL_URL)

    assert ended.status_code == 403
    page = words_in(ended.get_data(as_text=True))
    assert "Mijlpaal is hier nu dicht" in page
    assert re.search(r"\b[A-Z0-9]{6}\b", page)
    posted = somebody.client.post(somebody.url("language"), data={"csrf_token": token}, base_url=TOOL_URL)
    assert posted.status_code == 403
    # Who does not prove the session learns nothing of it.
    stranger = words_in(site.client().get(home, base_url=TOOL_URL).get_data(as_text=True))
    assert "nu dicht" not in stranger
    assert admin.post(f"deployments/{own_deployment(site)}/approve").status_code == 303
    assert somebody.client.get(home, base_url=TOOL_URL).status_code == 200


def test_console_of_a_school_when_its_deployment_is_closed_is_closed_too(site: Site) -> None:
    school = launched(site)
    whole = close(site)

    ended = school.client.get(school.home, base_url=TOOL_URL)

    assert ended.status_code == 403
    assert "Mijlpaal is hier nu dicht" in words_in(ended.get_data(as_text=True))
    page = words_in(whole.page())
    assert "Gesloten door wie Mijlpaal beheert" in page
    assert "Weer openen" in page


def test_waiting_deployments_when_forgotten_leave_the_closed_ones(site: Site) -> None:
    site.launch_as(PrincipalRole("learner"))
    site.try_launch(deployment_id="new place")
    close(site)

    with site.tool.db.transaction() as tx:
        forgotten = forget_waiting_deployments(tx)

    with site.tool.db.reading() as tx:
        left = {row.external_deployment_id: row.state for row in tx.execute(select(Deployment)).scalars()}
    assert (forgotten, left) == (1, {DEPLOYMENT_ID: DeploymentState.HELD})
