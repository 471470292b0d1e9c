"""`mijlpaal demo` as a process: what it writes, what it refuses, and that it leaves nothing behind."""

from __future__ import annotations

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from badges.openbadges.baking import extract
from badges.openbadges.verify import verify
from config.errors import PlatformFailed
from config.http import HttpClient
from config.settings import child_environment
from tests.factories.ports import free_port

DEMO = [sys.executable, "-c", "from lti_tool.cli import main; main()", "demo"]

FILES = {"badge.png", "credential.json", "explanation.json", "gradebook.json", "ledger.csv", "summary.json"}

StartDemo = Callable[..., "subprocess.Popen[str]"]


def test_demo_when_played_headless_writes_a_valid_badge_and_the_gradebook_and_leaves_nothing(
    start_demo: StartDemo, port: int, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "out"

    demo = start_demo(port, "--headless", "--out", str(out))
    output, _ = demo.communicate(timeout=60)

    assert demo.returncode == 0
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    summary = json.loads((out / "summary.json").read_text())
    assert json.loads(output) == summary
    assert summary["ok"] is True
    assert len(summary["steps"]) == 23
    document = (out / "credential.json").read_bytes()
    verified = verify(document)
    assert (verified.achievement_name, verified.issuer_name) == ("Veilig werken", "Demo-school")
    assert extract((out / "badge.png").read_bytes()) == document
    assert _fractions(out / "gradebook.json") == {"zoe": 1.0, "ahmed": 0.583}
    explained = json.loads((out / "explanation.json").read_text())
    assert explained["goal"]["is_reached"] is True
    assert {entry["fact"]["verb"] for task in explained["tasks"] for entry in task["entries"]} == {
        "completed",
        "approved",
    }
    ledger = list(csv.reader((out / "ledger.csv").read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert len(ledger) == 1 + 6
    assert _left_behind(tmp_path) == []


@pytest.mark.parametrize(
    ("lever", "broken", "written"),
    [
        ("swap-key", "403", {"summary.json"}),
        ("refuse?service=ags&status=400&count=1000", "the gradebook does not show", FILES),
        ("override?person=zoe&score=100", "the gradebook does not say where the badge is", FILES),
    ],
    ids=["platform-key-swapped", "gradebook-refuses", "graded-by-hand"],
)
def test_demo_when_the_platform_goes_wrong_fails_says_where_and_writes_what_there_is(
    start_demo: StartDemo, port: int, tmp_path: Path, lever: str, broken: str, written: set[str]
) -> None:
    out = tmp_path / "out"
    demo = start_demo(port, "--headless", "--out", str(out))
    http = HttpClient(allow_loopback=True, user_agent="mijlpaal-tests")

    _until(lambda: _pull(http, f"http://localhost:{port}/control/{lever}"))
    output, _ = demo.communicate(timeout=120)

    assert demo.returncode == 1
    summary = json.loads(output)
    assert summary["ok"] is False
    assert [step["ok"] for step in summary["steps"]].count(False) == 1
    assert broken in summary["steps"][-1]["saw"]
    assert {path.name for path in out.iterdir()} == written
    assert _left_behind(tmp_path) == []


def test_demo_when_running_refuses_a_second_one_and_says_when_a_server_has_stopped(
    start_demo: StartDemo, port: int, tmp_path: Path
) -> None:
    first = start_demo(port)
    assert _read_until(first, "Ctrl-C ends the demo")

    for taken in (port, port + 1):
        second = start_demo(taken, "--headless", "--out", str(tmp_path / "out"))
        _, said = second.communicate(timeout=30)
        assert second.returncode == 2
        assert "demo-did-not-start: port" in said
        assert "Traceback" not in said
    assert first.poll() is None

    os.kill(_servers(tmp_path)["serve"], signal.SIGTERM)
    _, said = first.communicate(timeout=30)
    assert first.returncode == 2
    assert "the tool has stopped by itself" in said
    assert _left_behind(tmp_path) == []


@pytest.mark.parametrize("address", ["0.0.0.0", "::1"])
def test_demo_when_another_program_listens_does_not_take_it_for_its_own(
    start_demo: StartDemo, port: int, tmp_path: Path, address: str
) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as other:
        try:
            other.bind((address, port + 1))
        except OSError:
            pytest.skip(f"this machine has no {address}")
        other.listen()

        demo = start_demo(port, "--headless", "--out", str(tmp_path / "out"))
        _, said = demo.communicate(timeout=30)

    assert demo.returncode == 2
    assert f"port {port + 1} cannot be used" in said
    assert _left_behind(tmp_path) == []


def test_demo_when_out_is_a_file_says_so_before_anything_starts(
    start_demo: StartDemo, port: int, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("mine")

    demo = start_demo(port, "--headless", "--out", str(tmp_path / "out"))
    _, said = demo.communicate(timeout=30)

    assert demo.returncode == 2
    assert "out-not-writable" in said
    assert "Traceback" not in said
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((), 0), (("--headless", "--out", "out"), 1)],
)
def test_demo_when_told_to_end_leaves_no_process_and_no_directory(
    start_demo: StartDemo, port: int, tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    demo = start_demo(port, *arguments)
    _until(lambda: "serve" in _servers(tmp_path))

    demo.send_signal(signal.SIGTERM)
    demo.communicate(timeout=40)

    assert demo.returncode == code
    assert _left_behind(tmp_path) == []


def _pull(http: HttpClient, url: str) -> bool:
    try:
        return http.send("POST", url).status == 200
    except PlatformFailed:
        return False


def _fractions(gradebook: Path) -> dict[str, float]:
    return {
        learner["key"]: round(result["resultScore"] / result["resultMaximum"], 3)
        for learner in json.loads(gradebook.read_text())["learners"]
        for result in learner["results"]
        if result.get("resultScore") is not None
    }


def _processes(tmp_path: Path) -> dict[int, list[str]]:
    """Return the command lines of the processes whose data lies below this directory, by process id."""
    found = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                environment, command = (process / "environ").read_bytes(), (process / "cmdline").read_bytes()
            except OSError:
                continue
            if f"MIJLPAAL_DATA_DIR={tmp_path}".encode() in environment:
                found[int(process.name)] = command.decode().split("\0")
    return found


def _servers(tmp_path: Path) -> dict[str, int]:
    """Return the process id of each server: of several with one command line the first is the one that was started."""
    servers: dict[str, int] = {}
    for process_id, command in sorted(_processes(tmp_path).items()):
        for name in ("serve", "demo-platform"):
            if name in command:
                servers.setdefault(name, process_id)
    return servers


def _left_behind(tmp_path: Path) -> list[object]:
    return [*_processes(tmp_path).values(), *tmp_path.glob("mijlpaal-demo-*")]


def _read_until(process: subprocess.Popen[str], words: str) -> bool:
    assert process.stdout is not None
    return any(words in line for line in process.stdout)


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def port() -> int:
    """A port that is free together with the next two."""
    return free_port(in_a_row=3)


@pytest.fixture
def start_demo(tmp_path: Path) -> Iterator[StartDemo]:
    """Start demos that keep their directories below `tmp_path`."""
    started: list[subprocess.Popen[str]] = []

    def start(port: int, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*DEMO, "--port", str(port), *arguments],
            env=child_environment({}) | {"TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
    for process_id in _processes(tmp_path):
        os.kill(process_id, signal.SIGKILL)
    for process in started:
        process.communicate()
