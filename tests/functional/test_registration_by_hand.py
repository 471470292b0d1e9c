"""Registering by hand, the pages around an invitation, and the commands of whoever runs the service."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.roster.models import Deployment, DeploymentState, Registration
from lti_tool.roster.registrations import note_waiting_deployment
from tests.factories.launch import CLIENT_ID, ISSUER, TOOL_URL
from tests.functional.conftest import Site
from tests.functional.test_commands import SECRET, mijlpaal
from tests.functional.test_registration import invite

OTHER = {
    "lms": "generic",
    "issuer": "https://lms2.example",
    "client_id": "c-2",
    "deployment_id": "1",
    "auth_login_url": "https://lms2.example/login",
    "auth_token_url": "https://lms2.example/token",
    "jwks_url": "https://lms2.example/jwks",
    "personal_data": "names",
}


def send(site: Site, secret: str, /, **typed: str) -> TestResponse:
    return site.client().post(
        f"/lti/register/{secret}/by-hand", data=typed, base_url=TOOL_URL, query_string={"lang": "en"}
    )


def find(site: Site, issuer: str) -> tuple[Registration, dict[str, str]] | None:
    with site.tool.db.reading() as tx:
        registration = tx.execute(select(Registration).where(Registration.issuer == issuer)).scalar_one_or_none()
        if registration is None:
            return None
        rows = tx.execute(select(Deployment).where(Deployment.registration_id == registration.id)).scalars()
        return registration, {row.external_deployment_id: row.state for row in rows}


@pytest.mark.parametrize(
    ("typed", "issuer", "token_url", "deployments"),
    [
        (OTHER, "https://lms2.example", "https://lms2.example/token", {"1": DeploymentState.ACTIVE}),
        (
            {"lms": "moodle", "site": "https://moodle.example/site/", "client_id": "m", "deployment_id": "4"},
            "https://moodle.example/site",
            "https://moodle.example/site/mod/lti/token.php",
            {"4": DeploymentState.ACTIVE},
        ),
        (
            {"lms": "canvas", "site": "https://zee.instructure.com", "client_id": "10000000000001"},
            "https://canvas.instructure.com",
            "https://zee.instructure.com/login/oauth2/token",
            {},
        ),
    ],
    ids=["other", "moodle", "canvas"],
)
def test_platform_when_typed_is_kept_and_uses_the_invitation_up(
    site: Site, typed: dict[str, str], issuer: str, token_url: str, deployments: dict[str, str]
) -> None:
    secret = invite(site)

    sent = send(site, secret, **typed)

    assert sent.status_code == 303, sent.get_data(as_text=True)
    assert site.client().get(sent.location, base_url=TOOL_URL).status_code == 200
    found = find(site, issuer)
    assert found is not None
    assert (found[0].auth_token_url, found[1]) == (token_url, deployments)
    assert send(site, secret, **typed).status_code == 410


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [("", (True, False)), ("names", (True, False)), ("names-and-email", (True, True)), ("nothing", (False, False))],
)
def test_personal_data_when_chosen_in_the_form_is_what_is_kept(
    sqlite_site: Site, chosen: str, kept: tuple[bool, bool]
) -> None:
    send(sqlite_site, invite(sqlite_site), **{**OTHER, "personal_data": chosen})

    found = find(sqlite_site, "https://lms2.example")
    assert found is not None
    assert (found[0].keeps_names, found[0].keeps_email) == kept


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": ""},
        {"issuer": "https://lms2.example?x=1"},
        {"issuer": "https://" + "x" * 600 + ".example"},
        {"auth_login_url": "javascript:alert(1)"},
        {"auth_token_url": "http://lms2.example/token"},
        {"jwks_url": "https://user:word@lms2.example/jwks"},
        {"jwks_url": "<b>x</b> مرحبا"},
        {"client_id": ""},
        {"client_id": "x" * 10_000},
        {"deployment_id": ""},
        {"lms": "moodle", "site": "moodle.example"},
    ],
    ids=str,
)
def test_field_when_it_cannot_be_kept_says_so_and_keeps_what_was_typed(
    sqlite_site: Site, changes: dict[str, str]
) -> None:
    secret = invite(sqlite_site)

    page = send(sqlite_site, secret, **{**OTHER, **changes})

    text = page.get_data(as_text=True)
    name, value = list(changes.items())[-1]
    assert page.status_code == 400
    assert f'href="#{name}"' in text
    assert f'id="{name}-error"' in text
    assert re.search(rf'aria-describedby="{name}-error {name}-hint" aria-invalid="true"', text)
    assert "<b>x</b>" not in text
    if "<" not in value:
        assert f'value="{value}"' in text
    assert find(sqlite_site, "https://lms2.example") is None
    assert send(sqlite_site, secret, **OTHER).status_code == 303


def test_invitation_when_it_names_a_registration_of_somebody_else_changes_nothing(sqlite_site: Site) -> None:
    secret = invite(sqlite_site)
    taken = {**OTHER, "issuer": ISSUER, "client_id": CLIENT_ID, "jwks_url": "https://thief.example/jwks"}

    page = send(sqlite_site, secret, **taken)

    assert page.status_code == 409
    assert "already registered" in page.get_data(as_text=True)
    found = find(sqlite_site, ISSUER)
    assert found is not None
    assert "thief" not in found[0].jwks_url
    assert send(sqlite_site, secret, **OTHER).status_code == 303


@pytest.mark.parametrize(
    "path", ["register", "register/privacy?lms=canvas&personal_data=nothing", "register/made-up/by-hand"]
)
def test_page_when_opened_by_anybody_shows_no_secret(strict: Site, path: str) -> None:
    page = strict.client().get(f"/lti/{path}", base_url=TOOL_URL)

    assert page.status_code in {200, 404}
    assert "<h1" in page.get_data(as_text=True)


def test_sheet_when_no_names_are_wanted_names_none(strict: Site) -> None:
    def sheet(choice: str) -> str:
        page = strict.client().get(f"/lti/register/privacy?personal_data={choice}&lang=en", base_url=TOOL_URL)
        return page.get_data(as_text=True).partition('id="comes-in"')[2].partition('id="agreed"')[0]

    assert "<dt>Name</dt><dd>" in sheet("names")
    assert "<dt>Name</dt><dd>" not in sheet("nothing")
    assert "<dt>E-mail address</dt>" in sheet("names-and-email")
    for choice in ("names", "nothing"):
        assert "<dt>E-mail address" not in sheet(choice)
        assert "E-mail addresses that the platform sends all the same are dropped" in sheet(choice)
    assert "are dropped" not in sheet("names-and-email")


def test_invitation_when_opened_by_a_person_shows_the_address_to_paste(strict: Site) -> None:
    secret = invite(strict)

    text = strict.client().get(f"/lti/register/{secret}?lang=en", base_url=TOOL_URL).get_data(as_text=True)
    form = strict.client().get(f"/lti/register/{secret}/by-hand?lms=canvas&lang=en", base_url=TOOL_URL)

    assert f"{TOOL_URL}/lti/register/{secret}" in text
    assert f"{TOOL_URL}/lti/canvas.json" in form.get_data(as_text=True)
    for lms in ("moodle", "generic"):
        form = strict.client().get(f"/lti/register/{secret}/by-hand?lms={lms}", base_url=TOOL_URL)
        shown = re.findall(r"<code[^>]*>([^<]*)</code>", form.get_data(as_text=True))
        assert shown == [
            f"{TOOL_URL}{path}"
            for path in ("/lti/launch", "/lti/login", "/lti/jwks", "/lti/launch", "/static/mark.svg")
        ]


def test_canvas_json_when_asked_is_public_and_the_same_for_everybody(sqlite_site: Site) -> None:
    answer = sqlite_site.client().get("/lti/canvas.json", base_url="https://elsewhere.example")

    assert answer.content_type == "application/json"
    assert answer.get_json()["target_link_uri"] == f"{TOOL_URL}/lti/launch"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


def test_commands_invite_list_approve_hold_and_remove(database_url: str) -> None:
    settings: dict[str, Any] = {"SECRET_KEY": SECRET, "DATABASE_URL": database_url, "PUBLIC_URL": TOOL_URL}
    invited = mijlpaal("platform", "invite", "--days", "3", "--note", "School aan Zee", **settings)
    assert re.search(rf"{TOOL_URL}/lti/register/[\w-]{{32}}\n", invited.stdout)
    site_options = ("--auth-login-url", "https://l.example/a", "--auth-token-url", "https://l.example/t")
    add = (
        *("platform", "add", "--issuer", "https://l.example", "--client-id", "c", "--deployment", "1"),
        *(*site_options, "--jwks-url", "https://l.example/k"),
    )
    assert "stays closed" not in mijlpaal(*add, **settings).stdout
    listed = mijlpaal("platform", "list", **settings).stdout
    assert "School aan Zee" in listed
    registration_id = re.findall(r"id ([0-9a-f-]{36})", listed)[0]

    held = mijlpaal("platform", "hold-deployment", registration_id, "1", **settings)
    assert held.returncode == 0
    assert "Deployment 1 stays closed" in mijlpaal(*add, **settings).stdout
    assert "deployment 1  held" in mijlpaal("platform", "list", **settings).stdout
    assert mijlpaal("platform", "approve-deployment", registration_id, "1", **settings).returncode == 0
    assert "deployment 1  active" in mijlpaal("platform", "list", **settings).stdout
    assert mijlpaal("platform", "approve-deployment", registration_id, "9", **settings).returncode == 2
    assert mijlpaal("platform", "remove", "--yes", registration_id, **settings).returncode == 0
    assert "l.example" not in mijlpaal("platform", "list", **settings).stdout
    assert mijlpaal("platform", "remove", "--yes", registration_id, **settings).returncode == 2


def test_remove_when_people_are_there_is_refused(sqlite_site: Site, sqlite_url: str) -> None:
    sqlite_site.launch()
    with sqlite_site.tool.db.transaction() as tx:
        registration = tx.execute(select(Registration)).scalar_one()
        note_waiting_deployment(tx, registration.id, "2", now=sqlite_site.clock.now())

    refused = mijlpaal("platform", "remove", "--yes", str(registration.id), SECRET_KEY=SECRET, DATABASE_URL=sqlite_url)

    assert refused.returncode == 2
    assert "hold-deployment" in refused.stderr
    found = find(sqlite_site, ISSUER)
    assert found is not None
    assert len(found[1]) == 2
