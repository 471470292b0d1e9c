"""The HTTP client against real servers on loopback, friendly and hostile."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.errors import PlatformFailed
from config.http import HttpClient, HttpResponse, require_success, retry_after_seconds
from config.http_address import Resolve, resolve_host
from tests.factories.local_server import Answer, LocalServer, Received

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def make_client(
    *,
    allow_loopback: bool = True,
    read_seconds: float = 2,
    total_seconds: float = 4,
    max_bytes: int = 10_000,
    resolve: Resolve = resolve_host,
    ca_bundle: str | None = None,
) -> HttpClient:
    return HttpClient(
        user_agent="mijlpaal-test",
        allow_loopback=allow_loopback,
        connect_timeout_seconds=1,
        read_timeout_seconds=read_seconds,
        total_timeout_seconds=total_seconds,
        max_bytes=max_bytes,
        resolve=resolve,
        ca_bundle=ca_bundle,
    )


def failure_of(call: Callable[[], object]) -> PlatformFailed:
    with pytest.raises(PlatformFailed) as caught:
        call()
    return caught.value


def test_answer_is_returned_when_the_status_is_an_error() -> None:
    with LocalServer(lambda received: Answer(418, b'{"a": 1}', {"X-Thing": "yes"})) as server:
        response = make_client().send("GET", f"{server.url}/pot?x=1")

    assert (response.status, response.json(), response.headers["x-thing"]) == (418, {"a": 1}, "yes")
    assert server.received[0].target == "/pot?x=1"


def test_request_carries_body_name_and_headers_when_posted() -> None:
    with LocalServer(lambda received: Answer(201)) as server:
        make_client().send(
            "POST", server.url, headers={"Content-Type": "application/vnd.ims.lis.v1.score+json"}, body=b"{}"
        )

    received = server.received[0]
    assert (received.method, received.body) == ("POST", b"{}")
    assert received.headers["user-agent"] == "mijlpaal-test"
    assert received.headers["content-type"] == "application/vnd.ims.lis.v1.score+json"


def test_cookies_are_forgotten_between_calls() -> None:
    with LocalServer(lambda received: Answer(200, b"", {"Set-Cookie": "a=b"})) as server:
        client = make_client()
        client.send("GET", server.url)
        client.send("GET", server.url)

    assert all("cookie" not in received.headers for received in server.received)


def test_environment_is_ignored_when_it_names_a_proxy_and_passwords(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    with LocalServer(lambda received: Answer()) as server:
        assert make_client().send("GET", server.url).status == 200

    assert "authorization" not in server.received[0].headers


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433"])
def test_loopback_is_refused_when_not_allowed(host: str) -> None:
    client = make_client(allow_loopback=False)

    assert failure_of(lambda: client.send("GET", f"https://{host}:1/")).code == "address-refused"


def test_plain_http_is_refused_when_loopback_is_not_allowed() -> None:
    client = make_client(allow_loopback=False)

    assert failure_of(lambda: client.send("GET", "http://lms.example/")).code == "scheme-refused"


def test_mapped_loopback_is_refused_even_when_loopback_is_allowed() -> None:
    assert failure_of(lambda: make_client().send("GET", "http://[::ffff:127.0.0.1]:1/")).code == "address-refused"


def test_name_that_changes_its_answer_is_connected_to_as_it_was_checked() -> None:
    answers = iter([["203.0.114.1"], ["127.0.0.1"]])
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    with LocalServer(lambda received: Answer()) as server:
        client = make_client(resolve=rebinding)
        first = failure_of(lambda: client.send("GET", f"http://lms.example:{server.port}/"))

    # The public answer was judged (plain http may not go there) and nobody asked for a second one.
    assert (first.code, asked, server.received) == ("scheme-refused", ["lms.example"], [])


def test_name_is_asked_once_and_its_answer_used_when_it_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    connected: list[object] = []
    connect = socket.socket.connect

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    def watched(self: socket.socket, address: tuple[str, int]) -> None:
        connected.append(address[0])
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", watched)
    with LocalServer(lambda received: Answer()) as server:
        make_client(resolve=resolve).send("GET", f"http://lms.example:{server.port}/")

    assert (asked, connected) == (["lms.example"], ["127.0.0.1"])
    assert server.received[0].headers["host"] == f"lms.example:{server.port}"


def test_every_call_is_judged_anew() -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    with LocalServer(lambda received: Answer()) as server:
        client = make_client(resolve=lambda host, port: next(answers))
        url = f"http://lms.example:{server.port}/"
        client.send("GET", url)

        assert failure_of(lambda: client.send("GET", url)).code == "address-refused"


def test_next_address_is_tried_when_the_first_does_not_answer() -> None:
    with LocalServer(lambda received: Answer()) as server:
        client = make_client(resolve=lambda host, port: ["::1", "127.0.0.1"])
        response = client.send("GET", f"http://lms.example:{server.port}/")

    assert response.status == 200


def test_platform_is_unreachable_when_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    failed = failure_of(lambda: make_client().send("GET", f"http://127.0.0.1:{port}/"))

    assert (failed.code, failed.retryable) == ("unreachable", True)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_followed_when_within_the_origin(status: int) -> None:
    def answer(received: Received) -> Answer:
        return Answer(200, b"here") if received.path == "/b" else Answer(status, b"", {"Location": "/b"})

    with LocalServer(answer) as server:
        assert make_client().send("GET", f"{server.url}/a").body == b"here"


@pytest.mark.parametrize(
    "location",
    ["http://localhost:{port}/", "https://127.0.0.1:{port}/", "http://127.0.0.1:1/", "//other.example/", "file:///"],
)
def test_redirect_is_refused_when_it_leaves_the_origin(location: str) -> None:
    with LocalServer(lambda r: Answer(302, b"", {"Location": location.format(port=server.port)})) as server:
        failed = failure_of(lambda: make_client().send("GET", server.url))

    assert failed.code in {"redirect-refused", "scheme-refused"}
    assert len(server.received) == 1


def test_redirect_is_refused_when_posting() -> None:
    with LocalServer(lambda received: Answer(307, b"", {"Location": "/b"})) as server:
        failed = failure_of(lambda: make_client().send("POST", server.url, body=b"x"))

    assert (failed.code, failed.status, len(server.received)) == ("redirect-refused", 307, 1)


def test_redirect_is_refused_when_there_is_no_end_to_it() -> None:
    with LocalServer(lambda received: Answer(302, b"", {"Location": "/again"})) as server:
        failed = failure_of(lambda: make_client().send("GET", server.url))

    assert (failed.code, len(server.received)) == ("redirect-refused", 4)


def test_body_is_refused_when_its_length_is_declared_too_large() -> None:
    with LocalServer(lambda received: Answer(200, b"x" * 10_001)) as server:
        assert failure_of(lambda: make_client().send("GET", server.url)).code == "too-large"


def test_body_may_be_larger_when_the_call_says_so() -> None:
    with LocalServer(lambda received: Answer(200, b"x" * 10_001)) as server:
        assert len(make_client().send("GET", server.url, max_bytes=20_000).body) == 10_001


def test_compressed_body_is_read_when_small() -> None:
    body = gzip.compress(b'{"keys": []}')
    with LocalServer(lambda received: Answer(200, body, {"Content-Encoding": "gzip"})) as server:
        assert make_client().send("GET", server.url).json() == {"keys": []}


def test_compressed_body_is_refused_when_it_grows_too_large() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    with LocalServer(lambda received: Answer(200, bomb, {"Content-Encoding": "gzip"})) as server:
        failed = failure_of(lambda: make_client(max_bytes=1_000_000).send("GET", server.url))

    assert (failed.code, failed.retryable) == ("too-large", False)


def test_broken_compression_is_unreachable() -> None:
    with LocalServer(lambda received: Answer(200, b"no gzip", {"Content-Encoding": "gzip"})) as server:
        assert failure_of(lambda: make_client().send("GET", server.url)).code == "unreachable"


def test_endless_body_is_cut_off_when_chunked() -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")

    with raw_server(endless) as url:
        assert failure_of(lambda: make_client().send("GET", url)).code == "too-large"


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
        b"HTTP/1.1 200 OK\r\nX-Long: ",
        b"",
    ],
    ids=["body", "chunk", "header", "status"],
)
def test_dripping_server_is_left_when_the_total_time_is_over(start: bytes) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)

    with raw_server(drip) as url:
        began = time.monotonic()
        failed = failure_of(lambda: make_client(total_seconds=0.5).send("GET", url))

    assert (failed.code, failed.retryable) == ("timeout", True)
    assert time.monotonic() - began < 2


def test_silent_server_is_left_when_the_read_time_is_over() -> None:
    with raw_server(lambda connection: time.sleep(1)) as url:
        assert failure_of(lambda: make_client(read_seconds=0.2).send("GET", url)).code == "timeout"


def test_platform_is_unreachable_when_it_hangs_up_in_the_body() -> None:
    with raw_server(lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc")) as url:
        assert failure_of(lambda: make_client().send("GET", url)).code == "unreachable"


def test_platform_is_unreachable_when_it_speaks_no_http() -> None:
    with raw_server(lambda connection: connection.sendall(b"SSH-2.0-hello\r\n\r\n")) as url:
        assert failure_of(lambda: make_client().send("GET", url)).code == "unreachable"


def test_tls_is_accepted_when_the_certificate_names_the_host(tls_for_lms: tuple[ssl.SSLContext, str]) -> None:
    context, ca_bundle = tls_for_lms
    with LocalServer(lambda received: Answer(200, b"ok"), tls=context) as server:
        client = make_client(resolve=lambda host, port: ["127.0.0.1"], ca_bundle=ca_bundle)
        response = client.send("GET", f"https://lms.example:{server.port}/")

    assert response.body == b"ok"
    assert server.received[0].headers["host"] == f"lms.example:{server.port}"


def test_tls_fails_when_the_certificate_names_another_host(tls_for_lms: tuple[ssl.SSLContext, str]) -> None:
    context, ca_bundle = tls_for_lms
    with LocalServer(lambda received: Answer(), tls=context) as server:
        client = make_client(resolve=lambda host, port: ["127.0.0.1"], ca_bundle=ca_bundle)
        failed = failure_of(lambda: client.send("GET", f"https://other.example:{server.port}/"))

    assert (failed.code, failed.retryable, server.received) == ("tls", False, [])


def test_tls_fails_when_the_authority_is_unknown(tls_for_lms: tuple[ssl.SSLContext, str]) -> None:
    with LocalServer(lambda received: Answer(), tls=tls_for_lms[0]) as server:
        client = make_client(resolve=lambda host, port: ["127.0.0.1"])
        assert failure_of(lambda: client.send("GET", f"https://lms.example:{server.port}/")).code == "tls"


def test_dripping_tls_server_is_left_when_the_total_time_is_over(
    tls_for_lms: tuple[ssl.SSLContext, str],
) -> None:
    context, ca_bundle = tls_for_lms

    def drip(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as encrypted:
            encrypted.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
            while True:
                encrypted.sendall(b"x")
                time.sleep(0.05)

    with raw_server(drip) as url:
        client = make_client(total_seconds=0.6, ca_bundle=ca_bundle, resolve=lambda host, port: ["127.0.0.1"])
        target = url.replace("http://127.0.0.1", "https://lms.example")
        assert failure_of(lambda: client.send("GET", target)).code == "timeout"


def test_handshake_is_left_when_it_takes_too_long() -> None:
    with raw_server(lambda connection: time.sleep(2)) as url:
        target = url.replace("http:", "https:")
        assert failure_of(lambda: make_client(total_seconds=0.4).send("GET", target)).code == "timeout"


def test_json_fails_when_the_body_is_something_else() -> None:
    failed = failure_of(HttpResponse(200, {}, b"<html>").json)

    assert (failed.code, failed.retryable, failed.status) == ("bad-json", False, 200)


def test_json_fails_when_nested_without_end() -> None:
    assert failure_of(HttpResponse(200, {}, b"[" * 200_000).json).code == "bad-json"


@pytest.mark.parametrize(
    ("status", "body", "retryable"),
    [
        (400, b"[]", False),
        (401, b"", False),
        (403, b"forbidden", False),
        (403, b"403 Forbidden (Rate Limit Exceeded)", True),
        (404, b"", False),
        (408, b"", True),
        (409, b"[]", False),
        (422, b"", False),
        (425, b"", True),
        (429, b"", True),
        (500, b"", True),
        (503, b"", True),
        (304, b"", False),
    ],
)
def test_status_says_whether_to_try_again(status: int, body: bytes, retryable: bool) -> None:
    failed = failure_of(lambda: require_success(HttpResponse(status, {}, body), "score", NOW))

    assert (failed.code, failed.status, failed.retryable) == ("score-failed", status, retryable)


@pytest.mark.parametrize(
    ("status", "left", "retryable"),
    [
        (403, "0", True),
        (403, "0.0", True),
        (403, "-12.5", True),
        (403, "0.1", False),
        (403, "699.9", False),
        (403, "many", False),
        (403, "", False),
        (403, "nan", False),
        (404, "0.0", False),
        (400, "0.0", False),
    ],
)
def test_refusal_is_for_now_only_when_the_bucket_is_empty(status: int, left: str, retryable: bool) -> None:
    headers = {"x-rate-limit-remaining": left, "retry-after": "7"}
    failed = failure_of(lambda: require_success(HttpResponse(status, headers, b""), "score", NOW))

    assert (failed.retryable, failed.retry_after_seconds) == (retryable, 7)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success_passes(status: int) -> None:
    require_success(HttpResponse(status, {}, b""), "score", NOW)


def test_wait_is_kept_when_the_platform_asks_for_one() -> None:
    failed = failure_of(lambda: require_success(HttpResponse(429, {"retry-after": "30"}, b""), "score", NOW))

    assert failed.retry_after_seconds == 30


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        (" 120 ", 120),
        ("99999999999999999999", 86_400),
        ("Sun, 22 Nov 2026 12:01:30 GMT", 90),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("Sun, 22 Nov 2026 12:00:05 -0000", 5),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(value: str, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOW) == seconds


def test_threads_do_not_mix_answers() -> None:
    wrong: list[tuple[int, bytes]] = []
    with LocalServer(lambda received: Answer(200, received.path.encode())) as server:
        client = make_client()

        def work(number: int) -> None:
            for _ in range(5):
                body = client.send("GET", f"{server.url}/{number}").body
                if body != f"/{number}".encode():
                    wrong.append((number, body))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert (wrong, len(server.received)) == ([], 40)


@contextmanager
def raw_server(speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve one connection with bytes that no web server would send."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            try:
                connection.settimeout(3)
                if connection.recv(1, socket.MSG_PEEK) == b"G":  # not the start of a TLS handshake
                    connection.recv(4096)
                speak(connection)
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join(5)


def test_body_is_sent_as_given_when_it_is_json() -> None:
    with LocalServer(lambda received: Answer(200, received.body)) as server:
        body = json.dumps({"naam": "Zoë"}).encode()
        assert make_client().send("PUT", server.url, body=body).body == body
