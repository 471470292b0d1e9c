"""What the server itself writes down of a request that goes wrong: the kind of address, and nothing that opens it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.factories.ports import free_port

ROOT = Path(__file__).parents[2]
TARGET = (
    "/lti/register/SECRET-INVITATION?openid_configuration=https%3A%2F%2Flms.example&registration_token=SECRET.TOKEN"
)


def ask(port: int, request_line: str) -> bytes:
    """Return the answer to this request, once the server listens."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
                connection.sendall(f"{request_line}\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                return connection.recv(4000)
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_request_when_even_the_page_for_errors_fails_is_written_down_without_what_its_address_opens(
    tmp_path: Path,
) -> None:
    port, log = free_port(), tmp_path / "log"
    with log.open("wb") as stream:
        command = [sys.executable, "-m", "tests.functional.serve_broken", "--port", str(port)]
        process = subprocess.Popen(command, stderr=stream, cwd=ROOT)
    try:
        failed = ask(port, f"GET {TARGET} HTTP/1.1")
        unreadable = ask(port, f"GET {TARGET} NONSENSE")
    finally:
        process.terminate()
        process.wait(40)

    text = log.read_text()
    assert failed.startswith(b"HTTP/1.1 500")
    assert unreadable.startswith(b"HTTP/1.1 400")
    assert "SECRET" not in text + str(failed) + str(unreadable)
    messages = [json.loads(line)["message"] for line in text.splitlines()]
    assert [message for message in messages if "/lti/register/…?" in message and "registration_token=…" in message]
