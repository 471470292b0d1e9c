"""The admin console: who may enter, what each sees, and what they decide; nothing of another platform."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from config import outbox, outbox_claiming, outbox_finishing
from lti_tool.administering import CheckResult, console, self_check
from lti_tool.lti.ags import SCOPE_LINE_ITEM, SCOPE_RESULT_READONLY, SCOPE_SCORE
from lti_tool.messages import MessageType
from lti_tool.progress import platform_lane
from lti_tool.roster.invitations import make_invitation
from lti_tool.roster.models import Context, Deployment, DeploymentState, Registration
from lti_tool.roster.platform_models import InvitationPurpose
from tests.factories.launch import INSTRUCTOR, LEARNER, TOOL_URL
from tests.factories.rows import make_deployment, make_registration
from tests.functional.classroom import words_in
from tests.functional.conftest import Launched, Site

ADMINISTRATOR = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"


class Admin:
    """A browser in the console."""

    def __init__(self, client: FlaskClient, location: str) -> None:
        self.client = client
        self.home = location

    def page(self, path: str = "") -> str:
        answer = self.client.get(self.home + path, base_url=TOOL_URL)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    def csrf(self) -> str:
        token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', self.page())
        assert token
        return token[1]

    def post(self, path: str, **data: str) -> TestResponse:
        return self.client.post(self.home + path, data={"csrf_token": self.csrf(), **data}, base_url=TOOL_URL)


def invited(site: Site) -> Admin:
    with site.tool.db.transaction() as tx:
        secret = make_invitation(tx, InvitationPurpose.CONSOLE, days=1, now=site.clock.now()).secret
    client = site.client()
    answer = client.post(f"/admin/enter/{secret}", base_url=TOOL_URL)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return Admin(client, answer.location)


def launched(site: Site) -> Admin:
    teacher = site.launch(roles=[INSTRUCTOR, ADMINISTRATOR])
    answer = teacher.post("console")
    assert answer.status_code == 303
    return Admin(teacher.client, answer.location)


def test_console_when_entered_by_invitation_shows_every_platform(site: Site) -> None:
    with site.tool.db.transaction() as tx:
        make_deployment(tx, make_registration(tx, issuer="https://other.example"), name="Other School")

    page = words_in(invited(site).page())

    assert "https://lms.example/moodle" in page
    assert "Other School" in page


def test_console_when_entered_by_launch_shows_only_that_platform(site: Site) -> None:
    with site.tool.db.transaction() as tx:
        other = make_registration(tx, issuer="https://other.example")
        waiting = make_deployment(tx, other, name="Other School", state=DeploymentState.WAITING)
        deployment_id, other_id = waiting.id, other.id

    admin = launched(site)

    page = words_in(admin.page())
    assert "https://lms.example/moodle" in page
    assert "Other School" not in page
    assert "Een platform registreren" not in page
    assert admin.post(f"deployments/{deployment_id}/approve").status_code == 404
    assert admin.post("invitations", note="x", days="7").status_code == 403
    assert admin.client.get(f"{admin.home}check/{other_id}", base_url=TOOL_URL).status_code == 404
    with site.tool.db.reading() as tx:
        assert tx.get_one(Deployment, deployment_id).state == DeploymentState.WAITING


@pytest.mark.parametrize("roles", [[INSTRUCTOR], [LEARNER], []])
def test_console_when_the_launch_is_no_administrators_stays_closed(sqlite_site: Site, roles: list[str]) -> None:
    somebody: Launched = sqlite_site.launch(roles=roles)

    assert "Beheer van deze leeromgeving" not in somebody.get(follow_redirects=True).get_data(as_text=True)
    assert somebody.post("console").status_code == 403


def test_invitation_when_used_twice_opens_once(sqlite_site: Site) -> None:
    with sqlite_site.tool.db.transaction() as tx:
        secret = make_invitation(tx, InvitationPurpose.CONSOLE, days=1, now=sqlite_site.clock.now()).secret
    looked = sqlite_site.client().get(f"/admin/enter/{secret}", base_url=TOOL_URL)
    first = sqlite_site.client().post(f"/admin/enter/{secret}", base_url=TOOL_URL)
    second = sqlite_site.client().post(f"/admin/enter/{secret}", base_url=TOOL_URL)

    assert (looked.status_code, first.status_code) == (200, 303)
    assert second.status_code in {403, 410}


def test_session_when_another_browser_or_a_later_hour_uses_its_address_is_refused(sqlite_site: Site) -> None:
    admin = invited(sqlite_site)

    assert sqlite_site.client().get(admin.home, base_url=TOOL_URL).status_code == 403
    sqlite_site.clock.advance(hours=2, seconds=1)
    assert admin.client.get(admin.home, base_url=TOOL_URL).status_code == 403


def test_console_when_a_later_launch_is_no_administrators_any_more_is_closed(site: Site) -> None:
    admin = launched(site)
    before = site.launch(roles=[INSTRUCTOR, ADMINISTRATOR])
    site.clock.advance(seconds=1)

    site.launch(roles=[INSTRUCTOR])

    assert admin.client.get(admin.home, base_url=TOOL_URL).status_code == 403
    assert before.post("console").status_code == 403


def test_form_when_it_lacks_the_token_is_refused(sqlite_site: Site) -> None:
    admin = invited(sqlite_site)

    assert admin.client.post(f"{admin.home}invitations", data={"days": "7"}, base_url=TOOL_URL).status_code == 403


def test_deployment_when_approved_lets_its_launches_in(site: Site) -> None:
    refused = site.try_launch(deployment_id="new place")
    assert refused.status_code == 403
    admin = invited(site)
    with site.tool.db.reading() as tx:
        deployment_id = tx.execute(
            select(Deployment.id).where(Deployment.external_deployment_id == "new place")
        ).scalar_one()

    assert admin.post(f"deployments/{deployment_id}/approve").status_code == 303

    assert site.try_launch(deployment_id="new place").status_code == 303


def test_refusal_when_looked_up_by_its_number_is_explained(site: Site) -> None:
    refused = site.try_launch(deployment_id="new place").get_data(as_text=True)
    reference = re.search(r"\b[A-Z0-9]{6}\b", words_in(refused))
    assert reference, words_in(refused)

    found = words_in(invited(site).page(f"?reference={reference[0]}"))
    unknown = words_in(invited(site).page("?reference=ZZZZ-0000"))

    assert "Deze plek wacht op goedkeuring" in found
    assert "Er is geen geweigerde start met dit nummer" in unknown


def test_refusals_when_they_pour_in_are_kept_up_to_a_limit(sqlite_site: Site) -> None:
    for _ in range(70):
        sqlite_site.login(sqlite_site.client(), iss="https://nobody.example")

    page = words_in(invited(sqlite_site).page())

    assert "10 keer:" in page


def test_message_when_it_was_given_up_is_tried_again(site: Site) -> None:
    now = site.clock.now()
    site.launch(roles=[INSTRUCTOR])
    with site.tool.db.transaction() as tx:
        lane = platform_lane(tx.execute(select(Registration.id)).scalar_one())
        context_id = tx.execute(select(Context.id)).scalar_one()
        ids = {"context_id": context_id}
        outbox.put(tx, MessageType.READ_ROSTER, ids, now=now, coalesce_key="1", lane=lane)
    for message in outbox_claiming.claim(site.tool.db, now=now, limit=10):
        outbox_finishing.finish_dead(site.tool.db, message, now=now, error="members-failed 403")

    admin = launched(site)
    assert "Lezen wie er in een cursus zit" in words_in(admin.page())
    [mine] = re.findall(r"messages/([0-9a-f-]{36})/again", admin.page())

    assert admin.post(f"messages/{mine}/again").status_code == 303
    again = outbox_claiming.claim(site.tool.db, now=now + timedelta(seconds=1), limit=10)
    assert [message.ids["context_id"] for message in again] == [str(context_id)]


def test_self_check_when_launches_lack_services_says_how_to_mend_it(site: Site) -> None:
    site.launch(roles=[LEARNER])
    admin = invited(site)
    registration = re.search(r"check/([0-9a-f-]{36})", admin.page())
    assert registration

    page = words_in(admin.page(f"check/{registration[1]}"))

    assert "IMS LTI Assignment and Grade Services" in page
    assert "Zelfcontrole" in page


def test_self_check_when_the_newest_launch_was_in_no_course_looks_at_the_newest_course(site: Site) -> None:
    services: dict[str, Any] = {
        "nrps": {"context_memberships_url": "https://lms.example/members", "service_versions": ["2.0"]},
        "ags": {
            "lineitems": "https://lms.example/items",
            "scope": [SCOPE_LINE_ITEM, SCOPE_SCORE, SCOPE_RESULT_READONLY],
        },
        "tool_platform": {"guid": "school-1", "product_family_code": "canvas"},
    }
    site.launch(roles=[INSTRUCTOR], **services)
    site.clock.advance(seconds=1)

    site.launch(
        roles=[ADMINISTRATOR],
        sub="administrator",
        tool_platform=services["tool_platform"],
        placement="account_navigation",
    )

    with site.tool.db.reading() as tx:
        registration_id = tx.execute(select(Registration.id)).scalar_one()
        _registration, checked = self_check(tx, None, registration_id)
        [shown] = console(tx, None, now=site.clock.now()).platforms
    assert [one.check for one in checked if one.result is CheckResult.MISSING] == []
    assert shown.health.courses == 1


def test_invitation_to_register_when_made_works_once_and_can_be_withdrawn(site: Site) -> None:
    admin = invited(site)

    made = admin.post("invitations", note="School <b>Noord</b>", days="3").get_data(as_text=True)

    address = re.search(r"https://mijlpaal\.example(/lti/register/[A-Za-z0-9_-]+)", made)
    assert address
    assert site.client().get(address[1], base_url=TOOL_URL).status_code == 200
    assert "School &lt;b&gt;Noord&lt;/b&gt;" in admin.page()
    withdrawn = re.search(r"invitations/([0-9a-f-]{36})/withdraw", admin.page())
    assert withdrawn
    admin.post(f"invitations/{withdrawn[1]}/withdraw")
    assert site.client().get(address[1], base_url=TOOL_URL).status_code == 404
    assert admin.post("invitations", note="x", days="0").status_code == 400
