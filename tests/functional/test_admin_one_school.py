"""Two schools on one registration: who administers one sees and decides nothing of the other, at any address."""

from __future__ import annotations

import re
import uuid

from sqlalchemy import select

from config.database import Base
from config.outbox import MessageState, OutboxMessage
from lti_tool.administering import Check, console, self_check
from lti_tool.roster.admin_sessions import OneDeployment
from lti_tool.roster.models import Deployment, DeploymentState
from lti_tool.roster.platform_models import AdminSession
from tests.factories.launch import DEPLOYMENT_ID, INSTRUCTOR, TOOL_URL, make_launch_payload, platform_keys
from tests.functional.classroom import words_in
from tests.functional.conftest import Launched, Site
from tests.functional.neighbour import ROLES, THEIRS, in_their_school, number_in, open_neighbour, refused_number
from tests.functional.test_admin import Admin, invited, launched


def test_console_when_entered_from_one_school_tells_nothing_of_another_of_the_same_registration(site: Site) -> None:
    neighbour = open_neighbour(site)
    mine = refused_number(site, DEPLOYMENT_ID)

    admin = launched(site)

    registration = re.search(r"check/([0-9a-f-]{36})", admin.page())
    assert registration
    for path in ("", f"check/{registration[1]}", *(f"?reference={number}" for number in neighbour.numbers)):
        page = admin.page(path)
        shown = [told for told in (*neighbour.words, *map(str, neighbour.ids)) if told in page]
        assert shown == [], path
        assert [number for number in neighbour.numbers if number in words_in(page)] == [], path
    overview = words_in(admin.page())
    assert mine in overview
    assert "1 cursus." in overview
    for of_theirs in (
        "daar verwijderd",
        "bij een opdracht",
        "meldingen",
        "soort melding",
        "Wacht op goedkeuring",
        "Gestopt",
        "2 keer:",
    ):
        assert of_theirs not in overview, of_theirs


def test_every_route_of_the_console_when_asked_for_a_thing_of_another_school_finds_nothing(site: Site) -> None:
    neighbour = open_neighbour(site)
    admin = launched(site)
    before = _rows(site)
    address, token = admin.home.split("/")[3], admin.csrf()
    seen = 0

    for rule in site.app.url_map.iter_rules():
        names = rule.arguments - {"address"}
        if not rule.endpoint.startswith("admin.") or not names:
            continue
        for asked in neighbour.ids:
            path = site.app.url_map.bind("x").build(rule.endpoint, {"address": address, **dict.fromkeys(names, asked)})
            for method in {"GET", "POST"} & set(rule.methods or ()):
                seen += 1
                answer = admin.client.open(path, method=method, data={"csrf_token": token}, base_url=TOOL_URL)
                # Invitations are nobody's but the service's: for them the answer is no, whatever is asked for.
                expected = 403 if rule.endpoint == "admin.withdraw_one" else 404
                assert answer.status_code == expected, (method, rule.rule, asked)
    assert admin.post("messages/again").status_code == 303
    assert admin.post("invitations", note="x", days="7").status_code == 403

    assert seen > 40
    assert _rows(site) == before


def _rows(site: Site) -> list[tuple[object, ...]]:
    """Return what a console could change of another school."""
    with site.tool.db.reading() as tx:
        found: list[Base] = [
            *tx.execute(select(Deployment).order_by(Deployment.id)).scalars(),
            *tx.execute(select(OutboxMessage).order_by(OutboxMessage.id)).scalars(),
        ]
        names = ("id", "state", "due_at", "attempts", "last_error")
        return [tuple(getattr(row, name, None) for name in names) for row in found]


def test_each_kind_of_promise_when_it_was_given_up_is_tried_again_by_its_own_school_alone(site: Site) -> None:
    neighbour = open_neighbour(site)
    their_admin = _admin_of(in_their_school(site))
    listed = set(re.findall(r"messages/([0-9a-f-]{36})/again", their_admin.page()))

    assert listed == set(map(str, neighbour.message_ids))
    assert their_admin.post(f"messages/{min(listed)}/again").status_code == 303
    with site.tool.db.reading() as tx:
        states = {row.id: row.state for row in tx.execute(select(OutboxMessage)).scalars()}
    assert states[uuid.UUID(min(listed))] == MessageState.DONE
    assert [states[one] for one in neighbour.message_ids].count(MessageState.DEAD) == len(listed) - 1


def _admin_of(somebody: Launched) -> Admin:
    answer = somebody.post("console")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return Admin(somebody.client, answer.location)


def test_own_deployment_when_an_administrator_came_by_launch_is_read_and_not_decided(site: Site) -> None:
    admin = launched(site)
    with site.tool.db.reading() as tx:
        own = tx.execute(select(Deployment.id)).scalar_one()

    for verb in ("approve", "hold"):
        assert admin.post(f"deployments/{own}/{verb}").status_code == 403

    page = words_in(admin.page())
    assert "Alleen wie Mijlpaal beheert, opent en sluit deze plek" in page
    assert "https://lms.example/moodle" in page
    with site.tool.db.reading() as tx:
        assert tx.get_one(Deployment, own).state == DeploymentState.ACTIVE


def test_administrator_of_two_schools_when_one_takes_the_right_away_keeps_the_other(site: Site) -> None:
    open_neighbour(site)
    ours, theirs = _admin_of(site.launch(roles=ROLES, sub="both")), _admin_of(in_their_school(site, sub="both"))
    site.clock.advance(seconds=1)

    in_their_school(site, sub="both", roles=[INSTRUCTOR])

    assert ours.client.get(ours.home, base_url=TOOL_URL).status_code == 200
    assert theirs.client.get(theirs.home, base_url=TOOL_URL).status_code == 403


def test_refusal_when_the_platform_signed_another_school_than_the_login_named_is_that_schools(site: Site) -> None:
    open_neighbour(site)
    client = site.client()
    asked = site.begin(client, lti_deployment_id=DEPLOYMENT_ID)
    payload = make_launch_payload(now=site.clock.now(), nonce=asked["nonce"], deployment_id=THEIRS)

    refused = site.send(client, platform_keys().sign(payload), asked["state"])

    number = number_in(refused.get_data(as_text=True))
    assert number not in launched(site).page()
    assert number in _admin_of(in_their_school(site)).page()


def test_self_check_when_another_school_waits_or_places_links_says_nothing_of_it(site: Site) -> None:
    site.launch(roles=[INSTRUCTOR])
    open_neighbour(site)
    with site.tool.db.reading() as tx:
        own = tx.execute(select(Deployment).where(Deployment.external_deployment_id == DEPLOYMENT_ID)).scalar_one()
        scope = OneDeployment(own.id, own.registration_id)

        _registration, ours = self_check(tx, scope, own.registration_id)
        _registration, whole = self_check(tx, None, own.registration_id)
        [shown] = console(tx, scope, now=site.clock.now()).platforms

    assert Check.NO_DEPLOYMENT_WAITS not in {one.check for one in ours}
    assert {one.check: one.result for one in ours}[Check.DEEP_LINKING] == "not-seen"
    assert {one.check: one.result for one in whole}[Check.DEEP_LINKING] == "good"
    assert {one.check: one.result for one in whole}[Check.NO_DEPLOYMENT_WAITS] == "missing"
    assert shown.name == "School", "as its own launches call it, whoever launched last"
    assert (shown.health.courses, shown.health.columns, shown.health.gates) == (1, 0, 0)
    assert (dict(shown.health.notice_problems), dict(shown.health.roster_problems)) == ({}, {})


def test_console_when_somebody_oversees_everything_shows_both_schools(site: Site) -> None:
    neighbour = open_neighbour(site)

    page = invited(site).page()

    assert THEIRS in page
    assert all(f"messages/{one}/again" in page for one in neighbour.message_ids)
    assert all(number in page for number in neighbour.numbers)


def test_session_of_the_release_before_for_a_whole_registration_opens_nothing(sqlite_site: Site) -> None:
    admin = launched(sqlite_site)
    with sqlite_site.tool.db.transaction() as tx:
        row = tx.execute(select(AdminSession)).scalar_one()
        assert row.registration_id is not None
        row.deployment_id = None

    assert admin.client.get(admin.home, base_url=TOOL_URL).status_code == 403
