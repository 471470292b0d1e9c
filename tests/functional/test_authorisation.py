"""Every route, walked as every role, without a session, and with the ids of somebody else's things."""

from __future__ import annotations

import uuid

import pytest

from lti_tool.jobs.worker import drain
from lti_tool.lti.roles import PrincipalRole
from lti_tool.web.blueprints import ENTRIES
from tests.factories.launch import TOOL_URL
from tests.functional.conftest import ROLES, Site, setup_form, task_ids
from tests.functional.test_admin import invited

LEARNER_ROLE = PrincipalRole("learner")
TEACHER_ROLE = PrincipalRole("instructor")
CONSOLE = "admin."
"""Routes behind a session of the admin console."""
PICKING = "choosing."
"""Routes that only a deep linking launch has something to show on."""
PUBLIC_ENDPOINTS = {
    "static",
    "bootstrap.static",
    "public.index",
    "public.live",
    "public.ready",
    "lti.login",
    "lti.check",
    "lti.window",
    "lti.launch",
    "lti.launch_in_storage",
    "lti.jwks",
    "registration.explain",
    "registration.privacy",
    "registration.canvas_configuration",
    "registration.review",
    "registration.confirm",
    "registration.done",
    "registration.by_hand",
    "registration.keep_by_hand",
    "notices.receive",
    "admin_door.door",
    "admin_door.enter",
    "badges.page",
    "badges.credential",
    "badges.baked",
    "badges.picture",
    "badges.report",
    "badges.send_report",
    "badges.did_document",
}


def test_every_route_stands_in_the_table_of_doors(sqlite_site: Site) -> None:
    doors = {entry.blueprint.name: entry for entry in ENTRIES}

    for rule in sqlite_site.app.url_map.iter_rules():
        if rule.endpoint in PUBLIC_ENDPOINTS or rule.endpoint.startswith(CONSOLE):
            continue
        door = doors[rule.endpoint.split(".")[0]]
        assert door.may_enter is not None, f"{rule.endpoint} is public and not listed as such"
        assert rule.rule.startswith("/s/<address>")


@pytest.mark.parametrize("role", list(ROLES), ids=str)
def test_every_route_behind_a_launch_lets_in_the_roles_of_its_door_and_nobody_else(
    sqlite_site: Site, role: PrincipalRole
) -> None:
    launched = sqlite_site.launch_as(role)
    launched.get()
    doors = {entry.blueprint.name: entry for entry in ENTRIES}
    seen = 0
    for rule in sqlite_site.app.url_map.iter_rules():
        if rule.endpoint in PUBLIC_ENDPOINTS or rule.endpoint.startswith(CONSOLE):
            continue
        may_enter = doors[rule.endpoint.split(".")[0]].may_enter
        assert may_enter is not None
        values = {name: uuid.uuid4() for name in rule.arguments - {"address"}}
        path = sqlite_site.app.url_map.bind("x").build(rule.endpoint, {"address": launched.address, **values})
        for method in {"GET", "POST"} & set(rule.methods or ()):
            seen += 1
            token = {"csrf_token": launched.csrf()} if method == "POST" else {}
            response = launched.client.open(path, method=method, data=token, base_url=TOOL_URL)
            if may_enter(role):
                assert response.status_code < 500, (method, rule.rule, response.status_code)
                if method == "GET" and not values and not rule.endpoint.startswith(PICKING):
                    assert response.status_code in {200, 303}, (method, rule.rule)
            else:
                assert response.status_code == 403, (method, rule.rule, role)
            stranger = sqlite_site.client().open(path, method=method, data=token, base_url=TOOL_URL)
            assert stranger.status_code == 403, (method, rule.rule)
            invented = path.replace(launched.address, "invented-address")
            assert sqlite_site.client().open(invented, method=method, base_url=TOOL_URL).status_code == 403
    assert seen > 8


@pytest.mark.parametrize("role", list(ROLES), ids=str)
def test_every_route_of_the_console_is_closed_without_its_own_session(sqlite_site: Site, role: PrincipalRole) -> None:
    launched = sqlite_site.launch_as(role)
    admin = invited(sqlite_site)
    address = admin.home.split("/")[3]
    seen = 0
    for rule in sqlite_site.app.url_map.iter_rules():
        if not rule.endpoint.startswith(CONSOLE):
            continue
        assert rule.rule.startswith("/admin/s/<address>")
        values = {name: uuid.uuid4() for name in rule.arguments - {"address"}}
        for method in {"GET", "POST"} & set(rule.methods or ()):
            seen += 1
            for tried in (launched.address, "invented-address", address):
                path = sqlite_site.app.url_map.bind("x").build(rule.endpoint, {"address": tried, **values})
                refused = launched.client.open(path, method=method, base_url=TOOL_URL)
                assert refused.status_code == 403, (method, rule.rule, tried)
            mine = sqlite_site.app.url_map.bind("x").build(rule.endpoint, {"address": address, **values})
            without_token = admin.client.open(mine, method=method, base_url=TOOL_URL).status_code
            assert without_token == (403 if method == "POST" else 404 if values else 200), (method, rule.rule)
    assert seen > 8


@pytest.mark.parametrize("role", list(ROLES), ids=str)
def test_public_badge_when_walked_takes_no_notice_of_who_is_logged_in(sqlite_site: Site, role: PrincipalRole) -> None:
    launched = sqlite_site.launch_as(role)
    launched.get()
    seen = 0
    for rule in sqlite_site.app.url_map.iter_rules():
        if not rule.endpoint.startswith("badges."):
            continue
        values = {name: 256 if name == "size" else uuid.uuid4() for name in rule.arguments}
        path = sqlite_site.app.url_map.bind("x").build(rule.endpoint, values)
        for method in {"GET", "POST"} & set(rule.methods or ()):
            seen += 1
            for client in (launched.client, sqlite_site.client()):
                response = client.open(path, method=method, base_url=TOOL_URL)
                assert response.status_code == 404, (method, rule.rule)
                assert "Set-Cookie" not in response.headers
    assert seen > 6


def test_task_of_another_course_when_named_is_not_found(site: Site) -> None:
    teacher = site.launch_as(TEACHER_ROLE)
    teacher.post("setup", setup_form([("Lezen", 10)], 10))
    learner = site.launch_as(LEARNER_ROLE)
    [task_id] = task_ids(learner)
    elsewhere = site.launch(sub="learner", context={"id": "another-course", "title": "Elders"})

    assert elsewhere.post(f"tasks/{task_id}/done").status_code == 404
    assert learner.post(f"tasks/{task_id}/done").status_code == 303


def test_badge_of_somebody_else_when_asked_for_is_not_found(site: Site) -> None:
    teacher = site.launch_as(TEACHER_ROLE)
    teacher.post("setup", setup_form([("Lezen", 10)], 10))
    holder = site.launch_as(LEARNER_ROLE, sub="holder")
    [task_id] = task_ids(holder)
    holder.post(f"tasks/{task_id}/done")
    while drain(site.tool):
        pass
    page = holder.get("route").get_data(as_text=True)
    award_id = page.partition("/badges/")[2].partition("/")[0]
    path = f"badges/{award_id}/credential.json"

    assert holder.get(path).status_code == 200
    assert site.launch_as(LEARNER_ROLE, sub="other").get(path).status_code == 404
    assert teacher.get(path).status_code == 403


@pytest.mark.parametrize("role", [role for role in ROLES if role != LEARNER_ROLE], ids=str)
def test_points_when_asked_for_by_somebody_who_does_not_learn_are_refused(site: Site, role: PrincipalRole) -> None:
    teacher = site.launch_as(TEACHER_ROLE, sub="the-teacher")
    teacher.post("setup", setup_form([("Lezen", 10)], 10))
    learner = site.launch_as(LEARNER_ROLE)
    [task_id] = task_ids(learner)

    assert site.launch_as(role).post(f"tasks/{task_id}/done").status_code == 403


@pytest.mark.parametrize("role", [role for role in ROLES if role != TEACHER_ROLE], ids=str)
def test_set_up_when_changed_by_somebody_who_may_not_edit_is_refused(site: Site, role: PrincipalRole) -> None:
    assert site.launch_as(role).post("setup", setup_form([("Lezen", 10)], 10)).status_code == 403
