"""What a launch keeps about where and who."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import request
from sqlalchemy import func, select

from config.settings import load_settings
from lti_tool.app import create_app
from lti_tool.roster.models import Context, LineItem, Membership, Person, ResourceLink
from tests.factories.launch import ABSENT, make_launch_payload, platform_keys
from tests.factories.local_server import Answer, LocalServer
from tests.functional.conftest import Site, make_site

PROXIED = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
AGS: dict[str, Any] = {
    "lineitem": "https://lms.example/items/1",
    "lineitems": "https://lms.example/items",
    "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
}


def count(site: Site, model: type) -> int:
    with site.tool.db.reading() as tx:
        return tx.execute(select(func.count()).select_from(model)).scalar_one()


def test_launch_when_it_names_no_course_gets_one_of_its_own_per_link(site: Site) -> None:
    for link in ("one", "other", "one"):
        site.launch(context=ABSENT, resource_link={"id": link, "title": link})

    assert count(site, Context) == 2
    assert count(site, ResourceLink) == 2


def test_launches_when_repeated_keep_one_of_each(site: Site) -> None:
    for _ in range(3):
        site.launch(ags=AGS)

    assert [count(site, model) for model in (Context, ResourceLink, Person, Membership, LineItem)] == [1] * 5


def test_names_when_a_platform_stops_sending_them_are_forgotten(site: Site) -> None:
    site.launch()
    site.launch(name=ABSENT, given_name=ABSENT, family_name=ABSENT, email=ABSENT)

    with site.tool.db.reading() as tx:
        person = tx.execute(select(Person)).scalar_one()
    assert (person.name, person.given_name, person.email) == ("", "", "")


def test_first_launches_of_a_class_when_they_come_at_once_make_one_course(site: Site) -> None:
    asked = []
    for number in range(8):
        client = site.client()
        begun = site.begin(client)
        payload = make_launch_payload(now=site.clock.now(), nonce=begun["nonce"], sub=str(number), ags=AGS)
        asked.append((client, platform_keys().sign(payload), begun["state"]))
    barrier = threading.Barrier(len(asked))
    statuses: list[int] = []

    def send(client: Any, token: str, state: str) -> None:
        barrier.wait()
        statuses.append(site.send(client, token, state).status_code)

    threads = [threading.Thread(target=send, args=each) for each in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [303] * 8
    assert count(site, Context) == 1
    assert count(site, Person) == 8


def test_launch_when_sent_twice_at_the_same_moment_opens_one_session(site: Site) -> None:
    client = site.client()
    begun = site.begin(client)
    token = platform_keys().sign(make_launch_payload(now=site.clock.now(), nonce=begun["nonce"]))
    cookie = client.get_cookie("__Host-browser", domain="mijlpaal.example")
    assert cookie is not None
    barrier = threading.Barrier(4)
    statuses: list[int] = []

    def send() -> None:
        twin = site.client()
        twin.set_cookie("__Host-browser", cookie.value, domain="mijlpaal.example", secure=True)
        barrier.wait()
        statuses.append(site.send(twin, token, begun["state"]).status_code)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [303, 403, 403, 403]


def test_platform_when_it_rotates_its_key_is_still_let_in_and_its_old_key_is_not(database_url: str) -> None:
    published = [platform_keys()]
    with LocalServer(lambda _received: Answer(body=published[0].jwks_body())) as server:
        site = make_site(database_url, server)
        assert site.try_launch().status_code == 303

        published[0] = platform_keys("second")
        client = site.client()
        begun = site.begin(client)
        payload = make_launch_payload(now=site.clock.now(), nonce=begun["nonce"])
        assert site.send(client, published[0].sign(payload), begun["state"]).status_code == 303

        assert site.try_launch().status_code == 403
        site.tool.db.dispose()


@pytest.mark.parametrize("hops", [0, 1])
def test_forwarded_headers_when_no_proxy_is_trusted_are_ignored(sqlite_url: str, hops: int) -> None:
    settings = load_settings(
        secret_key="s" * 40,
        public_url="https://mijlpaal.example",
        database_url=sqlite_url,
        worker="separate",
        trusted_proxies=hops,
    )
    app = create_app(settings)
    seen: list[bool] = []
    app.before_request(lambda: seen.append(request.is_secure))

    app.test_client().get("/", base_url="http://internal", headers=PROXIED)

    assert seen == [hops == 1]
