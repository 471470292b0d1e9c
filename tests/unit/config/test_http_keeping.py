"""Connections that are kept between calls: by whom, for how long, and that they are judged and timed like others."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator

import pytest

from config import http_keeping
from config.errors import PlatformFailed
from config.http import HttpClient
from config.http_address import Origin
from config.http_keeping import IDLE_SECONDS, LONGEST_SECONDS, MOST, KeptConnections
from tests.factories.local_server import Answer, LocalServer, Received

HERE = ["127.0.0.1"]


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep connections however long a busy machine takes between two calls."""
    monkeypatch.setattr(http_keeping, "IDLE_SECONDS", 30.0)


def make_client(
    addresses: Iterator[list[str]] | None = None, *, total_seconds: float = 4, ca_bundle: str | None = None
) -> HttpClient:
    return HttpClient(
        user_agent="mijlpaal-test",
        allow_loopback=True,
        read_timeout_seconds=2,
        total_timeout_seconds=total_seconds,
        resolve=lambda host, port: next(addresses) if addresses else HERE,
        ca_bundle=ca_bundle,
    )


def code_of(client: HttpClient, method: str, url: str) -> str:
    with pytest.raises(PlatformFailed) as caught:
        client.send(method, url)
    return caught.value.code


@pytest.mark.usefixtures("unhurried")
def test_connection_when_kept_carries_the_next_call_and_none_is_left_at_the_end() -> None:
    with LocalServer(lambda received: Answer(200, received.body), keeps_connections=True) as server:
        client = make_client()
        with client.keeping_connections():
            for body in (b"one", b"two", b"three"):
                assert client.send("POST", server.url, body=body).body == body
            assert server.connections == 1
        for _ in range(2):
            client.send("GET", server.url)
        assert server.connections == 3

    asked_to_end = [received.headers.get("connection") for received in server.received]
    assert asked_to_end == [None, None, None, "close", "close"]


def test_connection_when_the_server_ends_it_is_made_again_to_an_address_that_is_judged_again() -> None:
    addresses = iter([HERE, ["10.0.0.1"]])
    with LocalServer(lambda received: Answer(200, b"", {"Connection": "close"}), keeps_connections=True) as server:
        client = make_client(addresses)
        with client.keeping_connections():
            client.send("GET", f"http://lms.example:{server.port}/")
            assert code_of(client, "GET", f"http://lms.example:{server.port}/") == "address-refused"

    assert server.connections == 1


def test_connection_when_it_is_old_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_keeping, "LONGEST_SECONDS", 0.2)
    addresses = iter([HERE, ["10.0.0.1"]])
    with LocalServer(lambda received: Answer(), keeps_connections=True) as server:
        client = make_client(addresses)
        with client.keeping_connections():
            client.send("GET", f"http://lms.example:{server.port}/")
            client.send("GET", f"http://lms.example:{server.port}/")
            time.sleep(0.25)
            assert code_of(client, "GET", f"http://lms.example:{server.port}/") == "address-refused"


def test_connection_when_a_call_went_wrong_is_not_used_again() -> None:
    def answer(received: Received) -> Answer:
        return Answer(200, b"x" * 5_000 if received.path == "/large" else b"small")

    with LocalServer(answer, keeps_connections=True) as server:
        client = make_client()
        with client.keeping_connections():
            client.send("GET", server.url)
            with pytest.raises(PlatformFailed, match="too-large"):
                client.send("GET", f"{server.url}/large", max_bytes=1_000)
            assert client.send("GET", server.url).body == b"small"

    assert server.connections == 2


@pytest.mark.usefixtures("unhurried")
def test_time_of_a_call_when_its_connection_was_kept_is_its_own() -> None:
    def answer(received: Received) -> Answer:
        time.sleep({"/slow": 0.6, "/slower": 2.0}.get(received.path, 0.0))
        return Answer()

    with LocalServer(answer, keeps_connections=True) as server:
        client = make_client(total_seconds=2)
        with client.keeping_connections():
            for _ in range(4):  # longer in all than one call may last
                client.send("GET", f"{server.url}/slow")
        impatient = make_client(total_seconds=1)
        with impatient.keeping_connections():
            impatient.send("GET", server.url)
            assert code_of(impatient, "GET", f"{server.url}/slower") == "timeout"

    assert server.connections == 2


@pytest.mark.usefixtures("unhurried")
def test_connection_when_it_is_encrypted_is_kept_and_each_call_has_its_own_time(
    tls_for_lms: tuple[ssl.SSLContext, str],
) -> None:
    def answer(received: Received) -> Answer:
        time.sleep({"/slow": 0.6, "/slower": 2.0}.get(received.path, 0.0))
        return Answer(200, received.body)

    context, ca_bundle = tls_for_lms
    with LocalServer(answer, tls=context, keeps_connections=True) as server:
        client = make_client(total_seconds=1.5, ca_bundle=ca_bundle)
        url = f"https://lms.example:{server.port}"
        with client.keeping_connections():
            for number in range(3):  # longer in all than one call may last
                assert client.send("POST", f"{url}/slow", body=b"%d" % number).body == b"%d" % number
            assert server.connections == 1
            assert code_of(client, "GET", f"{url}/slower") == "timeout"
            assert client.send("POST", url, body=b"again").body == b"again"

    assert server.connections == 2


@pytest.mark.usefixtures("unhurried")
def test_cookies_are_forgotten_between_calls_on_one_connection() -> None:
    with LocalServer(lambda received: Answer(200, b"", {"Set-Cookie": "a=b"}), keeps_connections=True) as server:
        client = make_client()
        with client.keeping_connections():
            client.send("GET", server.url)
            client.send("GET", server.url)

    assert server.connections == 1
    assert all("cookie" not in received.headers for received in server.received)


@pytest.mark.usefixtures("unhurried")
def test_threads_never_share_a_connection() -> None:
    with LocalServer(lambda received: Answer(), keeps_connections=True) as server:
        client = make_client()
        with client.keeping_connections():
            client.send("GET", server.url)
            other = threading.Thread(target=client.send, args=("GET", server.url))
            other.start()
            other.join()
            client.send("GET", server.url)

    assert server.connections == 2
    assert [received.headers.get("connection") for received in server.received] == [None, "close", None]


class Thing:
    def __init__(self) -> None:
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True


class Shelf:
    """Kept things, and a clock that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0
        self.kept: KeptConnections[Thing] = KeptConnections(lambda: self.now)

    def use(self, host: str = "lms.example") -> Thing:
        with self.kept.borrow(Origin("https", host, 443), Thing) as thing:
            assert not thing.is_closed
            return thing


def test_what_is_kept_is_closed_when_it_was_idle_or_is_old() -> None:
    shelf = Shelf()
    with shelf.kept.keeping():
        first = shelf.use()
        shelf.now += IDLE_SECONDS - 0.1
        assert shelf.use() is first
        shelf.now += IDLE_SECONDS + 0.1
        second = shelf.use("other.example")
        assert (first.is_closed, second.is_closed) == (True, False)
        begun = shelf.now
        while shelf.now - begun < LONGEST_SECONDS:
            assert shelf.use("other.example") is second
            shelf.now += IDLE_SECONDS / 2
        assert shelf.use("other.example") is not second


def test_what_is_kept_is_no_more_than_a_few_hosts_the_newest() -> None:
    shelf = Shelf()
    with shelf.kept.keeping():
        things = [shelf.use(f"lms{number}.example") for number in range(MOST + 1)]
        assert [thing.is_closed for thing in things] == [True] + [False] * MOST

    assert all(thing.is_closed for thing in things)
