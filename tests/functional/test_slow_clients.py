"""Clients that begin a request and fall silent: they cost themselves a connection, and nobody else the service."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

from config.errors import PlatformFailed
from config.http import HttpClient
from config.settings import child_environment
from lti_tool.cli.web_server import SILENCE_SECONDS, THREADS
from tests.factories.ports import free_port
from tests.functional.test_commands import COMMAND, SECRET


def answers(http: HttpClient, url: str, *, within_seconds: float) -> bool:
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        try:
            if http.send("GET", url).status == 200:
                return True
        except PlatformFailed:
            time.sleep(0.1)
    return False


def test_service_when_many_clients_fall_silent_answers_others_again(sqlite_url: str, tmp_path: Path) -> None:
    port = free_port()
    log = tmp_path / "log"
    environment = child_environment({"SECRET_KEY": SECRET, "DATABASE_URL": sqlite_url, "WORKER": "separate"})
    with log.open("wb") as stream:
        process = subprocess.Popen([*COMMAND, "serve", "--port", str(port)], env=environment, stderr=stream)
    http = HttpClient(allow_loopback=True, user_agent="test", total_timeout_seconds=2)
    url = f"http://127.0.0.1:{port}/health/live"
    silent: list[socket.socket] = []
    try:
        assert answers(http, url, within_seconds=30)
        for _ in range(THREADS + 4):
            silent.append(socket.create_connection(("127.0.0.1", port)))
            silent[-1].sendall(b"GET /s/SECRET-ADDRESS/route HTT")

        assert answers(http, url, within_seconds=SILENCE_SECONDS + 15)
        silent.append(socket.create_connection(("127.0.0.1", port)))
        silent[-1].sendall(b"GET /s/SECRET-ADDRESS/\xff NONSENSE\r\n\r\n")
        assert silent[-1].recv(2000).startswith(b"HTTP/1.1 400")
    finally:
        for connection in silent:
            connection.close()
        process.terminate()
        process.wait(40)
    text = log.read_text()
    assert "SECRET-ADDRESS" not in text
    assert "Traceback" not in text
