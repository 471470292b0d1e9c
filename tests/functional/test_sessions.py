"""Launch sessions in one browser and in many: cookie, address, expiry, and two people who never mix."""

from __future__ import annotations

from lti_tool.lti.roles import PrincipalRole
from tests.factories.launch import INSTRUCTOR, TOOL_URL
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


def test_session_when_the_browser_drops_cookies_is_proved_by_its_address(site: Site) -> None:
    learner = site.launch_as(LEARNER_ROLE)
    cookieless = Launched(site.app.test_client(use_cookies=False), learner.address, learner.response)

    assert cookieless.get("welcome").status_code == 200
    assert cookieless.post("welcome").status_code == 303
    assert cookieless.get("route").status_code == 200


def test_address_session_when_the_person_launches_again_ends(site: Site) -> None:
    learner = site.launch_as(LEARNER_ROLE)
    cookieless = Launched(site.app.test_client(use_cookies=False), learner.address, learner.response)
    assert cookieless.get("welcome").status_code == 200

    again = site.launch_as(LEARNER_ROLE)

    assert cookieless.get("welcome").status_code == 403
    assert again.get("welcome").status_code == 200


def test_address_session_when_two_hours_have_passed_ends(site: Site) -> None:
    learner = site.launch_as(LEARNER_ROLE)
    cookieless = Launched(site.app.test_client(use_cookies=False), learner.address, learner.response)
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
    assert "form-action 'self' https://lms.example" in response.headers["Content-Security-Policy"]


def test_login_when_begun_again_in_a_window_gets_a_new_state_and_ends_the_old_one(site: Site) -> None:
    cookieless = site.app.test_client(use_cookies=False)
    begun = cookieless.post(
        "/lti/login",
        data={"iss": "https://lms.example/moodle", "login_hint": "5", "target_link_uri": f"{TOOL_URL}/lti/launch"},
        base_url=TOOL_URL,
    )
    old_state = begun.location.partition("state=")[2]
    window = site.client()

    again = window.post("/lti/login/window", data={"state": old_state}, base_url=TOOL_URL)
    checked = window.get(again.location, base_url=TOOL_URL)

    assert checked.status_code == 303
    assert f"state={old_state}" not in checked.location
    repeated = site.client().post("/lti/login/window", data={"state": old_state}, base_url=TOOL_URL)
    assert repeated.status_code == 403


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
