"""The tool as an administrator runs it, registered at a platform that others wrote; both as processes on loopback."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.errors import PlatformFailed
from config.http import HttpClient
from config.settings import child_environment, load_settings
from lti_tool.tool import Tool, build_tool
from tests.factories.ports import free_port
from tests.interop.verifiers import ROOT

PLATFORMS_PYTHON = ROOT / ".venv-platforms" / "bin" / "python"
DRIVERS = Path(__file__).parent / "platforms"
MIJLPAAL = [sys.executable, "-c", "from lti_tool.cli import main; main()"]
CLIENT_ID, DEPLOYMENT_ID = "mijlpaal-client", "1"
_PATIENCE_SECONDS = 40


@dataclass(frozen=True)
class Lms:
    """A platform that runs, and the tool it launches."""

    url: str
    tool_url: str
    tool: Tool
    """The parts of the tool on the same database, to look and to call with its keys."""

    def get(self, path: str) -> Any:
        """Read what the platform tells about itself."""
        return _http().send("GET", f"{self.url}{path}").json()

    def scores_of(self, person: str) -> list[dict[str, Any]]:
        """Return the scores of this person that the platform keeps."""
        return [score for score in self.get("/scores") if score["userId"] == person]


@contextmanager
def running_lms(driver: str, directory: Path) -> Iterator[Lms]:
    """Start both, introduce them to each other as an administrator does, and stop them at the end."""
    port = free_port(in_a_row=2)
    url, tool_url = f"http://localhost:{port}", f"http://127.0.0.1:{port + 1}"
    settings = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PUBLIC_URL": tool_url,
        "DATA_DIR": str(directory),
        "ALLOW_LOOPBACK": "true",
    }
    environment = child_environment(settings)
    _run(environment, "db", "upgrade")
    _run(
        environment,
        *("platform", "add", "--issuer", url, "--client-id", CLIENT_ID, "--deployment", DEPLOYMENT_ID),
        *("--auth-login-url", f"{url}/authorize", "--auth-token-url", f"{url}/token", "--jwks-url", f"{url}/jwks"),
    )
    platform = [str(PLATFORMS_PYTHON), "-s", "-E", str(DRIVERS / f"{driver}.py"), "--port", str(port)]
    with ExitStack() as at_the_end:
        for name, command in {
            "platform": [*platform, "--tool-url", tool_url],
            "tool": [*MIJLPAAL, "serve", "--port", str(port + 1)],
        }.items():
            log = at_the_end.enter_context((directory / f"{name}.log").open("wb"))
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            at_the_end.callback(process.wait, 40)
            at_the_end.callback(process.terminate)
        for address in (f"{tool_url}/health/ready", f"{url}/jwks"):
            wait_until_answered(address, directory)
        names = {name.lower(): value for name, value in settings.items()}
        tool = build_tool(load_settings(**names))
        at_the_end.callback(tool.db.dispose)
        yield Lms(url, tool_url, tool)


def eventually(look: Any) -> Any:
    """Return what `look` finds as soon as it finds something, or its last answer."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def missing() -> str:
    """Say in a word what this machine lacks to run the platforms; empty when nothing."""
    return "" if PLATFORMS_PYTHON.exists() else "lti-consumer-xblock (make install-interop)"


def library_version(name: str) -> str:
    """Return the version that runs."""
    probe = f"import importlib.metadata as m, json; print(json.dumps(m.version({name!r})))"
    done = subprocess.run([str(PLATFORMS_PYTHON), "-I", "-c", probe], capture_output=True, text=True, check=True)
    return str(json.loads(done.stdout))


def _run(environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run([*MIJLPAAL, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _http() -> HttpClient:
    return HttpClient(allow_loopback=True, user_agent="mijlpaal-tests")


def wait_until_answered(address: str, directory: Path) -> None:
    """Wait for a service to answer; when it does not, say what the logs in this folder say."""

    def answers() -> bool:
        try:
            return _http().send("GET", address).status == 200
        except PlatformFailed:
            return False

    assert eventually(answers), "".join(path.read_text()[-3000:] for path in directory.glob("*.log")) + os.linesep
