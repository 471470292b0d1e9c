"""Dynamic registration, as the administrator of a platform sees it: one address, one page, one yes."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.lti.dynamic_registration import PersonalData
from lti_tool.roster.invitations import make_invitation
from lti_tool.roster.models import Deployment, DeploymentState, Person, Registration
from lti_tool.roster.platform_models import AttemptState, Invitation, InvitationPurpose, RegistrationAttempt
from lti_tool.roster.registrations import hold_deployment, set_personal_data
from tests.factories.launch import TOOL_URL
from tests.factories.local_server import Answer
from tests.factories.registering_lms import TOKEN, RegisteringLms
from tests.functional.conftest import Site

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"


@pytest.fixture
def moodle() -> Iterator[RegisteringLms]:
    lms = RegisteringLms()
    with lms.server:
        yield lms


@pytest.fixture
def canvas() -> Iterator[RegisteringLms]:
    lms = RegisteringLms(is_canvas=True)
    with lms.server:
        yield lms


def invite(site: Site, *, days: int = 7) -> str:
    with site.tool.db.transaction() as tx:
        return make_invitation(tx, InvitationPurpose.REGISTER, days=days, now=site.clock.now()).secret


def open_page(site: Site, secret: str, lms: RegisteringLms, **changes: str) -> TestResponse:
    query = lms.query if not changes else urlencode({"registration_token": TOKEN, **changes})
    return site.client().get(f"/lti/register/{secret}?{query}", base_url=TOOL_URL)


def sealed_in(page: TestResponse) -> str:
    found = re.search(r'name="review" value="([^"]+)"', page.get_data(as_text=True))
    assert found, page.get_data(as_text=True)
    return html.unescape(found.group(1))


def say_yes(site: Site, secret: str, sealed: str, personal_data: str = "names", **options: Any) -> TestResponse:
    return site.client().post(
        f"/lti/register/{secret}",
        data={"review": sealed, "personal_data": personal_data},
        base_url=TOOL_URL,
        **options,
    )


def register(site: Site, lms: RegisteringLms, secret: str = "", **options: Any) -> TestResponse:
    secret = secret or invite(site)
    return say_yes(site, secret, sealed_in(open_page(site, secret, lms)), follow_redirects=True, **options)


def registrations(site: Site, lms: RegisteringLms) -> list[Registration]:
    with site.tool.db.reading() as tx:
        return list(tx.execute(select(Registration).where(Registration.issuer.startswith(lms.server.url))).scalars())


def deployments(site: Site, registration: Registration) -> dict[str, str]:
    with site.tool.db.reading() as tx:
        rows = tx.execute(select(Deployment).where(Deployment.registration_id == registration.id)).scalars()
        return {row.external_deployment_id: row.state for row in rows}


def attempts(site: Site) -> list[RegistrationAttempt]:
    with site.tool.db.reading() as tx:
        return list(tx.execute(select(RegistrationAttempt).order_by(RegistrationAttempt.begun_at)).scalars())


def is_used(site: Site) -> bool:
    with site.tool.db.reading() as tx:
        return tx.execute(select(Invitation.used_at)).scalar_one() is not None


def test_moodle_when_an_administrator_says_yes_is_registered_with_its_deployment(
    site: Site, moodle: RegisteringLms
) -> None:
    secret = invite(site)
    page = open_page(site, secret, moodle)
    assert page.status_code == 200
    assert registrations(site, moodle) == []

    done = say_yes(site, secret, sealed_in(page), follow_redirects=True)

    assert done.status_code == 200
    assert "Activate" in done.get_data(as_text=True) or "Activeer" in done.get_data(as_text=True)
    (registration,) = registrations(site, moodle)
    assert registration.client_id == "client-of-lms"
    assert registration.auth_token_url == f"{moodle.server.url}/moodle/mod/lti/token.php"
    assert registration.configuration_url == moodle.configuration_url
    assert registration.product_family == "moodle"
    assert deployments(site, registration) == {"7": DeploymentState.ACTIVE}
    (attempt,) = attempts(site)
    assert (attempt.state, attempt.registration_id) == (AttemptState.DONE, registration.id)
    assert is_used(site)


def test_canvas_when_registered_is_asked_with_the_token_and_waits_for_its_deployment(
    site: Site, canvas: RegisteringLms
) -> None:
    done = register(site, canvas)

    assert done.status_code == 200
    (registration,) = registrations(site, canvas)
    assert registration.account_name == "School aan Zee"
    assert deployments(site, registration) == {}
    first, second = canvas.server.received[:2]
    assert "authorization" not in first.headers
    assert second.headers["authorization"] == f"Bearer {TOKEN}"
    (sent,) = canvas.registrations
    tool = sent[TOOL_CONFIGURATION]
    assert [place for message in tool["messages"] for place in message["placements"]] == [
        f"https://canvas.instructure.com/lti/{name}"
        for name in ("course_navigation", "account_navigation", "link_selection", "editor_button")
    ]
    assert all(isinstance(value, str) for value in tool["custom_parameters"].values())
    assert tool["https://canvas.instructure.com/lti/privacy_level"] == "name_only"


def test_moodle_when_asked_for_its_configuration_never_gets_the_token_for_it(
    sqlite_site: Site, moodle: RegisteringLms
) -> None:
    register(sqlite_site, moodle)

    assert [("authorization" in received.headers, received.method) for received in moodle.server.received] == [
        (False, "GET"),
        (True, "POST"),
    ]


@pytest.mark.parametrize(
    ("choice", "claims", "keeps"),
    [
        ("names", ["iss", "sub", "name", "given_name", "family_name"], (True, False)),
        ("names-and-email", ["iss", "sub", "name", "given_name", "family_name", "email"], (True, True)),
        ("nothing", ["iss", "sub"], (False, False)),
    ],
)
def test_personal_data_when_chosen_is_what_is_asked_and_kept(
    sqlite_site: Site, moodle: RegisteringLms, choice: str, claims: list[str], keeps: tuple[bool, bool]
) -> None:
    register(sqlite_site, moodle, personal_data=choice)

    assert moodle.registrations[0][TOOL_CONFIGURATION]["claims"] == claims
    (registration,) = registrations(sqlite_site, moodle)
    assert (registration.keeps_names, registration.keeps_email) == keeps


def test_page_when_shown_may_be_framed_by_the_platform_alone(sqlite_site: Site, moodle: RegisteringLms) -> None:
    secret = invite(sqlite_site)
    page = open_page(sqlite_site, secret, moodle)
    done = say_yes(sqlite_site, secret, sealed_in(page), follow_redirects=True)

    for shown in (page, done):
        assert f"frame-ancestors {moodle.server.url}" in shown.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in shown.headers


def test_platform_when_registered_twice_is_told_so_and_brought_up_to_date(site: Site, moodle: RegisteringLms) -> None:
    register(site, moodle)
    moodle.client_id, moodle.deployment_id = "another-client", "8"
    secret = invite(site)

    page = open_page(site, secret, moodle)
    done = say_yes(site, secret, sealed_in(page), follow_redirects=True)

    assert re.search("already registered|al aangemeld", page.get_data(as_text=True))
    assert done.status_code == 200
    (registration,) = registrations(site, moodle)
    assert registration.client_id == "another-client"
    assert deployments(site, registration) == {"8": DeploymentState.ACTIVE}
    assert "teruggezet" in done.get_data(as_text=True)


def test_moodle_when_registered_for_the_first_time_is_not_said_to_have_put_anything_back(
    sqlite_site: Site, moodle: RegisteringLms
) -> None:
    done = register(sqlite_site, moodle).get_data(as_text=True)

    assert "Tool configuration usage" in done
    assert "teruggezet" not in done


def test_deployment_when_it_was_closed_and_its_platform_registers_again_stays_closed(
    site: Site, moodle: RegisteringLms
) -> None:
    register(site, moodle)
    (registration,) = registrations(site, moodle)
    [external_id] = deployments(site, registration)
    with site.tool.db.transaction() as tx:
        hold_deployment(tx, registration.id, external_id)

    register(site, moodle)

    assert deployments(site, registration) == {external_id: DeploymentState.HELD}


def test_names_when_given_up_later_are_gone(site: Site, moodle: RegisteringLms) -> None:
    register(site, moodle)
    register(site, moodle, personal_data="nothing")

    assert not registrations(site, moodle)[0].keeps_names


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(400, b'"missing_domain"'), "refused"),
        (Answer(401, b'"token_already_used"'), "bearer-refused"),
        (Answer(403, b"<html>Forbidden</html>"), "bearer-refused"),
        (Answer(422, b'{"errors":"no such placement"}'), "refused"),
        (Answer(500, b"<html><body>Fatal error</body></html>"), "platform-broken"),
        (Answer(200, b"<!doctype html><title>Log in</title>"), "answer-unreadable"),
        (Answer(200, b'{"client_id": ""}'), "answer-unreadable"),
        (Answer(200, b'{"client_id": "a", "client_id": "b"}'), "answer-unreadable"),
        (Answer(200, b'{"client_id": "' + b"x" * 300 + b'"}'), "answer-unreadable"),
        (Answer(200, b"x" * 300_000), "outcome-unknown"),
        (Answer(302, b"", {"Location": "http://127.0.0.1:1/"}), "outcome-unknown"),
    ],
)
def test_platform_when_it_answers_badly_is_told_in_words_and_the_invitation_stays(
    sqlite_site: Site, moodle: RegisteringLms, answer: Answer, problem: str
) -> None:
    moodle.registration_answer = answer
    secret = invite(sqlite_site)

    page = register(sqlite_site, moodle, secret)

    assert page.status_code >= 400
    assert registrations(sqlite_site, moodle) == []
    (attempt,) = attempts(sqlite_site)
    assert (attempt.state, attempt.problem) == (AttemptState.FAILED, problem)
    assert attempt.reference in page.get_data(as_text=True)
    assert "<html><body>Fatal" not in page.get_data(as_text=True)
    assert not is_used(sqlite_site)
    moodle.registration_answer = None
    assert register(sqlite_site, moodle, secret).status_code == 200


def test_platform_when_it_says_why_is_quoted_without_its_markup(sqlite_site: Site, moodle: RegisteringLms) -> None:
    moodle.registration_answer = Answer(400, '"domain_targetlinkuri_mismatch \u202eמראה"'.encode())

    text = register(sqlite_site, moodle).get_data(as_text=True)

    assert "domain_targetlinkuri_mismatch" in text
    assert '<q dir="auto">' in text


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"issuer": "https://other-school.example"}, "issuer-elsewhere"),
        ({"issuer": "https://canvas.instructure.com"}, "issuer-elsewhere"),
        ({"token_endpoint": "https://thief.example/token"}, "endpoint-elsewhere"),
        ({"registration_endpoint": "https://thief.example/"}, "endpoint-elsewhere"),
        ({"jwks_uri": "http://169.254.169.254/latest"}, "address-refused"),
        ({"token_endpoint": "http://10.0.0.5/token"}, "address-refused"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "address-refused"),
        ({"jwks_uri": "file:///etc/passwd"}, "address-refused"),
        ({"token_endpoint": ""}, "incomplete"),
        ({"jwks_uri": None}, "incomplete"),
        ({"issuer": 7}, "address-refused"),
        ({"registration_endpoint": "https://127.0.0.1@thief.example/"}, "address-refused"),
        ({"id_token_signing_alg_values_supported": ["HS256"]}, "not-supported"),
        ({"https://purl.imsglobal.org/spec/lti-platform-configuration": None}, "incomplete"),
    ],
)
def test_configuration_when_it_speaks_for_another_place_is_refused(
    sqlite_site: Site, moodle: RegisteringLms, members: dict[str, Any], problem: str
) -> None:
    moodle.change = lambda document: document.update(members)

    page = open_page(sqlite_site, invite(sqlite_site), moodle)

    assert page.status_code in {400, 502}
    assert attempts(sqlite_site)[0].problem == problem
    assert {received.method for received in moodle.server.received} == {"GET"}


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(404, b"gone"), "configuration-refused"),
        (Answer(403, b"no"), "bearer-refused"),
        (Answer(200, b"<html>Log in first</html>"), "not-a-configuration"),
        (Answer(200, b"[]"), "not-a-configuration"),
        (Answer(200, b'{"issuer": "a", "issuer": "b"}'), "not-a-configuration"),
        (Answer(200, b"x" * 300_000), "not-a-configuration"),
        (Answer(302, b"", {"Location": "https://thief.example/"}), "not-a-configuration"),
        (Answer(200, ("[" * 100_000).encode()), "not-a-configuration"),
    ],
)
def test_configuration_when_it_cannot_be_read_is_told_in_words(
    sqlite_site: Site, moodle: RegisteringLms, answer: Answer, problem: str
) -> None:
    moodle.configuration_answer = answer

    page = open_page(sqlite_site, invite(sqlite_site), moodle)

    assert page.status_code >= 400
    assert attempts(sqlite_site)[0].problem == problem
    assert attempts(sqlite_site)[0].reference in page.get_data(as_text=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://10.1.2.3/openid",
        "http://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/",
        "http://school.example/openid",
        "ftp://school.example/",
        "https://2130706433/",
        "https://user:secret@school.example/",
        "not an address",
        "//school.example",
        "https://school.example/\r\nX: y",
        "x" * 10_000,
    ],
)
def test_address_when_it_leads_into_a_network_is_never_called(
    sqlite_site: Site, moodle: RegisteringLms, url: str
) -> None:
    page = open_page(sqlite_site, invite(sqlite_site), moodle, openid_configuration=url)

    assert page.status_code in {400, 502}
    assert attempts(sqlite_site)[0].problem in {"address-refused", "unreachable"}
    assert moodle.server.received == []


def test_invitation_when_used_expired_or_made_up_opens_nothing(sqlite_site: Site, moodle: RegisteringLms) -> None:
    secret, late = invite(sqlite_site), invite(sqlite_site, days=1)
    sealed = sealed_in(open_page(sqlite_site, secret, moodle))
    say_yes(sqlite_site, secret, sealed)
    asked = len(moodle.server.received)

    assert say_yes(sqlite_site, secret, sealed).status_code == 410
    assert open_page(sqlite_site, secret, moodle).status_code == 410
    assert open_page(sqlite_site, "made-up", moodle).status_code == 404
    sqlite_site.clock.advance(seconds=timedelta(days=1).total_seconds())
    assert open_page(sqlite_site, late, moodle).status_code == 410
    assert len(moodle.server.received) == asked


def test_form_when_changed_or_of_another_invitation_or_old_or_sent_twice_registers_nothing(
    sqlite_site: Site, moodle: RegisteringLms
) -> None:
    one, other = invite(sqlite_site), invite(sqlite_site)
    sealed = sealed_in(open_page(sqlite_site, one, moodle))

    assert say_yes(sqlite_site, one, sealed[:-2] + "xx").status_code == 409
    assert say_yes(sqlite_site, one, "").status_code == 409
    assert say_yes(sqlite_site, other, sealed).status_code == 409
    moodle.registration_answer = Answer(500)
    assert say_yes(sqlite_site, one, sealed).status_code == 502
    assert say_yes(sqlite_site, one, sealed).status_code == 409
    fresh = sealed_in(open_page(sqlite_site, one, moodle))
    sqlite_site.clock.advance(seconds=3600)
    assert say_yes(sqlite_site, one, fresh).status_code == 409
    assert len(moodle.registrations) == 1
    assert registrations(sqlite_site, moodle) == []


def test_registration_when_it_cannot_be_kept_shows_what_to_add_by_hand(
    sqlite_site: Site, moodle: RegisteringLms
) -> None:
    secret = invite(sqlite_site)
    sealed = sealed_in(open_page(sqlite_site, secret, moodle))
    with sqlite_site.tool.db.transaction() as tx:
        tx.connection().exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON deployment BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )

    page = say_yes(sqlite_site, secret, sealed)

    text = page.get_data(as_text=True)
    assert page.status_code == 500
    assert "client-of-lms" in text
    assert "disk full" not in text
    (attempt,) = attempts(sqlite_site)
    assert (attempt.state, attempt.problem, attempt.client_id) == (AttemptState.FAILED, "not-saved", "client-of-lms")
    assert registrations(sqlite_site, moodle) == []
    assert not is_used(sqlite_site)

    with sqlite_site.tool.db.transaction() as tx:
        tx.connection().exec_driver_sql("DROP TRIGGER full")
    found = re.search(r'href="([^"]*/by-hand\?[^"]*client_id=[^"]*)"', text)
    assert found
    form = sqlite_site.client().get(html.unescape(found.group(1)), base_url=TOOL_URL).get_data(as_text=True)
    typed = dict(re.findall(r'<input class="form-control" id="(\w+)"[^>]* value="([^"]*)"', form))
    kept = sqlite_site.client().post(
        f"/lti/register/{secret}/by-hand", data={"lms": "generic", **typed}, base_url=TOOL_URL, follow_redirects=True
    )
    assert kept.status_code == 200
    (registration,) = registrations(sqlite_site, moodle)
    assert deployments(sqlite_site, registration) == {"7": DeploymentState.ACTIVE}


def test_log_when_a_platform_registers_holds_neither_token_nor_invitation(
    sqlite_site: Site, moodle: RegisteringLms, log: io.StringIO
) -> None:
    moodle.registration_answer = Answer(401, json.dumps(TOKEN).encode())
    secret = invite(sqlite_site)
    register(sqlite_site, moodle, secret)
    moodle.registration_answer = None
    register(sqlite_site, moodle, secret)

    assert "registration stopped" in log.getvalue()
    assert TOKEN not in log.getvalue()
    assert secret not in log.getvalue()


def test_page_when_its_language_is_changed_keeps_what_the_platform_sent_and_obeys_nothing_else(
    sqlite_site: Site, moodle: RegisteringLms
) -> None:
    secret = invite(sqlite_site)
    address = f"/lti/register/{secret}?{moodle.query}&_scheme=javascript&_external=1&endpoint=x&lang=nl"
    page = sqlite_site.client().get(address, base_url=TOOL_URL)

    found = re.search(r'<a class="top-link" href="([^"]+)" lang="en"', page.get_data(as_text=True))
    assert found
    other = sqlite_site.client().get(html.unescape(found.group(1)), base_url=TOOL_URL)
    assert found.group(1).startswith(f"/lti/register/{secret}?")
    assert "Connect Mijlpaal to your platform?" in other.get_data(as_text=True)


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        (PersonalData.NAMES_AND_EMAIL, ("Noor Bos", "Noor", "noor@school.example")),
        (PersonalData.NAMES, ("Noor Bos", "Noor", "")),
        (PersonalData.NOTHING, ("", "", "")),
    ],
)
def test_people_when_the_platform_tells_more_than_was_chosen_are_kept_as_chosen(
    site: Site, chosen: PersonalData, kept: tuple[str, str, str]
) -> None:
    told: dict[str, Any] = {"name": "Noor Bos", "given_name": "Noor", "email": "noor@school.example"}
    choose(site, PersonalData.NAMES_AND_EMAIL)
    site.launch(**told)

    choose(site, chosen)
    assert people(site) == [kept]

    site.launch(**told)
    site.launch(sub="6", **told)
    assert people(site) == [kept] * 2


def test_people_of_a_platform_of_which_nothing_was_chosen_have_names_and_no_address(site: Site) -> None:
    site.launch(name="Noor Bos", given_name="Noor", email="noor@school.example")

    assert people(site) == [("Noor Bos", "Noor", "")]


def choose(site: Site, chosen: PersonalData) -> None:
    with site.tool.db.transaction() as tx:
        set_personal_data(tx, tx.execute(select(Registration)).scalar_one(), chosen)


def people(site: Site) -> list[tuple[str, str, str]]:
    with site.tool.db.reading() as tx:
        rows = tx.execute(select(Person)).scalars().all()
        return [(person.name, person.given_name, person.email) for person in rows]
