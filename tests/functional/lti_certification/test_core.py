"""1EdTech's certification cases for a tool, each by its number, through the web application and a real key server.

The cases are described at https://www.imsglobal.org/spec/lti/v1p3/cert/; "refused" is an error page without a session,
"let in" is the page of the right role.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from lti_tool.lti import claims
from lti_tool.roster.session_models import LaunchSession
from tests.factories.launch import ABSENT, INSTRUCTOR, LEARNER, make_launch_payload, platform_keys
from tests.functional.conftest import Site

STAFF = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Staff"
STUDENT = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student"
OTHER = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Other"
INSTITUTION_MENTOR = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Mentor"
UNKNOWN_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/unknown/unknown#Helper"
NO_NAMES: dict[str, Any] = {"name": ABSENT, "given_name": ABSENT, "family_name": ABSENT}
NO_EMAIL: dict[str, Any] = {"email": ABSENT}
TEACHER_PAGE, LEARNER_PAGE = "/setup", "/welcome"


def refuse(site: Site, payload: Any, headers: dict[str, Any] | None = None) -> None:
    client = site.client()
    asked = site.begin(client)
    body = payload(asked["nonce"]) if callable(payload) else payload
    response = site.send(client, platform_keys().sign(body, headers), asked["state"])

    assert 400 <= response.status_code < 500
    assert "Set-Cookie" not in response.headers
    with site.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(LaunchSession)).scalar_one() == 0


def refuse_with(site: Site, **changes: Any) -> None:
    refuse(site, lambda nonce: make_launch_payload(now=site.clock.now(), nonce=nonce, **changes))


def let_in(site: Site, page: str, **changes: Any) -> None:
    launched = site.launch(**changes)
    home = launched.get()
    assert home.status_code == 303
    assert home.location.endswith(page), home.location
    assert launched.client.get(home.location, base_url="https://mijlpaal.example").status_code == 200


def test_c1_no_kid(sqlite_site: Site) -> None:
    refuse(
        sqlite_site,
        lambda nonce: make_launch_payload(now=sqlite_site.clock.now(), nonce=nonce),
        {"kid": ABSENT},
    )


def test_c2_unknown_kid(sqlite_site: Site) -> None:
    refuse(
        sqlite_site,
        lambda nonce: make_launch_payload(now=sqlite_site.clock.now(), nonce=nonce),
        {"kid": "not-in-the-key-set"},
    )


def test_c3_wrong_version(sqlite_site: Site) -> None:
    refuse_with(sqlite_site, version="11.3")


def test_c4_no_version(sqlite_site: Site) -> None:
    refuse_with(sqlite_site, version=ABSENT)


def test_c5_not_an_lti_message(sqlite_site: Site) -> None:
    refuse(sqlite_site, json.dumps({"name": "badltilaunch"}).encode())


@pytest.mark.parametrize(
    "missing",
    [
        ("aud", "iss", "sub", "deployment_id", "roles"),
        ("message_type", "version", "roles"),
    ],
)
def test_c6_several_claims_missing(sqlite_site: Site, missing: tuple[str, ...]) -> None:
    refuse_with(sqlite_site, **dict.fromkeys(missing, ABSENT))


def test_c7_timestamps_long_past(sqlite_site: Site) -> None:
    refuse_with(sqlite_site, iat=11111, exp=22222)


def test_c8_no_message_type(sqlite_site: Site) -> None:
    refuse_with(sqlite_site, message_type=ABSENT)


def test_c9_no_roles(sqlite_site: Site) -> None:
    refuse_with(sqlite_site, roles=ABSENT)


def test_c10_no_deployment_id(sqlite_site: Site) -> None:
    refuse_with(sqlite_site, deployment_id=ABSENT)


def test_c11_no_resource_link_id(sqlite_site: Site) -> None:
    refuse_with(sqlite_site, resource_link={"title": "no id"})


def test_c12_no_subject(sqlite_site: Site) -> None:
    refuse_with(sqlite_site, sub=ABSENT)


def test_t1_instructor_with_everything(sqlite_site: Site) -> None:
    let_in(sqlite_site, TEACHER_PAGE, roles=[INSTRUCTOR])


def test_t2_instructor_with_several_roles(sqlite_site: Site) -> None:
    let_in(sqlite_site, TEACHER_PAGE, roles=[INSTRUCTOR, STAFF, OTHER])


def test_t3_instructor_in_short_form(sqlite_site: Site) -> None:
    let_in(sqlite_site, TEACHER_PAGE, roles=["Instructor"])


def test_t4_unknown_role_alone(sqlite_site: Site) -> None:
    let_in(sqlite_site, LEARNER_PAGE, roles=[UNKNOWN_ROLE])


def test_t5_empty_role(sqlite_site: Site) -> None:
    let_in(sqlite_site, LEARNER_PAGE, roles=[""])


def test_t6_email_without_names(sqlite_site: Site) -> None:
    let_in(sqlite_site, TEACHER_PAGE, roles=[INSTRUCTOR], **NO_NAMES)


def test_t7_names_without_email(sqlite_site: Site) -> None:
    let_in(sqlite_site, TEACHER_PAGE, roles=[INSTRUCTOR], **NO_EMAIL)


def test_t8_nothing_personal(sqlite_site: Site) -> None:
    let_in(sqlite_site, TEACHER_PAGE, roles=[INSTRUCTOR], **NO_NAMES, **NO_EMAIL)


def test_t9_email_without_context(sqlite_site: Site) -> None:
    let_in(sqlite_site, TEACHER_PAGE, roles=[INSTRUCTOR], context=ABSENT, **NO_NAMES)


def test_s1_learner_with_everything(sqlite_site: Site) -> None:
    let_in(sqlite_site, LEARNER_PAGE, roles=[LEARNER])


def test_s2_learner_with_several_roles(sqlite_site: Site) -> None:
    let_in(sqlite_site, LEARNER_PAGE, roles=[LEARNER, STUDENT, INSTITUTION_MENTOR])


def test_s3_learner_in_short_form(sqlite_site: Site) -> None:
    let_in(sqlite_site, LEARNER_PAGE, roles=["Learner"])


def test_s4_unknown_role_alone(sqlite_site: Site) -> None:
    let_in(sqlite_site, LEARNER_PAGE, roles=[UNKNOWN_ROLE], sub="another-learner")


def test_s5_empty_role(sqlite_site: Site) -> None:
    let_in(sqlite_site, LEARNER_PAGE, roles=[""], sub="another-learner")


def test_s6_email_without_names(sqlite_site: Site) -> None:
    let_in(sqlite_site, LEARNER_PAGE, **NO_NAMES)


def test_s7_names_without_email(sqlite_site: Site) -> None:
    let_in(sqlite_site, LEARNER_PAGE, **NO_EMAIL)


def test_s8_nothing_personal(sqlite_site: Site) -> None:
    let_in(sqlite_site, LEARNER_PAGE, **NO_NAMES, **NO_EMAIL)


def test_s9_email_without_context(sqlite_site: Site) -> None:
    let_in(sqlite_site, LEARNER_PAGE, context=ABSENT, **NO_NAMES)


def test_s10_only_a_resource_link(sqlite_site: Site) -> None:
    let_in(
        sqlite_site,
        LEARNER_PAGE,
        context=ABSENT,
        tool_platform=ABSENT,
        launch_presentation=ABSENT,
        resource_link={"id": "only-this"},
        **NO_NAMES,
        **NO_EMAIL,
    )


def test_unresolved_variables_when_sent_literally_are_absent(sqlite_site: Site) -> None:
    launched = sqlite_site.launch(**{claims.CUSTOM: {"mijlpaal_points": "$Canvas.assignment.pointsPossible"}})

    assert launched.response.status_code == 303
