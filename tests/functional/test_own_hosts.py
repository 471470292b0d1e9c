"""Schools on hosted Canvas with a host of their own: their pages may frame ours, and get the answer of deep linking."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from werkzeug.test import TestResponse

from lti_tool.roster.deployment_origins import MOST_ORIGINS
from lti_tool.roster.models import Deployment, DeploymentState, Registration
from lti_tool.roster.platform_models import DeploymentOrigin, RefusedLaunch
from lti_tool.roster.registrations import add_registration, remove_registration
from tests.factories.launch import ABSENT, INSTRUCTOR, ISSUER, TOOL_URL
from tests.factories.lti_rows import make_deployment_origin
from tests.factories.rows import make_deployment, make_registration
from tests.functional.classroom import words_in
from tests.functional.conftest import Launched, Site
from tests.functional.test_admin import ADMINISTRATOR, Admin, invited
from tests.functional.test_choosing import TWO_TASKS, choosing
from tests.functional.test_commands import SECRET, mijlpaal
from tests.functional.test_handing_in import CANVAS
from tests.functional.test_launch_in_storage import begin, log_in

SHARED_ISSUER = "https://canvas.instructure.com"
SCHOOL = "https://canvas.school.example"
OTHER_SCHOOL = "https://canvas.other.example"
NEIGHBOUR = "deployment of another school"
NOWHERE: dict[str, Any] = {"launch_presentation": ABSENT, "tool_platform": CANVAS}
"""Of a launch that names no place but what a test adds."""


def services(host: str) -> dict[str, Any]:
    return {
        "nrps": {"context_memberships_url": f"{host}/api/lti/courses/1/names_and_roles", "service_versions": ["2.0"]},
        **NOWHERE,
    }


def returning(host: str) -> dict[str, Any]:
    return {**NOWHERE, "launch_presentation": {"return_url": f"{host}/courses/1/external_content/success"}}


NAMED = {
    "roster": services(SCHOOL),
    "columns": {**NOWHERE, "ags": {"lineitems": f"{SCHOOL}/api/lti/courses/1/line_items", "scope": ["x"]}},
    "column": {**NOWHERE, "ags": {"lineitem": f"{SCHOOL}/api/lti/courses/1/line_items/2", "scope": ["x"]}},
    "groups": {**NOWHERE, "groups": {"context_groups_url": f"{SCHOOL}/groups", "scope": ["x"]}},
    "notices": {
        **NOWHERE,
        "notice_service": {"platform_notification_service_url": f"{SCHOOL}/api/lti/notices", "scope": ["x"]},
    },
    "way-back": returning(SCHOOL),
}


def ancestors(answer: TestResponse) -> set[str]:
    return set(answer.headers["Content-Security-Policy"].partition("frame-ancestors ")[2].split())


def framed_by(launched: Launched) -> set[str]:
    page = launched.client.get(launched.response.location, base_url=TOOL_URL)
    assert page.status_code == 200
    return ancestors(page)


def kept(site: Site) -> list[str]:
    with site.tool.db.reading() as tx:
        return sorted(tx.execute(select(DeploymentOrigin.origin)).scalars())


def refusals(site: Site) -> list[str]:
    with site.tool.db.reading() as tx:
        return sorted(tx.execute(select(RefusedLaunch.detail)).scalars())


def let_in(site: Site, deployment: str) -> None:
    site.try_launch(deployment_id=deployment, **NOWHERE)
    with site.tool.db.transaction() as tx:
        tx.execute(
            update(Deployment)
            .where(Deployment.external_deployment_id == deployment)
            .values(state=DeploymentState.ACTIVE)
        )


def register_shared(site: Site) -> None:
    with site.tool.db.transaction() as tx:
        add_registration(
            tx,
            issuer=SHARED_ISSUER,
            client_id="10000000000001",
            auth_login_url="https://sso.canvaslms.com/api/lti/authorize_redirect",
            auth_token_url=f"{SCHOOL}/login/oauth2/token",
            jwks_url=f"{site.keys.url}/jwks",
            deployments=("1:abc",),
            now=site.clock.now(),
        )


@pytest.mark.parametrize("claims", NAMED.values(), ids=NAMED)
def test_session_page_may_be_framed_by_the_host_that_its_first_launch_names(site: Site, claims: dict[str, Any]) -> None:
    launched = site.launch(**claims)

    assert framed_by(launched) == {"https://lms.example", "https://*.instructure.com", SCHOOL}


@pytest.mark.parametrize("place", ["user_navigation", "account_navigation"])
def test_session_page_outside_courses_may_be_framed_by_the_school_too(sqlite_site: Site, place: str) -> None:
    launched = sqlite_site.launch(placement=place, context=ABSENT, roles=[ADMINISTRATOR], **returning(SCHOOL))

    assert SCHOOL in framed_by(launched)


def test_host_counts_for_the_deployment_that_named_it_alone(site: Site) -> None:
    let_in(site, NEIGHBOUR)
    here = site.launch(**services(SCHOOL))
    there = site.launch(sub="6", deployment_id=NEIGHBOUR, **services(OTHER_SCHOOL))
    nameless = site.launch(sub="7", **NOWHERE)

    assert framed_by(here) & {SCHOOL, OTHER_SCHOOL} == {SCHOOL}
    assert framed_by(there) & {SCHOOL, OTHER_SCHOOL} == {OTHER_SCHOOL}
    assert framed_by(nameless) & {SCHOOL, OTHER_SCHOOL} == {SCHOOL}


def test_host_of_another_product_is_not_kept(sqlite_site: Site) -> None:
    launched = sqlite_site.launch(**{**services(SCHOOL), "tool_platform": {"product_family_code": "moodle"}})

    assert framed_by(launched) == {"https://lms.example"}
    assert kept(sqlite_site) == []


@pytest.mark.parametrize(
    "host",
    ["http://canvas.school.example", "https://*.example", "https://a;script-src", "https://" + "x." * 150 + "example"],
)
def test_host_that_no_header_should_name_is_not_kept_and_nobody_is_refused(sqlite_site: Site, host: str) -> None:
    launched = sqlite_site.launch(**services(host))

    assert framed_by(launched) == {"https://lms.example", "https://*.instructure.com"}
    assert kept(sqlite_site) == []


def test_host_on_this_machine_counts_in_development_alone(sqlite_site: Site) -> None:
    local = "http://localhost:8700"
    assert local in framed_by(sqlite_site.launch(**services(local)))

    with sqlite_site.tool.db.transaction() as tx:
        tx.execute(delete(DeploymentOrigin))
    object.__setattr__(sqlite_site.tool.settings, "allow_loopback", False)

    assert local not in framed_by(sqlite_site.launch(sub="6", **services(local)))


def test_host_that_a_refused_launch_names_is_not_kept(sqlite_site: Site) -> None:
    waiting = sqlite_site.try_launch(deployment_id="never approved", **services(OTHER_SCHOOL))
    thief = choose_at(sqlite_site, OTHER_SCHOOL, **services(SCHOOL))

    assert (waiting.status_code, thief.status_code) == (403, 403)
    assert refusals(sqlite_site) == ["", "deep_link_return_url"]
    assert kept(sqlite_site) == []


def test_hosts_that_people_type_are_not_believed(sqlite_site: Site) -> None:
    sqlite_site.launch(
        custom={"home": f"{SCHOOL}/x", "return_url": SCHOOL},
        resource_link={"id": "link-1", "title": SCHOOL, "description": f"{SCHOOL}/"},
        **NOWHERE,
    )

    assert kept(sqlite_site) == []


def test_hosts_of_a_school_are_few_and_the_one_not_seen_longest_goes(site: Site) -> None:
    for number in range(MOST_ORIGINS):
        site.launch(**services(f"https://c{number}.example"))
        site.clock.advance(minutes=1)
    site.clock.advance(days=2)
    site.launch(**services("https://c0.example"))

    launched = site.launch(**services(SCHOOL))

    assert len(kept(site)) == MOST_ORIGINS
    assert {SCHOOL, "https://c0.example"} <= framed_by(launched)
    assert "https://c1.example" not in kept(site)


def test_host_that_is_seen_again_is_written_once_a_day(site: Site) -> None:
    begun = site.clock.now()

    def seen() -> tuple[timedelta, timedelta]:
        site.launch(**services(SCHOOL))
        with site.tool.db.reading() as tx:
            row = tx.execute(select(DeploymentOrigin)).scalar_one()
            return row.first_seen_at - begun, row.last_seen_at - begun

    assert seen() == (timedelta(), timedelta())
    site.clock.advance(hours=23)
    assert seen() == (timedelta(), timedelta())
    site.clock.advance(hours=2)
    assert seen() == (timedelta(), timedelta(hours=25))


# Before a launch


def test_pages_of_the_ladder_may_be_framed_by_a_school_that_nobody_knows_yet(site: Site) -> None:
    register_shared(site)
    told = {"iss": SHARED_ISSUER, "client_id": "10000000000001"}
    cookieless = site.app.test_client(use_cookies=False)

    window = cookieless.get(begin(site, lti_storage_target="", **told), base_url=TOOL_URL)
    stored = log_in(site, **told)
    asked_back = site.send(stored.client, "not looked into yet", stored.asked["state"])

    for page in (window, stored.page, asked_back):
        assert page.status_code == 200
        assert ancestors(page) == {"https:", "http://localhost:*", "http://127.0.0.1:*"}
    assert 'target="_blank"' in window.get_data(as_text=True)
    for page in (stored.page, asked_back):
        assert 'data-storage-origin="https://sso.canvaslms.com"' in page.get_data(as_text=True)


def test_pages_of_the_ladder_on_a_real_site_may_be_framed_over_https_alone(sqlite_site: Site) -> None:
    register_shared(sqlite_site)
    object.__setattr__(sqlite_site.tool.settings, "allow_loopback", False)

    stored = log_in(sqlite_site, iss=SHARED_ISSUER, client_id="10000000000001")

    assert ancestors(stored.page) == {"https:"}


def test_pages_of_the_ladder_of_another_product_may_be_framed_by_its_registration_alone(sqlite_site: Site) -> None:
    sqlite_site.launch()

    stored = log_in(sqlite_site)

    assert ancestors(stored.page) == {"https://lms.example"}


def test_launch_from_storage_at_a_host_that_nobody_knew_opens_a_page_that_it_may_frame(site: Site) -> None:
    register_shared(site)
    stored = log_in(site, iss=SHARED_ISSUER, client_id="10000000000001")
    as_canvas = {"iss": SHARED_ISSUER, "aud": "10000000000001", "deployment_id": "1:abc", **services(SCHOOL)}

    opened = stored.prove(id_token=stored.token(**as_canvas))

    assert opened.status_code == 303, opened.get_data(as_text=True)
    page = stored.client.get(opened.location, base_url=TOOL_URL)
    assert ancestors(page) == {
        SHARED_ISSUER,
        "https://sso.canvaslms.com",
        "https://*.instructure.com",
        SCHOOL,
    }


# Deep linking


def choose_at(site: Site, host: str, **claims: Any) -> TestResponse:
    """Ask to pick something, to be returned to this host."""
    asked = {
        "deep_link_return_url": f"{host}/courses/1/deep_linking_response",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe"],
    }
    told = {"message_type": "LtiDeepLinkingRequest", "deep_linking": asked, "resource_link": ABSENT}
    return site.try_launch(roles=[INSTRUCTOR], **{**NOWHERE, **claims, **told})


@pytest.mark.parametrize("claims", [services(SCHOOL), returning(SCHOOL)], ids=["service", "way-back"])
def test_answer_goes_to_the_host_that_the_request_itself_names_as_the_schools(
    site: Site, claims: dict[str, Any]
) -> None:
    teacher = choosing(
        site, {"deep_link_return_url": f"{SCHOOL}/courses/1/deep_linking_response?data=x"}, roles=[INSTRUCTOR], **claims
    )

    answered = teacher.post("choose", TWO_TASKS | {"pick": "course"})

    page = unescape(answered.get_data(as_text=True))
    assert f'action="{SCHOOL}/courses/1/deep_linking_response?data=x"' in page
    assert SCHOOL in ancestors(answered)


def test_answer_goes_to_a_host_that_an_earlier_launch_of_the_school_named(sqlite_site: Site) -> None:
    sqlite_site.launch(**services(SCHOOL))

    assert choose_at(sqlite_site, SCHOOL).status_code == 303


def test_answer_goes_to_no_other_host(site: Site) -> None:
    let_in(site, NEIGHBOUR)
    site.launch(sub="6", deployment_id=NEIGHBOUR, **services(OTHER_SCHOOL))
    nearly = ["https://canvas.school.example.thief.example", "http://canvas.school.example", f"{SCHOOL}:8443"]

    for host in ("https://thief.example", OTHER_SCHOOL, *nearly):
        assert choose_at(site, host, **services(SCHOOL)).status_code == 403, host
    # On its own word alone it goes nowhere.
    assert choose_at(site, SCHOOL).status_code == 403

    assert refusals(site) == ["", *["deep_link_return_url"] * 6]
    assert kept(site) == [OTHER_SCHOOL]


# Administration


def console_of(site: Site) -> Admin:
    launched = site.launch(roles=[INSTRUCTOR, ADMINISTRATOR], sub="beheer", **services(SCHOOL))
    return Admin(launched.client, launched.post("console").location)


def test_console_may_be_framed_by_the_school_and_names_its_host(site: Site) -> None:
    admin = console_of(site)

    page = admin.client.get(admin.home, base_url=TOOL_URL)

    assert ancestors(page) == {"https://lms.example", "https://*.instructure.com", SCHOOL}
    assert f"Opent in pagina’s van: {SCHOOL}" in words_in(page.get_data(as_text=True))


def test_console_of_one_school_tells_nothing_of_the_hosts_of_another(site: Site) -> None:
    let_in(site, NEIGHBOUR)
    site.launch(sub="6", deployment_id=NEIGHBOUR, **services(OTHER_SCHOOL))
    admin = console_of(site)

    page = admin.client.get(admin.home, base_url=TOOL_URL)

    assert OTHER_SCHOOL not in ancestors(page)
    assert OTHER_SCHOOL not in page.get_data(as_text=True)
    assert {SCHOOL, OTHER_SCHOOL} <= {host for host in (SCHOOL, OTHER_SCHOOL) if host in invited(site).page()}


def test_registration_when_removed_takes_its_hosts_along(site: Site) -> None:
    with site.tool.db.transaction() as tx:
        registration = make_registration(tx, issuer=SHARED_ISSUER)
        make_deployment_origin(tx, make_deployment(tx, registration))
        other = make_deployment_origin(tx, make_deployment(tx), origin=OTHER_SCHOOL).origin

    with site.tool.db.transaction() as tx:
        remove_registration(tx, registration.id)

    assert kept(site) == [other]
    with site.tool.db.reading() as tx:
        found = select(func.count()).select_from(Registration).where(Registration.issuer.in_((SHARED_ISSUER, ISSUER)))
        assert tx.execute(found).scalar_one() == 1


def test_list_of_platforms_names_the_hosts_of_each_school(sqlite_site: Site, sqlite_url: str) -> None:
    sqlite_site.launch(**services(SCHOOL))

    listed = mijlpaal("platform", "list", SECRET_KEY=SECRET, DATABASE_URL=sqlite_url).stdout

    assert f"  deployment 1  active  School\n    opens in pages of {SCHOOL}\n" in listed
