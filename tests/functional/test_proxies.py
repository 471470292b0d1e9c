"""What is believed of X-Forwarded-* headers, and how an administrator hears that MIJLPAAL_TRUSTED_PROXIES is wrong."""

from __future__ import annotations

import json
import logging
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask, request

from config.clock import SettableClock
from config.http import HttpClient
from config.settings import child_environment, load_settings
from lti_tool.app import create_app
from lti_tool.web.current import EXTENSION
from lti_tool.web.proxies import SENTENCES, ProxyProblem
from tests.factories.local_server import Answer, LocalServer, Received
from tests.factories.ports import free_port
from tests.functional.test_commands import COMMAND, SECRET, mijlpaal
from tests.functional.test_slow_clients import answers
from tests.interop.school import MOMENT

CLIENT, OUTER, LIE = "192.0.2.7", "198.51.100.9", "203.0.113.66"
LOGGER = "mijlpaal.proxies"


def make_app(sqlite_url: str, *, trusted: int, public_url: str = "https://mijlpaal.example") -> Flask:
    settings = load_settings(
        secret_key="s" * 40,
        public_url=public_url,
        database_url=sqlite_url,
        worker="separate",
        trusted_proxies=trusted,
    )
    return create_app(settings, clock=SettableClock(MOMENT))


def ask(app: Flask, headers: Mapping[str, str], path: str = "/health/ready") -> dict[str, object]:
    answer = app.test_client().get(path, base_url="http://internal:8000", headers=dict(headers))
    return dict(answer.get_json()["proxies"])


@pytest.mark.parametrize(
    ("trusted", "addresses", "scheme", "problem"),
    [
        pytest.param(0, "", "", "", id="nobody in front"),
        pytest.param(0, CLIENT, "https", ProxyProblem.NONE_TRUSTED, id="a proxy, none trusted"),
        pytest.param(0, "", "https", ProxyProblem.NONE_TRUSTED, id="a scheme, none trusted"),
        pytest.param(1, CLIENT, "https", "", id="one, as trusted"),
        pytest.param(1, "", "", ProxyProblem.NO_PROXY, id="past the proxy"),
        pytest.param(1, CLIENT, "", ProxyProblem.NO_SCHEME, id="no scheme"),
        pytest.param(1, "", "https", ProxyProblem.TOO_MANY_TRUSTED, id="a scheme and no address"),
        pytest.param(1, CLIENT, "http", ProxyProblem.NOT_HTTPS, id="http"),
        pytest.param(1, f"{CLIENT}, {OUTER}", "https", ProxyProblem.TOO_FEW_TRUSTED, id="more than trusted"),
        pytest.param(2, CLIENT, "https", ProxyProblem.TOO_MANY_TRUSTED, id="fewer than trusted"),
        pytest.param(2, f"{CLIENT}, {OUTER}", "https", "", id="two, one scheme"),
        pytest.param(2, f"{CLIENT}, {OUTER}", "https, http", "", id="two, two schemes"),
        pytest.param(2, f"{CLIENT}, {OUTER}", "http, https", ProxyProblem.NOT_HTTPS, id="http outside"),
    ],
)
def test_readiness_says_how_its_own_request_came_and_stays_ready(
    sqlite_url: str, trusted: int, addresses: str, scheme: str, problem: str
) -> None:
    app = make_app(sqlite_url, trusted=trusted)
    headers = {"X-Forwarded-For": addresses, "X-Forwarded-Proto": scheme}

    seen = ask(app, {name: value for name, value in headers.items() if value})

    assert seen["problem"] == problem
    assert seen["trusted"] == trusted
    assert seen["addresses"] == len([part for part in addresses.split(",") if part])


@pytest.mark.parametrize(
    ("trusted", "addresses", "believed"),
    [
        pytest.param(0, LIE, None, id="none trusted"),
        pytest.param(1, f"{LIE}, {CLIENT}", CLIENT, id="the client added one"),
        pytest.param(2, LIE, None, id="one too many trusted"),
        pytest.param(2, f"{LIE}, {CLIENT}, {OUTER}", CLIENT, id="two trusted, the client added one"),
    ],
)
def test_a_clients_own_words_are_never_believed(
    sqlite_url: str, trusted: int, addresses: str, believed: str | None
) -> None:
    app = make_app(sqlite_url, trusted=trusted)
    seen: list[tuple[str | None, bool, str]] = []
    app.before_request(lambda: seen.append((request.remote_addr, request.is_secure, request.host)))

    app.test_client().get(
        "/",
        base_url="http://internal:8000",
        headers={
            "X-Forwarded-For": addresses,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Port": "99",
            "X-Forwarded-Prefix": "/evil",
            "Forwarded": f"for={LIE};proto=https",
            "X-Real-IP": LIE,
        },
        environ_overrides={"REMOTE_ADDR": "10.0.0.2"},
    )

    assert seen == [(believed or "10.0.0.2", believed is not None, "internal:8000")]


def test_other_forwarding_headers_never_reach_a_page(sqlite_url: str) -> None:
    app = make_app(sqlite_url, trusted=1)
    kept: list[set[str]] = []
    app.before_request(lambda: kept.append({name.lower() for name in request.headers.keys()}))  # noqa: SIM118

    app.test_client().get("/", headers={"X-Forwarded-Host": "evil.example", "Forwarded": "for=x", "X-Real-IP": LIE})

    assert not {"x-forwarded-host", "forwarded", "x-real-ip"} & kept[0]


def test_log_when_proxies_do_not_fit_says_so_once_an_hour_with_a_reference(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(sqlite_url, trusted=1)
    clock = app.extensions[EXTENSION].clock
    client = app.test_client()
    caplog.set_level(logging.WARNING, logger=LOGGER)
    numbers: list[str] = []

    from config.logging import JsonFormatter, reference

    handler = logging.Handler()
    handler.setFormatter(JsonFormatter())
    handler.emit = lambda record: numbers.append(json.loads(handler.format(record)).get("reference", ""))  # type: ignore[method-assign]
    logging.getLogger(LOGGER).addHandler(handler)
    try:
        for _ in range(3):
            client.get("/")
        client.get("/", headers={"X-Forwarded-For": CLIENT, "X-Forwarded-Proto": "http"})
        client.get("/health/ready")
        clock.advance(seconds=3601)
        client.get("/")
    finally:
        logging.getLogger(LOGGER).removeHandler(handler)

    said = [(record.__dict__["code"], record.__dict__["detail"]) for record in caplog.records]
    expected = [ProxyProblem.NO_PROXY, ProxyProblem.NOT_HTTPS, ProxyProblem.NO_PROXY]
    assert said == [(problem, SENTENCES[problem]) for problem in expected]
    assert all(re.fullmatch(r"[A-Z0-9]{6,}", number) for number in numbers)
    assert len(set(numbers)) == 3
    assert reference.get() == ""


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param(
            {"PUBLIC_URL": "http://mijlpaal.example"}, "MIJLPAAL_PUBLIC_URL must begin with https://", id="http"
        ),
        pytest.param({"PUBLIC_URL": "http://10.0.0.5:8000"}, "MIJLPAAL_PUBLIC_URL must begin with https://", id="lan"),
        pytest.param(
            {"PUBLIC_URL": "https://mijlpaal.example"}, "MIJLPAAL_TRUSTED_PROXIES must be the number", id="no proxy"
        ),
        pytest.param(
            {"PUBLIC_URL": "https://mijlpaal.example", "ALLOW_LOOPBACK": "true"},
            "MIJLPAAL_TRUSTED_PROXIES must be the number",
            id="no proxy in development",
        ),
    ],
)
def test_serve_when_nobody_could_launch_it_refuses_in_a_sentence(
    sqlite_url: str, settings: dict[str, str], said: str
) -> None:
    done = mijlpaal("serve", "--port", str(free_port()), SECRET_KEY=SECRET, DATABASE_URL=sqlite_url, **settings)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "settings",
    [
        {"public_url": "https://mijlpaal.example", "trusted_proxies": 1},
        {"public_url": "http://127.0.0.1:8000"},
        {"public_url": "http://[::1]:8000"},
        {"public_url": "http://localhost:8000", "trusted_proxies": 1},
        {"public_url": "http://tool.localhost:8000"},
        {"public_url": "http://tool:8000", "allow_loopback": True},
    ],
    ids=str,
)
def test_serving_with_settings_that_fit_has_no_problem(settings: dict[str, object]) -> None:
    assert load_settings(secret_key="s" * 40, **settings).serving_problems == ()


@contextmanager
def served(sqlite_url: str, tmp_path: Path, *, public_url: str, port: int, trusted: int) -> Iterator[dict[str, str]]:
    """Run `mijlpaal serve` and yield the settings that the other commands need as well."""
    settings = {
        "SECRET_KEY": SECRET,
        "DATABASE_URL": sqlite_url,
        "PUBLIC_URL": public_url,
        "TRUSTED_PROXIES": str(trusted),
        "WORKER": "separate",
        "ALLOW_LOOPBACK": "true",
    }
    with (tmp_path / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port)], env=child_environment(settings), stderr=log
        )
    http = HttpClient(allow_loopback=True, user_agent="test", total_timeout_seconds=2)
    try:
        assert answers(http, f"http://127.0.0.1:{port}/health/live", within_seconds=30)
        yield settings
    finally:
        process.terminate()
        process.wait(40)


def proxy_to(port: int, adds: Mapping[str, str]) -> Callable[[Received], Answer]:
    """Make a proxy that hands a request on with these headers."""
    http = HttpClient(allow_loopback=True, user_agent="proxy")

    def hand_on(received: Received) -> Answer:
        given = http.send("GET", f"http://127.0.0.1:{port}{received.target}", headers=dict(adds))
        return Answer(given.status, given.body, {"Content-Type": given.headers["content-type"]})

    return hand_on


def test_check_when_asked_finds_out_whether_the_number_of_proxies_is_right(sqlite_url: str, tmp_path: Path) -> None:
    port = free_port()
    adds = {"X-Forwarded-For": CLIENT, "X-Forwarded-Proto": "http"}
    with (
        LocalServer(proxy_to(port, adds)) as proxy,
        served(sqlite_url, tmp_path, public_url=proxy.url, port=port, trusted=1) as settings,
    ):
        well = mijlpaal("check", **settings)
        adds["X-Forwarded-For"] = f"{CLIENT}, {OUTER}"
        one_more = mijlpaal("check", **settings)
        adds.clear()
        silent = mijlpaal("check", **settings)

    assert well.returncode == 0, well.stdout + well.stderr
    assert "Way in: http://127.0.0.1" in well.stdout
    assert one_more.returncode == silent.returncode == 1
    assert SENTENCES[ProxyProblem.TOO_FEW_TRUSTED] in one_more.stdout
    assert "X-Forwarded-For named 2, MIJLPAAL_TRUSTED_PROXIES is 1" in one_more.stdout
    assert SENTENCES[ProxyProblem.NO_PROXY] in silent.stdout


def test_check_when_something_else_is_wrong_names_it(sqlite_url: str, tmp_path: Path) -> None:
    settings = {"SECRET_KEY": SECRET, "PUBLIC_URL": f"http://127.0.0.1:{free_port()}", "ALLOW_LOOPBACK": "true"}
    with LocalServer(lambda _received: Answer(body=b"<html>It works!</html>")) as other:
        elsewhere = mijlpaal("check", **settings | {"PUBLIC_URL": other.url}, DATABASE_URL=sqlite_url)
    with LocalServer(lambda _received: Answer(502)) as alone:
        unserved = mijlpaal("check", **settings | {"PUBLIC_URL": alone.url}, DATABASE_URL=sqlite_url)
    away = mijlpaal(
        "check", **settings, DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite3", REDIS_URL="redis://127.0.0.1:1"
    )

    assert elsewhere.returncode == away.returncode == 1
    assert "is answered by something else than Mijlpaal" in elsewhere.stdout
    assert "does not reach `mijlpaal serve` (status 502)" in unserved.stdout
    assert "Database: answers" in elsewhere.stdout
    assert "Database: TO MEND: run `mijlpaal db upgrade` first" in away.stdout
    assert "Redis: TO MEND: does not answer" in away.stdout
    assert "does not answer from here" in away.stdout
    assert "Traceback" not in away.stderr + elsewhere.stderr
