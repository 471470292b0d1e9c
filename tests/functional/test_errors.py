"""What goes wrong is told plainly, with a number that stands in the log, and without a trace or a secret."""

from __future__ import annotations

import io
import json
import re

import pytest

from lti_tool.lti.roles import PrincipalRole
from tests.factories.launch import TOOL_URL, make_launch_payload, platform_keys
from tests.functional.conftest import Site, setup_form

LEARNER_ROLE = PrincipalRole("learner")
TEACHER_ROLE = PrincipalRole("instructor")
NUMBER = re.compile(r"\b[2-9ACEFHJKMPRTXY]{6}\b")


def test_error_page_when_shown_has_the_number_of_its_log_line(sqlite_site: Site, log: io.StringIO) -> None:
    page = sqlite_site.client().get("/s/nothing/route", base_url=TOOL_URL)

    numbers = set(NUMBER.findall(page.get_data(as_text=True)))
    logged = {json.loads(line).get("reference") for line in log.getvalue().splitlines()}
    assert numbers & logged
    assert page.status_code == 403


def test_log_when_the_thread_is_played_holds_no_secret_and_no_name(sqlite_site: Site, log: io.StringIO) -> None:
    teacher = sqlite_site.launch_as(TEACHER_ROLE)
    teacher.post("setup", setup_form([("Lezen", 10)], 10))
    client = sqlite_site.client()
    asked = sqlite_site.begin(client)
    token = platform_keys().sign(
        make_launch_payload(now=sqlite_site.clock.now(), nonce=asked["nonce"], name="Geheim Persoon")
    )
    learner = sqlite_site.send(client, token, asked["state"])
    address = learner.location.split("/")[2]
    client.get(learner.location, base_url=TOOL_URL)
    client.get(f"/s/{address}/unknown-page", base_url=TOOL_URL)
    sqlite_site.send(client, token, asked["state"])

    text = log.getvalue()
    assert "request" in text
    for secret in (address, token, asked["state"], asked["nonce"], "Geheim", "leerling1@school.example", "s" * 40):
        assert secret not in text
    for cookie in learner.headers.getlist("Set-Cookie"):
        assert cookie.partition("=")[2].partition(";")[0] not in text


def test_page_when_the_database_is_away_says_so_without_a_trace(sqlite_site: Site, log: io.StringIO) -> None:
    learner = sqlite_site.launch_as(LEARNER_ROLE)
    learner.get("welcome")
    with sqlite_site.tool.db.transaction() as tx:
        tx.connection().exec_driver_sql("ALTER TABLE launch_session RENAME TO gone")

    page = learner.get("welcome")

    assert page.status_code == 503
    text = page.get_data(as_text=True)
    assert "Traceback" not in text
    assert "launch_session" not in text
    assert '"trace"' in log.getvalue()


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/nothing-here", "GET", 404),
        ("/lti/launch", "GET", 405),
        ("/lti/launch", "POST", 403),
        ("/lti/login", "POST", 400),
        ("/lti/login/check?state=x", "GET", 403),
        ("/lti/login/window", "POST", 403),
        ("/s/x/tasks/not-a-uuid/done", "POST", 404),
        ("/s/%00/route", "GET", 403),
        ("/%ff%fe", "GET", 404),
    ],
)
def test_odd_request_when_made_gets_a_page_and_no_trace(sqlite_site: Site, path: str, method: str, status: int) -> None:
    response = sqlite_site.client().open(path, method=method, base_url=TOOL_URL)

    assert response.status_code == status
    assert "<h1" in response.get_data(as_text=True)


def test_form_when_malformed_is_refused(sqlite_site: Site) -> None:
    teacher = sqlite_site.launch_as(TEACHER_ROLE)
    token = teacher.csrf()

    for data in (
        {"csrf_token": token},
        {"csrf_token": token, "goal_points": "veel", "tasks-0-title": "x", "tasks-0-points": "1e9"},
        {"csrf_token": token, **setup_form([("\x00", 10)], 10)},
        {"csrf_token": token, **setup_form([("Lezen", -5)], 10)},
        {"csrf_token": token, **setup_form([("Lezen", 5)], 10)},
        {"csrf_token": token, **setup_form([("x" * 10_000, 5)], 5)},
        {"csrf_token": token, **setup_form([("Lezen", 10**30)], 5)},
    ):
        response = teacher.client.post(teacher.url("setup"), data=data, base_url=TOOL_URL)
        assert response.status_code == 400, data


def test_text_when_it_is_html_or_runs_from_right_to_left_is_shown_as_it_was_typed(site: Site) -> None:
    title = '<img src=x onerror="alert(1)"> مرحبا'
    teacher = site.launch_as(TEACHER_ROLE)
    assert teacher.post("setup", setup_form([(title, 10)], 10, name="<b>Badge</b>")).status_code == 303

    page = site.launch_as(LEARNER_ROLE).get("route").get_data(as_text=True)

    assert "&lt;img src=x" in page
    assert "<img src=x" not in page
    assert "مرحبا" in page


def test_health_when_asked_answers(site: Site) -> None:
    assert site.client().get("/health/live").get_json() == {"status": "ok"}
    assert site.client().get("/health/ready").status_code == 200


def test_key_set_when_asked_holds_public_keys_only(site: Site) -> None:
    keys = site.client().get("/lti/jwks", base_url=TOOL_URL).get_json()["keys"]

    assert len(keys) == 1
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(keys[0])
