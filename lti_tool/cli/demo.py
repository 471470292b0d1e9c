"""`mijlpaal demo`: a demo LMS and the tool, two processes that share nothing but HTTP.

The LMS stands at http://localhost and the tool at http://127.0.0.1: two sites, as in life. Both keep their data in a
directory that goes when the demo ends. `mijlpaal demo --headless` plays the thread instead of opening it.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from config.clock import SystemClock
from config.errors import PlatformFailed, ToolError
from config.http import HttpClient
from config.logging import start_logging
from config.settings import child_environment
from lti_tool.cli.web_server import serve_app
from lti_tool.demo_platform.app import create_platform
from lti_tool.demo_platform.profile import CANVAS_PROFILE
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.tool import USER_AGENT

_START_SECONDS = 60.0
_LOOK_SECONDS = 0.5
MOODLE, CANVAS = PLATFORMS = ("moodle", "canvas")
_CANVAS_ISSUER = "https://canvas.instructure.com"
"""Of every school on hosted Canvas: where this one stands is told apart."""
_CANVAS_DEPLOYMENT = "7:8865aa05b4b79b64a91a86042e43af5ea8ae79eb"


@dataclass(frozen=True)
class Demo:
    """Two running processes."""

    lms_url: str
    tool_url: str
    processes: Mapping[str, subprocess.Popen[bytes]]

    def check(self) -> None:
        """Raise ToolError("demo-ended") when one of the two is not running any more."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise ToolError("demo-ended", f"{name} has stopped by itself, with exit code {process.returncode}")


class _Ended(Exception):
    """Somebody ended the demo while it was starting."""


@click.command()
@click.option("--port", default=8700, show_default=True, type=click.IntRange(1, 65534), help="LMS; the tool is next.")
@click.option("--platform", default=MOODLE, show_default=True, type=click.Choice(PLATFORMS), help="As which LMS.")
@click.option("--headless", is_flag=True, help="Play the thread over HTTP, write what came of it, and end.")
@click.option("--out", type=click.Path(path_type=Path), help="With --headless: where the files go.")
def demo(port: int, platform: str, headless: bool, out: Path | None) -> None:
    """Open a course with Mijlpaal in it: a demo LMS and the tool on this machine."""
    if headless and out is None:
        raise click.UsageError("--headless needs --out DIR")
    if headless and platform != MOODLE:
        raise click.UsageError(f"--headless plays the course as on {MOODLE}")
    stop = threading.Event()
    # Nothing is cut off where it stands: whatever runs looks at `stop`, and both processes and the directory go.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: stop.set())
    if headless and out is not None:
        sys.exit(_play(port, out, stop))
    try:
        with running_demo(port, stop=stop, platform=platform) as both:
            click.echo(f"\n  The demo LMS:  {both.lms_url}\n")
            click.echo("  Open the course as the teacher first, then as a learner. Ctrl-C ends the demo.")
            while not stop.wait(_LOOK_SECONDS):
                both.check()
    except _Ended:
        pass


def _play(port: int, out: Path, stop: threading.Event) -> int:
    """Play the thread; returns the exit code, which is not 0 either when the play was ended halfway."""
    from lti_tool.demo_platform.play import play

    with _writing_in(out):
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    try:
        with running_demo(port, stop=stop) as both, _writing_in(out):
            summary = play(both.lms_url, out, is_stopped=stop.is_set)
    except _Ended:
        return 1
    click.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    return 0 if summary["ok"] else 1


@contextmanager
def _writing_in(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ToolError("out-not-writable", f"--out {out}: {error.strerror}") from error


@click.command("demo-platform", hidden=True)
@click.option("--port", required=True, type=int)
@click.option("--tool-url", required=True)
@click.option("--database", required=True, type=click.Path(path_type=Path))
@click.option("--platform", default=MOODLE, type=click.Choice(PLATFORMS))
def demo_platform(port: int, tool_url: str, database: Path, platform: str) -> None:
    """Serve the demo LMS alone."""
    start_logging("WARNING")
    http = HttpClient(allow_loopback=True, user_agent=USER_AGENT)
    settings = _platform_settings(platform, f"http://localhost:{port}", tool_url, database)

    def post(url: str, body: bytes) -> int:
        return http.send("POST", url, headers={"Content-Type": "application/json"}, body=body).status

    serve_app(
        lambda: create_platform(settings, SystemClock(), lambda url: http.send("GET", url).body, post),
        host="127.0.0.1",
        port=port,
    )


def _platform_settings(platform: str, lms_url: str, tool_url: str, database: Path) -> PlatformSettings:
    settings = PlatformSettings(issuer_url=lms_url, tool_url=tool_url, database_path=database)
    if platform == MOODLE:
        return settings
    return replace(settings, issuer_url=_CANVAS_ISSUER, deployment_id=_CANVAS_DEPLOYMENT, profile=CANVAS_PROFILE)


@contextmanager
def running_demo(
    port: int,
    *,
    tool_command: Sequence[str] = (),
    lms_command: Sequence[str] = (),
    stop: threading.Event | None = None,
    platform: str = MOODLE,
) -> Iterator[Demo]:
    """Start both processes, introduce them to each other, and stop them at the end.

    `tool_command` serves the tool instead of `mijlpaal serve`; it gets `--port N` and the same environment.
    `lms_command` serves the LMS instead of `mijlpaal demo-platform`; it gets the same options. `stop` ends the start
    halfway. `platform` is one of PLATFORMS: as which the demo LMS behaves.

    Raises:
        ToolError: `demo-did-not-start`, with the reason; `demo-ended` when one of the two stopped by itself.
    """
    stop = stop or threading.Event()
    lms_url, tool_url = f"http://localhost:{port}", f"http://127.0.0.1:{port + 1}"
    with ExitStack() as at_the_end:
        for wanted in (port, port + 1):
            at_the_end.enter_context(_take_port(wanted))
        directory = at_the_end.enter_context(tempfile.TemporaryDirectory(prefix="mijlpaal-demo-"))
        settings = _platform_settings(platform, lms_url, tool_url, Path(directory) / "lms.sqlite3")
        environment = child_environment(
            {
                "SECRET_KEY": secrets.token_urlsafe(48),
                "PUBLIC_URL": tool_url,
                "DATA_DIR": directory,
                "ALLOW_LOOPBACK": "true",
                "LOG_LEVEL": "WARNING",
            }
        )
        _run(environment, "db", "upgrade", stop=stop)
        _run(
            environment,
            *("platform", "add", "--issuer", settings.issuer_url, "--client-id", settings.client_id),
            *("--auth-login-url", settings.authorization_url, "--auth-token-url", settings.token_url),
            *("--jwks-url", settings.jwks_url, "--deployment", settings.deployment_id),
            stop=stop,
        )
        commands = {
            "the tool": [*(tool_command or _command("serve")), "--port", str(port + 1)],
            "the demo LMS": [
                *(lms_command or _command("demo-platform")),
                *("--port", str(port), "--tool-url", tool_url, "--database", str(settings.database_path)),
                *(("--platform", platform) if platform != MOODLE else ()),
            ],
        }
        processes: dict[str, subprocess.Popen[bytes]] = {}
        at_the_end.callback(_end, processes)
        for name, command in commands.items():
            # A session of its own, so that Ctrl-C reaches us first and both end in order.
            processes[name] = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603
        both = Demo(lms_url, tool_url, processes)
        for url in (f"{tool_url}/health/ready", f"{lms_url}/"):
            _wait_for(url, both, stop)
        yield both


@contextmanager
def _take_port(port: int) -> Iterator[None]:
    """Make sure that nobody answers at this port, and that no other demo takes it while this one lives.

    The servers themselves listen on TCP; the UDP port of the same number tells two demos apart that start together.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mark:
        try:
            mark.bind(("127.0.0.1", port))
            for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
                _try_port(family, address, port)
        except OSError as error:
            what = f"port {port} cannot be used ({error.strerror}); another one: --port N"
            raise ToolError("demo-did-not-start", what) from error
        yield


def _try_port(family: socket.AddressFamily, address: str, port: int) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As gunicorn does: connections that have just ended do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            # Browsers take "localhost" for ::1 too, but a machine need not have it.
            if family == socket.AF_INET or error.errno == errno.EADDRINUSE:
                raise


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from lti_tool.cli import main; main()", *arguments]


def _run(environment: dict[str, str], *arguments: str, stop: threading.Event) -> None:
    done = subprocess.run(_command(*arguments), env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if stop.is_set():
        raise _Ended
    if done.returncode != 0:
        raise ToolError("demo-did-not-start", f"{' '.join(arguments[:2])}: {done.stderr.strip()[-500:]}")


def _wait_for(url: str, both: Demo, stop: threading.Event) -> None:
    http = HttpClient(allow_loopback=True, user_agent=USER_AGENT)
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if stop.wait(0.1):
            raise _Ended
        both.check()
        try:
            if http.send("GET", url).status == 200:
                return
        except PlatformFailed:
            pass
    raise ToolError("demo-did-not-start", f"{url} did not answer")


def _end(processes: Mapping[str, subprocess.Popen[bytes]]) -> None:
    for process in processes.values():
        process.terminate()
    for process in processes.values():
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
