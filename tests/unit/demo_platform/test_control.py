"""The levers for a demo and for tests."""

from __future__ import annotations

import jwt
import pytest

ITEMS = "/lti/services/2/lineitems?type_id=1"
MEMBERS = "/lti/services/CourseSection/2/bindings/1/memberships"


def test_grade_service_refuses_when_asked_to_and_as_often(client, visit):
    headers = visit.bearer()
    client.post("/control/refuse?status=503&count=2&retry_after=7")

    answers = [client.get(ITEMS, headers=headers) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["Retry-After"] == "7"


def test_only_the_named_service_refuses_when_asked_to(client, visit):
    headers = visit.bearer()
    client.post("/control/refuse", data={"service": "nrps", "status": "429"})

    assert client.get(ITEMS, headers=headers).status_code == 200
    answer = client.get(MEMBERS, headers=headers)
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, False)


def test_token_endpoint_refuses_when_asked_to(client, visit):
    client.post("/control/refuse?service=token&status=500")

    assert [visit.token_answer().status_code for _ in range(2)] == [500, 200]


def test_refusals_end_when_the_count_is_put_to_zero(client, visit):
    client.post("/control/refuse?count=100")
    client.post("/control/refuse?count=0")

    assert visit.send("GET", ITEMS).status_code == 200


def test_everything_refuses_until_told_otherwise_when_put_down(client, visit):
    headers = visit.bearer()
    down = client.post("/control/down?retry_after=7")

    answers = [client.get(url, headers=headers) for url in (ITEMS, MEMBERS) for _ in range(5)]

    assert down.json == {"service": "ags nrps token", "status": 503, "count": None, "retry_after": "7"}
    assert {(answer.status_code, answer.headers.get("Retry-After")) for answer in answers} == {(503, "7")}
    assert visit.token_answer().status_code == 503
    client.post("/control/up")
    assert [client.get(url, headers=headers).status_code for url in (ITEMS, MEMBERS)] == [200, 200]
    assert visit.token_answer().status_code == 200


def test_only_the_named_service_is_down_when_one_is_named(client, visit):
    headers = visit.bearer()
    client.post("/control/down", data={"service": "ags", "status": "500"})

    assert client.get(ITEMS, headers=headers).status_code == 500
    assert client.get(MEMBERS, headers=headers).status_code == 200
    client.post("/control/up?service=nrps")
    assert client.get(ITEMS, headers=headers).status_code == 500


def test_nothing_else_is_down_when_the_services_are(client, visit):
    client.post("/control/down")

    assert visit.launch()["sub"] == "5"
    assert client.get("/gradebook").status_code == 200


@pytest.mark.parametrize("path", ["down", "up"])
@pytest.mark.parametrize("query", ["service=else", "status=200"])
def test_outage_is_not_planned_when_it_makes_no_sense(client, path, query):
    assert client.post(f"/control/{path}?{query}").status_code == 400


@pytest.mark.parametrize(
    "query", ["service=else", "status=200", "status=999", "count=-1", f"count={10**30}", "retry_after=1%0Ax"]
)
def test_refusal_is_not_planned_when_it_makes_no_sense(client, query):
    assert client.post(f"/control/refuse?{query}").status_code == 400


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("person=zoe&score=55", 200),
        ("person=5&score=55&item=1", 200),
        ("person=zoe&score=55&item=http://localhost:8700/lti/services/2/lineitems/1/lineitem?type_id=1", 200),
        ("person=nobody&score=55", 404),
        ("person=zoe&score=55&item=9", 404),
        ("person=mila&score=55", 400),
        ("person=zoe&score=101", 400),
        ("person=zoe&score=nan", 400),
        ("person=zoe&score=high", 400),
    ],
)
def test_override_answers_with_the_grade_when_it_makes_sense(client, query, status):
    answer = client.post(f"/control/override?{query}")

    assert answer.status_code == status
    if status == 200:
        assert answer.json[0]["resultScore"] == 55


@pytest.mark.parametrize(
    "path",
    [f"/control/{name}" for name in ("rotate-keys", "swap-key", "override", "refuse", "leave", "return", "down", "up")],
)
@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.1", {}),
        ("", {}),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.1"}),
        ("127.0.0.1", {"Origin": "https://evil.example"}),
    ],
)
def test_levers_are_out_of_reach_when_asked_from_elsewhere(client, path, address, headers):
    answer = client.post(path, headers=headers, environ_overrides={"REMOTE_ADDR": address})

    assert answer.status_code == 403


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_levers_answer_when_asked_from_this_machine(client, address):
    answer = client.post("/control/refuse?count=0", environ_overrides={"REMOTE_ADDR": address})

    assert answer.status_code == 200


def test_levers_do_nothing_when_only_looked_at(client):
    assert client.get("/control/rotate-keys").status_code == 405


def test_launch_is_not_signed_by_the_published_key_when_the_key_was_swapped(client, visit):
    assert visit.launch("zoe")["sub"] == "5"
    published = client.get("/lti/jwks").get_json()

    kid = client.post("/control/swap-key").get_json()["kid"]

    assert client.get("/lti/jwks").get_json() == published
    assert kid in {key["kid"] for key in published["keys"]}
    with pytest.raises(jwt.InvalidSignatureError):
        visit.launch("zoe")
