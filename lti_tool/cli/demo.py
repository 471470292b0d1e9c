"""`mijlpaal demo`: a demo LMS and the tool, two processes that share nothing but HTTP.

The LMS stands at http://localhost and the tool at http://127.0.0.1: two sites, as in life. Both keep their data in a
directory that goes when the demo ends. `mijlpaal demo --headless` plays the thread instead of opening it.
"""

from __future__ import annotations

import json
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from config.clock import SystemClock
from config.errors import PlatformFailed, ToolError
from config.http import HttpClient
from config.logging import start_logging
from config.settings import child_environment
from lti_tool.cli.web_server import serve_app
from lti_tool.demo_platform.app import create_platform
from lti_tool.demo_platform.settings import PlatformSettings
from lti_tool.tool import USER_AGENT

_START_SECONDS = 60.0


@dataclass(frozen=True)
class Demo:
    """Two running processes."""

    lms_url: str
    tool_url: str


@click.command()
@click.option("--port", default=8700, show_default=True, type=click.IntRange(1, 65534), help="LMS; the tool is next.")
@click.option("--headless", is_flag=True, help="Play the thread over HTTP, write what came of it, and end.")
@click.option("--out", type=click.Path(path_type=Path), help="With --headless: where the files go.")
def demo(port: int, headless: bool, out: Path | None) -> None:
    """Open a course with Mijlpaal in it: a demo LMS and the tool on this machine."""
    if headless and out is None:
        raise click.UsageError("--headless needs --out DIR")
    with running_demo(port) as both:
        if headless and out is not None:
            from lti_tool.demo_platform.play import play

            summary = play(both.lms_url, out)
            click.echo(json.dumps(summary, ensure_ascii=False, indent=2))
            if not summary["ok"]:
                sys.exit(1)
            return
        click.echo(f"\n  The demo LMS:  {both.lms_url}\n")
        click.echo("  Open the course as the teacher first, then as a learner. Ctrl-C ends the demo.")
        stop = threading.Event()
        signal.signal(signal.SIGINT, lambda _number, _frame: stop.set())
        signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
        stop.wait()


@click.command("demo-platform", hidden=True)
@click.option("--port", required=True, type=int)
@click.option("--tool-url", required=True)
@click.option("--database", required=True, type=click.Path(path_type=Path))
def demo_platform(port: int, tool_url: str, database: Path) -> None:
    """Serve the demo LMS alone."""
    start_logging("WARNING")
    http = HttpClient(allow_loopback=True, user_agent=USER_AGENT)
    settings = PlatformSettings(issuer_url=f"http://localhost:{port}", tool_url=tool_url, database_path=database)
    serve_app(
        lambda: create_platform(settings, SystemClock(), lambda url: http.send("GET", url).body),
        host="127.0.0.1",
        port=port,
    )


@contextmanager
def running_demo(port: int, *, tool_command: Sequence[str] = ()) -> Iterator[Demo]:
    """Start both processes, introduce them to each other, and stop them at the end.

    `tool_command` serves the tool instead of `mijlpaal serve`; it gets `--port N` and the same environment.

    Raises:
        ToolError: `demo-did-not-start`, with what the process said last.
    """
    lms_url, tool_url = f"http://localhost:{port}", f"http://127.0.0.1:{port + 1}"
    with tempfile.TemporaryDirectory(prefix="mijlpaal-demo-") as directory:
        settings = PlatformSettings(
            issuer_url=lms_url, tool_url=tool_url, database_path=Path(directory) / "lms.sqlite3"
        )
        environment = child_environment(
            {
                "SECRET_KEY": secrets.token_urlsafe(48),
                "PUBLIC_URL": tool_url,
                "DATA_DIR": directory,
                "ALLOW_LOOPBACK": "true",
                "LOG_LEVEL": "WARNING",
            }
        )
        _run(environment, "db", "upgrade")
        _run(
            environment,
            *("platform", "add", "--issuer", settings.issuer_url, "--client-id", settings.client_id),
            *("--auth-login-url", settings.authorization_url, "--auth-token-url", settings.token_url),
            *("--jwks-url", settings.jwks_url, "--deployment", settings.deployment_id),
        )
        processes = [
            _start(environment, *(tool_command or _command("serve")), "--port", str(port + 1)),
            _start(
                environment,
                *_command("demo-platform", "--port", str(port), "--tool-url", tool_url),
                *("--database", str(settings.database_path)),
            ),
        ]
        try:
            _wait_for(f"{tool_url}/health/ready", processes[0])
            _wait_for(f"{lms_url}/", processes[1])
            yield Demo(lms_url, tool_url)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from lti_tool.cli import main; main()", *arguments]


def _run(environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(_command(*arguments), env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise ToolError("demo-did-not-start", f"{' '.join(arguments[:2])}: {done.stderr.strip()[-500:]}")


def _start(environment: dict[str, str], *command: str) -> subprocess.Popen[bytes]:
    # A session of its own, so that Ctrl-C reaches us first and both end in order.
    return subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    http = HttpClient(allow_loopback=True, user_agent=USER_AGENT)
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ToolError("demo-did-not-start", "is the port in use? another one: --port N")
        try:
            if http.send("GET", url).status == 200:
                return
        except PlatformFailed:
            pass
        time.sleep(0.1)
    raise ToolError("demo-did-not-start", f"{url} did not answer")
