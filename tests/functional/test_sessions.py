"""Launch sessions in one browser and in many: cookie, address, expiry, and two people who never mix."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from lti_tool.lti.roles import PrincipalRole
from lti_tool.roster.launch_sessions import open_session
from lti_tool.roster.session_models import LaunchSession, SessionProof, UsedLogin
from tests.factories.launch import INSTRUCTOR, ISSUER, TOOL_URL, make_launch_payload, platform_keys
from tests.functional.conftest import Launched, Site, setup_form

LEARNER_ROLE = PrincipalRole("learner")
TEACHER_ROLE = PrincipalRole("instructor")


def test_two_people_in_one_browser_when_they_go_on_never_mix(site: Site) -> None:
    browser = site.client()
    teacher = site.launch_as(TEACHER_ROLE, client=browser)
    learner = site.launch_as(LEARNER_ROLE, client=browser)

    assert teacher.get("setup").status_code == 200
    assert learner.get("setup").status_code == 403
    assert teacher.post("setup", setup_form([("Lezen", 10)], 10)).status_code == 303
    assert learner.get("route").status_code == 200
    assert teacher.get("route").status_code == 403


def test_session_when_its_cookie_came_back_needs_the_cookie(site: Site) -> None:
    learner = site.launch_as(LEARNER_ROLE)
    assert learner.get("welcome").status_code == 200

    copied = Launched(site.client(), learner.address, learner.response)

    assert copied.get("welcome").status_code == 403
    assert learner.get("welcome").status_code == 200


def open_by_address(site: Site, learner: Launched) -> Launched:
    """Open a session as for a browser that proved itself without a cookie."""
    with site.tool.db.transaction() as tx:
        row = tx.execute(select(LaunchSession).order_by(LaunchSession.created_at.desc())).scalars().first()
        assert row is not None
        opened = open_session(
            tx,
            person_id=row.person_id,
            context_id=row.context_id,
            resource_link_id=row.resource_link_id,
            role=PrincipalRole(row.role),
            proof=SessionProof.ADDRESS,
            locale=row.locale,
            now=site.clock.now(),
        )
    return Launched(site.app.test_client(use_cookies=False), opened.address, learner.response)


def test_session_when_the_browser_keeps_no_cookies_is_proved_by_its_address(site: Site) -> None:
    cookieless = open_by_address(site, site.launch_as(LEARNER_ROLE))

    assert cookieless.get("welcome").status_code == 200
    assert cookieless.post("welcome").status_code == 303
    assert cookieless.get("route").status_code == 200


def test_session_when_its_first_request_comes_without_its_cookie_is_refused(site: Site) -> None:
    learner = site.launch_as(LEARNER_ROLE)
    link_scanner = Launched(site.app.test_client(use_cookies=False), learner.address, learner.response)

    assert link_scanner.get("welcome").status_code == 403
    assert learner.get("welcome").status_code == 200
    assert link_scanner.get("welcome").status_code == 403


def test_session_when_a_later_launch_took_the_role_away_ends(site: Site) -> None:
    teacher = site.launch_as(TEACHER_ROLE, sub="mila")
    assert teacher.get("setup").status_code == 200

    learner = site.launch_as(LEARNER_ROLE, sub="mila")

    assert teacher.get("setup").status_code == 403
    assert learner.get("welcome").status_code == 200


def test_address_session_when_the_person_launches_again_ends(site: Site) -> None:
    cookieless = open_by_address(site, site.launch_as(LEARNER_ROLE))
    assert cookieless.get("welcome").status_code == 200

    again = site.launch_as(LEARNER_ROLE)

    assert cookieless.get("welcome").status_code == 403
    assert again.get("welcome").status_code == 200


def test_address_session_when_two_hours_have_passed_ends(site: Site) -> None:
    cookieless = open_by_address(site, site.launch_as(LEARNER_ROLE))
    assert cookieless.get("welcome").status_code == 200

    site.clock.advance(hours=1, minutes=59)
    assert cookieless.get("welcome").status_code == 200
    site.clock.advance(minutes=2)
    assert cookieless.get("welcome").status_code == 403


def test_cookie_session_when_eight_hours_have_passed_ends_with_a_plain_sentence(site: Site) -> None:
    learner = site.launch_as(LEARNER_ROLE)
    assert learner.get("welcome").status_code == 200

    site.clock.advance(hours=8, minutes=1)
    ended = learner.get("welcome")

    assert ended.status_code == 403
    assert "cursus" in ended.get_data(as_text=True)


def test_form_when_its_token_is_missing_or_of_another_session_is_refused(site: Site) -> None:
    browser = site.client()
    one = site.launch_as(LEARNER_ROLE, sub="one", client=browser)
    other = site.launch_as(LEARNER_ROLE, sub="other", client=browser)
    one.get("welcome")

    for token in ("", "0" * 64, other.csrf()):
        response = browser.post(one.url("welcome"), data={"csrf_token": token}, base_url=TOOL_URL)
        assert response.status_code == 403


def test_pages_when_answered_carry_strict_headers(site: Site) -> None:
    learner = site.launch_as(LEARNER_ROLE)

    headers = learner.get("welcome").headers

    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors https://lms.example" in policy
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_session_cookie_when_set_is_partitioned_and_hidden_from_scripts(site: Site) -> None:
    launched = site.launch(roles=[INSTRUCTOR])

    cookies = launched.response.headers.getlist("Set-Cookie")

    session = next(cookie for cookie in cookies if cookie.startswith("__Host-s-"))
    for part in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert part in session


def test_language_when_chosen_holds_for_this_and_later_launches(site: Site) -> None:
    learner = site.launch_as(LEARNER_ROLE)
    assert 'lang="nl"' in learner.get("welcome").get_data(as_text=True)

    learner.post("language", {"locale": "en"})

    assert 'lang="en"' in learner.get("welcome").get_data(as_text=True)
    assert 'lang="en"' in site.launch_as(LEARNER_ROLE).get("welcome").get_data(as_text=True)


def test_login_when_cookies_do_not_come_back_offers_a_window_of_its_own(site: Site) -> None:
    cookieless = site.app.test_client(use_cookies=False)

    response = site.login(cookieless)

    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert 'target="_blank"' in page
    assert "frame-ancestors https://lms.example" in response.headers["Content-Security-Policy"]
    assert "form-action 'self' https: https://lms.example;" in response.headers["Content-Security-Policy"]


def test_login_when_begun_again_in_a_window_gets_a_new_state_bound_to_that_window(site: Site) -> None:
    cookieless = site.app.test_client(use_cookies=False)
    begun = cookieless.post(
        "/lti/login",
        data={"iss": "https://lms.example/moodle", "login_hint": "5", "target_link_uri": f"{TOOL_URL}/lti/launch"},
        base_url=TOOL_URL,
    )
    sent = {name: values[0] for name, values in parse_qs(urlsplit(begun.location).query).items()}
    window, stranger = site.client(), site.client()

    again = window.post("/lti/login/window", data={"hints": sent["hints"]}, base_url=TOOL_URL)
    checked = window.get(again.location, base_url=TOOL_URL)

    asked = {name: values[0] for name, values in parse_qs(urlsplit(checked.location).query).items()}
    assert asked["state"] != sent["state"]
    token = platform_keys().sign(make_launch_payload(now=site.clock.now(), nonce=asked["nonce"]))
    site.begin(stranger)
    assert site.send(stranger, token, asked["state"]).status_code == 403
    assert site.send(window, token, sent["state"]).status_code == 403
    assert site.send(window, token, asked["state"]).status_code == 303


@pytest.mark.parametrize("hints", ["", "invented", "x.y", "eyJyIjoiMSJ9.AAAA"])
def test_login_when_its_hints_are_not_ours_is_refused(sqlite_site: Site, hints: str) -> None:
    client = sqlite_site.client()

    assert client.post("/lti/login/window", data={"hints": hints}, base_url=TOOL_URL).status_code == 403
    assert client.get("/lti/login/check", query_string={"hints": hints}, base_url=TOOL_URL).status_code == 403


def test_login_when_its_hints_are_as_long_as_they_may_be_fits_in_an_address(sqlite_site: Site) -> None:
    fields = {"iss": ISSUER, "login_hint": "é" * 1200, "lti_message_hint": "x" * 2400}
    target = f"{TOOL_URL}/lti/launch?{'t' * 400}"

    response = sqlite_site.client().post("/lti/login", data={**fields, "target_link_uri": target}, base_url=TOOL_URL)

    assert response.status_code == 303
    assert len(response.location) < 8000


def test_logins_when_nobody_launches_leave_nothing_behind(site: Site) -> None:
    for _ in range(5):
        site.begin(site.client())

    with site.tool.db.reading() as tx:
        assert tx.execute(select(func.count()).select_from(UsedLogin)).scalar_one() == 0


def test_browser_when_it_launches_often_carries_only_its_newest_sessions(site: Site) -> None:
    browser = site.client()
    first = site.launch_as(LEARNER_ROLE, sub="first", client=browser)
    assert first.get("welcome").status_code == 200

    for number in range(20):
        site.clock.advance(minutes=1)
        newest = site.launch_as(LEARNER_ROLE, sub=f"learner-{number}", client=browser)
        assert newest.get("welcome").status_code == 200

    sent = newest.get("welcome").request.headers["Cookie"]
    assert sent.count("__Host-s-") <= 12
    assert first.get("welcome").status_code == 403


def test_static_files_when_asked_for_by_their_version_may_be_kept_for_a_year(sqlite_site: Site) -> None:
    page = sqlite_site.launch_as(LEARNER_ROLE).get("welcome").get_data(as_text=True)
    address = page.partition('href="/static/mijlpaal.css')[2].partition('"')[0]
    client = sqlite_site.client()

    versioned = client.get(f"/static/mijlpaal.css{address}", base_url=TOOL_URL)
    plain = client.get("/static/mijlpaal.css", base_url=TOOL_URL)

    versioned.close()
    plain.close()
    assert address.startswith("?v=")
    assert "immutable" in versioned.headers["Cache-Control"]
    assert "immutable" not in plain.headers["Cache-Control"]
