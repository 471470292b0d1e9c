"""Launches of browsers that keep no cookies in frames, proved by a value that the platform keeps: every way to fail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lti_tool.roster.session_models import LaunchSession, UsedLogin
from tests.factories.launch import (
    ISSUER,
    TARGET_LINK_URI,
    TOOL_URL,
    make_launch_payload,
    platform_keys,
)
from tests.functional.conftest import Launched, Site

TARGET = "post_message_forwarding"
OWN_FORM = {"Origin": TOOL_URL}


@dataclass
class StoredLogin:
    """What the page told the browser: the value for the platform's storage, and where to go then."""

    site: Site
    page: TestResponse

    @property
    def client(self) -> FlaskClient:
        """Return a browser that keeps no cookies."""
        return self.site.app.test_client(use_cookies=False)

    def told(self, name: str) -> str:
        found = re.search(rf'data-{name}="([^"]*)"', self.page.get_data(as_text=True))
        assert found, name
        return unescape(found.group(1))

    @property
    def asked(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.told("onward")).query).items()}

    def token(self, **changes: Any) -> str:
        payload = make_launch_payload(now=self.site.clock.now(), **{"nonce": self.asked["nonce"], **changes})
        return platform_keys().sign(payload)

    def prove(
        self, headers: dict[str, str] | None = None, client: FlaskClient | None = None, **changes: str
    ) -> TestResponse:
        """Hand in the launch with the value, as the page does that the launch was answered with."""
        form = {"id_token": self.token(), "state": self.asked["state"], "value": self.told("value"), **changes}
        sent = OWN_FORM if headers is None else headers
        return (client or self.client).post("/lti/launch/storage", data=form, headers=sent, base_url=TOOL_URL)


def begin(site: Site, **changes: str) -> str:
    """Begin a login without cookies and return the address of the check."""
    fields = {
        "iss": ISSUER,
        "login_hint": "5",
        "target_link_uri": TARGET_LINK_URI,
        "lti_message_hint": '{"cmid":2}',
        "lti_storage_target": TARGET,
        **changes,
    }
    response = site.app.test_client(use_cookies=False).post("/lti/login", data=fields, base_url=TOOL_URL)
    assert response.status_code == 303
    return response.location


def log_in(site: Site, **changes: str) -> StoredLogin:
    page = site.app.test_client(use_cookies=False).get(begin(site, **changes), base_url=TOOL_URL)
    assert page.status_code == 200
    return StoredLogin(site, page)


def count(site: Site, model: type[Any]) -> int:
    with site.tool.db.reading() as tx:
        return tx.execute(select(func.count()).select_from(model)).scalar_one()


def test_login_when_no_cookie_comes_back_gives_the_browser_a_value_for_the_platform(sqlite_site: Site) -> None:
    login = log_in(sqlite_site)

    policy = login.page.headers["Content-Security-Policy"]
    html = login.page.get_data(as_text=True)
    nonce = re.search(r'<script nonce="([^"]+)" src="/static/platform_storage\.js', html)
    assert nonce
    assert f"script-src 'nonce-{nonce.group(1)}'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors https://lms.example" in policy
    assert login.page.headers["Cache-Control"] == "no-store"
    assert login.told("storage-target") == TARGET
    assert login.told("storage-origin") == "https://lms.example"
    assert login.told("onward").startswith("https://lms.example/moodle/auth.php?x=1&")
    assert login.told("value") not in login.told("onward")
    assert 'role="status"' in html
    assert 'target="_blank"' in html  # the way out, also without scripts


def test_login_when_its_check_is_asked_for_again_gets_another_value_and_state(sqlite_site: Site) -> None:
    address = begin(sqlite_site)

    one, other = (
        StoredLogin(sqlite_site, sqlite_site.app.test_client(use_cookies=False).get(address, base_url=TOOL_URL))
        for _ in range(2)
    )

    for name in ("value", "storage-key", "onward"):
        assert one.told(name) != other.told(name)
    assert one.prove(value=other.told("value")).status_code == 403
    assert other.told("value") not in address


def test_launch_when_the_platform_kept_the_value_opens_a_session_by_its_address(site: Site) -> None:
    login = log_in(site)

    asked_back = site.send(login.client, login.token(), login.asked["state"])

    policy = asked_back.headers["Content-Security-Policy"]
    html = asked_back.get_data(as_text=True)
    assert asked_back.status_code == 200
    assert "form-action 'self';" in policy
    assert "frame-ancestors https://lms.example" in policy
    assert '<meta name="referrer" content="same-origin">' in html
    assert login.told("value") not in html
    assert f'data-storage-key="{login.told("storage-key")}"' in html
    assert count(site, LaunchSession) == count(site, UsedLogin) == 0

    opened = login.prove()

    assert opened.status_code == 303
    assert "Set-Cookie" not in opened.headers
    learner = Launched(login.client, opened.location.split("/")[2], opened)
    assert learner.get("welcome").status_code == 200
    assert learner.post("welcome").status_code == 303
    assert learner.get("today").status_code == 200
    site.clock.advance(hours=2, minutes=1)
    assert learner.get("today").status_code == 403


def test_launch_when_proved_twice_is_refused_the_second_time(site: Site) -> None:
    login = log_in(site)

    assert [login.prove().status_code for _ in range(2)] == [303, 403]


@pytest.mark.parametrize("value", ["", "invented", "x" * 5000, "\x00", "null"])
def test_launch_when_the_value_is_another_is_refused(sqlite_site: Site, value: str) -> None:
    login = log_in(sqlite_site)

    refused = login.prove(value=value)

    assert refused.status_code == 403
    assert "reference-number" in refused.get_data(as_text=True)
    assert count(sqlite_site, LaunchSession) == count(sqlite_site, UsedLogin) == 0
    assert login.prove().status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "https://lms.example"},
        {"Origin": "http://mijlpaal.example"},
        {"Origin": f"{TOOL_URL}.evil.example"},
        {"Origin": TOOL_URL, "Sec-Fetch-Site": "cross-site"},
        {"Origin": TOOL_URL, "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
def test_launch_when_the_form_is_not_our_own_is_refused_though_all_in_it_is_right(
    sqlite_site: Site, headers: dict[str, str]
) -> None:
    """Somebody who logs in as themselves knows their own value, and could log others in as themselves with it."""
    login = log_in(sqlite_site)

    assert login.prove(headers).status_code == 403
    assert count(sqlite_site, LaunchSession) == 0
    assert login.prove({"Sec-Fetch-Site": "same-origin", "Origin": "null"}).status_code == 303


def test_launch_when_begun_for_storage_is_never_proved_by_a_cookie(sqlite_site: Site) -> None:
    login = log_in(sqlite_site)
    browser = sqlite_site.client()
    browser.set_cookie("__Host-browser", login.told("value"), domain="mijlpaal.example", secure=True)

    assert sqlite_site.send(browser, login.token(), login.asked["state"]).status_code == 200
    assert login.prove(client=browser, value="").status_code == 403
    assert count(sqlite_site, LaunchSession) == 0


def test_launch_when_begun_for_a_cookie_is_never_proved_by_a_value(sqlite_site: Site) -> None:
    browser = sqlite_site.client()
    asked = sqlite_site.begin(browser, lti_storage_target=TARGET)
    cookie = browser.get_cookie("__Host-browser", domain="mijlpaal.example")
    assert cookie is not None
    token = platform_keys().sign(make_launch_payload(now=sqlite_site.clock.now(), nonce=asked["nonce"]))
    form = {"id_token": token, "state": asked["state"], "value": cookie.value}

    by_value = browser.post("/lti/launch/storage", data=form, headers=OWN_FORM, base_url=TOOL_URL)

    assert by_value.status_code == 403
    assert count(sqlite_site, LaunchSession) == 0
    assert sqlite_site.send(browser, token, asked["state"]).status_code == 303


def test_launch_when_cookies_are_kept_takes_the_rung_of_cookies_although_there_is_storage(site: Site) -> None:
    browser = site.client()
    asked = site.begin(browser, lti_storage_target=TARGET)
    token = platform_keys().sign(make_launch_payload(now=site.clock.now(), nonce=asked["nonce"]))

    opened = site.send(browser, token, asked["state"])

    assert any(cookie.startswith("__Host-s-") for cookie in opened.headers.getlist("Set-Cookie"))
    address = opened.location.split("/")[2]
    assert Launched(site.client(), address, opened).get("welcome").status_code == 403


@pytest.mark.parametrize("state", ["", "invented", "x.y", "\x00"])
def test_launch_when_its_state_is_not_ours_is_refused(sqlite_site: Site, state: str) -> None:
    assert log_in(sqlite_site).prove(state=state).status_code == 403


@pytest.mark.parametrize("minutes", [11, 60])
def test_launch_when_the_login_is_too_old_is_refused(sqlite_site: Site, minutes: int) -> None:
    login = log_in(sqlite_site)
    sqlite_site.clock.at += timedelta(minutes=minutes)

    assert sqlite_site.send(login.client, login.token(), login.asked["state"]).status_code == 403
    assert login.prove().status_code == 403


def test_launch_when_its_token_is_of_another_login_or_missing_is_refused(sqlite_site: Site) -> None:
    login, other = log_in(sqlite_site), log_in(sqlite_site)

    assert login.prove(id_token=other.token()).status_code == 403
    assert login.prove(id_token="").status_code == 403
    assert login.prove(id_token="<script>").status_code == 403
    assert login.prove(state=other.asked["state"]).status_code == 403
    assert count(sqlite_site, LaunchSession) == 0


def test_launch_when_its_token_holds_markup_is_shown_as_text(sqlite_site: Site) -> None:
    login = log_in(sqlite_site)

    page = sqlite_site.send(login.client, '"><script>alert(1)</script>', login.asked["state"])

    assert "<script>alert" not in page.get_data(as_text=True)


def test_proof_when_asked_for_by_get_is_refused(sqlite_site: Site) -> None:
    assert sqlite_site.client().get("/lti/launch/storage", base_url=TOOL_URL).status_code == 405


def test_login_when_the_browser_keeps_another_cookie_is_not_proved_by_storage(sqlite_site: Site) -> None:
    browser = sqlite_site.client()
    address = begin(sqlite_site)
    browser.set_cookie("__Host-browser", "of-another-login", domain="mijlpaal.example", secure=True)

    page = browser.get(address, base_url=TOOL_URL).get_data(as_text=True)

    assert "platform_storage.js" not in page
    assert 'target="_blank"' in page


@pytest.mark.parametrize("target", ["", "x" * 101, "a\nb", "\x00"])
def test_login_when_the_storage_has_an_odd_name_offers_a_window_at_once(sqlite_site: Site, target: str) -> None:
    client = sqlite_site.app.test_client(use_cookies=False)

    page = client.get(begin(sqlite_site, lti_storage_target=target), base_url=TOOL_URL).get_data(as_text=True)

    assert "platform_storage.js" not in page
    assert 'target="_blank"' in page


def test_window_when_it_keeps_no_cookie_either_says_so_and_asks_nobody_again(sqlite_site: Site) -> None:
    hints = unescape(parse_qs(urlsplit(begin(sqlite_site)).query)["hints"][0])
    client = sqlite_site.app.test_client(use_cookies=False)

    begun = client.post("/lti/login/window", data={"hints": hints}, base_url=TOOL_URL)
    ended = client.get(begun.location, headers={"Sec-Fetch-Dest": "document"}, base_url=TOOL_URL)

    assert ended.status_code == 403
    assert "platform_storage.js" not in ended.get_data(as_text=True)
    assert "reference-number" in ended.get_data(as_text=True)


def test_window_of_the_platform_when_it_keeps_no_cookie_tries_the_storage_of_its_opener(sqlite_site: Site) -> None:
    client = sqlite_site.app.test_client(use_cookies=False)

    page = client.get(begin(sqlite_site), headers={"Sec-Fetch-Dest": "document"}, base_url=TOOL_URL)

    assert page.status_code == 200
    assert "platform_storage.js" in page.get_data(as_text=True)


def test_addresses_when_all_is_as_long_as_it_may_be_stay_within_eight_kilobytes(sqlite_site: Site) -> None:
    address = begin(
        sqlite_site,
        login_hint="é" * 1200,
        lti_message_hint="x" * 2400,
        target_link_uri=f"{TARGET_LINK_URI}?{'t' * 400}",
        lti_storage_target="w" * 100,
    )

    assert len(address) < 8000
    page = sqlite_site.app.test_client(use_cookies=False).get(address, base_url=TOOL_URL)
    assert len(StoredLogin(sqlite_site, page).asked["state"]) < 2000
